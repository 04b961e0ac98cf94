"""What an answer tells beyond its code stands in the reason: the place, the times, the culprit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bucketry import Archived, ClockSkew, Provider, StorageError, WrongRegion
from bucketry_s3.testing import Reply, StandIn

Open = Callable[..., Provider]


@pytest.mark.parametrize(
    ("vendor", "case", "status", "reason"),
    [
        (
            "aws",
            "wrong_region",
            400,
            "The authorization header is malformed; the region 's3' is wrong; expecting "
            "'us-east-1'; the bucket is in us-east-1",
        ),
        (
            "aws",
            "permanent_redirect",
            301,
            "The bucket you are attempting to access must be addressed using the specified "
            "endpoint. Please send all future requests to this endpoint; its endpoint is "
            "media.s3.eu-west-3.amazonaws.com",
        ),
        (
            "alibaba",
            "other_endpoint",
            403,
            "The bucket you are attempting to access must be addressed using the specified "
            "endpoint. Please send all future requests to this endpoint; its endpoint is "
            "oss-cn-shanghai.aliyuncs.com",
        ),
        (
            "aws",
            "skewed",
            403,
            "The difference between the request time and the current time is too large; this "
            "machine's clock is behind the server's by 0:17:03 (h:mm:ss)",
        ),
        (
            "aws",
            "not_implemented",
            501,
            "A header you provided implies functionality that is not implemented; header: "
            "If-None-Match",
        ),
        (
            "aws",
            "too_large",
            400,
            "Your proposed upload exceeds the maximum allowed size; largest size: 5368709120",
        ),
        (
            "gcs",
            "access_denied",
            403,
            "Access denied; details: app@project.iam.gserviceaccount.com does not have "
            "storage.objects.create access to the Google Cloud Storage object.",
        ),
        (
            "alibaba",
            "unknown_key",
            403,
            "The OSS Access Key Id you provided does not exist in our records; the vendor's "
            "number of this error: 0002-00000901",
        ),
        ("ceph", "quota", 403, "the server answered QuotaExceeded"),
        ("hetzner", "sha256", 400, "the server answered XAmzContentSHA256Mismatch"),
    ],
)
def test_the_reason_tells_what_the_answer_tells(
    server: StandIn,
    open_vendor: Open,
    recorded: Callable[..., Reply],
    vendor: str,
    case: str,
    status: int,
    reason: str,
) -> None:
    server.faults.add("PutObject", recorded(vendor, case, status), times=None)

    with pytest.raises(StorageError) as caught:
        open_vendor(vendor).upload(b"x", key="k")

    assert caught.value.reason == reason


def test_the_reason_of_an_archived_object_names_its_class(
    server: StandIn, open_vendor: Open, recorded: Callable[..., Reply]
) -> None:
    server.faults.add("GetObject", recorded("aws", "archived", 403))

    with pytest.raises(Archived) as caught:
        open_vendor("aws").read("k")

    assert caught.value.reason.endswith("storage class; storage class: GLACIER")
    assert caught.value.hint == "The object is archived: call restore() first, then read it."


def test_a_redirect_without_a_body_still_names_the_region(
    server: StandIn, open_vendor: Open
) -> None:
    server.faults.add("HeadObject", Reply(301, headers={"x-amz-bucket-region": "eu-west-3"}))

    with pytest.raises(WrongRegion, match=r"the bucket is in eu-west-3 .*in its own region only"):
        open_vendor("aws").head("k")


@pytest.mark.parametrize(
    ("ahead", "way"),
    [(timedelta(hours=-1), "ahead of"), (timedelta(days=2, minutes=3), "behind")],
)
def test_a_skew_is_measured_by_the_answers_date_where_its_body_has_no_times(
    server: StandIn, open_vendor: Open, recorded: Callable[..., Reply], ahead: timedelta, way: str
) -> None:
    """As Ceph, MinIO and Swift answer."""
    answer = recorded("ceph", "skewed", 403)
    date = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
    server.faults.add("PutObject", Reply(403, answer.body, headers={"Date": date}), times=None)

    with pytest.raises(ClockSkew) as caught:
        open_vendor("ceph").upload(b"x", key="k")

    first, _, told = caught.value.reason.partition("; ")
    assert first == "the server answered RequestTimeTooSkewed"
    start = f"this machine's clock is {way} the server's by "
    assert told.startswith(start)
    assert told.endswith(" (h:mm:ss)")
    days, _, clock = told.removeprefix(start).removesuffix(" (h:mm:ss)").rpartition(" days, ")
    hours, minutes, seconds = map(int, clock.split(":"))
    offset = timedelta(days=int(days or 0), hours=hours, minutes=minutes, seconds=seconds)
    assert abs(offset - abs(ahead)) < timedelta(seconds=30)


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Nov 2026 06:33:34 GMT"])
def test_a_skew_whose_answer_has_no_usable_time_is_told_without_a_figure(
    server: StandIn, open_vendor: Open, recorded: Callable[..., Reply], date: str
) -> None:
    answer = recorded("ceph", "skewed", 403)
    server.faults.add("PutObject", Reply(403, answer.body, headers={"Date": date}), times=2)

    with pytest.raises(ClockSkew) as caught:
        open_vendor("ceph").upload(b"x", key="k")

    assert caught.value.reason == "the server answered RequestTimeTooSkewed"


def test_a_server_an_hour_ahead_is_signed_for(open_vendor: Open) -> None:
    """Nothing is recorded here: the server itself compares the signature's time with its own."""
    later = timedelta(hours=1)
    with StandIn(buckets=["media"], clock=lambda: datetime.now(UTC) + later) as ahead:
        for call in ("upload", "head"):
            provider = open_vendor(
                "aws", endpoint=ahead.endpoint, ca_bundle=ahead.ca_bundle, region="us-east-1"
            )
            calls: dict[str, Callable[[], object]] = {
                "upload": lambda: provider.upload(b"x", key="k"),  # noqa: B023 - called at once
                "head": lambda: provider.head("k"),  # noqa: B023
            }

            calls[call]()
