"""Answers of something that is not S3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from faults.acts import lies
from faults.proxy import Act
from faults.table import (
    ANY,
    FEW,
    WRITE,
    Fault,
    always,
    once,
)


def pages_rows() -> Iterator[Fault]:
    """Answers of something that is not S3."""
    pages: Mapping[str, Act] = {
        "404 default backend": lies.page(
            404, b"default backend - 404", (("Content-Type", "text/plain"),)
        ),
        "404 page": lies.page(404, b"<html><h1>404 Not Found</h1></html>"),
        "404 page with an ETag": lies.page(404, b"Cannot GET /", (*lies.HTML, lies.WEAK)),
        "404 JSON": lies.page(
            404, b'{"message":"no Route matched"}', (("Content-Type", "application/json"),)
        ),
        "404, empty": lies.page(404, b"", ()),
        "410 page": lies.page(410),
        "200 login page": lies.page(200),
        "200 page with a weak ETag": lies.page(200, lies.LOGIN, (*lies.HTML, lies.WEAK)),
        "200 page with an ETag": lies.page(200, lies.LOGIN, (*lies.HTML, lies.STRONG)),
        "200, empty": lies.page(200, b"", ()),
        "200 JSON": lies.page(200, b'{"ok":true}', (("Content-Type", "application/json"),)),
        "204": lies.page(204, b"", ()),
        "302 to a login": lies.page(302, b"", (("Location", "https://login.example.com/"),)),
        "403 page": lies.page(403, b"<html>Attention Required!</html>"),
        "412 page": lies.page(412, b"<html>Precondition Failed</html>"),
        "416 page": lies.page(416, b"<html>Range</html>"),
        "304": lies.page(304, b"", ()),
    }
    places = [
        *ANY,
        ("copy", "HeadObject"),
        ("move", "DeleteObject"),
        ("if_match", "PutObject"),
        ("delete prefix", "ListObjectsV2"),
    ]
    for name, act in pages.items():
        yield once(name, act, places, "")
    for name in (
        "404 default backend",
        "404 page with an ETag",
        "404, empty",
        "200 login page",
        "200 page with a weak ETag",
        "200 page with an ETag",
        "200, empty",
        "204",
    ):
        yield always(
            name,
            pages[name],
            [
                *FEW,
                ("exists not", "HeadObject"),
                ("delete many", "DeleteObjects"),
                ("sweep", "ListMultipartUploads"),
            ],
        )
    for name, act in {
        "502 page": lies.page(502, b"<html><h1>502 Bad Gateway</h1></html>"),
        "503 page": lies.page(503, b"<html>no healthy upstream</html>"),
        "504 page": lies.page(504, b"<html>Gateway Time-out</html>"),
        "520": lies.page(520, b"error code: 520"),
        "429 page": lies.page(429, b"Too many requests"),
        "408 page": lies.page(408, b"<html>Request Time-out</html>"),
    }.items():
        yield once(name, act, ANY)
    yield once(
        "applied, 502 page",
        lies.page(502, b"<html>502</html>", apply=True),
        [*ANY, *WRITE],
        orphans=True,
    )
    yield once(
        "applied, 504 page",
        lies.page(504, b"<html>504</html>", apply=True),
        [*ANY, *WRITE],
        orphans=True,
    )
    yield once("applied, login page", lies.page(200, apply=True), WRITE, "", orphans=True)
    for status in (403, 404):
        page = lies.page(status, b"<html>no</html>", apply=True)
        yield once(f"applied, {status} page", page, WRITE, "", orphans=True)
    yield always("abort answered by a page", lies.page(200), [("upload parts", "UploadPart")])
