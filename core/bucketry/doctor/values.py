"""The values of a diagnosis: a finding, a probe that looks for some, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from attrs import field, frozen

from bucketry.errors import DOCS, redact

Severity = Literal["error", "warning", "note"]
"""``error``: something that the configuration promises does not work, or is open that should be
closed. ``warning``: it works, and will hurt. ``note``: worth knowing."""


@frozen(kw_only=True)
class Finding:
    """One thing that is wrong. Signatures in its texts are masked.

    Attributes:
        code: what kind of thing, stable, in lower case with hyphens: ``clock-skew``.
        severity: how bad it is.
        cause: what is wrong, as a sentence without a full stop.
        remedy: what to change, and where, as sentences.
        evidence: what was asked and what came back, or "".
        probe: the probe that found it.
    """

    code: str
    severity: Severity
    cause: str = field(converter=redact)
    remedy: str = field(converter=redact)
    evidence: str = field(default="", converter=redact)
    probe: str = ""

    @property
    def docs(self) -> str:
        """Address of what the documentation says of findings of this code."""
        return f"{DOCS}/howto/reading-the-doctor.md#{self.code}"


@frozen
class Known:
    """What holds for every finding of a code: how bad it is, and what commonly mends it."""

    severity: Severity
    remedy: str


Codes = Mapping[str, Known]
"""Findings that are known beforehand, by code."""


@frozen
class Probe:
    """One look at the storage.

    Attributes:
        name: short, in lower case with hyphens. A probe takes the place of one of the same name
            from a layer below.
        look: looks, and gives what is wrong. A `StorageError` that it raises becomes a finding.
        needs: probes without which it would be pointless; it is passed over when one of them has
            found an error, or was passed over itself. Names that nobody has are no needs.
    """

    name: str
    look: Callable[[], Iterable[Finding] | None] = field(repr=False)
    needs: tuple[str, ...] = ()


Told = Callable[[str, Sequence[Finding]], object]
"""Gets the name of each probe that has looked, with what it has found."""


@frozen(kw_only=True)
class Diagnosis:
    """What was looked at, and what is wrong.

    Attributes:
        provider, vendor: which one, and whose.
        findings: what is wrong, from the outside in.
        looked: the probes that ran, in their order.
        passed_over: the probes that were pointless, each with the one whose finding made it so.
    """

    provider: str
    vendor: str
    findings: Sequence[Finding]
    looked: Sequence[str]
    passed_over: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether there is no error among the findings; there may be warnings and notes."""
        return not any(finding.severity == "error" for finding in self.findings)
