from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from bucketry import Provider
from bucketry.testing import confine
from bucketry.testing.confine import Room
from conformance.places import in_front_of, on_disk


@pytest.fixture(scope="session")
def room_at() -> Iterator[Callable[[str], Room]]:
    """Give a function from a sabotage's place to a confined honest provider there."""
    rooms: dict[str, Room] = {}
    with ExitStack() as stack:

        def room(place: str) -> Room:
            if place not in rooms:
                vendor, _, public = place.partition("-")
                if vendor == "disk":
                    visibility = "public" if public else "private"
                    provider = stack.enter_context(on_disk(visibility=visibility))
                else:
                    provider, _ = stack.enter_context(in_front_of(vendor))
                # What a sabotage leaves behind is not the suite's fault.
                stack.enter_context(suppress(AssertionError))
                rooms[place] = stack.enter_context(confine(provider))
            return rooms[place]

        yield room


@pytest.fixture
def disk() -> Iterator[Provider]:
    """A provider on an empty folder, which keeps the contract."""
    with on_disk() as provider:
        yield provider
