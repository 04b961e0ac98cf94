"""Storing and copying: what is asked, who is asked, what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from bucketry.errors import InvalidInput
from bucketry.limits import hold
from bucketry.model import ObjectInfo, StoredObject, Upload
from bucketry.provider.arguments import check_flag, key_of
from bucketry.provider.ground import Ground
from bucketry.provider.perform import perform
from bucketry.provider.upload_options import build_upload, check_extra_params, check_upload
from bucketry.source import Body, Source


def upload(ground: Ground, body: Body, key: str | None, options: Mapping[str, Any]) -> StoredObject:
    """Store `body` under `key`, or under the name that the layers give it."""
    key = None if key is None else key_of(key)
    with Source(body) as source:
        object_key = "" if key is None else ground.root.join(key)
        asked = build_upload(ground, object_key, source, options)
        with perform(ground, "upload", key, asked) as operation:
            prepared = _prepared(ground, asked)
            # What the answer tells of addresses is asked first: a layer may fail at it, and by then
            # nothing may be stored.
            complete = _completion(ground, prepared.key)
            params = ground.ask.put_params(prepared)
            stored = operation.answer = complete(ground.ask.upload(prepared, params))
            operation.moved(stored.size)
    return stored


def _prepared(ground: Ground, asked: Upload) -> Upload:
    """Return the upload as the layers want it and the vendor can honour it, with its key."""
    service = ground.service
    prepared = hold(
        ground.ask.prepare_upload(asked, partial(check_upload, ground=ground)),
        service.limits,
        ignore=service.ignores_unsupported,
    )
    if prepared.key:
        return prepared
    return attrs.evolve(prepared, key=ground.root.join(ground.ask.build_key(prepared)))


def copy(
    ground: Ground,
    source: str | ObjectInfo,
    target: str,
    extra_params: Mapping[str, Any] | None,
    prevent_overwrite: bool | None,
) -> StoredObject:
    """Copy an object inside the bucket; the configuration says whether over another one."""
    if prevent_overwrite is None:
        prevent_overwrite = bool(getattr(ground.options, "prevent_overwrite", False))
    else:
        check_flag("prevent_overwrite", prevent_overwrite)
    source, target = key_of(source), key_of(target)
    source_key, target_key = ground.root.existing(source), ground.root.join(target)
    if source_key == target_key:
        raise InvalidInput(f"source and target are the same key {source!r}")
    params = check_extra_params(extra_params, ground.vendor.protected_params)
    question = {
        "source": source,
        "target": target,
        "extra_params": params,
        "prevent_overwrite": prevent_overwrite,
    }
    with perform(ground, "copy", source, question) as operation:
        complete = _completion(ground, target_key)
        copied = ground.ask.copy(
            source_key, target_key, params, prevent_overwrite=prevent_overwrite
        )
        stored = operation.answer = complete(copied)
    return stored


def _completion(ground: Ground, object_key: str) -> Callable[[StoredObject], StoredObject]:
    """Return what fills in an answer all that only the provider knows, and translates its key."""
    key = ground.root.strip(object_key)
    url = ground.quick.object_url(object_key) or ground.ask.object_url(object_key)
    public = not ground.ask.is_private(object_key)

    def complete(told: StoredObject) -> StoredObject:
        return StoredObject(  # field by field: `evolve` takes as long as all the rest here
            key=key,
            object_key=object_key,
            provider=ground.name,
            bucket=told.bucket,
            url=url,
            public=public,
            etag=told.etag,
            version=told.version,
            size=told.size,
            checksum_algorithm=told.checksum_algorithm,
            checksum=told.checksum,
            verified=told.verified,
            source_etag=told.source_etag,
            parts=told.parts,
            location=told.location,
        )

    return complete
