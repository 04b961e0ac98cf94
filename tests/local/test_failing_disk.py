"""A disk that fails at any call: whole objects, one typed error, and never a false no."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from bucketry import ManyFailed, NotFound, Provider, StorageError

CALLS = (
    *("open", "write", "utime", "fstat", "lstat", "mkdir", "replace", "link", "unlink"),
    *("close", "getxattr", "setxattr", "pread", "urandom"),
)
OLD, NEW = b"old" * 9, b"new" * 99


def put(key: str, **more: Any) -> Callable[[Provider], object]:
    return lambda media: media.upload(NEW, key=key, content_type="text/new", **more)


OPERATIONS: dict[str, Callable[[Provider], object]] = {
    "over another": put("f/a"),
    "in a new folder": put("new/b"),
    "where nothing may be": put("f/b", prevent_overwrite=True),
    "where something is": put("f/a", prevent_overwrite=True),
    "delete": lambda media: media.delete("f/a"),
    "delete many": lambda media: media.delete_many(["f/a", "none"]).raise_failures(),
}


@define
class Disk:
    """Fails at the call `fails_at` of the store, once or from then on, before it or after."""

    fails_at: int = 0
    on: bool = False
    after: bool = False
    calls: list[str] = field(factory=list)

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            caller = sys._getframe(1).f_globals["__name__"]
            if not self.fails_at or not caller.startswith("bucketry_local."):
                return real(*given, **named)
            self.calls.append(name)
            at = len(self.calls)
            fails = at == self.fails_at or (
                self.on and at > self.fails_at and name == self.calls[self.fails_at - 1]
            )
            happens = not fails or name == "close" or (self.after and name != "open")
            answer = real(*given, **named) if happens else None
            if fails:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return answer

        return call


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    for name in CALLS:
        if hasattr(os, name):
            monkeypatch.setattr(os, name, disk.wrap(name, getattr(os, name)))
    monkeypatch.setattr(os, "fsync", disk.wrap("fsync", lambda handle: None))  # which takes long
    monkeypatch.setattr(fcntl, "flock", disk.wrap("flock", fcntl.flock))
    return disk


def state(media: Provider, key: str) -> tuple[bytes, str | None] | None:
    try:
        return media.read(key), media.head(key).content_type
    except NotFound:
        return None


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("mode", "way"),
    [
        ("once", "records_in_files"),
        ("once", "records_with_them"),
        ("from then on", "records_in_files"),
        ("after it is done", "records_in_files"),
    ],
)
def test_whatever_fails_objects_are_whole_and_the_error_is_true(
    make: Callable[..., Provider],
    directory: Path,
    broken: Disk,
    way: str,
    operation: str,
    mode: str,
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue(way)
    media = make(durability="durable")
    broken.on, broken.after = mode == "from then on", mode == "after it is done"
    keys = ("f/a", "f/b", "new/b")
    wrong: list[tuple[str, object]] = []
    for at in range(1, 99):
        for key in keys:
            media.delete(key)
        media.upload(OLD, key="f/a", content_type="text/old")
        before = [state(media, key) for key in keys]
        broken.calls.clear()
        broken.fails_at = at
        told: BaseException | None = None
        try:
            OPERATIONS[operation](media)
        except Exception as error:
            told = error
        finally:
            broken.fails_at = 0
        if len(broken.calls) < at:
            break
        where = f"{at}: {broken.calls[at - 1]}"
        now = [state(media, key) for key in keys]
        if not {*now} <= {None, (OLD, "text/old"), (NEW, "text/new")}:
            wrong.append((where, now))
        if told is not None and not isinstance(told, StorageError | ManyFailed):
            wrong.append((where, told))
        if now != before and isinstance(told, StorageError) and not told.may_have_applied:
            wrong.append((where, f"{told}, and {now}"))
        if os.listdir(directory / ".bucketry/tmp") and broken.calls[at - 1] != "unlink":
            wrong.append((where, "a temporary file is left"))
        media.sweep(older_than=timedelta(0))
    assert wrong == []
    assert at > 2
