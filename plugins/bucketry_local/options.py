"""What users may configure for files on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from attrs import field, frozen

from bucketry import Secret
from bucketry.vendor import ContentPolicy, Visibility


@frozen(kw_only=True)
class LocalOptions:
    """Options of the provider ``local``.

    Attributes:
        directory: folder that holds the files; made with the first upload. ``~`` is your home.
        base_url: address that `bucketry_local.wsgi.app` is reached at. Unlike elsewhere it is the
            store's own address, so signed URLs are used although it is set, and they are good for
            this address only.
        signing_key: secret behind signed URLs. None: a random one, made once and kept in
            ``<directory>/.bucketry/signing-key``, readable by its owner only.
        durability: ``durable`` syncs each change, so that what was answered survives a power
            failure; ``relaxed`` leaves that to the system, and what was stored last may be lost or
            damaged by one. Whatever dies but the machine does no harm either way.

    The others mean what they mean everywhere; see `schemas/bucketry_schemas/leaves.schema.json`.
    """

    directory: str
    base_url: str = "http://127.0.0.1:8900"
    root_path: str = ""
    visibility: Visibility = "private"
    signed_url_expires: int = 900
    signing_key: Secret | None = None
    durability: Literal["durable", "relaxed"] = "durable"
    key_strategy: Literal["slug", "name", "date", "hash"] = "slug"
    content_policy: ContentPolicy | None = None
    prevent_overwrite: bool = False
    tags: Mapping[str, str] = field(factory=dict)
    unsupported: Literal["refuse", "ignore"] = "refuse"
    overrides: Sequence[str] = ()
