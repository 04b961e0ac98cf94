"""The findings that need no vendor: whatever a provider is, these can be wrong.

A cause is a sentence that says what is wrong here; the remedies below say what commonly mends it,
and stand behind the vendor's own hint where there is one. The right to do something is named by
``denied-``, whatever else keeps it from working by ``cannot-``.
"""

from __future__ import annotations

from collections.abc import Mapping

from bucketry.doctor.values import Codes, Finding, Known, Severity
from bucketry.errors import (
    AccessDenied,
    BadCredentials,
    BucketNotFound,
    ClockSkew,
    IntegrityError,
    RateLimited,
    StorageError,
    Unavailable,
    WrongRegion,
)

_RIGHTS = "Give the key pair the right; `bucketry setup` prints the whole policy."

CODES: Codes = {
    "bad-credentials": Known("error", "Check both halves of the key pair."),
    "base-url-elsewhere": Known(
        "error",
        "Point `base_url` at this bucket, with the bucket's name or a folder behind it where the "
        "server in front wants them.",
    ),
    "base-url-unreachable": Known(
        "error", "Look at the spelling of `base_url`, and at whether its server runs."
    ),
    "broken-layer": Known("error", "Tell whoever wrote the layer."),
    "bytes-changed": Known(
        "error", "Look for a proxy or gateway that changes what passes, and take it out of the way."
    ),
    "cannot-copy": Known("warning", "Read and upload again in place of `copy` and `move`."),
    "cannot-delete": Known("error", "Look at the storage's own word in the evidence."),
    "cannot-list": Known("warning", "Look at the storage's own word in the evidence."),
    "cannot-read": Known("error", "Look at the storage's own word in the evidence."),
    "cannot-write": Known("error", "Look at the storage's own word in the evidence."),
    "clock-skew": Known("error", "Set this machine's clock, best by NTP."),
    "denied-copy": Known("warning", _RIGHTS),
    "denied-delete": Known("error", _RIGHTS),
    "denied-list": Known(
        "warning",
        f"{_RIGHTS} Without it a missing object is told as a denied one, so that `exists` raises.",
    ),
    "denied-list-uploads": Known("warning", f"{_RIGHTS} Without it `sweep` cannot work."),
    "denied-read": Known("error", _RIGHTS),
    "denied-write": Known("error", _RIGHTS),
    "failed": Known("error", "Look at the storage's own word in the evidence."),
    "form-upload": Known("error", "Hand out signed PUTs in place of forms."),
    "headers-lost": Known(
        "warning", "Look for a proxy or gateway in between that leaves headers out."
    ),
    "left-behind": Known("warning", "Delete it, with a key pair that may."),
    "names-changed": Known(
        "error",
        "Look for a proxy or gateway that decodes paths, and let it pass them on as they come.",
    ),
    "no-such-bucket": Known("error", "Correct `bucket`, or make it: `bucketry setup --apply`."),
    "not-private": Known(
        "error",
        'Close the bucket to the public, or say `visibility = "public"` if that is what is meant.',
    ),
    "not-public": Known(
        "error",
        "Open the bucket for reading (`bucketry setup` shows how), or set `base_url` to what "
        'serves it, or `visibility = "private"`.',
    ),
    "rate-limited": Known("error", "Wait, or ask the vendor for a higher limit."),
    "server-trouble": Known("error", "Look at the server, or at the vendor's status page; wait."),
    "signed-link": Known(
        "error",
        "Look for what changes URLs or headers on the way: a rewriting proxy, another "
        "`public_endpoint`.",
    ),
    "signed-upload": Known(
        "error",
        "Look for what changes URLs or headers on the way: a rewriting proxy, another "
        "`public_endpoint`.",
    ),
    "unfinished-uploads": Known(
        "warning",
        "Remove them with `bucketry sweep`, and have the bucket do it by itself: `bucketry setup "
        "--apply`.",
    ),
    "unlikely-option": Known("warning", "Correct the option if it is a slip."),
    "uploads-under-way": Known(
        "note", "Nothing, if somebody is uploading; else `bucketry sweep` removes them later."
    ),
    "wrong-region": Known("error", "Set `region`, and `endpoint`, to where the bucket lives."),
}  # fmt: skip
"""By code."""


def found(
    code: str,
    cause: str,
    *,
    remedy: str = "",
    evidence: object = "",
    severity: Severity | None = None,
    codes: Codes = CODES,
) -> Finding:
    """Return a finding of a known code; what is not given is as for every one of this code."""
    known = codes[code]
    if isinstance(evidence, StorageError):
        remedy = remedy or evidence.hint
    return Finding(
        code=code,
        severity=severity or known.severity,
        cause=cause,
        remedy=remedy or known.remedy,
        evidence=said(evidence) if isinstance(evidence, BaseException) else str(evidence),
    )


def said(error: BaseException) -> str:
    """Return an error as evidence: what it says, and of which kind it is."""
    if not isinstance(error, StorageError):
        return f"{error} ({type(error).__name__})"
    facts = [type(error).__name__]
    if error.code and error.code != facts[0]:
        facts.append(error.code)
    if error.status:
        facts.append(f"HTTP {error.status}")
    return f"{error.reason.rstrip('.')} ({', '.join(facts)})"


# What an error means whatever was attempted.
_BY_TYPE: Mapping[type[StorageError], tuple[str, str]] = {
    BadCredentials: ("bad-credentials", "the key pair is not accepted"),
    ClockSkew: ("clock-skew", "this machine's clock is too far off for a signature to count"),
    WrongRegion: ("wrong-region", "the bucket lives in another region"),
    BucketNotFound: ("no-such-bucket", "there is no such bucket"),
    RateLimited: ("rate-limited", "the storage asks for fewer requests"),
    Unavailable: ("server-trouble", "the storage does not answer as it should"),
    IntegrityError: ("bytes-changed", "bytes do not arrive as they were sent"),
}


def because(error: StorageError, doing: str, right: str = "") -> Finding:
    """Return the finding that an error comes to.

    `doing` is what was attempted, for the sentence (``uploading``); `right` is how the codes name
    it (``write``), where they do.
    """
    if right and isinstance(error, AccessDenied):
        remedy = " ".join(filter(None, (CODES[f"denied-{right}"].remedy, error.hint)))
        return found(f"denied-{right}", f"{doing} is denied", remedy=remedy, evidence=error)
    for kind, (code, cause) in _BY_TYPE.items():
        if isinstance(error, kind):
            return found(code, f"{doing} failed: {cause}", evidence=error)
    code = f"cannot-{right}" if f"cannot-{right}" in CODES else "failed"
    return found(code, f"{doing} failed", evidence=error)
