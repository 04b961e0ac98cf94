"""What providers share is made once, and closed by the last of them."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from attrs import define, field

from bucketry import LayerContext, Provider, hookimpl
from core.memory import MemoryLayer, MemoryOptions, memory_vendor


@define(eq=False)
class Line:
    """A telephone line that knows whether it was hung up."""

    closed: int = 0

    def close(self) -> None:
        self.closed += 1


@define(eq=False)
class Exchange:
    """Makes lines and keeps them to look at."""

    lines: list[Line] = field(factory=list)

    def provider(self) -> Provider:
        def layers(options: Any, context: LayerContext) -> list[object]:
            return [MemoryLayer(options, context), Caller(self, context)]

        return Provider(name="media", vendor=memory_vendor(layers=layers), options=MemoryOptions())

    def make(self) -> Line:
        self.lines.append(Line())
        return self.lines[-1]


@define(eq=False)
class Caller:
    exchange: Exchange
    context: LayerContext

    def line(self, key: str = "one") -> Line:
        return self.context.share(key, self.exchange.make)

    @hookimpl
    def bucketry_explain_error(self) -> str:
        return ""


class Nothing:
    @hookimpl
    def bucketry_explain_error(self) -> str:
        return ""


def _line(provider: Provider, key: str = "one") -> Line:
    caller: Caller = provider.layer(Caller)
    return caller.line(key)


def test_one_thing_for_a_provider_and_all_made_from_it() -> None:
    exchange = Exchange()
    media = exchange.provider()
    child = media.with_layer(Nothing())
    assert _line(media) is _line(media) is _line(child) is _line(child.with_layer(Nothing()))
    assert _line(exchange.provider()) is not _line(media)
    assert _line(child, "two") is not _line(child)


def test_the_last_one_closes_it() -> None:
    exchange = Exchange()
    media = exchange.provider()
    child = media.with_layer(Nothing())
    line = _line(media)
    assert _line(child) is line
    media.close()
    media.close()
    assert line.closed == 0
    child.close()
    assert line.closed == 1


def test_garbage_gives_back_what_it_held() -> None:
    exchange = Exchange()
    media = exchange.provider()
    child = media.with_layer(Nothing())
    line = _line(media)
    assert _line(child) is line
    del child
    gc.collect()
    assert line.closed == 0
    del media
    gc.collect()
    assert line.closed == 1


def test_a_closed_provider_gets_another_one() -> None:
    exchange = Exchange()
    media = exchange.provider()
    first = _line(media)
    media.close()
    assert _line(media) is not first
    media.close()
    assert [line.closed for line in exchange.lines] == [1, 1]


def test_a_thing_that_cannot_be_made_is_tried_again() -> None:
    exchange = Exchange()
    media = exchange.provider()
    context = media.layer(Caller).context

    def broken() -> Line:
        raise OSError("engaged")

    with pytest.raises(OSError, match="engaged"):
        context.share("one", broken)
    assert _line(media) is exchange.lines[0]


def test_a_thing_that_fails_to_close_keeps_no_other_open() -> None:
    exchange = Exchange()
    media = exchange.provider()

    class Stuck:
        def close(self) -> None:
            raise OSError("stuck")

    _line(media)
    media.layer(Caller).context.share("stuck", Stuck)
    media.layer(Caller).context.share("no close", object)
    with pytest.raises(OSError, match="stuck"):
        media.close()
    assert exchange.lines[0].closed == 1
