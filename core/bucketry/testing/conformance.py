"""The suite as a pytest class: every case is a test of its own. Only this module needs pytest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bucketry.provider import Provider
from bucketry.testing.case import Case, all_cases
from bucketry.testing.confine import Room, confine
from bucketry.testing.report import BAD
from bucketry.testing.runner import run_case


class ProviderConformance:
    """Proves that a provider keeps the contract. Give it one, and pytest runs the suite on it.

    ::

        class TestAcme(ProviderConformance):
            @pytest.fixture(scope="class")
            @classmethod
            def provider(cls):
                return bucketry.open_provider({"provider": "acme", ...})

    Everything happens in a throw-away folder of the provider's bucket, which is removed at the
    end. A case that the vendor declares it cannot do is skipped, with the declaration as reason.
    One on which nothing is declared is skipped too, with what was found out.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def provider(cls) -> Provider:
        """Give the provider to test; override it, and it may yield to clean up afterwards."""
        raise NotImplementedError(
            "override the fixture `provider`, as in ProviderConformance's help"
        )

    @pytest.fixture(scope="class")
    @classmethod
    def room(cls, provider: Provider) -> Iterator[Room]:
        """Confine the provider to a throw-away folder, and prove at the end that it kept to it."""
        with confine(provider) as room:
            yield room

    @pytest.mark.parametrize("case", all_cases(), ids=str)
    def test_case(self, case: Case, room: Room) -> None:
        """Hold the provider to one rule."""
        result = run_case(case, room)
        if result.outcome in BAD:
            pytest.fail(f"{result.sentence}\n{result.outcome}: {result.evidence}", pytrace=False)
        if result.outcome != "passed":
            pytest.skip(f"{result.outcome}: {result.evidence}")
