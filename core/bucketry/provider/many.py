"""Operations on many objects, each of them asked, watched and checked like any other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from bucketry.discretion import discreet
from bucketry.errors import InvalidInput
from bucketry.model import ObjectInfo, Progress, StoredObject
from bucketry.provider import reading, storing
from bucketry.provider.arguments import check_progress, each_key, key_of
from bucketry.provider.crew import MAX_THREADS, Crew
from bucketry.provider.folder import Folder
from bucketry.provider.ground import Ground
from bucketry.provider.outcomes import Do, Done, Outcomes
from bucketry.provider.upload_options import build_upload
from bucketry.source import Body, Source
from bucketry.texts import shown

CONCURRENCY = 16
"""Objects on their way at the same time, at most, where the call does not say."""

UploadItem = tuple[str | None, Body] | tuple[str | None, Body, Mapping[str, Any]]
"""One of many uploads: key (or None, to have it named), source, and options of its own."""

DownloadItem = str | ObjectInfo | tuple[str | ObjectInfo, str]
"""One of many downloads: a key, or a key and the name of its file below the folder."""


def upload_many(
    owner: object,
    ground: Ground,
    items: Iterable[UploadItem],
    concurrency: int,
    options: Mapping[str, Any],
) -> Outcomes[StoredObject]:
    """Store many objects."""
    everywhere = dict(options)
    progress = everywhere.pop("progress", None)
    with Source(b"") as nothing:
        build_upload(ground, "", nothing, everywhere)

    def do(item: UploadItem, moved: Progress) -> Done:
        if not isinstance(item, tuple) or len(item) not in (2, 3):
            raise InvalidInput(
                "an item of many uploads is (key, source) or (key, source, options), not "
                f"{_told(item)}"
            )
        key, body, *own = item
        given = {**everywhere, **_own(own)}
        given["progress"] = _both(moved, given.get("progress"))
        stored = storing.upload(ground, body, key, given)
        return Done(stored.key, stored, stored.size)

    return _outcomes("upload_many", owner, ground, items, do, concurrency, progress)


def download_many(
    owner: object,
    ground: Ground,
    items: Iterable[DownloadItem],
    folder: str | os.PathLike[str],
    prefix: str,
    concurrency: int,
    progress: Progress | None,
) -> Outcomes[ObjectInfo]:
    """Write many objects to files below a folder."""
    files = Folder(folder, prefix)

    def do(item: DownloadItem, moved: Progress) -> Done:
        pair = item if isinstance(item, tuple) else (item,)
        if len(pair) not in (1, 2):
            raise InvalidInput(
                f"an item of many downloads is a key or (key, name), not {_told(item)}"
            )
        key = key_of(pair[0])
        ground.root.existing(key)
        path, told = files.file(key, *pair[1:])
        info = reading.download(ground, key, path, moved)
        return Done(key, info, info.size, told)

    return _outcomes("download_many", owner, ground, items, do, concurrency, progress)


def copy_many(
    owner: object,
    ground: Ground,
    items: Iterable[tuple[str | ObjectInfo, str]],
    concurrency: int,
    prevent_overwrite: bool | None,
) -> Outcomes[StoredObject]:
    """Copy many objects inside the bucket."""

    def do(item: tuple[str | ObjectInfo, str], _: Progress) -> Done:
        if not isinstance(item, tuple) or len(item) != 2:
            raise InvalidInput(f"an item of many copies is (source, target), not {_told(item)}")
        source = key_of(item[0])
        stored = storing.copy(ground, source, item[1], None, prevent_overwrite)
        return Done(source, stored, stored.size)

    return _outcomes("copy_many", owner, ground, items, do, concurrency, None)


def head_many(
    owner: object, ground: Ground, keys: Iterable[str | ObjectInfo], concurrency: int
) -> Outcomes[ObjectInfo]:
    """Look at many objects."""

    def do(key: str | ObjectInfo, _: Progress) -> Done:
        return Done(key_of(key), reading.head(ground, key))

    return _outcomes("head_many", owner, ground, keys, do, concurrency, None)


def _outcomes(
    name: str,
    owner: object,
    ground: Ground,
    items: Iterable[Any],
    do: Do,
    concurrency: int,
    progress: Progress | None,
) -> Outcomes[Any]:
    items = each_key(items)
    if (
        not isinstance(concurrency, int)
        or isinstance(concurrency, bool)
        or not 0 < concurrency <= MAX_THREADS
    ):
        raise InvalidInput(
            f"concurrency is a number from 1 to {MAX_THREADS}, not {shown(concurrency)}"
        )
    check_progress(progress)
    return Outcomes(
        name,
        items,
        discreet(do),
        owner=owner,
        crew=ground.lease.share("bucketry.crew", Crew),
        concurrency=concurrency,
        progress=progress,
    )


def _own(own: list[Any]) -> Mapping[str, Any]:
    """Return the options that an item brings."""
    if not own:
        return {}
    if not isinstance(own[0], Mapping) or not all(isinstance(name, str) for name in own[0]):
        raise InvalidInput(f"an item's options are a mapping of names, not {_told(own[0])}")
    return own[0]


def _told(item: object) -> str:
    return f"{len(item)} things" if isinstance(item, tuple) else type(item).__name__


def _both(moved: Progress, own: Progress | None) -> Progress:
    if own is None:
        return moved
    check_progress(own)

    def progress(size: int) -> None:
        moved(size)
        own(size)

    return progress
