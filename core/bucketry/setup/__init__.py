"""Setting a bucket up: a plan that says what is there and what is missing, and its application.

>>> from bucketry import setup
>>> wanted = setup.Wanted(origins=["https://www.example.com"], uploads=True)
>>> plan = setup.plan(media, wanted)  # doctest: +SKIP
>>> for step in plan.changes:  # doctest: +SKIP
...     print(step.name, step.diff())
>>> setup.apply(media, plan).raise_failure()  # doctest: +SKIP

Nothing is applied but what the plan shows, and rules of the user's own are kept. `csp_sources` and
the middleware beside it are for the pages that show what is stored.
"""

from bucketry.setup.applying import apply, plan
from bucketry.setup.csp import CspSources, csp_asgi, csp_sources, csp_wsgi, with_sources
from bucketry.setup.values import (
    USES,
    Applied,
    Rights,
    SetupPlan,
    Status,
    Step,
    Use,
    Wanted,
)

__all__ = [
    "USES",
    "Applied",
    "CspSources",
    "Rights",
    "SetupPlan",
    "Status",
    "Step",
    "Use",
    "Wanted",
    "apply",
    "csp_asgi",
    "csp_sources",
    "csp_wsgi",
    "plan",
    "with_sources",
]
