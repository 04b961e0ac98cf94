"""Commands on objects that are there: ls, stat, cp, mv, rm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import PurePosixPath

import click

from bucketry import ObjectInfo, Provider, StoredObject
from bucketry.cli import output
from bucketry.cli.settings import Settings, command
from bucketry.cli.streams import whole
from bucketry.headers import RESERVED_METADATA_PREFIX


@command
@click.argument("prefix", default="")
@click.option("--long", "-l", is_flag=True, help="Size in bytes and time (UTC) too.")
@click.option(
    "--recursive", "-r", "--flat", "recursive", is_flag=True, help="All keys, not one level."
)
def ls(settings: Settings, prefix: str, long: bool, recursive: bool) -> None:
    """List objects and folders whose key starts with PREFIX.

    PREFIX is text: "photos/" looks into the folder, "photos" finds "photos-old/" as well. Folders
    end in "/". Control characters in keys are escaped; --json carries them unchanged.
    """
    with settings.open() as provider:
        for page in provider.pages(prefix, delimiter="" if recursive else "/"):
            for folder in page.folders:
                if settings.json:
                    output.emit({"type": "folder", "key": folder}, indent=None)
                else:
                    click.echo(_line(folder, "", "") if long else output.printable(folder))
            for info in page.objects:
                if settings.json:
                    output.emit({"type": "object", **output.plain(info)}, indent=None)
                elif long:
                    click.echo(_line(info.key, f"{info.size:,}", _time(info)))
                else:
                    click.echo(output.printable(info.key))


def _line(key: str, size: str, modified: str) -> str:
    return f"{size:>15}  {modified:16}  {output.printable(key)}"


def _time(info: ObjectInfo) -> str:
    return f"{info.last_modified.astimezone(UTC):%Y-%m-%d %H:%M}" if info.last_modified else ""


@command
@click.argument("key")
def stat(settings: Settings, key: str) -> None:
    """Show what is known of one object; exit code 4 if there is none."""
    with settings.open() as provider:
        info = provider.head(key)
    described = output.plain(info)
    if settings.json:
        output.emit(described)
        return
    rows = []
    for name, value in described.items():
        if isinstance(value, dict):
            rows += [(f"{name} {inner}", str(text)) for inner, text in value.items()]
        elif value is not None:
            rows.append((name, f"{value:,} bytes" if name == "size" else str(value)))
    output.table(settings, ("", ""), rows)


@command
@click.argument("source")
@click.argument("target")
def cp(settings: Settings, source: str, target: str) -> None:
    """Copy an object: SOURCE and TARGET are keys, or PROVIDER:KEY.

    Within one provider the vendor copies. Between two, the bytes are streamed through here with
    type, headers and metadata; tags, ACL and storage class follow the target's configuration.
    A TARGET that is empty or ends in "/" keeps the name. A key with a colon needs its provider in
    front. Local files go by put and get.
    """
    _transfer(settings, source, target, move=False)


@command
@click.argument("source")
@click.argument("target")
def mv(settings: Settings, source: str, target: str) -> None:
    """Move an object: like cp, then SOURCE is deleted.

    A failure in between leaves both objects, never neither.
    """
    _transfer(settings, source, target, move=True)


def _transfer(settings: Settings, source: str, target: str, *, move: bool) -> None:
    source_name, source_key = _parse(source)
    target_name, target_key = _parse(target)
    if not target_key or target_key.endswith("/"):
        target_key += PurePosixPath(source_key).name
    with settings.open(source_name) as origin, settings.open(target_name) as other:
        if origin.name == other.name:
            stored = (origin.move if move else origin.copy)(source_key, target_key)
        else:
            stored = _stream(origin, source_key, other, target_key)
            if move:
                origin.delete(source_key)
    output.stored(settings, stored)


def _parse(place: str) -> tuple[str | None, str]:
    """Split ``provider:key``. A colon always ends a provider's name, so nothing is guessed."""
    name, colon, key = place.partition(":")
    return (name, key) if colon else (None, place)


def _stream(origin: Provider, key: str, target: Provider, target_key: str) -> StoredObject:
    with origin.open(key) as reader:
        info = reader.info
        metadata = {
            name: value
            for name, value in (info.metadata or {}).items()
            if not name.startswith(RESERVED_METADATA_PREFIX)
        }
        return target.upload(
            whole(origin, reader),
            key=target_key,
            filename=PurePosixPath(target_key).name,
            content_type=info.content_type,
            cache_control=info.cache_control,
            content_disposition=info.content_disposition,
            content_encoding=info.content_encoding,
            content_language=info.content_language,
            metadata=metadata,
        )


@command
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option("--recursive", "-r", is_flag=True, help="Each KEY is a folder: delete all in it.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before a recursive delete.")
def rm(settings: Settings, keys: Sequence[str], recursive: bool, yes: bool) -> int:
    """Delete objects.

    A key that does not exist counts as deleted, as in S3.
    """
    with settings.open() as provider:
        if not recursive:
            outcomes = [provider.delete_many(keys)]
        else:
            if not yes and not _confirmed(provider, keys):
                settings.note("nothing was deleted")
                return output.FAILED
            outcomes = [provider.delete_prefix(folder) for folder in keys]
    deleted = [key for outcome in outcomes for key in outcome.keys]
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    if settings.json:
        output.emit({"deleted": deleted, "failures": failures})
    else:
        for failure in failures:
            click.echo(f"error: {output.printable(failure.key)}: {failure.reason}", err=True)
    settings.note(f"{len(deleted)} deleted, {len(failures)} failed")
    return output.FAILED if failures else 0


def _confirmed(provider: Provider, folders: Sequence[str]) -> bool:
    named = ", ".join(f"{folder.removesuffix('/')}/" for folder in folders)
    if not output.on_terminal():
        output.bad_usage(f"this would delete everything in {named}; add --yes to do it")
    return click.confirm(f"Delete everything in {named} of {provider.name!r}?", err=True)
