"""One event for each operation, and what is in it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path
from typing import Any

import attrs
import pytest

import bucketry
from bucketry import BucketryError, ByteRange, Provider, Rejected, Unavailable, noting
from bucketry.layers import Event, LoggingLayer, Watching
from bucketry_s3.testing import AWS_LIKE, Drop, Reply, StandIn, localhost_names, personality_of
from bucketry_vendors.r2 import vendor as r2

MIB = 1 << 20


@pytest.fixture
def server() -> Any:
    with localhost_names(), StandIn(AWS_LIKE, buckets=["media"]) as running:
        yield running


Watched = tuple[Provider, list[Event]]


@pytest.fixture
def watched(server: StandIn) -> Any:
    """Give a provider on the stand-in, and the list of its events."""
    events: list[Event] = []
    part = {"part_size": 5 * MIB, "concurrency": 2}
    with bucketry.open_provider(server.configuration(multipart=part)) as provider:
        yield provider.with_layer(Watching(events.append)), events


def local(folder: Path, tell: Callable[[Event], object], **options: Any) -> Provider:
    provider = bucketry.open_provider({"provider": "local", "directory": str(folder)})
    return provider.with_layer(Watching(tell, **options))


def told(events: list[Event]) -> list[tuple[str, str, int, int]]:
    found = [(e.operation, e.outcome, e.bytes, e.attempts) for e in events]
    events.clear()
    return found


def test_each_operation_is_one_event(watched: Watched) -> None:
    media, events = watched
    media.upload(b"12345", key="a.txt")
    assert media.read("a.txt") == b"12345"
    media.exists("b.txt")
    media.copy("a.txt", "c.txt")
    list(media.list())
    media.sign("a.txt")
    media.delete_many(["a.txt", "c.txt"])
    assert all(0 < event.seconds < 60 for event in events)
    assert {(e.provider, e.vendor, e.bucket, e.key) for e in events} == {
        ("aws", "aws", "media", None)
    }
    assert told(events) == [
        ("upload", "ok", 5, 1),
        ("read", "ok", 5, 1),
        ("head", "NotFound", 0, 1),
        ("copy", "ok", 0, 2),
        ("list", "ok", 0, 1),
        ("sign", "ok", 0, 0),
        ("delete", "ok", 0, 1),
    ]


def test_attempts_of_all_parts_count_and_those_tried_again_too(
    watched: Watched, server: StandIn
) -> None:
    media, events = watched
    server.faults.add("UploadPart", Reply.error(503, "SlowDown"), nth=2)
    media.upload(bytes(11 * MIB), key="a.bin")
    # Create, three parts, one of them twice, Complete.
    assert told(events) == [("upload", "ok", 11 * MIB, 6)]


def test_attempts_are_those_of_the_operation_alone(watched: Watched) -> None:
    media, events = watched
    media.upload(bytes(100), key="a.bin")
    with media.open("a.bin") as reader:
        assert media.read("a.bin") == bytes(100)
        assert reader.read(10) == bytes(10)
        pages = media.pages()
        assert len(next(pages).objects) == 1
        media.head("a.bin")
        reader.seek(90)
        assert reader.read() == bytes(10)
        list(pages)
    assert told(events) == [
        ("upload", "ok", 100, 1),
        ("read", "ok", 100, 1),
        ("head", "ok", 0, 1),
        ("list", "ok", 0, 1),
        ("open", "ok", 20, 2),
    ]


def test_operations_in_many_threads_are_told_apart(watched: Watched) -> None:
    media, events = watched
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: media.upload(bytes(n), key=f"{n}.bin"), range(1, 41)))
    assert sorted(told(events)) == [("upload", "ok", n, 1) for n in range(1, 41)]


def test_bytes_that_a_range_and_a_broken_off_reader_gave(tmp_path: Path) -> None:
    events: list[Event] = []
    media = local(tmp_path, events.append)
    media.upload(bytes(100), key="a")
    media.open("a", byte_range=ByteRange(start=10, stop=30)).close()
    with media.open("a", byte_range=ByteRange(start=10, stop=30)) as reader:
        reader.read(5)
    media.download("a", tmp_path / "target")
    with media.open("b", "wb") as writer:
        writer.write(bytes(7))
    assert told(events) == [
        ("upload", "ok", 100, 0),
        ("open", "ok", 0, 0),
        ("open", "ok", 5, 0),
        ("download", "ok", 100, 0),
        ("upload", "ok", 7, 0),
    ]


def test_a_failure_is_told_with_what_the_vendor_said_and_no_sentence(
    watched: Watched, server: StandIn
) -> None:
    media, events = watched
    server.faults.add("PutObject", Reply.error(403, "AccessDenied", "arn:aws:iam::1:user/x"))
    with pytest.raises(BucketryError):
        media.upload(b"x", key="secret-name.txt")
    (event,) = events
    assert (event.outcome, event.status, event.code) == ("AccessDenied", 403, "AccessDenied")
    assert not event.may_have_applied
    assert "secret-name" not in repr(event)
    assert "arn:" not in repr(event)


def test_a_doubtful_failure_says_so(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bucketry_s3.protocol.retrying.pause_after", lambda failures: 0.0 if failures < 2 else inf
    )
    events: list[Event] = []
    server.faults.add("CopyObject", Drop("answer"), times=None)
    server.faults.add("HeadObject", Reply.error(503, "SlowDown"), times=None)
    with bucketry.open_provider(server.configuration()) as media:
        with pytest.raises(bucketry.StorageError) as caught:
            media.with_layer(Watching(events.append)).copy("a", "b")
        assert [e.may_have_applied for e in events] == [caught.value.may_have_applied]
        assert events[0].attempts == 2


def test_quirks_are_told_where_they_act() -> None:
    events: list[Event] = []
    with StandIn(personality_of(r2), buckets=["media"]) as server:
        opened = bucketry.open_provider(server.configuration(unsupported="ignore"))
        with opened as provider:
            media = provider.with_layer(Watching(events.append))
            media.upload(b"x", key="a")
            with pytest.warns(bucketry.UnsupportedOptionWarning):
                media.upload(b"x", key="a", extra_params={"ACL": "private"})
            with pytest.warns(bucketry.UnsupportedOptionWarning):
                media.upload(b"x", key="a", tags={"a": "b"})
    assert [event.quirks for event in events] == [(), ("ACL left out",), ("tags left out",)]


def test_keys_are_told_where_they_are_wanted(tmp_path: Path) -> None:
    events: list[Event] = []
    media = local(tmp_path, events.append, keys=True)
    media.upload(b"x", key="a")
    media.delete_many(["a"])
    assert [event.key for event in events] == ["a", None]


def test_no_event_holds_a_signed_url(watched: Watched) -> None:
    media, events = watched
    url = media.with_layer(Watching(events.append, keys=True)).url("a.txt")
    assert "X-Amz-Signature" in url
    assert len(events) == 2
    for event in events:
        assert "X-Amz" not in repr(attrs.asdict(event))


def test_who_fails_to_watch_changes_nothing(tmp_path: Path) -> None:
    def fail(event: Event) -> None:
        raise RuntimeError("with a secret in it")

    class FailsAtOnce(Watching):
        def began(self, event: Event) -> None:
            raise RuntimeError("with a secret in it")

    events: list[Event] = []
    media = local(tmp_path, fail)
    with pytest.warns(RuntimeWarning, match="^Watching failed with RuntimeError; the operation"):
        assert media.upload(b"x", key="a").size == 1
    media = local(tmp_path, events.append).with_layer(FailsAtOnce(events.append))
    with pytest.warns(RuntimeWarning, match="^FailsAtOnce failed with RuntimeError"):
        media.upload(b"x", key="a")
    assert told(events) == [("upload", "ok", 1, 0)] * 2


def test_interruptions_are_told_and_go_on(tmp_path: Path) -> None:
    def interrupted() -> Any:
        yield b"x"
        raise KeyboardInterrupt

    events: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        local(tmp_path, events.append).upload(interrupted(), key="a")
    assert told(events) == [("upload", "KeyboardInterrupt", 0, 0)]


def test_nothing_is_noted_where_nobody_watches(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs what it cost before there was anything to watch with."""
    media, events = watched
    unwatched = bucketry.open_provider({**_CONFIGURATION, "provider": "s3"})

    def noted(*_: Any) -> None:
        raise AssertionError("something was noted")

    monkeypatch.setattr(noting.Notes, "__init__", noted)
    assert unwatched.sign("a.txt").reveal()
    with pytest.raises(AssertionError):
        media.sign("a.txt")
    assert events == []


_CONFIGURATION = {
    "bucket": "media",
    "endpoint": "https://s3.example.com",
    "region": "us-east-1",
    "credentials": {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "an example"},
}


# -- logging -------------------------------------------------------------------------------------


def test_a_record_is_one_line_with_fields(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    provider = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    media = provider.with_layer(LoggingLayer())
    media.upload(b"12345", key="a.txt")
    media.exists("b.txt")
    first, second = caplog.records
    assert first.name == "bucketry.operations"
    assert first.getMessage().startswith("upload on local: ok in 0.")
    assert first.getMessage().endswith(" s, 5 bytes, 0 attempts")
    assert (first.__dict__["bucketry_operation"], first.__dict__["bucketry_bytes"]) == ("upload", 5)
    assert first.__dict__["bucketry_key"] is None
    assert (first.levelno, second.levelno) == (logging.INFO, logging.INFO)
    assert second.__dict__["bucketry_outcome"] == "NotFound"
    assert "a.txt" not in caplog.text


def test_failures_are_warnings_and_keys_are_shown_where_wanted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Down:
        @bucketry.hookimpl
        def bucketry_head(self, key: str) -> Any:
            raise {"a": Unavailable("a secret place"), "b": Rejected("a secret place")}[key]

    caplog.set_level(logging.WARNING)
    provider = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    media = provider.with_layer(Down()).with_layer(LoggingLayer("storage", keys=True))
    for key in ("a", "b"):
        with pytest.raises(bucketry.StorageError):
            media.head(key)
    assert [(r.name, r.levelno) for r in caplog.records] == [("storage", logging.WARNING)] * 2
    assert "head of 'a' on local: Unavailable" in caplog.text
    assert "secret" not in caplog.text


def test_a_configuration_switches_it_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    media = bucketry.open_provider(
        {
            "provider": "local",
            "directory": str(tmp_path),
            "overrides": ["bucketry.layers:LoggingLayer"],
        }
    )
    media.upload(b"x", key="a")
    assert "upload on local: ok" in caplog.text
