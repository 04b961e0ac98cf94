"""One request and its answer over one connection."""

from __future__ import annotations

import math
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

from bucketry.errors import InvalidInput, StorageError, Unavailable
from bucketry_s3.protocol.deadline import LOOKS, Deadline
from bucketry_s3.protocol.wire import Payload, S3Answer
from bucketry_s3.transports.head import Head
from bucketry_s3.transports.sockets.pool import Connection, Pool
from bucketry_s3.transports.tls_errors import wants_certificate

T = TypeVar("T", bytes, int)

_NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""What says that nothing more has come, or can be sent, for now."""

SILENT_SECONDS = 20.0
"""Seconds without a byte after which a connection is given up and the request tried again."""

PATIENT_SECONDS = 300.0
"""The same where the server has to work before it answers, and the deadline allows for it."""

_LEAST_SILENT = 1.0

_TOGETHER = 64 * 1024
"""Bytes of a body that go out in one piece with the head."""

_RECORD = 16 * 1024
"""Bytes of the largest TLS record: more does not come at once."""

_PLAIN = 256 * 1024
"""Bytes that are sent or asked for at once."""

_LAST_WORDS = 2.0
"""Seconds for the answer of a server that has stopped listening."""


def request_head(
    method: str, target: str, host: str, headers: Iterable[tuple[str, str]], length: int | None
) -> memoryview:
    """Return the head of a request. Its headers have been checked by then.

    A view, because its repr shows nothing: tokens and signatures stay out of tracebacks.
    """
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return memoryview("\r\n".join([*lines, "", ""]).encode("latin-1"))


def exchange(
    pool: Pool,
    head: memoryview,
    body: Payload,
    deadline: Deadline,
    *,
    method: str,
    repeatable: bool,
    patient: bool = False,
) -> S3Answer:
    """Send one request and return its answer, which a `patient` one may wait for.

    Where a kept connection turns out dead before any byte came back, and sending the request twice
    does no harm, it goes out again over a new one. Raises `Unreachable` if nothing was sent,
    `Unavailable` with `may_have_applied` if all of it was.
    """
    connection = pool.take(deadline)
    first = _Exchange(pool, connection, deadline, patient, bodiless=method == "HEAD")
    try:
        return first.run(head, body)
    except _Stale:
        if first.written and not repeatable:
            raise Unavailable(
                "the kept connection was closed as it was used again", may_have_applied=True
            ) from None
    connection = pool.take(deadline, fresh=True)
    return _Exchange(pool, connection, deadline, patient, bodiless=method == "HEAD").run(head, body)


class _Stale(Exception):
    """A connection that was used before ended without a byte of an answer."""


class _Exchange:
    """The body of an answer, and before that the way to it."""

    def __init__(
        self, pool: Pool, connection: Connection, deadline: Deadline, patient: bool, bodiless: bool
    ) -> None:
        self.deadline = deadline
        self.written = False
        self._pool = pool
        self._connection, self._closed = connection, False
        self._sock, self._used = connection.sock, connection.used
        self._patient = patient
        self._silent: float | None = None
        self._at_once = _RECORD if pool.route.tls is not None else _PLAIN
        self._head = Head(bodiless=bodiless)
        self._whole = False  # whether the whole request is out

    def run(self, request: memoryview, body: Payload) -> S3Answer:
        head = self._head
        try:
            try:
                self._whole = self._send(request, body)
            except OSError as error:
                self._hear_why(error)
            while not head.done:
                self._connection.wait()  # an answer takes its time: to look for it is of no use yet
                head.feed(self._receive(_PLAIN))
            if head.status < 300 and (not self._whole or (body and self._connection.unsent())):
                raise Unavailable("the server answered before all of the request was sent")
        except Unavailable as error:
            self.close(reuse=False)
            # A request that is not all out cannot be acted on, unless the server says otherwise.
            applied = self._whole or head.done
            raise error.evolve(may_have_applied=applied) from error.__cause__
        except BaseException:
            self.close(reuse=False)
            raise
        return S3Answer(status=head.status, headers=head.headers, body=self, framing=head.framing)

    def _silence(self) -> float:
        """Return the seconds without a byte that are too many, once anything is waited for.

        Half of a short deadline at most, so that there is time for a second attempt.
        """
        if self._silent is None:
            left = self.deadline.remaining()
            patient = self._patient and left > PATIENT_SECONDS
            short = min(SILENT_SECONDS, max(left / 2, _LEAST_SILENT))
            self._silent = PATIENT_SECONDS if patient else short
        return self._silent

    # -- sending -----------------------------------------------------------------------------

    def _send(self, head: memoryview, body: Payload) -> bool:
        """Send the request; return whether all of it is out, or an answer came before that."""
        if len(body) <= _TOGETHER:
            return self._send_all(memoryview(b"".join((head, body))))
        return self._send_all(head) and self._send_all(memoryview(body))

    def _send_all(self, data: memoryview) -> bool:
        size, sent, send = len(data), 0, self._sock.send
        moved = looked = time.monotonic()
        while True:
            try:
                sent += send(data[sent : sent + _PLAIN])
            except _NOT_YET:
                if not self._connection.wait_for_room() and self._hears():
                    return False
                self._check_time(moved + self._silence(), "takes no more bytes")
                continue
            self.written = True
            if sent >= size:
                return True
            moved = time.monotonic()
            if moved - looked >= LOOKS:
                looked = moved
                if not self.deadline.remaining():
                    raise Unavailable("time is up, and the request is not out yet")

    def _hears(self) -> bool:
        """Take what the server says before it has the whole request; return whether that is all."""
        try:
            data = self._sock.recv(_RECORD)
        except _NOT_YET:
            return False
        self._connection.full = len(data) == _RECORD
        if data:
            self._head.feed(data)
        return self._head.done

    def _hear_why(self, error: OSError) -> None:
        """Read the answer of a server that hung up as it was sent to; without one, say so."""
        self._silent = min(self._silence(), _LAST_WORDS)
        try:
            while not self._head.done:
                self._head.feed(self._receive(_PLAIN))
        except StorageError:
            raise _broken(error) from None

    # -- receiving ---------------------------------------------------------------------------

    def _receive(self, most: int) -> bytes:
        """Return the next bytes, at most `most`; b"" only where closing may end the body."""
        # Room for more than comes at once would be wasted.
        room = min(most, self._at_once)
        data = self._wait_for(self._sock.recv, room)
        self._connection.full = len(data) == room
        return data

    def _wait_for(self, receive: Callable[[Any], T], room: Any) -> T:
        """Return what the socket gives, nothing only where closing may end the body."""
        if not self.deadline.remaining():
            raise Unavailable("time is up, and the answer has not all come")
        head = self._head
        until = math.inf
        while True:
            try:
                data = receive(room)
                break
            except _NOT_YET:
                until = min(until, time.monotonic() + self._silence())
                self._connection.wait()
                self._check_time(until, "sends nothing")
            except OSError as error:
                if self._used and not head.begun:
                    raise _Stale from None
                raise _broken(error) from None
        if not data and head.framing != "close":
            if self._used and not head.begun:
                raise _Stale
            part = "body" if head.done else "head"
            raise Unavailable(f"the connection was closed before the answer had all of its {part}")
        return data

    def _check_time(self, until: float, fault: str) -> None:
        if not self.deadline.remaining():
            raise Unavailable(f"the server {fault}, and time is up")
        if time.monotonic() >= until:
            raise Unavailable(f"the server {fault} for {self._silence():.0f} seconds")

    @property
    def at_hand(self) -> bool:
        """Whether some bytes of the body have come along with what was read before."""
        return bool(self._head.body) and not self._closed

    def read(self, size: int, /) -> bytes:
        """Return some bytes of the body, at most `size`; b"" only at its end."""
        if self._closed:
            raise InvalidInput("the answer is closed already")
        pieces = self._head.body
        try:
            while not pieces and not self._head.ended:
                self._read_on(size)
        except BaseException as error:
            self._fail(error)
        if not pieces:
            return b""
        piece = pieces.popleft()
        if len(piece) > size:
            pieces.appendleft(piece[size:])
            return piece[:size]
        return piece

    def readinto(self, view: memoryview, /) -> int:
        """Fill a buffer with some bytes of the body; 0 only at its end."""
        head = self._head
        if self._closed or head.body or head.ended or head.framing != "length":
            piece = self.read(len(view))
            view[: len(piece)] = piece
            return len(piece)
        # Past the parser; no byte is asked for beyond the announced ones.
        room, receive = view[: min(head.left, _PLAIN)], self._sock.recv_into
        try:
            count = self._wait_for(receive, room)
            # What is here already comes along, record by record; a failure comes again by itself.
            with suppress(OSError):
                while count < len(room) and (more := receive(room[count:])):
                    count += more
        except BaseException as error:
            self._fail(error)
        self._connection.full = count == len(room)
        head.left -= count
        head.ended = not head.left
        return count

    def _fail(self, error: BaseException) -> NoReturn:
        """Give the connection up, and raise what reading failed with."""
        self.close(reuse=False)
        if isinstance(error, Unavailable):
            raise error.evolve(may_have_applied=True) from error.__cause__
        raise error

    def _read_on(self, size: int) -> None:
        head = self._head
        if head.framing == "length":
            # Past the parser; no byte is asked for beyond the announced ones.
            data = self._receive(min(max(size, 1), head.left))
            head.body.append(data)
            head.left -= len(data)
            head.ended = not head.left
            return
        data = self._receive(_PLAIN)
        if data:
            head.feed(data)
        else:
            head.ended = True

    def close(self, *, reuse: bool = True) -> None:
        """Give the connection back if it can be used again, else up; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        head = self._head
        head.release()
        whole = self._whole and head.ended and not head.body and not head.stray
        if reuse and whole and head.lasting:
            self._pool.give_back(self._connection)
        else:
            self._pool.give_up(self._connection)


def _broken(error: OSError) -> StorageError:
    """Return what a broken connection is to the caller."""
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or str(error)).replace("_", " ").lower()
        if "certificate required" in reason or "unknown ca" in reason:
            return wants_certificate(reason)
        return Unavailable(f"the TLS connection broke: {reason}")
    return Unavailable(f"the connection broke: {error.strerror or error}")
