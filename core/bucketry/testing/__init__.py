"""Proves that a provider keeps the contract: a suite of cases for any vendor.

Three ways to use it: the pytest class `ProviderConformance`, the command ``bucketry conform``, and
`run`. Only the first needs pytest, which the extra ``testing`` brings.
"""

from typing import TYPE_CHECKING, Any

from bucketry.testing.agreement import check_agreement
from bucketry.testing.case import Case, Need, Skip, all_cases, case, has
from bucketry.testing.confine import CannotConfine, confine
from bucketry.testing.report import Report, Result
from bucketry.testing.runner import run, run_case, select
from bucketry.testing.store import Store

if TYPE_CHECKING:
    from bucketry.testing.conformance import ProviderConformance

__all__ = [
    "CannotConfine",
    "Case",
    "Need",
    "ProviderConformance",
    "Report",
    "Result",
    "Skip",
    "Store",
    "all_cases",
    "case",
    "check_agreement",
    "confine",
    "has",
    "run",
    "run_case",
    "select",
]


def __getattr__(name: str) -> Any:
    if name == "ProviderConformance":
        from bucketry.testing.conformance import ProviderConformance

        return ProviderConformance
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
