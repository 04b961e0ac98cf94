"""The whole table: every fault at every place where it strikes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from faults.operations import OPERATIONS
from faults.rows import answers, breaks, forms, lies, network, pages, strange
from faults.table import Case, Fault

GROUPS: Mapping[str, Callable[[], Iterator[Fault]]] = {
    "broken": breaks.broken_rows,
    "slow": breaks.slow_rows,
    "early": breaks.early_rows,
    "races": breaks.races_rows,
    "framing": answers.framing_rows,
    "bits": answers.bits_rows,
    "statuses": answers.statuses_rows,
    "listings": answers.listings_rows,
    "forms": forms.forms_rows,
    "batches": forms.batches_rows,
    "resumed": forms.resumed_rows,
    "pages": pages.pages_rows,
    "lies": lies.lies_rows,
    "network": network.network_rows,
    "strange": strange.strange_rows,
}


def _cases() -> Iterator[Case]:
    for group, faults in GROUPS.items():
        for fault in faults():
            for name, wire in dict.fromkeys(fault.on):
                yield Case(group, fault, OPERATIONS[name], wire)


CASES: Mapping[str, Case] = {case.name: case for case in _cases()}
