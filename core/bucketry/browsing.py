"""Plain HTTP for whoever holds a URL: no SDK, no redirects, no error for any status."""

from __future__ import annotations

import http.client
import secrets
import ssl
import urllib.request
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from bucketry.errors import redact
from bucketry.model import SignedUrl

TIMEOUT = 20
"""Seconds without a byte after which a request counts as failed."""


@frozen
class Answer:
    """What came back: the status, headers by lower-case name, the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=lambda body: f"<{len(body)} bytes>")


class NoAnswer(OSError):
    """Nothing answered."""


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """Hands every answer on, refusals and redirects too."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        return response

    https_response = http_response


class Http:
    """Opens URLs the way a browser or curl would.

    `ca_bundle` is a file with the authorities to trust, None for the machine's; with `proxies`
    those that the environment names are used.
    """

    def __init__(self, ca_bundle: str | None, *, proxies: bool = False) -> None:
        handlers: list[urllib.request.BaseHandler] = [_AsItIs()]
        if not proxies:
            handlers.append(urllib.request.ProxyHandler({}))
        if ca_bundle is not None:
            context = ssl.create_default_context(cafile=ca_bundle)
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def send(
        self,
        target: SignedUrl | str,
        method: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        A `SignedUrl` brings its own method and headers; `headers` are added to them. Raises
        `NoAnswer`.
        """
        if isinstance(target, SignedUrl):
            url, method = target.reveal(), method or target.method
            sent = {**target.headers, **(headers or {})}
        else:
            url, sent = target, dict(headers or {})
        if body is not None and not any(name.lower() == "content-type" for name in sent):
            # urllib would call it a form.
            sent["Content-Type"] = "application/octet-stream"
        request = urllib.request.Request(url, body, sent, method=method or "GET")  # noqa: S310
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, found, response.read())
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise NoAnswer(
                f"nothing answered {request.get_method()} {redact(url)}: {reason}"
            ) from error

    def post_form(
        self, target: SignedUrl, body: bytes, changed: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a form upload as a browser does: the signed fields in order, then the file.

        `changed` replaces fields, for tests of what must not be accepted.
        """
        boundary = secrets.token_hex(12)
        fields = {**target.reveal_fields(), **(changed or {})}
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        form = "".join(parts).encode() + body + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return self.send(target.reveal(), "POST", form, {"Content-Type": kind})
