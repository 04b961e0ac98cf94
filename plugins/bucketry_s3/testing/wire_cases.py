"""Rules on what goes over the wire: cases that look at the requests a stand-in has received.

What a provider sends cannot be seen through its methods, and a lenient server forgives much. These
cases run a few operations in front of a `StandIn` and hold its record of them to the rules. They
are the family's extension of the suite, `bucketry_s3.testing.S3_SUITE`.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from bucketry import Encryption, StorageError, UnsupportedOptionWarning
from bucketry.host.masking import secrets_of
from bucketry.testing import Need, Skip, Store, case, has
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE
from bucketry_s3.testing.connection import Recorded
from bucketry_s3.testing.faults import Alter
from bucketry_s3.testing.request import Response
from bucketry_s3.testing.server import StandIn

PARTS = has("multipart", "yes")
ACL_HEADERS = re.compile(r"x-amz-(acl|grant-.*)")
_VERIFIED = "x-amz-checksum-crc64nvme"
_DIGESTS = r"x-amz-(sdk-checksum-.*|checksum-(?!mode|type|algorithm).*)"


class WireStore(Store):
    """A case's view of the storage, with the stand-in that answers."""

    def __init__(self, store: Store) -> None:
        """Take over the view of `store`; the case is skipped where no `StandIn` is to be seen."""
        if not isinstance(store.stand_in, StandIn):
            raise Skip("no stand-in was given that records what is sent")
        super().__init__(store.provider, store.folder, store.expiring, store._variants)
        self.server = store.stand_in

    def sent(self, call: Callable[[], object]) -> list[Recorded]:
        """Return the requests that arrived while `call` ran."""
        before = len(self.server.requests)
        call()
        return self.server.requests[before:]

    def all_kinds(self) -> list[Recorded]:
        """Return the requests of one operation of each kind."""

        def everything() -> None:
            provider, key = self.provider, self.key()
            self.put()
            if self.capabilities.multipart.value == "yes":
                self.put("large", self.large())
            provider.head(key)
            provider.read(key)
            list(provider.list(self.folder))
            if self.capabilities.copy.value == "yes":
                provider.copy(key, self.key("copy"))
            provider.delete(key)
            provider.delete_many([self.key("copy"), self.key("large")])

        return self.sent(everything)


def wire_case(
    needs: Need | Sequence[Need] = (), *, each: Mapping[str, object] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a case in the group ``wire`` of a function that takes a `WireStore`; see `case`."""

    def mark(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def on_the_wire(store: Store, *datum: object) -> None:
            # A test that tampers with what was sent brings a view of its own.
            function(store if isinstance(store, WireStore) else WireStore(store), *datum)

        return case("wire", needs=needs, each=each)(on_the_wire)

    return mark


def _of(operation: str, requests: Sequence[Recorded]) -> list[Recorded]:
    found = [request for request in requests if request.operation == operation]
    holds(found, f"there was no {operation}")
    return found


def _named(pattern: re.Pattern[str] | str, request: Recorded) -> list[str]:
    return [name for name in request.headers if re.fullmatch(pattern, name)]


@wire_case()
def no_acl_unasked(store: WireStore) -> None:
    """No request carries an ACL or a grant unless one was asked for."""
    for request in store.all_kinds():
        same(_named(ACL_HEADERS, request), [], f"the ACL headers of {request.operation}")


@wire_case(needs=(has("acl", "none"), PARTS))
def no_acl_where_there_is_none(store: WireStore) -> None:
    """Where there are no ACLs, none is sent, even if code sets one."""

    def upload(body: bytes) -> None:
        # A warning that the ACL was left out is fine, and so is a refusal.
        with warnings.catch_warnings(), suppress(StorageError):
            warnings.simplefilter("ignore", UnsupportedOptionWarning)
            store.put(body=body, extra_params={"ACL": "public-read"})

    for body in (SAMPLE, store.large()):
        for request in store.sent(lambda body=body: upload(body)):  # type: ignore[misc]
            same(_named(ACL_HEADERS, request), [], f"the ACL headers of {request.operation}")


@wire_case()
def no_trailers(store: WireStore) -> None:
    """No body is framed as aws-chunked or followed by a trailer, whatever digest is asked for."""

    def uploads() -> None:
        for algorithm, outcome in (store.capabilities.checksums.value or {}).items():
            chosen: Any = algorithm
            if outcome == "verified":
                store.put(checksum_algorithm=chosen)

    for request in [*store.all_kinds(), *store.sent(uploads)]:
        encoding = request.headers.get("content-encoding", "")
        holds("aws-chunked" not in encoding, f"{request.operation} is framed as {encoding}")
        framing = _named(r"x-amz-trailer|x-amz-decoded-content-length|transfer-encoding", request)
        same(framing, [], f"the framing headers of {request.operation}")


@wire_case()
def payload_is_signed(store: WireStore) -> None:
    """Every request is signed with SigV4, and with it its body, by SHA-256 or by a CRC64NVME."""
    for request in store.all_kinds():
        authorization = request.headers.get("authorization", "")
        holds(
            authorization.startswith("AWS4-HMAC-SHA256 "),
            f"{request.operation} is not signed with SigV4",
        )
        digest = request.headers.get("x-amz-content-sha256", "")
        names = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        holds(
            re.fullmatch("[0-9a-f]{64}", digest)
            or (
                digest == "UNSIGNED-PAYLOAD" and _VERIFIED in names and _VERIFIED in request.headers
            ),
            f"{request.operation} declares its body {digest}",
        )


@wire_case()
def length_is_declared(store: WireStore) -> None:
    """Every request with a body declares its length."""
    for request in store.all_kinds():
        if request.method in ("PUT", "POST"):
            length = request.headers.get("content-length")
            same(length, str(request.body_length), f"Content-Length of {request.operation}")


@wire_case()
def no_waiting_for_permission(store: WireStore) -> None:
    """No request waits for a 100 Continue, which some servers never send."""
    for request in store.all_kinds():
        same(_named("expect", request), [], f"the Expect header of {request.operation}")


@wire_case()
def no_empty_headers(store: WireStore) -> None:
    """No optional header is sent empty, which strict servers refuse."""
    for request in store.all_kinds():
        empty = [n for n, value in request.headers.items() if n.startswith("x-amz-") and not value]
        same(empty, [], f"the empty headers of {request.operation}")


@wire_case()
def no_options_unasked(store: WireStore) -> None:
    """Neither storage class, encryption nor tags are sent unless asked for."""
    unasked = r"x-amz-(storage-class|server-side-encryption.*|tagging)"
    for request in store.all_kinds():
        same(_named(unasked, request), [], f"the optional headers of {request.operation}")


@wire_case()
def no_digest_in_vain(store: WireStore) -> None:
    """Unasked, no digest is sent but those that the vendor is known to verify."""
    told = store.capabilities.checksums.value or {}
    verified = {name.lower() for name, outcome in told.items() if outcome == "verified"}
    for request in store.all_kinds():
        sent = {name.removeprefix("x-amz-checksum-") for name in _named(_DIGESTS, request)}
        same(sorted(sent - verified), [], f"the digests of {request.operation} in vain")


@wire_case(needs=(has("checksums", "verified", entry="CRC32"), PARTS))
def digest_unasked(store: WireStore) -> None:
    """Where digests are verified, each body of an upload carries one, asked for or not."""
    small = store.sent(lambda: store.put())
    large = store.sent(lambda: store.put("large", store.large()))
    for request in (*_of("PutObject", small), *_of("UploadPart", large)):
        same(len(_named(_DIGESTS, request)), 1, f"the number of digests of {request.operation}")
    (request,) = _of("PutObject", small)
    wanted = base64.b64encode(zlib.crc32(SAMPLE).to_bytes(4, "big")).decode()
    same(request.headers.get("x-amz-checksum-crc32"), wanted, "x-amz-checksum-crc32")


@wire_case(needs=has("checksums", "refused", entry="CRC32"))
def no_question_for_digests(store: WireStore) -> None:
    """Where digests are refused, no read asks for them."""
    for request in store.all_kinds():
        same(_named("x-amz-checksum-mode", request), [], f"the question of {request.operation}")


@wire_case(needs=has("checksums", "verified", entry="SHA256"))
def digest_is_a_plain_header(store: WireStore) -> None:
    """A digest that is asked for travels as a plain header with the body it belongs to."""
    (request,) = _of("PutObject", store.sent(lambda: store.put(checksum_algorithm="SHA256")))
    wanted = base64.b64encode(hashlib.sha256(SAMPLE).digest()).decode()
    same(request.headers.get("x-amz-checksum-sha256"), wanted, "x-amz-checksum-sha256")


@wire_case(needs=(has("checksums", "verified", entry="SHA256"), PARTS))
def digest_of_each_part(store: WireStore) -> None:
    """A large upload names its digest when it begins and sends one with each part."""
    requests = store.sent(lambda: store.put(body=store.large(), checksum_algorithm="SHA256"))
    (created,) = _of("CreateMultipartUpload", requests)
    same(created.headers.get("x-amz-checksum-algorithm"), "SHA256", "the digest it begins with")
    for part in _of("UploadPart", requests):
        same(_named("x-amz-checksum-sha256", part), ["x-amz-checksum-sha256"], "a part's digest")


@wire_case(needs=has("batch_delete", "yes"))
def batch_delete_has_md5(store: WireStore) -> None:
    """A batch delete carries Content-MD5, the one digest that every server takes, and no other."""
    keys = [store.key("a"), store.key("b")]
    for request in _of("DeleteObjects", store.sent(lambda: store.provider.delete_many(keys))):
        holds(request.headers.get("content-md5"), "there is no Content-MD5")
        same(_named(r"x-amz-(sdk-)?checksum-.*", request), [], "the other digests")


@wire_case(needs=has("batch_delete", "yes"))
def batch_delete_within_its_limit(store: WireStore) -> None:
    """A batch delete has as many keys as the vendor takes, and the rest goes into another."""
    limit = store.capabilities.batch_delete_limit.value or 1000
    keys = [store.key(f"{number}") for number in range(limit + 1)]
    requests = store.sent(lambda: store.provider.delete_many(keys))
    same(len(_of("DeleteObjects", requests)), 2, f"the batches of {limit + 1} keys")


@wire_case(needs=PARTS)
def equal_parts(store: WireStore) -> None:
    """All parts of a large upload but the last have the same size, the last is not larger."""
    size = store.part_size
    pieces = (b"\0" * 30_011 for _ in range(3 * size // 30_011))
    requests = _of("UploadPart", store.sent(lambda: store.put(body=pieces)))
    sizes = {int(dict(part.query)["partNumber"]): part.body_length for part in requests}
    *most, last = (sizes[number] for number in sorted(sizes))
    same(set(most), {size}, "the sizes of the parts before the last")
    holds(0 < last <= size, f"the last part has {last} bytes")


@wire_case(needs=PARTS)
def abandoned_parts_are_aborted(store: WireStore) -> None:
    """A large upload that fails is aborted at the server."""

    def breaking() -> Any:
        yield b"\0" * 2 * store.part_size
        raise RuntimeError("broke")

    def upload() -> None:
        raises(RuntimeError, "the upload", store.put, body=breaking())

    same(len(_of("AbortMultipartUpload", store.sent(upload))), 1, "the number of aborts")


@wire_case(needs=PARTS)
def location_is_never_the_url(store: WireStore) -> None:
    """Whatever the server calls its Location, the URL is the computed one."""

    def lie(response: Response) -> Response:
        body = re.sub(rb"<Location>[^<]*</Location>", b"", response.body)
        lied = b"<Location>https://evil.example/object</Location></CompleteMultipartUploadResult>"
        body = body.replace(b"</CompleteMultipartUploadResult>", lied)
        return Response(status=response.status, headers=response.headers, body=body)

    store.server.faults.add("CompleteMultipartUpload", Alter(response=lie))
    stored = store.put(body=store.large())
    same(stored.url, store.provider.object_url(store.key()), "the URL")


@wire_case(needs=has("tagging", "yes"))
def tags_are_encoded(store: WireStore) -> None:
    """Tags travel percent-encoded in one header, blanks as %20."""
    tags = {"who is": "Ann + Bob = 2", "größe": "a/b:c@d"}
    (request,) = _of("PutObject", store.sent(lambda: store.put(tags=tags)))
    same(
        request.headers.get("x-amz-tagging"),
        "who%20is=Ann%20%2B%20Bob%20%3D%202&gr%C3%B6%C3%9Fe=a%2Fb%3Ac%40d",
        "x-amz-tagging",
    )


@wire_case()
def metadata_headers(store: WireStore) -> None:
    """User metadata travels as x-amz-meta- headers, one for each name."""
    metadata = {"Owner": "Alice", "x-y": "1"}
    (request,) = _of("PutObject", store.sent(lambda: store.put(metadata=metadata)))
    found = {name: request.headers[name] for name in _named("x-amz-meta-.*", request)}
    same(found, {"x-amz-meta-owner": "Alice", "x-amz-meta-x-y": "1"}, "the metadata headers")


@wire_case(needs=has("put_if_absent", "enforced"))
def create_only_header(store: WireStore) -> None:
    """A create-only upload says so with If-None-Match: *."""
    (request,) = _of("PutObject", store.sent(lambda: store.put(prevent_overwrite=True)))
    same(request.headers.get("if-none-match"), "*", "If-None-Match")


@wire_case(needs=(has("put_if_absent", "enforced"), has("complete_if_absent", "enforced"), PARTS))
def create_only_at_the_end(store: WireStore) -> None:
    """The condition of a large create-only upload goes with its completion, and only there."""
    body = store.large()
    requests = store.sent(lambda: store.put(body=body, prevent_overwrite=True))
    conditional = [request.operation for request in requests if _named("if-none-match", request)]
    same(conditional, ["CompleteMultipartUpload"], "the requests with If-None-Match")


@wire_case(needs=(has("put_if_match", "enforced"), has("if_match_etag", "quoted", "unquoted")))
def if_match_in_its_form(store: WireStore) -> None:
    """If-Match has the ETag with or without quotes, as the vendor wants it."""
    etag = store.put().etag
    (request,) = _of("PutObject", store.sent(lambda: store.put(if_match=etag)))
    quoted = store.capabilities.if_match_etag.value == "quoted"
    same(request.headers.get("if-match"), f'"{etag}"' if quoted else etag, "If-Match")


@wire_case(needs=has("encryption", "yes", entry="AES256"))
def encryption_header(store: WireStore) -> None:
    """Encryption that is asked for is named in its header."""
    aes = Encryption(type="AES256")
    (request,) = _of("PutObject", store.sent(lambda: store.put(encryption=aes)))
    same(request.headers.get("x-amz-server-side-encryption"), "AES256", "the encryption header")


@wire_case(needs=has("copy", "yes"))
def copy_source_is_encoded(store: WireStore) -> None:
    """The source of a copy is percent-encoded, so that its name cannot be read in another way."""
    store.put("a b+%2F.txt")
    source, target = store.key("a b+%2F.txt"), store.key("copy")
    (request,) = _of("CopyObject", store.sent(lambda: store.provider.copy(source, target)))
    header = request.headers.get("x-amz-copy-source", "")
    holds(header.endswith("/a%20b%2B%252F.txt"), f"the source is written {header}")


@wire_case()
def small_upload_is_one_request(store: WireStore) -> None:
    """A small upload is one request, and so is a look and a read."""
    store.put()
    calls: dict[str, Callable[[], object]] = {
        "PutObject": store.put,
        "HeadObject": lambda: store.provider.head(store.key()),
        "GetObject": store.read,
    }
    for operation, call in calls.items():
        same([r.operation for r in store.sent(call)], [operation], "the requests of one call")


@wire_case()
def listing_is_encoded(store: WireStore) -> None:
    """A listing asks for encoded keys, so that no character can break the answer."""
    (request,) = _of("ListObjectsV2", store.sent(store.names))
    same(dict(request.query).get("encoding-type"), "url", "encoding-type")
    same(dict(request.query).get("prefix"), f"{_root(store)}/{store.folder}/", "prefix")


@wire_case()
def no_secret_on_the_wire(store: WireStore) -> None:
    """No secret leaves this machine: not in a header, not in an address."""
    hidden = [*secrets_of(store.provider.options)]
    for request in store.all_kinds():
        shown = f"{request.path}{request.query}{request.headers}"
        holds(not any(secret in shown for secret in hidden), f"{request.operation} shows a secret")


@wire_case(needs=has("presign", "PUT"))
def signed_put_demands_nothing_more(store: WireStore) -> None:
    """A signed PUT demands no header that the caller was not told of, no digest above all."""
    signed = store.provider.sign(store.key(), method="PUT")
    query = dict(parse_qsl(urlsplit(signed.reveal()).query))
    told = ["host", *(name.lower() for name in signed.headers)]
    same(query.get("X-Amz-SignedHeaders"), ";".join(sorted(told)), "the signed headers")
    same([name for name in query if "checksum" in name.lower()], [], "the digests in the query")


@wire_case()
def requests_and_addresses_agree(store: WireStore) -> None:
    """Requests go where signed addresses lead: the same host, the same path."""
    (request,) = _of("PutObject", store.sent(lambda: store.put("a b.txt")))
    signed = urlsplit(store.provider.sign(store.key("a b.txt")).reveal())
    same(request.headers.get("host"), signed.netloc, "the host")
    same(unquote(request.path), unquote(signed.path), "the path")


def _root(store: WireStore) -> str:
    root: str = store.provider.options.root_path
    return root


_SOURCES = {
    "with a slash": "/{}",
    "without a slash": "{}",
    "percent-encoded": "%2F{}",
    "of a version": "/{}?versionId=null",
}


@wire_case(needs=(has("presign", "PUT"), has("copy", "yes")), each=_SOURCES)
def a_signed_put_reads_nothing(store: WireStore, form: str) -> None:
    """Whoever holds a signed PUT cannot copy another object with it, its source written {}."""
    secret = b"another tenant's"
    store.put("secret", secret)
    source = store.server.requests[-1]
    signed = store.provider.sign(store.key("stolen"), method="PUT")
    copying = {"x-amz-copy-source": form.format(f"{source.bucket}/{quote(source.key)}")}

    answer = store.http.send(signed, body=b"", headers=copying)

    holds(answer.status >= 400, f"the copy was answered {answer.status}")
    holds("stolen" not in store.names(), "there is an object after the refusal")


@wire_case(needs=(has("presign", "PUT"), has("acl", "object")))
def a_signed_put_publishes_nothing(store: WireStore) -> None:
    """Whoever holds a signed PUT cannot give the object another ACL with it."""
    signed = store.provider.sign(store.key("mine"), method="PUT")

    answer = store.http.send(signed, body=b"x", headers={"x-amz-acl": "public-read"})

    holds(answer.status >= 400, f"the ACL was answered {answer.status}")
