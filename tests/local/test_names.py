"""File systems that take two names for one, and one where keys are no names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from bucketry import NotFound, Rejected, Unsupported
from bucketry.config import check_config
from bucketry_local.doctor import probes
from bucketry_local.options import LocalOptions
from bucketry_local.page import vendor
from bucketry_local.store import Store
from local.conftest import Make


def _ignoring_case(real: Callable[..., Any]) -> Callable[..., Any]:
    """Make a call that takes a path find what has this name in another case."""

    def found(path: Any, *args: Any, **given: Any) -> Any:
        if isinstance(path, str | Path) and not os.path.exists(path):
            return real(_real(path), *args, **given)
        return real(path, *args, **given)

    return found


def _real(path: str | Path) -> str:
    found = "/"
    for part in Path(path).parts[1:]:
        names = os.listdir(found) if os.path.isdir(found) else []
        same = [name for name in names if name.casefold() == part.casefold()]
        found = os.path.join(found, part if part in names or not same else same[0])
    return found


@pytest.fixture
def ignoring_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that ignores case in the calls that ask what is there."""
    monkeypatch.setattr(os, "lstat", _ignoring_case(os.lstat))
    monkeypatch.setattr(os.path, "lexists", lambda path: os.path.exists(_real(os.fspath(path))))


@pytest.mark.usefixtures("ignoring_case")
def test_another_spelling_is_another_key_where_the_file_system_ignores_case(make: Make) -> None:
    media = make()
    media.upload(b"one", key="Photos/Cat.png")
    assert media.read("Photos/Cat.png") == b"one"
    media.upload(b"two", key="Photos/Cat.png")
    media.upload(b"three", key="Photos/dog.png")
    for other in ("Photos/cat.png", "photos/Cat.png", "PHOTOS/CAT.PNG", "photos/new.png"):
        assert not media.exists(other)
        with pytest.raises(NotFound):
            media.read(other)
        with pytest.raises(Rejected, match="takes both for one"):
            media.upload(b"other", key=other)
    with pytest.raises(Rejected, match="takes both for one"):
        media.delete("photos/cat.png")
    assert [info.key for info in media.list()] == ["Photos/Cat.png", "Photos/dog.png"]
    assert media.read("Photos/Cat.png") == b"two"


def test_windows_is_refused_when_the_configuration_is_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There `C:/Windows/win.ini` would be a key that leads out of the directory."""
    config = {"provider": "local", "directory": str(tmp_path)}
    assert check_config(config) == ()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", "win32")
        (problem,) = check_config(config)
        with pytest.raises(Unsupported, match="Windows has no file names"):
            Store(str(tmp_path))
    assert str(problem) == (
        "provider: cannot be local here: Windows has no file names that every key could be; "
        "use WSL, or a server such as MinIO"
    )


@pytest.mark.parametrize(
    ("directory", "slips"),
    [
        ("~/media", 0),
        ("$HOME/media", 1),
        ("/srv/${USER}", 1),
        ("%TEMP%/media", 1),
        ("/srv/~media", 0),
        ("/srv/cash$/100%", 0),
    ],
)
def test_what_a_shell_would_have_replaced_is_told(directory: str, slips: int) -> None:
    ask = vendor.slips
    assert ask is not None
    told = list(ask(LocalOptions(directory=directory)))
    assert [path for path, _ in told] == ["directory"] * slips


def test_home_is_meant_by_a_tilde_and_one_that_nobody_has_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert Store("~/media").root == Path("/home/me/media")
    check = vendor.check
    assert check is not None
    assert list(check(LocalOptions(directory="~/media"))) == []
    ((path, fault),) = check(LocalOptions(directory="~nobody-has-this-name/media"))
    assert (path, fault.startswith("begins with a home")) == ("directory", True)


def test_the_doctor_looks_for_a_folder_whose_name_cannot_be(tmp_path: Path) -> None:
    store = tmp_path / ("n" * 300) / "media"
    assert [list(probe.look() or ()) for probe in probes(cast(Any, None), store, "")[:2]] == [
        [],
        [],
    ]
