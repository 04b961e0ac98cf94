"""How the facade tells an error: once, with provider, key and hint."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from bucketry import (
    AccessDenied,
    NotFound,
    StorageError,
    hookimpl,
)
from core.memory import Failing, memory_provider


def test_an_error_names_provider_vendor_operation_key_and_hint() -> None:
    media = memory_provider(root_path="top")
    with pytest.raises(NotFound) as caught:
        media.head("a")
    assert str(caught.value) == (
        "memory \"media\": head of 'a' failed: no such object (NotFound, NoSuchKey, HTTP 404). "
        "Look into the memory."
    )
    error = caught.value
    assert (error.provider, error.vendor, error.operation) == ("media", "memory", "head")
    assert (error.key, error.hint) == ("a", "Look into the memory.")


@pytest.mark.parametrize(
    ("operation", "name", "key"),
    [
        (lambda media: media.head("a"), "head", "a"),
        (lambda media: media.open("a"), "open", "a"),
        (lambda media: media.read("a"), "read", "a"),
        (lambda media: media.download("a", "/tmp/never"), "download", "a"),
        (lambda media: media.copy("a", "b"), "copy", "a"),
        (lambda media: media.move("a", "b"), "copy", "a"),
    ],
)
def test_an_error_is_told_once(operation: Any, name: str, key: str) -> None:
    asked: list[StorageError] = []

    class Hints:
        @hookimpl
        def bucketry_explain_error(self, error: StorageError) -> str:
            asked.append(error)
            return "A hint."

    with pytest.raises(NotFound) as caught:
        operation(memory_provider(root_path="top").with_layer(Hints()))
    assert (caught.value.operation, caught.value.key, caught.value.hint) == (name, key, "A hint.")
    assert len(asked) == 1
    assert asked[0].provider == "media"
    assert str(caught.value).count("media") == 1


def test_an_error_of_another_provider_keeps_its_name() -> None:
    """A stream from one provider into another may break on either side."""
    elsewhere = NotFound("no such object", provider="archive", operation="open", key="old")
    asked: list[StorageError] = []

    class Hints:
        @hookimpl
        def bucketry_explain_error(self, error: StorageError) -> str:
            asked.append(error)
            return ""

    def stream() -> Iterator[bytes]:
        yield b"x"
        raise elsewhere

    with pytest.raises(NotFound) as caught:
        memory_provider().with_layer(Hints()).upload(stream(), key="new")
    assert caught.value is elsewhere
    assert asked == []


def test_a_cause_stays_and_the_facade_adds_none() -> None:
    cause = ConnectionResetError("reset")
    media = memory_provider().with_layer(Failing(NotFound("x"), cause))
    with pytest.raises(NotFound) as caught:
        media.head("a")
    assert caught.value.__cause__ is cause
    assert caught.value.__suppress_context__


def test_what_a_layer_said_is_kept() -> None:
    own = AccessDenied("x", operation="look", key="b", hint="Ask Ann.", code="NoSuchKey")
    with pytest.raises(AccessDenied) as caught:
        memory_provider().with_layer(Failing(own)).head("a")
    error = caught.value
    assert (error.operation, error.key, error.hint) == ("look", "b", "Ask Ann.")


def test_an_exception_of_the_applications_own_passes_through() -> None:
    own = PermissionError("videos are served by the CDN only")
    with pytest.raises(PermissionError) as caught:
        memory_provider().with_layer(Failing(own)).head("a")
    assert caught.value is own


@pytest.mark.parametrize("answer", [None, 7, ValueError("oops")])
def test_a_hint_that_fails_hides_nothing(answer: Any) -> None:
    class Hints:
        @hookimpl(wrapper=True)
        def bucketry_explain_error(self) -> Generator[None, str, Any]:
            yield
            if isinstance(answer, Exception):
                raise answer
            return answer

    with pytest.raises(NotFound, match="no such object") as caught:
        memory_provider().with_layer(Hints()).head("a")
    kind = "ValueError" if isinstance(answer, ValueError) else "PluginError"
    assert caught.value.hint == (
        f"(No hint: bucketry_explain_error failed with {kind}; "
        "asked override/0:Hints, memory/0:MemoryLayer (bucketry-memory 1.0), memory/defaults.)"
    )
