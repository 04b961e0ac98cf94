"""A vendor that keeps objects in memory, so that commands can be tried without a disk or server."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, evolve, field, frozen
from click.testing import CliRunner, Result

import bucketry
from bucketry import (
    AccessDenied,
    ByteRange,
    Capabilities,
    ConfigError,
    Deleted,
    Failure,
    NotFound,
    ObjectInfo,
    ObjectReader,
    Page,
    Problem,
    Provider,
    SchemaFile,
    SignedUrl,
    SignRequest,
    StoredObject,
    Swept,
    Upload,
    Vendor,
    hookimpl,
)
from bucketry.cli.app import root
from bucketry.cli.settings import Settings

MOMENT = datetime(2026, 10, 5, 12, 30, tzinfo=UTC)


@frozen(kw_only=True)
class MemoryOptions:
    root_path: str = ""
    base_url: str | None = None
    visibility: str = "private"
    signed_url_expires: int = 900
    key_strategy: str = "name"
    overrides: Sequence[str] = ()


@define(eq=False)
class MemoryLayer:
    """Objects by key, and what goes wrong with them.

    `error` is raised by every operation; `undeletable` keys stay, `unreadable` ones are only
    listed; `announced_extra` bytes are promised and never come; `answer` is what signing gives.
    `seen_expiry` is the age that a sweep was asked for.
    """

    objects: dict[str, tuple[bytes, Upload]] = field(factory=dict)
    error: Exception | None = None
    undeletable: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    announced_extra: int = 0
    seen_expiry: timedelta | None = None
    answer: SignedUrl | None = None

    def _check(self) -> None:
        if self.error is not None:
            raise self.error

    def _info(self, key: str) -> ObjectInfo:
        self._check()
        if key not in self.objects:
            raise NotFound("there is nothing under this key")
        data, upload = self.objects[key]
        return ObjectInfo(
            key=key,
            size=len(data) + self.announced_extra,
            etag=f"etag-of-{len(data)}",
            last_modified=MOMENT,
            content_type=upload.content_type,
            write_id="made-up" if upload.prevent_overwrite else None,
            cache_control=upload.cache_control,
            metadata=upload.metadata,
        )

    @hookimpl
    def bucketry_put_params(self) -> dict[str, Any]:
        return {}

    @hookimpl
    def bucketry_upload(self, upload: Upload) -> StoredObject:
        self._check()
        if upload.prevent_overwrite and upload.key in self.objects:
            raise bucketry.AlreadyExists("the key is taken")
        data = b""
        while chunk := upload.source.read(1000):
            data += chunk
            if upload.progress is not None:
                upload.progress(len(chunk))
        self.objects[upload.key] = (data, upload)
        return StoredObject(key=upload.key, size=len(data), etag=f"etag-of-{len(data)}")

    @hookimpl
    def bucketry_delete(self, keys: Sequence[str]) -> Deleted:
        self._check()
        gone = [key for key in keys if key not in self.undeletable]
        for key in gone:
            self.objects.pop(key, None)
        return Deleted(
            keys=gone,
            failures=[Failure(key=key, reason="locked") for key in keys if key not in gone],
        )

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        return f"https://memory.example/{key}"

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        self._check()
        if self.answer is not None:
            return self.answer
        name = request.response.get("content_disposition", "")
        return SignedUrl(
            url=f"https://memory.example/{request.key}?for={request.expires_in}"
            f"&sig=s3cr3t&named={'report' in name}",
            method=request.method,
            expires_at=MOMENT + timedelta(seconds=request.expires_in),
        )

    def _look(self, key: str) -> ObjectInfo:
        if key in self.unreadable:
            raise AccessDenied("not this one")
        return self._info(key)

    @hookimpl
    def bucketry_head(self, key: str) -> ObjectInfo:
        return self._look(key)

    @hookimpl
    def bucketry_open(self, key: str, byte_range: ByteRange | None) -> ObjectReader:
        info = self._look(key)
        return ObjectReader(info, io.BytesIO(self.objects[key][0]))

    @hookimpl
    def bucketry_list(self, prefix: str, delimiter: str) -> Iterator[Page]:
        self._check()
        return iter([self._page(prefix, delimiter)])

    def _page(self, prefix: str, delimiter: str) -> Page:
        keys = [key for key in sorted(self.objects) if key.startswith(prefix)]
        deeper = {
            prefix + key[len(prefix) :].split("/")[0] + "/"
            for key in keys
            if delimiter and "/" in key[len(prefix) :]
        }
        return Page(
            objects=[
                evolve(self._info(key), metadata=None)
                for key in keys
                if not any(key.startswith(folder) for folder in deeper)
            ],
            folders=sorted(deeper),
        )

    @hookimpl
    def bucketry_copy(self, source: str, target: str) -> StoredObject:
        self._look(source)
        self.objects[target] = self.objects[source]
        return StoredObject(key=target, size=len(self.objects[target][0]))

    @hookimpl
    def bucketry_sweep(self, older_than: datetime, dry_run: bool) -> list[Swept]:
        self._check()
        self.seen_expiry = datetime.now(UTC) - older_than
        return [Swept(key="half.bin", upload_id="u-1", started=MOMENT)]


def memory_provider(layer: MemoryLayer, name: str = "media", **options: Any) -> Provider:
    vendor = Vendor(
        name="memory",
        title="Memory",
        options=MemoryOptions,
        schema=SchemaFile(package="bucketry_schemas", path="leaves.schema.json"),
        capabilities=Capabilities(),
        layers=lambda _options, _context: [layer],
        docs_url="https://memory.example/docs",
    )
    chosen: Any = MemoryOptions(**options)
    return Provider(name=name, vendor=vendor, options=chosen)


class Shell:
    """Runs `bucketry` with memory providers in the place of configured ones."""

    def __init__(self) -> None:
        self.layers = {"media": MemoryLayer(), "archive": MemoryLayer()}
        self.options: dict[str, Any] = {}

    @property
    def layer(self) -> MemoryLayer:
        return self.layers["media"]

    @property
    def data(self) -> dict[str, bytes]:
        return {key: data for key, (data, _) in self.layer.objects.items()}

    def fill(self, **objects: bytes) -> None:
        """Store objects in `media`; ``__`` in a name stands for a slash."""
        for name, data in objects.items():
            provider = memory_provider(self.layer)
            provider.upload(data, key=name.replace("__", "/"))

    def open(self, settings: Settings, name: str | None = None) -> Provider:
        chosen = name or settings.provider or "media"
        if chosen not in self.layers:
            raise ConfigError([Problem(path="", sentence=f"there is no provider {chosen!r}")])
        return memory_provider(self.layers[chosen], chosen, **self.options)

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
