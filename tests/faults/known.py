"""What does not go well yet: rows whose verdict is known to be wrong, and why."""

from __future__ import annotations

from attrs import frozen


@frozen
class Known:
    """Cases with these words in their name that end with this verdict.

    Attributes:
        verdict: as the judge says it.
        reason: why it is so.
        transport: through which transport; "" for any.
        words: part of the case's name; "" for every case.
    """

    verdict: str
    reason: str
    transport: str = ""
    words: str = ""


KNOWN = (
    Known(
        "needless doubt",
        "TLS 1.3 refuses a client after its request was sent, and urllib3 does not tell",
        "boto3",
        "client certificate wanted",
    ),
    Known(
        "needless failure",
        "whether a replacement whose answer was lost took effect cannot be told from another's",
        words="of a refusal / if_match stale",
    ),
)


def known(name: str, transport: str, verdict: str) -> str:
    """Return the reason for which this case is known to end so, "" if it is not."""
    for one in KNOWN:
        if one.verdict == verdict and one.transport in ("", transport) and one.words in name:
            return one.reason
    return ""
