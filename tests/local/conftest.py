"""Providers in a fresh directory, and one behind a real HTTP server."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from email.message import Message
from pathlib import Path
from typing import Any, Protocol

import pytest
from attrs import frozen

from bucketry import Secret
from bucketry.provider import Provider
from bucketry_local import LocalOptions, vendor
from bucketry_local.server import Server

SIGNING_KEY = Secret("a signing key for tests")


class Make(Protocol):
    def __call__(self, **options: Any) -> Provider: ...


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def make(directory: Path) -> Make:
    """Return a function that makes a provider; all share one directory unless told otherwise."""

    def provider(**options: Any) -> Provider:
        given = {"directory": str(directory), "signing_key": SIGNING_KEY, **options}
        return Provider(name="t", vendor=vendor, options=LocalOptions(**given))

    return provider


@pytest.fixture
def records_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without extended attributes."""
    monkeypatch.setattr("bucketry_local.receiving.attach", lambda handle, data: False)


@pytest.fixture
def records_with_them(tmp_path: Path) -> None:
    """A file system with extended attributes."""
    file = tmp_path / "probe"
    file.touch()
    try:
        os.setxattr(file, "user.bucketry", b"x")
    except (AttributeError, OSError):
        pytest.skip("this file system has no extended attributes")
    finally:
        file.unlink()


@pytest.fixture
def local(make: Make) -> Provider:
    return make()


@frozen
class Response:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Fetch(Protocol):
    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response: ...


class _NoContentType(urllib.request.HTTPHandler):
    """urllib invents a content type for a body; a test says itself which one it sends."""

    def do_request_(self, request: urllib.request.Request) -> urllib.request.Request:
        request = super().do_request_(request)
        if request.get_header("Content-type") == "application/x-www-form-urlencoded":
            request.remove_header("Content-type")
        return request

    http_request = do_request_


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoContentType)


@pytest.fixture
def fetch() -> Fetch:
    def send(
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        request = urllib.request.Request(url, body, dict(headers or {}), method=method)
        try:
            with _opener.open(request, timeout=10) as answer:
                return Response(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, error.headers, error.read())

    return send


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(port=0) as running:
        yield running


@pytest.fixture
def private(make: Make, server: Server) -> Provider:
    """A private provider, served."""
    provider = make(base_url=server.url)
    server.mount(provider)
    return provider


@pytest.fixture
def public(make: Make, server: Server) -> Provider:
    """A public provider, served."""
    provider = make(base_url=server.url, visibility="public")
    server.mount(provider)
    return provider
