"""Preconditions: on reads (RFC 9110), on writes and deletes, and on the source of a copy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from bucketry.model import Condition
from bucketry_s3.testing.errors import no_such_key, not_implemented, precondition_failed
from bucketry_s3.testing.personality import Personality
from bucketry_s3.testing.store import StoredBytes


def matches(header: str, etag: str, form: Literal["quoted", "unquoted"] = "quoted") -> bool:
    """Return whether an If-Match or If-None-Match value names the ETag.

    A server of the ``unquoted`` form compares the header as it is, so that the quoted ETag which
    it hands out itself never matches.
    """
    names = [name.strip() for name in header.split(",")]
    if form == "unquoted":
        return "*" in names or etag in names
    return "*" in names or etag in [name.removeprefix("W/").strip('"') for name in names]


def _since(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_status(headers: Mapping[str, str], item: StoredBytes) -> int:
    """Return 200, 304 or 412 for the preconditions of a GET or HEAD."""
    modified = item.modified.replace(microsecond=0)
    if "if-match" in headers:
        if not matches(headers["if-match"], item.etag):
            return 412
    elif (since := _since(headers.get("if-unmodified-since", ""))) and modified > since:
        return 412
    if "if-none-match" in headers:
        return 304 if matches(headers["if-none-match"], item.etag) else 200
    if since := _since(headers.get("if-modified-since", "")):
        return 304 if modified <= since else 200
    return 200


def check_copy_source(headers: Mapping[str, str], item: StoredBytes) -> None:
    """Apply the ``x-amz-copy-source-if-*`` headers."""
    prefix = "x-amz-copy-source-"
    conditions = {
        name.removeprefix(prefix): value for name, value in headers.items() if "-if-" in name
    }
    if read_status(conditions, item) != 200:
        raise precondition_failed(next(iter(conditions)))


def check_write(
    headers: Mapping[str, str],
    key: str,
    current: StoredBytes | None,
    personality: Personality,
    *,
    if_absent: Condition,
    if_match: Condition,
) -> None:
    """Apply If-None-Match and If-Match of a write the way this server treats each."""
    if "if-none-match" in headers:
        value = headers["if-none-match"]
        if if_absent == "refused":
            raise personality.refuse("condition", "If-None-Match", value)
        if if_absent == "enforced":
            if value != "*":
                raise not_implemented(
                    "A header you provided implies functionality that is not implemented"
                )
            if current is not None:
                raise precondition_failed("If-None-Match")
    if "if-match" in headers:
        check_if_match(headers["if-match"], key, current, personality, if_match)


def check_if_match(
    value: str,
    key: str,
    current: StoredBytes | None,
    personality: Personality,
    treatment: Condition,
) -> None:
    """Apply If-Match of a write or a delete."""
    if treatment == "refused":
        raise personality.refuse("condition", "If-Match", value)
    if treatment == "enforced":
        if current is None:
            raise no_such_key(key)
        if not matches(value, current.etag, personality.if_match_etag):
            raise precondition_failed("If-Match")
