"""TOML, JSON and YAML to data. Parsers' messages are told without pieces of the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from attrs import frozen

from bucketry.config.json_types import MAX_DEPTH, MAX_VALUES, TOO_DEEP, TOO_LARGE
from bucketry.config.positions import Places, json_names, json_places, toml_places, yaml_places
from bucketry.config.settings import dotted


class SyntaxFault(Exception):
    """A text that does not follow its format, in a sentence that repeats nothing of it."""

    def __init__(self, sentence: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.line, self.column = sentence, line, column


@frozen
class Format:
    """How to read a file: its data, and the places of its names.

    `parse` raises `SyntaxFault`; `places` is asked only for a text that parses.
    """

    parse: Callable[[str], Any]
    places: Callable[[str], Places]


# Texts and comments, which may hold anything, and a name of too many parts in what is left.
_TOML_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_TOML_DEEP = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}")


_TWICE = "a name that stands there already"


def _toml(text: str) -> Any:
    import tomllib

    # The time that tomllib takes for a name grows with the square of its parts.
    names = _TOML_TEXT.sub(lambda found: re.sub(r"[^\n]", "x", found[0]), text)
    deep = _TOML_DEEP.search(names)
    if deep:
        start = text.rfind("\n", 0, deep.start())
        raise SyntaxFault(TOO_DEEP, text.count("\n", 0, deep.start()) + 1, deep.start() - start)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        reason = message.removesuffix(place[0] if place else " (at end of document)")
        if reason.startswith(("Cannot", "Duplicate")):  # these quote a name
            reason = _TWICE
        raise SyntaxFault(f"not valid TOML: {reason}", line, column) from None
    except RecursionError:
        raise SyntaxFault(TOO_DEEP) from None
    except ValueError:
        raise SyntaxFault("not valid TOML: a number is too long") from None


def _json(text: str) -> Any:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        reason = error.msg.partition(":")[0]
        raise SyntaxFault(f"not valid JSON: {reason}", error.lineno, error.colno) from None
    except RecursionError:
        raise SyntaxFault(TOO_DEEP) from None
    except ValueError:
        raise SyntaxFault("not valid JSON: a number is too long") from None
    seen = set()
    for path, place in json_names(text):
        if path in seen:
            raise SyntaxFault(f"not valid JSON: {dotted(path)} is written twice", *place)
        seen.add(path)
    return data


def _yaml(text: str) -> Any:
    try:
        import yaml
        from yaml.parser import ParserError
        from yaml.scanner import ScannerError
    except ImportError:
        raise SyntaxFault("YAML needs PyYAML: pip install 'bucketry[yaml]'") from None

    class Shallow(yaml.SafeLoader):
        """Stops at the first value that is too deep: what is behind it costs seconds to scan."""

        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.depth > MAX_DEPTH + 1:
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call] # of the stubs
                raise SyntaxFault(TOO_DEEP, mark.line + 1, mark.column + 1)
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    try:
        loader = Shallow(text)
        root = loader.get_node() if loader.check_node() else None
        if root is None:
            return None
        if loader.check_node():
            mark = loader.peek_event().start_mark  # type: ignore[no-untyped-call] # of the stubs
            raise _bad_yaml("a second document", mark)
        _measure(root, {})
        return loader.construct_document(root)
    except SyntaxFault:
        raise
    except yaml.MarkedYAMLError as error:
        quoted = re.search(r"['\"][^'\"<]{3,}['\"]", error.problem or "")
        grammar = isinstance(error, ScannerError | ParserError)
        reason = error.problem if grammar and not quoted else "a tag, alias or name that cannot be"
        raise _bad_yaml(reason, error.problem_mark) from None
    except RecursionError:
        raise SyntaxFault(TOO_DEEP) from None
    except Exception:  # PyYAML lets int(), datetime and others raise what they like
        raise SyntaxFault("not valid YAML: a value that its type cannot have") from None


def _bad_yaml(reason: object, mark: Any) -> SyntaxFault:
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return SyntaxFault(f"not valid YAML: {reason}", line, column)


def _measure(node: Any, known: dict[int, tuple[int, int] | None]) -> tuple[int, int]:
    """Return how deep a node of YAML is and how many values it has when aliases are written out.

    `SyntaxFault` beyond the limits: few aliases can stand for billions of values, and one that
    stands inside of what it means for endless ones.
    """
    if id(node) in known:
        found = known[id(node)]
        if found is None:
            raise SyntaxFault(TOO_DEEP, node.start_mark.line + 1, node.start_mark.column + 1)
        return found
    known[id(node)] = None
    depth, values = 0, 1
    names = set()
    for name, _ in node.value if node.id == "mapping" else ():
        said = (name.tag, name.value if name.id == "scalar" else id(name))
        if said in names:
            raise _bad_yaml(_TWICE, name.start_mark)  # PyYAML lets the last one count
        names.add(said)
    for child in node.value if isinstance(node.value, list) else ():
        for below in child if isinstance(child, tuple) else (child,):
            inner_depth, inner_values = _measure(below, known)
            depth, values = max(depth, inner_depth + 1), values + inner_values
    if depth > MAX_DEPTH:
        raise SyntaxFault(TOO_DEEP, node.start_mark.line + 1, node.start_mark.column + 1)
    if values > 2 * MAX_VALUES:  # names and values
        raise SyntaxFault(TOO_LARGE)
    known[id(node)] = depth, values
    return depth, values


FORMATS = {
    ".toml": Format(_toml, toml_places),
    ".json": Format(_json, json_places),
    ".yaml": Format(_yaml, yaml_places),
    ".yml": Format(_yaml, yaml_places),
}
"""File name suffix to format."""
