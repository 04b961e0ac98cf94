"""Deleting, and clearing away what unfinished uploads left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import attrs

from bucketry.errors import (
    InvalidInput,
    NotFound,
    PreconditionFailed,
    Rejected,
    StorageError,
    Unsupported,
)
from bucketry.headers import check_header_value
from bucketry.keys import as_found
from bucketry.model import Deleted, Failure, ObjectInfo, Progress, Swept
from bucketry.provider import listing
from bucketry.provider.arguments import (
    check_flag,
    check_progress,
    check_text,
    each_key,
    key_of,
    text_or_none,
)
from bucketry.provider.ground import Ground
from bucketry.provider.perform import perform
from bucketry.provider.upload_options import check_extra_params


def delete(
    ground: Ground,
    key: str | ObjectInfo,
    extra_params: Mapping[str, Any] | None,
    if_match: str | None,
    version: str | None,
) -> None:
    """Delete one object, or a version of it."""
    if_match, version = text_or_none("if_match", if_match), text_or_none("version", version)
    for name, text in (("if_match", if_match), ("version", version)):
        if text is not None and not check_header_value(name, text):
            raise InvalidInput(f"{name} is empty")
    if version is not None and if_match is not None:
        raise InvalidInput("a version never changes, so if_match says nothing of one")
    object_key = ground.root.existing(key := key_of(key))
    params = check_extra_params(extra_params, ground.vendor.protected_params)
    question = {"key": key, "extra_params": params, "if_match": if_match, "version": version}
    with perform(ground, "delete", key, question) as operation:
        outcome = operation.answer = _told(
            ground, ground.ask.delete([object_key], params, if_match, version)
        )
        _raise_failure(outcome)


def _raise_failure(outcome: Deleted) -> None:
    if outcome.failures:
        failure = outcome.failures[0]
        raise Rejected(failure.reason, code=failure.code)


def delete_copied(ground: Ground, key: str | ObjectInfo, etag: str | None) -> None:
    """Delete one object of which there is a copy, unless another one has taken its place.

    `etag` is that of what was copied, None where the layers do not tell.
    """
    object_key = ground.root.existing(key := key_of(key))
    question: dict[str, Any] = {"key": key, "extra_params": {}, "if_match": etag, "version": None}
    with perform(ground, "delete", key, question) as operation:
        operation.answer = _told(ground, _delete_copied(ground, object_key, etag))
        _raise_failure(operation.answer)


def _delete_copied(ground: Ground, object_key: str, etag: str | None) -> Deleted:
    if etag is None:
        return ground.ask.delete([object_key], {})
    try:
        return ground.ask.delete([object_key], {}, etag)
    except (Unsupported, PreconditionFailed) as error:
        heeded = isinstance(error, PreconditionFailed)
    try:
        found = ground.ask.head(object_key).etag
    except NotFound:
        return Deleted(keys=[object_key])
    if heeded or found != etag:
        raise PreconditionFailed(
            "another object has come under this key since it was copied, and stays",
            hint="Look at both, then move again, or delete one.",
        )
    return ground.ask.delete([object_key], {})


def delete_many(
    ground: Ground, keys: Iterable[str | ObjectInfo], extra_params: Mapping[str, Any] | None
) -> Deleted:
    """Delete many objects."""
    asked = [key_of(key) for key in each_key(keys)]
    object_keys = [ground.root.existing(key) for key in asked]
    params = check_extra_params(extra_params, ground.vendor.protected_params)
    if not object_keys:
        return Deleted(keys=())
    question = {"keys": object_keys, "extra_params": params}
    with perform(ground, "delete", None, question) as operation:
        answer = ground.ask.delete(object_keys, params)
        # An outcome is of a key that was asked for, which has been looked at.
        told = [key if type(key) is str else as_found(key) for key in asked]
        names = dict(zip(object_keys, told, strict=True))
        outcome = operation.answer = _told(ground, answer, names.__getitem__)
    return outcome


def delete_prefix(ground: Ground, folder: str, progress: Progress | None) -> Deleted:
    """Delete every object in a folder and below."""
    folder = check_text("folder", folder)
    prefix = ground.root.join(folder.removesuffix("/")) + "/"
    check_progress(progress)
    deleted: list[str] = []
    failures: list[Failure] = []
    tried: set[str] = set()
    before = -1

    def so_far() -> str:
        return f"{len(deleted)} objects below it are deleted by now" if deleted else ""

    watched = perform(ground, "delete", folder, {"folder": folder})
    with watched as operation, standing(so_far):
        # Until nothing new is listed: MinIO lists what is below an object only without that.
        while len(tried) > before:
            before = len(tried)
            keys = (
                info.key
                for page in listing.object_pages(ground, prefix, "", "")
                for info in page.objects
                if info.key not in tried
            )
            while batch := list(islice(keys, listing.LIST_PAGE)):
                tried.update(batch)
                outcome = _told(ground, ground.ask.delete(batch, {}))
                deleted += outcome.keys
                failures += outcome.failures
                if progress is not None:
                    progress(len(outcome.keys))
        whole = operation.answer = Deleted(keys=deleted, failures=failures)
    return whole


@contextmanager
def standing(told: Callable[[], str]) -> Iterator[None]:
    """Say of an error what was done before it and stays done: what `told` returns, "" for nothing.

    An error that leaves half of the work done has taken effect, whatever its own request has.
    """
    try:
        yield
    except StorageError as error:
        done = told()
        if not done:
            raise
        reason = f"{error.reason.rstrip('.')}; {done}"
        raise error.evolve(reason=reason, may_have_applied=True) from error.__cause__


def sweep(ground: Ground, older_than: timedelta, *, dry_run: bool) -> list[Swept]:
    """Remove multipart uploads that were begun and never finished."""
    if not isinstance(older_than, timedelta) or older_than < timedelta(0):
        raise InvalidInput("older_than is a time span back from now (a timedelta), not negative")
    try:
        moment = datetime.now(UTC) - older_than
    except OverflowError:
        raise InvalidInput("older_than reaches back behind the year 1") from None
    question = {"older_than": moment, "dry_run": check_flag("dry_run", dry_run)}
    with perform(ground, "sweep", None, question) as operation:
        swept = operation.answer = [
            attrs.evolve(one, key=ground.root.strip(one.key))
            for one in ground.ask.sweep(moment, dry_run=dry_run)
            if one.key != ground.root.prefix  # the root path's own marker
        ]
    return swept


def _told(ground: Ground, outcome: Deleted, name: Callable[[str], str] | None = None) -> Deleted:
    """Return an outcome with the application's keys, and no secret in a reason.

    `name` gives the application's key of an object key, which otherwise is made of that.
    """
    mask, strip = ground.service.mask, name or ground.root.strip
    return Deleted(
        keys=[strip(key) for key in outcome.keys],
        failures=[
            attrs.evolve(
                failure,
                key=strip(failure.key),
                reason=mask(failure.reason),
                code=mask.each(failure.code),
            )
            for failure in outcome.failures
        ],
    )
