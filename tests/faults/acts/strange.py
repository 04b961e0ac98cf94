"""Acts of a server that is almost right: things told in the wrong place or measure."""

from __future__ import annotations

import re
from collections.abc import Callable

from faults.acts.forms import raw
from faults.acts.lies import XML, changed, page
from faults.proxy import Act, Exchange
from faults.wire import Answer


def refusal(status: int, inside: str) -> Act:
    """Answer with a document of this inside, S3's headers around it."""
    return page(status, f"<Error>{inside}</Error>".encode(), XML)


def said(status: int, text: str, kind: str = "application/xml") -> Act:
    """Answer with any text, S3's headers around it."""
    return page(status, text.encode(), (("Content-Type", kind), *XML[1:]))


def piecemeal(x: Exchange) -> None:
    """Send the answer in pieces of one byte, one right behind the other."""
    answer = x.apply()
    head = answer.head() + (b"" if x.request.method == "HEAD" else answer.body[:200])
    x.drip(head, 0)
    if x.request.method != "HEAD":
        x.send(answer.body[200:])


def reset_behind(x: Exchange) -> None:
    """Answer well, and reset the connection in the same moment."""
    x.answer(x.apply())
    x.reset()


def some_each_time(size: int) -> Act:
    """Send so many bytes of the body, and reset."""

    def act(x: Exchange) -> None:
        answer = x.apply()
        x.send(answer.head() + answer.body[:size])
        x.pause(0.02)
        x.reset()

    return act


def empty_with_its_etag(x: Exchange) -> None:
    """Answer with no bytes and all the headers of those that are there."""
    x.answer(x.apply().with_body(b""))


def zeros(x: Exchange) -> None:
    """Answer with as many bytes, all of them zero."""
    answer = x.apply()
    x.answer(answer.with_body(bytes(len(answer.body))))


def body_behind_204(x: Exchange) -> None:
    """Send a body where there is none."""
    x.send(x.apply().head() + b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def chunked_204(x: Exchange) -> None:
    """Announce chunks where there is no body."""
    head = x.apply().with_header("Transfer-Encoding", "chunked").head()
    x.send(head + b"0\r\n\r\n")


def content_range(value: str | None) -> Act:
    """Answer a range with another Content-Range."""
    return changed(lambda answer: answer.with_header("Content-Range", value))


def many_ranges(x: Exchange) -> None:
    """Answer a range as a document of ranges."""
    answer = x.apply()
    part = b"--x\r\nContent-Range: bytes 0-9/10\r\n\r\n" + answer.body + b"\r\n--x--\r\n"
    kind = answer.with_header("Content-Type", "multipart/byteranges; boundary=x")
    x.answer(kind.with_header("Content-Range", None).with_body(part))


def two_headers(name: str, *values: str) -> Act:
    """Add headers of one name."""
    lines = "".join(f"{name}: {value}\r\n" for value in values).encode("latin-1")
    return raw(lambda head: head.replace(b"\r\n", b"\r\n" + lines, 1))


def many_headers(count: int) -> Act:
    """Add as many headers."""
    return two_headers("Set-Cookie", *(f"a{n}=b" for n in range(count)))


def edited(pattern: str, replacement: str) -> Act:
    """Replace text in the answer's document, where it is."""

    def change(body: bytes) -> bytes:
        return re.sub(pattern, replacement, body.decode(), flags=re.S).encode()

    return changed(lambda answer: answer.edited(change))


def dated(change: Callable[[Answer], Answer], date: str) -> Act:
    """Apply nothing, and refuse a signature for its time, with this Date."""

    def act(x: Exchange) -> None:
        x.body()
        body = b"<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>"
        x.answer(change(Answer(403, (*XML, ("Date", date))).with_body(body)))

    return act


def skewed(date: str) -> Act:
    """Refuse a signature for its time, with this Date."""
    return dated(lambda answer: answer, date)


def of_another_key(x: Exchange) -> None:
    """Say that another object is missing."""
    refusal(404, "<Code>NoSuchKey</Code><Message>m</Message><Key>another/key.bin</Key>")(x)
