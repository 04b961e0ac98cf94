"""Refusals that repeat the request's signature or key id do not put them into the error."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable

import pytest

from bucketry import Provider, StorageError
from bucketry_s3 import S3Request
from bucketry_s3.protocol.errors import refusal
from bucketry_s3.testing import Reply, StandIn

# vendor, case, status, and what must not be told
CANARIES = [
    (
        "aws",
        "signature",
        403,
        (
            "AKIACANARYACCESSKEY1",
            "canary0string0to0sign",
            "canary0signature0provided",
            "canary0canonical0request",
            "41 57 53 34",
        ),
    ),
    ("aws", "unknown_key", 403, ("AKIACANARYACCESSKEY1",)),
    ("aws", "expired_token", 400, ("canary0session0token",)),
    ("gcs", "signature", 403, ("canary0string0to0sign", "GOOG4-HMAC-SHA256")),
    ("alibaba", "unknown_key", 403, ("LTAI5tCANARYACCESSKEYID1",)),
    (
        "s3",
        "swift_signature",
        403,
        (
            "AKIANOBODYCANARY",
            "670979bb0d5a2b6eba4c1d6d715febf66fa3377ab81b3ae328f05847a3a456a2",
            "13b09509d90c17c52d11555bd949f57592eff2352738cbb40da85e0d3018f7ec",
            "AWS4-HMAC-SHA256",
            "41 57 53 34",
        ),
    ),
]


@pytest.mark.parametrize(
    ("vendor", "case", "status", "canaries"), CANARIES, ids=lambda value: str(value)[:20]
)
def test_what_a_document_repeats_of_the_signature_stays_out_of_the_error(
    server: StandIn,
    open_vendor: Callable[..., Provider],
    recorded: Callable[..., Reply],
    vendor: str,
    case: str,
    status: int,
    canaries: tuple[str, ...],
) -> None:
    answer = recorded(vendor, case, status)
    assert all(canary.encode() in answer.body for canary in canaries)
    server.faults.add("PutObject", answer)

    with pytest.raises(StorageError) as caught:
        open_vendor(vendor).upload(b"x", key="k")

    error = caught.value
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    for canary in canaries:
        assert canary not in told
        assert canary.encode() not in pickle.dumps(error)


@pytest.mark.parametrize(
    ("vendor", "case", "status", "canary", "reason"),
    [
        (
            "backblaze",
            "other_region",
            403,
            "00005329cf349a40000000001",
            "The key '***' is not valid",
        ),
        (
            "garage",
            "no_such_key_id",
            403,
            "GK0123456789abcdef01234567",
            "Forbidden: No such key: ***",
        ),
    ],
)
def test_a_key_id_in_the_message_itself_is_masked(
    server: StandIn,
    open_vendor: Callable[..., Provider],
    recorded: Callable[..., Reply],
    vendor: str,
    case: str,
    status: int,
    canary: str,
    reason: str,
) -> None:
    answer = recorded(vendor, case, status)
    assert canary.encode() in answer.body
    server.faults.add("PutObject", answer)

    with pytest.raises(StorageError) as caught:
        open_vendor(vendor).upload(b"x", key="k")

    assert caught.value.reason == reason
    assert canary not in str(caught.value)


@pytest.mark.parametrize(
    ("message", "elements", "reason"),
    [
        ("key AKIAIOSFODNN7EXAMPLE is unknown", {}, "key *** is unknown"),
        ("key ASIAIOSFODNN7EXAMPLE is unknown", {}, "key *** is unknown"),
        ("key LTAI4FkExampleExample99 is off", {}, "key *** is off"),
        ("GOOG1EXAMPLEEXAMPLEEXAMPLE: no", {}, "***: no"),
        ("no team:app here", {"AWSAccessKeyId": "team:app"}, "no *** here"),
        ("no c0ffee here", {"SignatureProvided": "c0ffee"}, "no *** here"),
        ("no to/sign here", {"StringToSign": "to/sign"}, "no *** here"),
        ("no PUT /x here", {"CanonicalRequest": "PUT /x"}, "no *** here"),
        ("no FQoGZXIvYXdz here", {"Token-0": "FQoGZXIvYXdz"}, "no *** here"),
        (
            "bad",
            {"ArgumentName": "Authorization", "ArgumentValue": "AWS4-HMAC-SHA256 x/y"},
            "bad; argument: Authorization",
        ),
        ("see ?X-Amz-Signature=c0ffee&x=1", {}, "see ?X-Amz-Signature=***&x=1"),
        ("a short value stays", {"AWSAccessKeyId": "a"}, "a short value stays"),
    ],
)
def test_credentials_are_taken_out_of_a_message(
    message: str, elements: dict[str, str], reason: str
) -> None:
    document = {"Code": "AccessDenied", "Message": message, **elements}
    request = S3Request(operation="PutObject", method="PUT", scheme="https", host="h", path="/k")
    assert refusal(request, 403, {}, document).reason == reason
