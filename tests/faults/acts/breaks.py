"""Connections that break, stall and drip, and answers that come too early or to nobody."""

from __future__ import annotations

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
