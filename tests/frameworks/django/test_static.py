"""``collectstatic`` lists once, uploads what has changed, and deletes at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import override_settings

from bucketry import Deleted, Failure, ManyFailed, Provider, StorageError, Upload, hookimpl
from core.memory import memory_provider, store_of

ONE, HASHED = "StaticFilesStorage", "ManifestStaticFilesStorage"


@pytest.fixture
def provider() -> Provider:
    return memory_provider(visibility="public")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for number in range(30):
        path = tmp_path / f"app/{number}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"let number = {number}")
    (tmp_path / "main.css").write_text("a { background: url(app/1.js) }")
    return tmp_path


@contextmanager
def _project(provider: Provider, source: Path, backend: str = ONE) -> Iterator[None]:
    cached: Any = finders.get_finder
    cached.cache_clear()
    options = {"provider": provider}
    with override_settings(
        STATICFILES_DIRS=[str(source)],
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        STORAGES={"staticfiles": {"BACKEND": f"bucketry_django.{backend}", "OPTIONS": options}},
    ):
        yield
    cached.cache_clear()


def _collect(provider: Provider, source: Path, backend: str = ONE, **options: Any) -> list[str]:
    """Return the operations that it takes."""
    calls = store_of(provider).calls
    calls.clear()
    with _project(provider, source, backend):
        call_command("collectstatic", interactive=False, verbosity=0, **options)
    return [call for call, _ in calls]


def test_one_listing_and_an_upload_for_each_file(provider: Provider, source: Path) -> None:
    assert sorted(_collect(provider, source)) == ["list"] + ["upload"] * 31
    assert provider.head("main.css").content_type == "text/css"


def test_what_has_not_changed_is_not_uploaded(provider: Provider, source: Path) -> None:
    _collect(provider, source)
    (source / "app/7.js").write_text("let number = 'seven'")
    assert _collect(provider, source) == ["list", "upload"]
    assert provider.read("app/7.js") == b"let number = 'seven'"


def test_clearing_deletes_what_is_no_more_at_the_end(provider: Provider, source: Path) -> None:
    _collect(provider, source)
    (source / "app/7.js").unlink()
    calls = _collect(provider, source, clear=True)
    assert calls == ["list", *["upload"] * 30, "delete"]
    assert not provider.exists("app/7.js")
    assert provider.exists("app/8.js")


def test_a_dry_run_does_nothing(provider: Provider, source: Path) -> None:
    assert "upload" not in _collect(provider, source, dry_run=True)


def test_hashed_names(provider: Provider, source: Path) -> None:
    calls = _collect(provider, source, HASHED)
    assert calls.count("list") == 1
    assert calls.count("upload") == 31 + 31 + 1
    assert {*calls} == {"list", "upload"}  # what waits to be uploaded is read where it waits
    with _project(provider, source, HASHED), override_settings(DEBUG=False):
        storage: Any = storages["staticfiles"]
        name = storage.stored_name("main.css")
        assert name.startswith("main.")
        assert name != "main.css"
        assert storage.url("main.css") == provider.object_url(name)
        style = provider.read(name).decode()
        assert storage.stored_name("app/1.js").removeprefix("app/") in style


def test_a_failure_fails_the_command_and_deletes_nothing(provider: Provider, source: Path) -> None:
    _collect(provider, source)

    class Full:
        @hookimpl(wrapper=True)
        def bucketry_upload(self, upload: Upload) -> Iterator[None]:
            if upload.key == "app/3.js":
                raise StorageError("the disk is full")
            return (yield)

    (source / "app/7.js").unlink()
    broken = provider.with_layer(Full())
    with pytest.raises(ManyFailed, match="1 of 30 failed"):
        _collect(broken, source, clear=True)
    assert provider.exists("app/7.js")
    assert store_of(provider).objects.keys() >= {"app/3.js", "main.css"}


def test_an_old_file_that_stays_fails_the_command(provider: Provider, source: Path) -> None:
    _collect(provider, source)

    class Kept:
        @hookimpl
        def bucketry_delete(self, keys: Sequence[str]) -> Deleted:
            return Deleted(keys=[], failures=[Failure(key=key, reason="locked") for key in keys])

    (source / "app/7.js").unlink()
    with pytest.raises(ManyFailed, match="1 of 1 failed") as caught:
        _collect(provider.with_layer(Kept()), source, clear=True)
    assert "locked" in str(caught.value.exceptions[0])


def test_what_waits_to_be_uploaded_is_read_where_it_waits(provider: Provider, source: Path) -> None:
    opened: list[str] = []

    class Opens:
        @hookimpl(wrapper=True)
        def bucketry_open(self, key: str) -> Iterator[None]:
            opened.append(key)
            return (yield)

    # Django does what lies deepest first, and has to read what that refers to.
    (source / "app/first.css").write_text('@import "../second.css";')
    (source / "second.css").write_text("b { color: red }")
    _collect(provider.with_layer(Opens()), source, HASHED)
    assert opened == []


def test_a_storage_is_an_ordinary_one_again_afterwards(provider: Provider, source: Path) -> None:
    with _project(provider, source):
        call_command("collectstatic", interactive=False, verbosity=0)
        storage: Any = storages["staticfiles"]
        provider.upload(b"late", key="late.txt")
        assert storage.exists("late.txt")
        assert storage.get_modified_time("late.txt") is not None
        storage.delete("late.txt")
        assert not provider.exists("late.txt")


def test_little_waits_in_memory(
    provider: Provider, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_django.static._TOGETHER", 10)
    with _project(provider, source):
        storage: Any = storages["staticfiles"]
        with storage.collecting():
            storage.save("a.txt", ContentFile(b"12345"))
            assert not provider.exists("a.txt")
            assert storage.exists("a.txt")
            storage.save("b.txt", ContentFile(b"67890!"))
            assert provider.exists("a.txt")
