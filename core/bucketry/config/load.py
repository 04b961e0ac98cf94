"""Reads a configuration: a TOML, JSON or YAML file, or a mapping."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from bucketry.config.finding import find, refused
from bucketry.config.json_types import MAX_CHARACTERS, TOO_LARGE, TooLarge, json_types, kind_of
from bucketry.config.settings import Fault, Hint, Path, dotted
from bucketry.errors import ConfigError, InvalidInput, Problem
from bucketry.once import once
from bucketry.texts import plain

if TYPE_CHECKING:
    from bucketry.config.positions import Places

_LONGEST = 4096  # of a path, on most systems


class Document:
    """A configuration as it was read: plain `data`, and `file` in messages, None for a mapping."""

    def __init__(
        self, data: dict[str, Any], file: str | None, find_places: Callable[[], Places]
    ) -> None:
        """`find_places` is asked when the first problem has to be placed."""
        self.data = data
        self.file = file
        self._find_places = find_places

    @once
    def _places(self) -> Places:
        return self._find_places()

    def place(self, path: Path) -> tuple[int, int] | tuple[None, None]:
        """Return line and column of `path`, or of the nearest thing around it."""
        if self.file is None:
            return None, None
        for length in range(len(path), 0, -1):
            if path[:length] in self._places:
                return self._places[path[:length]]
        return 1, 1

    def problems(self, faults: Iterable[Fault | Hint]) -> list[Problem]:
        """Return faults, or hints, as problems with their place, in the order of the file."""
        numbers = {path: number for number, path in enumerate(_walk(self.data, ()))}
        placed = []
        for fault in faults:
            line, column = self.place(fault.path)
            ways = (fault.path[:length] for length in range(len(fault.path), -1, -1))
            number = next(numbers[way] for way in ways if way in numbers)
            path = dotted(fault.path)
            problem = Problem(
                path=path, sentence=fault.sentence, file=self.file, line=line, column=column
            )
            placed.append(((line or 0, column or 0, number, path, fault.sentence), problem))
        return [problem for _, problem in sorted(placed, key=lambda pair: pair[0])]


def _walk(data: Any, path: Path) -> Iterator[Path]:
    yield path
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _walk(value, (*path, name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _walk(value, (*path, number))


def read(
    config: str | os.PathLike[str] | Mapping[str, Any] | None, environ: Mapping[str, str]
) -> Document:
    """Read a file, the one that `find` finds, or a mapping.

    `ConfigError` when it cannot be read, is too large or holds what no configuration can hold.
    """
    if isinstance(config, Mapping):
        return document_of(config)
    if config is None:
        config = find(environ)
    if isinstance(config, str | os.PathLike):
        try:
            path = FilePath(plain(config) if isinstance(config, str) else config)
        except Exception:
            raise InvalidInput(f"{type(config).__name__} is no path of a configuration") from None
        return _read_file(path, str(path) if len(str(path)) <= _LONGEST else "...")
    raise InvalidInput(f"a configuration is a file or a mapping, not {kind_of(config)}")


def _read_file(path: FilePath, shown: str) -> Document:
    from bucketry.config.formats import FORMATS, SyntaxFault

    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise refused(f"the file's name must end in {', '.join(FORMATS)}", file=shown)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_CHARACTERS + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such file name is possible"
        raise refused(f"cannot be read: {reason}", file=shown) from None
    if len(raw) > MAX_CHARACTERS:
        limit = MAX_CHARACTERS // 1024
        raise refused(f"larger than {limit} KiB; this is no configuration", file=shown)
    try:
        text = raw.decode("utf-8-sig")
        data = form.parse(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refused("not UTF-8 text", file=shown, line=line, column=1) from None
    except SyntaxFault as error:
        raise refused(error.sentence, file=shown, line=error.line, column=error.column) from None
    return _document(data, shown, lambda: form.places(text))


def document_of(data: Any) -> Document:
    """Return a mapping as a document; `ConfigError` as in `read`."""
    return _document(data, None, dict)


def _document(data: Any, file: str | None, find_places: Callable[[], Places]) -> Document:
    if not isinstance(data, Mapping):
        raise refused(f"a configuration is a table, not {kind_of(data)}", file=file)
    try:
        table, faults = json_types(data)
    except TooLarge:
        raise refused(TOO_LARGE, file=file) from None
    document = Document(table, file, find_places)
    if faults:
        raise ConfigError(document.problems(faults))
    return document
