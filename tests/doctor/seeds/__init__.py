"""Faults seeded on purpose: each makes one thing wrong, and says which finding names it."""

from doctor.seeds import (
    account,
    between,
    browsers,
    disk,
    options,
    others,
    promises,
    rights,
    way,
)
from doctor.seeds.plot import SEEDS, Seed, planted

__all__ = [
    "SEEDS",
    "Seed",
    "account",
    "between",
    "browsers",
    "disk",
    "options",
    "others",
    "planted",
    "promises",
    "rights",
    "way",
]
