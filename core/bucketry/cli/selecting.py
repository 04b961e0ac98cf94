"""Which objects a command means: a key, a folder, a pattern, and what filters leave of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain
from typing import Any

import click
from attrs import frozen

from bucketry import NotFound, ObjectInfo, Provider
from bucketry.cli import output
from bucketry.keys import as_found
from bucketry.provider.crew import MAX_THREADS
from bucketry.provider.many import CONCURRENCY

_MAGIC = "*?["


@frozen
class Found:
    """One object: its `name` is the part of the key that a copy of it keeps."""

    key: str
    name: str
    size: int


@frozen
class Selection:
    """Objects, and the `folder` they were asked for by; None if it was a key or a pattern.

    `single` says that one key was named.
    """

    objects: Iterator[Found]
    folder: str | None = None
    single: bool = False


@frozen
class Filters:
    """What ``--include`` and ``--exclude`` leave of the names in a folder."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    def __call__(self, name: str) -> bool:
        """Return whether `name` is wanted."""
        if self.include and not any(_covers(glob, name) for glob in self.include):
            return False
        return not any(_covers(glob, name) for glob in self.exclude)


def _covers(glob: str, name: str) -> bool:
    """Return whether a filter means this file, or a folder that it is in."""
    parts = _parts(name, glob)
    if "/" not in glob.rstrip("/"):
        return any(fnmatchcase(part, glob.rstrip("/")) for part in parts)
    return _matches_inside(glob.strip("/").split("/"), parts)


def _parts(name: str, glob: str) -> list[str]:
    """Return what of a name a pattern may mean: with a slash at its end, folders alone."""
    parts = name.split("/")
    return parts[:-1] if glob.endswith("/") else parts


def _matches_inside(globs: Sequence[str], parts: Sequence[str]) -> bool:
    """Return whether a pattern means what is named by `parts`, or a folder that it is in."""
    return any(_matches(globs, parts[:length]) for length in range(1, len(parts) + 1))


def _matches(globs: Sequence[str], parts: Sequence[str]) -> bool:
    """Compare segment by segment, so that ``*`` stops at a slash; ``**`` is any number of them."""
    if not globs:
        return not parts
    if globs[0] == "**":
        return any(_matches(globs[1:], parts[n:]) for n in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], globs[0]) and _matches(globs[1:], parts[1:])


def may_be_pattern(key: str) -> bool:
    """Return whether a name has a character that means others in a pattern."""
    return any(character in key for character in _MAGIC)


def is_pattern(provider: Provider, key: str) -> bool:
    """Return whether `key` is a pattern: there is no object of exactly this key.

    It is listed, not looked at: no key could be written like some patterns, and who may list may
    not look.
    """
    if not may_be_pattern(key):
        return False
    first = next(provider.list(key), None)
    return first is None or first.key != key


def select(provider: Provider, key: str, *, recursive: bool, filters: Filters) -> Selection:
    """Return the objects that `key` names, the first of them looked up already.

    `NotFound` if there is none. An object that has exactly this key goes before a pattern.
    """
    if is_pattern(provider, key):
        return Selection(_some(provider, key, _by_pattern(provider, key, recursive, filters)))
    if not recursive:
        return Selection(iter([_named(provider, key)]), single=True)
    folder = key.removesuffix("/")
    objects = _in_folder(provider, folder, filters)
    first = next(objects, None)
    if first is not None:
        return Selection(chain([first], objects), folder)
    if folder and not key.endswith("/") and filters(_name(key)) and provider.exists(as_found(key)):
        return Selection(iter([_named(provider, key)]), single=True)
    raise nothing(provider, key)


def _named(provider: Provider, key: str) -> Found:
    return Found(as_found(key), _name(key), look(provider, key).size)


def look(
    provider: Provider, key: str, otherwise: str = "add --recursive for all in it"
) -> ObjectInfo:
    """Return what is known of the object `key`; of a folder, an error says what to do."""
    if not key or key.endswith("/"):
        output.bad_usage(f"{key or provider.name + ':'} is a folder; {otherwise}")
    try:
        return provider.head(as_found(key))
    except NotFound as error:
        if next(provider.list(f"{key}/"), None) is None:
            raise
        raise error.evolve(hint=f"There is a folder {key}/; {otherwise}.") from None


def nothing(provider: Provider, key: str) -> NotFound:
    """Return the error that there is nothing of this name, nor below it, nor like it."""
    what = "no object matches" if may_be_pattern(key) else "there is no such object or folder"
    return NotFound(
        what, provider=provider.name, vendor=provider.vendor.name, operation="list", key=key or None
    )


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _some(provider: Provider, key: str, objects: Iterator[Found]) -> Iterator[Found]:
    first = next(objects, None)
    if first is None:
        raise nothing(provider, key)
    return chain([first], objects)


def _in_folder(provider: Provider, folder: str, filters: Filters) -> Iterator[Found]:
    prefix = f"{folder}/" if folder else ""
    return _files(provider.list(prefix), prefix, filters)


def _fixed(pattern: str) -> str:
    """Return what stands before the first character that means others."""
    return pattern[: min(pattern.index(c) for c in _MAGIC if c in pattern)]


def matching(provider: Provider, pattern: str, *, recursive: bool) -> Iterator[ObjectInfo]:
    """Yield what a pattern matches; if `recursive`, also what is in folders that it matches."""
    fixed = _fixed(pattern)
    globs = (pattern.rstrip("/") if recursive else pattern).split("/")
    compare = _matches_inside if recursive else _matches
    one_level = not recursive and "**" not in globs and "/" not in pattern[len(fixed) :]
    parts = partial(_parts, glob=pattern if recursive else "")
    for page in provider.pages(fixed, delimiter="/" if one_level else ""):
        yield from (info for info in page.objects if compare(globs, parts(info.key)))


def _by_pattern(
    provider: Provider, pattern: str, recursive: bool, filters: Filters
) -> Iterator[Found]:
    fixed = _fixed(pattern)
    objects = matching(provider, pattern, recursive=recursive)
    return _files(objects, fixed[: fixed.rfind("/") + 1], filters)


def _files(infos: Iterable[ObjectInfo], prefix: str, filters: Filters) -> Iterator[Found]:
    """Yield the objects that are wanted; what marks a folder is no file."""
    for info in infos:
        name = info.key[len(prefix) :]
        if name and not name.endswith("/") and filters(name):
            yield Found(info.key, name, info.size)


def recursive_option(text: str) -> Callable[..., Any]:
    """Return the option ``--recursive``."""
    return click.option("--recursive", "-r", is_flag=True, help=text)


def many_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that works on many objects."""
    for option in (
        click.option(
            "--jobs",
            "-j",
            type=click.IntRange(1, MAX_THREADS),
            default=CONCURRENCY,
            show_default=True,
            help="Objects on their way at the same time, at most.",
        ),
        click.option("--dry-run", "-n", is_flag=True, help="Only tell what would be done."),
        click.option(
            "--exclude", multiple=True, metavar="GLOB", help="Leave these files or folders out."
        ),
        click.option(
            "--include", multiple=True, metavar="GLOB", help="Only these files or folders."
        ),
    ):
        function = option(function)
    return function
