"""Rules that hold for any input: signatures against botocore, pages against the whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from bucketry_s3.testing.auth import Account, Rules, authenticate
from bucketry_s3.testing.errors import S3Error
from bucketry_s3.testing.listing import page
from bucketry_s3.testing.request import Request, parse_target

ACCOUNT = Account(access_key_id="AKIA", secret_access_key="se/cr+et")
RULES = Rules(accounts={"AKIA": ACCOUNT}, regions=["us-east-1"], expires_max=604_800)

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


def signed(key: str, value: str, *, in_query: bool) -> Request:
    """Give a request as it arrives when botocore has signed it."""
    url = f"https://s3.example/media/{quote(key, safe='/~')}?response-x={quote(value, safe='~')}"
    request = AWSRequest(method="GET", url=url, headers={"Host": "s3.example"})
    credentials = Credentials("AKIA", "se/cr+et")
    signer = S3SigV4QueryAuth if in_query else S3SigV4Auth
    signer(credentials, "s3", "us-east-1").add_auth(request)
    parts = urlsplit(str(request.url))
    path, query = parse_target(f"{parts.path}?{parts.query}")
    headers = {name.lower(): str(text) for name, text in request.headers.items()}
    return Request(method="GET", raw_path=path, query=query, headers=headers)


@settings(max_examples=100)
@given(texts, texts, st.booleans())
def test_what_botocore_signs_is_verified(key: str, value: str, in_query: bool) -> None:
    request = signed(key, value, in_query=in_query)
    assert authenticate(request, RULES, datetime.now(UTC)) is ACCOUNT


@settings(max_examples=100)
@given(texts, texts, st.booleans(), st.sampled_from(["path", "query", "method", "time"]))
def test_what_was_changed_after_signing_is_refused(
    key: str, value: str, in_query: bool, change: str
) -> None:
    request = signed(key, value, in_query=in_query)
    now = datetime.now(UTC)
    other = Request(
        method="DELETE" if change == "method" else "GET",
        raw_path=request.raw_path + "x" if change == "path" else request.raw_path,
        query=[*request.query, ("extra", "1")] if change == "query" else request.query,
        headers=request.headers,
    )
    with pytest.raises(S3Error) as caught:
        authenticate(other, RULES, now + timedelta(days=1) if change == "time" else now)
    assert caught.value.status == 403


small_keys = st.sets(st.text("ab/", min_size=1, max_size=6), max_size=12)


@settings(max_examples=200)
@given(
    small_keys,
    st.text("ab/", max_size=2),
    st.sampled_from(["", "/"]),
    st.integers(1, 4),
    st.booleans(),
)
def test_pages_are_the_whole_listing(
    keys: set[str], prefix: str, delimiter: str, limit: int, in_order: bool
) -> None:
    found_keys: list[str] = []
    found_folders: list[str] = []
    marker: str | None = ""
    while marker is not None:
        part = page(
            keys,
            prefix=prefix,
            delimiter=delimiter,
            after=marker,
            limit=limit,
            in_order=in_order,
        )
        assert len(part.keys) + len(part.folders) <= limit
        found_keys += part.keys
        found_folders += part.folders
        marker = part.marker
    below = [key for key in keys if key.startswith(prefix)]
    rests = [key[len(prefix) :] for key in below]
    folders = {prefix + rest.split("/")[0] + "/" for rest in rests if delimiter and "/" in rest}
    whole = [key for key in below if not (delimiter and "/" in key[len(prefix) :])]
    assert sorted(found_folders) == sorted(folders)
    assert sorted(found_keys) == sorted(whole)
    if in_order:
        assert found_keys == sorted(found_keys)
