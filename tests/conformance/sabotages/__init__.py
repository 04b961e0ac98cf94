"""The sabotages, one module per few groups of rules."""

from __future__ import annotations

from conformance.sabotages import addresses, keys, promises, reads, uploads, writes

SABOTAGES = [
    *keys.SABOTAGES,
    *uploads.SABOTAGES,
    *reads.SABOTAGES,
    *writes.SABOTAGES,
    *addresses.SABOTAGES,
    *promises.SABOTAGES,
]
