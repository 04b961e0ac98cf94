"""Any other S3 endpoint, with what it can do declared in the configuration.

Nothing is known of it, so nothing is refused for lack of knowledge, with one exception:
`prevent_overwrite` protects files, and a server that does not know If-None-Match overwrites in
silence. It needs `capabilities = { put_if_absent = "enforced" }`.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs
from attrs import field, frozen

from bucketry import Capabilities
from bucketry.model import Condition, Support
from bucketry_s3.facts import documented
from bucketry_s3.options import S3Options
from bucketry_s3.profile import Profile
from bucketry_s3.vendor import s3_vendor


@frozen(kw_only=True)
class Declared:
    """What the configuration says of its server; each field is one of `Capabilities`."""

    acl: Literal["object", "bucket", "ignored", "none"] | None = None
    put_if_absent: Condition | None = None
    put_if_match: Condition | None = None
    complete_if_absent: Condition | None = None
    complete_if_match: Condition | None = None
    delete_if_match: Condition | None = None
    if_match_etag: Literal["quoted", "unquoted"] | None = None
    tagging: Support | None = None
    batch_delete: Support | None = None
    batch_delete_digest: Literal["any", "md5", "sha256"] | None = None
    batch_delete_limit: int | None = None
    multipart: Support | None = None
    part_size_min: int | None = None
    part_size_max: int | None = None
    parts_max: int | None = None
    equal_parts: bool | None = None
    put_size_max: int | None = None
    copy: Support | None = None
    post_policy: Support | None = None
    public_url: Support | None = None


_CONDITION = {"enum": ["enforced", "refused", "ignored"]}
_SUPPORT = {"enum": ["yes", "no", "ignored"]}
_COUNT = {"type": "integer", "minimum": 1}

_SCHEMA: dict[str, Any] = {
    "description": "What the server can do, where it matters; see the capabilities in the docs.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "acl": {"enum": ["object", "bucket", "ignored", "none"]},
        "put_if_absent": _CONDITION,
        "put_if_match": _CONDITION,
        "complete_if_absent": _CONDITION,
        "complete_if_match": _CONDITION,
        "delete_if_match": _CONDITION,
        "if_match_etag": {"enum": ["quoted", "unquoted"]},
        "tagging": _SUPPORT,
        "batch_delete": _SUPPORT,
        "batch_delete_digest": {"enum": ["any", "md5", "sha256"]},
        "batch_delete_limit": {"type": "integer", "minimum": 1, "maximum": 1000},
        "multipart": _SUPPORT,
        "part_size_min": _COUNT,
        "part_size_max": _COUNT,
        "parts_max": {"type": "integer", "minimum": 1, "maximum": 10_000},
        "equal_parts": {"type": "boolean"},
        "put_size_max": _COUNT,
        "copy": _SUPPORT,
        "post_policy": _SUPPORT,
        "public_url": _SUPPORT,
    },
}


@frozen(kw_only=True)
class AnyS3Options(S3Options):
    """Options of any S3 endpoint; `endpoint` is needed."""

    capabilities: Declared = field(factory=Declared, metadata={"schema": _SCHEMA})


def _declared(able: Capabilities, options: Any) -> Capabilities:
    declared = attrs.asdict(options.capabilities, recurse=False)
    facts = {
        name: documented(value, "the configuration", as_of="")
        for name, value in declared.items()
        if value is not None
    }
    return attrs.evolve(able, **facts)


profile = Profile(endpoint="", addressing="path", default_region="us-east-1")

vendor = s3_vendor(
    name="s3",
    title="Generic S3 server",
    summary="Any other endpoint; what it can do is declared in `capabilities`.",
    docs_url="https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html",
    options=AnyS3Options,
    capabilities_for=_declared,
    profile=profile,
    capabilities=Capabilities(),
)
