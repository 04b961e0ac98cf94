"""A fact with source and date, and what it means to declare one as a capability."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from attrs import field, frozen

T = TypeVar("T")


Confidence = Literal["documented", "code", "report", "measured", "inferred", "unknown"]
"""Where a fact comes from: the vendor's documentation; another tool's source or published probe;
an issue report; a server run by us; a conclusion from the server software; no source."""


@frozen
class Fact(Generic[T]):
    """One thing that is known of a vendor: the value, who says so, and when it was looked up.

    `value` is None when nothing is known, which is not the same as a no.
    """

    value: T | None
    confidence: Confidence = "unknown"
    source: str = ""
    as_of: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None


UNKNOWN: Fact[Any] = Fact(None)
"""The fact that no source says anything. Not a no."""


Condition = Literal["enforced", "refused", "ignored"]
"""What a server does with a precondition it is sent. ``ignored`` is the dangerous one."""

Support = Literal["yes", "no", "ignored"]
"""Whether a feature works, is refused, or is accepted without effect."""


Subject = Literal[
    "Writing",
    "Options of an object",
    "Large uploads",
    "Addresses and signed URLs",
    "Deleting and copying",
    "Bucket and server",
]
"""What a capability is about: the table of the documentation that it stands in."""


@frozen(kw_only=True)
class About:
    """What a capability is.

    Attributes:
        subject: the table of the documentation that it stands in.
        meaning: what its value says, in words.
        decides: whether bucketry behaves by it. What does not decide informs: the documentation,
            the conformance suite that holds a server against it, the stand-in.
        strictest: what to expect of a server of which nothing is known; None if nothing depends
            on it. A server that answers so refuses whatever could be refused.
        declarable: whether the configuration of a generic server may say it. Whatever may be
            declared decides.
        most: the greatest number that may be declared.
    """

    subject: Subject
    meaning: str
    decides: bool
    strictest: Any = None
    declarable: bool = False
    most: int | None = None


def decides(subject: Subject, meaning: str, **more: Any) -> Any:
    """Declare a capability that bucketry behaves by; see `About`."""
    return field(
        default=UNKNOWN,
        metadata={"about": About(subject=subject, meaning=meaning, decides=True, **more)},
    )


def informs(subject: Subject, meaning: str, **more: Any) -> Any:
    """Declare a capability that is worth knowing and decides nothing; see `About`."""
    return field(
        default=UNKNOWN,
        metadata={"about": About(subject=subject, meaning=meaning, decides=False, **more)},
    )
