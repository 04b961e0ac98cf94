"""The command that deletes objects: rm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import click
from attrs import define, field

from bucketry import Deleted, Failure, NotFound, Provider
from bucketry.cli import output
from bucketry.cli.places import Place, Providers, places
from bucketry.cli.selecting import (
    Filters,
    is_pattern,
    many_options,
    recursive_option,
    select,
)
from bucketry.cli.settings import Settings, command
from bucketry.keys import as_found

_BATCH = 1000
"""Keys that are deleted together; the most that one request of S3 takes."""


@define
class _Tally:
    """What became of the keys; `missing` of the failures were not there at all."""

    deleted: list[str] = field(factory=list)
    failures: list[Failure] = field(factory=list)
    missing: int = 0

    def add(self, outcome: Deleted) -> None:
        self.deleted += outcome.keys
        self.failures += outcome.failures

    def miss(self, error: NotFound, key: str) -> None:
        self.failures.append(Failure(key=key, reason=error.reason, code=error.code))
        self.missing += 1

    def show(self, settings: Settings, *, dry_run: bool) -> int:
        """Tell it, and return the exit code."""
        if settings.json:
            told = {"deleted": self.deleted, "failures": self.failures}
            output.emit({"dry_run": True, **told} if dry_run else told)
        else:
            for key in self.deleted if dry_run else ():
                output.line(key)
            for failure in self.failures:
                output.failed_key(failure)
        done = "would be deleted" if dry_run else "deleted"
        settings.note(f"{len(self.deleted):,} {done}, {len(self.failures):,} failed")
        if not self.failures:
            return 0
        return output.NOT_FOUND if self.missing == len(self.failures) else output.FAILED


@command
@click.argument("keys", callback=places, nargs=-1, required=True, metavar="[PROVIDER:]KEY...")
@recursive_option("Each KEY is a folder: delete all in it.")
@many_options
@click.option("--force", "-f", is_flag=True, help="Do not look whether each KEY is there.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before a recursive delete.")
def rm(
    settings: Settings,
    keys: Sequence[Place],
    recursive: bool,
    include: Sequence[str],
    exclude: Sequence[str],
    dry_run: bool,
    jobs: int,
    force: bool,
    yes: bool,
) -> int:
    """Delete objects. KEY may be a pattern, in quotes.

    A key that does not exist is an error, exit code 4, and keeps no other one from being deleted.
    With --force it counts as deleted, as in S3.
    """
    filters = Filters(include, exclude)
    if recursive and any(not place.key.strip("/") for place in keys):
        output.bad_usage("the empty folder is refused: to empty a provider, delete its folders")
    with Providers(settings) as providers:
        if recursive and not (yes or dry_run) and not _confirmed(providers, keys):
            settings.note("nothing was deleted")
            return output.FAILED
        tally = _Tally()
        try:
            _remove(tally, providers, keys, recursive, filters, dry_run, force, jobs)
        except BaseException:  # what is gone is told, whatever went wrong afterwards
            if tally.deleted or tally.failures:
                tally.show(settings, dry_run=dry_run)
            raise
    return tally.show(settings, dry_run=dry_run)


def _remove(
    tally: _Tally,
    providers: Providers,
    places: Sequence[Place],
    recursive: bool,
    filters: Filters,
    dry_run: bool,
    force: bool,
    jobs: int,
) -> None:
    plain: dict[Provider, list[str]] = {}
    many: list[tuple[Provider, str]] = []
    for place in places:
        provider = providers.at(place)
        if recursive or is_pattern(provider, place.key):
            many.append((provider, place.key))
        else:
            plain.setdefault(provider, []).append(as_found(place.key))
    # A bad key is refused before anything is deleted.
    there = [
        (provider, named if force else list(_existing(tally, provider, named, jobs)))
        for provider, named in plain.items()
    ]
    for provider, keys in there:
        tally.add(Deleted(keys=keys) if dry_run else provider.delete_many(keys))
    for provider, key in many:
        try:
            _many(tally, provider, key, recursive, filters, dry_run)
        except NotFound as error:
            tally.miss(error, key)


def _many(
    tally: _Tally, provider: Provider, key: str, recursive: bool, filters: Filters, dry_run: bool
) -> None:
    """Delete a folder, or what a pattern matches; `NotFound` if there is nothing."""
    found = select(provider, key, recursive=recursive, filters=filters)
    names = (one.key for one in found.objects)
    if dry_run:
        tally.add(Deleted(keys=list(names)))
    elif found.folder is not None and filters == Filters():
        tally.add(provider.delete_prefix(found.folder))
    else:
        for batch in _batches(names):
            tally.add(provider.delete_many(batch))


def _existing(tally: _Tally, provider: Provider, keys: Iterable[str], jobs: int) -> Iterator[str]:
    """Yield the keys that are there, and note the others."""
    for outcome in provider.head_many(keys, concurrency=jobs):
        if isinstance(outcome.error, NotFound):
            tally.miss(outcome.error, outcome.key or "")
        else:
            yield outcome.get().key


def _batches(keys: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(keys, _BATCH)):
        yield batch


def _confirmed(providers: Providers, places: Sequence[Place]) -> bool:
    named = ", ".join(
        f"{place.key.removesuffix('/')}/ of {providers.at(place).name!r}" for place in places
    )
    if not output.on_terminal():
        output.bad_usage(f"this would delete everything in {named}; add --yes to do it")
    return click.confirm(f"Delete everything in {named}?", err=True)
