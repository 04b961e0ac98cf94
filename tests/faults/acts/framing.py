"""Framing that contradicts itself, answers without end, and bits that change on the way."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

from faults.proxy import Act, Exchange
from faults.wire import Answer

# -- framing -------------------------------------------------------------------------------------


def framed(change: Callable[[Answer], bytes], *, close: bool = True) -> Act:
    """Send what `change` makes of the answer, then close."""

    def act(x: Exchange) -> None:
        x.send(change(x.apply()))
        if close:
            x.close()

    return act


def chunks(body: bytes, size: int = 5_000) -> bytes:
    """Return `body` in HTTP's chunks, the last empty one included."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def _chunked(answer: Answer) -> Answer:
    return answer.with_header("Content-Length", None).with_header("Transfer-Encoding", "chunked")


chunked = framed(lambda a: _chunked(a).head() + chunks(a.body), close=False)
chunked_cut = framed(lambda a: _chunked(a).head() + chunks(a.body)[: len(a.body) // 2])
chunked_no_end = framed(lambda a: _chunked(a).head() + chunks(a.body).removesuffix(b"0\r\n\r\n"))
chunked_half = framed(lambda a: _chunked(a).head() + chunks(a.body[: len(a.body) // 2]))
chunked_bad = framed(lambda a: _chunked(a).head() + b"zz\r\n" + a.body)
chunked_negative = framed(lambda a: _chunked(a).head() + b"-1\r\n" + a.body + b"\r\n0\r\n\r\n")
chunked_and_length = framed(
    lambda a: (
        a.with_header("Transfer-Encoding", "chunked").head() + chunks(a.body[: len(a.body) // 2])
    )
)
until_close = framed(lambda a: a.with_header("Content-Length", None).head() + a.body)
until_close_half = framed(
    lambda a: a.with_header("Content-Length", None).head() + a.body[: len(a.body) // 2]
)
old_protocol = framed(
    lambda a: a.with_header("Content-Length", None).head().replace(b"/1.1", b"/1.0", 1) + a.body
)
old_protocol_half = framed(
    lambda a: (
        a.with_header("Content-Length", None).head().replace(b"/1.1", b"/1.0", 1)
        + a.body[: len(a.body) // 2]
    )
)
unknown_coding = framed(lambda a: a.with_header("Transfer-Encoding", "sproing").head() + a.body)


def _length(form: str) -> Act:
    return framed(
        lambda a: a.with_header("Content-Length", form.format(n=len(a.body))).head() + a.body
    )


length_plus = _length("+{n}")
length_underscore = framed(
    lambda a: (
        a.with_header("Content-Length", f"{len(a.body) // 2:_}").head() + a.body[: len(a.body) // 2]
    )
)
length_twice = _length("{n}, {n}")
length_negative = _length("-{n}")
length_huge = _length("9" * 30)
length_word = _length("many")
length_hex = framed(lambda a: a.with_header("Content-Length", hex(len(a.body))).head() + a.body)
length_short = framed(
    lambda a: a.with_header("Content-Length", str(len(a.body) // 2)).head() + a.body, close=False
)
length_missing_tail = framed(
    lambda a: a.with_header("Content-Length", str(len(a.body) + 10)).head() + a.body
)
lengths_differ = framed(
    lambda a: (
        a.head().replace(
            b"Content-Length: ", b"Content-Length: %d\r\nContent-Length: " % (len(a.body) // 2)
        )
        + a.body
    )
)


# -- heads and bodies without end -----------------------------------------------------------------


def _endless(start: bytes, piece: bytes) -> Act:
    def act(x: Exchange) -> None:
        x.body()
        x.send(start)
        end = time.monotonic() + 30
        while time.monotonic() < end and not x.proxy.stopping.is_set():
            x.send(piece)

    return act


endless_head = _endless(b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"a" * 4_000 + b"\r\n")
endless_line = _endless(b"HTTP/1.1 200 OK\r\nETag: ", b"a" * 16_000)
endless_error = _endless(
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n",
    b"%x\r\n%b\r\n" % (65_536, b"<Error><Code>SlowDown</Code>".ljust(65_536)),
)
endless_xml = _endless(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nx-amz-request-id: R1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n",
    b"%x\r\n%b\r\n" % (65_536, b"<a>" * 21_845 + b" "),
)
endless_spaces = _endless(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nx-amz-request-id: R1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n",
    b"%x\r\n%b\r\n" % (65_536, b" " * 65_536),
)


def many_headers(x: Exchange) -> None:
    """Answer well, with 5,000 headers besides."""
    answer = x.apply()
    for number in range(5_000):
        answer = Answer(
            answer.status, (*answer.headers, (f"X-{number}", "y")), answer.body, answer.reason
        )
    x.answer(answer)


def folded_header(x: Exchange) -> None:
    """Answer well, with a header folded over two lines, as HTTP once allowed."""
    answer = x.apply()
    raw = answer.raw() if x.request.method != "HEAD" else answer.head()
    x.send(raw.replace(b"\r\n", b"\r\nX-Folded: one\r\n  two\r\n", 1))


def bare_newlines(x: Exchange) -> None:
    """Answer well, the head's lines ended by LF alone."""
    answer = x.apply()
    x.send(answer.head().replace(b"\r\n", b"\n"))
    if x.request.method != "HEAD":
        x.send(answer.body)


# -- bits -----------------------------------------------------------------------------------------


def flipped(data: bytes) -> bytes:
    """Return `data` with one bit changed in its middle."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :] if data else data


def flip_request(x: Exchange) -> None:
    """Change a bit of the body on its way in."""
    x.answer(x.apply(flipped(x.body())))


def cut_request(x: Exchange) -> None:
    """Pass half of the body on, with a length that fits."""
    x.answer(x.apply(x.body()[: len(x.body()) // 2]))


def flip_answer(x: Exchange) -> None:
    """Change a bit of the body on its way out."""
    x.answer(x.apply().edited(flipped))


def cut_answer(x: Exchange) -> None:
    """Pass half of the body on, with a length that fits."""
    x.answer(x.apply().edited(lambda body: body[: len(body) // 2]))


def padded_answer(x: Exchange) -> None:
    """Add bytes to the body, with a length that fits."""
    x.answer(x.apply().edited(lambda body: body + b"\n"))


def compressed(x: Exchange) -> None:
    """Compress the body in between and weaken the ETag, as web servers do."""
    answer = x.apply().edited(gzip.compress).with_header("Content-Encoding", "gzip")
    etag = answer.header("ETag")
    x.answer(answer.with_header("ETag", f"W/{etag}") if etag else answer)


def compressed_silently(x: Exchange) -> None:
    """Compress the body in between and leave the ETag as it was."""
    x.answer(x.apply().edited(gzip.compress).with_header("Content-Encoding", "gzip"))
