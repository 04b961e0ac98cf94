"""What stands between here and the bucket."""

from __future__ import annotations

from attrs import evolve

from bucketry_s3.testing import (
    Alter,
    without_header,
)
from bucketry_s3.testing.request import Request, Response
from doctor.seeds.plot import Plot, seed


@seed("a gateway changes bytes", "bytes-changed")
def bytes_changed(plot: Plot) -> None:
    def shout(response: Response) -> Response:
        return evolve(response, body=response.body.replace(b"bucket", b"BUCKET"))

    plot.faults.append(("GetObject", Alter(response=shout)))


@seed("a proxy decodes paths", "names-changed")
def decoded_paths(plot: Plot) -> None:
    plot.refuse(lambda request: "%25" in request.raw_path, code="SignatureDoesNotMatch")


@seed("a proxy takes small bodies only", "small-bodies")
def small_bodies(plot: Plot) -> None:
    plot.refuse(lambda request: len(request.body) > 1 << 20, 413, code="")


@seed("a proxy drops the Range header", "no-ranges")
def no_ranges(plot: Plot) -> None:
    def without(request: Request) -> Request:
        return evolve(request, headers={n: v for n, v in request.headers.items() if n != "range"})

    plot.between(without)


@seed("the server has no ranges", "no-ranges")
def never_partial(plot: Plot) -> None:
    def whole(response: Response) -> Response:
        return evolve(response, status=200, body=b"St" + response.body.ljust(50, b"x"))

    plot.faults.append(("GetObject", Alter(response=lambda r: whole(r) if r.status == 206 else r)))


@seed("a lifecycle rule deletes files", "objects-expire")
def expiring(plot: Plot) -> None:
    def dated(response: Response) -> Response:
        told = {"x-amz-expiration": 'expiry-date="Fri, 27 Nov 2026 00:00:00 GMT", rule-id="tidy"'}
        return evolve(response, headers={**response.headers, **told})

    plot.faults.append(("HeadObject", Alter(response=dated)))


@seed("a gateway loses metadata", "headers-lost")
def metadata_lost(plot: Plot) -> None:
    plot.faults.append(("HeadObject", without_header("x-amz-meta-looked-at-by")))
    plot.faults.append(("GetObject", without_header("x-amz-meta-looked-at-by")))
