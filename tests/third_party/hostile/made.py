"""Hostile distributions, made up in a folder: a good vendor with one bad part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from host.distributions import install

LEAF = "leaves.schema.json#/$defs/"
OPTIONS = ("root_path", "base_url", "visibility", "signed_url_expires", "key_strategy", "overrides")

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "required": ["password"],
    "properties": {
        "password": {"type": "string", "writeOnly": True},
        **{name: {"$ref": LEAF + name} for name in OPTIONS},
    },
}

MODULE = '''
"""Keeps objects in memory."""

from datetime import UTC, datetime, timedelta

from attrs import field, frozen

from bucketry import (
    Capabilities, Deleted, NotFound, ObjectInfo, SchemaFile, Secret, SignedUrl, StorageError,
    StoredObject, Vendor, hookimpl,
)


@frozen(kw_only=True)
class Options:
    password: Secret
    root_path: str = ""
    base_url: str | None = None
    visibility: str = "private"
    signed_url_expires: int = 900
    key_strategy: str = "slug"
    overrides: tuple[str, ...] = ()


@frozen(eq=False)
class Store:
    objects: dict = field(factory=dict)

    @hookimpl
    def bucketry_put_params(self):
        return {}

    @hookimpl
    def bucketry_upload(self, upload, params):
        self.objects[upload.key] = upload.source.read(1000)
        return StoredObject(key=upload.key, size=len(self.objects[upload.key]))

    @hookimpl
    def bucketry_delete(self, keys):
        for key in keys:
            self.objects.pop(key, None)
        return Deleted(keys=keys)

    @hookimpl
    def bucketry_object_url(self, key):
        return f"https://hostile.example/{key}"

    @hookimpl
    def bucketry_head(self, key):
        if key not in self.objects:
            raise NotFound("no such object")
        return ObjectInfo(key=key, size=len(self.objects[key]))

    @hookimpl
    def bucketry_sign(self, request):
        return SignedUrl(
            url=f"https://hostile.example/{request.key}?sig=0123", method=request.method,
            expires_at=datetime.now(UTC) + timedelta(seconds=request.expires_in))


# BAD

vendor = Vendor(
    name="NAME", title="Hostile", options=Options,
    schema=SchemaFile(package="MODULE_NAME", path="schema.json"),
    capabilities=Capabilities(), docs_url="", protected_params=frozenset({"Bucket", "Key"}),
    layers=lambda options, context: [Store(), *extra(options)],
)
'''

SECRET = "wJalrXUtnFEMI-K7MDENG"


def make(
    site: Path,
    bad: str = "extra = lambda options: []",
    *,
    name: str = "hostile",
    distribution: str = "evil-storage",
    entry: str = "vendor",
    before: str = "",
    schema: Any = SCHEMA,
) -> None:
    """Install a distribution whose vendor is good but for `bad`, put in front of its page.

    `bad` defines ``extra(options)``, the layers on top. `before` runs first when it is imported.
    """
    module = f"{distribution.replace('-', '_')}_module"
    text = before + MODULE.replace("# BAD", bad).replace("MODULE_NAME", module)
    install(
        site,
        distribution,
        {name: f"{module}:{entry}"},
        {f"{module}/__init__.py": text.replace("NAME", name),
         f"{module}/schema.json": json.dumps(schema)},
        version="6.6",
    )  # fmt: skip


def settings(name: str = "hostile") -> dict[str, Any]:
    """Return a configuration of a made-up vendor."""
    return {"provider": name, "password": SECRET, "root_path": "top"}
