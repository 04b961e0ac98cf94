"""From checked settings to frozen options."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from attrs import field, frozen

from bucketry import AmbientCredentials, Credentials, PluginError, Secret
from bucketry.config.convert import to_options
from config.fakes import make_vendor


@frozen(kw_only=True)
class Inner:
    size: int = 8


@frozen(kw_only=True)
class Options:
    text: str = ""
    number: int = 0
    ratio: float = 0.0
    switch: bool = False
    secret: Secret | None = None
    choice: Literal["a", "b"] = "a"
    names: Sequence[str] = ()
    labels: Mapping[str, str] = field(factory=dict)
    anything: Mapping[str, Any] = field(factory=dict)
    folder: Path | None = None
    inner: Inner = field(factory=Inner)
    maybe: Inner | None = None
    credentials: Credentials | AmbientCredentials | None = None


VENDOR = make_vendor(options=Options)


def made(**values: Any) -> Any:
    return to_options(values, VENDOR, "acme-storage 1.2")


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("text", "4", "4"),
        ("number", 4, 4),
        ("number", 4.0, 4),
        ("ratio", 4, 4.0),
        ("switch", True, True),
        ("secret", "hush", Secret("hush")),
        ("choice", "b", "b"),
        ("names", ["a", "b"], ("a", "b")),
        ("labels", {"a": "b"}, {"a": "b"}),
        ("anything", {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ("folder", "/srv/files", Path("/srv/files")),
        ("inner", {"size": 9}, Inner(size=9)),
        ("maybe", {"size": 9}, Inner(size=9)),
        ("credentials", "ambient", AmbientCredentials()),
        ("credentials", {"profile": "x"}, AmbientCredentials(profile="x")),
        (
            "credentials",
            {"access_key_id": "a", "secret_access_key": "s", "session_token": "t"},
            Credentials(
                access_key_id="a", secret_access_key=Secret("s"), session_token=Secret("t")
            ),
        ),
    ],
)
def test_values_become_what_the_class_says(name: str, written: Any, expected: Any) -> None:
    value = getattr(made(**{name: written}), name)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("name", "written", "place"),
    [
        ("text", 4, "text"),
        ("number", "4", "number"),
        ("number", True, "number"),
        ("number", 4.5, "number"),
        ("ratio", "4", "ratio"),
        ("ratio", True, "ratio"),
        ("switch", 1, "switch"),
        ("switch", "true", "switch"),
        ("secret", 4, "secret"),
        ("choice", "c", "choice"),
        ("names", "ab", "names"),
        ("names", ["a", 4], "names"),
        ("labels", {"a": 4}, "labels['a']"),
        ("inner", {"size": "canary"}, "inner.size"),
        ("inner", {"canary": 1}, "inner"),
    ],
)
def test_nothing_is_coerced_and_a_refusal_names_the_place_not_the_value(
    name: str, written: Any, place: str
) -> None:
    with pytest.raises(PluginError) as error:
        made(**{name: written})
    assert error.value.plugin == "acme (acme-storage 1.2)"
    assert f"refuses at {place}" in error.value.reason
    assert "please report it" in error.value.reason
    assert "canary" not in str(error.value)
    assert isinstance(error.value.__cause__, types.NoneType)
    assert error.value.__suppress_context__


def test_options_are_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made(text="x").text = "y"
