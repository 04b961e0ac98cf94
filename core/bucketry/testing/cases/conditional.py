"""Preconditions: create only, replace only what is known, and races."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bucketry.errors import (
    AlreadyExists,
    BucketryError,
    InvalidInput,
    NotFound,
    PreconditionFailed,
)
from bucketry.testing.case import case, has
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import Store

CREATES = has("put_if_absent", "enforced")
MATCHES = has("put_if_match", "enforced")
PARTS = has("multipart", "yes")

STALE = "0123456789abcdef0123456789abcdef"


@case("conditional", needs=CREATES)
def create_where_nothing_is(store: Store) -> None:
    """A create-only upload stores where nothing is."""
    store.put(body=b"first", prevent_overwrite=True)
    same(store.read(), b"first", "the bytes stored")


@case("conditional", needs=CREATES)
def create_over_an_object(store: Store) -> None:
    """A create-only upload over an object is AlreadyExists and leaves it, bytes and headers."""
    store.put(body=b"first", content_type="text/plain")
    error = raises(
        AlreadyExists, "uploading again", store.put, body=b"second", prevent_overwrite=True
    )
    same(store.read(), b"first", "the bytes afterwards")
    same(store.provider.head(store.key()).content_type, "text/plain", "the type afterwards")
    same((error.key, error.retryable), (store.key(), False), "key and retryable of the error")


@case("conditional", needs=CREATES)
def create_again_after_a_delete(store: Store) -> None:
    """A create-only upload stores again once the object is deleted."""
    store.put(body=b"first", prevent_overwrite=True)
    store.provider.delete(store.key())
    store.put(body=b"second", prevent_overwrite=True)
    same(store.read(), b"second", "the bytes stored")


@case("conditional", needs=CREATES)
def create_only_by_setting(store: Store) -> None:
    """The setting prevent_overwrite protects objects, and a call can lift it."""
    careful = store.variant(prevent_overwrite=True)
    careful.upload(b"first", key=store.key())
    raises(AlreadyExists, "uploading again", careful.upload, b"second", key=store.key())
    same(store.read(), b"first", "the bytes afterwards")
    careful.upload(b"third", key=store.key(), prevent_overwrite=False)
    same(store.read(), b"third", "the bytes after the call that lifts it")


@case("conditional", needs=CREATES)
def replace_lifts_the_setting(store: Store) -> None:
    """Replace replaces, whatever prevent_overwrite says."""
    careful = store.variant(prevent_overwrite=True)
    careful.upload(b"first", key=store.key())
    careful.replace(store.key(), b"second")
    same(store.read(), b"second", "the bytes after the replacement")


@case("conditional", needs=CREATES)
def race_of_creators(store: Store) -> None:
    """Of many that create one key at the same time exactly one wins, and its bytes stay."""
    writers = 8

    def create(number: int) -> int | None:
        try:
            store.put(body=f"writer {number}".encode(), prevent_overwrite=True)
        except AlreadyExists:
            return None
        return number

    with ThreadPoolExecutor(writers) as pool:
        winners = [number for number in pool.map(create, range(writers)) if number is not None]
    same(len(winners), 1, "the number of winners")
    same(store.read(), f"writer {winners[0]}".encode(), "the bytes stored")


@case("conditional", needs=has("put_if_absent", "ignored", "refused"))
def create_is_never_a_false_yes(store: Store) -> None:
    """Where the vendor cannot create only, asking for it is an error and overwrites nothing."""
    store.put(body=b"first")
    raises(BucketryError, "uploading again", store.put, body=b"second", prevent_overwrite=True)
    same(store.read(), b"first", "the bytes afterwards")


@case("conditional", needs=has("put_if_match", "ignored", "refused"))
def replace_is_never_a_false_yes(store: Store) -> None:
    """Where versions cannot be compared, asking for it is an error and overwrites nothing."""
    first = store.put(body=b"first")
    store.put(body=b"second")
    raises(BucketryError, "replacing it", store.put, body=b"third", if_match=first.etag)
    same(store.read(), b"second", "the bytes afterwards")


@case("conditional", needs=MATCHES)
def replace_the_known_version(store: Store) -> None:
    """An upload over the version that is named replaces it; the ETag may come with quotes."""
    first = store.put(body=b"first")
    second = store.put(body=b"second", if_match=first.etag)
    same(store.read(), b"second", "the bytes after the first replacement")
    store.put(body=b"third", if_match=f'"{second.etag}"')
    same(store.read(), b"third", "the bytes after the second replacement")


@case("conditional", needs=MATCHES)
def replace_a_stale_version(store: Store) -> None:
    """An upload over a version that is gone is PreconditionFailed and leaves the newer one."""
    first = store.put(body=b"first")
    store.put(body=b"second")
    error = raises(
        PreconditionFailed, "replacing it", store.put, body=b"third", if_match=first.etag
    )
    same(store.read(), b"second", "the bytes afterwards")
    same(error.retryable, False, "retryable of the error")


@case("conditional", needs=MATCHES)
def replace_what_is_not_there(store: Store) -> None:
    """An upload over a version of an object that is not there fails and stores nothing."""
    raises((PreconditionFailed, NotFound), "replacing it", store.put, if_match=STALE)
    same(store.names(), [], "the names listed")


@case("conditional", needs=MATCHES)
def race_of_replacers(store: Store) -> None:
    """Of many that replace the same version at the same time exactly one wins."""
    first = store.put(body=b"first")

    def replace(number: int) -> bool:
        try:
            store.put(body=f"writer {number}".encode(), if_match=first.etag)
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        same(sum(pool.map(replace, range(4))), 1, "the number of winners")


@case("conditional")
def contradicting_conditions(store: Store) -> None:
    """Create-only and replace-only together are refused."""
    raises(InvalidInput, "both", store.put, prevent_overwrite=True, if_match=STALE)
    same(store.names(), [], "the names listed after the refusal")


@case("conditional")
def line_break_in_an_etag(store: Store) -> None:
    """An ETag with a line break is refused before anything is sent."""
    raises(InvalidInput, "if_match", store.put, if_match="a\r\nX-Injected: 1")
    same(store.names(), [], "the names listed after the refusal")


@case("conditional", needs=(CREATES, PARTS))
def create_large_over_an_object(store: Store) -> None:
    """A large create-only upload over an object is AlreadyExists and leaves it."""
    store.put(body=b"first")
    raises(AlreadyExists, "uploading again", store.put, body=store.large(), prevent_overwrite=True)
    same(store.read(), b"first", "the bytes afterwards")


def pieces_with_an_intruder(store: Store, intruder: bytes) -> Iterator[bytes]:
    """Yield a body of three parts; somebody else stores under the same key before the last."""
    yield b"\0" * store.part_size
    yield b"\1" * store.part_size
    store.put(body=intruder)
    yield b"\2"


@case("conditional", needs=(CREATES, has("complete_if_absent", "enforced"), PARTS))
def create_large_with_an_intruder(store: Store) -> None:
    """An object that appears while a large create-only upload runs is not overwritten."""
    pieces = pieces_with_an_intruder(store, b"intruder")
    raises(AlreadyExists, "the upload", store.put, body=pieces, prevent_overwrite=True)
    same(store.read(), b"intruder", "the bytes afterwards")


@case("conditional", needs=(MATCHES, has("complete_if_match", "enforced"), PARTS))
def replace_large_with_an_intruder(store: Store) -> None:
    """A version that changes while a large upload over it runs is not overwritten."""
    first = store.put(body=b"first")
    pieces = pieces_with_an_intruder(store, b"intruder")
    raises(PreconditionFailed, "the upload", store.put, body=pieces, if_match=first.etag)
    same(store.read(), b"intruder", "the bytes afterwards")


@case("conditional", needs=(CREATES, has("complete_if_absent", "ignored", "refused"), PARTS))
def create_large_is_never_a_false_yes(store: Store) -> None:
    """Where no condition ends a large upload, it is still looked whether an object is there."""
    pieces = pieces_with_an_intruder(store, b"intruder")
    raises(BucketryError, "the upload", store.put, body=pieces, prevent_overwrite=True)
    same(store.read(), b"intruder", "the bytes afterwards")


@case("conditional", needs=(has("complete_if_match", "ignored", "refused"), PARTS))
def replace_large_is_never_a_false_yes(store: Store) -> None:
    """Where no comparison ends a large upload, asking for it overwrites nothing."""
    first = store.put(body=b"first")
    store.put(body=b"second")
    raises(BucketryError, "replacing it", store.put, body=store.large(), if_match=first.etag)
    same(store.read(), b"second", "the bytes afterwards")


@case("conditional", needs=(CREATES, PARTS))
def failed_condition_leaves_no_parts(store: Store) -> None:
    """A large create-only upload that comes too late leaves no unfinished upload behind."""
    pieces = pieces_with_an_intruder(store, b"intruder")
    raises(AlreadyExists, "the upload", store.put, body=pieces, prevent_overwrite=True)
    holds(not store.unfinished(), "an unfinished upload was left behind")
