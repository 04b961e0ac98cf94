"""A content policy on S3: headers that are changed in place or by a copy, and native parameters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bucketry import InvalidInput, Provider

Open = Callable[..., Provider]


def test_new_headers_are_held_to_it(open_on: Open) -> None:
    media = open_on(content_policy={})
    media.upload(b"x", key="a.txt")
    changed = media.set_headers("a.txt", content_type="text/html", content_disposition="inline")
    assert (changed.content_type, changed.content_disposition) == ("text/html", "attachment")
    with pytest.raises(InvalidInput, match="name the content_type"):
        media.set_headers("a.txt", content_disposition="inline")
    shown = media.set_headers("a.txt", content_type="text/plain", content_disposition="inline")
    assert shown.content_disposition == "inline"


def test_a_copy_with_headers_of_its_own_is_held_to_it(open_on: Open) -> None:
    media = open_on(content_policy={})
    media.upload(b"x", key="a.txt")
    native = {"MetadataDirective": "REPLACE", "ContentType": "image/svg+xml"}
    media.copy("a.txt", "b.svg", extra_params=native)
    assert media.head("b.svg").content_disposition == "attachment"


def test_native_parameters_of_an_upload_are_held_to_it(open_on: Open) -> None:
    media = open_on(content_policy={})
    media.upload(b"x", key="a", extra_params={"ContentType": "text/html"})
    assert media.head("a").content_disposition == "attachment"
