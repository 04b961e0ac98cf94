"""Commands that copy between keys and providers: cp, mv."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import click

from bucketry import IntegrityError, ObjectInfo, Outcome, Outcomes, Provider, StoredObject
from bucketry.cli import output, progress
from bucketry.cli.places import Place, Providers, places
from bucketry.cli.selecting import Filters, Selection, many_options, recursive_option, select
from bucketry.cli.settings import Settings, command
from bucketry.cli.streams import whole
from bucketry.headers import RESERVED_METADATA_PREFIX

_source = click.argument("source", callback=places, metavar="[PROVIDER:]SOURCE")
_target = click.argument("target", callback=places, metavar="[PROVIDER:]TARGET")
_recursive = recursive_option("SOURCE is a folder: all that is in it.")
_no_overwrite = click.option("--no-overwrite", is_flag=True, help="Fail if a key is taken.")


@command
@_source
@_target
@_recursive
@many_options
@_no_overwrite
def cp(settings: Settings, source: Place, target: Place, **options: Any) -> int:
    """Copy objects: SOURCE and TARGET are keys, or PROVIDER:KEY.

    SOURCE may be a pattern, in quotes. Within one provider the vendor copies. Between two, the
    bytes are streamed through here with type, headers and metadata; tags, ACL and storage class
    follow the target's configuration. A TARGET that is empty or ends in "/" keeps the name. A key
    with a colon needs its provider in front. Local files go by put and get.
    """
    return _transfer(settings, source, target, move=False, **options)


@command
@_source
@_target
@_recursive
@many_options
@_no_overwrite
def mv(settings: Settings, source: Place, target: Place, **options: Any) -> int:
    """Move objects: like cp, then what was copied is deleted.

    A failure in between leaves both objects, never neither. Nobody may write under the keys of
    SOURCE meanwhile.
    """
    return _transfer(settings, source, target, move=True, **options)


def _transfer(
    settings: Settings,
    source: Place,
    target: Place,
    *,
    move: bool,
    recursive: bool,
    include: Sequence[str],
    exclude: Sequence[str],
    dry_run: bool,
    jobs: int,
    no_overwrite: bool,
) -> int:
    with Providers(settings) as providers:
        origin, other = providers.at(source), providers.at(target)
        filters = Filters(include, exclude)
        selection = select(origin, source.key, recursive=recursive, filters=filters)
        # All of them before the first is copied, which may be listed where it goes.
        found = list(selection.objects)
        targets = {one.key: _target_of(selection, target.key, one.name) for one in found}
        if dry_run:
            progress.plan(settings, ((one.key, targets[one.key], one.size) for one in found))
            return 0
        if origin is other:
            outcomes = origin.copy_many(
                targets.items(), concurrency=jobs, prevent_overwrite=no_overwrite or None
            )
        else:
            outcomes = _carry(origin, other, targets, jobs, no_overwrite)
        sources = {key: name for name, key in targets.items()}
        copied: list[str] = []

        def show(outcome: Outcome[StoredObject]) -> None:
            stored = outcome.get()
            copied.append(sources[stored.key])
            output.stored(settings, stored)

        code = progress.finish(settings, outcomes, "copied", show)
        left = origin.delete_many(copied).failures if move else ()
        for failure in left:
            output.failed_key(failure)
        return code or (output.FAILED if left else 0)


def _target_of(selection: Selection, target: str, name: str) -> str:
    """Return where the object `name` goes; a target with a slash at its end keeps names."""
    keeps = not target or target.endswith("/")
    if selection.single:
        return target + name if keeps else target
    if selection.folder is None:
        folder = target.removesuffix("/")
    else:
        folder = target + PurePosixPath(selection.folder).name if keeps else target
    return f"{folder}/{name}" if folder else name


def _carry(
    origin: Provider, other: Provider, targets: Mapping[str, str], jobs: int, no_overwrite: bool
) -> Outcomes[StoredObject]:
    """Copy from one provider to another; each object is opened when its turn has come."""

    def items() -> Iterator[tuple[str, Any, dict[str, Any]]]:
        with origin.head_many(targets, concurrency=jobs) as looked:
            for outcome in looked:
                key = targets[outcome.key or ""]
                options = _options(outcome.get(), key) if outcome.ok else {}
                yield key, _read(origin, outcome), options

    return other.upload_many(items(), concurrency=jobs, prevent_overwrite=no_overwrite or None)


def _read(origin: Provider, looked: Outcome[ObjectInfo]) -> Iterator[bytes]:
    """Yield an object's bytes, or raise why it could not be looked at."""
    info = looked.get()
    with origin.open(info.key) as reader:
        if reader.info.etag != info.etag:
            raise IntegrityError(
                "it was replaced while it was being copied",
                provider=origin.name,
                vendor=origin.vendor.name,
                operation="read",
                key=info.key,
            )
        yield from whole(origin, reader)


def _options(info: ObjectInfo, key: str) -> dict[str, Any]:
    """Return what an upload is told, so that the copy is served as the object was."""
    return {
        "filename": PurePosixPath(key).name,
        "content_type": info.content_type,
        "cache_control": info.cache_control,
        "content_disposition": info.content_disposition,
        "content_encoding": info.content_encoding,
        "content_language": info.content_language,
        "metadata": {
            name: value
            for name, value in (info.metadata or {}).items()
            if not name.startswith(RESERVED_METADATA_PREFIX)
        },
    }
