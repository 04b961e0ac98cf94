"""A WSGI app that serves a local store: public objects, and whatever a signed URL allows.

==========  ==================================================  ==================================
method      needs                                               answers
==========  ==================================================  ==================================
GET, HEAD   a public object, or a signature                     200, 206, 304, 404, 412, 416
PUT         a signature, Content-Length, the signed type        200, 400, 409, 411, 412, 507
DELETE      a signature                                         204, 412
==========  ==================================================  ==================================

A request that lacks a signature, or has a bad or expired one, gets 403 and one line that says why,
before anything is looked up. There is no listing. Ranges and preconditions follow RFC 9110. Types
that a browser could run are sent as attachments in a sandbox, see `bucketry.serving`.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import md5
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from attrs import frozen

from bucketry import (
    AccessDenied,
    AlreadyExists,
    InvalidInput,
    InvalidKey,
    Provider,
    Rejected,
    SourceChanged,
    StorageError,
    Unsupported,
    UploadOptions,
)
from bucketry.keys import RootPath, as_found
from bucketry.serving import ObjectRequest, refusal, serve
from bucketry_local.disk import is_full
from bucketry_local.layer import LocalLayer
from bucketry_local.names import check_name
from bucketry_local.receiving import CHUNK
from bucketry_local.signing import Grant, is_signed

logger = logging.getLogger("bucketry.local")

_UNHEEDED = {
    "PUT": ("CONTENT_RANGE", "IF_UNMODIFIED_SINCE"),
    "DELETE": ("IF_NONE_MATCH", "IF_UNMODIFIED_SINCE"),
}
"""Headers that a change must not do without, by method."""

_METHODS = ("GET", "HEAD", "PUT", "DELETE")

_DISCARD_MAX = 8 << 20
"""Bytes of a refused body that are still read, so that the client gets to see the answer."""


def app(provider: Provider) -> WSGIApplication:
    """Return the WSGI app for a provider of the vendor ``local``.

    Mount it where the provider's `base_url` leads. Everything goes through the provider, so its
    root path, overrides and upload rules count here too.
    """
    return _App(provider)


@frozen
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: Iterable[bytes] = ()


class _Refusal(Exception):
    def __init__(self, status: int, text: str, headers: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers

    def answer(self) -> _Answer:
        body = f"{self.text}\n".encode()
        return _Answer(
            self.status,
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
                *self.headers,
            ],
            [body],
        )


class _App:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._layer: LocalLayer = provider.layer(LocalLayer)
        self._root = RootPath(provider.options.root_path)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = _Body(environ)
        try:
            answer = self._answer(environ, body)
        except _Refusal as refusal:
            answer = refusal.answer()
        except (StorageError, InvalidInput) as error:
            answer = _refusal(error).answer()
        if answer.status >= 400:
            body.discard()
        status = HTTPStatus(answer.status)
        start_response(f"{status.value} {status.phrase}", answer.headers)
        if status in (204, 304):
            return iter([b""])  # for no piece at all wsgiref tells a length, which these have not
        return answer.body if environ["REQUEST_METHOD"] != "HEAD" else ()

    def _answer(self, environ: WSGIEnvironment, body: _Body) -> _Answer:
        method = environ["REQUEST_METHOD"]
        if method not in _METHODS:
            raise _Refusal(405, "not allowed here", [("Allow", ", ".join(_METHODS))])
        key, object_key = self._keys(environ)
        private = self._layer.is_private(object_key)
        grant = self._grant(method, object_key, environ, private)
        for name in _UNHEEDED.get(method, ()):
            if f"HTTP_{name}" in environ:
                raise _Refusal(501, f"{method} takes no {name.replace('_', '-').title()}")
        if method == "PUT":
            return self._put(key, grant, environ, body)
        if method == "DELETE":
            return self._delete(key, environ)
        return self._get(key, grant, environ, private)

    def _keys(self, environ: WSGIEnvironment) -> tuple[str, str]:
        """Return the key that the path names, without the root path and with it.

        Servers give the path percent-decoded, as latin-1.
        """
        try:
            object_key = as_found(
                environ.get("PATH_INFO", "").encode("latin-1").decode().removeprefix("/")
            )
            check_name(object_key)
            return self._root.strip(object_key), object_key
        except (UnicodeError, InvalidKey):
            raise _Refusal(404, "there is no object under this address") from None

    def _grant(
        self, method: str, object_key: str, environ: WSGIEnvironment, private: bool
    ) -> Grant:
        query = environ.get("QUERY_STRING", "")
        if is_signed(query):
            try:
                grant = self._layer.signer.verify(object_key, query, method)
            except AccessDenied as error:
                raise _Refusal(403, error.reason) from None
            for name, value in grant.headers.items():
                if environ.get(f"HTTP_{name.upper().replace('-', '_')}") != value:
                    raise _Refusal(403, f"the URL is signed for another header {name}")
            return grant
        if method not in ("GET", "HEAD"):
            raise _Refusal(403, f"{method} needs a signed URL")
        if private:
            raise _Refusal(403, "this is private and needs a signed URL")
        return Grant(method=method)

    def _get(self, key: str, grant: Grant, environ: WSGIEnvironment, private: bool) -> _Answer:
        # Of several ranges S3 sends the whole object, too.
        request = ObjectRequest.of_environ(environ, max_ranges=1)
        answer, body = serve(self._provider, key, request, response=grant.response, private=private)
        return _Answer(answer.status, answer.headers, body)

    def _put(self, key: str, grant: Grant, environ: WSGIEnvironment, body: _Body) -> _Answer:
        content_type = environ.get("CONTENT_TYPE") or None
        if grant.content_type is not None and content_type != grant.content_type:
            raise _Refusal(403, f"the URL is signed for the content type {grant.content_type}")
        if body.announced and "HTTP_TRANSFER_ENCODING" in environ:
            raise _Refusal(400, "an upload has a Content-Length or a Transfer-Encoding, not both")
        if not body.announced:
            raise _Refusal(411, "an upload needs a Content-Length")
        options: UploadOptions = {
            "content_type": content_type,
            "cache_control": environ.get("HTTP_CACHE_CONTROL"),
            "content_disposition": environ.get("HTTP_CONTENT_DISPOSITION"),
            "content_encoding": environ.get("HTTP_CONTENT_ENCODING"),
            "content_language": environ.get("HTTP_CONTENT_LANGUAGE"),
            "if_match": _version(environ),
        }
        absent = environ.get("HTTP_IF_NONE_MATCH")
        if absent is not None:
            if absent.strip() != "*":
                raise _Refusal(501, "an upload takes If-None-Match with * only")
            options["prevent_overwrite"] = True
        stored = self._provider.upload(iter(body), key=key, **options)
        return _Answer(200, [("ETag", f'"{stored.etag}"'), ("Content-Length", "0")])

    def _delete(self, key: str, environ: WSGIEnvironment) -> _Answer:
        self._provider.delete(key, if_match=_version(environ))
        return _Answer(204, [])


def _version(environ: WSGIEnvironment) -> str | None:
    etag: str | None = environ.get("HTTP_IF_MATCH")
    if etag is not None and ("," in etag or etag.strip() == "*"):
        raise _Refusal(501, "a change takes If-Match with one ETag only")
    return etag


class _Body:
    """The body of a request, in pieces; one that ends early, or is another, is no upload."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        length = environ.get("CONTENT_LENGTH", "")
        self.announced = length.isascii() and length.isdecimal() and len(length) < 20
        self._left = int(length) if self.announced else 0
        self._input: Any = environ["wsgi.input"]
        self._ends = not self.announced and environ.get("wsgi.input_terminated")
        self._md5: str | None = environ.get("HTTP_CONTENT_MD5")

    def __iter__(self) -> Iterator[bytes]:
        digest = md5(usedforsecurity=False) if self._md5 is not None else None
        while self._left:
            try:
                chunk = self._input.read(min(CHUNK, self._left))
            except OSError as error:
                raise SourceChanged("the connection broke") from error
            if not chunk:
                raise SourceChanged(f"the connection ended {self._left} bytes early")
            self._left -= len(chunk)
            if digest is not None:
                digest.update(chunk)
            yield chunk
        if digest is not None and self._md5 != b64encode(digest.digest()).decode():
            raise SourceChanged("the body has another MD5 than its Content-MD5")

    def discard(self) -> None:
        """Read the rest, up to a limit: closing before would hide the answer from the client."""
        self._left = _DISCARD_MAX if self._ends else min(self._left, _DISCARD_MAX)
        try:
            for _ in self:
                pass
        except SourceChanged:
            pass


def _refusal(error: StorageError | InvalidInput) -> _Refusal:
    status, sentence = refusal(error)
    if isinstance(error, AlreadyExists):
        status = 412  # as S3 answers If-None-Match
    elif isinstance(error, Rejected):  # by what is on the disk
        status = 507 if is_full(error) else error.status or 409
    elif isinstance(error, AccessDenied) or (status >= 500 and not isinstance(error, Unsupported)):
        # Its own reason may name folders of this machine, so only whoever runs it is told.
        logger.warning("%s", error)
        return _Refusal(status, sentence)
    return _Refusal(status, sentence if isinstance(error, InvalidInput) else error.reason)
