"""Providers that are opened and closed with the application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.requests import HTTPConnection

from bucketry.aio import Provider, open_provider

_STATE = "bucketry"

Lifespan = Callable[[Any], AbstractAsyncContextManager[dict[str, Any]]]


def providers(*names: str | None, config: Any = None, threads: int | None = None) -> Lifespan:
    """Return a lifespan that opens these providers, and closes them at the end.

    An application with a lifespan of its own enters this one in it, and yields its state along:
    ``async with providers("media")(app) as state: yield {**state, ...}``.

    Args:
        names: names of configured providers; the default one if none is named.
        config: where they are configured, as `bucketry.open_provider` takes it.
        threads: how many operations of each provider may be under way at once.

    Entering it raises `ConfigError` with all that is wrong with a configuration.
    """
    options: dict[str, Any] = {"config": config}
    if threads is not None:
        options["threads"] = threads

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            opened = {}
            for name in names or (None,):
                opened[name] = open_provider(name, **options)
                stack.push_async_callback(opened[name].aclose)
            yield {_STATE: opened}

    return lifespan


def provider(name: str | None = None) -> Callable[[HTTPConnection], Provider]:
    """Return a dependency that gives the provider of this name, or the only one.

    It takes a request or a websocket: FastAPI's ``Depends(provider("media"))``, or called by hand.
    """

    def opened(connection: HTTPConnection) -> Provider:
        found: dict[str | None, Provider] = getattr(connection.state, _STATE, {})
        if name is None and len(found) == 1:
            return next(iter(found.values()))
        if name not in found:
            raise RuntimeError(
                f"no provider {name!r} is open: name it in the application's lifespan, "
                "lifespan=bucketry_starlette.providers(...), and run that; a TestClient runs it "
                "under `with` only"
            )
        return found[name]

    return opened
