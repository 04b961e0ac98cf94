"""The layer that answers every hook with files on disk."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import attrs

from bucketry import (
    ByteRange,
    Deleted,
    LayerContext,
    ObjectInfo,
    ObjectReader,
    Page,
    Secret,
    SignedUrl,
    SignRequest,
    StoredObject,
    Swept,
    Unsupported,
    UnsupportedOptionWarning,
    Upload,
    hookimpl,
)
from bucketry.headers import check_header_value, check_metadata, check_tags
from bucketry.limits import Limits, Refusal
from bucketry.once import once
from bucketry.source import Source
from bucketry_local import reading
from bucketry_local.names import check_name
from bucketry_local.options import LocalOptions
from bucketry_local.records import Details, Record
from bucketry_local.signing import Signer, key_of_url, object_url
from bucketry_local.store import Store

if TYPE_CHECKING:
    from bucketry.doctor import Bench, Probe

# Parameters are spelled as boto3's, so that an application's layers work here as in production.
HEADER_PARAMS = {
    "ContentType": "content_type",
    "CacheControl": "cache_control",
    "ContentDisposition": "content_disposition",
    "ContentEncoding": "content_encoding",
    "ContentLanguage": "content_language",
}
_UPLOAD_PARAMS = frozenset({*HEADER_PARAMS, "Metadata", "Tagging", "IfNoneMatch", "IfMatch"})

_PARAMS = {
    **HEADER_PARAMS,
    "ACL": "acl",
    "StorageClass": "storage_class",
    "ChecksumAlgorithm": "checksum_algorithm",
    "IfMatch": "if_match",
}

_asked = attrgetter(*_PARAMS.values())

# Options that the schema refuses, by the parameter they would become.
_OPTIONS = {
    "ACL": "acl",
    "ChecksumAlgorithm": "checksum_algorithm",
    "SSEKMSKeyId": "encryption",
    "ServerSideEncryption": "encryption",
    "StorageClass": "storage_class",
}


# What the app sees to: its uploads go through the provider.
_KEPT = frozenset({"content_policy", "prevent_overwrite", "tags"})


class LocalLayer:
    """Answers every hook with files on disk.

    `store` holds the files, `signer` makes and checks signed URLs; `bucketry_local.wsgi` uses both.
    """

    tells_text = True  # what it tells of objects is made of text, so that nobody looks again

    def __init__(self, options: LocalOptions, context: LayerContext) -> None:
        self._options = options
        self._context = context
        self.base_url = options.base_url.rstrip("/")
        self.store = Store(options.directory, synced=options.durability == "durable")
        self._bucket = self.store.root.name

    @once
    def _limits(self) -> Limits:
        return self._context.vendor.limits(self._context.capabilities)

    @once
    def signer(self) -> Signer:
        """The signer, with the configured key or the one kept in the store."""
        key = self._options.signing_key or Secret(self.store.own.signing_key())
        return Signer(key, self.base_url)

    def is_private(self, key: str) -> bool:
        """Return what the whole stack says of an object key; private unless it says no."""
        return self._context.hooks.bucketry_is_private(key=key) is not False

    @hookimpl
    def bucketry_put_params(self, upload: Upload) -> dict[str, Any]:
        """Spell the upload's options as boto3 does."""
        asked = zip(_PARAMS, _asked(upload), strict=True)
        params: dict[str, Any] = {name: value for name, value in asked if value}
        if upload.encryption:
            params["ServerSideEncryption"] = upload.encryption.type
        if upload.metadata:
            params["Metadata"] = dict(upload.metadata)
        if upload.tags:
            params["Tagging"] = urlencode(upload.tags)
        if upload.prevent_overwrite:
            params["IfNoneMatch"] = "*"
        return params | dict(upload.extra_params)

    def _only(self, known: Collection[str], params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters that mean something here; refuse or leave out the others."""
        others = params.keys() - known
        if not others:
            return params
        for name in sorted(others):
            refusal = Refusal(f"files on disk have no parameter {name}", "leave it out")
            if name in _OPTIONS:
                refusal = self._limits.unsupported[_OPTIONS[name]]
            if self._options.unsupported == "refuse":
                raise Unsupported(refusal.reason, hint=refusal.hint_sentence)
            warnings.warn(
                f"{self._context.provider}: {name} was left out, because {refusal}",
                UnsupportedOptionWarning,
                stacklevel=2,
            )
        return {name: value for name, value in params.items() if name not in others}

    @hookimpl
    def bucketry_upload(self, upload: Upload, params: dict[str, Any]) -> StoredObject:
        """Write the file."""
        upload.source.check_untouched()
        params = self._only(_UPLOAD_PARAMS, params)
        if params.get("IfNoneMatch", "*") != "*":
            raise Unsupported('IfNoneMatch can only be "*": no object at all')
        tags: dict[str, str] = {}
        if "Tagging" in params:
            tagging = check_header_value("Tagging", params["Tagging"])
            tags = check_tags(dict(parse_qsl(tagging, keep_blank_values=True)))
        record = self.store.put(
            upload.key,
            upload.source,
            Details(
                content_type=params.get("ContentType", "application/octet-stream"),
                cache_control=params.get("CacheControl"),
                content_disposition=params.get("ContentDisposition"),
                content_encoding=params.get("ContentEncoding"),
                content_language=params.get("ContentLanguage"),
                metadata=check_metadata(params["Metadata"]) if "Metadata" in params else {},
                tags=tags,
            ),
            if_absent="IfNoneMatch" in params,
            if_match=params.get("IfMatch"),
            progress=upload.progress,
        )
        return self._stored(upload.key, record)

    def _stored(self, key: str, record: Record) -> StoredObject:
        return StoredObject(
            key=key,
            bucket=self._bucket,
            etag=record.etag,
            size=record.size,
            checksum_algorithm="SHA256",
            checksum=record.sha256,
            verified="SHA256",
        )

    @hookimpl
    def bucketry_delete(
        self, keys: Sequence[str], params: dict[str, Any], if_match: str | None
    ) -> Deleted:
        """Remove the files, and the folders that get empty."""
        self._only((), params)
        if len(keys) == 1:
            self.store.delete_one(keys[0], if_match)
            return Deleted(keys=keys)
        return self.store.delete(keys)

    @hookimpl
    def bucketry_diagnose(self, bench: Bench) -> list[Probe]:
        """Look at the folder, the room in it, and whether its URLs lead anywhere."""
        from bucketry_local.doctor import probes

        return probes(bench, self.store.root, self.base_url)

    @hookimpl
    def bucketry_sweep(self, prefix: str, older_than: datetime, dry_run: bool) -> list[Swept]:
        """Remove the temporary files that killed uploads have left."""
        return self.store.own.sweep(prefix, older_than, dry_run=dry_run)

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        """Append the key to the base URL."""
        return object_url(self.base_url, key)

    def url_front(self) -> str:
        """Return what `bucketry_object_url` puts in front of a percent-encoded key."""
        return f"{self.base_url}/"

    @hookimpl
    def bucketry_key_of_url(self, url: str) -> str | None:
        """Take the base URL away again."""
        return key_of_url(self.base_url, url)

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        """Sign with HMAC-SHA256; the WSGI app checks it."""
        if request.method == "POST":
            raise Unsupported("files on disk take no form uploads", hint="Sign a PUT.")
        if request.version is not None:
            raise Unsupported("files on disk keep no versions", hint="Leave version out.")
        check_name(request.key)
        if request.method != "PUT":
            return self.signer.sign(request)
        if self._options.prevent_overwrite:
            headers = {**request.headers, "If-None-Match": "*"}
            request = attrs.evolve(request, headers=headers)
        return attrs.evolve(self.signer.sign(request), keeps=_KEPT)

    @hookimpl
    def bucketry_check_signed(self, signed: SignedUrl, request: SignRequest) -> str | None:
        """Read the signature back."""
        return self.signer.difference(signed, request)

    @hookimpl
    def bucketry_head(self, key: str) -> ObjectInfo:
        """Look at the file."""
        return reading.object_info(key, self.store.head(key))

    @hookimpl
    def bucketry_open(self, key: str, byte_range: ByteRange | None) -> ObjectReader:
        """Open the file; a replacement while it is read does not disturb the reader."""
        return reading.open_object(self.store, key, byte_range)

    @hookimpl
    def bucketry_list(
        self, prefix: str, delimiter: str, start_after: str, page_size: int
    ) -> Iterator[Page]:
        """Walk the folders, in the order of the keys' UTF-8 bytes."""
        return reading.pages(self.store, prefix, delimiter, start_after, page_size)

    @hookimpl
    def bucketry_copy(
        self, source: str, target: str, params: dict[str, Any], prevent_overwrite: bool
    ) -> StoredObject:
        """Copy the file, with headers, metadata and tags."""
        self._only((), params)
        file, record = self.store.open(source)
        with file:
            copied = self.store.put(
                target,
                Source(file),
                record.details,
                if_absent=prevent_overwrite,
                sha256_wanted=record.sha256,
            )
        return attrs.evolve(self._stored(target, copied), source_etag=record.etag)
