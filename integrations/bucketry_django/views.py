"""Private files, given out by the application itself or by the storage."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.files.storage import storages
from django.core.handlers.asgi import ASGIRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)

from bucketry import BucketryError
from bucketry.serving import ObjectAnswer, ObjectBody, ObjectRequest, refusal, serve
from bucketry_django.storage import Storage, key_of

log = logging.getLogger("bucketry.django")


def private_file(
    request: HttpRequest, name: str, *, storage: str = "default", redirect: bool = False
) -> HttpResponseBase:
    """Give out a file, whoever asks: decide that before, by a decorator or in a view of your own.

    The application sends the bytes, with ranges and conditions; with `redirect` the storage does,
    at a signed address. A file that is not there is 404.

    Args:
        request: GET or HEAD; anything else is 405.
        name: the file's name, as a model's field has it.
        storage: its name in ``STORAGES``.
        redirect: whether to send the browser to the storage.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    kept: Any = storages[storage]
    if not isinstance(kept, Storage):
        raise TypeError(f'STORAGES["{storage}"] is no storage of bucketry_django')
    key = key_of(name)
    try:
        if redirect:
            response = HttpResponseRedirect(kept.provider.url(key))
            response["Cache-Control"] = "private, no-store"
            return response
        answer, body = serve(kept.provider, key, ObjectRequest.of_environ(request.META))
    except BucketryError as error:
        status, sentence = refusal(error)
        if status >= 500:
            log.error("%s", error)
        if status == 404:
            raise Http404(sentence) from None
        return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain")
    return _response(request, answer, body)


def _response(request: HttpRequest, answer: ObjectAnswer, body: ObjectBody) -> HttpResponseBase:
    chunks: Any = _Awaited(body) if isinstance(request, ASGIRequest) else body
    response = StreamingHttpResponse(chunks, status=answer.status)  # which closes it
    del response["Content-Type"]
    for header, value in answer.headers:
        response[header] = value
    return response


class _Awaited:
    """A body for an event loop, read in threads."""

    def __init__(self, body: ObjectBody) -> None:
        self._chunks = iter(body)
        self.close = body.close

    def _next(self) -> bytes | None:
        return next(self._chunks, None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = sync_to_async(self._next, thread_sensitive=False)
        while (chunk := await read()) is not None:
            yield chunk
