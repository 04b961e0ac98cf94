"""Many objects at once: an outcome for each, few threads, an end that leaves nothing."""

from __future__ import annotations

import contextvars
import gc
import itertools
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bucketry import (
    AlreadyExists,
    BucketryError,
    Deleted,
    Failure,
    InvalidHeader,
    InvalidInput,
    InvalidKey,
    InvalidSource,
    ManyFailed,
    NotFound,
    ObjectInfo,
    Outcome,
    Outcomes,
    Rejected,
    Unavailable,
    Upload,
    hookimpl,
)
from bucketry.cancelling import current
from bucketry.errors import StorageError
from bucketry.provider import crew
from bucketry.provider import outcomes as outcomes_module
from bucketry.provider.outcomes import Done
from core.memory import memory_provider, store_of

WAIT = 60
"""Seconds after which a test gives up; none of them waits for it where all is well."""


class Uploads:
    """A layer that does `work` before each upload."""

    def __init__(self, work: Callable[[Upload], object]) -> None:
        self.work = work

    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Upload) -> Generator[None, Any, Any]:
        self.work(upload)
        return (yield)


def _until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.002)


def _by_number(outcomes: Outcomes[Any]) -> list[Outcome[Any]]:
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "bucketry-many"]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    if _threads():
        gc.collect()  # an iteration that a traceback holds
    assert _threads() == []


# -- outcomes ------------------------------------------------------------------------------------


def test_each_upload_has_its_outcome() -> None:
    media = memory_provider(root_path="top")
    outcomes = _by_number(media.upload_many((f"{n}.txt", b"x" * n) for n in range(100)))
    assert [outcome.number for outcome in outcomes] == list(range(100))
    assert [outcome.key for outcome in outcomes] == [f"{n}.txt" for n in range(100)]
    assert all(outcome.ok for outcome in outcomes)
    assert [outcome.get().size for outcome in outcomes] == list(range(100))
    assert [store_of(media).objects[f"top/{n}.txt"][0] for n in range(100)] == [
        b"x" * n for n in range(100)
    ]


def test_sources_are_those_of_upload_and_options_those_of_each_or_of_all(tmp_path: Path) -> None:
    media = memory_provider()
    (tmp_path / "a.png").write_bytes(b"from a file")
    with (tmp_path / "a.png").open("rb") as file:
        outcomes = _by_number(
            media.upload_many(
                [
                    ("path", tmp_path / "a.png"),
                    ("file", file, {"content_type": "text/x-own"}),
                    ("iterator", iter([b"from ", b"pieces"]), {"metadata": {"own": "1"}}),
                    (None, b"named", {"filename": "Named by Me.txt"}),
                ],
                metadata={"of": "all"},
            )
        )
    assert [outcome.error for outcome in outcomes] == [None] * 4
    heads = [media.head(outcome.get().key) for outcome in outcomes]
    assert [head.content_type for head in heads] == [
        "image/png", "text/x-own", "application/octet-stream", "text/plain",
    ]  # fmt: skip
    assert [head.metadata for head in heads] == [
        {"of": "all"}, {"of": "all"}, {"own": "1"}, {"of": "all"},
    ]  # fmt: skip
    assert heads[3].key.startswith("named-by-me") or heads[3].key.startswith("Named")
    assert outcomes[3].key == heads[3].key
    assert media.read("iterator") == b"from pieces"


def test_a_failure_is_an_outcome_beside_its_key_and_hides_no_other() -> None:
    media = memory_provider()
    items: list[Any] = [
        ("good/1", b"1"),
        ("bad/../key", b"2"),
        ("text", "no source"),
        ("three", b"3", {"metadata": {"a": "b\n"}}),
        ("four", b"4", {"no_such": 1}),
        ("five", b"5", {7: 1}),
        ("six", b"6", "x"),
        b"no pair",
        ("one",),
        ("raises", (1 // 0 for _ in "x")),
        ("good/2", b"7"),
    ]
    outcomes = _by_number(media.upload_many(items))
    assert [outcome.key for outcome in outcomes] == [
        "good/1", "bad/../key", "text", "three", "four", "five", "six", None, "one", "raises",
        "good/2",
    ]  # fmt: skip
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None), InvalidKey, InvalidSource, InvalidHeader, InvalidInput, InvalidInput,
        InvalidInput, InvalidInput, InvalidInput, ZeroDivisionError, type(None),
    ]  # fmt: skip
    assert [outcome.ok for outcome in outcomes] == [True, *[False] * 9, True]
    with pytest.raises(InvalidKey):
        outcomes[1].get()
    assert sorted(store_of(media).objects) == ["good/1", "good/2"]


def test_looks_and_downloads_have_outcomes_too(tmp_path: Path) -> None:
    media = memory_provider(root_path="top")
    for name in "abc":
        media.upload(name.encode() * 10, key=f"photos/{name}")
    looked = _by_number(media.head_many(["photos/a", "photos/none", "photos/c"]))
    assert [outcome.ok for outcome in looked] == [True, False, True]
    assert isinstance(looked[1].error, NotFound)
    assert looked[1].error.operation == "head"
    assert [type(outcome.result) for outcome in looked] == [ObjectInfo, type(None), ObjectInfo]

    done = _by_number(
        media.download_many(
            ["photos/a", "photos/none", ("photos/c", "other/name")], tmp_path, prefix="photos"
        )
    )
    assert [outcome.ok for outcome in done] == [True, False, True]
    assert [outcome.path for outcome in done] == [tmp_path / "a", None, tmp_path / "other/name"]
    assert (tmp_path / "a").read_bytes() == b"a" * 10
    assert (tmp_path / "other/name").read_bytes() == b"c" * 10
    assert isinstance(done[1].error, NotFound)
    assert done[1].key == "photos/none"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "name", "other"]


def test_copies_have_outcomes_too() -> None:
    media = memory_provider(root_path="top")
    for name in "ab":
        media.upload(name.encode(), key=f"photos/{name}")
    items: list[Any] = [("photos/a", "old/a"), ("photos/none", "old/n"), "photos/b", ("photos/b",)]
    done = _by_number(media.copy_many([*items, (media.head("photos/b"), "old/b")]))
    assert [outcome.ok for outcome in done] == [True, False, False, False, True]
    assert done[4].key == "photos/b"
    assert [outcome.key for outcome in done][:2] == ["photos/a", "photos/none"]
    assert isinstance(done[1].error, NotFound)
    assert "an item of many copies is (source, target), not str" in str(done[2].error)
    assert (done[0].get().key, media.read("old/a"), media.read("old/b")) == ("old/a", b"a", b"b")
    (again,) = media.copy_many([("photos/a", "old/b")], prevent_overwrite=True)
    assert isinstance(again.error, AlreadyExists)
    assert media.read("old/b") == b"b"


def test_all_failures_are_raised_as_one_group() -> None:
    media = memory_provider()
    media.upload(b"x", key="there")
    with pytest.raises(ManyFailed, match="head_many: 2 of 3 failed") as caught:
        media.head_many(["there", "none", "../up"]).raise_failures()
    assert isinstance(caught.value, BucketryError)
    missing, others = caught.value.split(NotFound)
    assert isinstance(missing, ManyFailed)
    assert isinstance(others, ManyFailed)
    assert [getattr(error, "key", "") for error in missing.exceptions] == ["none"]
    assert [type(error) for error in others.exceptions] == [InvalidKey]
    media.head_many(["there"]).raise_failures()


def test_the_group_holds_a_hundred_and_says_how_many_there_are() -> None:
    with pytest.raises(ManyFailed, match="250 of 250 failed") as caught:
        memory_provider().head_many(f"none/{n}" for n in range(250)).raise_failures()
    assert len(caught.value.exceptions) == 100


def test_failures_of_a_delete_are_raised_in_the_same_way() -> None:
    failures = [Failure(key=f"k{n}", reason="it is locked", code="Locked") for n in range(150)]
    with pytest.raises(ManyFailed, match="delete: 150 of 152 failed") as caught:
        Deleted(keys=["a", "b"], failures=failures).raise_failures()
    assert len(caught.value.exceptions) == 100
    first = caught.value.exceptions[0]
    assert isinstance(first, Rejected)
    assert (first.operation, first.key, first.code) == ("delete", "k0", "Locked")
    memory_provider().delete_many(["never", "there"]).raise_failures()


def test_what_was_iterated_before_is_not_raised_again() -> None:
    media = memory_provider()
    media.upload(b"x", key="there")
    outcomes = media.head_many(["none"] + ["there"] * 40, concurrency=1)
    assert not next(outcomes).ok
    outcomes.raise_failures()
    assert (outcomes.objects, outcomes.failed) == (41, 1)


def test_who_never_iterates_is_told_that_nothing_was_done() -> None:
    media = memory_provider()
    with pytest.warns(RuntimeWarning, match="upload_many was never iterated"):
        media.upload_many([("a", b"x")])
    media.upload_many([("a", b"x")]).close()
    assert store_of(media).objects == {}


# -- bounded -------------------------------------------------------------------------------------


def test_items_are_taken_as_they_are_needed_by_the_thread_that_iterates() -> None:
    media = memory_provider()
    taken: list[int] = []

    def endless() -> Iterator[tuple[str, bytes]]:
        for number in itertools.count():
            taken.append(threading.get_ident())
            yield f"{number}", b"x"

    outcomes = media.upload_many(endless(), concurrency=3)
    assert taken == []
    for number in range(1, 200):
        assert next(outcomes).ok
        assert len(taken) <= number + 2 * 3
    outcomes.close()
    assert set(taken) == {threading.get_ident()}
    assert len(store_of(media).objects) <= len(taken)
    assert list(outcomes) == []


def test_as_many_as_concurrency_work_at_once_and_never_more() -> None:
    together = threading.Barrier(4)
    now: list[int] = []
    most = 0
    lock = threading.Lock()

    def work(upload: Upload) -> None:
        nonlocal most
        with lock:
            now.append(1)
            most = max(most, len(now))
        together.wait(WAIT)  # passes only where four are here
        with lock:
            now.pop()

    media = memory_provider().with_layer(Uploads(work))
    outcomes = list(media.upload_many([(f"{n}", b"x") for n in range(40)], concurrency=4))
    assert [outcome.error for outcome in outcomes if not outcome.ok] == []
    assert most == 4


def test_one_call_within_another_ends_although_there_are_no_threads_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "MAX_THREADS", 2)
    inner = memory_provider()

    def work(upload: Upload) -> None:
        if not upload.key.startswith("thumb"):
            media.upload_many(
                [(f"thumb/{upload.key}/{n}", b"x") for n in range(3)]
            ).raise_failures()

    media = inner.with_layer(Uploads(work))
    media.upload_many([(f"{n}", b"x") for n in range(10)]).raise_failures()
    assert len(store_of(media).objects) == 40


def test_threads_of_all_calls_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "MAX_THREADS", 3)
    release = threading.Event()
    media = memory_provider().with_layer(Uploads(lambda _: release.wait(WAIT)))
    many = [media.upload_many([(f"{c}{n}", b"x") for n in range(9)]) for c in "ab"]
    calls = [threading.Thread(target=outcomes.raise_failures) for outcomes in many]
    for call in calls:
        call.start()
    _until(lambda: len(_threads()) == 3)
    release.set()
    for call in calls:
        call.join(WAIT)
    assert len(store_of(media).objects) == 18


@pytest.mark.parametrize(
    ("waits", "size", "threads", "worth"),
    [
        ([0.0002] * 8, 1, 1, 1),  # a server near by: one thread is busy enough
        ([0.0004] * 8, 1, 2, 2),  # two are in each other's way, and more would be, too
        ([0.025] * 8, 1, 1, 126),  # far away: all that are allowed
        ([0.025] * 8, 1, 16, 126),
        ([0.0001] * 5 + [0.5] * 3, 1, 1, 1),  # a busy machine holds up some of them
        ([0.0] * 8, 1 << 20, 1, 4),  # digests of large objects use all cores
        ([0.02] * 3, 1, 1, 1),  # too early to tell
    ],
)
def test_as_few_threads_as_keep_busy_are_worth_it(
    waits: list[float], size: int, threads: int, worth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes_module, "_CORES", 4)
    run = outcomes_module._Run(lambda item, moved: Done("key", None), 0)
    run.latest = time.monotonic() + WAIT
    run.samples.extend((wait, 0.0002, size) for wait in waits)
    assert outcomes_module._worth(run, threads) == pytest.approx(worth, abs=worth > 100)


def test_more_threads_are_tried_where_nothing_comes() -> None:
    run = outcomes_module._Run(lambda item, moved: Done("key", None), 0)
    assert outcomes_module._worth(run, 0) == 1
    run.latest = time.monotonic() - 1
    assert outcomes_module._worth(run, 4) == 8
    assert outcomes_module._worth(run, 8) == 8  # asked again at once


@pytest.mark.parametrize("concurrency", [0, -1, 65, True, "4", 1.5, None])
def test_an_impossible_concurrency_is_refused_at_once(concurrency: Any) -> None:
    with pytest.raises(InvalidInput, match="concurrency is a number from 1 to 64"):
        memory_provider().head_many([], concurrency=concurrency)


@pytest.mark.parametrize("items", ["abc", b"abc", 7, None, "FILE"])
def test_what_is_no_list_of_items_is_refused_at_once(items: Any, tmp_path: Path) -> None:
    if items == "FILE":
        items = (tmp_path / "f").open("wb")
    media = memory_provider()
    calls: list[Any] = [media.head_many, media.upload_many, media.copy_many]
    for call in (*calls, lambda i: media.download_many(i, tmp_path)):
        with pytest.raises(InvalidInput):
            call(items)
    if hasattr(items, "close"):
        items.close()


def test_options_of_all_are_checked_before_anything_begins() -> None:
    media = memory_provider()
    with pytest.raises(InvalidInput, match="did you mean 'content_type'"):
        media.upload_many([("a", b"x")], content_typ="a/b")  # type: ignore[call-arg]
    with pytest.raises(InvalidInput):
        media.upload_many([("a", b"x")], metadata={"a": "b\n"})
    with pytest.raises(InvalidInput, match="progress"):
        media.upload_many([("a", b"x")], progress=7)  # type: ignore[arg-type]


# -- progress ------------------------------------------------------------------------------------


class _Tells:
    """Tells its progress, which the store in memory does not."""

    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Upload) -> Generator[None, Any, Any]:
        stored = yield
        if upload.progress is not None:
            upload.progress(stored.size)
        return stored


def test_progress_is_of_all_and_told_where_it_is_iterated() -> None:
    media = memory_provider().with_layer(_Tells())
    all_told: list[tuple[int, int]] = []
    own: list[int] = []
    items: list[Any] = [(f"{n}", b"x" * n) for n in range(1, 50)]
    outcomes = media.upload_many(
        [*items, ("own", b"x" * 1000, {"progress": own.append})],
        progress=lambda size: all_told.append((size, threading.get_ident())),
    )
    assert all(outcome.ok for outcome in outcomes)
    assert sum(size for size, _ in all_told) == outcomes.bytes == sum(range(1, 50)) + 1000
    assert {thread for _, thread in all_told} == {threading.get_ident()}
    assert own == [1000]
    assert outcomes.objects == 50


def test_progress_that_raises_ends_it(tmp_path: Path) -> None:
    media = memory_provider().with_layer(_Tells())

    def progress(size: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(media.upload_many(((f"{n}", b"x") for n in itertools.count()), progress=progress))


def test_threads_see_the_callers_context() -> None:
    tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant")
    tenant.set("acme")
    seen: list[str] = []
    media = memory_provider().with_layer(Uploads(lambda _: seen.append(tenant.get())))
    media.upload_many([(f"{n}", b"x") for n in range(20)]).raise_failures()
    assert seen == ["acme"] * 20


# -- the end -------------------------------------------------------------------------------------


class _Waits:
    """Holds every upload back until it is stopped, as whoever waits for a network does."""

    def __init__(self) -> None:
        self.begun = 0
        self.stopped = 0

    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Upload) -> Generator[None, Any, Any]:
        stop = current()
        assert stop is not None
        self.begun += 1
        _until(lambda: stop.cancelled)
        self.stopped += 1
        return (yield)


def test_closing_the_provider_stops_it_and_says_so() -> None:
    waits = _Waits()
    media = memory_provider()
    layered = media.with_layer(waits)
    media.close()
    outcomes = layered.upload_many(((f"{n}", b"x") for n in itertools.count()), concurrency=2)
    raised: list[BaseException] = []

    def iterate() -> None:
        try:
            next(outcomes)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=iterate)
    thread.start()
    _until(lambda: waits.begun == 2)
    layered.close()
    thread.join(WAIT)
    assert waits.begun == 2
    assert waits.stopped == 2
    assert [type(error) for error in raised] == [InvalidInput]
    assert "its provider was closed" in str(raised[0])


@pytest.mark.parametrize("how", ["close", "with", "drop", "error"])
def test_who_stops_iterating_ends_what_is_on_its_way(how: str) -> None:
    begun = threading.Semaphore(0)
    ended: list[str] = []

    def work(upload: Upload) -> None:
        if upload.key == "first":
            return
        begun.release()
        stop = current()
        assert stop is not None
        _until(lambda: stop.cancelled)
        ended.append(upload.key)

    media = memory_provider().with_layer(Uploads(work))
    outcomes = media.upload_many((name, b"x") for name in ["first", *map(str, range(30))])
    assert next(outcomes).key == "first"
    assert begun.acquire(timeout=WAIT)
    if how == "close":
        outcomes.close()
    elif how == "with":
        with outcomes:
            pass
    elif how == "error":
        with pytest.raises(ZeroDivisionError), outcomes:
            raise ZeroDivisionError
    else:
        del outcomes
    # Before that returned, and nothing goes on.
    assert _threads() == []
    assert 1 <= len(ended) <= 16
    assert sorted(store_of(media).objects) == ["first"]


def test_bytes_that_move_after_the_end_are_given_up() -> None:
    """Also where nobody looks at the stop: the next piece that is told ends it."""
    started = threading.Event()
    moved: list[int] = []

    class Endless:
        @hookimpl(wrapper=True)
        def bucketry_upload(self, upload: Upload) -> Generator[None, Any, Any]:
            assert upload.progress is not None
            while len(moved) < 10_000:
                moved.append(1)
                started.set()
                upload.progress(1)
                time.sleep(0.01)
            return (yield)

    media = memory_provider().with_layer(Endless())
    outcomes = media.upload_many([("a", b"x")], progress=lambda _: outcomes.close())
    assert list(outcomes) == []
    assert started.is_set()
    assert len(moved) < 10_000
    assert store_of(media).objects == {}


def test_an_error_of_the_items_comes_after_what_they_gave() -> None:
    def items() -> Iterator[tuple[str, bytes]]:
        for number in range(10):
            yield f"{number}", b"x"
        raise LookupError("the database went away")

    media = memory_provider()
    outcomes = media.upload_many(items(), concurrency=2)
    got: list[Outcome[Any]] = []
    with pytest.raises(LookupError, match="went away"):
        got.extend(outcomes)
    assert [outcome.ok for outcome in got] == [True] * 10
    assert list(outcomes) == []


def test_an_exit_in_a_thread_ends_the_iteration() -> None:
    def leave(_: Upload) -> None:
        raise SystemExit(3)

    media = memory_provider().with_layer(Uploads(leave))
    with pytest.raises(SystemExit):
        list(media.upload_many((f"{n}", b"x") for n in itertools.count()))


def test_errors_are_told_as_those_of_one_operation() -> None:
    def fail(_: Upload) -> None:
        raise Unavailable("the network is down")

    media = memory_provider().with_layer(Uploads(fail))
    (outcome,) = media.upload_many([("a", b"x")])
    error = outcome.error
    assert isinstance(error, StorageError)
    assert (error.provider, error.operation, error.key) == (media.name, "upload", "a")


def _python(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )


_OPEN = """
import os, signal, sys, threading, time
import bucketry
media = bucketry.open_provider({"provider": "local", "directory": sys.argv[1]})
def upload_all(prefix):
    return sum(o.ok for o in media.upload_many((f"{prefix}/{n}", b"x") for n in range(20)))
"""


def test_it_works_at_exit(tmp_path: Path) -> None:
    """Where no thread can be started any more, the caller does the work itself."""
    ran = _python(
        _OPEN + "import atexit; atexit.register(lambda: print(upload_all('late')))", tmp_path
    )
    assert (ran.stdout, ran.stderr, ran.returncode) == ("20\n", "", 0)


def test_it_works_in_a_forked_child_and_its_parent_goes_on(tmp_path: Path) -> None:
    ran = _python(
        _OPEN
        + """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # newer releases warn of any fork
going_on = media.upload_many(((f"parent/{n}", b"x") for n in range(50)), concurrency=4)
next(going_on)
child = os.fork()
if not child:
    try:
        next(going_on)
    except bucketry.InvalidInput as error:
        print(error, flush=True)
    print("child", upload_all("child"), flush=True)
    sys.exit(0)
_, status = os.waitpid(child, 0)
print("parent", os.waitstatus_to_exitcode(status), 1 + sum(o.ok for o in going_on))
""",
        tmp_path,
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "upload_many belongs to the process that began it, not to a fork",
        "child 20",
        "parent 0 50",
    ]


def test_an_interrupt_is_felt_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    ran = _python(
        _OPEN
        + """
def pieces():
    while True:
        yield b"x" * 2_000_000
        time.sleep(0.01)
def interrupt():
    while not os.path.isdir(media.options.directory + "/.bucketry/tmp") or not os.listdir(
        media.options.directory + "/.bucketry/tmp"
    ):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    for outcome in media.upload_many((f"endless/{n}", pieces()) for n in range(50)):
        print("unexpected", outcome)
except KeyboardInterrupt:
    print("interrupted")
    print(sorted(os.listdir(media.options.directory + "/.bucketry/tmp")), list(media.list()))
""",
        tmp_path,
    )
    assert (ran.stdout, ran.stderr) == ("interrupted\n[] []\n", "")


def test_an_iteration_that_nobody_goes_on_with_keeps_no_process_alive(tmp_path: Path) -> None:
    ran = _python(
        _OPEN
        + """
kept = media.upload_many(((f"kept/{n}", b"x") for n in range(1000)), concurrency=2)
print(next(kept).ok)
""",
        tmp_path,
    )
    assert (ran.stdout, ran.stderr, ran.returncode) == ("True\n", "", 0)
    assert list((tmp_path / ".bucketry" / "tmp").iterdir()) == []
