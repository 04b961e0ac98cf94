"""Acme Storage: S3 without object ACLs; every team has an endpoint of its own."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from attrs import field, frozen

from bucketry import Capabilities, LayerContext, SchemaFile, hookimpl
from bucketry_s3 import NoAclLayer, Profile, S3Options, s3_vendor
from bucketry_s3.facts import documented

_DOCS = "https://docs.acme.example/s3"


@frozen(kw_only=True)
class AcmeOptions(S3Options):
    """All options of S3, and Acme's own."""

    team: str = field(
        metadata={
            "schema": {
                "description": "Your team; the endpoint is made of it.",
                "type": "string",
                "pattern": "^[a-z0-9-]+$",
            }
        }
    )


@frozen(eq=False)
class NoIdentityEncodingLayer:
    """Acme answers 400 to ``Content-Encoding: identity``, which means none."""

    options: AcmeOptions
    context: LayerContext

    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Generator[None, dict[str, Any], dict[str, Any]]:
        """Leave the header out."""
        params = yield
        if params.get("ContentEncoding") == "identity":
            del params["ContentEncoding"]
        return params


vendor = s3_vendor(
    name="acme",
    title="Acme Storage",
    summary="No object ACLs; an endpoint for each team.",
    docs_url=_DOCS,
    options=AcmeOptions,
    schema=SchemaFile(package="bucketry_acme", path="acme.schema.json"),
    profile=Profile(
        endpoint="https://{team}.s3.acme.example",
        addressing="path",
        default_region="us-east-1",
        hints={"AccessDenied": "Ask your team's owner for the role Writer."},
    ),
    endpoint_hosts=("{team}.s3.acme.example",),
    # What is known, each with its source and date. What is left out is unknown, and options that
    # could fail in silence for it are refused.
    capabilities=Capabilities(
        acl=documented("none", _DOCS, as_of="2026-11"),
        checksum_trailers=documented("no", _DOCS, as_of="2026-11"),
        batch_delete=documented("yes", _DOCS, as_of="2026-11"),
        multipart=documented("yes", _DOCS, as_of="2026-11"),
        copy=documented("yes", _DOCS, as_of="2026-11"),
        put_if_absent=documented("enforced", _DOCS, as_of="2026-11"),
    ),
    traits=(NoAclLayer, NoIdentityEncodingLayer),
)
