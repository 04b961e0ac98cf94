"""Proves that a provider keeps the contract: a suite of cases for any vendor.

Three ways to use it: the pytest class `ProviderConformance`, the command ``bucketry conform``, and
`run`. Only the first needs pytest, which the extra ``testing`` brings.
"""

from typing import TYPE_CHECKING, Any

from bucketry.testing.agreement import check_agreement
from bucketry.testing.case import Case, Need, case, has
from bucketry.testing.cases import SUITE
from bucketry.testing.confine import CannotConfine, NotConfined, confine
from bucketry.testing.expect import CheckFailed, Skip
from bucketry.testing.known import Difference, read_known
from bucketry.testing.report import Report, Result
from bucketry.testing.runner import run, run_case
from bucketry.testing.store import Store
from bucketry.testing.suite import Suite

if TYPE_CHECKING:
    from bucketry.testing.conformance import ProviderConformance

__all__ = [
    "SUITE",
    "CannotConfine",
    "Case",
    "CheckFailed",
    "Difference",
    "Need",
    "NotConfined",
    "ProviderConformance",
    "Report",
    "Result",
    "Skip",
    "Store",
    "Suite",
    "case",
    "check_agreement",
    "confine",
    "has",
    "read_known",
    "run",
    "run_case",
]


def __getattr__(name: str) -> Any:
    if name == "ProviderConformance":
        from bucketry.testing.conformance import ProviderConformance

        return ProviderConformance
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
