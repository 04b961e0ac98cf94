"""Facts: what the server really does, held against what is declared.

Each function lets the provider try a thing, whatever its capabilities say, and returns what was
seen. Nothing here is a success or a failure by itself: a difference to the declared capability
fails the run and names the fact, and where nothing is declared, the run has found it out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bucketry.errors import (
    AlreadyExists,
    InvalidInput,
    PreconditionFailed,
    StorageError,
    Unsupported,
    UnsupportedOptionWarning,
)
from bucketry.model import Encryption
from bucketry.testing.case import Seen, case, has
from bucketry.testing.cases.conditional import STALE, pieces_with_an_intruder
from bucketry.testing.cases.integrity import DIGESTS, DIGITS
from bucketry.testing.cases.tags import COUNT
from bucketry.testing.expect import require_answer
from bucketry.testing.store import SAMPLE, Store

PARTS = has("multipart", "yes")


@case("facts", observes="put_if_absent")
def put_if_absent(store: Store) -> Seen:
    """If-None-Match on a single upload is enforced, refused or ignored as declared."""
    store.put(body=b"first")
    trying = store.believing(put_if_absent="enforced")
    try:
        trying.upload(b"second", key=store.key(), prevent_overwrite=True)
    except AlreadyExists:
        return "enforced" if store.read() == b"first" else "ignored"
    except StorageError as error:
        require_answer(error)
        return "refused"
    return "ignored"


@case("facts", observes="put_if_match")
def put_if_match(store: Store) -> Seen:
    """If-Match on a single upload is enforced, refused or ignored as declared."""
    store.put(body=b"first")
    trying = store.believing(put_if_match="enforced")
    try:
        trying.upload(b"second", key=store.key(), if_match=STALE)
    except PreconditionFailed:
        return "enforced"
    except StorageError as error:
        require_answer(error)
        return "refused"
    return "ignored"


@case("facts", observes="if_match_etag", needs=has("put_if_match", "enforced"))
def if_match_etag(store: Store) -> Seen:
    """If-Match takes the ETag in the form that is declared, with or without quotes."""
    taken = []
    for form in ("quoted", "unquoted"):
        stored = store.put(body=b"first")
        trying = store.believing(if_match_etag=form)
        try:
            trying.upload(b"second", key=store.key(), if_match=stored.etag)
        except PreconditionFailed:
            continue
        taken.append(form)
    return tuple(taken) or None


@case("facts", observes="complete_if_absent", needs=PARTS)
def complete_if_absent(store: Store) -> Seen:
    """If-None-Match at the end of a large upload is enforced, refused or ignored as declared."""
    trying = store.believing(complete_if_absent="enforced", put_if_absent="enforced")
    body = pieces_with_an_intruder(store, b"intruder")
    try:
        trying.upload(body, key=store.key(), prevent_overwrite=True)
    except AlreadyExists:
        return "enforced" if store.read() == b"intruder" else "ignored"
    except StorageError as error:
        require_answer(error)
        return "refused"
    return "ignored"


@case("facts", observes="complete_if_match", needs=PARTS)
def complete_if_match(store: Store) -> Seen:
    """If-Match at the end of a large upload is enforced, refused or ignored as declared."""
    store.put(body=b"first")
    trying = store.believing(complete_if_match="enforced", put_if_match="enforced")
    try:
        trying.upload(store.large(), key=store.key(), if_match=STALE)
    except PreconditionFailed:
        return "enforced"
    except StorageError as error:
        require_answer(error)
        return "refused"
    return "ignored"


@case("facts", observes="delete_if_match")
def delete_if_match(store: Store) -> Seen:
    """If-Match on a delete is enforced, refused or ignored as declared."""
    store.put()
    trying = store.believing(delete_if_match="enforced")
    try:
        trying.delete(store.key(), if_match=STALE)
    except PreconditionFailed:
        return "enforced"
    except StorageError as error:
        require_answer(error)
        return "refused"
    return "ignored"


@case("facts", observes="checksums", each=DIGESTS)
def checksums(store: Store, right: object) -> Seen:
    """A digest {} in a plain header is verified, ignored or refused as declared."""
    algorithm: Any = next(name for name, value in DIGESTS.items() if value == right)
    trying = store.believing(checksums={algorithm: "verified"})
    try:
        trying.upload(DIGITS, key=store.key("right"), checksum_algorithm=algorithm)
    except InvalidInput:
        return None
    except StorageError as error:
        require_answer(error)
        return "refused"
    try:
        # The right digest, of other bytes.
        trying.upload(SAMPLE, key=store.key("wrong"), extra_params={f"Checksum{algorithm}": right})
    except InvalidInput:
        return None
    except StorageError as error:
        require_answer(error)
        return "verified"
    return "ignored"


@case("facts", observes="tagging")
def tagging(store: Store) -> Seen:
    """Tags are kept, refused or ignored as declared."""
    trying = store.believing(tagging="yes")
    try:
        trying.upload(SAMPLE, key=store.key(), tags={"a": "1", "b": "2"})
    except (InvalidInput, UnsupportedOptionWarning):
        return None
    except StorageError as error:
        require_answer(error)
        return "no"
    told = store.http.send(store.provider.sign(store.key())).headers.get(COUNT)
    return "yes" if told == "2" else ("yes", "ignored")


@case("facts", observes="encryption", each={"AES256": "AES256", "aws:kms": "aws:kms"})
def encryption(store: Store, kind: object) -> Seen:
    """Encryption {} is applied, refused or ignored as declared."""
    chosen: Any = kind
    trying = store.believing(encryption={chosen: "yes"})
    try:
        trying.upload(SAMPLE, key=store.key(), encryption=Encryption(type=chosen))
    except (InvalidInput, UnsupportedOptionWarning):
        return None
    except StorageError as error:
        require_answer(error)
        if isinstance(error, Unsupported) and error.may_have_applied:
            return "ignored"  # it was stored, and nothing says encrypted
        # KMS that wants a key says nothing of what it does with one.
        return "no" if kind == "AES256" or error.code == "NotImplemented" else None
    return "yes" if store.provider.head(store.key()).encryption == kind else "ignored"


@case("facts", observes="acl")
def acl(store: Store) -> Seen:
    """Canned ACLs live on objects or buckets, have no effect or are refused, as declared."""
    trying = store.believing(acl="object", canned_acls=frozenset({"private", "public-read"}))
    try:
        trying.upload(SAMPLE, key=store.key("private"), acl="private")
    except (InvalidInput, UnsupportedOptionWarning):
        return None
    except StorageError as error:
        require_answer(error)
        # Amazon's switch on the bucket, which says nothing of the vendor.
        return None if error.code == "AccessControlListNotSupported" else "none"
    try:
        stored = trying.upload(SAMPLE, key=store.key("public"), acl="public-read")
    except StorageError as error:
        require_answer(error)
        return ("object", "bucket", "ignored")
    if urlsplit(stored.url).hostname != urlsplit(trying.sign(stored.key).reveal()).hostname:
        return None
    opened = store.http.send(stored.url).status == 200
    return "object" if opened else ("object", "bucket", "ignored")


@case("facts", observes="multipart")
def multipart(store: Store) -> Seen:
    """Large uploads go in parts, or as one request, as declared."""
    trying = store.believing(multipart="yes")
    try:
        return "yes" if trying.upload(store.large(), key=store.key()).parts > 1 else "no"
    except StorageError as error:
        require_answer(error)
        return "no"


@case("facts", observes="copy")
def copy(store: Store) -> Seen:
    """Copies on the vendor's side exist as declared."""
    store.put("source")
    try:
        store.believing(copy="yes").copy(store.key("source"), store.key("target"))
    except StorageError as error:
        require_answer(error)
        return "no"
    return "yes" if store.read("target") == SAMPLE else "no"


@case("facts", observes="post_policy")
def post_policy(store: Store) -> Seen:
    """Form uploads with a policy exist as declared."""
    trying = store.believing(post_policy="yes")
    try:
        ticket = trying.upload_ticket(store.key(), max_size=1000)
    except InvalidInput:
        return None
    except StorageError as error:
        require_answer(error)
        return "no"
    store.http.post_form(ticket.signed, SAMPLE)
    return "yes" if store.provider.exists(store.key()) else "no"


@case("facts", observes="complete_location", needs=PARTS)
def complete_location(store: Store) -> Seen:
    """The Location of a finished large upload has the shape that is declared."""
    stored = store.put("a.bin", store.large())
    location = stored.location
    if not location:
        return "absent"
    if "://" in location:
        return ("url", "request-host") if location.endswith("a.bin") else "host-only"
    path = f"{stored.bucket}/{stored.object_key}"
    if location.lstrip("/") == path:
        return "/bucket/key" if location.startswith("/") else "bucket/key"
    return "no-scheme" if location.endswith("a.bin") else "host-only"
