"""An application's layers, right and wrong, as a configuration names them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from attrs import frozen

from bucketry import hookimpl


@frozen(eq=False)
class ShortLinks:
    prefix: str = "https://short.example"

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        return f"{self.prefix}/{key}"


ready_made = ShortLinks(prefix="https://ready.example")


class NeedsAnArgument(ShortLinks):
    def __init__(self, argument: str) -> None:
        raise AssertionError(argument)


class NoHooks:
    pass


class Misspelt:
    @hookimpl
    def bucketry_object_ulr(self, key: str) -> str:
        return key


class Explodes(ShortLinks):
    def __init__(self) -> None:
        raise SystemExit(3)


class NoLayerAtAll:
    def __init__(self) -> None:
        raise AssertionError("what is no layer is not made")


class SeesRequests:
    @hookimpl(wrapper=True)
    def bucketry_s3_send(self) -> Generator[None, Any, Any]:
        return (yield)
