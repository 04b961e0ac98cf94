"""Stores in memory on which something can go wrong, so that commands are tried without a server."""

from __future__ import annotations

import io
import json
from collections.abc import Generator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, evolve, field
from click.testing import CliRunner, Result

from bucketry import (
    AccessDenied,
    ConfigError,
    Deleted,
    Failure,
    ObjectInfo,
    ObjectReader,
    Problem,
    Provider,
    SignedUrl,
    SignRequest,
    StoredObject,
    Swept,
    Upload,
    hookimpl,
)
from bucketry.cli.app import root
from bucketry.cli.settings import Settings
from core.memory import BASE, MOMENT, MemoryLayer, MemoryOptions, memory_vendor


@define(eq=False)
class Trouble:
    """What goes wrong with a store in memory, and what was asked of it.

    `error` is raised by every operation; `undeletable` keys stay, `unreadable` ones are only
    listed; `announced_extra` bytes are promised and never come; `answer` is what signing gives.
    `uploads` are the last ones by key, `seen_expiry` is the age that a sweep was asked for.
    """

    objects: dict[str, tuple[bytes, ObjectInfo]] = field(factory=dict)
    uploads: dict[str, Upload] = field(factory=dict)
    error: Exception | None = None
    undeletable: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    announced_extra: int = 0
    seen_expiry: timedelta | None = None
    answer: SignedUrl | None = None

    def _check(self) -> None:
        if self.error is not None:
            raise self.error

    def _look(self, key: str) -> None:
        if key in self.unreadable:
            raise AccessDenied("not this one")
        self._check()

    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Upload) -> Generator[None, StoredObject, StoredObject]:
        self._check()
        stored = yield
        if upload.progress is not None:
            upload.progress(stored.size)
        self.uploads[upload.key] = upload
        return stored

    @hookimpl(wrapper=True)
    def bucketry_delete(self, keys: Sequence[str]) -> Generator[None, Deleted, Deleted]:
        self._check()
        kept = {key: self.objects[key] for key in self.undeletable.intersection(keys)}
        deleted = yield
        self.objects.update(kept)
        return Deleted(
            keys=[key for key in deleted.keys if key not in kept],
            failures=[Failure(key=key, reason="locked") for key in kept],
        )

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        self._check()
        if self.answer is not None:
            return self.answer
        name = request.response.get("content_disposition", "")
        return SignedUrl(
            url=f"{BASE}{request.key}?for={request.expires_in}&sig=s3cr3t&named={'report' in name}",
            method=request.method,
            expires_at=MOMENT + timedelta(seconds=request.expires_in),
        )

    def _told(self, info: ObjectInfo) -> ObjectInfo:
        upload = self.uploads.get(info.key)
        mark = "made-up" if upload is not None and upload.prevent_overwrite else None
        return evolve(info, size=info.size + self.announced_extra, write_id=mark)

    @hookimpl(wrapper=True)
    def bucketry_head(self, key: str) -> Generator[None, ObjectInfo, ObjectInfo]:
        self._look(key)
        return self._told((yield))

    @hookimpl(wrapper=True)
    def bucketry_open(self, key: str) -> Generator[None, ObjectReader, ObjectReader]:
        self._look(key)
        reader = yield
        return ObjectReader(self._told(reader.info), io.BytesIO(reader.read()))

    @hookimpl(wrapper=True)
    def bucketry_list(self) -> Generator[None, Any, Any]:
        self._check()
        return (yield)

    @hookimpl(wrapper=True)
    def bucketry_copy(self, source: str) -> Generator[None, StoredObject, StoredObject]:
        self._look(source)
        return (yield)

    @hookimpl(wrapper=True)
    def bucketry_sweep(self, older_than: datetime) -> Generator[None, list[Swept], list[Swept]]:
        self._check()
        self.seen_expiry = datetime.now(UTC) - older_than
        return (yield)


def provider_on(layer: Trouble, name: str = "media", **options: Any) -> Provider:
    """Return a provider of a store in memory with this trouble."""
    vendor = memory_vendor(
        layers=lambda chosen, context: [
            MemoryLayer(chosen, context, objects=layer.objects), layer,
        ],
    )  # fmt: skip
    chosen = MemoryOptions(**{"key_strategy": "name", **options})
    return Provider(name=name, vendor=vendor, options=chosen)


class Shell:
    """Runs `bucketry` with memory providers in place of configured ones."""

    def __init__(self) -> None:
        self.layers = {"media": Trouble(), "archive": Trouble()}
        self.options: dict[str, Any] = {}

    @property
    def layer(self) -> Trouble:
        return self.layers["media"]

    @property
    def data(self) -> dict[str, bytes]:
        return {key: data for key, (data, _) in self.layer.objects.items()}

    def fill(self, **objects: bytes) -> None:
        """Store objects in `media`; ``__`` in a name stands for a slash."""
        for name, data in objects.items():
            provider = provider_on(self.layer)
            provider.upload(data, key=name.replace("__", "/"))

    def open(self, settings: Settings, name: str | None = None) -> Provider:
        chosen = name or settings.provider or "media"
        if chosen not in self.layers:
            raise ConfigError([Problem(path="", sentence=f"there is no provider {chosen!r}")])
        return provider_on(self.layers[chosen], chosen, **self.options)

    def run(self, *arguments: str, stdin: bytes | str | None = None) -> Result:
        return run(*arguments, stdin=stdin)

    def json(self, *arguments: str) -> Any:
        """Run a command that prints one JSON document, and read it."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


def run(*arguments: str, stdin: bytes | str | None = None) -> Result:
    """Run `bucketry` with these arguments in this process."""
    return CliRunner().invoke(root, arguments, input=stdin)


def everything(result: Result) -> str:
    """Return what the command wrote, anywhere."""
    return result.stdout + result.stderr
