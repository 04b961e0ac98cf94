"""advanced-alchemy's own tests of file objects, on our backend: a plugin of pytest for that run.

Wherever the suite makes its obstore backend it gets `BucketryBackend`: on files on disk in
place of obstore's local store, on the stand-in in place of its store in memory and of the
suite's S3 server. After an async commit, files are stored and removed in a task that the suite
does not wait for; here the commit waits for it. `make test-alchemy` runs it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from advanced_alchemy import _listeners
from advanced_alchemy.types.file_object.backends import obstore as theirs
from obstore.store import LocalStore, MemoryStore
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from bucketry_advanced_alchemy import BucketryBackend
from bucketry_s3.testing import StandIn, localhost_names

OTHERS = "it is about advanced-alchemy's backend for fsspec, not ours"
SKIPPED = {
    "test_obstore_local_sign_urls": "it wants that obstore's local store cannot sign; ours can",
    "test_fsspec_s3_basic_operations_async": OTHERS,
    "test_fsspec_s3_basic_operations_sync": OTHERS,
    "test_fsspec_backend_basic_operations": OTHERS,
    "test_fsspec_backend_protocols": OTHERS,
    "test_fsspec_backend_content_types": OTHERS,
    "test_fsspec_backend_multipart_upload": OTHERS,
    "test_fsspec_backend_sign_urls": OTHERS,
}

_running: list[StandIn] = []
_memories = count()


class Backend(BucketryBackend):
    """Takes what the obstore backend takes."""

    def __init__(self, key: str, fs: Any, **kwargs: Any) -> None:
        (server,) = _running
        if isinstance(fs, LocalStore):
            fs = {"provider": "local", "directory": str(fs.prefix)}
        elif isinstance(fs, MemoryStore) or fs == "memory://":
            fs = server.configuration(root_path=f"memory-{next(_memories)}")
        else:
            assert fs == "s3://media/"
            fs = server.configuration()
        super().__init__(key, fs)


_patched: Any = theirs
_patched.ObstoreBackend = Backend

_commit = AsyncSession.commit


async def _commit_with_files(session: AsyncSession) -> None:
    await _commit(session)
    await asyncio.gather(*_listeners._active_file_operations)


_patched = AsyncSession
_patched.commit = _commit_with_files

# It starts servers in containers, which are not needed here.
rustfs = ModuleType("pytest_databases.docker.rustfs")
rustfs.RustfsService = SimpleNamespace  # type: ignore[attr-defined]
for name in ("pytest_databases", "pytest_databases.docker"):
    sys.modules[name] = ModuleType(name)
sys.modules[rustfs.__name__] = rustfs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name, with a reason; a name that is not there any more is an error."""
    found = {item.name: item for item in items}
    for name, reason in SKIPPED.items():
        found[name].add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", autouse=True)
def server() -> Iterator[StandIn]:
    with localhost_names(), StandIn(buckets=["media"]) as running:
        _running.append(running)
        yield running


@pytest.fixture
def rustfs_service(server: StandIn) -> SimpleNamespace:
    return SimpleNamespace(
        endpoint=server.endpoint.removeprefix("https://"),
        secure=True,
        access_key="not looked at",
        secret_key="not looked at",
    )


@pytest.fixture
def rustfs_default_bucket_name() -> str:
    return "media"


@pytest.fixture(autouse=True)
def buckets_are_there(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request.module, "ensure_rustfs_bucket", lambda *_: None)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Any]:
    made = create_engine(f"sqlite:///{tmp_path}/sync.db")
    yield made
    made.dispose()


@pytest.fixture(autouse=True)
def async_engine(tmp_path: Path) -> Any:
    return create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/async.db")
