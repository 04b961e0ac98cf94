"""Providers to run the suite on: files on disk, and each vendor in front of its stand-in."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import botocore.session

import bucketry
from bucketry import Provider
from bucketry.host.catalog import installed
from bucketry.model import Fact
from bucketry_local.server import Server
from bucketry_s3 import S3Layer
from bucketry_s3.testing import (
    Bucket,
    StandIn,
    localhost_names,
    personality_of,
)

# Every client parses the same two megabytes of JSON: most of the time a run would take.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

# Files are synced to disk before an upload counts; in memory that costs nothing.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

MAIN = (
    "aws", "r2", "ionos", "minio", "contabo", "hetzner",
    "digitalocean", "wasabi", "scaleway", "vultr", "backblaze",
)  # fmt: skip
"""The eleven vendors of the first tier."""

OTHERS = tuple(sorted(set(installed().names()) - {*MAIN, "local", "s3"}))
"""The other vendors that speak S3. ``s3`` itself has no facts to hold a server against."""

OPEN_BUCKET = "open"
"""A bucket on every stand-in that everybody may read; nothing of the suite belongs there."""

SMALL_PART = 64 * 1024
"""Bytes of a part where page and stand-in agree on less than the vendor's 5 MiB, to save time."""


@contextmanager
def on_disk(**options: Any) -> Iterator[Provider]:
    """Give a provider of files on disk, its URLs served."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder, Server(port=0) as server:
        provider = bucketry.open_provider(
            {"provider": "local", "directory": folder, "base_url": server.url, **options}
        )
        server.mount(provider)
        with provider:
            yield provider


def settings(vendor: str, server: StandIn) -> dict[str, Any]:
    """Return a configuration of `vendor` that leads to a stand-in."""
    return server.configuration(provider=vendor)


@contextmanager
def in_front_of(vendor: str, *, small_parts: bool = True) -> Iterator[tuple[Provider, StandIn]]:
    """Give a provider of `vendor` and the stand-in that behaves like it."""
    page = installed().load(vendor)
    if small_parts:
        least = Fact(SMALL_PART, "documented", "the tests' own", "2026-11")
        page = attrs.evolve(page, capabilities=attrs.evolve(page.capabilities, part_size_min=least))
    personality = personality_of(page)
    buckets = [Bucket(name="media"), Bucket(name=OPEN_BUCKET, public=True)]
    with StandIn(personality, buckets=buckets) as server, localhost_names():
        opened = bucketry.open_provider(settings(vendor, server))
        with Provider(
            name=opened.name, vendor=page, options=opened.options, distribution="tests"
        ) as provider:
            signed_for = provider.layer(S3Layer).settings.region
            assert personality.habits.any_region or signed_for == server.region
            yield provider, server
