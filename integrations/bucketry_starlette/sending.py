"""A response that sends an object."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Self

from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from bucketry import BucketryError, ByteRange, IntegrityError, InvalidInput, StorageError
from bucketry.aio import ObjectReader, Provider
from bucketry.serving import (
    ObjectAnswer,
    ObjectRequest,
    answer_to,
    check_response,
    content_disposition,
    same_version,
)
from bucketry_starlette.errors import http_error, logger

_OURS = frozenset({b"content-length", b"content-range"})


class ObjectResponse(Response):
    """Sends an object, or what of it is asked for, as `starlette.responses.FileResponse` does.

    Ranges, several of them too, and `If-Range` are answered as there, and preconditions as well
    (304, 412). The bytes are streamed. A private object stays out of shared caches, and no browser
    runs what was uploaded: active types are saved. What goes wrong is an `HTTPException`: 404 for
    an object that is not there.
    """

    chunk_size = 256 * 1024

    def __init__(
        self,
        provider: Provider,
        key: str,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
        filename: str | None = None,
        content_disposition_type: str = "attachment",
    ) -> None:
        """Send the object `key`; whether the client may read it is decided before.

        Args:
            provider: where it is.
            key: which object.
            status_code: with another than 200 it is always the whole object.
            headers: further headers, or others in place of the object's own.
            media_type: media type in place of the stored one.
            background: run when everything is sent.
            filename: the browser saves the object under this name.
            content_disposition_type: ``attachment``, or ``inline`` to show it.

        Raises `InvalidHeader` for a media type that no header can hold.
        """
        self.provider = provider
        self.key = key
        self.status_code = status_code
        self.background = background
        self.init_headers(headers)
        self._response: dict[str, str] = {}
        if media_type is not None:
            self._response["content_type"] = media_type
        if filename is not None:
            inline = content_disposition_type == "inline"
            self._response["content_disposition"] = content_disposition(filename, inline=inline)
        check_response(self._response)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the storage, and send."""
        method = scope.get("method", "GET").upper()
        conditional = self.status_code == 200 and method in ("GET", "HEAD")
        asked = ObjectRequest(headers=Headers(scope=scope) if conditional else {}, strict=True)
        try:
            answer, reader = await self._open(asked, head=method == "HEAD")
        except (StorageError, InvalidInput) as error:
            raise http_error(error) from None
        if reader is not None:
            pieces = answer.body or (ByteRange(start=0),)
            async with aclosing(
                _Body(self.provider, self.key, pieces, reader, self.chunk_size)
            ) as body:
                await self._respond(StreamingResponse(body), answer, scope, receive, send)
        else:
            text = [piece for piece in answer.body if isinstance(piece, bytes)]
            content = b"" if method == "HEAD" else b"".join(text)
            await self._respond(Response(content), answer, scope, receive, send)
        if self.background is not None:
            await self.background()

    async def _open(
        self, asked: ObjectRequest, *, head: bool
    ) -> tuple[ObjectAnswer, ObjectReader | None]:
        """Return the answer, and the object if it is to be sent, open where that begins."""
        provider, key = self.provider, self.key
        answer_of = partial(answer_to, response=self._response, private=provider.is_private(key))
        if head or asked.looks_first:
            info = await provider.head(key)
            answer = answer_of(asked, info)
            if head or answer.status not in (200, 206):
                return answer, None
            if answer.ranges:
                reader = await provider.open(key, byte_range=answer.ranges[0])
                if same_version(reader.info, info):
                    return answer, reader
                await reader.aclose()  # replaced in between, so the range is of no known version
        reader = await provider.open(key)
        answer = answer_of(asked.whole, reader.info)
        if answer.status == 200:
            return answer, reader
        await reader.aclose()
        return answer, None

    async def _respond(
        self, response: Response, answer: ObjectAnswer, scope: Scope, receive: Receive, send: Send
    ) -> None:
        told = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.headers
        ]
        own = [(name, value) for name, value in self.raw_headers if name not in _OURS]
        replaced = {name for name, _ in own}
        response.raw_headers = [*(pair for pair in told if pair[0] not in replaced), *own]
        response.status_code = answer.status if self.status_code == 200 else self.status_code
        await response(scope, receive, send)


class _Body:
    """The bytes of an answer. A generator would not be closed where its response is given up."""

    def __init__(
        self,
        provider: Provider,
        key: str,
        pieces: Iterable[bytes | ByteRange],
        reader: ObjectReader,
        chunk_size: int,
    ) -> None:
        """`reader` is open at the first range among the pieces."""
        self._provider = provider
        self._key = key
        self._pieces = deque(pieces)
        self._opened: ObjectReader | None = reader
        self._reading: ObjectReader | None = None
        self._info = reader.info
        self._chunk_size = chunk_size

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await self._next()
        except BucketryError as error:
            logger.error("%s", error)
            raise RuntimeError("an object could not be sent to its end; the log says why") from None

    async def _next(self) -> bytes:
        while True:
            if self._reading is not None:
                if chunk := await self._reading.read(self._chunk_size):
                    return chunk
                await self._reading.aclose()
                self._reading = None
            if not self._pieces:
                raise StopAsyncIteration
            piece = self._pieces.popleft()
            if isinstance(piece, bytes):
                return piece
            self._reading, self._opened = self._opened or await self._open(piece), None

    async def _open(self, span: ByteRange) -> ObjectReader:
        reader = await self._provider.open(self._key, byte_range=span)
        if not same_version(reader.info, self._info):
            await reader.aclose()
            raise IntegrityError("the object was replaced while it was being sent")
        return reader

    async def aclose(self) -> None:
        """Give the connection back."""
        for reader in (self._opened, self._reading):
            if reader is not None:
                await reader.aclose()
