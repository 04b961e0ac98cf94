"""What a client sends, stored while it arrives."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

_DIGITS = 18
"""Digits of a length that anybody means; Python reads a few thousand, servers any number."""


async def request_body(request: Request, *, max_size: int) -> AsyncGenerator[bytes, None]:
    """Yield a request's body as it arrives: ``media.upload(request_body(...), key=...)``.

    A body of more than `max_size` bytes is answered 413, before it is read where its length is
    announced, else as soon as it is too long, and one that breaks off 400; nothing of it is stored
    then.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > _DIGITS or int(announced) > max_size):
        raise _too_large(max_size)
    left = max_size
    try:
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                raise _too_large(max_size)
            yield chunk
    except ClientDisconnect:  # which a server would log with a traceback
        raise HTTPException(400, "the body broke off") from None


def _too_large(max_size: int) -> HTTPException:
    return HTTPException(413, f"at most {max_size:,} bytes are taken")
