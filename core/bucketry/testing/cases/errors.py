"""Errors: of the right type, with everything that helps, and without secrets."""

from __future__ import annotations

import pickle
import secrets
import socket
import traceback
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import attrs

from bucketry.errors import (
    AccessDenied,
    BadCredentials,
    BucketNotFound,
    BucketryError,
    NotFound,
    StorageError,
    Unavailable,
)
from bucketry.host.masking import secrets_of
from bucketry.model import Credentials, Secret
from bucketry.provider import Provider
from bucketry.testing.case import case
from bucketry.testing.expect import Skip, holds, raises, same
from bucketry.testing.store import SAMPLE, Store


@case("errors")
def tells_what_was_attempted(store: Store) -> None:
    """An error names operation, key, provider and vendor, in its fields and in its text."""
    error = raises(NotFound, "head of a missing object", store.provider.head, store.key("missing"))
    same(
        (error.operation, error.key, error.provider, error.vendor),
        ("head", store.key("missing"), store.provider.name, store.provider.vendor.name),
        "operation, key, provider and vendor",
    )
    for word in (store.key("missing"), store.provider.name, "NotFound"):
        holds(word in str(error), f"the text does not have {word!r}: {error}")


@case("errors")
def retryable_or_not(store: Store) -> None:
    """A missing object is not worth another try, and the error says so."""
    error = raises(NotFound, "reading", store.provider.read, store.key("missing"))
    same((error.retryable, error.may_have_applied), (False, False), "retryable, may_have_applied")


@case("errors")
def can_be_pickled(store: Store) -> None:
    """An error survives a pickle with its type, fields and text."""
    error = raises(NotFound, "reading", store.provider.read, store.key("missing"))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made one line above
    same(type(again), NotFound, "the type")
    same((again.key, again.provider, str(again)), (error.key, error.provider, str(error)), "fields")


@case("errors")
def one_family(store: Store) -> None:
    """Refused input is a ValueError, a failed operation a StorageError, both a BucketryError."""
    refused = raises(ValueError, "a bad key", store.provider.head, "a//b")
    failed = raises(StorageError, "a missing object", store.provider.head, store.key("missing"))
    holds(isinstance(refused, BucketryError), "refused input is no BucketryError")
    holds(isinstance(failed, BucketryError), "a failed operation is no BucketryError")


def _operations(provider: Provider, key: str) -> Mapping[str, Callable[[], Any]]:
    return {
        "upload": lambda: provider.upload(SAMPLE, key=key),
        "read": lambda: provider.read(key),
        "head": lambda: provider.head(key),
        "exists": lambda: provider.exists(key),
        "list": lambda: list(provider.list()),
        "delete": lambda: provider.delete(key),
    }


@case("errors")
def wrong_bucket(store: Store) -> None:
    """A missing bucket is BucketNotFound, for every operation, never a missing object."""
    name = f"conform-none-{secrets.token_hex(8)}"
    elsewhere = store.variant(bucket=name)
    for operation, call in _operations(elsewhere, store.key()).items():
        error = raises((BucketNotFound, AccessDenied), f"{operation} in a missing bucket", call)
        holds(not error.retryable, f"{operation} in a missing bucket is called worth a retry")


@case("errors")
def wrong_secret(store: Store) -> None:
    """A wrong secret is BadCredentials, for every operation, never a missing object."""
    store.put()
    stranger = _with_credentials(store, secret_access_key=Secret("wrong" * 8))
    for operation, call in _operations(stranger, store.key()).items():
        raises((BadCredentials, AccessDenied), f"{operation} with a wrong secret", call)
    same(store.read(), SAMPLE, "the bytes afterwards")


@case("errors")
def unknown_access_key(store: Store) -> None:
    """An access key that nobody knows is BadCredentials, with a word on what to check."""
    unknown = _with_credentials(store, access_key_id="AKNOSUCHKEY" + secrets.token_hex(4).upper())
    error = raises(
        (BadCredentials, AccessDenied), "uploading", unknown.upload, SAMPLE, key=store.key()
    )
    holds(error.hint, f"the error has no hint: {error}")


def _with_credentials(store: Store, **changes: Any) -> Provider:
    credentials = getattr(store.provider.options, "credentials", None)
    if not isinstance(credentials, Credentials):
        raise Skip("the configuration has no fixed key pair")
    return store.variant(credentials=attrs.evolve(credentials, **changes))


@case("errors")
def nobody_listens(store: Store) -> None:
    """Where nobody listens, an operation ends by its deadline as Unavailable, worth a retry."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    nowhere = store.variant(endpoint=f"http://127.0.0.1:{port}", deadline=1)
    began = monotonic()
    error = raises(Unavailable, "head", nowhere.head, store.key())
    holds(error.retryable, "the error is not called worth a retry")
    holds(monotonic() - began < 6, f"it took {monotonic() - began:.1f} s with a deadline of 1 s")


@case("errors")
def show_no_secret(store: Store) -> None:
    """No secret shows in an error: not in its text, its repr, its pickle or its traceback."""
    hidden = [*secrets_of(store.provider.options)]
    errors: list[BaseException] = [
        raises(NotFound, "reading", store.provider.read, store.key("missing")),
        raises(ValueError, "a bad key", store.provider.head, "a//b"),
    ]
    for error in errors:
        shown = "".join(traceback.format_exception(error)) + repr(error)
        shown += repr(pickle.dumps(error)) + repr(vars(error))
        holds(not any(secret in shown for secret in hidden), f"a secret shows in {type(error)}")
