"""An application's layers, right and wrong, as a configuration names them."""

from __future__ import annotations

from attrs import frozen

from bucketry import hookimpl


@frozen(eq=False)
class ShortLinks:
    prefix: str = "https://short.example"

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        return f"{self.prefix}/{key}"


ready_made = ShortLinks(prefix="https://ready.example")


@frozen(eq=False)
class NeedsAnArgument:
    argument: str


class NoHooks:
    pass


class Misspelt:
    @hookimpl
    def bucketry_object_ulr(self, key: str) -> str:
        return key


class Explodes:
    def __init__(self) -> None:
        raise SystemExit(3)
