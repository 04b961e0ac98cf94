"""Answers that let web pages of other origins use the server, as the Fetch standard has them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_METHODS = "GET, HEAD, PUT, DELETE"
_READABLE = "ETag, Content-Length, Content-Range, Content-Disposition, Last-Modified"
_MAX_AGE = "600"
"""Seconds that a browser may keep a permission."""


def allow_origins(app: WSGIApplication, origins: Collection[str]) -> WSGIApplication:
    """Return `app`, open to pages of `origins` (``http://localhost:5173``), or of all by ``*``.

    For development: it allows every header that is asked for. A signature is needed as ever.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        origin = environ.get("HTTP_ORIGIN", "")
        allowed = bool(origin) and (origin in origins or "*" in origins)
        headers = [("Vary", "Origin")]
        if allowed:
            headers.append(("Access-Control-Allow-Origin", origin))
        if environ["REQUEST_METHOD"] == "OPTIONS":
            asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
            if allowed:
                headers += [
                    ("Access-Control-Allow-Methods", _METHODS),
                    ("Access-Control-Max-Age", _MAX_AGE),
                ]
            if allowed and asked:
                headers.append(("Access-Control-Allow-Headers", asked))
            start_response("204 No Content", headers)
            return iter([b""])  # so that wsgiref tells no length
        if allowed:
            headers.append(("Access-Control-Expose-Headers", _READABLE))

        def begin(status: str, given: list[tuple[str, str]], *rest: Any) -> Callable[..., Any]:
            return start_response(status, [*given, *headers], *rest)

        return app(environ, begin)

    return answer
