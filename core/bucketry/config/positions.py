"""Where each name of a configuration stands: path to line and column, both counted from 1.

The text is known to be valid by then; these readers only follow its structure, no deeper than a
configuration may be nested. They run when there is a problem to report.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator

from bucketry.config.json_types import MAX_DEPTH
from bucketry.config.settings import Path

Places = dict[Path, tuple[int, int]]

_MAX_NODES = 20_000

_JSON_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s{}\[\],:"]+')


class _Lines:
    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def json_names(text: str) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Yield every name and list item of a JSON text with its place, in order."""
    lines = _Lines(text)
    containers: list[str] = []
    path: list[str | int] = []
    name_next = False
    for match in _JSON_PIECE.finditer(text):
        piece = match[0]
        if piece in "}]":
            containers.pop()
            path.pop()
            name_next = False
        elif piece == ",":
            if containers[-1] == "{":
                name_next = True
            else:
                path[-1] = int(path[-1]) + 1
        elif name_next:
            path[-1] = json.loads(piece)
            name_next = False
            if len(path) <= MAX_DEPTH:
                yield tuple(path), lines.place(match.start())
        else:
            if containers and containers[-1] == "[" and len(path) <= MAX_DEPTH:
                yield tuple(path), lines.place(match.start())
            if piece in "{[":
                containers.append(piece)
                path.append("" if piece == "{" else 0)
                name_next = piece == "{"


def json_places(text: str) -> Places:
    """Return the places of a JSON text."""
    return dict(json_names(text))


def toml_places(text: str) -> Places:
    """Return the places of a TOML text."""
    return _Toml(text.replace("\r\n", "\n")).places


_TOML_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_TOML_NAME = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_TOML_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_TOML_OTHER = re.compile(r"[^,\]}#\n]+")


class _Toml:
    """One pass over a valid TOML text."""

    def __init__(self, text: str) -> None:
        self.places: Places = {}
        self._text = text
        self._at = 0
        self._lines = _Lines(text)
        self._last: dict[Path, int] = {}  # arrays of tables: index of the latest one
        table: Path = ()
        self._blank()
        while self._at < len(text):
            if text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._blank()

    def _blank(self) -> None:
        match = _TOML_BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _skip(self, characters: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in characters:
            self._at += 1

    def _name(self, path: Path) -> Path:
        """Read a name, dotted or not, below `path`; note the place of each of its parts."""
        while True:
            self._skip(" \t")
            match = _TOML_NAME.match(self._text, self._at)
            if match is None:
                return path
            if len(path) < MAX_DEPTH:
                path = (*path, _toml_text(match[0]))
                self.places.setdefault(path, self._lines.place(match.start()))
                if path in self._last:
                    path = (*path, self._last[path])
            self._at = match.end()
            self._skip(" \t")
            if self._text[self._at : self._at + 1] != ".":
                return path
            self._at += 1

    def _header(self) -> Path:
        start = self._at
        array = self._text.startswith("[[", start)
        self._at += 2 if array else 1
        path = self._name(())
        self._at += 2 if array else 1
        if array:
            if path and isinstance(path[-1], int):
                path = path[:-1]
            self._last[path] = self._last.get(path, -1) + 1
            path = (*path, self._last[path])
            self.places[path] = self._lines.place(start)
        return path

    def _pair(self, table: Path) -> None:
        path = self._name(table)
        self._skip(" \t=")
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self._text[self._at]
        if opening in "[{":
            self._items(path, "]" if opening == "[" else "}")
        else:
            pattern = _TOML_STRING if opening in "\"'" else _TOML_OTHER
            match = pattern.match(self._text, self._at)
            self._at = match.end() if match else self._at + 1

    def _items(self, path: Path, closing: str) -> None:
        self._at += 1
        number = 0
        while True:
            self._blank()
            if self._text[self._at] == closing:
                self._at += 1
                return
            if closing == "]":
                self.places[(*path, number)] = self._lines.place(self._at)
                self._value((*path, number))
            else:
                self._pair(path)
            self._blank()
            if self._text[self._at] == ",":
                self._at += 1
                number += 1


def _toml_text(piece: str) -> str:
    if piece[0] not in "\"'":
        return piece
    import tomllib

    return str(tomllib.loads(f"name = {piece}")["name"])


def yaml_places(text: str) -> Places:
    """Return the places of a YAML text; what a merge brings in stands at its anchor."""
    import yaml

    loader = yaml.SafeLoader(text)
    root = loader.get_single_node()
    places: Places = {}
    pending: list[tuple[Path, yaml.Node]] = [((), root)] if root else []
    while pending and len(places) < _MAX_NODES:
        path, node = pending.pop()
        if len(path) >= MAX_DEPTH:
            continue
        if isinstance(node, yaml.MappingNode):
            loader.flatten_mapping(node)
            for name, value in node.value:
                below = (*path, name.value)
                places[below] = (name.start_mark.line + 1, name.start_mark.column + 1)
                pending.append((below, value))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                below = (*path, number)
                places[below] = (value.start_mark.line + 1, value.start_mark.column + 1)
                pending.append((below, value))
    return places
