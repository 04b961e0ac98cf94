"""The facade: keys below the root path, deleting, housekeeping, threads."""

from __future__ import annotations

import io
import pickle
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from bucketry import (
    Capabilities,
    Deleted,
    Failure,
    InvalidInput,
    InvalidKey,
    NotFound,
    ObjectInfo,
    Provider,
    Rejected,
    StoredObject,
    Upload,
    hookimpl,
)
from core.memory import (
    MOMENT,
    MemoryOptions,
    fact_of,
    filled,
    keys_of,
    memory_provider,
    memory_vendor,
    store_of,
)


def test_an_upload_tells_all_that_is_needed_later() -> None:
    media = memory_provider(root_path="top", visibility="public")
    stored = media.upload(b"hello", key="a/ä b.txt")
    assert stored == StoredObject(
        provider="media", bucket="bucket", key="a/ä b.txt", object_key="top/a/ä b.txt",
        url="https://memory.example/bucket/top/a/%C3%A4%20b.txt", public=True,
        etag="5d41402abc4b2a76b9719d911017c592", size=5,
    )  # fmt: skip


def test_the_root_path_is_in_every_hook_and_in_no_answer() -> None:
    media = memory_provider(root_path="top")
    layer = store_of(media)
    assert media.upload(b"x", key="a").key == "a"
    assert media.head("a").key == "a"
    assert media.open("a").info.key == "a"
    assert media.copy("a", "b").key == "b"
    assert [info.key for info in media.list()] == ["a", "b"]
    assert media.delete_many(["a"]).keys == ["a"]
    assert [one.key for one in media.sweep()] == ["half.bin"]
    assert "top/b" in media.sign("b").reveal()
    seen = [str(call) for call in layer.calls if call[0] != "close"]
    assert len(seen) == 6
    assert all("top/" in call for call in seen)


OUTSIDE = ["../a", "a/../../b", "/a", "", "a//b", "a\\b", "a\0"]


@pytest.mark.parametrize("key", OUTSIDE)
def test_no_operation_leaves_the_root_path(key: str, tmp_path: Path) -> None:
    media = memory_provider(root_path="top")
    operations: list[Callable[[], object]] = [
        lambda: media.upload(b"x", key=key),
        lambda: media.replace(key, b"x"),
        lambda: media.replace("a", b"x", new_key=key),
        lambda: media.replace(key, b"x", new_key="a"),
        lambda: media.delete(key),
        lambda: media.delete_many(["a", key]),
        lambda: media.head(key),
        lambda: media.exists(key),
        lambda: media.open(key),
        lambda: media.read(key),
        lambda: media.download(key, tmp_path / "x"),
        lambda: media.copy(key, "a"),
        lambda: media.copy("a", key),
        lambda: media.move(key, "a"),
        lambda: media.move("a", key),
        lambda: media.url(key),
        lambda: media.object_url(key),
        lambda: media.sign(key),
        lambda: media.sign_many(["a", key]),
        lambda: media.upload_ticket(key),
    ]
    for operation in operations:
        with pytest.raises(InvalidKey):
            operation()
    done = [call for call in store_of(media).calls if call[0] != "sign"]
    assert done == []


@pytest.mark.parametrize("folder", ["", "/", "//", "..", "../top", "a/..", "a//"])
def test_no_folder_outside_is_deleted(folder: str) -> None:
    media = filled(memory_provider(root_path="top"), "a")
    with pytest.raises(InvalidKey):
        media.delete_prefix(folder)
    assert store_of(media).calls == []


def test_a_key_is_named_when_none_is_given() -> None:
    media = memory_provider(root_path="top", key_strategy="name")
    assert media.upload(b"x", filename="a.png").object_key == "top/a.png"


def test_a_file_is_read_from_where_it_stands_and_stays_open() -> None:
    body = io.BytesIO(b"0123456789")
    body.seek(4)
    media = memory_provider()
    assert media.upload(body, key="a").size == 6
    assert media.read("a") == b"456789"
    assert not body.closed


def test_a_folder_is_deleted_and_its_siblings_are_not() -> None:
    media = filled(
        memory_provider(root_path="top"),
        "photos/a.png", "photos/sub/b.png", "photos-old/a.png", "photos.txt", "photo/a",
    )  # fmt: skip
    store_of(media).objects["topphotos/a"] = (b"", ObjectInfo(key="topphotos/a", size=0))
    counts: list[int] = []
    outcome = media.delete_prefix("photos", progress=counts.append)
    assert outcome == Deleted(keys=["photos/a.png", "photos/sub/b.png"], failures=[])
    assert keys_of(media) == [
        "top/photo/a",
        "top/photos-old/a.png",
        "top/photos.txt",
        "topphotos/a",
    ]
    assert counts == [2]


def test_a_folder_may_be_written_with_its_slash() -> None:
    media = filled(memory_provider(), "photos/a", "photos-old/a")
    assert media.delete_prefix("photos/").keys == ["photos/a"]


def test_a_folder_of_thousands_goes_in_batches() -> None:
    media = memory_provider()
    layer = store_of(media)
    for number in range(2001):
        key = f"p/{number:05}"
        layer.objects[key] = (b"", ObjectInfo(key=key, size=0))
    assert len(media.delete_prefix("p").keys) == 2001
    batches = [len(what[0]) for name, what in layer.calls if name == "delete"]
    assert batches == [1000, 1000, 1]
    assert layer.objects == {}


class _Deletes:
    """Answers deletes with what it was given."""

    def __init__(self, answer: Deleted) -> None:
        self._answer = answer

    @hookimpl
    def bucketry_delete(self) -> Deleted:
        return self._answer


def test_what_could_not_be_deleted_is_told_key_by_key() -> None:
    answer = Deleted(
        keys=["top/a"], failures=[Failure(key="top/b", reason="locked", code="ObjectLocked")]
    )
    media = memory_provider(root_path="top").with_layer(_Deletes(answer))
    assert media.delete_many(["a", "b"]) == Deleted(
        keys=["a"], failures=[Failure(key="b", reason="locked", code="ObjectLocked")]
    )


def test_one_key_that_could_not_be_deleted_is_an_error() -> None:
    answer = Deleted(keys=[], failures=[Failure(key="a", reason="locked", code="ObjectLocked")])
    media = memory_provider().with_layer(_Deletes(answer))
    with pytest.raises(Rejected) as caught:
        media.delete("a")
    assert (caught.value.reason, caught.value.code) == ("locked", "ObjectLocked")
    assert (caught.value.operation, caught.value.key) == ("delete", "a")


@pytest.mark.parametrize("keys", [[], ["a"]])
def test_a_key_without_an_outcome_is_an_error(keys: list[str]) -> None:
    media = memory_provider().with_layer(_Deletes(Deleted(keys=keys)))
    with pytest.raises(Rejected, match=rf"no outcome was given for {3 - len(keys)} of 3 keys"):
        media.delete_many(["a", "b", "c"])


def test_deleting_nothing_asks_nobody() -> None:
    media = memory_provider()
    assert media.delete_many([]) == Deleted(keys=())
    assert store_of(media).calls == []


def test_deleting_what_is_not_there_is_fine() -> None:
    memory_provider().delete("missing")


def test_one_text_is_not_many_keys() -> None:
    """Otherwise ``delete_many("abc")`` would delete a, b and c."""
    media = filled(memory_provider(), "a", "b", "c")
    with pytest.raises(InvalidInput, match="one str would be taken as a key per letter"):
        media.delete_many("abc")
    with pytest.raises(InvalidInput, match="one str would be taken as a key per letter"):
        media.sign_many("abc")
    assert keys_of(media) == ["a", "b", "c"]


def test_a_sweep_looks_under_the_root_path_only() -> None:
    media = memory_provider(root_path="top")
    before = datetime.now(UTC)
    (swept,) = media.sweep(older_than=timedelta(hours=2), dry_run=True)
    assert (swept.key, swept.started) == ("half.bin", MOMENT)
    prefix, older_than, dry_run = store_of(media).calls[-1][1]
    assert (prefix, dry_run) == ("top/", True)
    assert abs(before - timedelta(hours=2) - older_than) < timedelta(seconds=5)
    with pytest.raises(InvalidInput, match="not negative"):
        media.sweep(older_than=timedelta(seconds=-1))


def test_closing_closes_every_layer_even_if_one_fails() -> None:
    closed: list[str] = []

    class Closing:
        def __init__(self, name: str, error: Exception | None = None) -> None:
            self._name, self._error = name, error

        @hookimpl
        def bucketry_sweep(self) -> None:
            return None

        def close(self) -> None:
            closed.append(self._name)
            if self._error is not None:
                raise self._error

    media = memory_provider().with_layer(Closing("low"))
    media = media.with_layer(Closing("middle", OSError("stuck"))).with_layer(Closing("top"))
    with pytest.raises(OSError, match="stuck"), media:
        pass
    assert closed == ["top", "middle", "low"]
    assert store_of(media).calls == [("close", None)]


def test_a_provider_describes_itself_without_options() -> None:
    media = memory_provider()
    assert repr(media) == (
        "<Provider 'media': Memory, layers memory/defaults, memory/0:MemoryLayer>"
    )
    with pytest.raises(TypeError, match="only if it was opened by name"):
        pickle.dumps(media)


def test_a_layer_is_found_by_its_class() -> None:
    media = memory_provider()
    assert store_of(media).context.provider == "media"
    with pytest.raises(InvalidInput, match="has no Upload; its layers: memory/defaults"):
        media.layer(Upload)


def test_a_layer_asks_the_whole_stack() -> None:
    class Cdn:
        @hookimpl
        def bucketry_object_url(self, key: str) -> str:
            return f"https://cdn.example/{key}"

    media = memory_provider().with_layer(Cdn())
    hooks = store_of(media).context.hooks
    assert hooks.bucketry_object_url(key="a") == "https://cdn.example/a"


def test_a_vendor_may_refine_its_capabilities_by_the_options() -> None:
    def able_by(able: Capabilities, options: Any) -> Capabilities:
        return attrs.evolve(able, post_policy=fact_of("yes" if options.root_path else "no"))

    for root_path, method in (("top", "POST"), ("", "PUT")):
        media = Provider(
            name="media",
            vendor=memory_vendor(capabilities_for=able_by),
            options=MemoryOptions(root_path=root_path),
        )
        assert media.upload_ticket("a").signed.method == method
        assert store_of(media).context.capabilities == media.capabilities


def test_one_provider_serves_eight_threads() -> None:
    media = memory_provider(root_path="top")
    failures: list[BaseException] = []
    start = threading.Barrier(8)

    def work(number: int) -> None:
        try:
            start.wait()
            for turn in range(40):
                key = f"{number}/{turn}"
                stored = media.upload(key.encode(), key=key)
                assert (stored.key, stored.size) == (key, len(key))
                assert media.read(key) == key.encode()
                assert f"top/{key}?" in media.sign(key).reveal()
                assert media.key_of_url(stored.url) == key
                with pytest.raises(NotFound) as caught:
                    media.head(f"{key}/missing")
                assert caught.value.key == f"{key}/missing"
                if turn % 2:
                    media.delete(key)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    expected: Sequence[str] = [
        f"{number}/{turn}" for number in range(8) for turn in range(0, 40, 2)
    ]
    assert [info.key for info in media.list()] == sorted(expected)
