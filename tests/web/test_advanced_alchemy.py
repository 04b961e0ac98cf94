"""advanced-alchemy's file objects kept with a provider, in its sessions too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from advanced_alchemy.base import create_registry
from advanced_alchemy.config import SQLAlchemyAsyncConfig, SQLAlchemySyncConfig
from advanced_alchemy.types import FileObject, StoredObject
from advanced_alchemy.types.file_object import FileObjectList, storages
from advanced_alchemy.types.mutables import MutableList
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import bucketry
from bucketry_advanced_alchemy import BucketryBackend
from bucketry_s3.testing import StandIn, localhost_names

# Releases before 1.11 or so call what they have deprecated themselves.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated function:DeprecationWarning")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["local", "s3"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BucketryBackend]:
    if request.param == "local":
        made = BucketryBackend(
            "documents", {"provider": "local", "directory": str(tmp_path / "files")}
        )
        storages.register_backend(made)
        yield made
    else:
        with localhost_names(), StandIn(buckets=["media"]) as server:
            provider = bucketry.open_provider(server.configuration())
            made = BucketryBackend("documents", provider)
            storages.register_backend(made)
            yield made
            provider.close()
    storages.unregister_backend("documents")


def file_object(name: str, **options: Any) -> FileObject:
    return FileObject(backend="documents", filename=name, **options)


def test_a_file_is_saved_completed_read_and_deleted(backend: BucketryBackend) -> None:
    saved = file_object("report.txt", to_filename="2026/report.txt").save(b"hello")
    info = backend.provider.head("2026/report.txt")
    assert (saved.size, saved.etag, saved.content_type) == (5, info.etag, "text/plain")
    assert info.last_modified is not None
    assert saved.last_modified == info.last_modified.timestamp()
    assert info.content_type == "text/plain"
    assert saved.protocol == ("file" if backend.provider.name == "local" else "s3")
    assert saved.get_content() == b"hello"
    saved.delete()
    with pytest.raises(FileNotFoundError):
        saved.get_content()
    saved.delete()


@pytest.mark.anyio
async def test_the_same_awaited(backend: BucketryBackend) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"hel"
        yield b"lo"

    saved = await file_object("report.txt").save_async(chunks())
    assert (saved.size, await saved.get_content_async()) == (5, b"hello")
    await saved.delete_async()
    with pytest.raises(FileNotFoundError):
        await saved.get_content_async()


def test_everything_that_data_may_be(backend: BucketryBackend, tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_bytes(b"hello")
    with path.open("rb") as opened:
        for data in (b"hello", path, opened, iter([b"hel", b"lo"])):
            assert file_object("a.txt").save(data).get_content() == b"hello"


def test_headers_among_the_metadata_are_headers(backend: BucketryBackend) -> None:
    metadata = {
        "Cache-Control": "no-cache",
        "Content-Disposition": 'attachment; filename="a.json"',
        "tags": ["a", {"b": 1}],
        "überschrift": "Größe",
    }
    saved = file_object("a.json", metadata=dict(metadata)).save(b"{}")
    assert saved.metadata == metadata
    info = backend.provider.head("a.json")
    assert info.cache_control == "no-cache"
    assert info.content_disposition == 'attachment; filename="a.json"'
    assert info.metadata == {}


def test_several_are_deleted_at_once(backend: BucketryBackend) -> None:
    for name in ("a", "b", "c"):
        file_object(name).save(b"x")
    backend.delete_object(["a", Path("b"), "none"])
    assert [info.key for info in backend.provider.list()] == ["c"]


def test_what_could_not_be_deleted_is_an_error(tmp_path: Path) -> None:
    class Keeps:
        @bucketry.hookimpl
        def bucketry_delete(self, keys: Any) -> bucketry.Deleted:
            failures = [bucketry.Failure(key=key, reason="it is kept") for key in keys]
            return bucketry.Deleted(keys=(), failures=failures)

    provider = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    keeping = BucketryBackend("kept", provider.with_layer(Keeps()))
    with pytest.raises(bucketry.Rejected, match="it is kept"):
        keeping.delete_object("a")
    with pytest.raises(bucketry.ManyFailed, match="2 of 2 failed") as caught:
        keeping.delete_object(["a", "b"])
    assert "it is kept" in str(caught.value.exceptions[1])


def test_signed_urls(backend: BucketryBackend) -> None:
    saved = file_object("a.txt").save(b"hello")
    url = saved.sign(expires_in=60)
    assert isinstance(url, str)
    assert "a.txt?" in url
    assert saved.sign(for_upload=True) != url
    assert len(backend.sign(["a.txt", "b.txt"])) == 2
    assert "Signature" not in repr(saved)


def test_bad_names_are_refused_before_anything_is_stored(backend: BucketryBackend) -> None:
    for name in ("../a", "a//b", ""):
        with pytest.raises(ValueError, match="key"):
            backend.save_object(file_object(name or "x", to_filename=name or "/"), b"x")
    assert list(backend.provider.list()) == []


def test_a_configured_provider_is_opened_by_name(tmp_path: Path) -> None:
    config = {"providers": {"media": {"provider": "local", "directory": str(tmp_path)}}}
    storages.set_default_backend("bucketry_advanced_alchemy.BucketryBackend")
    assert BucketryBackend("x", "media", config=config).provider.name == "media"


# -- columns -------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    metadata = create_registry().metadata


class Document(Base):
    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    attachment: Mapped[FileObject | None] = mapped_column(
        StoredObject(backend="documents"), nullable=True
    )
    images: Mapped[FileObjectList | None] = mapped_column(
        StoredObject(backend="documents", multiple=True), nullable=True
    )


def keys(backend: BucketryBackend) -> list[str]:
    return sorted(info.key for info in backend.provider.list())


def test_files_follow_a_session(backend: BucketryBackend, tmp_path: Path) -> None:
    database = SQLAlchemySyncConfig(connection_string=f"sqlite:///{tmp_path}/test.db")
    engine = database.get_engine()
    Base.metadata.create_all(engine)
    with database.get_session() as session:
        document = Document(name="a", attachment=file_object("old.txt", content=b"old"))
        document.images = MutableList([file_object(f"{n}.png", content=b"png") for n in range(3)])
        session.add(document)
        assert keys(backend) == []
        session.commit()
        assert keys(backend) == ["0.png", "1.png", "2.png", "old.txt"]
        session.refresh(document)  # it compares with what was loaded
        document.attachment = file_object("new.txt", content=b"new")
        assert document.images is not None
        del document.images[1]
        session.commit()
        assert keys(backend) == ["0.png", "2.png", "new.txt"]
        document.attachment = file_object("rolled-back.txt", content=b"x")
        session.rollback()
        assert keys(backend) == ["0.png", "2.png", "new.txt"]
        session.refresh(document)
        assert document.attachment is not None
        assert document.attachment.get_content() == b"new"
        session.refresh(document)
        session.delete(document)
        session.commit()
    assert keys(backend) == []
    engine.dispose()


@pytest.mark.anyio
async def test_files_follow_an_async_session(backend: BucketryBackend, tmp_path: Path) -> None:
    database = SQLAlchemyAsyncConfig(connection_string=f"sqlite+aiosqlite:///{tmp_path}/test.db")
    engine = database.get_engine()
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with database.get_session() as session:
        document = Document(name="a", attachment=file_object("old.txt", content=b"old"))
        session.add(document)
        await session.commit()
        # advanced-alchemy stores it in a task of its own that nobody waits for.
        await until(lambda: keys(backend) == ["old.txt"])
        await session.refresh(document)
        assert document.attachment is not None
        assert await document.attachment.get_content_async() == b"old"
    await engine.dispose()


async def until(true: Callable[[], bool]) -> None:
    with anyio.fail_after(60):
        while not true():
            await anyio.sleep(0.01)
