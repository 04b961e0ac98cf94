"""Objects behind an access point of AWS, whose ARN is configured as the bucket."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

import bucketry
from bucketry import NotFound, Provider
from bucketry_s3.testing import StandIn, localhost_names

POINT = "arn:aws:s3:us-east-1:123456789012:accesspoint/reports"
LABEL = "reports-123456789012"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider whose requests reach a bucket that is called as the access point's host."""
    with (
        StandIn(buckets=[LABEL]) as server,
        localhost_names(),
        bucketry.open_provider(server.configuration(POINT, provider="aws")) as opened,
    ):
        yield opened


def test_it_is_written_read_listed_and_emptied(provider: Provider) -> None:
    stored = provider.upload(b"hello", key="2026/a.txt")
    assert stored.bucket == POINT
    assert provider.read("2026/a.txt") == b"hello"
    assert [info.key for info in provider.list()] == ["2026/a.txt"]
    provider.delete("2026/a.txt")
    with pytest.raises(NotFound):
        provider.head("2026/a.txt")


def test_addresses_and_signatures_name_its_host(provider: Provider) -> None:
    provider.upload(b"hello", key="a.txt")
    for url in (provider.object_url("a.txt"), provider.sign("a.txt").reveal()):
        assert (urlsplit(url).hostname or "").startswith(f"{LABEL}.")
        assert urlsplit(url).path == "/a.txt"
