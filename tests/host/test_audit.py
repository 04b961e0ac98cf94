"""What pluggy leaves silent is said aloud, with module, class, hook and distribution."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from typing import Any

import pluggy
import pytest

from bucketry import Deleted, ObjectInfo, Page, PluginError, Upload, hookimpl
from bucketry.host.audit import audit
from core.memory import MemoryLayer

other_hookimpl = pluggy.HookimplMarker("pytest")
HOOKS = (
    "bucketry_prepare_upload, bucketry_build_key, bucketry_put_params, "
    "bucketry_upload, bucketry_delete, bucketry_object_url, bucketry_key_of_url, "
    "bucketry_other_urls, "
    "bucketry_is_private, bucketry_prepare_signing, bucketry_sign, bucketry_check_signed, "
    "bucketry_head, bucketry_open, bucketry_list, bucketry_copy, "
    "bucketry_versions, bucketry_set_headers, bucketry_restore, bucketry_sweep, "
    "bucketry_plan_setup, bucketry_apply_setup, "
    "bucketry_explain_error, bucketry_diagnose, bucketry_perform"
)


class MisspeltHook:
    @hookimpl
    def bucketry_put_parms(self, upload: Upload) -> dict[str, Any]:
        return {}


class UnknownHook:
    @hookimpl
    def bucketry_frobnicate(self) -> None:
        return None


class MisspeltSpecname:
    @hookimpl(specname="bucketry_heed")
    def look(self, key: str) -> None:
        return None


class WrongPrefix:
    @hookimpl
    def put_params(self, upload: Upload) -> dict[str, Any]:
        return {}


class MisnamedArgument:
    @hookimpl
    def bucketry_head(self, kee: str) -> ObjectInfo:
        return ObjectInfo(key=kee, size=0)


class MisnamedFirstArgumentOfAStaticMethod:
    @staticmethod
    @hookimpl
    def bucketry_head(kee: str) -> ObjectInfo:
        return ObjectInfo(key=kee, size=0)


class ForgottenMarker:
    def bucketry_head(self, key: str) -> ObjectInfo:
        return ObjectInfo(key=key, size=0)


class ForeignMarker:
    @other_hookimpl
    def bucketry_head(self, key: str) -> ObjectInfo:
        return ObjectInfo(key=key, size=0)


class LostMarker(MemoryLayer):
    """Overrides a marked method without marking it again."""

    def bucketry_head(self, key: str) -> ObjectInfo:
        return ObjectInfo(key=key, size=0)


class MarkerAboveStaticmethod:
    @hookimpl
    @staticmethod
    def bucketry_head(key: str) -> ObjectInfo:
        return ObjectInfo(key=key, size=0)


class DefaultArgument:
    @hookimpl
    def bucketry_delete(self, keys: list[str], params: dict[str, Any] | None = None) -> Deleted:
        return Deleted(keys=keys)


class KeywordOnly:
    @hookimpl
    def bucketry_delete(self, *, keys: list[str]) -> Deleted:
        return Deleted(keys=keys)


class StarArguments:
    @hookimpl
    def bucketry_delete(self, *args: Any) -> Deleted:
        return Deleted(keys=[])


class StarStarArguments:
    @hookimpl
    def bucketry_delete(self, **kwargs: Any) -> Deleted:
        return Deleted(keys=[])


class YieldWithoutWrapper:
    @hookimpl
    def bucketry_put_params(self) -> Generator[None, dict[str, Any], dict[str, Any]]:
        params = yield
        return params


class YieldingPages:
    @hookimpl
    def bucketry_list(self) -> Generator[Page, None, None]:
        yield Page(objects=())


class WrapperWithoutYield:
    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> dict[str, Any]:
        return {}


class WrapperWithoutReturn:
    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Generator[None, dict[str, Any], None]:
        params = yield
        params.pop("ACL", None)


class WrapperWithBareReturn:
    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Generator[None, dict[str, Any], None]:
        params = yield
        if not params:
            return
        params.pop("ACL", None)


class WrapperReturningNone:
    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Generator[None, dict[str, Any], None]:
        yield
        return None


class OldWrapper:
    @hookimpl(hookwrapper=True)
    def bucketry_put_params(self) -> Generator[None, Any, None]:
        yield


class Async:
    @hookimpl
    async def bucketry_head(self, key: str) -> ObjectInfo:
        return ObjectInfo(key=key, size=0)


class NotAMethod:
    bucketry_head = functools.partial(ObjectInfo, size=0)


class SetOnTheObject:
    def __init__(self) -> None:
        self.bucketry_head = lambda key: ObjectInfo(key=key, size=0)

    @hookimpl
    def bucketry_sweep(self) -> tuple[()]:
        return ()


class NoSelf:
    @hookimpl
    def bucketry_head(key: str) -> None:  # type: ignore[misc]
        """It would get the layer as its key."""


class Property:
    @property
    def bucketry_head(self) -> Callable[..., ObjectInfo]:
        raise AssertionError("a property is never read")


class NoHook:
    def helper(self) -> None:
        return None


MISTAKES: list[tuple[object, str]] = [
    (MisspeltHook(),
     "there is no hook 'bucketry_put_parms'; did you mean 'bucketry_put_params'?"),
    (UnknownHook(), "there is no hook 'bucketry_frobnicate'"),
    (MisspeltSpecname(), "there is no hook 'bucketry_heed'; did you mean 'bucketry_head'?"),
    (WrongPrefix(),
     "put_params is marked as a hook, but hooks start with 'bucketry_'; "
     "did you mean 'bucketry_put_params'?"),
    (MisnamedArgument(),
     "bucketry_head: there is no argument 'kee'; it may take key, version, params; "
     "did you mean 'key'?"),
    (MisnamedFirstArgumentOfAStaticMethod(),
     "bucketry_head: there is no argument 'kee'; it may take key, version, params; "
     "did you mean 'key'?"),
    (ForgottenMarker(), "bucketry_head looks like a hook but lacks the @bucketry.hookimpl marker"),
    (ForeignMarker(), "bucketry_head carries the marker of 'pytest'; use bucketry.hookimpl"),
    (MarkerAboveStaticmethod(),
     "bucketry_head looks like a hook but lacks the @bucketry.hookimpl marker"),
    (DefaultArgument(),
     "bucketry_delete: argument 'params' has a default, which pluggy's releases treat "
     "differently; hooks always receive every argument they name"),
    (KeywordOnly(),
     "bucketry_delete: argument 'keys' must be plain, not *, ** or keyword-only"),
    (StarArguments(),
     "bucketry_delete: argument 'args' must be plain, not *, ** or keyword-only"),
    (StarStarArguments(),
     "bucketry_delete: argument 'kwargs' must be plain, not *, ** or keyword-only"),
    (YieldWithoutWrapper(),
     "bucketry_put_params has a `yield` but is no wrapper; write @hookimpl(wrapper=True)"),
    (YieldingPages(),
     "bucketry_list has a `yield` but is no wrapper; write @hookimpl(wrapper=True), "
     "or return what another method yields"),
    (WrapperWithoutYield(),
     "bucketry_put_params is a wrapper without `yield`, so nothing below is asked"),
    (WrapperWithoutReturn(),
     "bucketry_put_params is a wrapper without `return`, so the answer from below is lost"),
    (WrapperWithBareReturn(),
     "bucketry_put_params is a wrapper without `return`, so the answer from below is lost"),
    (WrapperReturningNone(),
     "bucketry_put_params is a wrapper without `return`, so the answer from below is lost"),
    (OldWrapper(),
     "bucketry_put_params is an old-style hookwrapper; write @hookimpl(wrapper=True) and return"),
    (Async(), "bucketry_head is async, but hooks are called without await"),
    (NotAMethod(), "bucketry_head looks like a hook but is a partial, not a method"),
    (SetOnTheObject(),
     "bucketry_head looks like a hook but is set on the object; define it in the class"),
    (NoSelf(), "bucketry_head is a method, and lacks `self` in front"),
    (Property(), "bucketry_head looks like a hook but is a property, not a method"),
    (NoHook(),
     "it has no method that starts with 'bucketry_', so it would never be asked; "
     f"the hooks are {HOOKS}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "reason"), MISTAKES, ids=[type(layer).__name__ for layer, _ in MISTAKES]
)
def test_a_mistake_names_module_class_hook_and_distribution(layer: object, reason: str) -> None:
    with pytest.raises(PluginError) as caught:
        audit(layer, "bucketry-acme 1.0")
    who = f"{__name__}:{type(layer).__name__} (bucketry-acme 1.0)"
    assert str(caught.value) == f"{who}: {reason}"
    assert (caught.value.plugin, caught.value.reason) == (who, reason)


def test_an_override_that_loses_its_marker_is_noticed() -> None:
    with pytest.raises(PluginError, match="bucketry_head looks like a hook but lacks"):
        audit(object.__new__(LostMarker))


def test_a_class_in_place_of_its_object_is_noticed() -> None:
    with pytest.raises(PluginError) as caught:
        audit(MemoryLayer, "bucketry-acme 1.0")
    assert str(caught.value) == (
        "core.memory:MemoryLayer (bucketry-acme 1.0): a class, not an object; pass MemoryLayer(...)"
    )


def test_a_layer_of_the_application_has_no_distribution() -> None:
    with pytest.raises(PluginError) as caught:
        audit(ForgottenMarker())
    assert caught.value.plugin == f"{__name__}:ForgottenMarker"


class Plain:
    @hookimpl
    def bucketry_delete(self, params: dict[str, Any], keys: list[str]) -> Deleted | None:
        return None


class Named:
    @hookimpl(specname="bucketry_head")
    def look(self, key: str) -> None:
        return None


class ForALaterHost:
    @hookimpl(optionalhook=True)
    def bucketry_rename(self, key: str, tier: str = "bulk") -> None:
        return None


class Wrapper:
    @hookimpl(wrapper=True, tryfirst=True)
    def bucketry_put_params(self) -> Generator[None, Any, Any]:
        return (yield)


class WrapperThatTries:
    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Generator[None, Any, Any]:
        try:
            params = yield
        except KeyError:
            return {}
        else:
            return params
        finally:
            len("")


class Static:
    @staticmethod
    @hookimpl
    def bucketry_head(key: str) -> None:
        return None


class Class:
    @classmethod
    @hookimpl
    def bucketry_head(cls, key: str) -> None:
        return None


class Inherits(Plain):
    pass


class WithHelpers(Plain):
    bucket: str = "media"

    @property
    def client(self) -> object:
        raise AssertionError("a property is never read")

    @functools.cached_property
    def pool(self) -> object:
        raise AssertionError("a property is never read")

    def helper(self) -> None:
        return None


GOOD = [
    Plain,
    Named,
    ForALaterHost,
    Wrapper,
    WrapperThatTries,
    Static,
    Class,
    Inherits,
    WithHelpers,
]


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_layer_passes(kind: type[Any]) -> None:
    audit(kind())


def test_a_wrapper_may_return_by_condition() -> None:
    """In the code object, `a or b` ends like a function that returns nothing."""

    class Quiet:
        @hookimpl(wrapper=True)
        def bucketry_put_params(self) -> Generator[None, Any, Any]:
            params = yield
            return params or None

    audit(Quiet())
