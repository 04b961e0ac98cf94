"""The hints on the vendors' pages: each sentence can be reached and names things that exist."""

from __future__ import annotations

import re
from itertools import combinations

import attrs
import pytest

import bucketry
from bucketry import (
    AccessDenied,
    BucketNotFound,
    Credentials,
    Encryption,
    NotFound,
    Rejected,
    StorageError,
    Unsupported,
    WrongRegion,
)
from bucketry_s3.options import Multipart
from bucketry_s3.protocol.errors import CODES, HINTS, hint_for
from vendors.pages import built_in

PAGES = {name: module.profile.hints for name, module in built_in().items() if name != "s3"}
TYPES = {
    name
    for name, kind in vars(bucketry).items()
    if isinstance(kind, type) and issubclass(kind, StorageError)
}
# An argument of upload(), and a setting of Garage's.
OTHERS = {"content_type", "s3_region"}
GROUPS: dict[str, type[attrs.AttrsInstance]] = {
    "credentials": Credentials,
    "encryption": Encryption,
    "multipart": Multipart,
}

each_page = pytest.mark.parametrize("name", ["family", *PAGES])


def hints_of(name: str) -> dict[str, str]:
    return dict(HINTS if name == "family" else PAGES[name])


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (Unsupported("Header 'X-Amz-Acl' is no", code="NotImplemented"), "no acl"),
        (Unsupported("no tags", code="NotImplemented"), "not there"),
        (Unsupported("no", code="MethodNotAllowed"), "never there"),
        (Unsupported("no"), "never there"),
        (WrongRegion("no", code="AccessDenied"), "other region"),
        (BucketNotFound("no"), HINTS["BucketNotFound"]),
        (AccessDenied("no", code="UserSuspended"), HINTS["AccessDenied"]),
        (Rejected("no", code="KeyTooLongError"), "Shorten the key or `root_path`."),
        (NotFound("no", code="NoSuchKey"), ""),
        (Rejected("no"), ""),
    ],
)
def test_the_first_fitting_key_counts_and_the_vendors_come_first(
    error: StorageError, hint: str
) -> None:
    vendor = {
        "NotImplemented: x-amz-acl": "no acl",
        "NotImplemented": "not there",
        "Unsupported": "never there",
        "WrongRegion": "other region",
    }
    assert hint_for(error, vendor) == hint


def test_every_vendor_has_hints() -> None:
    assert [name for name, hints in PAGES.items() if not hints] == []


@each_page
def test_every_key_is_a_code_or_a_type(name: str) -> None:
    for key in hints_of(name):
        assert key.partition(": ")[0] in CODES.keys() | TYPES, key


@each_page
def test_no_key_hides_a_later_one(name: str) -> None:
    """A bare code before its own special case, or a type before its codes, would swallow it."""
    for earlier, later in combinations(hints_of(name), 2):
        (first, _, first_text), (second, _, text) = earlier.partition(": "), later.partition(": ")
        covers = first in (second, CODES[second].__name__ if second in CODES else second)
        assert not (covers and first_text.lower() in text.lower()), (earlier, later)


@each_page
def test_hints_are_written_in_sentences(name: str) -> None:
    for sentence in hints_of(name).values():
        assert re.fullmatch(r"[A-Z].*\.", sentence)
        assert sentence.isascii()
        assert sentence.count("`") % 2 == 0


@each_page
def test_options_in_hints_exist(name: str) -> None:
    module = built_in()["s3" if name == "family" else name]
    options = attrs.fields_dict(module.vendor.options).keys() | OTHERS
    for sentence in hints_of(name).values():
        for option, field in re.findall(r"`([a-z_0-9]+)(?:\.([a-z_]+))?(?: = [^`]+)?`", sentence):
            assert option in options, sentence
            assert not field or field in attrs.fields_dict(GROUPS[option]), sentence
