"""Every door raises one of ours, whatever is handed in: no raw exception of Python or a library."""

from __future__ import annotations

import inspect
import io
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bucketry import (
    BucketryError,
    ByteRange,
    ObjectReader,
    Outcomes,
    Provider,
    open_provider,
)
from core.memory import memory_provider

HUGE = "x" * 10_000_000


class Lies(str):
    """A text whose methods answer whatever they like, or fail."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        raise RuntimeError("no format")

    def __len__(self) -> int:
        return 1

    def __add__(self, other: str) -> str:
        return "../elsewhere"

    __radd__ = __add__

    def encode(self, *_: object) -> bytes:
        raise RuntimeError("no bytes")

    def split(self, *_: object) -> list[str]:
        return ["fine"]

    def startswith(self, *_: object) -> bool:
        return True


class Refuses:
    """Whatever is asked of it fails."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(f"no {name}")

    def __iter__(self) -> Iterator[object]:
        raise RuntimeError("nothing to iterate")

    def __len__(self) -> int:
        raise RuntimeError("no length")

    def __bool__(self) -> bool:
        raise RuntimeError("neither true nor false")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("not to be compared")

    def __hash__(self) -> int:
        raise RuntimeError("no hash")

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__
    __index__ = __len__


class NoPath(Refuses):
    def __fspath__(self) -> str:
        raise RuntimeError("no path")


class BytesPath:
    def __fspath__(self) -> bytes:
        return b"/nonexistent/file"


def _endless() -> dict[str, Any]:
    endless: dict[str, Any] = {}
    endless["a"] = endless
    return endless


class Readable:
    """Its class has a method `read`, too."""

    def __init__(self, *_: object) -> None:
        pass

    def read(self, size: int = -1) -> bytes:
        return b""


def _closed() -> io.BytesIO:
    file = io.BytesIO(b"x")
    file.close()
    return file


ANYTHING: dict[str, Any] = {
    "none": None, "int": 7, "negative": -1, "float": 1.5, "nan": float("nan"), "true": True,
    "bytes": b"a", "empty": "", "text": "a", "surrogate": "a\ud800", "nul": "a\0b",
    "lines": "a\r\nb", "huge": HUGE, "dots": "../../etc/passwd", "list": ["a"], "dict": {"a": "b"},
    "odd dict": {7: [None]}, "set": {"a"}, "object": object(), "class": Readable,
    "range": ByteRange(start=0), "odd range": ByteRange(start="a"),  # type: ignore[arg-type]
    "closed file": _closed(), "text file": io.StringIO("a"), "function": lambda *_: None,
    "infinite": float("inf"), "googol": 10**100, "-googol": -(10**100), "false": False,
    "lies": Lies("../../etc/passwd"), "refuses": Refuses(), "no path": NoPath(),
    "bytes path": BytesPath(), "iterator": iter("ab"), "generator": (n for n in "ab"),
    "endless": _endless(), "bytearray": bytearray(b"a"), "ellipsis": ..., "lone": "\udcff",
    "span": timedelta.max, "path": Path("/nonexistent/file"), "folder": Path("/"),
}  # fmt: skip

ARGUMENTS: dict[str, dict[str, Any]] = {
    "upload": {"source": b"x", "key": "k"},
    "upload_many": {"items": [("k", b"x")], "concurrency": 4},
    "replace": {"key": "k", "source": b"x", "new_key": "n"},
    "copy": {"source": "a", "target": "k", "extra_params": {}},
    "copy_many": {"items": [("a", "k")], "concurrency": 4},
    "move": {"source": "a", "target": "k"},
    "delete": {"key": "k", "extra_params": {}, "version": None, "if_match": None},
    "delete_many": {"keys": ["k"], "extra_params": {}},
    "delete_prefix": {"folder": "k", "progress": None},
    "sweep": {"older_than": timedelta(1), "dry_run": True},
    "diagnose": {"origin": None},
    "set_headers": {
        "key": "a", "content_type": "a/b", "cache_control": None, "content_disposition": None,
        "content_encoding": None, "content_language": None, "metadata": {},
    },
    "restore": {"key": "a", "days": 1, "extra_params": {}},
    "versions": {"prefix": "a"},
    "head": {
        "key": "a", "version": None, "if_match": None, "if_none_match": None, "extra_params": {},
    },
    "head_many": {"keys": ["a"], "concurrency": 4},
    "exists": {"key": "a", "version": None, "extra_params": {}},
    "open": {"key": "a", "mode": "rb", "byte_range": None, "if_match": None, "extra_params": {}},
    "read": {"key": "a", "version": None, "if_none_match": None, "extra_params": {}},
    "download": {"key": "a", "target": "TARGET", "progress": None, "version": None},
    "download_many": {  # refused before a folder is made, which could be anywhere
        "items": ["../a"], "folder": "TARGET", "prefix": "", "concurrency": 4, "progress": None,
    },
    "list": {"prefix": "a", "start_after": ""},
    "pages": {"prefix": "a", "delimiter": "/", "start_after": ""},
    "url": {"key": "a", "expires_in": 60},
    "object_url": {"key": "a"},
    "is_private": {"key": "a"},
    "key_of_url": {"url": "https://memory.example/bucket/a"},
    "sign": {
        "key": "a", "method": "GET", "expires_in": 60, "download_name": "a", "response": {},
        "content_type": None, "version": None,
    },
    "sign_many": {"keys": ["a"], "expires_in": 60},
    "upload_ticket": {
        "key": "a", "content_type": "a/b", "min_size": 0, "max_size": 9, "expires_in": 60,
    },
    "with_layer": {"layer": None},
    "layer": {"kind": None},
}  # fmt: skip
"""Each method with arguments that are fine; one after the other is replaced."""

LONGEST_MESSAGE = 1000

ELSEWHERE = {"close", "with_options"}
OPTIONS = (
    *("filename", "content_type", "download_name", "cache_control", "content_disposition"),
    *("content_encoding", "content_language", "metadata", "tags", "acl", "storage_class"),
    *("encryption", "checksum_algorithm", "prevent_overwrite", "if_match", "extra_params"),
    *("progress", "no_such_option"),
)


def _stores(tmp_path: Path) -> Iterator[Provider]:
    yield memory_provider(root_path="top")
    yield open_provider({"provider": "local", "directory": str(tmp_path / "files")})


def test_every_public_method_is_walked_through() -> None:
    methods = {
        name
        for name, value in vars(Provider).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }
    assert methods == ARGUMENTS.keys() | ELSEWHERE


def _complaint(function: Callable[..., Any], *args: Any, **given: Any) -> str | None:
    """Call it and go through what it answers; return what is raised that is none of ours."""
    try:
        answer = function(*args, **given)
        if isinstance(answer, io.IOBase):
            with answer:
                list(answer) if answer.readable() else None
        elif isinstance(answer, Outcomes):
            odd = [o.error for o in answer if not isinstance(o.error, BucketryError | None)]
            return repr(odd) if odd else None
        elif isinstance(answer, Iterator):
            list(answer)
    except BucketryError as error:
        return None if len(str(error)) < LONGEST_MESSAGE else f"{len(str(error))} characters"
    except Exception as error:
        return repr(error)
    return None


def complaints(call: Callable[[Any], Any]) -> dict[str, str]:
    """Make the call with everything odd, and return what it should not have raised."""
    raised = {what: _complaint(call, odd) for what, odd in ANYTHING.items()}
    return {what: said for what, said in raised.items() if said is not None}


@pytest.mark.parametrize("method", ARGUMENTS)
def test_an_odd_argument_gets_an_error_of_ours(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, media in enumerate(_stores(tmp_path)):
        media.upload(b"x", key="a")
        fine = {
            name: str(tmp_path / f"target{number}") if value == "TARGET" else value
            for name, value in ARGUMENTS[method].items()
        }
        function = getattr(media, method)
        for name in fine:
            found = complaints(partial(_with, function, fine, name))
            assert found == {}, f"{method}({name}=) on {media.vendor.name}"


def _with(function: Callable[..., Any], fine: dict[str, Any], name: str, odd: Any) -> Any:
    return function(**{**fine, name: odd})


@pytest.mark.parametrize("option", OPTIONS)
def test_an_odd_option_of_an_upload_gets_an_error_of_ours(option: str, tmp_path: Path) -> None:
    for media in _stores(tmp_path):
        fine: dict[str, Any] = {"source": b"x", "key": "k"}
        assert complaints(partial(_with, media.upload, fine, option)) == {}
        fine = {"key": "k", "mode": "wb"}
        assert complaints(partial(_with, media.open, fine, option)) == {}


READS: list[Callable[[ObjectReader, Any], Any]] = [
    lambda reader, odd: reader.read(odd),
    lambda reader, odd: reader.readinto(odd),
    lambda reader, odd: reader.readline(odd),
    lambda reader, odd: reader.seek(odd),
    lambda reader, odd: reader.seek(0, odd),
    lambda reader, odd: list(reader.chunks(odd)),
]


@pytest.mark.parametrize("read", READS)
def test_a_reader_takes_no_odd_argument_either(read: Callable[[ObjectReader, Any], Any]) -> None:
    media = memory_provider()
    media.upload(b"x", key="a")
    with media.open("a") as reader:
        assert complaints(partial(read, reader)) == {}


def test_a_file_open_the_other_way_says_so_as_files_do() -> None:
    media = memory_provider()
    media.upload(b"x", key="a")
    with media.open("a") as reader, pytest.raises(io.UnsupportedOperation):
        reader.write(b"x")
    writer = media.open("a", "wb")
    with pytest.raises(io.UnsupportedOperation):
        writer.read(1)


def test_a_target_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    media = memory_provider()
    media.upload(b"x", key="a")
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    for target in (blocked / "below", tmp_path / "missing" / "a", tmp_path / ("n" * 300), "a\0b"):
        with pytest.raises(BucketryError):
            media.download("a", target)
    assert os.listdir(tmp_path) == ["file"]
