"""The judge itself: what is a lie is called one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from faults.bodies import FOLDER, METADATA, OLD, SMALL, STORED, TYPE, digest
from faults.operations import OPERATIONS, Held, State
from faults.proxy import Planned, Strike, faithfully
from faults.table import Case, Fault, Must
from faults.verdict import Seen, judge

NEW = Held(SMALL, TYPE, METADATA)
RIGHT = digest(STORED)


def case_of(operation: str, must: Must = "", **more: Any) -> Case:
    fault = Fault(name="a fault", on=(), must=must, deadline=3, **more)
    return Case("group", fault, OPERATIONS[operation], "PutObject")


def told(value: Any = None, error: str = "", **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {"seconds": 1.0, "threads": [], "sockets": 0, "files": []}
    if error:
        answer["error"] = {
            "type": error, "typed": True, "doubt": False, "sentence": "s", "notes": [],
        }  # fmt: skip
        answer["error"].update((n, more.pop(n)) for n in ("typed", "doubt", "notes") if n in more)
    else:
        answer["value"] = value
    return {**answer, **more}


def seen(said: Mapping[str, Any], before: State, after: State, **more: Any) -> Seen:
    return Seen(told=said, before=before, after=after, **{"uploads": [], **more})


THERE: State = {"stored.bin": Held(STORED)}
MOVED: State = {"new.bin": Held(OLD)}
KEYS: State = {key: Held(data) for key, data in FOLDER.items()}
ONE: State = {"folder/1.txt": Held(b"x")}
SOURCE: State = {"old.bin": Held(OLD)}


@pytest.mark.parametrize(
    ("verdict", "operation", "observed"),
    [
        ("ok", "upload", seen(told(), {}, {"new.bin": NEW})),
        ("ok", "read", seen(told(RIGHT), THERE, THERE)),
        ("ok", "move", seen(told(), SOURCE, MOVED)),
        ("ok", "create taken", seen(told(error="AlreadyExists"), SOURCE, SOURCE)),
        ("refused", "upload", seen(told(error="Unavailable"), {}, {})),
        ("refused", "move", seen(told(error="Unavailable"), SOURCE, {**SOURCE, **MOVED})),
        ("unconfirmed", "upload", seen(told(error="Unconfirmed"), {}, {"new.bin": NEW})),
        ("unconfirmed", "upload", seen(told(error="Unavailable", doubt=True), {}, {})),
        ("false success", "upload", seen(told(), {}, {})),
        ("false success", "upload", seen(told(), {}, {"new.bin": Held(SMALL, TYPE)})),
        ("false success", "upload", seen(told(), {}, {"new.bin": Held(SMALL, "a/b", METADATA)})),
        ("false success", "upload", seen(told(), {}, {"new.bin": Held(OLD, TYPE, METADATA)})),
        ("false success", "read", seen(told(digest(b"")), THERE, THERE)),
        ("false success", "exists", seen(told(False), THERE, THERE)),
        ("false success", "delete", seen(told(), SOURCE, SOURCE)),
        ("false success", "move", seen(told(), SOURCE, {**SOURCE, **MOVED})),
        ("false failure", "upload", seen(told(error="Unavailable"), {}, {"new.bin": NEW})),
        ("false failure", "delete", seen(told(error="Rejected"), SOURCE, {})),
        ("false failure", "read", seen(told(error="NotFound"), THERE, THERE)),
        ("ok", "delete many", seen(told([]), KEYS, {})),
        ("refused", "delete many", seen(told(["folder/1.txt"]), KEYS, ONE)),
        ("false success", "delete many", seen(told([]), KEYS, ONE)),
        ("false success", "delete many", seen(told(["folder/2.txt"]), KEYS, ONE)),
        ("torn", "upload", seen(told(error="Unavailable"), {}, {"new.bin": Held(SMALL[:9])})),
        ("torn", "upload", seen(told(error="Unavailable"), {}, {"elsewhere": NEW})),
        ("torn", "move", seen(told(error="Unavailable"), SOURCE, {})),
        ("torn", "create taken", seen(told(error="Unavailable"), SOURCE, {"old.bin": NEW})),
        ("raw error", "upload", seen(told(error="KeyError", typed=False), {}, {})),
        ("overrun", "upload", seen({}, {}, {})),
        ("overrun", "upload", seen(told(error="Unavailable", seconds=4.1), {}, {})),
        ("leak", "upload", seen(told(error="Unavailable"), {}, {}, uploads=["id"])),
        ("leak", "upload", seen(told(threads=["pool"]), {}, {"new.bin": NEW})),
        ("leak", "download", seen(told(RIGHT, files=[".part"]), THERE, THERE)),
        ("leak", "download", seen(told(RIGHT, sockets=1), THERE, THERE)),
        (
            "refused",
            "upload parts",
            seen(told(error="Unavailable", notes=["upload id x was left"]), {}, {}, uploads=["x"]),
        ),
    ],
)
def test_what_was_seen_is_called_by_its_name(verdict: str, operation: str, observed: Seen) -> None:
    assert verdict == judge(case_of(operation), observed).verdict


@pytest.mark.parametrize(
    ("verdict", "must", "said"),
    [
        ("ok", "ok", told()),
        ("needless failure", "ok", told(error="Unavailable")),
        ("needless doubt", "ok", told(error="Unconfirmed")),
        ("refused", "refused", told(error="Unavailable")),
        ("needless doubt", "refused", told(error="Unconfirmed")),
    ],
)
def test_where_the_right_end_is_sure_only_that_one_passes(
    verdict: str, must: Must, said: dict[str, Any]
) -> None:
    after = {} if "error" in said else {"new.bin": NEW}

    assert verdict == judge(case_of("upload", must), seen(said, {}, after)).verdict


def test_somebody_else_may_write_over_it() -> None:
    after = {"new.bin": Held(b"other")}

    judged = judge(case_of("upload"), seen(told(), {}, after, overwritten={"new.bin": b"other"}))

    assert "ok" == judged.verdict


def test_an_upload_that_nobody_was_told_of_may_stay() -> None:
    fault = Fault(name="answer lost", on=(), orphans=True)
    parts = Case("group", fault, OPERATIONS["upload parts"], "CreateMultipartUpload")

    judged = judge(parts, seen(told(error="Unavailable"), {}, {}, uploads=["id"]))

    assert "refused" == judged.verdict


def test_a_strike_counts_its_own_requests() -> None:
    planned = Planned(Strike("PutObject", faithfully, nth=2, times=2))
    requests = ["GetObject", "PutObject", "PutObject", "HeadObject", "PutObject", "PutObject"]

    assert [False, False, True, False, True, False] == [planned.due(r, "k") for r in requests]
