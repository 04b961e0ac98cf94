"""Layers: asked from the top, wrapped, named, frozen, and never read beyond their methods."""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any

import pluggy
import pytest
from attrs import frozen

from bucketry import PluginError, Provider, Upload, hookimpl
from bucketry.host.layers import LayerStack, NamedLayer, name_layers
from core.memory import MOMENT, MemoryOptions, memory_provider, memory_vendor, store_of


class Answers:
    """Answers the address with its name, or with None."""

    def __init__(self, name: str | None, asked: list[Any]) -> None:
        self._name, self._asked = name, asked

    @hookimpl
    def bucketry_object_url(self, key: str) -> str | None:
        self._asked.append(self._name)
        return self._name and f"https://{self._name}.example/{key}"


class Wraps:
    """Adds its name to the address from below."""

    def __init__(self, name: str) -> None:
        self._name = name

    @hookimpl(wrapper=True)
    def bucketry_object_url(self) -> Generator[None, str, str]:
        url = yield
        return f"{url}-{self._name}"


def _stack(*layers: object) -> LayerStack:
    return LayerStack(name_layers("test", layers))


def test_the_top_layer_is_asked_first_and_the_first_answer_wins() -> None:
    asked: list[Any] = []
    stack = _stack(Answers("low", asked), Answers("high", asked))
    assert stack.hooks.bucketry_object_url(key="a") == "https://high.example/a"
    assert asked == ["high"]


def test_none_passes_the_question_on() -> None:
    asked: list[Any] = []
    stack = _stack(Answers("low", asked), Answers(None, asked), Answers(None, asked))
    assert stack.hooks.bucketry_object_url(key="a") == "https://low.example/a"
    assert asked == [None, None, "low"]


def test_a_false_is_an_answer() -> None:
    class Public:
        @hookimpl
        def bucketry_is_private(self) -> bool:
            return False

    class Private:
        @hookimpl
        def bucketry_is_private(self) -> bool:
            return True

    assert _stack(Private(), Public()).hooks.bucketry_is_private(key="a") is False


def test_wrappers_see_what_comes_from_below_the_top_one_last() -> None:
    asked: list[Any] = []
    stack = _stack(Wraps("1"), Answers("low", asked), Wraps("2"))
    assert stack.hooks.bucketry_object_url(key="a") == "https://low.example/a-1-2"


def test_a_hook_takes_its_arguments_by_name_in_any_order_and_number() -> None:
    seen: list[Any] = []

    class Some:
        @hookimpl
        def bucketry_list(self, page_size: int, prefix: str) -> None:
            seen.append((prefix, page_size))

    hooks = _stack(Some()).hooks
    hooks.bucketry_list(prefix="p", delimiter="", start_after="", page_size=5)
    assert seen == [("p", 5)]


def test_layers_have_names_that_tell_vendor_place_and_class() -> None:
    asked: list[Any] = []
    media = memory_provider().with_layer(Wraps("1")).with_layer(Answers("high", asked))
    assert media.layers == (
        "memory/defaults",
        "memory/0:MemoryLayer",
        "override/0:Wraps",
        "override/1:Answers",
    )


def test_only_layers_that_answer_a_hook_are_said_to_be_asked() -> None:
    asked: list[Any] = []
    layers = [Answers("low", asked), Wraps("1")]
    named = name_layers("acme", layers, distribution="bucketry-acme 1.0")
    stack = LayerStack([*named, *name_layers("override", [Answers("high", asked)])])
    assert stack.asked("bucketry_object_url") == [
        "override/0:Answers",
        "acme/1:Wraps (bucketry-acme 1.0)",
        "acme/0:Answers (bucketry-acme 1.0)",
    ]
    assert stack.asked("bucketry_head") == []


def test_with_layer_leaves_the_provider_as_it_is() -> None:
    asked: list[Any] = []
    media = memory_provider(visibility="public")
    other = media.with_layer(Answers("cdn", asked))
    assert other.url("a") == "https://cdn.example/a"
    assert media.url("a") == "https://memory.example/bucket/a"
    assert media.layers == ("memory/defaults", "memory/0:MemoryLayer")
    assert store_of(media) is not store_of(other)
    assert (other.name, other.vendor, other.options) == (media.name, media.vendor, media.options)


def test_two_providers_of_one_vendor_do_not_meet() -> None:
    one, two = memory_provider(), memory_provider()
    one.upload(b"x", key="a")
    assert not two.exists("a")


@frozen
class Equal:
    """Compares equal to every other of its kind, as attrs classes do unless told otherwise."""

    @hookimpl(wrapper=True)
    def bucketry_object_url(self) -> Generator[None, str, str]:
        return (yield) + "!"


def test_layers_that_compare_equal_are_both_asked() -> None:
    stack = _stack(Answers("low", []), Equal(), Equal())
    assert stack.hooks.bucketry_object_url(key="a") == "https://low.example/a!!"


def test_the_same_layer_twice_is_refused() -> None:
    layer = Wraps("1")
    with pytest.raises(PluginError) as caught:
        _stack(layer, Wraps("2"), layer)
    assert str(caught.value) == "test/2:Wraps: the same object is already test/0:Wraps"


def test_layers_are_never_compared() -> None:
    class Numpyish:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("the truth value of an array is ambiguous")

        @hookimpl
        def bucketry_sweep(self) -> tuple[()]:
            return ()

    assert (
        _stack(Numpyish(), Numpyish()).hooks.bucketry_sweep(
            prefix="", older_than=MOMENT, dry_run=True
        )
        == ()
    )


def test_two_layers_of_one_name_are_refused() -> None:
    with pytest.raises(PluginError, match="same: two layers have this name"):
        LayerStack([NamedLayer("same", Wraps("1")), NamedLayer("same", Wraps("2"))])


def test_a_stack_cannot_be_changed() -> None:
    stack = _stack(Wraps("1"))
    assert isinstance(stack.layers, tuple)
    assert not [name for name in dir(stack) if "register" in name or "add" in name]
    assert not any(isinstance(value, pluggy.PluginManager) for value in vars(stack).values())
    with pytest.raises(AttributeError):
        stack.layers = ()  # type: ignore[misc] # that it is refused is the point


class Lazy:
    """Connects when an attribute is read, as clients do."""

    @property
    def client(self) -> object:
        raise AssertionError("a property was read")

    @hookimpl
    def bucketry_sweep(self) -> tuple[()]:
        return ()


def test_registering_reads_no_property() -> None:
    assert _stack(Lazy()).hooks.bucketry_sweep(prefix="", older_than=None, dry_run=True) == ()  # type: ignore[arg-type] # not looked at


def test_a_layer_is_audited_with_its_distribution() -> None:
    class Forgot:
        def bucketry_head(self, key: str) -> None:
            return None

    with pytest.raises(PluginError, match=r"Forgot \(bucketry-acme 1\.0\): bucketry_head looks"):
        LayerStack([NamedLayer("acme/0:Forgot", Forgot(), "bucketry-acme 1.0")])
    with pytest.raises(PluginError, match="Forgot: bucketry_head looks like a hook"):
        memory_provider().with_layer(Forgot())


def test_a_page_that_cannot_make_its_layers_is_named() -> None:
    def broken(options: Any, context: Any) -> list[object]:
        raise KeyError("region")

    with pytest.raises(PluginError) as caught:
        Provider(
            name="media",
            vendor=memory_vendor(layers=broken),
            options=MemoryOptions(),
            distribution="bucketry-acme 1.0",
        )
    assert str(caught.value) == (
        "memory (bucketry-acme 1.0): making its layers failed: KeyError: 'region'"
    )
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_page_that_gives_no_list_of_layers_is_named() -> None:
    with pytest.raises(
        PluginError, match=r"memory \(bucketry-acme 1\.0\): making its layers failed"
    ):
        Provider(
            name="media",
            vendor=memory_vendor(layers=lambda options, context: None),
            options=MemoryOptions(),
            distribution="bucketry-acme 1.0",
        )


def test_a_page_whose_capabilities_are_none_is_named() -> None:
    with pytest.raises(PluginError) as caught:
        Provider(
            name="media",
            vendor=memory_vendor(capabilities_for=lambda able, options: 7),
            options=MemoryOptions(),
            distribution="bucketry-acme 1.0",
        )
    assert str(caught.value) == (
        "memory (bucketry-acme 1.0): making its capabilities failed: "
        "TypeError: capabilities_for answered int"
    )


def test_a_second_yield_is_an_error_and_nothing_is_stored_twice() -> None:
    class TwoYields:
        @hookimpl(wrapper=True)
        def bucketry_put_params(self, upload: Upload) -> Generator[None, Any, Any]:
            params = yield
            yield
            return params

    media = memory_provider().with_layer(TwoYields())
    with pytest.raises(PluginError) as caught:
        media.upload(b"x", key="a")
    assert str(caught.value).startswith(f"bucketry_put_params: the wrapper at {__file__}:")
    assert str(caught.value).endswith(" has second yield; a wrapper yields exactly once")
    assert store_of(media).calls == []


def test_a_stop_iteration_from_below_goes_past_a_wrapper() -> None:
    """As with today's pluggy; it cannot leave a generator."""

    class Stops:
        @hookimpl
        def bucketry_object_url(self) -> str:
            raise StopIteration("below")

    with pytest.raises(StopIteration, match="below"):
        _stack(Stops(), Wraps("1"), Wraps("2")).hooks.bucketry_object_url(key="a")


def test_a_chain_does_what_pluggys_does() -> None:
    """Of layers that answer, decline, fail, change, catch, and misbehave, in any order."""
    told: list[Any] = []

    def kind_of(error: BaseException) -> type[BaseException]:
        return RuntimeError if isinstance(error, PluginError) else type(error)

    def answering(name: str, answer: Any) -> Any:
        class Layer:
            @hookimpl
            def bucketry_object_url(self, key: str) -> Any:
                told.append(name)
                if isinstance(answer, BaseException):
                    raise answer
                return answer

        return Layer()

    def wrapping(name: str, before: Any, change: Any, *, catches: bool, yields: bool = True) -> Any:
        class Layer:
            @hookimpl(wrapper=True)
            def bucketry_object_url(self, key: str) -> Generator[None, Any, Any]:
                told.append(f"{name} begins")
                if before is not None:
                    raise before
                if not yields:
                    return "nothing"
                try:
                    answer = yield
                except Exception as error:
                    told.append(f"{name} meets {kind_of(error).__name__}")
                    if not catches:
                        raise
                    answer = "caught"
                told.append(f"{name} ends with {answer!r}")
                if isinstance(change, BaseException):
                    raise change
                return f"{answer}{change}"

        return Layer()

    kinds = [
        lambda n: answering(n, None),
        lambda n: answering(n, f"from {n}"),
        lambda n: answering(n, ValueError(n)),
        lambda n: wrapping(n, None, n, catches=False),
        lambda n: wrapping(n, None, n, catches=True),
        lambda n: wrapping(n, KeyError(n), n, catches=False),
        lambda n: wrapping(n, None, OSError(n), catches=False),
        lambda n: wrapping(n, None, None, catches=False, yields=False),
    ]

    def outcome(chain: Any) -> Any:
        told.clear()
        try:
            end = chain(key="a")
        except BaseException as error:
            # Where the misbehaving wrapper stands is said by both in words of their own.
            end = kind_of(error), "" if kind_of(error) is RuntimeError else error.args
        return end, list(told)

    random = Random(7)
    for _ in range(400):
        chosen = [random.choice(kinds)(f"l{n}") for n in range(random.randint(1, 6))]
        relay: Any = _stack(*chosen).hooks
        ours = relay._direct("bucketry_object_url")
        pluggys = relay._managed("bucketry_object_url")
        assert outcome(ours) == outcome(pluggys), [type(layer).__name__ for layer in chosen]
