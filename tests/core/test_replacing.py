"""Copies, moves and replacements: what is done first, and what is left when it fails."""

from __future__ import annotations

from typing import Any

import pytest

from bucketry import (
    AlreadyExists,
    InvalidInput,
    NotFound,
    Provider,
    Unsupported,
)
from core.memory import filled, keys_of, memory_provider, store_of


def test_a_copy_keeps_the_source_and_tells_the_target() -> None:
    media = filled(memory_provider(root_path="top", visibility="public"), "a")
    stored = media.copy("a", "b", extra_params={"RequestPayer": "requester"})
    assert (stored.key, stored.object_key, stored.provider) == ("b", "top/b", "media")
    assert (stored.url, stored.public) == ("https://memory.example/bucket/top/b", True)
    assert keys_of(media) == ["top/a", "top/b"]
    assert store_of(media).calls == [("copy", ("top/a", "top/b", {"RequestPayer": "requester"}))]


def test_a_copy_onto_itself_is_refused() -> None:
    media = filled(memory_provider(), "a")
    for operation in (media.copy, media.move):
        with pytest.raises(InvalidInput, match="source and target are the same key 'a'"):
            operation("a", "a")
    assert keys_of(media) == ["a"]


def test_a_copy_cannot_name_another_source() -> None:
    media = filled(memory_provider(), "a")
    with pytest.raises(InvalidInput, match="extra_params may not set CopySource"):
        media.copy("a", "b", extra_params={"CopySource": "other-bucket/secret"})
    assert store_of(media).calls == []


def test_a_move_copies_before_it_deletes() -> None:
    media = filled(memory_provider(), "a")
    assert media.move("a", "b").key == "b"
    assert [name for name, _ in store_of(media).calls] == ["copy", "delete"]
    assert keys_of(media) == ["b"]


def test_a_move_may_spare_its_target() -> None:
    media = filled(memory_provider(), "a", "b")
    with pytest.raises(AlreadyExists):
        media.move("a", "b", prevent_overwrite=True)
    assert (media.read("a"), media.read("b")) == (b"a", b"b")


def test_a_condition_that_no_layer_looks_at_is_refused() -> None:
    media = filled(memory_provider(), "a")
    with pytest.raises(Unsupported, match="if_match cannot be given here"):
        media.delete("a", if_match="e1")
    assert keys_of(media) == ["a"]


def test_a_move_that_cannot_copy_deletes_nothing() -> None:
    media = filled(memory_provider(), "a")
    with pytest.raises(NotFound):
        media.move("missing", "b")
    assert [name for name, _ in store_of(media).calls] == ["copy"]


def _puts(provider: Provider) -> list[tuple[str, dict[str, Any]]]:
    return [what for name, what in store_of(provider).calls if name == "upload"]


def test_a_replacement_in_place_ignores_prevent_overwrite() -> None:
    media = filled(memory_provider(prevent_overwrite=True), "a")
    with pytest.raises(AlreadyExists):
        media.upload(b"new", key="a")
    media.replace("a", b"new")
    media.replace("a", b"newer", new_key="a")
    media.replace("a", b"newest", prevent_overwrite=True)
    assert _puts(media)[1:] == [("a", {}), ("a", {}), ("a", {})]
    assert media.read("a") == b"newest"


def test_a_replacement_under_a_new_key_deletes_the_old_one_afterwards() -> None:
    media = filled(memory_provider(prevent_overwrite=True), "a")
    assert media.replace("a", b"new", new_key="b").key == "b"
    assert [name for name, _ in store_of(media).calls] == ["upload", "delete"]
    assert _puts(media) == [("b", {"IfNoneMatch": "*"})]
    assert keys_of(media) == ["b"]


def test_a_replacement_that_fails_keeps_the_old_object() -> None:
    media = filled(memory_provider(prevent_overwrite=True), "a", "b")
    with pytest.raises(AlreadyExists):
        media.replace("a", b"new", new_key="b")
    assert keys_of(media) == ["a", "b"]
    assert media.read("b") == b"b"


def test_a_replacement_of_a_known_version_does_not_go_with_a_new_key() -> None:
    media = filled(memory_provider(), "a")
    with pytest.raises(InvalidInput, match="if_match"):
        media.replace("a", b"new", new_key="b", if_match="e1")
    assert store_of(media).calls == []
