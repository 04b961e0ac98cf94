"""Listings are read the same, in one look or as any XML."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from bucketry_s3 import BytesBody, S3Answer, S3Request
from bucketry_s3.protocol import answers
from bucketry_s3.protocol.answers import parse
from bucketry_s3.protocol.common import read_entries
from bucketry_s3.protocol.markup import NAMESPACE, Misread

REQUEST = S3Request(operation="ListObjectsV2", method="GET", scheme="https", host="s3", path="/")

HEADS = (
    "",
    '<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<?xml version="1.0" encoding="utf-8"?>',
)
ROOTS = ("ListBucketResult", f'ListBucketResult xmlns="{NAMESPACE}"')
TAGS = ("Name", "Prefix", "KeyCount", "Delimiter")
TOLD = "<Name>media</Name><Prefix/><KeyCount>1</KeyCount><Delimiter>/</Delimiter>"
CODED = "<EncodingType>url</EncodingType>"
AROUND = ("", TOLD, TOLD + CODED, CODED, "<IsTruncated>true</IsTruncated>")
FOLDER = "<CommonPrefixes><Prefix>a+b/</Prefix></CommonPrefixes>"

TIME = "<LastModified>2026-11-24T01:02:03.456Z</LastModified>"
COMMON = (
    # AWS and the benchmark's server, MinIO, Cloudflare R2, versitygw, Google, newer Ceph.
    f"<Contents><Key>photos/1.png</Key>{TIME}<ETag>&quot;9dd4e461268c8034f5c8564e155c67a6&quot;"
    "</ETag><Size>4096</Size><StorageClass>STANDARD</StorageClass></Contents>",
    f"<Contents><Key>a+b%2Bc/%C3%BC.txt</Key>{TIME}<ETag>&#34;9dd4-2&#34;</ETag><Size>0</Size>"
    "<StorageClass></StorageClass></Contents>",
    f'<Contents><Key>é</Key><Size>1</Size>{TIME}<ETag>"9dd4"</ETag></Contents>',
    "<Contents><LastModified>2026-11-26T16:10:49Z</LastModified><ChecksumAlgorithm>CRC32"
    "</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><ETag>&#34;9dd4&#34;</ETag>"
    "<Key>a b</Key><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>",
    f"<Contents><Key>Key</Key><Generation>1</Generation>{TIME}<ETag>9dd4</ETag><Size>1</Size>"
    "</Contents>",
    f"<Contents><Key>%2</Key>{TIME}<Size>9999999999999999999</Size><Type>Normal</Type></Contents>",
    # Of two the last counts.
    f"<Contents><Key>a</Key><Key>%FF</Key>{TIME}<Size>1</Size><Size>02</Size></Contents>",
    f"<Contents><Key></Key>{TIME}<Size>1</Size></Contents>",
)
ODD = (
    f"<Contents><Key>a&amp;b</Key>{TIME}<Size>1</Size></Contents>",
    f"<Contents><Key>a]]>b</Key>{TIME}<Size>1</Size></Contents>",
    f"<Contents><Key>a\r\nb</Key>{TIME}<Size>1</Size></Contents>",
    f"<Contents><Key>\x01</Key>{TIME}<Size>1</Size></Contents>",
    f"<Contents><Key>\uffff</Key>{TIME}<Size>1</Size></Contents>",
    f"<Contents><Key>a<!-- b --></Key>{TIME}<Size>1</Size></Contents>",
    f"<Contents><Key>a</Key>{TIME}<Size> 1 </Size></Contents>",
    f"<Contents><Key>a</Key>{TIME}<Size>+1</Size></Contents>",
    f"<Contents><Key>a</Key>{TIME}<Size>\u0661</Size></Contents>",
    f"<Contents><Key>a</Key>{TIME}<Size>99999999999999999999</Size></Contents>",
    f"<Contents><Key>a</Key>{TIME}</Contents>",
    f"<Contents>{TIME}<Size>1</Size></Contents>",
    "<Contents><Key>a</Key><Size>1</Size></Contents>",
    "<Contents><Key>a</Key><LastModified>2026-13-45T00:00:00Z</LastModified><Size>1</Size>"
    "</Contents>",
    f"<Contents><Key>a</Key>{TIME}<LastModified>2026-02-30T00:00:00Z</LastModified><Size>1</Size>"
    "</Contents>",
    f"<Contents><Key>a</Key>{TIME}<Size>1</Size><ETag></ETag></Contents>",
    f'<Contents><Key>a</Key>{TIME}<Size>1</Size><ETag>W/"1"</ETag></Contents>',
    f"<Contents><Key>a</Key>{TIME}<Size>1</Size><ETag>W/1</ETag></Contents>",
    f'<Contents><Key>a</Key>{TIME}<Size>1</Size><ETag>""1""</ETag></Contents>',
    f"<Contents><Key>a</Key>{TIME}<Size>1</Size><Owner><ID>1</ID></Owner></Contents>",
    f'<Contents xmlns="urn:other"><Key>a</Key>{TIME}<Size>1</Size></Contents>',
    f'<s3:Contents xmlns:s3="urn:x"><s3:Key>a</s3:Key>{TIME}<Size>1</Size></s3:Contents>',
    f"<Contents>\n<Key>a</Key>{TIME}<Size>1</Size></Contents>\n",
    f"<!-- {COMMON[0]} -->",
    f"<![CDATA[{COMMON[0]}]]>",
    f"<?note {COMMON[0]}?>",
    f"<Outer>{COMMON[0]}</Outer>",
    f"<Contents>{COMMON[0]}</Contents>",
    "<Contents/>",
    "<Error><Code>SlowDown</Code></Error>",
    "text",
)  # fmt: skip


def document(random: Random, entries: list[str]) -> str:
    root = random.choice(ROOTS)
    told = [random.choice(AROUND), *entries, random.choice(("", FOLDER)), random.choice(AROUND)]
    return f"{random.choice(HEADS)}<{root}>{''.join(told)}</ListBucketResult>"


def as_told(text: bytes) -> Any:
    answer = S3Answer(status=200, headers={"x-amz-request-id": "1"}, body=BytesBody(text))
    try:
        return parse(REQUEST, answer)
    except Misread as error:
        return str(error)


def as_xml(text: bytes) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "read_entries", lambda _: None)
        return as_told(text)


def test_both_ways_tell_the_same() -> None:
    random = Random(4713)
    for number in range(600):
        entries = random.choices(COMMON, k=random.randrange(1, 6))
        odd = number % 3 == 2
        if odd:
            entries.insert(random.randrange(len(entries) + 1), random.choice(ODD))
        text = document(random, entries).encode()

        assert odd or read_entries(text) is not None, text
        assert as_xml(text) == as_told(text), text


def test_both_ways_tell_the_same_of_what_was_damaged() -> None:
    random = Random(4714)
    junk = (
        "&",
        "<",
        ">",
        "]]>",
        "&lt;",
        "&#0;",
        '"',
        "\r",
        "\x00",
        "é",
        "+",
        "%",
        "%C3",
        "<a/>",
        " ",
    )
    taken = 0
    for _ in range(600):
        pieces = re.split("(<[^>]*>)", document(random, random.choices(COMMON, k=3)))
        for _ in range(random.randrange(1, 4)):
            at, other = random.randrange(len(pieces)), random.randrange(len(pieces))
            match random.randrange(4):
                case 0:
                    pieces[at] = ""
                case 1:
                    pieces[at] *= 2
                case 2:
                    pieces[at], pieces[other] = pieces[other], pieces[at]
                case _:
                    cut = random.randrange(len(pieces[at]) + 1)
                    pieces[at] = pieces[at][:cut] + random.choice(junk) + pieces[at][cut:]
        text = "".join(pieces).encode()

        taken += read_entries(text) is not None
        assert as_xml(text) == as_told(text), text
    assert taken > 50


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<ListBucketResult></ListBucketResult>",
        b"<ListBucketResult><!-- %b --></ListBucketResult>",
        b"<!-- <ListBucketResult> -->%b</ListBucketResult>",
        b"<ListBucketResult><![CDATA[<Name>]]>%b</ListBucketResult>",
        b"<ListBucketResult><Outer>%b</Outer></ListBucketResult>",
        b"<ListBucketResult>%b<Contents/></ListBucketResult>",
        b"<ListBucketResult>%b %b</ListBucketResult>",
        b"<ListBucketResult><Contents/>%b</ListBucketResult>",
        b"<Error>%b</Error>",
        b'<?xml version="1.0" encoding="cp864"?><ListBucketResult>%b</ListBucketResult>',
        b'<?xml version="1.1"?><ListBucketResult>%b</ListBucketResult>',
        b"<!DOCTYPE x><ListBucketResult>%b</ListBucketResult>",
        b"\xef\xbb\xbf<ListBucketResult>%b</ListBucketResult>",
        b"<ListBucketResult>%b</ListBucketResult>\xff",
        "<ListBucketResult/>".encode("utf-16"),
        pytest.param(b"<ListBucketResult>" + b"%b" * 5_000 + b"</ListBucketResult>", id="too many"),
    ],
)
def test_what_is_no_common_listing_is_left_to_the_parser(text: bytes) -> None:
    text = text.replace(b"%b", COMMON[0].encode())

    assert read_entries(text) is None


def test_a_listing_is_taken_apart() -> None:
    """What is around the entries stays a document, and the entries are what they tell."""
    text = f"<ListBucketResult>{TOLD}{COMMON[0]}{COMMON[5]}{FOLDER}{CODED}</ListBucketResult>"
    when = datetime(2026, 11, 24, 1, 2, 3, 456000, UTC)

    apart = read_entries(text.encode())

    assert apart is not None
    root, table = apart
    assert [*TAGS, "CommonPrefixes", "EncodingType"] == [element.tag for element in root]
    assert table == {
        "Key": ["photos/1.png", "%2"],
        "Size": [4096, 9999999999999999999],
        "ETag": ["9dd4e461268c8034f5c8564e155c67a6", None],
        "LastModified": [when, when],
        "StorageClass": ["STANDARD", None],
    }
