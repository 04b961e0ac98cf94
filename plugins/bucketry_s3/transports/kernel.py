"""What this machine's kernel knows of a connection.

It is asked in a way that does not let go of the interpreter. Whoever lets go of it waits until its
turn comes again, and with many threads that takes a hundred times as long as the question.
"""

from __future__ import annotations

import socket
import sys

ROOM = 1025
"""Bytes of the room for an answer: more than `fcntl.ioctl` copies first, so that it holds on to the
interpreter."""

if sys.platform == "linux":
    from fcntl import ioctl
    from termios import FIONREAD, TIOCOUTQ

    _NONE = bytes(4)
    _ESTABLISHED = b"\1"  # where a tcp_info begins

    def unsent(number: int, room: bytearray) -> bool:
        """Return whether the other side has not confirmed yet to have received all bytes.

        An answer confirms all that came before it, so whoever answers while there are some has
        not seen the whole request.
        """
        return _any(number, TIOCOUTQ, room)

    def unread(number: int, room: bytearray) -> bool:
        """Return whether bytes wait to be read; False says nothing of an end."""
        return _any(number, FIONREAD, room)

    def is_open(sock: socket.socket) -> bool | None:
        """Return whether neither side has closed the connection, None where that is not known."""
        try:
            return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == _ESTABLISHED
        except OSError:  # it is closed already
            return False

    def _any(number: int, question: int, room: bytearray) -> bool:
        try:
            ioctl(number, question, room)
        except (OSError, ValueError):  # it is closed already
            return False
        return room[:4] != _NONE

else:

    def unsent(number: int, room: bytearray) -> bool:
        """Return False: only Linux tells (tcp(7), SIOCOUTQ)."""
        return False

    def unread(number: int, room: bytearray) -> bool:
        """Return False, which says nothing."""
        return False

    def is_open(sock: socket.socket) -> bool | None:
        """Return None: it is not known."""
        return None
