"""Providers in applications of Starlette and FastAPI.

>>> from typing import Annotated
>>> from starlette.applications import Starlette
>>> from starlette.requests import Request
>>> from starlette.routing import Route
>>> from bucketry_starlette import ERROR_HANDLERS, ObjectResponse, provider, providers
>>> async def file(request: Request) -> ObjectResponse:
...     media = provider("media")(request)     # FastAPI: Annotated[Provider, Depends(...)]
...     return ObjectResponse(media, request.path_params["key"])
>>> app = Starlette(
...     routes=[Route("/files/{key:path}", file)],
...     lifespan=providers("media"),           # opened and closed with the application
...     exception_handlers=ERROR_HANDLERS,     # what views let out is answered 400, 404, 409 ...
... )
"""

from bucketry_starlette.errors import ERROR_HANDLERS
from bucketry_starlette.opening import provider, providers
from bucketry_starlette.receiving import request_body
from bucketry_starlette.sending import ObjectResponse

__all__ = ["ERROR_HANDLERS", "ObjectResponse", "provider", "providers", "request_body"]
