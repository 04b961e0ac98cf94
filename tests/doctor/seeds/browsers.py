"""What pages in browsers may do."""

from __future__ import annotations

from typing import Any

from bucketry_s3.testing import (
    Bucket,
    CorsRule,
)
from doctor.seeds.plot import ORIGIN, Plot, seed


def _page(plot: Plot, *rules: CorsRule) -> None:
    plot.vendor = "aws"
    plot.origin = ORIGIN
    plot.bucket = Bucket(name="media", cors=rules)


def _rule(methods: tuple[str, ...] = ("GET", "PUT"), **parts: tuple[str, ...]) -> CorsRule:
    given: dict[str, Any] = {"origins": (ORIGIN,), "headers": ("*",), "expose": ("ETag",)} | parts
    return CorsRule(methods=methods, **given)


@seed("no CORS rule at all", "cors-read", "cors-upload")
def no_cors(plot: Plot) -> None:
    _page(plot)


@seed("a CORS rule for another origin", "cors-read", "cors-upload")
def other_origin(plot: Plot) -> None:
    _page(plot, _rule(origins=("https://www.example.org",)))


@seed("a CORS rule for reading only", "cors-upload")
def read_only_cors(plot: Plot) -> None:
    _page(plot, _rule(("GET",)))


@seed("a CORS rule for writing only", "cors-read")
def write_only_cors(plot: Plot) -> None:
    _page(plot, _rule(("PUT",)))


@seed("a CORS rule that exposes no ETag", "cors-etag")
def etag_hidden(plot: Plot) -> None:
    _page(plot, _rule(expose=()))


@seed("a CORS rule that allows no headers", "cors-headers")
def no_headers(plot: Plot) -> None:
    _page(plot, _rule(headers=()))


@seed("a CORS rule that exposes no ETag, no origin being named", "cors-etag")
def etag_hidden_from_the_rules_own(plot: Plot) -> None:
    _page(plot, _rule(origins=("https://*.example.com",), expose=()))
    plot.origin = None


@seed("a CORS rule for everybody that allows no headers", "cors-headers")
def no_headers_for_anybody(plot: Plot) -> None:
    _page(plot, _rule(("PUT",), origins=("*",), headers=()))
    plot.origin = None


@seed("a CORS rule for reading, no origin being named")
def reading_is_enough(plot: Plot) -> None:
    _page(plot, _rule(("GET",), expose=()))
    plot.origin = None


@seed("a good CORS rule")
def good_cors(plot: Plot) -> None:
    _page(plot, _rule())
