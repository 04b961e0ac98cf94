"""Cubbit DS3: one endpoint, or a tenant's own; public objects on virtual hosts.

`tenant` names the gateway of a tenant, as in `https://s3.acme.cubbit.eu`. Requests go by path,
while public objects are read as `https://<bucket>.s3.cubbit.eu/<key>`.

Sources disagree on what opens an object: the documentation says that anonymous reading is not yet
supported with public-read, and public sites have been served by it in 2026. Try it before relying
on `visibility = "public"`.
"""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from bucketry import Capabilities
from bucketry_s3 import Profile, S3Options, s3_vendor
from bucketry_s3.facts import (
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    unknown,
)

_DOCS = "https://docs.cubbit.io/guides/s3-api"
_DATE = "2026-11"
_PAGES = "marcodellemarche/cubbit-pages 6f0f995"
_PAGES_DATE = "2026-05"
_SECONDARY = "api-evangelist/cubbit:conventions/cubbit-conventions.yml 695ef7f (secondary)"


@frozen(kw_only=True)
class CubbitOptions(S3Options):
    """Options of Cubbit DS3; `tenant` chooses a tenant's own gateway."""

    tenant: str | None = field(
        default=None,
        metadata={
            "schema": {
                "title": "Tenant",
                "description": "The tenant whose own gateway is used; a part of the endpoint.",
                "type": "string",
                "pattern": "^[a-z0-9-]{1,63}$",
                "x-message": "must be the tenant's name: lower-case letters, digits or '-'",
                "examples": ["acme"],
            }
        },
    )


def _host(options: Any) -> str:
    """Choose the tenant's gateway where there is one (https://docs.cubbit.io/guides/s3-api)."""
    return "s3.{tenant}.cubbit.eu" if options.tenant else "s3.cubbit.eu"


profile = Profile(
    endpoint=lambda options: f"https://{_host(options)}",
    addressing="path",
    default_region="eu-west-1",
    regions=("eu-west-1",),
    public_base=lambda options: f"https://{{bucket}}.{_host(options)}",
    hints={
        "AccessDenied": (
            "Look at the key's rights; Cubbit documents that public-read does not open an object "
            "to readers without a key everywhere."
        ),
        "BucketNotFound": (
            "Check `bucket`; a tenant's buckets answer on its own Cubbit gateway: set `tenant`."
        ),
    },
)

vendor = s3_vendor(
    name="cubbit",
    title="Cubbit DS3",
    summary="Requests by path, public addresses on virtual hosts; little is documented.",
    docs_url=_DOCS,
    options=CubbitOptions,
    profile=profile,
    endpoint_hosts=("s3.cubbit.eu", "s3.{tenant}.cubbit.eu"),
    capabilities=Capabilities(
        acl=documented(
            "object",
            _DOCS,
            as_of=_DATE,
            note="Sources disagree on the effect: anonymous reading is called not yet supported, "
            f"and is relied on by {_PAGES}.",
        ),
        canned_acls=unknown(
            "private and public-read are named; the copy of the page at hand ends there.",
            _DOCS,
            as_of=_DATE,
        ),
        addressing=from_code(
            frozenset({"path", "virtual"}),
            f"{_PAGES}:internal/s3/client.go",
            as_of=_PAGES_DATE,
            note="Requests by path, public reads on virtual hosts.",
        ),
        checksum_trailers=unknown(
            "An SDK whose default they are is used with it.",
            f"{_PAGES}:internal/s3/client.go",
            as_of=_PAGES_DATE,
        ),
        encryption=unknown(
            "Encryption as a setting of a bucket is not supported; headers are not described.",
            _SECONDARY,
            as_of="2026-07",
        ),
        tagging=unknown(
            "Tags of buckets are not supported; tags of objects are not described.",
            _SECONDARY,
            as_of="2026-07",
        ),
        multipart=documented(
            "yes", _DOCS, as_of=_DATE, note="The ETag of a completed upload differs from AWS's."
        ),
        copy=documented("yes", _DOCS, as_of=_DATE, note="In parts too, by newer copies."),
        presign=inferred(SIGNED_METHODS, "SigV4", as_of=_DATE),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit", as_of=_DATE),
        public_url=from_code(
            "yes",
            f"{_PAGES}:README.md",
            as_of=_PAGES_DATE,
            note="With a public-read ACL of the object or a bucket policy.",
        ),
        versioning=documented("yes", _DOCS, as_of=_DATE),
        cors=from_code("yes", f"{_PAGES}:internal/snippets/snippets.go", as_of=_PAGES_DATE),
        lifecycle=from_code(
            "yes",
            f"{_PAGES}:internal/snippets/snippets.go",
            as_of=_PAGES_DATE,
            note="Expiration by days.",
        ),
        policy=from_code(
            "yes",
            f"{_PAGES}:internal/snippets/snippets.go",
            as_of=_PAGES_DATE,
            note=f"Sources disagree: not supported in {_SECONDARY}.",
        ),
        server=inferred("proprietary", "the vendor's own product", as_of=_DATE),
    ),
)
