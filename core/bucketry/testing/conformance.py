"""The suite as a pytest class: every case is a test of its own. Only this module needs pytest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bucketry.provider import Provider
from bucketry.testing.case import Case, all_cases
from bucketry.testing.confine import Room, confine
from bucketry.testing.report import BAD
from bucketry.testing.runner import run_case


class _Rooms(ExitStack):
    """One confined provider for all tests, however often the fixture makes the same one anew.

    Leaving it removes the throw-away folders and proves that nothing else was touched.
    """

    def __init__(self) -> None:
        super().__init__()
        self._entered: list[tuple[Provider, Room]] = []

    def of(self, provider: Provider) -> Room:
        """Return the room of this provider, or of one with the same vendor, options and layers."""
        for other, room in self._entered:
            if _alike(other, provider):
                return room
        room = self.enter_context(confine(provider))
        self._entered.append((provider, room))
        return room


def _alike(one: Provider, other: Provider) -> bool:
    return one is other or (
        (type(one), one.vendor, one.layers, one.options)
        == (type(other), other.vendor, other.layers, other.options)
    )


class ProviderConformance:
    """Proves that a provider keeps the contract. Give it one, and pytest runs the suite on it.

    ::

        class TestAcme(ProviderConformance):
            @pytest.fixture
            def provider(self):
                return bucketry.open_provider({"provider": "acme", ...})

    Everything happens in a throw-away folder of the provider's bucket, which is removed at the
    end. A case that the vendor declares it cannot do is skipped, with the declaration as reason.
    One on which nothing is declared is skipped too, with what was found out.

    A fixture that starts the server has to keep it for all tests, with a wider scope than a test's.
    """

    @pytest.fixture
    def provider(self) -> Provider:
        """Give the provider to test; override it."""
        raise NotImplementedError("override the fixture `provider`; see ProviderConformance")

    @pytest.fixture(scope="class")
    @classmethod
    def rooms(cls) -> Iterator[_Rooms]:
        """Keep the confined providers until the last test of the class."""
        with _Rooms() as rooms:
            yield rooms

    @pytest.fixture
    def room(self, provider: Provider, rooms: _Rooms) -> Room:
        """Confine the provider to a throw-away folder."""
        # `provider` stands first, so that one of the same scope is torn down after the rooms.
        return rooms.of(provider)

    @pytest.mark.parametrize("case", all_cases(), ids=str)
    def test_case(self, case: Case, room: Room) -> None:
        """Hold the provider to one rule."""
        result = run_case(case, room)
        if result.outcome in BAD:
            pytest.fail(f"{result.sentence}\n{result.outcome}: {result.evidence}", pytrace=False)
        if result.outcome != "passed":
            pytest.skip(f"{result.outcome}: {result.evidence}")
