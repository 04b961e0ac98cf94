"""One place that every operation passes: watched, refused, and its errors told."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Generator
from typing import Any

import pytest
from attrs import frozen

from bucketry import (
    AccessDenied,
    Deleted,
    Failure,
    NotFound,
    ObjectInfo,
    ObjectReader,
    Operation,
    PluginError,
    Provider,
    Secret,
    Unavailable,
    hookimpl,
)
from core.memory import MemoryOptions, memory_provider, memory_vendor, store_of


class Watches:
    """Writes down what it sees."""

    def __init__(self, name: str = "", log: list[str] | None = None) -> None:
        self.name = name
        self.log: list[str] = [] if log is None else log
        self.operations: list[Operation] = []

    @hookimpl(wrapper=True)
    def bucketry_perform(self, operation: Operation) -> Generator[None, Any, None]:
        self.operations.append(operation)
        self.log.append(f"{self.name}begin {operation.name} {operation.key}")
        try:
            answer = yield
        except Exception as error:
            self.log.append(f"{self.name}{type(error).__name__}")
            raise
        self.log.append(f"{self.name}end {type(answer).__name__}")


def _watched(*keys: str, **options: Any) -> tuple[Provider, Watches]:
    watches = Watches()
    media = memory_provider(**options).with_layer(watches)
    for key in keys:
        media.upload(b"line one\nline two\n", key=key)
    watches.log.clear()
    watches.operations.clear()
    return media, watches


def test_an_operation_is_seen_from_its_beginning_to_its_end() -> None:
    media, watches = _watched("a", root_path="top")
    media.upload(b"x", key="b", tags={"team": "web"})
    media.sign("b")
    media.copy("b", "c")
    media.delete("b")
    media.delete_many(["c"])
    media.head("a")
    media.read("a")
    assert watches.log == [
        *("begin upload b", "end StoredObject", "begin sign b", "end SignedUrl"),
        *("begin copy b", "end StoredObject", "begin delete b", "end Deleted"),
        *("begin delete None", "end Deleted", "begin head a", "end ObjectInfo"),
        *("begin read a", "end ObjectInfo"),
    ]
    first, second = watches.operations[:2]
    assert (first.provider, first.vendor) == ("media", "memory")
    assert (first.question.key, first.question.tags) == ("top/b", {"team": "web"})
    assert second.question.method == "GET"
    assert "top/b" not in repr(first)


def test_an_error_is_seen_as_the_application_gets_it() -> None:
    seen: list[BaseException] = []

    class Sees:
        @hookimpl(wrapper=True)
        def bucketry_perform(self) -> Generator[None, Any, None]:
            try:
                yield
            except NotFound as error:
                seen.append(error)
                raise

    with pytest.raises(NotFound) as caught:
        memory_provider().with_layer(Sees()).head("missing")
    assert seen == [caught.value]
    assert (caught.value.provider, caught.value.key, caught.value.hint) == (
        "media", "missing", "Look into the memory.",
    )  # fmt: skip


def test_the_top_layer_begins_first_and_ends_last() -> None:
    log: list[str] = []
    media = memory_provider().with_layer(Watches("low ", log)).with_layer(Watches("top ", log))
    media.delete("a")
    assert log == ["top begin delete a", "low begin delete a", "low end Deleted", "top end Deleted"]


def test_a_listing_ends_when_its_iterator_does() -> None:
    media, watches = _watched("a", "b", "c")
    listing = media.list()
    assert watches.log == []
    next(listing)
    assert watches.log == ["begin list None"]
    assert len(list(listing)) == 2
    assert watches.log[1:] == ["end NoneType"]


def test_a_listing_that_is_left_early_ends_too() -> None:
    media, watches = _watched("a", "b", "c")
    listing = media.list()
    next(listing)
    del listing
    gc.collect()
    assert watches.log == ["begin list None", "end NoneType"]


def test_an_opened_object_ends_when_its_reader_is_closed() -> None:
    media, watches = _watched("a")
    reader = media.open("a")
    reader.read(3)
    assert watches.log == ["begin open a"]
    reader.close()
    reader.close()
    assert watches.log[1:] == ["end ObjectInfo"]
    with pytest.raises(NotFound):
        media.open("missing")
    assert watches.log[2:] == ["begin open missing", "NotFound"]


class _Breaks:
    """Gives readers that fail as they are told."""

    def __init__(self, error: Exception, *, closing: bool = False) -> None:
        self.error, self.closing = error, closing

    @hookimpl
    def bucketry_open(self, key: str) -> ObjectReader:
        outer = self

        class Stream:
            def read(self, size: int = -1, /) -> bytes:
                if outer.closing:
                    return b""
                raise outer.error

            def close(self) -> None:
                if outer.closing:
                    raise outer.error

        return ObjectReader(ObjectInfo(key=key, size=9, etag="e"), Stream())


def test_an_error_of_an_opened_reader_says_where_it_is_from() -> None:
    media, watches = _watched(root_path="top")
    with (
        pytest.raises(Unavailable) as caught,
        media.with_layer(_Breaks(Unavailable("the connection broke"))).open("a") as reader,
    ):
        reader.read()
    error = caught.value
    assert (error.provider, error.operation, error.key) == ("media", "open", "a")
    assert watches.log == ["begin open a", "Unavailable"]


def test_an_error_of_closing_a_reader_says_where_it_is_from() -> None:
    media = memory_provider().with_layer(_Breaks(Unavailable("stuck"), closing=True))
    reader = media.open("a")
    with pytest.raises(Unavailable) as caught:
        reader.close()
    assert (caught.value.provider, caught.value.key) == ("media", "a")
    assert reader.closed


def test_an_error_of_closing_the_provider_says_where_it_is_from() -> None:
    class Stuck:
        @hookimpl
        def bucketry_sweep(self) -> None:
            return None

        def close(self) -> None:
            raise Unavailable("stuck")

    with pytest.raises(Unavailable) as caught:
        memory_provider().with_layer(Stuck()).close()
    assert (caught.value.provider, caught.value.operation) == ("media", "close")


def test_a_watcher_may_refuse_an_operation() -> None:
    class ReadOnly:
        @hookimpl(wrapper=True)
        def bucketry_perform(self, operation: Operation) -> Generator[None, Any, None]:
            if operation.name in ("upload", "copy", "delete"):
                raise AccessDenied("this provider is for reading")
            yield

    log: list[str] = []
    media = memory_provider().with_layer(ReadOnly()).with_layer(Watches("", log))
    with pytest.raises(AccessDenied) as caught:
        media.upload(b"x", key="a")
    assert (caught.value.provider, caught.value.operation) == ("media", "upload")
    assert log == ["begin upload a", "AccessDenied"]
    assert store_of(media).calls == []
    assert not media.exists("a")


@pytest.mark.parametrize("where", ["fails", "swallows", "answers", "twice"])
def test_what_is_done_is_done_whatever_a_watcher_does(where: str) -> None:
    class Broken:
        @hookimpl(wrapper=True)
        def bucketry_perform(self) -> Generator[None, Any, Any]:
            try:
                yield
            except NotFound:
                if where != "swallows":
                    raise
            if where == "fails":
                raise ValueError("the database of spans is full")
            if where == "twice":
                yield
            return "another answer"

    media = memory_provider().with_layer(Broken())
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert media.upload(b"x", key="a").key == "a"
        with pytest.raises(NotFound):
            media.head("missing")
    told = [str(one.message) for one in warned]
    assert all("Broken.bucketry_perform" in text and "database" not in text for text in told)
    assert bool(told) == (where in ("fails", "twice"))


def test_a_plain_answer_to_it_is_refused() -> None:
    class Plain:
        @hookimpl
        def bucketry_perform(self, operation: Operation) -> None:
            return None

    with pytest.raises(PluginError, match="watches an operation and answers nothing"):
        memory_provider().with_layer(Plain())


# -- secrets -----------------------------------------------------------------------------------

SECRET = "wJalrXUtnFEMI"


class _Fails:
    def __init__(self, error: Exception) -> None:
        self.error = error

    @hookimpl
    def bucketry_head(self) -> ObjectInfo:
        raise self.error


@frozen(kw_only=True)
class SecretOptions(MemoryOptions):
    password: Secret


def _secretive(layer: object) -> Provider:
    options = SecretOptions(password=Secret(SECRET))
    return Provider(name="media", vendor=memory_vendor(), options=options).with_layer(layer)


def _noted() -> Unavailable:
    error = Unavailable("x", code=f"Bad{SECRET}", request_id=f"id-{SECRET}")
    error.add_note(f"tried with {SECRET}")
    return error


def test_code_request_id_and_notes_are_masked() -> None:
    with pytest.raises(Unavailable) as caught:
        _secretive(_Fails(_noted())).head("a")
    error = caught.value
    assert (error.code, error.request_id) == ("Bad***", "id-***")
    assert error.__notes__ == [f"See {error.docs}", "tried with ***"]
    assert SECRET not in str(error)


def test_the_members_of_a_group_are_told_and_masked() -> None:
    group = ExceptionGroup(f"two with {SECRET}", [_noted(), ExceptionGroup("more", [_noted()])])
    with pytest.raises(ExceptionGroup) as caught:
        _secretive(_Fails(group)).head("a")
    assert caught.value.message == "two with ***"
    first, second = caught.value.exceptions
    assert isinstance(first, Unavailable)
    assert (first.provider, first.key, first.code) == ("media", "a", "Bad***")
    assert isinstance(second, ExceptionGroup)
    inner = second.exceptions[0]
    assert isinstance(inner, Unavailable)
    assert inner.provider == "media"


def test_a_note_that_would_show_a_secret_hides_its_error() -> None:
    error = RuntimeError("x")
    error.add_note(SECRET)
    with pytest.raises(PluginError, match="head failed with RuntimeError"):
        _secretive(_Fails(error)).head("a")


def test_the_reason_of_a_failure_is_masked() -> None:
    class Deletes:
        @hookimpl
        def bucketry_delete(self) -> Deleted:
            return Deleted(keys=[], failures=[Failure(key="a", reason=SECRET, code=SECRET)])

    (failure,) = _secretive(Deletes()).delete_many(["a"]).failures
    assert (failure.reason, failure.code) == ("***", "***")
