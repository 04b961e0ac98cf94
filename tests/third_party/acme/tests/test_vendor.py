"""Acme keeps the contract, in front of a server on loopback that behaves as its facts say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import bucketry
from bucketry import Provider
from bucketry.host.catalog import installed
from bucketry.testing import ProviderConformance, check_agreement
from bucketry_s3.schema import schema_text
from bucketry_s3.testing import (
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    StandIn,
    localhost_names,
    personality_of,
)

vendor = installed().load("acme")


def settings(server: StandIn) -> dict[str, Any]:
    return {
        "provider": "acme",
        "team": "red",
        "bucket": "media",
        "credentials": {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY},
        "endpoint": server.endpoint,
        "ca_bundle": server.ca_bundle,
    }


class TestConformance(ProviderConformance):
    @pytest.fixture(scope="class")
    def provider(self) -> Iterator[Provider]:
        with StandIn(personality_of(vendor), buckets=["media"]) as server, localhost_names():
            yield bucketry.open_provider(settings(server))


def test_the_endpoint_is_made_of_the_team() -> None:
    credentials = {"access_key_id": "id", "secret_access_key": "secret"}
    media = bucketry.open_provider(
        {"provider": "acme", "team": "red", "bucket": "media", "credentials": credentials}
    )
    assert media.object_url("a b.png") == "https://red.s3.acme.example/media/a%20b.png"


def test_the_encoding_identity_is_left_out() -> None:
    with StandIn(personality_of(vendor), buckets=["media"]) as server:
        media = bucketry.open_provider(settings(server))
        media.upload(b"x", key="a", content_encoding="identity")
        media.upload(b"x", key="b", content_encoding="gzip")
        assert media.head("a").content_encoding is None
        assert media.head("b").content_encoding == "gzip"


def test_an_acl_is_refused_with_the_reason() -> None:
    with (
        StandIn(personality_of(vendor), buckets=["media"]) as server,
        pytest.raises(bucketry.ConfigError, match="Acme Storage has no object ACLs"),
    ):
        bucketry.open_provider({**settings(server), "acl": "public-read"})


def test_schema_and_options_agree() -> None:
    assert check_agreement(vendor) == []


def test_the_schema_is_the_one_that_the_page_makes() -> None:
    """After a change of the page, write `schema_text(vendor)` into the file."""
    assert vendor.schema.read_text() == schema_text(vendor)
