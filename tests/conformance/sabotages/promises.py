"""Errors that mislead, names that collide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bucketry import (
    InvalidKey,
    NotFound,
    Provider,
    Rejected,
    StorageError,
    Unavailable,
)
from bucketry.host.masking import secrets_of
from conformance.sabotages.tools import (
    instead,
    sabotage,
    source,
    whole,
)


class _Again(NotFound):
    """A missing object that is called worth another try."""

    retryable = True


class _Lossy(NotFound):
    """Forgets everything on its way through a pickle."""

    def __reduce__(self) -> Any:
        return (NotFound, ("lost",))


def _error(change: Any) -> dict[str, Any]:
    """Change the errors of a look."""
    return {"head": lambda true, key: change(true) if isinstance(true, StorageError) else true}


def _reading(error: Any) -> dict[str, Any]:
    def read(self: Provider, key: str) -> bytes:
        try:
            return Provider.read(self, key)
        except NotFound as true:
            raise error(self, true) from None

    return {"read": read}


def _tells_secrets(self: Provider, true: NotFound) -> NotFound:
    secret = next(secrets_of(self.options))
    told = true.evolve(reason=f"signed with {secret}")
    assert isinstance(told, NotFound)
    return told


def _plain_errors(self: Provider, key: str) -> Any:
    try:
        return Provider.head(self, key)
    except InvalidKey:
        raise ValueError("no") from None


def _no_hint(self: Provider, given: Any, **options: Any) -> Any:
    try:
        return Provider.upload(self, given, **options)
    except StorageError as error:
        raise error.evolve(hint="") from None


def _final(self: Provider, key: str) -> Any:
    try:
        return Provider.head(self, key)
    except Unavailable as error:
        raise Rejected(error.reason) from None


ERRORS = [
    sabotage(
        "errors.tells_what_was_attempted",
        "operation, key, provider and vendor",
        hooks=_error(lambda true: true.evolve(provider="somebody", operation="look")),
    ),
    sabotage(
        "errors.retryable_or_not",
        "retryable, may_have_applied",
        methods=_reading(lambda self, true: _Again("not now")),
    ),
    sabotage(
        "errors.can_be_pickled",
        "fields",
        methods=_reading(lambda self, true: _Lossy("there is none", key=true.key)),
    ),
    sabotage(
        "errors.one_family",
        "refused input is no BucketryError",
        methods={"head": _plain_errors},
    ),
    sabotage(
        "errors.wrong_bucket",
        "exists in a missing bucket",
        place="aws",
        methods=instead("exists", StorageError, result=False),
    ),
    sabotage(
        "errors.wrong_secret",
        "exists with a wrong secret",
        place="aws",
        methods=instead("exists", StorageError, result=False),
    ),
    sabotage(
        "errors.unknown_access_key",
        "the error has no hint",
        place="aws",
        methods={"upload": _no_hint},
    ),
    sabotage(
        "errors.nobody_listens",
        "head: wanted Unavailable, got Rejected",
        place="aws",
        methods={"head": _final},
    ),
    sabotage(
        "errors.show_no_secret",
        "a secret shows",
        place="aws",
        methods=_reading(_tells_secrets),
    ),
]


def _named(change: Any) -> dict[str, Any]:
    return {"build_key": lambda true, upload: change(true)}


def _letters_only(self: Provider, given: Any, *, filename: Any = None, **options: Any) -> Any:
    if not any(c.isascii() and c.isalpha() for c in (filename or "").partition(".")[0]):
        raise InvalidKey("there is nothing to name it after")
    return Provider.upload(self, given, filename=filename, **options)


def _named_all_the_same(self: Provider, given: Any, *, key: Any = None, **options: Any) -> Any:
    return Provider.upload(self, given, key=f"tenant-7/{key}" if key else None, **options)


def _safe_place(self: Provider, given: Any, *, key: Any = None, **options: Any) -> Any:
    try:
        return Provider.upload(self, given, key=key, **options)
    except InvalidKey:
        return Provider.upload(self, given, key="outside.txt", **options)


NAMING = [
    sabotage("naming.slug", "the key is", hooks=_named(str.lower)),
    sabotage(
        "naming.slugs_differ",
        "the number of keys",
        hooks=_named(lambda true: "report.pdf" if true.startswith("report_") else true),
    ),
    sabotage(
        "naming.slug_of_nothing",
        "there is nothing to name it after",
        methods={"upload": _letters_only},
    ),
    sabotage("naming.name", "the key", hooks=_named(str.lower)),
    sabotage(
        "naming.date",
        "is not of today",
        hooks=_named(lambda true: true.replace(f"{datetime.now(UTC):%Y}/", "1970/")),
    ),
    sabotage(
        "naming.content_hash", "the key of a.txt", hooks=_named(lambda true: true[:-6] + "ff.txt")
    ),
    sabotage("naming.content_hash_of_a_stream", "but it succeeded", methods=source(whole)),
    sabotage(
        tuple(f"naming.hostile_file_names[{name}]" for name in ("slug", "name", "date", "hash")),
        "became the key",
        hooks={"build_key": lambda true, upload: "a copy" if upload.filename == "/abs" else true},
    ),
    sabotage("naming.by_a_layer", "a given key", methods={"upload": _named_all_the_same}),
    sabotage("naming.by_a_hostile_layer", "but it succeeded", methods={"upload": _safe_place}),
]


SABOTAGES = [*ERRORS, *NAMING]
