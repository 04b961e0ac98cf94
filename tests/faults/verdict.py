"""What an operation said, against what is there around the proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import field, frozen

from faults.operations import Operation, State
from faults.table import Case

Verdict = Literal[
    "ok",
    "refused",
    "unconfirmed",
    "false success",
    "false failure",
    "torn",
    "needless failure",
    "needless doubt",
    "overrun",
    "raw error",
    "leak",
]

GOOD: frozenset[Verdict] = frozenset({"ok", "refused", "unconfirmed"})


@frozen(kw_only=True)
class Seen:
    """Everything that was observed of one case.

    Attributes:
        told: what the client's process told, {} if it had to be ended.
        before, after: the bucket, around the proxy.
        uploads: unfinished uploads that were not there before.
        overwritten: keys that somebody else wrote behind the operation's back, with their bytes.
        slack: seconds that it may take longer than is due.
    """

    told: Mapping[str, Any]
    before: State = field(repr=False)
    after: State = field(repr=False)
    uploads: Sequence[str]
    overwritten: Mapping[str, bytes] = field(factory=dict, repr=False)
    slack: float = 0


@frozen
class Judged:
    """The verdict, and why, in a line."""

    verdict: Verdict
    why: str


def judge(case: Case, seen: Seen) -> Judged:
    """Return the verdict of one case; the worst one counts."""
    told = seen.told
    if not told:
        return Judged("overrun", "it had to be killed")
    error = told.get("error")
    if error and not error["typed"]:
        return Judged("raw error", f"{error['type']}: {error['sentence'][:200]}")
    judged = _read(case, seen) if not case.operation.effect else _written(case, seen)
    if judged.verdict not in GOOD:
        return judged
    late = _late(told["seconds"], case.due + seen.slack)
    if late:
        return late
    left = _left(case, seen)
    if left:
        return Judged("leak", f"{left}; {judged.why}")
    return _as_it_must(case, judged)


def _sentence(error: Mapping[str, Any]) -> str:
    return f"{error['type']}: {error['sentence'][:300]}"


def _read(case: Case, seen: Seen) -> Judged:
    """Judge an operation that changes nothing; `sweep` counts as one that tells what it did."""
    operation, error = case.operation, seen.told.get("error")
    right = (
        [operation.truth(state) for state in (seen.before, seen.after)] if operation.truth else []
    )
    if error is None:
        value = seen.told["value"]
        if value in right:
            return Judged("ok", "right")
        return Judged("false success", f"answered {str(value)[:80]}, right is {str(right[0])[:80]}")
    if operation.refusal == error["type"]:
        return Judged("ok", _sentence(error))
    if error["type"] == "NotFound":
        return Judged("false failure", f"said to be missing: {_sentence(error)}")
    if error["type"] == "BucketNotFound" and case.group == "pages":
        return Judged("false failure", f"the bucket is there: {_sentence(error)}")
    return Judged("refused", _sentence(error))


def _written(case: Case, seen: Seen) -> Judged:
    operation, error = case.operation, seen.told.get("error")
    applied = _applied(operation, seen)
    untouched = _untouched(seen)
    if error is None:
        # Of many keys some may fail, and that is told; of a key that is told there is no promise.
        failed = seen.told["value"] if operation.truth is not None else []
        if failed:
            silent = [k for k in operation.effect if k not in failed and k in seen.after]
            verdict: Verdict = "false success" if silent else "refused"
            return Judged(verdict, f"told as not deleted: {failed}, and still there: {silent}")
        if applied:
            return Judged("ok", "stored")
        return Judged("false success", f"success, but {_difference(operation, seen)}")
    if operation.refusal:
        if error["type"] == operation.refusal and untouched:
            return Judged("ok", _sentence(error))
        if not untouched:
            return Judged("torn", f"a condition did not hold; {_sentence(error)}")
    if error["type"] == "Unconfirmed" or error["doubt"]:
        return Judged("unconfirmed", _sentence(error))
    if untouched:
        return Judged("refused", _sentence(error))
    if operation.name in ("move", "replace") and _both_there(operation, seen):
        return Judged("refused", _sentence(error))  # as documented: never neither
    if applied:
        return Judged("false failure", f"told as not applied: {_sentence(error)}")
    return Judged("torn", f"{_difference(operation, seen)}; {_sentence(error)}")


def _applied(operation: Operation, seen: Seen) -> bool:
    return all(
        key in seen.overwritten
        or (key not in seen.after if wanted is None else _is_like(seen.after, key, wanted))
        for key, wanted in operation.effect.items()
    )


def _is_like(state: State, key: str, wanted: Any) -> bool:
    return key in state and state[key].is_like(wanted)


def _untouched(seen: Seen) -> bool:
    expected = {key: held.data for key, held in seen.before.items()} | dict(seen.overwritten)
    found = {key: held.data for key, held in seen.after.items()}
    types = all(
        held.content_type == seen.after[key].content_type
        for key, held in seen.before.items()
        if key in seen.after and key not in seen.overwritten
    )
    return found == expected and types


def _both_there(operation: Operation, seen: Seen) -> bool:
    """Return whether what was moved is there under both keys."""
    return all(
        key in seen.after if wanted is None else _is_like(seen.after, key, wanted)
        for key, wanted in operation.effect.items()
    )


def _difference(operation: Operation, seen: Seen) -> str:
    parts = []
    for key, wanted in operation.effect.items():
        held = seen.after.get(key)
        if wanted is None:
            parts += [f"{key} is still there"] if held else []
        elif held is None:
            parts.append(f"{key} is not there")
        elif not held.is_like(wanted):
            same = "same bytes" if held.data == wanted.data else "other bytes"
            parts.append(f"{key} has {same}, {held}")
    return ", ".join(parts) or "nothing differs"


def _late(seconds: float, due: float) -> Judged | None:
    return (
        Judged("overrun", f"took {seconds:.1f} s, due after {due:.1f} s") if seconds > due else None
    )


def _left(case: Case, seen: Seen) -> str:
    told = seen.told
    left = [f"file {name}" for name in told["files"]]
    if case.fault.place != "hanging names":  # a lookup that hangs cannot be ended by anybody
        left += [f"thread {name}" for name in told["threads"]]
    if told["sockets"]:
        left.append(f"{told['sockets']} sockets")
    notes = " ".join(told["error"]["notes"]) if "error" in told else ""
    lost_id = case.fault.orphans and case.wire == "CreateMultipartUpload"
    if seen.uploads and not lost_id and "upload id" not in notes:
        left.append(f"{len(seen.uploads)} unfinished uploads")
    return ", ".join(left)


def _as_it_must(case: Case, judged: Judged) -> Judged:
    """Compare a verdict that is no lie with the one that is sure."""
    must = case.must
    if case.operation.refusal and must == "ok":
        return judged if judged.verdict == "ok" else Judged("needless failure", judged.why)
    if must == "ok" and judged.verdict != "ok":
        verdict: Verdict = (
            "needless doubt" if judged.verdict == "unconfirmed" else "needless failure"
        )
        return Judged(verdict, judged.why)
    if must == "refused" and judged.verdict == "unconfirmed":
        return Judged("needless doubt", judged.why)
    return judged
