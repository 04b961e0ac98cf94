"""`bucketry.aio` has what the sync classes have, under the same names, with the same arguments."""

from __future__ import annotations

import importlib
import inspect
import sys

import pytest

import bucketry
from bucketry import aio

AT_ONCE = {
    *("is_private", "key_of_url", "layer", "object_url", "sign", "sign_many", "upload_ticket"),
    *("url", "with_layer", "with_options"),
    *("upload_many", "copy_many", "download_many", "head_many"),  # their answer is what is awaited
}
"""What waits for nothing."""

OF_EVERY_FILE = {name for name in dir(__import__("io").RawIOBase) if not name.startswith("_")}


def _public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_the_provider_has_the_same_names() -> None:
    renamed = {"close"} ^ {"aclose", "sync"}
    assert _public(aio.Provider) == _public(bucketry.Provider) ^ renamed


def test_what_waits_is_awaited_and_nothing_else() -> None:
    methods = {n for n in _public(aio.Provider) if callable(getattr(aio.Provider, n))}
    waiting = {n for n in methods if inspect.iscoroutinefunction(getattr(aio.Provider, n))}
    assert methods - waiting == AT_ONCE | {"list", "pages", "versions"}
    assert inspect.isasyncgenfunction(aio.Provider.list)
    assert inspect.isasyncgenfunction(aio.Provider.pages)
    assert inspect.isasyncgenfunction(aio.Provider.versions)


@pytest.mark.parametrize("name", sorted(_public(bucketry.Provider) - {"close"}))
def test_the_arguments_are_the_same(name: str) -> None:
    sync, twin = getattr(bucketry.Provider, name), getattr(aio.Provider, name)
    if isinstance(sync, property):
        assert isinstance(twin, property)
        return
    wanted = inspect.signature(sync).parameters.values()
    found = inspect.signature(twin).parameters.values()
    assert [(p.name, p.kind, p.default) for p in found] == [
        (p.name, p.kind, p.default) for p in wanted
    ]


@pytest.mark.parametrize("name", ["open_provider", "open_providers"])
def test_opening_takes_the_same_and_a_number_of_threads(name: str) -> None:
    wanted = inspect.signature(getattr(bucketry, name)).parameters
    assert [*inspect.signature(getattr(aio, name)).parameters] == [*wanted, "threads"]


def test_outcomes_have_the_same_names() -> None:
    assert _public(aio.Outcomes) == _public(bucketry.Outcomes) - {"close"} | {"aclose"} | {
        *("objects", "failed", "bytes"),
    }


@pytest.mark.parametrize("name", ["ObjectReader", "ObjectWriter"])
def test_files_have_what_is_bucketrys_own_and_what_is_of_use(name: str) -> None:
    """What every file of Python's has besides, such as `fileno`, says nothing of objects."""
    sync, twin = getattr(bucketry, name), getattr(aio, name)
    own = {n for n in vars(sync) if not n.startswith("_")} | {"seek", "tell", "closed"}
    # A file that is only read has nothing to write, and the other way round; its name is for
    # Python's wrappers, which are not awaited.
    own.remove("name")
    useless = {"readable", "writable", "write"} if name == "ObjectReader" else {
        *("readinto", "seekable", "writable"),
    }  # fmt: skip
    assert own - useless - {"close"} <= _public(twin)
    assert _public(twin) - {"aclose", "info", "key", "stored"} <= own | OF_EVERY_FILE


def test_what_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anyio", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs anyio: pip install 'bucketry\[aio\]'"):
        importlib.reload(aio)
