"""The head of a request, read as strictly as HTTP says: Python's own server passes over a lot.

What two programs may read in two ways, one of them in front of the other, is refused (RFC 9112).
"""

from __future__ import annotations

import re
from contextlib import suppress
from io import BufferedIOBase

import httptools

MAX_HEAD = 64 * 1024
"""Bytes of a request's head."""


# The parser knows those that are registered; here any is framed alike.
_METHOD = re.compile(rb"\A[!#$%&'*+.^_`|~0-9A-Za-z-]+ ")


class Refused(Exception):
    """A head that is none; `status` is how HTTP answers it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _Seen:
    def __init__(self) -> None:
        self.whole = False
        self.hosts = 0
        self.coded = False
        self.doubtful = False

    def on_header(self, name: bytes, _: bytes) -> None:
        self.hosts += name.lower() == b"host"
        self.doubtful = self.doubtful or b"_" in name
        self.coded = self.coded or name.lower() == b"transfer-encoding"

    def on_headers_complete(self) -> None:
        self.whole = True


def read_head(first: bytes, stream: BufferedIOBase) -> bytes:
    """Return the head whose first line was read already. Raises `Refused`."""
    lines, size = [first], len(first)
    while lines[-1].endswith(b"\n") and lines[-1] not in (b"\r\n", b"\n"):
        lines.append(stream.readline(MAX_HEAD))
        size += len(lines[-1])
        if size > MAX_HEAD:
            raise Refused(431, f"the head is longer than {MAX_HEAD} bytes")
    head = b"".join(lines)
    _check(head)
    return head


def _check(head: bytes) -> None:
    seen = _Seen()
    parser = httptools.HttpRequestParser(seen)
    try:
        with suppress(httptools.HttpParserUpgrade):  # it may be passed over
            parser.feed_data(_METHOD.sub(b"PUT ", head, count=1))
    except httptools.HttpParserError as error:
        raise Refused(400, str(error)) from None
    if not seen.whole:
        raise Refused(400, "the head is not whole")
    version = parser.get_http_version()
    if version not in ("1.0", "1.1"):
        raise Refused(505 if version > "1.1" else 400, "HTTP/1.1 is spoken here")
    if version == "1.1" and seen.hosts != 1:
        raise Refused(400, "there is no Host, or more than one")
    if seen.doubtful:
        raise Refused(400, "a header's name has an underscore, which WSGI takes for a hyphen")
    if seen.coded:
        fault = (400, "HTTP/1.0 has no Transfer-Encoding")
        raise Refused(*(fault if version == "1.0" else (411, "Content-Length is needed")))
