"""Short ways to write a `Fact` on a vendor's page, one for each kind of source.

The date is the source's own where it has one, else the month in which it was looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_args

from bucketry import Fact
from bucketry.model import ChecksumAlgorithm

T = TypeVar("T")

LOOKED_UP = "2026-10"
"""When the sources without a date of their own were looked up."""

MIB = 1 << 20
GIB = 1 << 30
TIB = 1 << 40

SIGNED_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""What a SigV4 signature in the query allows: the method is part of what is signed, so a server
that verifies one verifies all (Amazon S3 User Guide, presigned URLs)."""

SEVEN_DAYS = 604_800
"""Longest life of a SigV4 signature in seconds (Amazon S3 User Guide, presigned URLs)."""


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`: a list of names that stays readable on a page."""
    return tuple(text.split())


def every_checksum(
    outcome: Literal["verified", "ignored", "refused"],
) -> Mapping[str, Literal["verified", "ignored", "refused"]]:
    """Return the same outcome for each algorithm that can be configured."""
    return dict.fromkeys(get_args(ChecksumAlgorithm), outcome)


def documented(value: T, source: str, *, as_of: str = LOOKED_UP, note: str = "") -> Fact[T]:
    """The vendor says so itself."""
    return Fact(value, "documented", source, as_of, note)


def from_code(value: T, source: str, *, as_of: str = LOOKED_UP, note: str = "") -> Fact[T]:
    """The server's or another tool's source says so, or somebody's published probe."""
    return Fact(value, "code", source, as_of, note)


def reported(value: T, source: str, *, as_of: str = LOOKED_UP, note: str = "") -> Fact[T]:
    """Users report it."""
    return Fact(value, "report", source, as_of, note)


def measured(value: T, source: str, *, as_of: str, note: str = "") -> Fact[T]:
    """A server that was run and asked; `source` names its release."""
    return Fact(value, "measured", source, as_of, note)


def inferred(value: T, source: str, *, as_of: str = LOOKED_UP, note: str = "") -> Fact[T]:
    """A conclusion, mostly from the server software; `source` says from what."""
    return Fact(value, "inferred", source, as_of, note)


def unknown(note: str, source: str = "", *, as_of: str = LOOKED_UP) -> Fact[Any]:
    """No value, but something worth knowing: sources that disagree, a behaviour half seen."""
    return Fact(None, "unknown", source, as_of, note)
