"""A provider in a Flask application.

>>> from flask import Flask
>>> from bucketry_flask import Bucketry
>>> storage = Bucketry()
>>> def create_app():
...     app = Flask(__name__)
...     app.config["BUCKETRY"] = {"provider": "local", "directory": "/tmp/bucketry-doc"}
...     storage.init_app(app)
...     @app.get("/files/<path:key>")
...     def file(key):
...         return storage.send(key)
...     return app
>>> create_app().test_client().get("/files/no/such.txt").status
'404 NOT FOUND'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ClientDisconnected, HTTPException, default_exceptions

from bucketry import BucketryError, InvalidInput, Provider, StorageError, open_provider
from bucketry.serving import (
    ObjectRequest,
    check_response,
    content_disposition,
    refusal,
    serve,
)

__all__ = ["Bucketry", "request_body", "send_object"]

_CHUNK = 256 * 1024


class Bucketry:
    """The extension: opens a provider for each application, and keeps nothing of its own.

    ``app.config`` is asked for two keys, both of which may be left out:

    - ``BUCKETRY``: name of a configured provider, or a mapping with the configuration of one; the
      default one of the configuration otherwise.
    - ``BUCKETRY_CONFIG``: where names are configured, a file or a mapping; the file that
      `bucketry.open_provider` finds otherwise.

    Errors that a view lets out are answered as HTTP errors of the application's own: 400 for bad
    input, 403, 404, 409 and 412 as the storage says, 500 or 503 where it fails, which is logged.
    """

    def __init__(self, app: Flask | None = None) -> None:
        """Set up `app` at once, if there is one already."""
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Open the provider; raises `ConfigError` with all that is wrong with the configuration.

        An application has one: `InvalidInput` for a second.
        """
        if "bucketry" in app.extensions:
            raise InvalidInput(
                "this application has its provider already; open others with "
                "bucketry.open_provider and send from them with bucketry_flask.send_object"
            )
        app.extensions["bucketry"] = open_provider(
            app.config.get("BUCKETRY"), config=app.config.get("BUCKETRY_CONFIG")
        )
        app.register_error_handler(StorageError, _answer)
        app.register_error_handler(InvalidInput, _answer)

    @property
    def provider(self) -> Provider:
        """The provider of the current application; `InvalidInput` if that was not set up."""
        provider: Provider | None = current_app.extensions.get("bucketry")
        if provider is None:
            raise InvalidInput("this application has no provider: call init_app(app) first")
        return provider

    def send(self, key: str, **options: Any) -> Response:
        """Return a response that sends an object of the current application's provider."""
        return send_object(self.provider, key, **options)


def send_object(
    provider: Provider,
    key: str,
    *,
    download_name: str | None = None,
    response: Mapping[str, str] | None = None,
) -> Response:
    """Return a response that sends an object, or what of it the current request asks for.

    It obeys preconditions and ranges (200, 206, 304, 412, 416), streams, keeps private objects out
    of shared caches, and lets no browser run what was uploaded.

    Args:
        provider: where it is.
        key: which object; whether the client may read it is decided before.
        download_name: the browser saves the object under this name.
        response: headers in place of the stored ones, by the names that `Provider.sign` has.

    Raises what `Provider.open` raises, `NotFound`, `InvalidKey` ..., and `InvalidInput` for a
    header that cannot be replaced.
    """
    check_response(response or {})
    wanted = dict(response or {})
    if download_name is not None:
        wanted["content_disposition"] = content_disposition(download_name)
    asked = ObjectRequest.of_environ(request.environ)
    answer, body = serve(provider, key, asked, response=wanted)
    # Closed by the server, also where the client goes away.
    return Response(cast(Any, body), answer.status, answer.headers, direct_passthrough=True)


def request_body() -> Iterator[bytes]:
    """Yield the current request's body as it arrives: ``media.upload(request_body(), key=...)``.

    ``MAX_CONTENT_LENGTH`` bounds it. One that breaks off before its announced length is answered
    400, and nothing of it is stored: `flask.request.stream` of gunicorn ends there as if it were
    whole.
    """
    left = request.content_length
    while chunk := request.stream.read(_CHUNK):
        left = None if left is None else left - len(chunk)
        yield chunk
    if left:
        raise ClientDisconnected("the body broke off")


def _answer(error: Exception) -> HTTPException | ResponseReturnValue:
    """Answer an error as the application answers HTTP errors."""
    status, sentence = refusal(cast(BucketryError, error))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        current_app.logger.error("%s", error)
    told = default_exceptions[status](description=sentence)
    return current_app.handle_http_exception(told)
