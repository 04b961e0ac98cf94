"""Connections that break, stall or come too early; others who write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faults.acts import breaks, lies, strangers
from faults.operations import OPERATIONS
from faults.proxy import faithfully
from faults.table import (
    ANY,
    BODIES,
    DELETE,
    FEW,
    PUT,
    READ,
    WRITE,
    XML_ANSWERS,
    Fault,
    Spot,
    always,
    once,
    warm,
)


def broken_rows() -> Iterator[Fault]:
    """Connections that break."""
    yield once("nothing", faithfully, [(o.name, o.wires[0]) for o in OPERATIONS.values()])
    yield once("reset behind the head", breaks.reset_at_once, ANY)
    yield once("reset in the body", breaks.reset_in_body, BODIES)
    yield once("reset, not applied", breaks.reset_unapplied, ANY)
    yield once("answer lost", breaks.answer_lost, [*ANY, *WRITE], orphans=True)
    yield once("closed without an answer", breaks.answer_closed, [*ANY, *WRITE], orphans=True)
    yield once("half a head", breaks.half_head, [*ANY, *WRITE], orphans=True)
    yield once("half a body, reset", breaks.half_body, [*XML_ANSWERS, *READ], orphans=True)
    yield once("half a body, closed", breaks.half_body_closed, [*XML_ANSWERS, *READ], orphans=True)
    yield once("closed behind the answer", breaks.close_after, ANY)
    yield once("no HTTP", breaks.garbage, ANY)
    yield once("applied, no HTTP", breaks.garbage_applied, [*ANY, *WRITE], orphans=True)
    yield always("reset, not applied", breaks.reset_unapplied, FEW)
    yield always("answer lost", breaks.answer_lost, FEW)
    yield always("half a body, closed", breaks.half_body_closed, [*READ, ("list", "ListObjectsV2")])
    yield always("no HTTP", breaks.garbage, FEW)
    yield Fault(
        name="three resets in half a body", act=breaks.half_body, on=READ, times=3, must="ok"
    )
    yield Fault(
        name="second answer lost",
        act=breaks.answer_lost,
        nth=2,
        must="ok",
        on=[("upload parts", "UploadPart"), ("list", "ListObjectsV2")],
    )
    yield Fault(
        name="every request but none of Complete",
        act=breaks.reset_unapplied,
        times=4,
        on=[("upload parts", "CompleteMultipartUpload"), ("upload parts", "UploadPart")],
    )
    yield warm("connection closed when idle", breaks.close_when_idle)
    yield warm("connection reset when used again", breaks.dead_when_idle)
    yield warm("408 when idle", breaks.timeout_when_idle)
    yield warm("stray answer at once", breaks.stray_at_once)
    yield warm("stray answer later", breaks.stray_when_idle)
    yield warm("stray newlines", breaks.stray_newlines)


def slow_rows() -> Iterator[Fault]:
    """Time."""
    slow = [*FEW, ("upload parts", "CompleteMultipartUpload"), ("download", "GetObject")]
    yield once("stalls", breaks.stall, slow, "")
    yield once("applied, stalls", breaks.stall_applied, slow, "", orphans=True)
    yield once("stops reading", breaks.stall_reading, BODIES[1:3], "")
    yield always("stops reading", breaks.stall_reading, BODIES[1:2])
    yield once("stalls in the head", breaks.stall_in_head, slow, "", orphans=True)
    yield once("stalls in the body", breaks.stall_in_body, [*READ, ("list", "ListObjectsV2")], "")
    yield always("stalls", breaks.stall, slow)
    yield always("applied, stalls", breaks.stall_applied, FEW)
    yield always("head dripped", breaks.drip_head, slow)
    yield always(
        "body dripped", breaks.drip_body, [*READ, ("list", "ListObjectsV2"), ("copy", "CopyObject")]
    )
    yield once("body slow", breaks.slow_body, [*READ, ("list", "ListObjectsV2")])
    yield once("answered late", breaks.late(1), ANY)
    landing = [*PUT, ("copy", "CopyObject"), *DELETE, ("upload parts", "CompleteMultipartUpload")]
    yield Fault(
        name="lands after the deadline", act=breaks.lost_late(5), on=landing, times=None, deadline=2
    )
    yield Fault(name="lands late, once", act=breaks.lost_late(5), on=landing, deadline=2)
    yield once("103 Early Hints", breaks.early_hints, ANY)
    yield once("102 Processing", breaks.processing, ANY)
    yield once("100 Continue, unasked", breaks.continue_unasked, ANY)
    yield once("101 Switching Protocols", breaks.switching, FEW, "")
    yield once("flood of 1xx", breaks.interim_flood, FEW, "")
    yield always("100 Continue without end", breaks.continue_for_ever, FEW)
    yield always("100 Continue without end or pause", breaks.continue_without_pause, FEW)


def early_rows() -> Iterator[Fault]:
    """Answers before the body was sent."""
    yield once("503 while the body is sent", breaks.early(503, "SlowDown"), BODIES)
    yield once(
        "503 while the body is sent, kept open", breaks.early(503, "SlowDown", close=False), BODIES
    )
    yield once("403 while the body is sent", breaks.early(403, "AccessDenied"), BODIES, "")
    for status, code in ((301, "PermanentRedirect"), (403, "AccessDenied")):
        yield always(
            f"{status} while the body is sent",
            breaks.early(status, code),
            BODIES,
            "refused",
            deadline=20,
            ends=8,
        )
    # A small body is gone before anybody can know.
    yield once("200 while the body is sent", breaks.early_success, BODIES[1:], "")
    yield always("200 while the body is sent", breaks.early_success, BODIES[1:2])


def races_rows() -> Iterator[Fault]:
    yield once(
        "somebody was first",
        strangers.other_first,
        [
            ("create", "PutObject"),
            ("if_match", "PutObject"),
            ("create parts", "CompleteMultipartUpload"),
        ],
        "refused",
    )
    yield once(
        "somebody came after, answer lost",
        strangers.other_after_lost,
        [("upload", "PutObject"), ("create", "PutObject"), ("if_match", "PutObject")],
        "",
    )
    yield once("repeated on the way", strangers.applied_twice, [*WRITE, *ANY], "", orphans=True)
    for operation in ("create taken", "if_match stale", "read missing"):
        wire = OPERATIONS[operation].wires[0]
        for name, act in {
            "answer lost": breaks.answer_lost,
            "500, applied": lies.error(500, "InternalError", apply=True),
            "409 conflict": lies.error(409, "ConditionalRequestConflict"),
            "503 SlowDown": lies.error(503, "SlowDown"),
            "reset in the body": breaks.reset_unapplied,
        }.items():
            yield once(f"{name} of a refusal", act, [(operation, wire)])
    same: Sequence[Spot] = [("upload same bytes", "PutObject")]
    yield always("same bytes, reset", breaks.reset_unapplied, same)
    yield Fault(name="same bytes, never arrives", act=breaks.stall, on=same, times=None, deadline=2)
