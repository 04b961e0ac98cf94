"""A plugin that breaks is told as broken: never taken for what its storage cannot do."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Callable, Generator, Iterator
from typing import Any

import attrs
import pytest

from bucketry import (
    AccessDenied,
    Deleted,
    Fact,
    InvalidInput,
    PreconditionFailed,
    Provider,
    Rejected,
    StorageError,
    Unavailable,
    Unsupported,
    hookimpl,
)
from bucketry.errors import BadCredentials, PluginError, RateLimited, Unconfirmed
from bucketry.host.layers import NamedLayer
from bucketry.testing import SUITE, Report, Result, run
from conformance.places import in_front_of

Signing = Generator[None, Any, Any]


def built(honest: Provider, *layers: object, **facts: Any) -> Provider:
    """Return a provider with more layers, named as an installed plugin's are, and other facts."""
    named = [
        NamedLayer(f"acme/{number}:{type(layer).__name__}", layer, "bucketry-acme 1.2")
        for number, layer in enumerate(layers)
    ]
    page = attrs.evolve(
        honest.vendor,
        capabilities=attrs.evolve(honest.capabilities, **facts),
        capabilities_for=None,
    )
    return Provider(
        name=honest.name,
        vendor=page,
        options=honest.options,
        distribution="bucketry-acme 1.2",
        overrides=named,
    )


def ends(report: Report) -> dict[str, Result]:
    return {result.case: result for result in report.results}


class SignsNoPut:
    """The classic: an attribute that is there for GET only."""

    @hookimpl(wrapper=True)
    def bucketry_sign(self, request: Any) -> Signing:
        if request.method == "PUT":
            request.no_such_attribute  # noqa: B018 - raises
        return (yield)


UNKNOWN: Fact[Any] = Fact(None)


def test_a_crash_is_no_answer_of_the_storage(disk: Provider) -> None:
    """Nothing is known of signing here, so every case that signs is a probe."""
    honest = ends(run(built(disk, presign=UNKNOWN), ["signed", "tickets"]))
    broken = run(built(disk, SignsNoPut(), presign=UNKNOWN), ["signed", "tickets"])
    assert not broken.ok
    failed = {result.case: result for result in broken.bad}
    assert len(failed) >= 7
    assert {honest[name].outcome for name in failed} <= {"probed-yes", "passed"}
    for result in failed.values():
        assert result.outcome == "failed"
        assert result.evidence.startswith(
            "bucketry_sign of acme/0:SignsNoPut (bucketry-acme 1.2) crashed: "
        ), result.evidence
        assert "'SignRequest' object has no attribute 'no_such_attribute'" in result.evidence
    worse = [name for name, one in ends(broken).items() if one.outcome == "probed-no"]
    assert worse == [name for name, one in honest.items() if one.outcome == "probed-no"]


def test_so_it_is_in_front_of_a_server() -> None:
    with in_front_of("aws") as (provider, _):
        report = run(built(provider, SignsNoPut(), presign=UNKNOWN), ["signed"])
    assert len(report.bad) >= 4
    assert all("bucketry_sign of acme/0:SignsNoPut" in result.evidence for result in report.bad)


def test_an_answer_that_breaks_the_contract_names_hook_layer_and_distribution(
    disk: Provider,
) -> None:
    class SignsWithWords:
        @hookimpl
        def bucketry_sign(self) -> Any:
            return "https://example.com/signed"

    report = run(built(disk, SignsWithWords(), presign=UNKNOWN), ["signed"])
    assert len(report.bad) >= 20
    assert {result.outcome for result in report.bad} == {"failed"}
    blamed = [result.evidence for result in report.bad if "PluginError" in result.evidence]
    assert len(blamed) >= 15
    for evidence in blamed:
        assert "bucketry_sign: it answered str, not SignedUrl" in evidence
        assert "acme/0:SignsWithWords (bucketry-acme 1.2)" in evidence


class Raising:
    """Raises on every upload that carries tags."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Any) -> Signing:
        if upload.tags:
            raise self._error
        return (yield)


def _tags(disk: Provider, error: BaseException) -> Result:
    provider = built(disk, Raising(error), tagging=UNKNOWN)
    return ends(run(provider, ["tags"]))["tags.accepted"]


@pytest.mark.parametrize(
    "error",
    [
        AccessDenied("not for you"),
        PreconditionFailed("another version"),
        Rejected("I will not"),
        Unsupported("no tags here"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_of_the_storage_makes_a_probe_a_no(disk: Provider, error: StorageError) -> None:
    assert _tags(disk, error).outcome == "probed-no"


@pytest.mark.parametrize(
    "error",
    [
        AttributeError("no such attribute"),
        BadCredentials("who are you"),
        InvalidInput("not like this"),
        KeyError("x"),
        PluginError("bucketry_upload", "it answered nothing"),
        RateLimited("slow down"),
        SystemExit("bye"),
        asyncio.CancelledError("off"),
        TypeError("wrong"),
        Unavailable("nobody is there"),
        Unconfirmed("who knows"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_everything_else_fails(disk: Provider, error: BaseException) -> None:
    result = _tags(disk, error)
    assert result.outcome == "failed"
    assert type(error).__name__ in result.evidence


def test_a_plain_assert_of_a_plugin_is_a_crash(disk: Provider) -> None:
    result = _tags(disk, AssertionError("this cannot be"))
    assert result.outcome == "failed"
    assert "bucketry_upload of acme/0:Raising (bucketry-acme 1.2) crashed" in result.evidence


def test_a_decorated_hook_and_a_static_one_are_found(disk: Provider) -> None:
    def logged(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inner(*args: Any) -> Any:
            return function(*args)

        return inner

    class Decorated:
        @hookimpl
        @logged
        def bucketry_sign(self, request: Any) -> Any:
            return 1 // 0

    class Static:
        @staticmethod
        @hookimpl
        def bucketry_sign(request: Any) -> Any:
            return [][0]

    for layer in (Decorated(), Static()):
        (result, *_) = run(built(disk, layer), ["signed"]).bad
        name = type(layer).__name__
        assert f"bucketry_sign of acme/0:{name} (bucketry-acme 1.2) crashed" in result.evidence


def test_of_two_layers_the_one_that_crashed_is_named(disk: Provider) -> None:
    class Passes:
        @hookimpl(wrapper=True)
        def bucketry_sign(self) -> Signing:
            return (yield)

    class Crashes:
        @hookimpl(wrapper=True)
        def bucketry_sign(self) -> Signing:
            answer = yield
            return answer.nothing

    evidence = {one.evidence for one in run(built(disk, Passes(), Crashes()), ["signed"]).bad}
    crash = "bucketry_sign of acme/1:Crashes (bucketry-acme 1.2) crashed: "
    assert evidence
    assert all(one.startswith(crash) for one in evidence)


def test_a_crash_in_an_iterator_that_a_hook_answered_is_found(disk: Provider) -> None:
    class Lists:
        on = False

        @hookimpl(wrapper=True)
        def bucketry_list(self) -> Signing:
            pages = yield

            def counted() -> Iterator[Any]:
                for page in pages:
                    yield page.no_such_attribute if self.on else page

            return counted()

    lists = Lists()
    report = run(
        built(disk, lists), ["naming", "list"], on_result=lambda _: setattr(lists, "on", True)
    )
    crashed = [result.evidence for result in report.bad if "crashed" in result.evidence]
    assert len(crashed) > 10
    assert all(
        evidence.startswith("bucketry_list of acme/0:Lists (bucketry-acme 1.2) crashed: Attribute")
        for evidence in crashed
    )


# -- a run always ends with a report --------------------------------------------------------------


def test_where_deletes_do_not_delete_the_report_says_why_nothing_was_run(disk: Provider) -> None:
    class KeepsAll:
        @hookimpl
        def bucketry_delete(self, keys: Any) -> Any:
            return Deleted(keys=keys)

    report = run(disk.with_layer(KeepsAll()), ["head"])
    assert (report.ok, report.stopped, list(report.results)) == (False, "refused", [])
    assert report.confinement == ("a deleted object is still there, so nothing could be cleaned up")
    assert '"stopped": "refused"' in report.to_json()
    assert "**Not complete:** refused." in report.to_markdown()


def test_where_nothing_can_be_stored_the_report_says_so(disk: Provider) -> None:
    class ReadOnly:
        @hookimpl
        def bucketry_upload(self, upload: Any) -> Any:
            raise Unsupported("this archive is closed")

    report = run(disk.with_layer(ReadOnly()), ["head"])
    assert report.stopped == "refused"
    assert "this archive is closed" in report.confinement


def test_a_crash_in_the_rehearsal_is_in_the_report(disk: Provider) -> None:
    class Crashes:
        @hookimpl
        def bucketry_upload(self, upload: Any) -> Any:
            return upload.no_such_attribute

    report = run(built(disk, Crashes()), ["head"])
    assert report.stopped == "refused"
    assert "bucketry_upload of acme/0:Crashes (bucketry-acme 1.2) crashed" in report.confinement


class Later:
    """A layer whose deletes raise as soon as there is an error to raise."""

    error: BaseException | None = None

    @hookimpl(wrapper=True)
    def bucketry_delete(self) -> Signing:
        answer = yield
        if self.error is not None:
            raise self.error
        return answer


def _failing_afterwards(disk: Provider, error: BaseException) -> Report:
    """Run seven cases, after which deletes raise."""
    later = Later()

    def show(result: Result) -> None:
        if result.case == SUITE.select(["head"]).cases[-1].id:
            later.error = error

    return run(built(disk, later), ["head"], on_result=show)


def test_a_delete_that_begins_to_lie_is_in_the_report(disk: Provider) -> None:
    class Lying:
        on = False

        @hookimpl
        def bucketry_delete(self, keys: Any) -> Any:
            return Deleted(keys=keys) if self.on else None

    lying = Lying()
    report = run(built(disk, lying), ["head"], on_result=lambda _: setattr(lying, "on", True))
    assert len(report.results) == 7
    assert not report.ok
    assert "could not be deleted" in report.confinement


@pytest.mark.parametrize("error", [ZeroDivisionError("oh"), SystemExit("oh")])
def test_a_crash_in_cleaning_up_is_in_the_report(disk: Provider, error: BaseException) -> None:
    report = _failing_afterwards(disk, error)
    assert len(report.results) == 7
    assert all(result.outcome == "passed" for result in report.results)
    assert not report.ok
    crash = (
        f"bucketry_delete of acme/0:Later (bucketry-acme 1.2) crashed: {type(error).__name__}: oh"
    )
    assert crash in report.confinement


def test_a_layer_that_cannot_be_closed_is_in_the_report(disk: Provider) -> None:
    class Sticks:
        @hookimpl
        def bucketry_build_key(self) -> None:
            return None

        def close(self) -> None:
            raise OSError("it sticks")

    provider = built(disk, Sticks())
    report = run(provider, ["naming"])
    assert report.counts()["failed"] == 0
    assert "OSError: it sticks" in report.confinement


def test_ctrl_c_ends_the_run_with_what_was_found_and_an_empty_folder(disk: Provider) -> None:
    seen: list[Result] = []

    class Interrupts:
        @hookimpl(wrapper=True)
        def bucketry_head(self) -> Signing:
            if len(seen) == 3:
                raise KeyboardInterrupt
            return (yield)

    report = run(built(disk, Interrupts()), ["head"], on_result=seen.append)
    assert report.stopped == "interrupted"
    assert len(report.results) == 3
    assert report.confinement == ""
    assert not report.ok
    assert list(disk.list()) == []


def test_a_second_ctrl_c_says_which_folder_may_be_left(disk: Provider) -> None:
    report = _failing_afterwards(disk, KeyboardInterrupt())
    assert report.stopped == "interrupted"
    assert re.search(r"conform-[0-9a-f]{12}/ may not be empty", report.confinement)
    assert len(report.results) == 7


def test_an_honest_run_is_complete(disk: Provider) -> None:
    report = run(disk, ["head"])
    assert (report.ok, report.stopped, report.confinement) == (True, None, "")
