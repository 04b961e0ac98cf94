"""What this machine's kernel knows of a connection.

It is asked in a way that does not let go of the interpreter. Whoever lets go of it waits until its
turn comes again, and with many threads that takes a hundred times as long as the question.
"""

from __future__ import annotations

import socket
import sys

if sys.platform == "linux":
    from fcntl import ioctl
    from termios import FIONREAD, TIOCOUTQ

    # More than `fcntl.ioctl` copies first: then it holds on to the interpreter.
    _ROOM = 1025

    _ESTABLISHED = b"\1"  # where a tcp_info begins

    def unsent(sock: socket.socket | None) -> int:
        """Return the bytes that the other side has not confirmed to have received.

        An answer confirms all that came before it, so whoever answers while there are some has
        not seen the whole request.
        """
        return 0 if sock is None else _asked(sock, TIOCOUTQ)

    def unread(sock: socket.socket) -> int:
        """Return the bytes that wait to be read; 0 says nothing of an end."""
        return _asked(sock, FIONREAD)

    def is_open(sock: socket.socket) -> bool | None:
        """Return whether neither side has closed the connection, None where that is not known."""
        try:
            return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == _ESTABLISHED
        except OSError:  # it is closed already
            return False

    def _asked(sock: socket.socket, question: int) -> int:
        answer = bytearray(_ROOM)
        try:
            ioctl(sock, question, answer)
        except (OSError, ValueError):  # it is closed already
            return 0
        return int.from_bytes(answer[:4], sys.byteorder)

else:

    def unsent(sock: socket.socket | None) -> int:
        """Return 0: only Linux tells (tcp(7), SIOCOUTQ)."""
        return 0

    def unread(sock: socket.socket) -> int:
        """Return 0, which says nothing."""
        return 0

    def is_open(sock: socket.socket) -> bool | None:
        """Return None: it is not known."""
        return None
