"""The head of an answer, read by llhttp's parser: strict on framing, one parser per answer."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import Any

import httptools

from bucketry.errors import Unavailable
from bucketry_s3.protocol.wire import Framing

MAX_HEAD = 64 * 1024
"""Bytes of a head, those of 1xx answers before it included; also of what is no body behind it:
the extensions of chunks, trailers."""

MAX_INTERIM = 50
"""1xx answers before the final one."""


@lru_cache(maxsize=128)  # answers have the same names again and again
def _lower(name: bytes) -> str:
    return name.decode("latin-1").lower()


class Head:
    """Takes bytes until the head of the final answer is whole, then those of its body.

    Attributes:
        done: whether the final head is whole; `status`, `headers` and `framing` count from then on.
        left: bytes of the body that have not come yet, where its length is told.
        ended: whether the body is whole.
        stray: whether bytes came behind the answer's end: nobody knows whose they are.
        body: pieces of the body that came.
    """

    status = 0
    framing: Framing = "none"
    left = 0
    done = False
    ended = False
    stray = False
    _fed = 0
    _interim = 0
    _version = ""

    def __init__(self, *, bodiless: bool) -> None:
        """`bodiless`: the answer ends at its head, whatever that announces (HEAD, CONNECT)."""
        self._bodiless = bodiless
        self._parser: Any = httptools.HttpResponseParser(self)
        self.headers: dict[str, str] = {}
        self.body: deque[bytes] = deque()

    def feed(self, data: bytes) -> None:
        """Take the next bytes; `Unavailable` if they are no HTTP, or contradict each other."""
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise Unavailable("the server wants another protocol") from None
        except httptools.HttpParserCallbackError as error:
            raise _cause(error) from None
        except httptools.HttpParserError as error:
            if not self.ended:
                raise Unavailable(f"the answer is not HTTP: {error}") from None
            self.stray = True
        if self._fed > MAX_HEAD and not self.ended:
            part = "the head of the answer" if not self.done else "what frames the answer's body"
            raise Unavailable(f"{part} is longer than {MAX_HEAD} bytes")

    @property
    def begun(self) -> bool:
        """Whether any byte of an answer has come."""
        return bool(self._fed) or self.done

    @property
    def lasting(self) -> bool:
        """Whether the connection can be used again: the server keeps it open, and in step."""
        # The answer to 408 may cross with a request, and then belongs to another one.
        if self.framing == "close" or self.status == 408:
            return False
        said = self.headers.get("connection", "").lower()
        return "close" not in said and (self._version == "1.1" or "keep-alive" in said)

    def release(self) -> None:
        """Let the parser go, which holds on to what it calls: nothing is fed any more."""
        self._parser = None

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Notice an answer that nobody asked for."""
        if self.done:
            self.stray = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; trailers are of no use."""
        if self.done:
            return
        # The parser takes blanks away in front of a value, not those behind it.
        text, told, headers = _lower(name), value.decode("latin-1").rstrip(" "), self.headers
        headers[text] = f"{headers[text]}, {told}" if text in headers else told

    def on_headers_complete(self) -> None:
        """Decide what follows; interim answers are passed over."""
        if self.done:
            return
        status = self._parser.get_status_code()
        if status < 200:
            self._interim += 1
            if self._interim > MAX_INTERIM:
                raise Unavailable("the server sends nothing but interim answers")
            self.headers.clear()
            return
        self.status, self._version = status, self._parser.get_http_version()
        if self._version not in ("1.0", "1.1"):
            raise Unavailable(f"the server answers in HTTP {self._version}, which nobody asked for")
        self.done = True
        self._decide_framing()
        self.ended = self.framing == "none" or (self.framing == "length" and not self.left)

    def _decide_framing(self) -> None:
        coding = self.headers.get("transfer-encoding")
        length = self.headers.get("content-length")
        if length is not None and not (length.isascii() and length.isdigit()):
            raise Unavailable("the answer's Content-Length is no number")
        if self._bodiless or self.status in (204, 304):
            return
        if coding is not None:
            if coding.lower() != "chunked" or self._version == "1.0":
                raise Unavailable("the answer's Transfer-Encoding is not chunked")
            self.framing = "chunked"
        elif length is not None:
            self.framing, self.left = "length", int(length)
        else:
            self.framing = "close"

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body."""
        if self.ended:
            self.stray = True
            return
        self._fed = 0
        self.body.append(data)
        if self.framing == "length":
            self.left -= len(data)
            self.ended = not self.left

    def on_message_complete(self) -> None:
        """Note the end."""
        if self.done:
            self.ended = True


def _cause(error: BaseException) -> BaseException:
    """Return what a callback raised, which the parser wraps."""
    return error.__context__ if isinstance(error.__context__, Unavailable) else error
