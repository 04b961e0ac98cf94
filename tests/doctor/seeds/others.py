"""What others may do."""

from __future__ import annotations

from typing import Any
from unittest import mock

from bucketry_s3.testing import (
    Personality,
)
from doctor.seeds.plot import Plot, free_port, seed


@seed("everybody can list", "open-listing")
def open_listing(plot: Plot) -> None:
    _without_signature(plot, "ListObjectsV2")


@seed("everybody can write", "open-writing")
def open_writing(plot: Plot) -> None:
    _without_signature(plot, "PutObject")


def _without_signature(plot: Plot, operation: str) -> None:
    """Let everybody do one thing."""
    from bucketry_s3.testing import service

    check: Any = vars(service)["check_anonymous"]

    def lenient(request: Any, route: Any, personality: Personality, store: Any) -> None:
        if route.operation != operation:
            check(request, route, personality, store)

    plot.around.enter_context(mock.patch.object(service, "check_anonymous", lenient))


@seed("a signed PUT can be made a copy", "unsigned-headers")
def unsigned_headers(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["unsigned_headers"] = "honoured"


@seed("signed URLs lead to another host", "signed-link")
def public_endpoint(plot: Plot) -> None:
    plot.options["public_endpoint"] = f"https://localhost:{free_port()}"


@seed("something in between refuses signed PUTs", "signed-upload")
def signed_put(plot: Plot) -> None:
    plot.refuse(lambda request: request.method == "PUT" and request.has("X-Amz-Signature"))


@seed("no uploads by form", "form-upload")
def no_forms(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["post_policy"] = "no"
