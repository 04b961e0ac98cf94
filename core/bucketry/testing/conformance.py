"""The suite as a pytest class: every case is a test of its own. Only this module needs pytest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest

from bucketry.provider import Provider
from bucketry.testing.case import Case
from bucketry.testing.cases import SUITE
from bucketry.testing.confine import Room, confine
from bucketry.testing.known import Known
from bucketry.testing.report import BAD, told
from bucketry.testing.runner import run_case
from bucketry.testing.suite import Suite


class _Rooms(ExitStack):
    """One confined provider for all tests, however often the fixture makes the same one anew.

    Leaving it removes the throw-away folders and proves that nothing else was touched.
    """

    def __init__(self) -> None:
        super().__init__()
        self._entered: list[tuple[Provider, Room]] = []

    def of(self, provider: Provider, stand_in: object | None) -> Room:
        """Return the room of this provider, or of one with the same vendor, options and layers."""
        for other, room in self._entered:
            if _alike(other, provider):
                return room
        room = self.enter_context(confine(provider, stand_in))
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

    Attributes:
        suite: the cases; extend it by those of a family or of your own.
        known: differences that do not fail the run, see `bucketry.testing.read_known`.
    """

    suite: ClassVar[Suite] = SUITE
    known: ClassVar[Known] = {}

    @pytest.fixture
    def stand_in(self) -> object | None:
        """Give the server in this process behind the provider, if a case is to look at it."""
        return None

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
    def room(self, provider: Provider, stand_in: object | None, rooms: _Rooms) -> Room:
        """Confine the provider to a throw-away folder."""
        # `provider` stands first, so that one of the same scope is torn down after the rooms.
        return rooms.of(provider, stand_in)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test of each case."""
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.suite.cases, ids=str)

    def test_case(self, case: Case, room: Room) -> None:
        """Hold the provider to one rule."""
        result = run_case(case, room, self.known)
        if result.bad:
            pytest.fail(f"{result.sentence}\n{told(result)}: {result.evidence}", pytrace=False)
        if result.outcome in BAD:
            pytest.xfail(told(result))
        if result.outcome != "passed":
            pytest.skip(f"{result.outcome}: {result.evidence}")
