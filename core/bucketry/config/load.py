"""Finds a configuration and reads it: TOML, JSON, YAML or a mapping, within fixed limits."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any

from attrs import field, frozen

from bucketry.config.positions import Places, json_places, toml_places, yaml_places
from bucketry.config.settings import Fault, Path, dotted
from bucketry.errors import ConfigError, Problem
from bucketry.model import Secret

NAMES = ("bucketry.toml", "bucketry.json", "bucketry.yaml", "bucketry.yml")
"""File names that are looked for in the working folder and above."""

VARIABLE = "BUCKETRY_CONFIG"
"""Environment variable with the configuration file to use when none of these is found."""

MAX_BYTES = 64 * 1024
"""Largest configuration file."""

MAX_DEPTH = 32
"""Deepest nesting of tables and lists."""

MAX_VALUES = 10_000
"""Most values in a configuration; YAML's aliases could make billions out of a few lines."""

# A header or a URL made from such a value would be cut or split by it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@frozen(eq=False)
class Document:
    """A configuration as it was read.

    Attributes:
        data: its content: dictionaries, lists, text, numbers, true and false.
        file: its name in messages, or None for a mapping.
    """

    data: dict[str, Any] = field(repr=False)
    file: str | None = None
    _find_places: Callable[[], Places] = field(default=dict, repr=False)
    _found: list[Places] = field(factory=list, init=False, repr=False)

    def place(self, path: Path) -> tuple[int, int] | tuple[None, None]:
        """Return line and column of `path`, or of the nearest thing around it."""
        if self.file is None:
            return None, None
        places = self._places()
        for length in range(len(path), -1, -1):
            if path[:length] in places:
                return places[path[:length]]
        return 1, 1

    def _places(self) -> Places:
        if not self._found:
            self._found.append(self._find_places())
        return self._found[0]

    def problems(self, faults: Iterable[Fault]) -> list[Problem]:
        """Return faults as problems with their place, in the order of the file."""
        order = {path: number for number, path in enumerate(_walk(self.data))}
        sortable = []
        for fault in faults:
            line, column = self.place(fault.path)
            near = next(
                order[fault.path[:length]]
                for length in range(len(fault.path), -1, -1)
                if fault.path[:length] in order
            )
            problem = Problem(
                path=dotted(fault.path),
                sentence=fault.sentence,
                file=self.file,
                line=line,
                column=column,
            )
            sortable.append(((line or 0, column or 0, near, dotted(fault.path)), problem))
        return [problem for _, problem in sorted(sortable, key=lambda pair: pair[0])]


def _walk(data: Any, path: Path = ()) -> Iterable[Path]:
    yield path
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _walk(value, (*path, name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _walk(value, (*path, number))


def find(environ: Mapping[str, str], folder: FilePath | None = None) -> FilePath:
    """Return the configuration file: in `folder`, the nearest above it, or in ``BUCKETRY_CONFIG``.

    `ConfigError` when there is none, or when one folder holds two.
    """
    start = (folder or FilePath.cwd()).resolve()
    for place in (start, *start.parents):
        here = [place / name for name in NAMES if (place / name).is_file()]
        if len(here) > 1:
            names = " and ".join(path.name for path in here)
            raise _refused(f"{names} stand side by side; keep one of them", file=str(place))
        if here:
            return here[0]
    if environ.get(VARIABLE):
        return FilePath(environ[VARIABLE])
    raise _refused(
        f"no configuration found: there is no {', '.join(NAMES[:-1])} or {NAMES[-1]} in the "
        f"working folder or above it, and {VARIABLE} is not set"
    )


def read(
    config: str | os.PathLike[str] | Mapping[str, Any] | None, environ: Mapping[str, str]
) -> Document:
    """Read a file, the one that `find` finds, or a mapping.

    `ConfigError` when it cannot be read, is too large or holds what no configuration can hold.
    """
    if isinstance(config, Mapping):
        return _checked(config, None, dict)
    if config is None:
        found = find(environ)
        relative = os.path.relpath(found)
        return _read_file(found, relative if not relative.startswith("..") else str(found))
    if isinstance(config, str | os.PathLike) and isinstance(os.fspath(config), str):
        return _read_file(FilePath(config), os.fspath(config))
    raise _refused(f"a configuration is a file or a mapping, not {_kind(config)}")


def _read_file(path: FilePath, shown: str) -> Document:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise _refused(f"cannot be read: {reason}", file=shown) from None
    if len(raw) > MAX_BYTES:
        raise _refused(f"larger than {MAX_BYTES // 1024} KiB; this is no configuration", file=shown)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused("not UTF-8 text", file=shown, line=line, column=1) from None
    parse, places = _format(path, shown)
    try:
        data = parse(text)
    except _Syntax as error:
        raise _refused(error.sentence, file=shown, line=error.line, column=error.column) from None
    except RecursionError:
        raise _refused(_TOO_DEEP, file=shown) from None
    return _checked(data, shown, lambda: places(text))


class _Syntax(Exception):
    """The text does not follow its format; `sentence` repeats nothing of it."""

    def __init__(self, sentence: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.line, self.column = sentence, line, column


def _format(path: FilePath, shown: str) -> tuple[Callable[[str], Any], Callable[[str], Places]]:
    match path.suffix.lower():
        case ".toml":
            return _parse_toml, toml_places
        case ".json":
            return _parse_json, json_places
        case ".yaml" | ".yml":
            return _parse_yaml, yaml_places
        case _:
            raise _refused("the file's name must end in .toml, .json, .yaml or .yml", file=shown)


def _parse_toml(text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        reason = message[: place.start()] if place else message.partition(" (")[0]
        # Beyond a single character, a quoted piece of a message is a piece of the file.
        if re.search(r"['\"(\[].{4,}", reason):
            reason = "a name that is written twice" if "Cannot" in reason else "invalid"
        raise _Syntax(f"not valid TOML: {reason}", line, column) from None
    except ValueError:
        raise _Syntax("not valid TOML: a number is too long") from None


def _parse_json(text: str) -> Any:
    twice: list[str] = []

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    try:
        data = json.loads(text, object_pairs_hook=table)
    except json.JSONDecodeError as error:
        reason = error.msg.partition(":")[0]
        raise _Syntax(f"not valid JSON: {reason}", error.lineno, error.colno) from None
    except ValueError:
        raise _Syntax("not valid JSON: a number is too long") from None
    if twice:
        raise _Syntax(f"not valid JSON: {dotted((twice[0],))} is written twice in one object")
    return data


def _parse_yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise _Syntax("YAML needs the extra bucketry[yaml]: pip install 'bucketry[yaml]'") from None
    try:
        return yaml.safe_load(text)
    except RecursionError:
        raise
    except yaml.MarkedYAMLError as error:
        reason = error.problem or ""
        # Beyond a single character, a quoted piece of a message is a piece of the file.
        if not isinstance(error, yaml.scanner.ScannerError | yaml.parser.ParserError) or re.search(
            r"['\"][^'\"<]{3,}['\"]", reason
        ):
            reason = "a tag, alias or key that cannot be used here"
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise _Syntax(f"not valid YAML: {reason}", line, column) from None
    except Exception:  # PyYAML lets int(), datetime and others raise what they like
        raise _Syntax("not valid YAML: a value that its type cannot have") from None


_TOO_DEEP = f"nested deeper than {MAX_DEPTH} tables and lists"


def _checked(data: Any, file: str | None, places: Callable[[], Places]) -> Document:
    if not isinstance(data, Mapping):
        raise _refused(
            f"a configuration is a table, not {_kind(data)}", file=file, line=1, column=1
        )
    faults: list[Fault] = []
    budget = _Budget()
    plain = _plain(data, (), faults, budget)
    document = Document(plain if isinstance(plain, dict) else {}, file, places)
    if budget.values < 0 or budget.characters < 0:
        raise _refused("too many or too long values; this is no configuration", file=file)
    if faults:
        raise ConfigError(document.problems(faults))
    return document


class _Budget:
    """What is left of the values and characters that a configuration may hold."""

    def __init__(self) -> None:
        self.values = MAX_VALUES
        self.characters = MAX_BYTES


def _plain(value: Any, path: Path, faults: list[Fault], budget: _Budget) -> Any:
    """Return `value` in JSON's own types, noting what has no place in a configuration."""
    budget.values -= 1
    if budget.values < 0 or budget.characters < 0:
        return None
    if len(path) > MAX_DEPTH:
        faults.append(Fault(path[:MAX_DEPTH], _TOO_DEEP))
        return None
    if isinstance(value, Secret):
        value = value.reveal()
    elif isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, str):
        budget.characters -= len(value)
        fault = text_fault(value)
        if fault:
            faults.append(Fault(path, fault))
        return str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, Mapping):
        table = {}
        for name, item in value.items():
            if not isinstance(name, str):
                faults.append(Fault(path, f"a name must be text, not {_kind(name)}"))
            elif fault := text_fault(name):
                faults.append(Fault(path, f"a name here {fault}"))
            else:
                budget.characters -= len(name)
                table[name] = _plain(item, (*path, name), faults, budget)
        return table
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, n), faults, budget) for n, item in enumerate(value)]
    faults.append(
        Fault(path, f"must be text, a number, true or false, a list or a table, not {_kind(value)}")
    )
    return None


def text_fault(text: str) -> str | None:
    """Return what makes `text` unusable in a header or a URL, or None."""
    if _CONTROL.search(text):
        return "has a control character, such as a line end"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "has half a character (a lone surrogate)"
    return None


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def _refused(
    sentence: str, *, file: str | None = None, line: int | None = None, column: int | None = None
) -> ConfigError:
    """Return the error for a document that cannot be used at all."""
    where = (line, column) if file else (None, None)
    return ConfigError(
        [Problem(path="", sentence=sentence, file=file, line=where[0], column=where[1])]
    )
