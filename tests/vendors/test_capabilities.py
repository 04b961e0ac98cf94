"""Each capability is declared once and whole, and what is said to decide does decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from attrs import frozen

import bucketry
from bucketry import BucketryError, Capabilities, Fact, Provider, Unsupported
from bucketry.config import check_config
from bucketry.model import about_capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.testing import (
    AWS_LIKE,
    Personality,
    StandIn,
)
from bucketry_vendors.s3 import Declared
from config.fakes import make_catalog

MIB = 1 << 20
ABOUT = about_capabilities()


@frozen
class Tried:
    """A configuration of a vendor with one fact, on a server that takes everything."""

    server: StandIn
    able: Capabilities

    def settings(self, **options: Any) -> dict[str, Any]:
        return self.server.configuration(provider="acme", **options)

    def catalog(self) -> Any:
        vendor = s3_vendor(
            name="acme",
            title="Acme",
            summary="Made up.",
            docs_url="https://acme.example",
            profile=Profile(endpoint="", addressing="path", default_region="us-east-1"),
            capabilities=self.able,
        )
        return make_catalog(vendor)

    def faults(self, **options: Any) -> list[str]:
        """Return what loading the configuration finds."""
        problems = check_config(self.settings(**options), catalog=self.catalog(), environ={})
        return [str(problem) for problem in problems]

    def doing(self, act: Callable[[Provider], object], **options: Any) -> list[str]:
        """Return the requests that `act` sends, and the error it ends with."""
        ended = []
        settings = self.settings(**options)
        with bucketry.open_provider(settings, catalog=self.catalog(), environ={}) as provider:
            try:
                act(provider)
            except BucketryError as error:
                ended.append(type(error).__name__)
        sent = [
            f"{one.operation} {one.body_length} {one.headers.get('if-match')} "
            f"{one.headers.get('x-amz-mp-object-size')}"
            for one in self.server.requests
        ]
        return sorted(sent) + ended


def upload(size: int, **options: Any) -> Callable[[Provider], object]:
    return lambda provider: provider.upload(b"x" * size, key="a.txt", **options)


def remove(provider: Provider) -> None:
    provider.delete_many(["a", "b", "c"])


def ticket(provider: Provider) -> None:
    made = provider.upload_ticket("a.txt", max_size=10).signed
    if made.method != "POST":
        raise bucketry.InvalidInput(made.method)


def bound(provider: Provider) -> None:
    if provider.sign("a.txt", method="PUT").headers:
        raise bucketry.InvalidInput("there are headers to send along")


def in_parts(capability: str = "", value: Any = None) -> Callable[[Tried], object]:
    option = {"tagging": "tags"}.get(capability, capability)
    # What one request takes is known; the fact is about parts.
    known: dict[str, Fact[Any]] = {
        "encryption": Fact({"AES256": "yes"}),
        "storage_classes": Fact(frozenset({"STANDARD_IA"})),
    }

    def tried(t: Tried) -> object:
        able = attrs.evolve(t, able=attrs.evolve(t.able, **known))
        act = upload(6 * MIB, **({option: value} if option else {}))
        return able.doing(act, multipart={"part_size": 5 * MIB})

    return tried


# Capability, two values, and what differs between them. Written by hand: a capability that decides
# is here, and one that only informs is not.
PROOFS: dict[str, tuple[object, object, Callable[[Tried], object]]] = {
    "acl": ("object", "none", lambda t: t.faults(acl="private")),
    "canned_acls": (
        frozenset({"private"}),
        frozenset({"public-read"}),
        lambda t: t.faults(acl="private"),
    ),
    "addressing": (
        frozenset({"path"}),
        frozenset({"virtual"}),
        lambda t: t.faults(addressing="path"),
    ),
    "checksums": (
        {"SHA256": "verified"},
        {"SHA256": "ignored"},
        lambda t: t.faults(checksum_algorithm="SHA256"),
    ),
    "encryption": (
        {"AES256": "yes"},
        {"AES256": "no"},
        lambda t: t.faults(encryption={"type": "AES256"}),
    ),
    "storage_classes": (
        frozenset({"COLD"}),
        frozenset({"HOT"}),
        lambda t: t.faults(storage_class="COLD"),
    ),
    "tagging": ("yes", "no", lambda t: t.faults(tags={"a": "b"})),
    "put_if_absent": ("enforced", "ignored", lambda t: t.faults(prevent_overwrite=True)),
    "public_url": ("yes", "no", lambda t: t.faults(visibility="public")),
    "part_size_min": (5 * MIB, 9 * MIB, lambda t: t.faults(multipart={"part_size": 8 * MIB})),
    "part_size_max": (8 * MIB, 7 * MIB, lambda t: t.faults(multipart={"part_size": 8 * MIB})),
    "put_if_match": ("enforced", "ignored", lambda t: t.doing(upload(1, if_match="e"))),
    "delete_if_match": (
        "enforced",
        "ignored",
        lambda t: t.doing(lambda provider: provider.delete("a.txt", if_match="e")),
    ),
    "if_match_etag": ("quoted", "unquoted", lambda t: t.doing(upload(1, if_match="e"))),
    "complete_if_match": (
        "enforced",
        "ignored",
        lambda t: t.doing(upload(6 * MIB, if_match="e"), multipart={"part_size": 5 * MIB}),
    ),
    "complete_if_absent": (
        "enforced",
        "ignored",
        lambda t: t.doing(
            upload(6 * MIB, extra_params={"IfNoneMatch": "*"}), multipart={"part_size": 5 * MIB}
        ),
    ),
    "multipart": (
        "yes",
        "no",
        lambda t: t.doing(upload(6 * MIB), multipart={"part_size": 5 * MIB}),
    ),
    **{
        f"multipart_{name}": ("yes", "ignored", in_parts(name, value))
        for name, value in (
            ("acl", "public-read"),
            ("encryption", bucketry.Encryption(type="AES256")),
            ("storage_class", "STANDARD_IA"),
            ("tagging", {"a": "b"}),
        )
    },
    "complete_size": ("enforced", "ignored", in_parts()),
    "parts_max": (2, 1, lambda t: t.doing(upload(9 * MIB), multipart={"part_size": 5 * MIB})),
    "put_size_max": (8 * MIB, 6 * MIB, lambda t: t.doing(upload(7 * MIB))),
    "batch_delete": ("yes", "no", lambda t: t.doing(remove)),
    "batch_delete_limit": (3, 2, lambda t: t.doing(remove)),
    "presign": (
        frozenset({"GET"}),
        frozenset({"PUT"}),
        lambda t: t.doing(lambda provider: provider.sign("a.txt")),
    ),
    "presign_seconds_max": (
        600,
        60,
        lambda t: t.doing(lambda provider: provider.sign("a.txt", expires_in=600)),
    ),
    "post_policy": ("yes", "no", lambda t: t.doing(ticket)),
    "unsigned_headers": (
        "refused",
        "honoured",
        lambda t: t.doing(bound),
    ),
}


def test_what_decides_is_proven_and_what_informs_is_not() -> None:
    assert set(PROOFS) == {name for name, about in ABOUT.items() if about.decides}


@pytest.mark.parametrize("name", PROOFS)
def test_a_capability_that_decides_makes_a_difference(name: str) -> None:
    one, other, look = PROOFS[name]

    def seen(value: object) -> object:
        # Under a precondition nothing is sent in parts unless one request would honour it.
        honoured = {"put_if_absent": Fact("enforced"), "put_if_match": Fact("enforced")}
        facts: dict[str, Any] = {**honoured, name: Fact(value, "documented", "made up", "2026-11")}
        with StandIn(AWS_LIKE, buckets=["media"]) as server:
            return look(Tried(server, Capabilities(**facts)))

    assert seen(one) == seen(one)
    assert seen(one) != seen(other)


@pytest.mark.parametrize("name", ABOUT)
def test_a_capability_is_told_in_words(name: str) -> None:
    assert re.fullmatch(r"\S.{10,}[^.\s]", ABOUT[name].meaning)


def test_whatever_a_configuration_may_declare_decides() -> None:
    declarable = {name for name, about in ABOUT.items() if about.declarable}
    assert declarable == {option.name for option in attrs.fields(Declared)}
    assert len(declarable) > 12
    assert {name for name in declarable if not ABOUT[name].decides} == set()


def test_the_stand_in_knows_what_to_assume_of_each_that_it_acts_by() -> None:
    own = {"name", "habits", "refusals", "assumed"}
    acted_by = {one.name for one in attrs.fields(Personality)} - own
    assert acted_by == {name for name, about in ABOUT.items() if about.strictest is not None}


def test_without_uploads_in_parts_one_request_is_used_up_to_the_part_size() -> None:
    able = Capabilities(multipart=Fact("no", "documented", "made up", "2026-11"))
    bodies: list[Any] = [
        b"x" * 5 * MIB,
        b"x" * (5 * MIB + 1),
        iter([b"x" * 5 * MIB, b"x"]),
    ]
    with StandIn(AWS_LIKE, buckets=["media"]) as server:
        tried = Tried(server, able)
        settings = tried.settings(multipart={"part_size": 5 * MIB})
        with bucketry.open_provider(settings, catalog=tried.catalog(), environ={}) as provider:
            assert provider.upload(bodies[0], key="whole").parts == 0
            for body in bodies[1:]:
                with pytest.raises(Unsupported, match=r"no uploads in parts \(documented: ma") as e:
                    provider.upload(body, key="large")
                assert "Set multipart.part_size to the size of the largest" in e.value.hint
        assert [one.operation for one in server.requests] == ["PutObject"]
