"""What an upload in parts would lose is set afterwards, or refused before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from bucketry import AccessDenied, Capabilities, Encryption, Fact, Provider, Unsupported
from bucketry_s3.testing import AWS_LIKE, Reply, StandIn, personality_of
from bucketry_s3.testing.store import Bucket
from bucketry_vendors import aws, ceph, minio
from s3.memory_transport import MIB, MemoryTransport, provider_on

Open = Callable[..., Provider]

TAGS = {"team": "web app", "cost": "a+b=c"}
PAGES: dict[str, Any] = {"aws": aws, "ceph": ceph, "minio": minio}


@pytest.fixture
def server() -> Iterator[StandIn]:
    """A server that loses tags and ACLs of uploads in parts, as Ceph Pacific loses tags."""
    losing = attrs.evolve(personality_of(ceph.vendor), multipart_tagging="ignored", part_size_min=1)
    with StandIn(losing, buckets=[Bucket(name="media", versioning="Enabled")]) as running:
        yield running


def on_ceph(open_on: Open, **options: Any) -> Provider:
    return open_on(provider="ceph", capabilities=None, region=None, **options)


@pytest.fixture(params=["sockets", "boto3"])
def transport_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("size", [5, 6 * MIB], ids=["one request", "parts"])
def test_tags_arrive(server: StandIn, open_on: Open, size: int) -> None:
    on_ceph(open_on).upload(bytes(size), key="k", tags=TAGS)

    assert TAGS == server.objects("media")["k"].tags
    assert size == len(server.objects("media")["k"].data)
    tagged = [r for r in server.requests if r.operation == "PutObjectTagging"]
    assert (1 if size > 5 else 0) == len(tagged)


def test_the_version_that_was_made_is_tagged(server: StandIn, open_on: Open) -> None:
    stored = on_ceph(open_on).upload(bytes(6 * MIB), key="k", tags=TAGS)

    (tagged,) = (r for r in server.requests if r.operation == "PutObjectTagging")
    assert ("versionId", stored.version) in tagged.query


def test_tags_of_a_large_copy_arrive(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_s3.objects.copying.MAX_SINGLE_COPY", 1000)
    monkeypatch.setattr("bucketry_s3.objects.copying.COPY_PART", 1000)
    provider = on_ceph(open_on)
    provider.upload(bytes(2500), key="source", tags=TAGS)

    provider.move("source", "target")

    assert {"target": TAGS} == {k: item.tags for k, item in server.objects("media").items()}


@pytest.mark.parametrize("refusal", [None, "NotImplemented"])
def test_where_nothing_is_known_tags_are_set_again(
    server: StandIn, open_on: Open, refusal: str | None
) -> None:
    """Whoever loses them does it in silence; whoever keeps them may have no other way to."""
    if refusal:
        server.faults.add("PutObjectTagging", Reply.error(501, refusal), times=None)

    open_on().upload(bytes(6 * MIB), key="k", tags=TAGS)

    assert (TAGS if refusal is None else {}) == server.objects("media")["k"].tags


def test_tags_that_cannot_be_set_are_told_with_what_is_stored(
    server: StandIn, open_on: Open
) -> None:
    server.faults.add("PutObjectTagging", Reply.error(403, "AccessDenied"), times=None)

    with pytest.raises(AccessDenied, match="is stored, but its Tagging") as caught:
        on_ceph(open_on).upload(bytes(6 * MIB), key="k", tags=TAGS)

    assert caught.value.may_have_applied
    assert {"k": {}} == {k: item.tags for k, item in server.objects("media").items()}


def test_an_acl_that_parts_lose_is_set_afterwards(open_on: Open, server: StandIn) -> None:
    losing = attrs.evolve(AWS_LIKE, multipart_acl="ignored")
    with StandIn(losing, buckets=["media"]) as other:
        provider = open_on(endpoint=other.endpoint, ca_bundle=other.ca_bundle)
        provider.upload(bytes(6 * MIB), key="without", acl="public-read")
        assert "private" == other.objects("media")["without"].acl
        known = _knowing(provider, multipart_acl=Fact("ignored"))

        known.upload(bytes(6 * MIB), key="k", acl="public-read")

        assert "public-read" == other.objects("media")["k"].acl


def _knowing(provider: Provider, **facts: Fact[Any]) -> Provider:
    """Return the provider with further capabilities, as a page would name them."""
    vendor = attrs.evolve(
        provider.vendor,
        capabilities=attrs.evolve(provider.vendor.capabilities, **facts),
        capabilities_for=None,
    )
    return Provider(name="known", vendor=vendor, options=provider.options)


@pytest.mark.parametrize(
    ("fact", "options"),
    [
        ("multipart_storage_class", {"storage_class": "STANDARD_IA"}),
        ("multipart_encryption", {"encryption": Encryption(type="AES256")}),
    ],
)
@pytest.mark.parametrize("outcome", ["no", "ignored"])
@pytest.mark.parametrize("known_size", [True, False])
def test_what_nothing_can_set_afterwards_is_refused(
    fact: str, options: dict[str, Any], outcome: str, known_size: bool
) -> None:
    transport = MemoryTransport()
    facts: dict[str, Any] = {fact: Fact(outcome, "measured", "a server", "2026-11")}
    able = Capabilities(**facts)
    provider = provider_on(transport, capabilities=able)
    large: Any = bytes(6 * MIB) if known_size else iter([bytes(6 * MIB)])

    with pytest.raises(Unsupported, match=r"larger than one part.*measured: a server"):
        provider.upload(large, key="k", **options)

    assert [] == transport.sent
    provider.upload(bytes(5 * MIB), key="k", **options)
    assert ["PutObject"] == transport.operations()[:1]


# -- the size of the whole ---------------------------------------------------------------------


@pytest.mark.parametrize(("vendor", "size"), [("aws", str(6 * MIB)), ("minio", None)])
def test_the_size_goes_where_it_is_compared(
    open_on: Open, server: StandIn, vendor: str, size: str | None
) -> None:
    with StandIn(personality_of(PAGES[vendor].vendor), buckets=["media"]) as other:
        place = {"endpoint": other.endpoint, "ca_bundle": other.ca_bundle}
        open_on(provider=vendor, capabilities=None, **place).upload(bytes(6 * MIB), key="k")

        (last,) = (r for r in other.requests if r.operation == "CompleteMultipartUpload")
        assert size == last.headers.get("x-amz-mp-object-size")
