"""The wire cases notice: each rule is broken by one change of what was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import attrs
import pytest
from attrs import frozen

from bucketry import SignedUrl
from bucketry.testing import Case, confine
from bucketry.testing.confine import Room
from bucketry.testing.runner import judge
from bucketry.testing.store import rebuilt
from bucketry_s3.testing import S3_SUITE, SECRET_ACCESS_KEY
from bucketry_s3.testing.connection import Recorded
from bucketry_s3.testing.wire_cases import WireStore
from conformance.places import in_front_of
from conformance.sabotages.tools import answer, sabotage, stored

CASES = {case.id.removeprefix("wire."): case for case in S3_SUITE.select(["wire"]).cases}

Change = Callable[[list[Recorded]], list[Recorded]]


def header(operation: str, name: str, value: str) -> Change:
    """Add a header to one kind of request, or replace it."""
    return each(operation, lambda r: attrs.evolve(r, headers={**r.headers, name: value}))


def each(operation: str, change: Callable[[Recorded], Recorded]) -> Change:
    return lambda sent: [change(r) if r.operation == operation else r for r in sent]


def lost(operation: str) -> Change:
    return lambda sent: [r for r in sent if r.operation != operation]


def without(operation: str, name: str) -> Change:
    def change(request: Recorded) -> Recorded:
        kept = {n: value for n, value in request.headers.items() if n != name}
        return attrs.evolve(request, headers=kept)

    return each(operation, change)


def first_part_larger(sent: list[Recorded]) -> list[Recorded]:
    number = next(n for n, r in enumerate(sent) if ("partNumber", "1") in r.query)
    larger = attrs.evolve(sent[number], body_length=sent[number].body_length + 1)
    return [*sent[:number], larger, *sent[number + 1 :]]


@frozen
class Broken:
    """A wire case, the change that it must notice, and a phrase of what it says."""

    case: str
    says: str
    change: Change
    vendor: str = "aws"


BROKEN = [
    Broken("no_acl_unasked", "the ACL headers of CopyObject",
           header("CopyObject", "x-amz-acl", "private")),
    Broken("no_acl_where_there_is_none", "the ACL headers of PutObject",
           header("PutObject", "x-amz-grant-read", "id=1"), "r2"),
    Broken("no_trailers", "the framing headers of UploadPart",
           header("UploadPart", "x-amz-trailer", "x-amz-checksum-crc32")),
    Broken("payload_is_signed", "PutObject declares its body UNSIGNED-PAYLOAD",
           header("PutObject", "x-amz-content-sha256", "UNSIGNED-PAYLOAD")),
    Broken("length_is_declared", "Content-Length of PutObject",
           without("PutObject", "content-length")),
    Broken("no_waiting_for_permission", "the Expect header of PutObject",
           header("PutObject", "expect", "100-continue")),
    Broken("no_empty_headers", "the empty headers of PutObject",
           header("PutObject", "x-amz-storage-class", "")),
    Broken("no_options_unasked", "the optional headers of PutObject",
           header("PutObject", "x-amz-storage-class", "STANDARD")),
    Broken("no_digest_in_vain", "the digests of UploadPart in vain",
           header("UploadPart", "x-amz-checksum-md5", "XUFAKrxLKna5cZ2REBfFkg==")),
    Broken("digest_unasked", "the number of digests of UploadPart",
           without("UploadPart", "x-amz-checksum-crc64nvme")),
    Broken("no_question_for_digests", "the question of GetObject",
           header("GetObject", "x-amz-checksum-mode", "ENABLED"), "backblaze"),
    Broken("digest_is_a_plain_header", "x-amz-checksum-sha256",
           without("PutObject", "x-amz-checksum-sha256")),
    Broken("digest_of_each_part", "a part's digest",
           without("UploadPart", "x-amz-checksum-sha256")),
    Broken("batch_delete_has_md5", "there is no Content-MD5",
           without("DeleteObjects", "content-md5")),
    Broken("batch_delete_within_its_limit", "the batches of 1001 keys",
           lambda sent: sent[:1]),
    Broken("equal_parts", "the sizes of the parts", first_part_larger),
    Broken("abandoned_parts_are_aborted", "there was no AbortMultipartUpload",
           lost("AbortMultipartUpload")),
    Broken("tags_are_encoded", "x-amz-tagging",
           header("PutObject", "x-amz-tagging", "who+is=Ann")),
    Broken("metadata_headers", "the metadata headers",
           without("PutObject", "x-amz-meta-owner")),
    Broken("create_only_header", "If-None-Match", without("PutObject", "if-none-match")),
    Broken("create_only_at_the_end", "the requests with If-None-Match",
           header("CreateMultipartUpload", "if-none-match", "*")),
    Broken("if_match_in_its_form", "If-Match", header("PutObject", "if-match", "abc")),
    Broken("encryption_header", "the encryption header",
           without("PutObject", "x-amz-server-side-encryption")),
    Broken("copy_source_is_encoded", "the source is written",
           header("CopyObject", "x-amz-copy-source", "media/a b+%2F.txt")),
    Broken("small_upload_is_one_request", "the requests of one call",
           lambda sent: [*sent, *sent]),
    Broken("listing_is_encoded", "encoding-type",
           each("ListObjectsV2", lambda r: attrs.evolve(r, query=[]))),
    Broken("no_secret_on_the_wire", "GetObject shows a secret",
           header("GetObject", "x-debug", SECRET_ACCESS_KEY)),
    Broken("requests_and_addresses_agree", "the host",
           header("PutObject", "host", "elsewhere.example")),
]  # fmt: skip


def _telling_of_no_header(signed: SignedUrl) -> SignedUrl:
    url = signed.reveal().replace("SignedHeaders=host", "SignedHeaders=content-type%3Bhost")
    return SignedUrl(url=url, method=signed.method, expires_at=signed.expires_at)


# These two look at what a provider answers, not at what it sent.
BY_ANSWER = {
    "location_is_never_the_url": sabotage(
        "wire.location_is_never_the_url",
        "the URL: wanted",
        methods=stored(url=lambda true: true.location or true.url),
    ),
    "signed_put_demands_nothing_more": sabotage(
        "wire.signed_put_demands_nothing_more",
        "the signed headers",
        methods=answer("sign", _telling_of_no_header),
    ),
}


def _again(case: Case) -> Case:
    """Return the case under another name, so that it gets a folder of its own."""
    return attrs.evolve(case, id=f"{case.id} again")


@pytest.fixture(scope="module")
def at() -> Iterator[Callable[[str], Room]]:
    """Give a function from a vendor to its provider, confined, in front of its stand-in."""
    rooms: dict[str, Room] = {}
    with ExitStack() as stack:

        def room(vendor: str) -> Room:
            if vendor not in rooms:
                provider, server = stack.enter_context(in_front_of(vendor))
                rooms[vendor] = stack.enter_context(confine(provider, server))
            return rooms[vendor]

        yield room


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.case)
def test_a_change_on_the_wire_is_noticed(broken: Broken, at: Callable[[str], Room]) -> None:
    room = at(broken.vendor)
    case = CASES[broken.case]
    assert judge(case, room.store(case)) == ("passed", "")

    class Tampered(WireStore):
        def sent(self, call: Callable[[], object]) -> list[Recorded]:
            return broken.change(super().sent(call))

    ended, evidence = judge(case, Tampered(room.store(_again(case))))
    assert ended == "failed", evidence
    assert broken.says in evidence


@pytest.mark.parametrize("name", BY_ANSWER)
def test_a_wrong_answer_is_noticed(name: str, at: Callable[[str], Room]) -> None:
    room = at("aws")
    case, broken = CASES[name], BY_ANSWER[name]
    assert judge(case, room.store(case)) == ("passed", "")

    store = room.store(_again(case))
    with broken.apply(room.provider) as store.provider:
        ended, evidence = judge(case, store)
    assert ended == "failed", evidence
    assert broken.says in evidence


BY_WHAT_IS_SIGNED = [name for name in CASES if name.startswith("a_signed_put_")]


@pytest.mark.parametrize("name", BY_WHAT_IS_SIGNED)
def test_a_signed_put_that_binds_nothing_is_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In front of a server that honours headers which the signature does not cover."""
    case = CASES[name]
    with in_front_of("ceph") as (provider, server), confine(provider, server) as room:
        assert judge(case, room.store(case)) == ("passed", "")

        monkeypatch.setattr("bucketry_s3.layer.binding_headers", lambda *_: {})
        store = room.store(_again(case))
        store.provider = rebuilt(store.provider)
        ended, evidence = judge(case, store)

    assert ended == "failed", evidence
    assert "was answered 200" in evidence


def test_every_wire_case_is_broken() -> None:
    broken = {*BY_ANSWER, *BY_WHAT_IS_SIGNED, *(broken.case for broken in BROKEN)}
    assert broken == set(CASES)
