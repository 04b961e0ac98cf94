"""The sabotages, one module per few groups of rules."""

from __future__ import annotations

from conformance.sabotages import (
    conditions,
    contract,
    keys,
    large,
    links,
    listings,
    many,
    options,
    promises,
    reads,
    signed,
    uploads,
)

SABOTAGES = [
    *keys.SABOTAGES,
    *uploads.SABOTAGES,
    *options.SABOTAGES,
    *reads.SABOTAGES,
    *listings.SABOTAGES,
    *conditions.SABOTAGES,
    *large.SABOTAGES,
    *signed.SABOTAGES,
    *links.SABOTAGES,
    *promises.SABOTAGES,
    *many.SABOTAGES,
    *contract.SABOTAGES,
]
