"""A record kept with the file itself, in an extended attribute.

It is written and synced with the bytes and published by the same rename, which no file beside it
could be. Linux has them, on most file systems; what else there is, `bucketry_local.records` tells.
"""

from __future__ import annotations

import errno
import os
import sys

NAME = "user.bucketry"

_NONE = frozenset({errno.ENODATA if sys.platform == "linux" else 0, errno.ENOTSUP, errno.EPERM})


if sys.platform == "linux":

    def attach(handle: int, data: bytes) -> bool:
        """Give an open file the record `data`; False where that cannot be, or has no room."""
        try:
            os.setxattr(handle, NAME, data)
        except OSError:
            return False
        return True

    def attached(file: int | str) -> bytes | None:
        """Return the record of an open file or of the file at a path, None if it has none."""
        try:
            return os.getxattr(file, NAME, follow_symlinks=isinstance(file, int))
        except OSError as error:
            if error.errno in _NONE:
                return None
            raise

    def has_attached(path: str) -> bool:
        """Return whether the file there has a record: cheaper than an error where it has none."""
        try:
            return NAME in os.listxattr(path, follow_symlinks=False)
        except OSError as error:
            if error.errno in _NONE:
                return False
            raise

else:

    def attach(handle: int, data: bytes) -> bool:
        """Return False: this system has no such attributes, or Python no calls for them."""
        return False

    def attached(file: int | str) -> bytes | None:
        """Return None."""
        return None

    def has_attached(path: str) -> bool:
        """Return False."""
        return False
