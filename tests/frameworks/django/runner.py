"""Runs Django's own tests on our storages.

A test that is none of an object storage's is skipped, with its reason. With ``BUCKETRY_STALE=1``
only these run, to see whether any has no reason any more; with ``BUCKETRY_COMPARE=1`` none is
skipped, and what passes is counted alone.
"""

from __future__ import annotations

import os
import time
import unittest
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.test.runner import DiscoverRunner

from frameworks.django.not_ours import LEAST, NOT_OURS
from frameworks.django.stand_ins import PLACE, stop

STALE = bool(os.environ.get("BUCKETRY_STALE"))
COMPARE = bool(os.environ.get("BUCKETRY_COMPARE"))


def reason_of(test_id: str) -> str | None:
    """Return why a test is skipped here, None if it is not."""
    for place in () if COMPARE else ("everywhere", PLACE):
        for reason, names in NOT_OURS[place].items():
            if any(test_id.endswith(f".{name}") for name in names):
                return reason
    return None


def _tests(suite: Any) -> Iterator[Any]:
    for test in suite:
        yield from _tests(test) if isinstance(test, unittest.TestSuite) else (test,)


class Runner(DiscoverRunner):
    """Skips what is not ours and counts methods, each once however many classes inherit it."""

    def run_tests(self, *args: Any, **kwargs: Any) -> int:
        """Run them, and leave no server behind."""
        try:
            return int(super().run_tests(*args, **kwargs))
        finally:
            stop()

    def build_suite(self, *args: Any, **kwargs: Any) -> unittest.TestSuite:
        """Skip what is not ours, or leave out all else."""
        suite = super().build_suite(*args, **kwargs)
        tests = list(_tests(suite))
        if STALE:
            return type(suite)(test for test in tests if reason_of(test.id()))
        for test in tests:
            if reason := reason_of(test.id()):
                setattr(test, test._testMethodName, _skipping(reason))
        self.tests = tests
        return suite

    def suite_result(self, suite: Any, result: Any, **kwargs: Any) -> int:
        """Tell the figures; too few that pass are a failure."""
        failed: int = super().suite_result(suite, result, **kwargs)
        if STALE:
            return failed
        skipped = {test.id() for test, _ in result.skipped}
        failures = (*result.failures, *result.errors)
        bad = {getattr(test, "test_case", test).id() for test, _ in failures}  # a subtest's test
        passed: dict[str, set[str]] = defaultdict(set)
        every: dict[str, set[str]] = defaultdict(set)
        for test in self.ran:
            app, method = test.split(".")[0], test.rpartition(".")[2]
            every[app].add(method)
            if test not in skipped | bad:
                passed[app].add(method)
        for test in bad:
            passed[test.split(".")[0]].discard(test.rpartition(".")[2])
        for reason in sorted({reason for _, reason in result.skipped}):
            names = sorted({t.id().rpartition(".")[2] for t, r in result.skipped if r == reason})
            print(f"skipped: {reason}: {', '.join(names)}")
        for app in sorted(every):
            print(f"{app} on {PLACE}: {len(passed[app])} of {len(every[app])} methods pass")
            failed += not COMPARE and len(passed[app]) < LEAST[PLACE].get(app, 0)
        good = len(set(self.ran) - skipped - bad)
        print(f"{good} passed, {len(bad)} failed, {len(skipped)} skipped in {self.seconds:.1f}s")
        return failed

    def run_suite(self, suite: Any, **kwargs: Any) -> Any:
        """Note which tests there are: a suite forgets them as they run."""
        self.ran = [] if STALE else [test.id() for test in self.tests]
        began = time.monotonic()
        result = super().run_suite(suite, **kwargs)
        self.seconds = time.monotonic() - began
        return result


def _skipping(reason: str) -> Any:
    def skipped() -> None:
        raise unittest.SkipTest(reason)

    return skipped
