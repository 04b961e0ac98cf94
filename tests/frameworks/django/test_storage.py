"""Files of models: names, races, text and bytes, times, private files."""

from __future__ import annotations

import io
import logging
import pickle
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import BadRequest, SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.core.handlers.wsgi import WSGIRequest
from django.db.models import FileField, Model
from django.http import HttpRequest
from django.test import AsyncRequestFactory, Client, override_settings
from django.test.utils import isolate_apps
from django.utils import timezone

from bucketry import AlreadyExists, InvalidInput, Provider, Unavailable
from bucketry_django import StaticFilesStorage, Storage, checks
from bucketry_django.checks import check_storages
from bucketry_django.views import private_file, request_body
from core.memory import memory_provider, store_of


@pytest.fixture
def provider() -> Provider:
    return memory_provider()


@pytest.fixture
def storage(provider: Provider) -> Storage:
    return Storage(provider)


def _local(folder: Path, **options: Any) -> dict[str, Any]:
    return {
        "provider": "local", "directory": str(folder), "base_url": "http://files.example",
        **options,
    }  # fmt: skip


def test_a_file_is_stored_by_one_request(storage: Storage, provider: Provider) -> None:
    assert storage.save("a/b.txt", ContentFile(b"one")) == "a/b.txt"
    assert [call for call, _ in store_of(provider).calls] == ["upload"]
    assert provider.head("a/b.txt").content_type == "text/plain"


def test_a_name_that_is_taken_gets_another(storage: Storage, provider: Provider) -> None:
    storage.save("a.txt", ContentFile(b"one"))
    other = storage.save("a.txt", ContentFile("two"))
    assert other != "a.txt"
    assert (provider.read("a.txt"), provider.read(other)) == (b"one", b"two")


def test_what_can_be_read_once_is_not_stored_by_halves(
    storage: Storage, provider: Provider
) -> None:
    class Pipe(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            raise io.UnsupportedOperation("seek")

    assert storage.save("a.txt", File(Pipe(b"one"))) == "a.txt"
    with pytest.raises(AlreadyExists):
        storage.save("a.txt", File(Pipe(b"two")))
    assert [(info.key, provider.read(info.key)) for info in provider.list()] == [("a.txt", b"one")]


@pytest.mark.parametrize("allow_overwrite", [False, True])
def test_a_long_name_is_cut(provider: Provider, allow_overwrite: bool) -> None:
    storage = Storage(provider, allow_overwrite=allow_overwrite)
    assert not storage.is_name_available("a" * 21, max_length=20)
    name = storage.save(f"{'a' * 30}.txt", ContentFile(b"x"), max_length=20)
    assert (len(name), name[-4:]) == (20, ".txt")


def test_nobody_overwrites_in_a_race(tmp_path: Path) -> None:
    storage = Storage(**_local(tmp_path))
    bodies = [b"%d" % number for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda body: storage.save("a.txt", ContentFile(body)), bodies))
    assert len({*names}) == 16
    assert [storage.provider.read(name) for name in names] == bodies


def test_it_overwrites_only_when_asked(provider: Provider) -> None:
    storage = Storage(provider, allow_overwrite=True)
    assert [storage.save("a.txt", ContentFile(body)) for body in (b"1", b"2")] == ["a.txt"] * 2
    assert provider.read("a.txt") == b"2"


def test_a_class_that_insists_on_a_taken_name_ends_with_an_error(provider: Provider) -> None:
    class Insists(Storage):
        def get_available_name(self, name: str, max_length: int | None = None) -> str:
            return name

    storage = Insists(provider)
    storage.save("a.txt", ContentFile(b"one"))
    with pytest.raises(AlreadyExists):
        storage.save("a.txt", ContentFile(b"two"))
    assert provider.read("a.txt") == b"one"


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "..", "a\0b"])
def test_a_name_that_leads_elsewhere_is_suspicious(storage: Storage, name: str) -> None:
    for call in (storage.exists, storage.open, storage.delete, storage.size, storage.listdir):
        with pytest.raises(SuspiciousFileOperation):
            call(name)
    with pytest.raises(SuspiciousFileOperation):
        storage.save(name, ContentFile(b"x"))


def test_addresses_stay_on_the_site(storage: Storage) -> None:
    assert storage.url("//evil.example/a").startswith(
        "https://memory.example/bucket/evil.example/a"
    )
    with pytest.raises(SuspiciousFileOperation):
        storage.url("../a")
    assert storage.url("a/") == "https://memory.example/bucket/a/"


def test_text_and_bytes(storage: Storage) -> None:
    with storage.open("a.txt", "w") as file:
        file.write("grün\n")
    with storage.open("a.txt", "r") as file:
        assert file.read() == "grün\n"
    path: Any = Path("a.txt")
    with storage.open(path) as file:
        assert file.size == 6
        assert list(file.chunks(4)) == ["grün\n".encode()[:4], "grün\n".encode()[4:]]
        file.close()
        assert file.open().read() == "grün\n".encode()
    with pytest.raises(ValueError, match="mode"):
        storage.open("a.txt", "a")


def test_an_exception_stores_nothing(storage: Storage) -> None:
    def write() -> None:
        with storage.open("a.txt", "w") as file:
            file.write("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert not storage.exists("a.txt")
    with pytest.raises(FileNotFoundError):
        storage.open("a.txt")


def test_folders(storage: Storage) -> None:
    storage.save("a/b/c.txt", ContentFile(b"x"))
    assert storage.exists("a/b")
    assert not storage.exists("a/x")
    assert storage.listdir("a") == (["b"], [])
    assert storage.listdir("./a/./b/.") == ([], ["c.txt"])
    with pytest.raises(NotADirectoryError):
        storage.listdir("a/b/c.txt")
    with pytest.raises(IsADirectoryError):
        storage.open("a/b")
    with pytest.raises(ValueError, match="must be given"):
        storage.delete("")


def test_times(storage: Storage) -> None:
    storage.save("a.txt", ContentFile(b"x"))
    assert timezone.is_aware(storage.get_modified_time("a.txt"))
    with override_settings(USE_TZ=False):
        assert str(storage.get_modified_time("a.txt")) == "2026-11-24 13:00:00"


def test_a_file_without_end_is_stored_too(storage: Storage, provider: Provider) -> None:
    class Stream:
        def __init__(self) -> None:
            self.pieces = [b"one", b"two"]

        def read(self, size: int = -1) -> bytes:
            return self.pieces.pop(0) if self.pieces else b""

    storage.save("a.txt", File(Stream(), "a.txt"))  # type: ignore[arg-type]
    assert provider.read("a.txt") == b"onetwo"


def test_migrations_name_it() -> None:
    storage: Any = Storage("media", allow_overwrite=True)
    path, args, kwargs = storage.deconstruct()
    assert (path, list(args), kwargs) == (
        "bucketry_django.Storage", ["media"], {"allow_overwrite": True},
    )  # fmt: skip


def test_a_storage_is_pickled_by_name_and_never_with_a_secret(tmp_path: Path) -> None:
    with override_settings(BUCKETRY={"providers": {"media": _local(tmp_path)}}):
        for kind in (Storage, StaticFilesStorage):
            storage = kind("media", allow_overwrite=True)
            storage.save("a.txt", ContentFile(b"one"))
            again = pickle.loads(pickle.dumps(storage))
            assert type(again) is kind
            assert again.open("a.txt").read() == b"one"
            assert again.is_name_available("a.txt")
    for options in (_local(tmp_path), {"provider": _local(tmp_path)}):
        for opened in (False, True):
            storage = Storage(**options)
            assert not opened or storage.exists("a.txt")
            with pytest.raises(TypeError, match="only if its provider is configured by name"):
                pickle.dumps(storage)


def test_names_are_looked_up_in_the_settings(tmp_path: Path) -> None:
    def named(folder: str) -> dict[str, Any]:
        return {"providers": {"media": _local(tmp_path / folder)}}

    with override_settings(BUCKETRY=named("one")):
        storage = Storage("media")
        assert storage.provider.options.directory == str(tmp_path / "one")
        with override_settings(BUCKETRY=named("two")):
            assert storage.provider.options.directory == str(tmp_path / "two")


# -- system checks -----------------------------------------------------------------------------


def _ids(**options: Any) -> list[str]:
    backend = options.pop("backend", "bucketry_django.Storage")
    with override_settings(STORAGES={"default": {"BACKEND": backend, "OPTIONS": options}}):
        found = check_storages()
    assert all("STORAGES" in str(message.obj) for message in found)
    return [str(message.id) for message in found]


R2 = {
    "provider": "r2", "bucket": "media", "account_id": "abc123",
    "credentials": {"access_key_id": "a", "secret_access_key": {"env": "NOT_SET_ANYWHERE"}},
}  # fmt: skip


def test_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert _ids(**_local(tmp_path)) == []
    assert _ids(provider="none", bucket="x") == ["bucketry.E003"]
    assert _ids(**R2) == ["bucketry.E003"]
    monkeypatch.setenv("NOT_SET_ANYWHERE", "secret")
    assert _ids(**R2) == []
    public = "https://cdn.example.com"
    assert _ids(**R2, base_url=public, visibility="private") == ["bucketry.W002"]
    assert _ids(**R2, base_url=public, visibility="public") == []
    static = "bucketry_django.StaticFilesStorage"
    assert _ids(**R2, backend=static) == ["bucketry.W003"]
    manifest = "bucketry_django.ManifestStaticFilesStorage"  # which is read later: no network
    assert _ids(**R2, base_url=public, visibility="public", backend=manifest) == []
    assert _ids(**_local(tmp_path), no_such_option=1) == ["bucketry.E003"]
    assert _ids(**_local(tmp_path), allow_overwrite="False") == ["bucketry.E002"]
    with override_settings(BUCKETRY={"providers": {"media": _local(tmp_path)}}):
        assert _ids(provider="media", alow_overwrite=True) == ["bucketry.E002"]
        with pytest.raises(InvalidInput, match="the storage itself has no option alow_overwrite"):
            Storage("media", alow_overwrite=True).provider  # noqa: B018


def test_checks_leave_the_storages_of_others_alone(tmp_path: Path) -> None:
    static = "django.contrib.staticfiles.storage.StaticFilesStorage"  # which wants STATIC_URL
    with override_settings(STATIC_URL=None):
        assert _ids(backend=static, location=str(tmp_path)) == []


def test_checks_find_keys_that_a_migration_would_repeat(tmp_path: Path) -> None:
    keys: dict[str, Any] = R2 | {"credentials": {"access_key_id": "a", "secret_access_key": "b"}}
    env: dict[str, Any] = R2 | {"credentials": {name: {"env": "X"} for name in R2["credentials"]}}
    with isolate_apps("bucketry_django") as found, patch.object(checks, "apps", found):

        class Document(Model):
            written = FileField(storage=Storage(**keys))
            mapped = FileField(storage=Storage(keys))  # type: ignore[arg-type]
            signing = FileField(storage=Storage(**_local(tmp_path), signing_key="s" * 32))
            called = FileField(storage=lambda: Storage(**keys))
            env_named = FileField(storage=Storage(**env))
            named = FileField(storage=Storage("media"))
            default = FileField()

            class Meta:
                app_label = "bucketry_django"

        told = [(message.id, message.obj.name) for message in checks.check_storages()]
    assert told == [("bucketry.W005", name) for name in ("written", "mapped", "signing")]


def test_checks_look_at_the_order_of_apps() -> None:
    with override_settings(INSTALLED_APPS=["django.contrib.staticfiles", "bucketry_django"]):
        assert [message.id for message in check_storages()] == ["bucketry.W004"]


# -- private files -----------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Storage]:
    options = _local(tmp_path, signing_key="a key for tests, long enough")
    with override_settings(
        STORAGES={"default": {"BACKEND": "bucketry_django.Storage", "OPTIONS": options}}
    ):
        storage: Any = storages["default"]
        storage.save("a.txt", ContentFile(b"0123456789"))
        yield storage


def _body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_private_file_is_given_out(kept: Storage) -> None:
    client = Client()
    whole: Any = client.get("/files/a.txt")
    assert (whole.status_code, whole["Content-Length"], _body(whole)) == (200, "10", b"0123456789")
    assert whole["Content-Type"].startswith("text/plain")
    part: Any = client.get("/files/a.txt", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 2-4/10")
    assert _body(part) == b"234"
    known = client.get("/files/a.txt", headers={"If-None-Match": whole["ETag"]})
    assert known.status_code == 304
    assert client.get("/files/a.txt", headers={"Range": "bytes=99-"}).status_code == 416
    assert client.head("/files/a.txt")["Content-Length"] == "10"


def test_a_body_that_breaks_off_is_not_stored(storage: Storage) -> None:
    def sent(body: bytes, **headers: str) -> HttpRequest:
        environ = {"REQUEST_METHOD": "PUT", "PATH_INFO": "/b", "wsgi.input": io.BytesIO(body)}
        return WSGIRequest({**environ, **headers})

    def store(request: HttpRequest) -> bytes:
        storage.provider.upload(request_body(request), key="b", prevent_overwrite=False)
        return storage.provider.read("b")

    assert store(sent(b"0123456789", CONTENT_LENGTH="10")) == b"0123456789"
    assert store(sent(b"", CONTENT_LENGTH="")) == b""
    with pytest.raises(BadRequest, match="broke off"):
        store(sent(b"01234", CONTENT_LENGTH="10"))
    with pytest.raises(BadRequest, match="needs a Content-Length"):
        store(sent(b"01234", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"))
    assert storage.provider.read("b") == b""


def test_what_is_not_there_or_not_allowed(kept: Storage) -> None:
    client = Client()
    assert client.get("/files/none.txt").status_code == 404
    assert client.post("/files/a.txt").status_code == 405
    assert client.get("/files/a%00b").status_code in (400, 404)
    assert client.get("/files/a/../../b").status_code == 400


def test_a_failing_storage_is_logged_and_a_missing_file_is_not(
    kept: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert Client().get("/files/none.txt").status_code == 404
    assert [record for record in caplog.records if record.name == "bucketry.django"] == []

    def fails(*_: object, **__: object) -> None:
        raise Unavailable("the secret host does not answer")

    monkeypatch.setattr(Provider, "open", fails)
    answer = Client().get("/files/a.txt")
    assert answer.status_code == 503
    assert b"secret" not in answer.content
    assert "the secret host does not answer" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_redirect_is_signed_and_not_logged(
    kept: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    response = Client().get("/elsewhere/a.txt")
    assert response.status_code == 302
    assert response["Location"].startswith("http://files.example/a.txt?")
    assert "Signature=" in response["Location"]
    assert response["Cache-Control"] == "private, no-store"
    assert "Signature" not in caplog.text


def test_under_asgi_it_is_read_in_threads(kept: Storage) -> None:
    async def get() -> bytes:
        request = AsyncRequestFactory().get("/files/a.txt")
        response: Any = private_file(request, "a.txt")
        assert response.is_async
        body = b"".join([chunk async for chunk in response.streaming_content])
        response.close()
        return body

    assert async_to_sync(get)() == b"0123456789"


def test_static_files_have_their_own_names(provider: Provider) -> None:
    storage = StaticFilesStorage(provider)
    assert [storage.save("a.css", ContentFile(body)) for body in (b"1", b"2")] == ["a.css"] * 2


def test_cached_templates_keep_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {
        "provider": "s3", "bucket": "media", "region": "us-east-1",
        "endpoint": "https://s3.example.com", "signed_url_expires": 600,
        "credentials": {"access_key_id": "AKIA", "secret_access_key": "secret"},
    }  # fmt: skip
    now = [1_780_002_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    stable, other = Storage(stable_urls=3600, **options), Storage(**options)
    urls = [(stable.url("a.txt"), other.url("a.txt"))]
    for seconds in (3599, 1):
        now[0] += seconds
        urls.append((stable.url("a.txt"), other.url("a.txt")))
    assert [url == urls[0][0] for url, _ in urls] == [True, True, False]
    assert len({url for _, url in urls}) == 3
    assert "X-Amz-Expires=4200" in urls[0][0]
    assert _ids(**options, stable_urls=604_800) == ["bucketry.W001"]
    assert stable.deconstruct()[2]["stable_urls"] == 3600  # type: ignore[attr-defined]
