"""Who there is: module, packages of the environment, and what a reader should know."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Entry:
    """A contestant.

    Attributes:
        module: its module here, and in `benchmarks/first` where it starts a process of its own.
        environment: the name of its environment; `packages` are installed there.
        about: what is told of it in the report.
        shown: the packages whose versions are told.
    """

    name: str
    module: str
    environment: str
    packages: Sequence[str]
    about: str
    shown: Sequence[str]
    variant: str = ""


_BOTO3 = ("boto3",)
_TUNED = (
    "supported knobs only: checksums when_required, payload not signed, no parameter validation, "
    "two parts of 64 MiB at once, quiet batch deletes"
)

ENTRIES: tuple[Entry, ...] = (
    Entry("bucketry", "bucketry", "bucketry", ("--editable", str(ROOT), "anyio"),
          "this checkout, defaults; `aio` through anyio's 40 threads",
          ("bucketry", "boto3", "awscrt", "httptools", "anyio")),
    Entry("boto3", "boto3", "boto3", _BOTO3, "as it comes", ("boto3", "botocore", "s3transfer")),
    Entry("boto3 tuned", "boto3", "boto3", _BOTO3, _TUNED, ("boto3",), "tuned"),
    Entry("boto3 crt", "boto3", "boto3-crt", ("boto3[crt]",),
          "with awscrt, for CRC64NVME only", ("boto3", "awscrt"), "crt"),
    Entry("s3transfer", "s3transfer", "boto3", _BOTO3,
          "one manager shared by all transfers", ("s3transfer",)),
    Entry("obstore", "obstore", "obstore", ("obstore",), "Rust; the body is signed", ("obstore",)),
    Entry("obstore unsigned", "obstore", "obstore", ("obstore",),
          "Rust; the body is not signed, nor is any checksum sent", ("obstore",), "unsigned"),
    Entry("opendal", "opendal", "opendal", ("opendal",),
          "Rust; the body is not signed, nor is any checksum sent", ("opendal",)),
    Entry("minio-py", "minio", "minio", ("minio",), "as it comes", ("minio", "urllib3")),
    Entry("django-storages", "django", "django", ("django-storages[s3]", "django"),
          "as it comes; on disk Django's own storage", ("django-storages", "Django", "boto3")),
    Entry("aiobotocore", "aiobotocore", "aiobotocore", ("aiobotocore",), "as it comes",
          ("aiobotocore", "botocore", "aiohttp")),
    Entry("fsspec", "fsspec", "fsspec", ("fsspec",), "files on disk only", ("fsspec",)),
    Entry("limit", "limit", "limit", (),
          "no library: the least that plain Python does, without any check or promise", ()),
)  # fmt: skip

ONLY_FOR = {"boto3 crt": ("upload_checked", "download_checked")}
"""Contestants that stand for one thing; elsewhere they would repeat another."""


def commit_of(checkout: Path) -> str:
    """Return the commit that last changed the library, and whether it was changed since."""
    library = ("--", "core", "plugins", "schemas")

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(checkout), *words, *library],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.strip()

    changed = " and changes" if git("status", "--porcelain") else ""
    return (git("log", "-1", "--format=%h") or "unknown") + changed


def contestants(against: Path | None) -> tuple[Entry, ...]:
    """Return everybody, and the checkout at `against` as `before`."""
    if against is None:
        return ENTRIES
    ours = ENTRIES[0]
    before = replace(
        ours, name="before", environment=f"before-{against.resolve().name}",
        packages=("--editable", str(against.resolve()), "anyio"),
        about=f"bucketry at commit {commit_of(against)}",
    )  # fmt: skip
    return (ours, before, *ENTRIES[1:])
