from __future__ import annotations

import hashlib
import random
import string
from datetime import datetime
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bucketry_s3.protocol.sigv4 import HeaderSigner
from bucketry_s3.protocol.wire import Payload, S3Request

NOW = 1_795_659_300.0  # 2026-11-26T02:15:00Z

_KEYS = string.ascii_letters + string.digits + "-_.~/ +&=?#%:;,@!$'()*[]{}<>|^`\"äéü日本\U0001f408"
_VALUES = string.ascii_letters + string.digits + " ,;=/\"'()  \t"


def _text(random_: random.Random, letters: str, most: int) -> str:
    return "".join(random_.choices(letters, k=random_.randint(1, most)))


def _request(random_: random.Random) -> S3Request:
    host = random_.choice(
        ["s3.eu-west-1.amazonaws.com", "media.s3.example.com", "localhost:7443", "[::1]:9000"]
    )
    headers = {
        "Content-Type": "image/png",
        **{
            f"x-amz-meta-{_text(random_, string.ascii_lowercase, 6)}": _text(random_, _VALUES, 20)
            for _ in range(random_.randint(0, 3))
        },
    }
    if random_.random() < 0.2:
        headers["User-Agent"] = "bucketry"
    query = [
        (_text(random_, string.ascii_lowercase + "-", 8), _text(random_, _KEYS, 12))
        for _ in range(random_.randint(0, 3))
    ]
    if random_.random() < 0.2:
        query.append(("uploads", ""))
    return S3Request(
        operation="PutObject",
        method=random_.choice(["GET", "HEAD", "PUT", "POST", "DELETE"]),
        scheme="https",
        host=host,
        path="/" + quote(_text(random_, _KEYS, 30), safe="/-._~"),
        query=list(dict(query).items()),
        headers=headers,
        body=random_.randbytes(random_.choice([0, 0, 3, 100])),
    )


def _botocore(request: S3Request, token: str | None, region: str) -> dict[str, str]:
    made = AWSRequest(
        method=request.method,
        url=f"{request.scheme}://{request.host}{request.path}?{request.encoded_query}",
        headers=dict(request.headers),
        data=bytes(request.body),
    )
    made.context["payload_signing_enabled"] = True
    S3SigV4Auth(Credentials("AKIDEXAMPLE", "secret/+=", token), "s3", region).add_auth(made)
    return dict(made.headers.items())


def test_the_signature_is_the_sdks_byte_for_byte() -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # pytest shows it where the test fails
    random_ = random.Random(seed)
    regions = ("us-east-1", "auto", "eu-central-2", "de")
    signers = {
        (region, token): HeaderSigner("AKIDEXAMPLE", "secret/+=", token, region)
        for region in regions
        for token in (None, "tok/en+==")
    }
    for _ in range(10_000):
        request = _request(random_)
        region, token = random_.choice(regions), random_.choice([None, "tok/en+=="])

        theirs = _botocore(request, token, region)
        moment = datetime.strptime(f"{theirs['X-Amz-Date']}+0000", "%Y%m%dT%H%M%SZ%z")
        ours = signers[region, token].sign(request, moment.timestamp())

        assert theirs["Authorization"] == ours["Authorization"], request
        assert theirs["X-Amz-Date"] == ours["X-Amz-Date"]
        assert theirs["X-Amz-Content-SHA256"] == ours["X-Amz-Content-SHA256"]
        assert theirs.get("X-Amz-Security-Token") == ours.get("X-Amz-Security-Token")


@pytest.mark.parametrize("size", [1, 1983, 1984, 1985, 2048, 4096, 15_871, 15_872, 15_873, 40_000])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_digest_of_a_body_is_that_of_all_of_it(size: int, kind: type[Payload]) -> None:
    content = random.Random(size).randbytes(size)
    request = S3Request(
        operation="PutObject", method="PUT", scheme="https", host="h", path="/k",
        body=kind(content),
    )  # fmt: skip

    signed = HeaderSigner("AK", "SK", None, "us-east-1").sign(request, NOW)

    assert signed["X-Amz-Content-SHA256"] == hashlib.sha256(content).hexdigest()


def test_the_servers_clock_counts() -> None:
    signer = HeaderSigner("AK", "SK", None, "us-east-1")
    request = S3Request(
        operation="GetObject", method="GET", scheme="https", host="h", path="/k", clock_offset=-3600
    )

    assert "20261126T011500Z" == signer.sign(request, NOW)["X-Amz-Date"]


def test_the_key_of_yesterday_is_not_used_today() -> None:
    signer = HeaderSigner("AK", "SK", None, "us-east-1")
    request = S3Request(operation="GetObject", method="GET", scheme="https", host="h", path="/k")

    signer.sign(request, NOW)
    later = signer.sign(request, NOW + 86_400)

    assert HeaderSigner("AK", "SK", None, "us-east-1").sign(request, NOW + 86_400) == later
    assert "/20261127/us-east-1/s3/" in later["Authorization"]


def test_its_repr_shows_nothing() -> None:
    assert "HeaderSigner(de)" == repr(HeaderSigner("AK", "SK", "T", "de"))
