"""Files that come and go in requests of their own: bodies without a form, private files."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import BadRequest
from django.core.files.storage import storages
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
    UnreadablePostError,
)

from bucketry import BucketryError
from bucketry.serving import ObjectAnswer, ObjectBody, ObjectRequest, refusal, serve
from bucketry_django.files import BUFFER
from bucketry_django.storage import Storage, key_of

log = logging.getLogger("bucketry.django")

_CHUNKED = "HTTP_TRANSFER_ENCODING"


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


def request_body(request: HttpRequest) -> Iterator[bytes]:
    """Yield a request's body as it arrives: ``media.upload(request_body(request), key=...)``.

    One that breaks off before its announced length is answered 400, and nothing of it is stored:
    `HttpRequest.read` ends there as if it were whole, under gunicorn for one. So is one without a
    length, which Django does not read under WSGI.
    """
    announced = request.META.get("CONTENT_LENGTH", "")
    left = int(announced) if announced.isdecimal() else None
    if left is None and isinstance(request, WSGIRequest) and _CHUNKED in request.META:
        raise BadRequest("an upload needs a Content-Length")
    try:
        while chunk := request.read(BUFFER):
            left = None if left is None else left - len(chunk)
            yield chunk
    except UnreadablePostError:
        raise BadRequest("the body broke off") from None
    if left:
        raise BadRequest("the body broke off")


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
