"""The answer to a HEAD has no body; the reason is asked for with a second request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bucketry import (
    AccessDenied,
    BadCredentials,
    BucketNotFound,
    ClockSkew,
    NotFound,
    Provider,
    StorageError,
    WrongRegion,
)
from bucketry_s3.testing import Reply, StandIn

Open = Callable[..., Provider]


@pytest.mark.parametrize("call", ["head", "exists"])
@pytest.mark.parametrize(
    ("vendor", "case", "status", "kind", "hint"),
    [
        ("aws", "signature", 403, BadCredentials, "Check the access key pair"),
        ("backblaze", "other_region", 403, BadCredentials, "B2 knows no such key in this region"),
        ("ceph", "suspended", 403, AccessDenied, "`radosgw-admin user enable`"),
        ("garage", "wrong_region", 400, WrongRegion, "the Garage server's `s3_region`"),
        ("ionos", "wrong_region", 400, WrongRegion, 'write region = "de"'),
        ("minio", "skewed", 403, ClockSkew, "Set this machine's clock"),
        ("r2", "key_length", 400, StorageError, "R2's access key ids have 32 characters"),
        ("wasabi", "not_activated", 403, AccessDenied, "This Wasabi account is not active yet"),
    ],
)
def test_the_reason_of_a_refused_head_comes_from_a_get(
    server: StandIn,
    open_vendor: Open,
    recorded: Callable[..., Reply],
    vendor: str,
    case: str,
    status: int,
    kind: type[StorageError],
    hint: str,
    call: str,
) -> None:
    times = 2 if kind is ClockSkew else 1  # it is signed for another time once
    server.faults.add("HeadObject", Reply(status))
    server.faults.add("GetObject", recorded(vendor, case, status), times=times)

    with pytest.raises(kind) as caught:
        getattr(open_vendor(vendor), call)("photos/cat.png")

    assert caught.value.code
    assert hint in caught.value.hint
    sent = [request.operation for request in server.requests]
    assert ["HeadObject", *["GetObject"] * times] == sent


@pytest.mark.parametrize("call", ["head", "exists"])
def test_a_missing_bucket_is_no_missing_object(open_vendor: Open, call: str) -> None:
    """A HEAD names no code, the GET that is asked for the reason does."""
    provider = open_vendor("hetzner", bucket="nowhere")

    with pytest.raises(BucketNotFound) as caught:
        getattr(provider, call)("photos/cat.png")

    assert (caught.value.code, caught.value.status) == ("NoSuchBucket", 404)
    assert "a Hetzner bucket lives in one location" in caught.value.hint


def test_a_missing_object_stays_one(server: StandIn, open_vendor: Open) -> None:
    provider = open_vendor("hetzner")

    assert not provider.exists("photos/none.png")
    with pytest.raises(NotFound) as caught:
        provider.head("photos/none.png")

    assert caught.value.hint == ""


def test_a_refusal_that_a_get_does_not_repeat_is_told_as_it_came(
    server: StandIn, open_vendor: Open
) -> None:
    provider = open_vendor("backblaze")
    server.put("media", "there.png", b"x")
    server.faults.add("HeadObject", Reply(403), times=None)

    with pytest.raises(AccessDenied) as caught:
        provider.head("there.png")

    assert (caught.value.code, caught.value.status) == (None, 403)
    assert "Look at the application key's capabilities" in caught.value.hint
