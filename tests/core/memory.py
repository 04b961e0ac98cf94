"""A store in memory: a vendor that answers every hook, for tests of the host."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any
from urllib.parse import quote, unquote

import attrs
from attrs import field, frozen

from bucketry import (
    AlreadyExists,
    ByteRange,
    Capabilities,
    Deleted,
    Fact,
    LayerContext,
    NotFound,
    ObjectInfo,
    ObjectReader,
    Page,
    Provider,
    SchemaFile,
    SignedUrl,
    SignRequest,
    StorageError,
    StoredObject,
    Swept,
    Upload,
    Vendor,
    hookimpl,
)
from bucketry.vendor import Visibility

BASE = "https://memory.example/bucket/"
MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@frozen(kw_only=True)
class MemoryOptions:
    root_path: str = ""
    base_url: str | None = None
    visibility: Visibility = "private"
    signed_url_expires: int = 900
    key_strategy: str = "slug"
    prevent_overwrite: bool = False
    overrides: Sequence[str] = ()


@frozen(eq=False)
class MemoryLayer:
    """Keeps objects in `objects` and every call in `calls`, as ``(operation, what)``."""

    options: MemoryOptions
    context: LayerContext
    objects: dict[str, tuple[bytes, ObjectInfo]] = field(factory=dict)
    calls: list[tuple[str, Any]] = field(factory=list)

    @hookimpl
    def bucketry_put_params(self, upload: Upload) -> dict[str, Any]:
        return {"IfNoneMatch": "*"} if upload.prevent_overwrite else {}

    @hookimpl
    def bucketry_upload(self, upload: Upload, params: dict[str, Any]) -> StoredObject:
        self.calls.append(("upload", (upload.key, params)))
        if "IfNoneMatch" in params and upload.key in self.objects:
            raise AlreadyExists("there is an object already", code="PreconditionFailed", status=412)
        body = b"".join(iter(lambda: upload.source.read(1 << 16), b""))
        upload.source.check_complete()
        info = ObjectInfo(
            key=upload.key, size=len(body), etag=md5(body).hexdigest(), last_modified=MOMENT,
            content_type=upload.content_type, cache_control=upload.cache_control,
            metadata=dict(upload.metadata),
        )  # fmt: skip
        self.objects[upload.key] = (body, info)
        return StoredObject(key=upload.key, bucket="bucket", etag=info.etag, size=info.size)

    @hookimpl
    def bucketry_delete(self, keys: Sequence[str], params: dict[str, Any]) -> Deleted:
        self.calls.append(("delete", (list(keys), params)))
        for key in keys:
            self.objects.pop(key, None)
        return Deleted(keys=list(keys))

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        return BASE + quote(key)

    @hookimpl
    def bucketry_key_of_url(self, url: str) -> str | None:
        # As careless as can be: the facade must not believe it.
        return unquote(url.partition("/bucket/")[2]) or None

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        self.calls.append(("sign", request))
        query = f"?method={request.method}&sig=0123abcd"
        return SignedUrl(
            url=BASE + quote(request.key) + query, method=request.method,
            fields={"policy": "0123abcd"} if request.method == "POST" else {},
            expires_at=datetime.now(UTC) + timedelta(seconds=request.expires_in),
        )  # fmt: skip

    def _find(self, key: str) -> tuple[bytes, ObjectInfo]:
        try:
            body, info = self.objects[key]
        except KeyError:
            raise NotFound("no such object", code="NoSuchKey", status=404) from None
        return body, attrs.evolve(info, key=key)

    @hookimpl
    def bucketry_head(self, key: str) -> ObjectInfo:
        return self._find(key)[1]

    @hookimpl
    def bucketry_open(self, key: str, byte_range: ByteRange | None) -> ObjectReader:
        body, info = self._find(key)
        if byte_range is not None:
            body = body[byte_range.start : byte_range.stop]
        return ObjectReader(info, io.BytesIO(body))

    @hookimpl
    def bucketry_list(
        self, prefix: str, delimiter: str, start_after: str, page_size: int
    ) -> Iterator[Page]:
        self.calls.append(("list", (prefix, delimiter, start_after, page_size)))
        return self._pages(prefix, delimiter, start_after)

    def _pages(self, prefix: str, delimiter: str, start_after: str) -> Iterator[Page]:
        keys = [k for k in sorted(self.objects) if k.startswith(prefix) and k > start_after]
        rests = {key: key[len(prefix) :].partition(delimiter or "\0") for key in keys}
        folders = sorted({prefix + head + cut for head, cut, _ in rests.values() if cut})
        infos = [self._find(key)[1] for key in keys if not rests[key][1]]
        yield Page(objects=infos[:2], folders=folders)
        yield from (Page(objects=infos[n : n + 2]) for n in range(2, len(infos), 2))

    @hookimpl
    def bucketry_copy(
        self, source: str, target: str, params: dict[str, Any], prevent_overwrite: bool
    ) -> StoredObject:
        self.calls.append(("copy", (source, target, params)))
        if prevent_overwrite and target in self.objects:
            raise AlreadyExists("the key is taken")
        body, info = self._find(source)
        self.objects[target] = (body, attrs.evolve(info, key=target))
        return StoredObject(key=target, bucket="bucket", etag=info.etag, size=info.size)

    @hookimpl
    def bucketry_sweep(self, prefix: str, older_than: datetime, dry_run: bool) -> Sequence[Swept]:
        self.calls.append(("sweep", (prefix, older_than, dry_run)))
        return [Swept(key=f"{prefix}half.bin", upload_id="u", started=MOMENT)]

    @hookimpl
    def bucketry_explain_error(self, error: StorageError) -> str:
        return "Look into the memory." if error.code == "NoSuchKey" else ""

    def close(self) -> None:
        self.calls.append(("close", None))


def fact_of(value: Any) -> Fact[Any]:
    """Return what the vendor documents."""
    return Fact(value, "documented", "https://memory.example/docs", "2026-11")


def memory_vendor(capabilities: Capabilities | None = None, **fields: Any) -> Vendor:
    """Return the page of a vendor whose objects live in memory, the same ones for all providers."""
    objects: dict[str, tuple[bytes, ObjectInfo]] = {}
    page = {
        "name": "memory",
        "title": "Memory",
        "options": MemoryOptions,
        "schema": SchemaFile(package="bucketry_schemas", path="leaves.schema.json"),
        "capabilities": capabilities or Capabilities(),
        "layers": lambda options, context: [MemoryLayer(options, context, objects)],
        "docs_url": "https://memory.example/docs",
        "protected_params": {"Body", "Bucket", "CopySource", "Delete", "Key", "UploadId"},
    }
    return Vendor(**{**page, **fields})


def memory_provider(capabilities: Capabilities | None = None, **options: Any) -> Provider:
    """Return a provider called ``media`` on a store of its own."""
    return Provider(
        name="media",
        vendor=memory_vendor(capabilities),
        options=MemoryOptions(**options),
        distribution="bucketry-memory 1.0",
    )


def store_of(provider: Provider) -> MemoryLayer:
    """Return the layer that holds the objects."""
    layer: MemoryLayer = provider.layer(MemoryLayer)
    return layer


def filled(provider: Provider, *keys: str) -> Provider:
    """Return the provider with an object under each key, the key's own bytes."""
    for key in keys:
        provider.upload(key.encode(), key=key)
    store_of(provider).calls.clear()
    return provider


def keys_of(provider: Provider) -> list[str]:
    """Return what there is, by object keys."""
    return sorted(store_of(provider).objects)


class Failing:
    """A layer that fails every look at an object with one error."""

    def __init__(self, error: Exception, cause: Exception | None = None) -> None:
        self._error, self._cause = error, cause

    @hookimpl
    def bucketry_head(self) -> ObjectInfo:
        raise self._error from self._cause
