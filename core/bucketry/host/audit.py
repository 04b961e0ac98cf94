"""What pluggy leaves silent, said aloud: the check of a layer before it is registered.

pluggy ignores a method without the marker, with another project's marker, or with a default on an
argument, and whatever is no method; it calls a generator that is no wrapper, or an async function,
and passes the generator or coroutine on as the answer. Each of these loses a plugin's behaviour
without a word, so each is a `PluginError` here.
"""

from __future__ import annotations

import difflib
import dis
import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import FunctionType
from typing import Any

from bucketry.errors import PluginError
from bucketry.hookspecs import PROJECT, ProviderHooks

PREFIX = f"{PROJECT}_"
# A marker leaves this attribute on the function; markers of other projects leave another one.
_MARK = f"{PROJECT}_impl"
_SPEC_MARK = f"{PROJECT}_spec"

Hooks = Mapping[str, tuple[str, ...]]
"""Hook name to its argument names."""


def _arguments(spec: type) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(inspect.signature(function).parameters)[1:]
        for name, function in vars(spec).items()
        if name.startswith(PREFIX)
    }


HOOKS: Hooks = _arguments(ProviderHooks)
"""The hooks that every provider has."""


@cache
def hooks_of(specs: tuple[type, ...], who: str = "") -> Hooks:
    """Return `HOOKS` and those of a family's hookspec classes; `PluginError` for a faulty one."""
    hooks = dict(HOOKS)
    for spec in specs:
        if not isinstance(spec, type):
            raise PluginError(who, f"its hookspecs hold {spec!r}, which is no class")
        for name, function in vars(spec).items():
            mark = getattr(function, _SPEC_MARK, None)
            if mark is None and not name.startswith(PREFIX):
                continue
            if mark is None or not name.startswith(PREFIX) or not mark.get("firstresult"):
                raise PluginError(
                    who,
                    f"{spec.__name__}.{name}: a hook starts with {PREFIX!r} and is marked with "
                    "@bucketry.hookspec(firstresult=True)",
                )
            if name in hooks:
                raise PluginError(who, f"{spec.__name__}.{name}: there is a hook of this name")
        hooks.update(_arguments(spec))
    return hooks


def describe(layer: object, distribution: str) -> str:
    """Return ``module:Class (distribution)`` for messages."""
    kind = layer if isinstance(layer, type) else type(layer)
    name = f"{kind.__module__}:{kind.__qualname__}"
    return f"{name} ({distribution})" if distribution else name


def _nearest(word: str, words: Iterable[str]) -> str:
    # The prefix that all hooks share would make all of them look alike.
    bare = {each.removeprefix(PREFIX): each for each in words}
    near = difflib.get_close_matches(word.removeprefix(PREFIX), bare, n=1)
    return f"; did you mean {bare[near[0]]!r}?" if near else ""


def audit(layer: object, distribution: str = "", hooks: Hooks = HOOKS) -> None:
    """Raise `PluginError` for the first mistake in `layer` that pluggy would not report.

    `distribution` is the name and version the layer came with, for the message; `hooks` are those
    of the layer's provider.
    """
    who = describe(layer, distribution)
    if isinstance(layer, type):
        raise PluginError(who, f"a class, not an object; pass {layer.__name__}(...)")
    found = False
    for name in dir(layer):
        # Static, because reading a property runs it.
        attribute = inspect.getattr_static(layer, name, None)
        function = (
            attribute.__func__ if isinstance(attribute, staticmethod | classmethod) else attribute
        )
        mark = getattr(function, _MARK, None) if isinstance(function, FunctionType) else None
        if name.startswith(PREFIX):
            _audit_attribute(who, name, layer, attribute, function)
        elif mark is None:
            continue
        elif not mark.get("specname"):
            raise PluginError(
                who,
                f"{name} is marked as a hook, but hooks start with {PREFIX!r}"
                f"{_nearest(name, hooks)}",
            )
        found = True
        _audit_hook(who, name, function, mark, hooks, bound=not isinstance(attribute, staticmethod))
    if not found:
        raise PluginError(
            who,
            f"it has no method that starts with {PREFIX!r}, so it would never be asked; "
            f"the hooks are {', '.join(hooks)}",
        )


def _audit_attribute(
    who: str, name: str, layer: object, attribute: object, function: object
) -> None:
    if inspect.getattr_static(type(layer), name, None) is not attribute:
        raise PluginError(
            who, f"{name} looks like a hook but is set on the object; define it in the class"
        )
    if not isinstance(function, FunctionType):
        kind = type(attribute).__name__
        raise PluginError(who, f"{name} looks like a hook but is a {kind}, not a method")


def _audit_hook(
    who: str, name: str, function: Any, mark: dict[str, Any] | None, hooks: Hooks, *, bound: bool
) -> None:
    if mark is None:
        other = [key for key in vars(function) if key.endswith("_impl")]
        if other:
            raise PluginError(
                who,
                f"{name} carries the marker of {other[0].removesuffix('_impl')!r}; "
                "use bucketry.hookimpl",
            )
        raise PluginError(who, f"{name} looks like a hook but lacks the @bucketry.hookimpl marker")
    spec_name = mark.get("specname") or name
    if spec_name not in hooks:
        if mark.get("optionalhook"):
            return
        raise PluginError(who, f"there is no hook {spec_name!r}{_nearest(spec_name, hooks)}")
    offered = hooks[spec_name]
    parameters = list(inspect.signature(function).parameters.values())
    for parameter in parameters[1:] if bound else parameters:
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
            raise PluginError(
                who, f"{name}: argument {parameter.name!r} must be plain, not *, ** or keyword-only"
            )
        if parameter.default is not inspect.Parameter.empty:
            raise PluginError(
                who,
                f"{name}: argument {parameter.name!r} has a default, which pluggy's releases "
                "treat differently; hooks always receive every argument they name",
            )
        if parameter.name not in offered:
            raise PluginError(
                who,
                f"{name}: there is no argument {parameter.name!r}; it may take "
                f"{', '.join(offered)}{_nearest(parameter.name, offered)}",
            )
    wrapper = mark.get("wrapper") or mark.get("hookwrapper")
    generator = inspect.isgeneratorfunction(function)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise PluginError(who, f"{name} is async, but hooks are called without await")
    if mark.get("hookwrapper"):
        raise PluginError(
            who, f"{name} is an old-style hookwrapper; write @hookimpl(wrapper=True) and return"
        )
    if wrapper and not generator:
        raise PluginError(who, f"{name} is a wrapper without `yield`, so nothing below is asked")
    if generator and not wrapper:
        lister = ", or return what another method yields" if spec_name == "bucketry_list" else ""
        raise PluginError(
            who, f"{name} has a `yield` but is no wrapper; write @hookimpl(wrapper=True){lister}"
        )
    if wrapper and not _returns_a_value(function):
        raise PluginError(
            who, f"{name} is a wrapper without `return`, so the answer from below is lost"
        )


def _returns_a_value(function: Callable[..., Any]) -> bool:
    """Whether a generator function has a `return` with something behind it.

    Read from the code object, because the source may not be at hand: a plain end of a generator
    returns the constant None.
    """
    previous = None
    for instruction in dis.get_instructions(function):
        if instruction.opname == "RETURN_CONST" and instruction.argval is not None:
            return True
        if instruction.opname == "RETURN_VALUE":
            constant_none = (
                previous is not None and previous.opname == "LOAD_CONST" and previous.argval is None
            )
            # A jump to the return itself brings a value along: `return answer or None`.
            if not constant_none or instruction.is_jump_target:
                return True
        if instruction.opname not in ("CACHE", "NOP", "RESUME"):
            previous = instruction
    return False
