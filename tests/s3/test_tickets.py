"""Signatures in other hands: what they allow, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bucketry import InvalidKey, Provider
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
