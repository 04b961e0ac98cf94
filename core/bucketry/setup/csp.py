"""What a page's content security policy must allow, so that a browser shows what is stored.

The rules of a policy are those of Content Security Policy Level 3 (https://www.w3.org/TR/CSP3/).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from attrs import frozen

from bucketry.errors import InvalidInput, Unsupported
from bucketry.provider import Provider

DIRECTIVES = ("img-src", "media-src", "connect-src")
"""The directives that are extended: images, sound and video, and what scripts fetch or upload."""

_HEADERS = ("content-security-policy", "content-security-policy-report-only")

_SAMPLE = "x"
"""A key that no object needs to have; what stands in front of it is what all addresses share."""


@frozen(kw_only=True)
class CspSources:
    """Where a browser finds objects, as source expressions of a policy.

    Attributes:
        read: addresses that objects are read from.
        upload: addresses that forms and scripts upload to.
    """

    read: tuple[str, ...] = ()
    upload: tuple[str, ...] = ()

    def of(self, directive: str) -> tuple[str, ...]:
        """Return the sources that a directive needs."""
        if directive == "form-action":
            return self.upload
        if directive != "connect-src":
            return self.read
        return tuple(dict.fromkeys((*self.read, *self.upload)))


def csp_sources(*providers: Provider, uploads: bool = False) -> CspSources:
    """Return where the objects of some providers are read from and, with `uploads`, uploaded to.

    A source is as narrow as the address: where the bucket stands in the path (dotted names,
    ``addressing = "path"``) it names the bucket, because its host serves those of strangers too; a
    CDN or a public endpoint counts where the configuration names one. Key pairs are asked for
    signatures, which sends nothing unless they are looked up themselves.
    """
    read: list[str] = []
    upload: list[str] = []
    for provider in providers:
        private = provider.is_private(_SAMPLE)
        address = provider.sign(_SAMPLE).reveal() if private else provider.object_url(_SAMPLE)
        read.append(_prefix(address))
        if uploads:
            upload += _upload_sources(provider)
    return CspSources(read=tuple(dict.fromkeys(read)), upload=tuple(dict.fromkeys(upload)))


def _upload_sources(provider: Provider) -> Iterator[str]:
    ticket = provider.upload_ticket(_SAMPLE)
    if ticket.signed.method == "POST":
        # A form goes to the bucket itself.
        parts = urlsplit(ticket.signed.reveal())
        yield f"{parts.scheme}://{parts.netloc}{_escaped(parts.path) or '/'}"
        try:
            address = provider.sign(_SAMPLE, method="PUT").reveal()
        except Unsupported:
            return
    else:
        address = ticket.signed.reveal()
    yield _prefix(address)


def _prefix(address: str) -> str:
    """Return an address without its query and the sample key: a source that ends with a slash."""
    parts = urlsplit(address)
    folder = parts.path[: parts.path.rindex("/") + 1]
    return f"{parts.scheme}://{parts.netloc}{_escaped(folder)}"


def _escaped(path: str) -> str:
    """Return a path in which nothing ends a source or a policy."""
    return quote(path, safe="/%!$&'()*+:=@~")


def with_sources(
    policy: str, sources: CspSources, *, directives: Iterable[str] = DIRECTIVES
) -> str:
    """Return a policy that allows what it did, and the sources.

    A directive that is missing begins as ``default-src``, which stands for it; where that is
    missing too, nothing is forbidden and nothing is added. ``form-action``, which ``default-src``
    does not stand for, is extended where it is there. A header may hold several policies, which all
    have to allow it.
    """
    return ", ".join(
        _extended(one, sources, tuple(directives)) for one in policy.split(",") if one.strip()
    )


def _extended(policy: str, sources: CspSources, directives: Sequence[str]) -> str:
    found: dict[str, list[str]] = {}
    for part in policy.split(";"):
        name, *values = part.split() or [""]
        if name:
            found.setdefault(name.lower(), values)  # browsers heed the first of a name
    default = found.get("default-src")
    for directive in directives:
        if directive not in found and default is not None:
            found[directive] = list(default)
    for directive in (*directives, "form-action"):
        if directive in found:
            kept = [value for value in found[directive] if value.lower() != "'none'"]
            found[directive] = list(dict.fromkeys([*kept, *sources.of(directive)])) or ["'none'"]
    return "; ".join(" ".join([name, *values]) for name, values in found.items())


def _headers(
    headers: Iterable[tuple[str, str]], sources: CspSources, policy: str | None
) -> list[tuple[str, str]]:
    changed = [
        (name, with_sources(value, sources) if name.lower() in _HEADERS else value)
        for name, value in headers
    ]
    if policy is not None and not any(name.lower() == _HEADERS[0] for name, _ in changed):
        changed.append((_HEADERS[0], with_sources(policy, sources)))
    return changed


def _check(sources: object) -> None:
    if not isinstance(sources, CspSources):
        raise InvalidInput(f"pass what csp_sources returns, not {type(sources).__name__}")


WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def csp_wsgi(app: WsgiApp, sources: CspSources, *, policy: str | None = None) -> WsgiApp:
    """Return a WSGI application whose content security policies allow the sources.

    Where the application sends none, `policy` is sent, with the sources in it; None sends none:
    then nothing is forbidden.

    >>> from bucketry.setup import csp_sources, csp_wsgi
    >>> app = csp_wsgi(app, csp_sources(media))  # doctest: +SKIP
    """
    _check(sources)

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, _headers(headers, sources, policy), *error)

        return app(environ, start)

    return wrapped


Message = MutableMapping[str, Any]
AsgiApp = Callable[[Message, Callable[..., Any], Callable[..., Any]], Awaitable[None]]


def csp_asgi(app: AsgiApp, sources: CspSources, *, policy: str | None = None) -> AsgiApp:
    """Return an ASGI application whose content security policies allow the sources.

    `policy` is as for `csp_wsgi`.
    """
    _check(sources)

    async def wrapped(
        scope: Message, receive: Callable[..., Any], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                texts = (
                    (name.decode("latin-1"), value.decode("latin-1"))
                    for name, value in message.get("headers", ())
                )
                changed = _headers(texts, sources, policy)
                message["headers"] = [
                    (n.encode("latin-1"), v.encode("latin-1")) for n, v in changed
                ]
            await send(message)

        await app(scope, receive, sending if scope["type"] == "http" else send)

    return wrapped
