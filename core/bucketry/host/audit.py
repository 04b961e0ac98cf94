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
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from attrs import frozen

from bucketry.errors import PluginError
from bucketry.hookspecs import PROJECT, ProviderHooks

PREFIX = f"{PROJECT}_"
# A marker leaves this attribute on the function; markers of other projects leave another one.
_MARK = f"{PROJECT}_impl"
_SPEC_MARK = f"{PROJECT}_spec"

SIGNING = f"{PREFIX}sign"
"""The hook whose answer is compared with what a signature says."""

WATCHING = f"{PREFIX}perform"
"""The hook that only wrappers may have, and that the host drives itself."""


@frozen(eq=False)
class HookMethod:
    """A method that answers `hook`: its name, the arguments it takes, what its marker says."""

    hook: str
    name: str
    arguments: tuple[str, ...]
    mark: Mapping[str, Any]


class HookTable(Mapping[str, tuple[str, ...]]):
    """The hooks of a kind of provider: hook name to its argument names.

    What was found out about a layer's class is kept, so that the next object of it costs nothing.
    `collecting` are those whose answers all count, not the first one.
    """

    def __init__(self, *specs: type) -> None:
        self._arguments: dict[str, tuple[str, ...]] = {}
        self._specs: dict[str, type] = {}
        self.collecting: set[str] = set()
        self.audited: WeakKeyDictionary[type, tuple[HookMethod, ...]] = WeakKeyDictionary()
        for spec in specs:
            for name, function in vars(spec).items():
                if name.startswith(PREFIX):
                    self._arguments[name] = tuple(inspect.signature(function).parameters)[1:]
                    if not getattr(function, _SPEC_MARK)["firstresult"]:
                        self.collecting.add(name)
                    self._specs[name] = type(name, (), {name: function})

    def __getitem__(self, hook: str) -> tuple[str, ...]:
        return self._arguments[hook]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arguments)

    def __len__(self) -> int:
        return len(self._arguments)

    def spec(self, hook: str) -> type:
        """Return a class with the declaration of `hook` and nothing else."""
        return self._specs[hook]


HOOKS = HookTable(ProviderHooks)
"""The hooks that every provider has."""


@cache
def hooks_of(specs: tuple[type, ...], who: str = "") -> HookTable:
    """Return `HOOKS` with those of a family's hookspec classes; `PluginError` for a faulty one."""
    taken = set(HOOKS)
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
            if name in taken:
                raise PluginError(who, f"{spec.__name__}.{name}: there is a hook of this name")
            taken.add(name)
    return HookTable(ProviderHooks, *specs) if specs else HOOKS


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


def audit(
    layer: object, distribution: str = "", hooks: HookTable = HOOKS
) -> tuple[HookMethod, ...]:
    """Return the methods with which `layer` answers hooks.

    `PluginError` for the first mistake that pluggy would not report. `distribution` is the name and
    version the layer came with, for the message; `hooks` are those of the layer's provider.
    """
    kind = type(layer)
    if isinstance(layer, type):
        raise PluginError(
            describe(layer, distribution), f"a class, not an object; pass {layer.__name__}(...)"
        )
    for name, value in getattr(layer, "__dict__", {}).items():
        if name.startswith(PREFIX) or (isinstance(value, FunctionType) and hasattr(value, _MARK)):
            raise PluginError(
                describe(layer, distribution),
                f"{name} looks like a hook but is set on the object; define it in the class",
            )
    return audit_class(kind, distribution, hooks)


def audit_class(
    kind: type, distribution: str = "", hooks: HookTable = HOOKS
) -> tuple[HookMethod, ...]:
    """Return the methods with which objects of the class `kind` answer hooks, as `audit` does."""
    methods = hooks.audited.get(kind)
    if methods is None:
        methods = hooks.audited[kind] = tuple(_methods(kind, describe(kind, distribution), hooks))
    return methods


def _methods(kind: type, who: str, hooks: HookTable) -> Iterator[HookMethod]:
    found = False
    for name in dir(kind):
        # Static, because reading a property runs it.
        attribute = inspect.getattr_static(kind, name, None)
        function = (
            attribute.__func__ if isinstance(attribute, staticmethod | classmethod) else attribute
        )
        mark = getattr(function, _MARK, None) if isinstance(function, FunctionType) else None
        if name.startswith(PREFIX):
            if not isinstance(function, FunctionType):
                raise PluginError(
                    who, f"{name} looks like a hook but is a {type(attribute).__name__}, "
                    "not a method"
                )  # fmt: skip
        elif mark is None:
            continue
        elif not mark.get("specname"):
            raise PluginError(
                who,
                f"{name} is marked as a hook, but hooks start with {PREFIX!r}"
                f"{_nearest(name, hooks)}",
            )
        found = True
        method = _hook_method(
            who, name, function, mark, hooks, bound=not isinstance(attribute, staticmethod)
        )
        if method is not None:
            yield method
    if not found:
        raise PluginError(
            who,
            f"it has no method that starts with {PREFIX!r}, so it would never be asked; "
            f"the hooks are {', '.join(hooks)}",
        )


def _hook_method(
    who: str,
    name: str,
    function: Any,
    mark: dict[str, Any] | None,
    hooks: HookTable,
    *,
    bound: bool,
) -> HookMethod | None:
    """Return what the method answers; None for a hook of a later release."""
    if mark is None:
        other = [key for key in vars(function) if key.endswith("_impl")]
        if other:
            raise PluginError(
                who,
                f"{name} carries the marker of {other[0].removesuffix('_impl')!r}; "
                "use bucketry.hookimpl",
            )
        raise PluginError(who, f"{name} looks like a hook but lacks the @bucketry.hookimpl marker")
    hook = mark.get("specname") or name
    if hook not in hooks:
        if mark.get("optionalhook"):
            return None
        raise PluginError(who, f"there is no hook {hook!r}{_nearest(hook, hooks)}")
    parameters = list(inspect.signature(function).parameters.values())
    if bound:
        if not parameters or parameters[0].name in hooks[hook]:
            raise PluginError(who, f"{name} is a method, and lacks `self` in front")
        del parameters[0]
    _audit_parameters(who, name, parameters, hooks[hook])
    _audit_kind(who, name, hook, function, mark)
    return HookMethod(hook, name, tuple(parameter.name for parameter in parameters), mark)


def _audit_parameters(
    who: str, name: str, parameters: Iterable[inspect.Parameter], offered: tuple[str, ...]
) -> None:
    for parameter in parameters:
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
                f"{', '.join(offered) or 'none'}{_nearest(parameter.name, offered)}",
            )


def _audit_kind(who: str, name: str, hook: str, function: Any, mark: Mapping[str, Any]) -> None:
    """Refuse what would not run as a hook, or not as the one that the marker says."""
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
    if hook == WATCHING:
        if not wrapper:
            raise PluginError(
                who, f"{name} watches an operation and answers nothing; write "
                "@hookimpl(wrapper=True) and `yield`"
            )  # fmt: skip
        return
    if generator and not wrapper:
        lister = ", or return what another method yields" if hook == "bucketry_list" else ""
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
