"""How much of a request has not arrived yet, as far as this machine's kernel knows."""

from __future__ import annotations

import socket
import struct
import sys

if sys.platform == "linux":
    from fcntl import ioctl
    from termios import TIOCOUTQ

    def unsent(sock: socket.socket | None) -> int:
        """Return the bytes that the other side has not confirmed to have received.

        An answer confirms all that came before it, so whoever answers while there are some has
        not seen the whole request.
        """
        try:
            asked = b"" if sock is None else ioctl(sock, TIOCOUTQ, bytes(4))
        except (OSError, ValueError):  # it is closed already
            return 0
        return struct.unpack("i", asked)[0] if asked else 0

else:

    def unsent(sock: socket.socket | None) -> int:
        """Return 0: only Linux tells (tcp(7), SIOCOUTQ)."""
        return 0
