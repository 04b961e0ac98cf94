"""What makes progress goes on, however long all of it takes: each request has its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bucketry import AccessDenied, Provider, hookimpl
from bucketry_s3 import Deadline, S3Answer, S3Request, boto3_client
from bucketry_s3.objects import sending
from bucketry_s3.testing import Reply, StandIn

MIB = 1 << 20
Open = Callable[..., Provider]


class Hours:
    """A layer behind which an hour passes with each answer to some requests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed = 0
        self.left: list[float] = []  # seconds, as each request begins
        clock = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: clock() + self.passed * 3600)

    @hookimpl(wrapper=True)
    def bucketry_s3_send(
        self, request: S3Request, deadline: Deadline
    ) -> Generator[None, S3Answer, S3Answer]:
        self.left.append(deadline.remaining())
        answer = yield
        self.passed += request.operation in ("UploadPart", "DeleteObject", "AbortMultipartUpload")
        return answer

    def slowly(self, size: int, pieces: int) -> Iterator[bytes]:
        for _ in range(pieces):
            self.passed += 1
            yield bytes(size)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    return Hours(monkeypatch)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send parts from the caller's thread, as where there are no others."""

    class NoThread:
        def __init__(self, **_: Any) -> None: ...

        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(sending, "threading", SimpleNamespace(Thread=NoThread))


def test_the_time_of_a_source_is_its_own(server: StandIn, open_on: Open, hours: Hours) -> None:
    media = open_on().with_layer(hours)

    media.upload(hours.slowly(10, 3), key="k")

    assert 30 == len(server.objects("media")["k"].data)


@pytest.mark.usefixtures("one_by_one")
def test_parts_have_times_of_their_own(server: StandIn, open_on: Open, hours: Hours) -> None:
    media = open_on().with_layer(hours)

    media.upload(hours.slowly(5 * MIB, 3), key="k")

    assert 15 * MIB == len(server.objects("media")["k"].data)
    assert min(hours.left) > 0


@pytest.mark.usefixtures("one_by_one")
def test_parts_of_an_upload_that_fails_late_are_removed(
    server: StandIn, open_on: Open, hours: Hours
) -> None:
    server.faults.add("UploadPart", Reply.error(403, "AccessDenied"), nth=2)

    with pytest.raises(AccessDenied) as caught:
        open_on().with_layer(hours).upload(hours.slowly(5 * MIB, 3), key="k")

    assert "left behind" not in " ".join(caught.value.__notes__)
    assert not server.open_uploads("media")


def test_each_of_many_deletes_has_its_time(server: StandIn, open_on: Open, hours: Hours) -> None:
    for key in "abc":
        server.put("media", key, b"x")
    media = open_on(capabilities={"batch_delete": "no"}).with_layer(hours)

    assert [] == media.delete_many(list("abc")).failures
    assert {} == server.objects("media")


def test_each_upload_that_is_swept_has_its_time(
    server: StandIn, open_on: Open, hours: Hours
) -> None:
    media = open_on()
    for key in "abc":
        boto3_client(media).create_multipart_upload(Bucket="media", Key=key)

    assert 3 == len(media.with_layer(hours).sweep(older_than=timedelta(0)))
