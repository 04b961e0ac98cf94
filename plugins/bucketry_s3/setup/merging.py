"""What shall be there, made from what is there: the user's own rules stay, ours are told by name.

Each function is given what a bucket has, None where that is nothing, and returns what it shall
have; the same means that nothing is to be done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

CORS_ID = "bucketry"
LIFECYCLE_ID = "bucketry-unfinished-uploads"
PUBLIC_SID = "BucketryPublicRead"

Rules = Mapping[str, Any] | None

_EXPIRY = frozenset({"Expiration", "NoncurrentVersionExpiration"})
"""Members of a lifecycle rule that remove what has been stored."""

_EXPOSED = ("ETag", "Location")
"""Scripts upload in parts by ETags, and learn from Location where a form has stored its file."""


def with_cors(present: Rules, origins: Sequence[str], methods: Sequence[str]) -> dict[str, Any]:
    """Let pages of these origins use these methods, with every header, and read what they need.

    The first rule that fits a request counts, so ours stands first, and exposes what those that it
    hides have exposed.
    """
    rules = list((present or {}).get("CORSRules", []))
    others = [rule for rule in rules if rule.get("ID") != CORS_ID]
    if present and len(others) == len(rules) and _covers(others, origins, methods):
        return dict(present)
    hidden = (
        header
        for rule in others
        if _meet(rule.get("AllowedOrigins", []), origins)
        for header in rule.get("ExposeHeaders", [])
    )
    rule = {
        "ID": CORS_ID,
        "AllowedHeaders": ["*"],
        "AllowedMethods": list(methods),
        "AllowedOrigins": list(origins),
        "ExposeHeaders": list(dict.fromkeys([*_EXPOSED, *hidden])),
        "MaxAgeSeconds": 3600,
    }
    if present and rules[0].get("ID") == CORS_ID and _same(rules[0], rule):
        return dict(present)
    return {**(present or {}), "CORSRules": [rule, *others]}


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two rules mean the same, whatever order a server gives their lists."""
    return all(
        {*map(str.lower, one.get(name, []))} == {*map(str.lower, other.get(name, []))}
        for name in ("AllowedHeaders", "AllowedMethods", "AllowedOrigins", "ExposeHeaders")
    )


def _covers(
    rules: Sequence[Mapping[str, Any]], origins: Sequence[str], methods: Sequence[str]
) -> bool:
    """Return whether the rules let in all that is wanted already."""
    for origin in origins:
        for method in methods:
            rule = next(
                (
                    rule
                    for rule in rules
                    if method in rule.get("AllowedMethods", [])
                    and _like(origin, rule.get("AllowedOrigins", []))
                ),
                None,
            )
            if rule is None or "*" not in rule.get("AllowedHeaders", []):
                return False
            exposed = {header.lower() for header in rule.get("ExposeHeaders", [])}
            if not exposed >= {header.lower() for header in _EXPOSED}:
                return False
    return True


def _like(origin: str, patterns: Sequence[str]) -> bool:
    """Return whether an origin, or all that a pattern stands for, is in one of the patterns."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), origin) for pattern in patterns
    )


def _meet(some: Sequence[str], others: Sequence[str]) -> bool:
    return any(_like(one, others) for one in some) or any(_like(one, some) for one in others)


def with_abort(present: Rules, prefix: str, days: int) -> dict[str, Any]:
    """Have the parts of uploads removed that were begun under `prefix` so many days ago."""
    rules = list((present or {}).get("Rules", []))
    others = [rule for rule in rules if rule.get("ID") != LIFECYCLE_ID]
    ours = [rule for rule in rules if rule.get("ID") == LIFECYCLE_ID]
    spoilt = any(not _EXPIRY.isdisjoint(rule) for rule in ours)
    if present and not spoilt and any(_aborts(rule, prefix, days) for rule in ours or others):
        return dict(present)
    rule = {
        "ID": LIFECYCLE_ID,
        "Filter": {"Prefix": prefix},
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days},
    }
    return {**(present or {}), "Rules": [*others, rule]}


def _aborts(rule: Mapping[str, Any], prefix: str, days: int) -> bool:
    after = rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
    selecting = rule.get("Filter", {"Prefix": rule.get("Prefix", "")})
    only_prefix = set(selecting) <= {"Prefix"}
    return (
        rule.get("Status") == "Enabled"
        and after is not None
        and after <= days
        and only_prefix
        and prefix.startswith(selecting.get("Prefix", ""))
    )


def with_public_read(present: Rules, resource: str, version: str) -> dict[str, Any]:
    """Let everybody read the objects that `resource` names."""
    statements = _statements(present)
    others = [one for one in statements if one.get("Sid") != PUBLIC_SID]
    if present and len(others) == len(statements) and any(_opens(one, resource) for one in others):
        return dict(present)
    ours = {
        "Sid": PUBLIC_SID,
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": resource,
    }
    # A server writes some of it in a way of its own: an order, lists of one.
    same = [
        one
        for one in statements
        if one.get("Sid") == PUBLIC_SID
        and _opens(one, resource)
        and {*_words(one.get("Action"))} == {"s3:GetObject"}
        and {*_words(one.get("Resource"))} == {resource}
    ]
    return {"Version": version, **(present or {}), "Statement": [*others, *(same[:1] or [ours])]}


def without_public_read(present: Rules) -> dict[str, Any] | None:
    """Take our statement away again; None where no other is left."""
    statements = _statements(present)
    others = [one for one in statements if one.get("Sid") != PUBLIC_SID]
    if present is None or not others:
        return None
    return dict(present) if len(others) == len(statements) else {**present, "Statement": others}


def public_statements(present: Rules) -> list[Mapping[str, Any]]:
    """Return the user's own statements that let everybody do something."""
    return [
        one
        for one in _statements(present)
        if one.get("Sid") != PUBLIC_SID and one.get("Effect") == "Allow" and _everybody(one)
    ]


def _statements(policy: Rules) -> list[Mapping[str, Any]]:
    found = (policy or {}).get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)


def _words(value: Any) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value or ()


def _everybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    return "*" in _words(principal.get("AWS") if isinstance(principal, Mapping) else principal)


def _opens(statement: Mapping[str, Any], resource: str) -> bool:
    return (
        statement.get("Effect") == "Allow"
        and not statement.get("Condition")
        and _everybody(statement)
        and bool({"s3:GetObject", "s3:*", "*"} & {*_words(statement.get("Action"))})
        and resource in _words(statement.get("Resource"))
    )
