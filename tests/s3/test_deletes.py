"""Batch deletes are written and read the same, in one look or as any XML."""

from __future__ import annotations

from random import Random

import pytest

from bucketry_s3.objects.removing import _all_fit_in_xml, _fits_in_xml
from bucketry_s3.protocol.common import read_deleted, write_deletes
from bucketry_s3.protocol.markup import (
    NAMESPACE,
    Misread,
    read_element,
    read_members,
    write_document,
)
from bucketry_s3.protocol.shapes import DOCUMENTS, PAYLOADS

SHAPE = DOCUMENTS["DeleteObjects"].shape
HEADS = (
    "",
    '<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<?xml version="1.0" encoding="utf-8"?>',
)
ROOTS = ("DeleteResult", f'DeleteResult xmlns="{NAMESPACE}"')
COMMON = (
    "<Deleted><Key>photos/1.png</Key></Deleted>",
    "<Deleted><Key>Grüße/a b'\"é</Key></Deleted>",
    "<Deleted><Key></Key></Deleted>",
    "<Deleted><Key> blank </Key></Deleted>",
    "<Error></Error>",
    "<Error><Key>a</Key><Code>AccessDenied</Code><Message>No, it is not.</Message></Error>",
    "<Error><Key>a</Key><VersionId>3</VersionId><Code>InternalError</Code></Error>",
    "<Error><Code>SlowDown</Code></Error>",
    "<Error><Key>a</Key><Key>b</Key></Error>",
)
ODD = (
    "<Deleted><Key>a&amp;b</Key></Deleted>",
    "<Deleted><Key>a</Key><VersionId>3</VersionId></Deleted>",
    "<Deleted><DeleteMarker>true</DeleteMarker><Key>a</Key></Deleted>",
    "<Deleted><Key>a\r\nb</Key></Deleted>",
    "<Deleted><Key>a\tb</Key></Deleted>",
    "<Deleted><Key>a</Key> </Deleted>",
    "<Deleted/>",
    "<Deleted>\n<Key>a</Key>\n</Deleted>\n",
    "<!-- <Deleted><Key>hidden</Key></Deleted> -->",
    "<![CDATA[<Deleted><Key>hidden</Key></Deleted>]]>",
    "<Error><Deleted><Key>inside</Key></Deleted></Error>",
    "<Error><Key>a</Key><HostId>x</HostId></Error>",
    "<Deleted><Key>a]]>b</Key></Deleted>",
    "<Deleted><Key>\x01</Key></Deleted>",
    "<Deleted><Key>\uffff</Key></Deleted>",
    "<Deleted><Key>a</Deleted></Key>",
    '<Deleted xmlns="urn:other"><Key>other</Key></Deleted>',
    "<Other><Key>a</Key></Other>",
    "text",
)


def as_xml(document: bytes) -> object:
    try:
        return read_members(read_element(document), SHAPE)
    except Misread:
        return None


def documents(count: int) -> list[tuple[str, bool]]:
    """Return documents, and whether they are common ones."""
    random = Random(4711)
    made = []
    for number in range(count):
        pieces = random.choices(COMMON, k=random.randrange(12))
        odd = number % 3 == 2
        if odd:
            pieces.insert(random.randrange(len(pieces) + 1), random.choice(ODD))
        root = random.choice(ROOTS)
        inner = "".join(pieces)
        made.append((f"{random.choice(HEADS)}<{root}>{inner}</DeleteResult>", not odd))
    return made


def test_both_ways_give_the_same() -> None:
    for text, common in documents(3000):
        quickly = read_deleted(text.encode())

        assert (quickly is not None) == common, text
        if quickly is not None:
            assert as_xml(text.encode()) == quickly, text


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<DeleteResult></DeleteResult><DeleteResult></DeleteResult>",
        b"<DeleteResult><Deleted><Key>a</Key></Deleted>",
        b"<DeleteResult><Deleted><Key>\xff</Key></Deleted></DeleteResult>",
        b'<?xml version="1.0" encoding="latin-1"?><DeleteResult></DeleteResult>',
        b"<!DOCTYPE x><DeleteResult></DeleteResult>",
        b"<DeleteResult></DeleteResult>\x00",
        b"\xef\xbb\xbf<DeleteResult></DeleteResult>",
        "<DeleteResult></DeleteResult>".encode("utf-16"),
    ],
)
def test_what_is_no_common_document_is_left_to_the_parser(document: bytes) -> None:
    assert read_deleted(document) is None


def test_a_thousand_keys_of_the_longest_are_read() -> None:
    keys = [f"{number:04}{'k' * 1020}" for number in range(1000)]
    inner = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)

    found = read_deleted(f"<DeleteResult>{inner}</DeleteResult>".encode())

    assert {"Deleted": [{"Key": key} for key in keys]} == found


def test_a_request_is_written_the_same_in_both_ways() -> None:
    random = Random(4712)
    shape = PAYLOADS["DeleteObjects"]["Delete"].shape
    pieces = ("a", "photos/1.png", "Grüße", " ", "'", "-", "]]", "&", "<", ">", '"', "&amp;")
    common = 0
    for _ in range(2000):
        keys = ["".join(random.choices(pieces, k=3)) for _ in range(random.randrange(1, 4))]

        quickly = write_deletes(keys)

        odd = any(character in key for key in keys for character in '&<>"')
        assert (quickly is None) == odd, keys
        if quickly is not None:
            common += 1
            objects = [{"Key": key} for key in keys]
            assert write_document("Delete", shape, {"Objects": objects}) == quickly
    assert common > 100
    assert write_deletes(["a\nb"]) is write_deletes(["a\rb"]) is None


def test_one_look_at_all_keys_lets_none_through_that_does_not_fit() -> None:
    """A bar is what they are put together with for it, and part of some."""
    random, passed = Random(5), 0
    for _ in range(3000):
        keys = ["".join(random.choices("ab |é\u200b\n", k=3)) for _ in range(random.randint(1, 3))]
        if _all_fit_in_xml(keys):
            assert all(map(_fits_in_xml, keys)), keys
            passed += 1
    assert passed > 100
