"""What the operating system says, in bucketry's words."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from bucketry import (
    AccessDenied,
    NotFound,
    Rejected,
    StorageError,
    Unavailable,
    Unsupported,
)
from bucketry_local.disk import disk, locked, moment


@pytest.mark.parametrize(
    ("number", "kind", "retryable"),
    [
        (errno.ENOENT, NotFound, False),
        (errno.ENOTDIR, NotFound, False),
        (errno.EACCES, AccessDenied, False),
        (errno.EPERM, AccessDenied, False),
        (errno.EROFS, AccessDenied, False),
        (errno.ENOSPC, Rejected, False),
        (errno.EDQUOT, Rejected, False),
        (errno.ENAMETOOLONG, Rejected, False),
        (errno.EXDEV, Rejected, False),
        (errno.ENOTSUP, Unsupported, False),
        (errno.ENOSYS, Unsupported, False),
        (errno.EINVAL, Rejected, False),
        (errno.EILSEQ, Rejected, False),
        (errno.EISDIR, Rejected, False),
        (errno.EIO, Unavailable, True),
        (errno.EMFILE, Unavailable, True),
    ],
)
def test_an_os_error_becomes_the_error_that_says_what_to_do(
    number: int, kind: type[StorageError], retryable: bool
) -> None:
    with pytest.raises(kind) as caught, disk():
        raise OSError(number, os.strerror(number))
    assert caught.value.code == errno.errorcode[number]
    assert caught.value.retryable is retryable


def test_a_name_that_nobody_may_give_is_told_and_not_that_of_the_temporary_file() -> None:
    with pytest.raises(AccessDenied, match="refuses folder/a: no"), disk():
        raise OSError(errno.EACCES, "no", "tmp/1", None, "folder/a")


def test_a_year_that_no_calendar_has_is_no_time() -> None:
    """A file system keeps it, and one such file must not end a listing."""
    assert moment(10**22) is None
    assert moment(-(10**22)) is None
    assert moment(-1_000) == datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC)


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), disk():
        raise KeyError("x")


def test_a_lock_keeps_others_out_and_is_given_back_on_errors(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with pytest.raises(KeyError), locked(file):
        raise KeyError("x")
    entered = Event()

    def wait() -> None:
        with locked(file):
            entered.set()

    with ThreadPoolExecutor(1) as pool:
        with locked(file):
            waiting = pool.submit(wait)
            assert not entered.wait(0.1)
        waiting.result(timeout=5)
    assert entered.is_set()
