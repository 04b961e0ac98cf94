"""bucketry's own suite, one module per subject."""

from bucketry.testing.cases import (
    access,
    concurrency,
    conditional,
    contract,
    copying,
    deleting,
    encryption,
    errors,
    facts,
    headers,
    heads,
    integrity,
    keys,
    listing,
    multipart,
    naming,
    reading,
    signed,
    storage,
    sweeping,
    tags,
    tickets,
    upload,
    urls,
)
from bucketry.testing.suite import Suite

SUITE = Suite.of(
    keys,
    upload,
    headers,
    tags,
    integrity,
    reading,
    heads,
    deleting,
    listing,
    copying,
    conditional,
    multipart,
    signed,
    tickets,
    urls,
    access,
    encryption,
    storage,
    errors,
    concurrency,
    sweeping,
    naming,
    contract,
    facts,
)
"""What every provider is held to, whatever it speaks; reports keep this order."""

__all__ = ["SUITE"]
