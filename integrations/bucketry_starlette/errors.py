"""Errors of the storage as the application's own HTTP errors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from inspect import iscoroutinefunction
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bucketry import BucketryError, InvalidInput, StorageError
from bucketry.serving import refusal

logger = logging.getLogger("bucketry.web")


def http_error(error: BucketryError) -> HTTPException:
    """Return what an error is answered with; that the storage fails is logged, too."""
    status, sentence = refusal(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s", error)
    return HTTPException(status, sentence)


async def _answer(request: Request, error: Exception) -> Response:
    """Answer as the application answers the same HTTP error."""
    assert isinstance(error, BucketryError)  # noqa: S101 - what it is registered for
    told = http_error(error)
    handlers: Mapping[Any, Callable[..., Any]] = request.app.exception_handlers
    handle = handlers.get(told.status_code) or handlers.get(HTTPException) or _plain
    if iscoroutinefunction(handle):
        answer: Response = await handle(request, told)
        return answer
    return await run_in_threadpool(handle, request, told)


def _plain(request: Request, error: HTTPException) -> Response:
    return PlainTextResponse(error.detail, status_code=error.status_code)


ERROR_HANDLERS: dict[Any, Any] = {StorageError: _answer, InvalidInput: _answer}
"""For `exception_handlers` of an application: 400 for bad input, 403, 404, 409 and 412 as the
storage says, 500 or 503 where it fails, in the application's own form."""
