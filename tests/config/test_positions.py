"""Line and column of every name, in all three formats."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bucketry.config.positions import json_places, toml_places, yaml_places
from bucketry.config.settings import Path

TOML = """\
# a comment with [brackets] and x = 1
default = "media"   # and another = one
"quoted.name" = 1

[providers.media]
provider = "acme"
text = \"\"\"
bucket = "not here"
[nor.here]\"\"\"
bucket = 'media'
credentials = { access_key_id = { env = "KEY" }, "secret" = 'x = { y' }
overrides = [
  "one:One",  # one
  "two:Two",
]
multipart.part_size = 1
multipart . concurrency = 2

[[lists.item]]
name = "a"
[[lists.item]]
name = "b"
[lists.item.deep]
x = 1979-05-27 07:32:00
y = [[1, 2], [{ z = 3 }]]
"""


def test_toml_places_written_by_hand() -> None:
    assert toml_places(TOML) == {
        ("default",): (2, 1),
        ("quoted.name",): (3, 1),
        ("providers",): (5, 2),
        ("providers", "media"): (5, 12),
        ("providers", "media", "provider"): (6, 1),
        ("providers", "media", "text"): (7, 1),
        ("providers", "media", "bucket"): (10, 1),
        ("providers", "media", "credentials"): (11, 1),
        ("providers", "media", "credentials", "access_key_id"): (11, 17),
        ("providers", "media", "credentials", "access_key_id", "env"): (11, 35),
        ("providers", "media", "credentials", "secret"): (11, 50),
        ("providers", "media", "overrides"): (12, 1),
        ("providers", "media", "overrides", 0): (13, 3),
        ("providers", "media", "overrides", 1): (14, 3),
        ("providers", "media", "multipart"): (16, 1),
        ("providers", "media", "multipart", "part_size"): (16, 11),
        ("providers", "media", "multipart", "concurrency"): (17, 13),
        ("lists",): (19, 3),
        ("lists", "item"): (19, 9),
        ("lists", "item", 0): (19, 1),
        ("lists", "item", 0, "name"): (20, 1),
        ("lists", "item", 1): (21, 1),
        ("lists", "item", 1, "name"): (22, 1),
        ("lists", "item", 1, "deep"): (23, 13),
        ("lists", "item", 1, "deep", "x"): (24, 1),
        ("lists", "item", 1, "deep", "y"): (25, 1),
        ("lists", "item", 1, "deep", "y", 0): (25, 6),
        ("lists", "item", 1, "deep", "y", 0, 0): (25, 7),
        ("lists", "item", 1, "deep", "y", 0, 1): (25, 10),
        ("lists", "item", 1, "deep", "y", 1): (25, 14),
        ("lists", "item", 1, "deep", "y", 1, 0): (25, 15),
        ("lists", "item", 1, "deep", "y", 1, 0, "z"): (25, 17),
    }


def test_json_places_written_by_hand() -> None:
    text = '{"default": "media",\n  "providers": {"media": {\n  "a\\"b,": [1,\n [], {"c": {}}]}}}'
    assert json_places(text) == {
        ("default",): (1, 2),
        ("providers",): (2, 3),
        ("providers", "media"): (2, 17),
        ("providers", "media", 'a"b,'): (3, 3),
        ("providers", "media", 'a"b,', 0): (3, 13),
        ("providers", "media", 'a"b,', 1): (4, 2),
        ("providers", "media", 'a"b,', 2): (4, 6),
        ("providers", "media", 'a"b,', 2, "c"): (4, 7),
    }


def test_yaml_places_written_by_hand() -> None:
    text = (
        "default: media\n"
        "providers:\n"
        "  one: &one {provider: acme,\n"
        "             bucket: photos}\n"
        "  two:\n"
        "    <<: *one\n"
        "    bucket: films\n"
        "    overrides:\n"
        "      - a:A\n"
    )
    assert yaml_places(text) == {
        ("default",): (1, 1),
        ("providers",): (2, 1),
        ("providers", "one"): (3, 3),
        ("providers", "one", "provider"): (3, 14),
        ("providers", "one", "bucket"): (4, 14),
        ("providers", "two"): (5, 3),
        ("providers", "two", "provider"): (3, 14),
        ("providers", "two", "bucket"): (7, 5),
        ("providers", "two", "overrides"): (8, 5),
        ("providers", "two", "overrides", 0): (9, 9),
    }


def test_windows_line_ends_do_not_move_toml_places() -> None:
    assert toml_places('a = 1\r\n[b]\r\nc = "x"\r\n') == {
        ("a",): (1, 1),
        ("b",): (2, 2),
        ("b", "c"): (3, 1),
    }


NAMES = st.text(alphabet='ab.# "\\ä=[]{}', min_size=1, max_size=6)
SCALARS = st.one_of(
    st.integers(-10, 10), st.booleans(), st.text(alphabet="ab#\"'\\\n,=[]{}ä", max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


def paths(value: Any, path: Path = ()) -> set[Path]:
    found: set[Path] = {path} if path else set()
    if isinstance(value, dict):
        for name, item in value.items():
            found |= paths(item, (*path, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found |= paths(item, (*path, number))
    return found


def text_at(text: str, place: tuple[int, int]) -> str:
    line, column = place
    return "\n".join(text.split("\n")[line - 1 :])[column - 1 :]


@given(DOCUMENTS, st.sampled_from([None, 1]))
def test_every_name_of_any_json_document_stands_at_its_place(
    document: dict[str, Any], indent: int | None
) -> None:
    text = json.dumps(document, indent=indent)
    places = json_places(text)
    assert set(places) == paths(document)
    for path, place in places.items():
        if isinstance(path[-1], str):
            assert text_at(text, place).startswith(json.dumps(path[-1]))


def toml_value(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(k)} = {toml_value(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return "[" + ",\n".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def toml_text(document: dict[str, Any]) -> str:
    """Write tables as headers, what is in them inline; plain pairs first, as TOML wants."""
    pairs = [(k, v) for k, v in document.items() if not isinstance(v, dict)]
    tables = [(k, v) for k, v in document.items() if isinstance(v, dict)]
    lines = [f"{json.dumps(k, ensure_ascii=False)} = {toml_value(v)}" for k, v in pairs]
    for name, table in tables:
        lines.append(f"[ {json.dumps(name, ensure_ascii=False)} ] # ]")
        lines += [f"{json.dumps(k, ensure_ascii=False)}={toml_value(v)}" for k, v in table.items()]
    return "\n".join(lines)


@given(DOCUMENTS)
def test_every_name_of_any_toml_document_stands_at_its_place(document: dict[str, Any]) -> None:
    text = toml_text(document)
    assert tomllib.loads(text) == document
    places = toml_places(text)
    assert set(places) == paths(document)
    for path, place in places.items():
        if isinstance(path[-1], str):
            token = re.match(r'"(?:[^"\\]|\\.)*"', text_at(text, place))
            assert token is not None
            assert json.loads(token[0]) == path[-1]


@given(DOCUMENTS)
def test_every_name_of_any_yaml_document_has_a_place(document: dict[str, Any]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    assert set(yaml_places(text)) == paths(document)


@pytest.mark.parametrize("text", ["", "# only a comment", "\n\n"])
def test_an_empty_toml_document_has_no_places(text: str) -> None:
    assert toml_places(text) == {}
