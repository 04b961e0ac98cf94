"""Vendors made up for these tests, and a catalog of them that looks like an installed one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

from attrs import field, frozen

from bucketry import Capabilities, Fact, LayerContext, SchemaFile, Vendor, hookimpl
from bucketry.host.catalog import GROUP, Catalog
from bucketry_s3.options import S3Options

LEAF = "leaves.schema.json#/$defs/"
KEY_PAIR = {"access_key_id": "AKIA", "secret_access_key": "hush"}


@frozen(kw_only=True)
class SchemaText(SchemaFile):
    """A schema that is given as it is, not as package data."""

    content: Any = field(default=None, repr=False)

    def read_text(self) -> str:
        return self.content if isinstance(self.content, str) else json.dumps(self.content)


@frozen(kw_only=True)
class AcmeOptions(S3Options):
    account_id: str | None = None


@frozen(eq=False)
class Layer:
    """The least that a layer can be."""

    options: Any

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        return f"https://{self.options.bucket}.acme.example/{key}"


def build_layers(options: Any, context: LayerContext) -> Sequence[object]:
    return [Layer(options)]


def check_acme(options: Any) -> Iterator[tuple[str, str]]:
    if options.region == "moon":
        yield "region", "has no data centre yet"
    if options.multipart.concurrency > 8 and options.region == "small":
        yield "multipart.concurrency", "is too much for a small region"


def acme_schema() -> dict[str, Any]:
    """All options of S3 but the ones that this vendor cannot honour."""
    common = [
        "bucket", "credentials", "region", "endpoint", "public_endpoint", "addressing",
        "allow_http", "ca_bundle", "base_url", "root_path", "visibility", "signed_url_expires",
        "key_strategy", "content_policy", "prevent_overwrite", "tags", "multipart", "extra_params",
        "deadline", "unsupported", "overrides", "account_id",
    ]  # fmt: skip
    properties: dict[str, Any] = {name: {"$ref": LEAF + name} for name in common}
    properties["storage_class"] = {
        "type": "string",
        "enum": ["STANDARD", "COLD"],
        "x-reason": "Acme has the storage classes STANDARD and COLD; write one",
    }
    properties["encryption"] = {
        "type": "object",
        "properties": {
            "type": {
                "type": "string",
                "enum": ["AES256"],
                "x-reason": "Acme encrypts with its own keys only; write AES256",
            },
            "kms_key_id": {"type": "string"},
        },
        "required": ["type"],
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": properties,
        "required": ["bucket", "credentials"],
        "additionalProperties": False,
        "x-unsupported": {
            "acl": {"reason": "Acme has no ACLs", "hint": "leave acl out"},
            "checksum_algorithm": {"reason": "Acme ignores checksums", "hint": "leave it out"},
        },
    }


def make_vendor(**changes: Any) -> Vendor:
    """Return Acme's page with some of it changed."""
    content = changes.pop("content", None)
    if content is None:
        content = acme_schema()
    page: dict[str, Any] = {
        "name": "acme",
        "title": "Acme Storage",
        "options": AcmeOptions,
        "schema": SchemaText(package="acme", path="acme.schema.json", content=content),
        "capabilities": Capabilities(public_url=Fact("no", "documented", "made up", "2026-11")),
        "layers": build_layers,
        "docs_url": "https://acme.example/s3",
        "endpoint_hosts": ("s3.{region}.acme.example", "{account_id}.acme.example"),
        "check": check_acme,
    }
    return Vendor(**{**page, **changes})


def make_catalog(*vendors: Vendor) -> Catalog:
    """Return a catalog in which these vendors, Acme by default, are installed."""
    module = ModuleType("config_fakes_installed")
    sys.modules[module.__name__] = module
    entries = []
    for number, vendor in enumerate(vendors or (make_vendor(),)):
        attribute = f"vendor_{id(vendor)}_{number}"
        module.__dict__[attribute] = vendor
        entries.append(EntryPoint(vendor.name, f"{module.__name__}:{attribute}", GROUP))
    catalog = Catalog(entries, block=())
    for entry in entries:
        catalog.load(entry.name)  # now, while the module is the one in sys.modules
    return catalog
