"""Acts on the wire: connections that break, stall and drip, and framing that contradicts itself."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import trustme

from faults.proxy import Act, Exchange
from faults.wire import Answer

STRAY = (
    b'HTTP/1.1 200 OK\r\nETag: "0123456789abcdef0123456789abcdef"\r\nContent-Length: 5\r\n\r\nother'
)
"""An answer that nobody has asked for."""


# -- connections that break ---------------------------------------------------------------------


def reset_at_once(x: Exchange) -> None:
    """Reset behind the head, the body unread and nothing applied."""
    x.reset()


def reset_in_body(x: Exchange) -> None:
    """Reset after a part of the request's body."""
    x.some_body(4096)
    x.reset()


def reset_unapplied(x: Exchange) -> None:
    """Reset after the whole request, nothing applied."""
    x.body()
    x.reset()


def answer_lost(x: Exchange) -> None:
    """Reset after the request was applied."""
    x.apply()
    x.reset()


def answer_closed(x: Exchange) -> None:
    """Close in good order after the request was applied, without an answer."""
    x.apply()
    x.close()


def lost_late(seconds: float) -> Act:
    """Say nothing, and apply the request when the client has long given up."""

    def act(x: Exchange) -> None:
        body = x.body()
        x.pause(seconds)
        x.apply(body)
        x.reset()

    return act


def half_head(x: Exchange) -> None:
    """Send the first half of the answer's head, then close."""
    head = x.apply().head()
    x.send(head[: len(head) // 2])
    x.close()


def half_body(x: Exchange) -> None:
    """Send half of the answer's body, then reset."""
    answer = x.apply()
    x.send(answer.head() + answer.body[: len(answer.body) // 2])
    x.pause(0.05)  # a reset overtakes what has just been sent
    x.reset()


def half_body_closed(x: Exchange) -> None:
    """Send half of the answer's body, then close in good order."""
    answer = x.apply()
    x.send(answer.head() + answer.body[: len(answer.body) // 2])
    x.close()


def close_after(x: Exchange) -> None:
    """Answer well and close, without having said so."""
    x.answer(x.apply())
    x.close()


def garbage(x: Exchange) -> None:
    """Answer with bytes that are no HTTP."""
    x.body()
    x.send(b"SSH-2.0-OpenSSH_9.2p1\r\n" + bytes(range(256)))
    x.close()


def garbage_applied(x: Exchange) -> None:
    """Apply, and answer with bytes that are no HTTP."""
    x.apply()
    x.send(b"\x00\x01\x02\x03\r\n\r\n")
    x.close()


# -- time ---------------------------------------------------------------------------------------


def stall(x: Exchange) -> None:
    """Take the request, apply nothing and never answer."""
    x.body()
    x.stall()


def stall_applied(x: Exchange) -> None:
    """Apply the request and never answer."""
    x.apply()
    x.stall()


def stall_reading(x: Exchange) -> None:
    """Stop reading within the request's body."""
    x.some_body(4096)
    x.stall()


def stall_in_head(x: Exchange) -> None:
    """Stop within the answer's head."""
    x.send(x.apply().head()[:30])
    x.stall()


def stall_in_body(x: Exchange) -> None:
    """Stop within the answer's body."""
    answer = x.apply()
    x.send(answer.head() + answer.body[: len(answer.body) // 2])
    x.stall()


def drip_head(x: Exchange) -> None:
    """Send the answer's head byte by byte, several times a second."""
    x.drip(x.apply().head(), 0.2)


def drip_body(x: Exchange) -> None:
    """Send the answer's body byte by byte."""
    answer = x.apply()
    x.send(answer.head())
    x.drip(answer.body, 0.2)


def slow_body(x: Exchange) -> None:
    """Send the answer's body with pauses that a patient client survives."""
    answer = x.apply()
    x.send(answer.head())
    step = max(1, len(answer.body) // 4)
    for at in range(0, len(answer.body), step):
        x.send(answer.body[at : at + step])
        x.pause(0.1)


def late(seconds: float) -> Act:
    """Answer well, `seconds` late."""

    def act(x: Exchange) -> None:
        answer = x.apply()
        x.pause(seconds)
        x.answer(answer)

    return act


# -- interim answers ----------------------------------------------------------------------------


def interim(status: str, count: int, pause: float = 0) -> Act:
    """Send `count` interim answers before the real one."""

    def act(x: Exchange) -> None:
        x.body()
        for _ in range(count):
            x.send(f"HTTP/1.1 {status}\r\nLink: </a.css>; rel=preload\r\n\r\n".encode())
            x.pause(pause)
        x.answer(x.apply())

    return act


early_hints = interim("103 Early Hints", 1)
processing = interim("102 Processing", 3, 0.1)
continue_unasked = interim("100 Continue", 1)
interim_flood = interim("103 Early Hints", 20_000)
continue_for_ever = interim("100 Continue", 1_000, 0.1)
continue_without_pause = interim("100 Continue", 1_000_000)
switching = interim("101 Switching Protocols", 1)


# -- answers that come too early, or belong to nobody --------------------------------------------


def early(status: int, code: str, *, close: bool = True) -> Act:
    """Refuse before the body was read."""
    body = f"<Error><Code>{code}</Code><Message>m</Message><RequestId>R1</RequestId></Error>"

    def act(x: Exchange) -> None:
        answer = Answer(
            status,
            (("Content-Type", "application/xml"), ("x-amz-request-id", "R1")),
        ).with_body(body.encode())
        if close:
            answer = answer.with_header("Connection", "close")
        x.some_body(4096)
        x.send(answer.raw())
        if not close:
            x.body()
            return
        # What is still on its way is taken and thrown away, as well-mannered servers do.
        x.pause(0.3)
        x.cut()

    return act


def early_success(x: Exchange) -> None:
    """Say that it is stored while most of the body has not come, and store nothing."""
    x.some_body(4096)
    head = (("ETag", '"0123456789abcdef0123456789abcdef"'), ("x-amz-request-id", "R1"))
    x.send(Answer(200, (*head, ("Content-Length", "0"), ("Connection", "close"))).raw())
    x.pause(0.3)
    x.cut()


def timeout_when_idle(x: Exchange) -> None:
    """Answer well, and call the idle connection timed out a moment later."""
    x.answer(x.apply())
    x.pause(0.05)
    page = b"<html><body><h1>408 Request Time-out</h1></body></html>"
    x.send(
        b"HTTP/1.1 408 Request Time-out\r\nConnection: close\r\nContent-Type: text/html\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(page), page)
    )
    x.close()


def close_when_idle(x: Exchange) -> None:
    """Answer well, and close the idle connection a moment later."""
    x.answer(x.apply())
    x.pause(0.05)
    x.close()


def dead_when_idle(x: Exchange) -> None:
    """Answer well, and reset the connection as soon as the next request begins."""
    x.answer(x.apply())
    x.socket.recv(1)
    x.reset()


def stray_at_once(x: Exchange) -> None:
    """Send somebody else's answer together with the right one."""
    answer = x.apply()
    x.send((answer.head() if x.request.method == "HEAD" else answer.raw()) + STRAY)


def stray_when_idle(x: Exchange) -> None:
    """Send somebody else's answer a moment behind the right one."""
    x.answer(x.apply())
    x.pause(0.05)
    x.send(STRAY)


def stray_newlines(x: Exchange) -> None:
    """Send empty lines behind the answer."""
    x.answer(x.apply())
    x.send(b"\r\n\r\n")


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


# -- before there is a connection to speak of ---------------------------------------------------


def _on_bare_socket(data: bytes) -> Act:
    """Answer the client's hello with `data`."""

    def act(x: Exchange) -> None:
        x.socket.recv(65_536)
        x.send(data)
        x.pause(0.1)
        x.cut()

    return act


tls_alert = _on_bare_socket(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal, handshake_failure
plain_http = _on_bare_socket(
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 58\r\n"
    b"Connection: close\r\n\r\n<html>The plain HTTP request was sent to HTTPS port</html>"
)


def connection_reset(x: Exchange) -> None:
    """Accept the connection and reset it."""
    x.reset()


def connection_closed(x: Exchange) -> None:
    """Accept the connection and close it."""
    x.cut()


def stall_in_handshake(x: Exchange) -> None:
    """Accept the connection and say nothing to the hello."""
    x.stall()


def drip_handshake(x: Exchange) -> None:
    """Send the beginning of a record, byte by byte."""
    x.socket.recv(65_536)
    x.drip(b"\x16\x03\x03\x40\x00" + bytes(1_000), 0.2)


# -- somebody else ------------------------------------------------------------------------------


def other_first(x: Exchange) -> None:
    """Let another writer store under the key before the request is applied."""
    x.behind.put(x.request.key, b"somebody else was first")
    x.answer(x.apply())


def other_after_lost(x: Exchange) -> None:
    """Apply, lose the answer, and let another writer store over it."""
    x.apply()
    x.behind.put(x.request.key, b"somebody else came after")
    x.reset()


def other_after_half(x: Exchange) -> None:
    """Send half of an object, then let another writer replace it."""
    answer = x.apply()
    x.send(answer.head() + answer.body[: len(answer.body) // 2])
    x.pause(0.05)
    x.behind.put(x.request.key, bytes(len(answer.body)))
    x.reset()


def applied_twice(x: Exchange) -> None:
    """Apply the request twice, as a middlebox that repeats it does, and tell the second answer."""
    x.apply()
    x.answer(x.apply())


def applied_again_later(x: Exchange) -> None:
    """Answer well, and apply the same request once more a little later."""
    answer = x.apply()
    x.answer(answer)
    body = x.body()
    again = threading.Event()
    again.wait(0.2)
    x.apply(body)


# -- certificates and tunnels --------------------------------------------------------------------


def wrong_name(x: Exchange) -> None:
    """Show a certificate of another host."""
    x.begin_tls(x.proxy.certificates.make("files.example.com"))


def expired(x: Exchange) -> None:
    """Show a certificate that was good until yesterday."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    names = ("localhost", "media.localhost")
    x.begin_tls(x.proxy.certificates.make(*names, not_after=yesterday))


def unknown_authority(x: Exchange) -> None:
    """Show a certificate that an authority nobody knows vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost", "media.localhost").configure_cert(context)
    x.begin_tls(context)


def client_certificate_wanted(x: Exchange) -> None:
    """Demand a certificate of the client, which TLS 1.3 tells behind the handshake."""
    context = x.proxy.certificates.make("localhost", "media.localhost")
    context.verify_mode = ssl.CERT_REQUIRED
    x.begin_tls(context)


def tunnel(answer: bytes, *, go_on: bool = False) -> Act:
    """Be an HTTP proxy that answers CONNECT with this; then, perhaps, the server behind it."""

    def act(x: Exchange) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += x.socket.recv(1) or b"\r\n\r\n"
        assert head.startswith(b"CONNECT "), head
        x.send(answer)
        if not go_on:
            x.pause(0.1)
            x.cut()

    return act


tunnel_well = tunnel(b"HTTP/1.1 200 Connection established\r\n\r\n", go_on=True)
tunnel_login = tunnel(
    b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
    b"Content-Length: 0\r\n\r\n"
)
tunnel_bad_gateway = tunnel(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
tunnel_forbidden = tunnel(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
tunnel_garbage = tunnel(b"\x05\x00\x00\x01" + b"\r\n\r\n")


def tunnel_stalls(x: Exchange) -> None:
    """Take CONNECT and never answer."""
    x.stall()


def tunnel_drips(x: Exchange) -> None:
    """Answer CONNECT with a head that never ends."""
    x.send(b"HTTP/1.1 200 OK\r\n")
    x.drip(b"X-Wait: " + b"a" * 1_000, 0.2)
