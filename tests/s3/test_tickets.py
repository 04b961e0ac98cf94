"""Signatures in other hands: what they allow, and for how long."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from attrs import evolve

from bucketry import (
    InvalidKey,
    PluginError,
    Provider,
    SignedUrl,
    SignRequest,
    hookimpl,
    open_provider,
)
from bucketry.testing.http import Http
from bucketry_s3.testing import StandIn

Open = Callable[..., Provider]


def test_a_form_takes_no_field_that_was_not_signed(server: StandIn, open_on: Open) -> None:
    provider, http = open_on(capabilities={"post_policy": "yes"}), Http(server.ca_bundle)
    ticket = provider.upload_ticket("k", content_type="image/png", max_size=10).signed

    for fields in (
        {"acl": "public-read"},
        {"success_action_redirect": "https://elsewhere.example"},
        {"x-amz-meta-owner": "me"},
        {"x-amz-storage-class": "GLACIER"},
        {"Content-Type": "text/html"},
        {"Cache-Control": "no-store"},
    ):
        assert 403 == http.post_form(ticket, b"x", fields).status, fields
    assert {} == server.objects("media")

    assert http.post_form(ticket, b"x").status in (200, 201, 204)
    assert {"k"} == set(server.objects("media"))


def test_a_form_whose_key_the_sender_would_choose_is_refused(open_on: Open) -> None:
    provider = open_on(capabilities={"post_policy": "yes"})

    with pytest.raises(InvalidKey, match="the file's name"):
        provider.upload_ticket("inbox/${filename}")
    assert "%24%7Bfilename%7D" in provider.sign("inbox/${filename}", method="PUT").reveal()


@pytest.mark.parametrize("post_policy", ["yes", "no"])
def test_what_is_served_elsewhere_is_still_uploaded_to_the_vendor(
    server: StandIn, open_on: Open, post_policy: str
) -> None:
    """Behind `base_url` is a CDN, which takes no uploads and verifies no signature."""
    provider = open_on(
        base_url="https://cdn.example.com", capabilities={"post_policy": post_policy}
    )
    http = Http(server.ca_bundle)

    ticket = provider.upload_ticket("a b.txt").signed
    if ticket.method == "POST":
        http.post_form(ticket, b"x")
    else:
        http.send(ticket, body=b"x")
    deleting = provider.sign("a b.txt", method="DELETE")

    assert {"a b.txt"} == set(server.objects("media"))
    assert "https://cdn.example.com/a%20b.txt" == provider.sign("a b.txt").reveal()
    assert not provider.sign("a b.txt").signed
    assert 204 == http.send(deleting).status
    assert {} == server.objects("media")


def test_a_ticket_ends_when_it_says(open_on: Open) -> None:
    now = [datetime.now(UTC)]
    with StandIn(buckets=["media"], clock=lambda: now[0]) as server:
        provider = open_on(
            endpoint=server.endpoint,
            ca_bundle=server.ca_bundle,
            capabilities={"post_policy": "yes"},
        )
        http = Http(server.ca_bundle)
        form = provider.upload_ticket("k", expires_in=60).signed
        put = provider.sign("k", method="PUT", expires_in=60)

        now[0] += timedelta(seconds=61)
        assert 403 == http.post_form(form, b"x").status
        assert 403 == http.send(put, body=b"x").status
        assert {} == server.objects("media")


CONFIGURED: dict[str, Any] = {
    "acl": "bucket-owner-full-control",
    "checksum_algorithm": "SHA256",
    "encryption": {"type": "aws:kms", "kms_key_id": "key-1"},
    "extra_params": {"upload": {"CacheControl": "max-age=5", "Metadata": {"team": "web"}}},
    "storage_class": "STANDARD_IA",
    "tags": {"team": "web + more"},
}
PROMISED = set(CONFIGURED)


def _aws(**options: Any) -> Provider:
    pair = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "0123456789abcdef"}
    return open_provider(
        {
            "provider": "aws",
            "bucket": "media",
            "region": "eu-west-1",
            "credentials": pair,
            **options,
        }
    )


def test_a_signed_put_is_held_to_what_is_configured_for_uploads() -> None:
    signed = _aws(**CONFIGURED, prevent_overwrite=True).sign("k", method="PUT")
    assert dict(signed.headers) == {
        "x-amz-acl": "bucket-owner-full-control",
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "key-1",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-tagging": "team=web%20%2B%20more",
        "Cache-Control": "max-age=5",
        "x-amz-meta-team": "web",
        "If-None-Match": "*",
    }
    covered = parse_qs(signed.reveal())["X-Amz-SignedHeaders"][0].split(";")
    assert {"host", *map(str.lower, signed.headers)} == set(covered)


def test_a_ticket_names_what_of_the_configuration_holds_and_what_does_not() -> None:
    put = _aws(**CONFIGURED).upload_ticket("k")
    assert put.signed.method == "PUT"
    assert put.unenforced == {"checksum_algorithm"}
    assert put.enforced == {"key"} | PROMISED - put.unenforced


def test_a_form_carries_what_it_has_fields_for_and_promises_none_of_it() -> None:
    form = _aws(**CONFIGURED, prevent_overwrite=True).upload_ticket("k", max_size=9)
    assert form.signed.method == "POST"
    assert form.enforced == {"key", "size"}
    assert form.unenforced == PROMISED | {"prevent_overwrite"}
    fields = form.signed.reveal_fields()
    assert fields["acl"] == "bucket-owner-full-control"
    assert fields["x-amz-server-side-encryption-aws-kms-key-id"] == "key-1"
    assert (fields["x-amz-storage-class"], fields["Cache-Control"]) == ("STANDARD_IA", "max-age=5")
    policy = json.loads(b64decode(fields["policy"]))
    for name in ("acl", "x-amz-server-side-encryption", "x-amz-storage-class", "x-amz-meta-team"):
        assert {name: fields[name]} in policy["conditions"]


def test_a_ticket_is_a_form_where_nothing_is_configured_for_uploads() -> None:
    ticket = _aws().upload_ticket("k")
    assert (ticket.signed.method, ticket.unenforced) == ("POST", frozenset())


@pytest.mark.parametrize(
    ("native", "sent"),
    [
        ({"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}, {}),
        ({"ChecksumSHA256": "x", "CacheControl": "no-store"}, {"Cache-Control": "no-store"}),
        ({"ContentType": "image/png"}, {}),
    ],
)
def test_what_no_stranger_can_be_given_is_named(
    native: dict[str, str], sent: dict[str, str]
) -> None:
    media = _aws(extra_params={"upload": native}, prevent_overwrite=True)
    ticket = media.upload_ticket("k")
    assert ticket.unenforced == {"extra_params"}
    assert {**ticket.signed.headers, "If-None-Match": "*"} == {"If-None-Match": "*", **sent}
    assert "k" * 32 not in ticket.signed.reveal()


def test_a_layers_own_header_comes_before_the_configured_one() -> None:
    class Archived:
        @hookimpl
        def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest:
            return evolve(request, headers={"X-Amz-Storage-Class": "GLACIER"})

    media = _aws(storage_class="STANDARD_IA").with_layer(Archived())
    signed = media.sign("k", method="PUT")
    assert dict(signed.headers) == {"X-Amz-Storage-Class": "GLACIER"}


def test_a_signature_that_keeps_less_than_is_told_is_noticed() -> None:
    class Boasts:
        @hookimpl(wrapper=True)
        def bucketry_sign(self) -> Generator[None, SignedUrl, SignedUrl]:
            signed = yield
            return evolve(signed, keeps=signed.keeps | {"encryption"})

    media = _aws(storage_class="STANDARD_IA").with_layer(Boasts())
    with pytest.raises(PluginError, match="keep more of the configuration than it does"):
        media.sign("k", method="PUT")


def test_an_answer_of_a_signer_that_says_nothing_keeps_nothing() -> None:
    class Signs:
        @hookimpl
        def bucketry_sign(self, request: SignRequest) -> SignedUrl:
            until = datetime.now(UTC) + timedelta(seconds=60)
            return SignedUrl(url="https://cdn.example/k", method=request.method, expires_at=until)

    ticket = _aws(**CONFIGURED).with_layer(Signs()).upload_ticket("k")
    assert ticket.unenforced == PROMISED
