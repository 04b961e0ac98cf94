"""A provider's layers as one frozen stack of hooks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from threading import Lock
from types import CodeType
from typing import Any, cast

import pluggy
from attrs import evolve, frozen

from bucketry.errors import PluginError
from bucketry.forking import forget_in_child
from bucketry.hookspecs import PROJECT, ProviderHooks
from bucketry.host.addresses import Signed, signer
from bucketry.host.audit import SIGNING, WATCHING, HookMethod, HookTable, audit, hooks_of


@frozen(eq=False)
class NamedLayer:
    """A layer with the name that messages use, and the distribution it came with."""

    name: str
    layer: object
    distribution: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution})" if self.distribution else self.name


class _Manager(pluggy.PluginManager):
    """Takes one method at a time: looking through a layer for hooks is the audit's trade."""

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        return {**plugin.mark, "specname": None}


class _OneHook:
    """One method of one layer, under the name of the hook that it answers."""

    def __init__(self, method: HookMethod, function: Callable[..., Any]) -> None:
        self.mark = method.mark
        self._hook = method.hook
        setattr(self, method.hook, function)

    def __dir__(self) -> list[str]:
        return [self._hook]


class _Relay:
    """The hooks by name. A chain is resolved when it is first asked for, and then stays."""

    def __init__(
        self,
        table: HookTable,
        methods: Mapping[str, Sequence[tuple[NamedLayer, HookMethod]]],
        signed: Signed,
    ) -> None:
        self._table = table
        self._methods = methods
        self._signed = signed
        self.forget()
        forget_in_child(self)

    def forget(self) -> None:
        """Let the next chain be put together from the start; those that are stay as they are."""
        self._manager: pluggy.PluginManager | None = None
        self._lock = Lock()

    def __getattr__(self, hook: str) -> Any:
        """Let pluggy put the chain of one hook together."""
        if hook not in self._table or hook == WATCHING:
            raise AttributeError(f"there is no hook {hook!r}")
        resolved = vars(self)
        with self._lock:
            if hook not in resolved:
                resolved[hook] = self._direct(hook) or self._managed(hook)
            return resolved[hook]

    def _functions(self, hook: str) -> Iterator[tuple[NamedLayer, HookMethod, Callable[..., Any]]]:
        """Yield who answers, from the bottom up, and with what."""
        for position, (named, method) in enumerate(self._methods.get(hook, ())):
            function = getattr(named.layer, method.name)
            if hook == SIGNING and not position and not method.mark.get("wrapper"):
                yield self._signing_lowest(named, method, function)
            else:
                yield named, method, function

    def _signing_lowest(
        self, named: NamedLayer, method: HookMethod, function: Callable[..., Any]
    ) -> tuple[NamedLayer, HookMethod, Callable[..., Any]]:
        """Keep what the lowest layer signs, made of its frames where that is enough."""
        whole = self._table[SIGNING]
        frame_of = _brought(named, method, "signing_frame")
        quick = signer(frame_of, checked="bucketry_check_signed" in self._methods)
        sign = self._signed.kept(_taking_all(whole, method, function), quick)
        return named, evolve(method, arguments=whole), sign

    def _direct(self, hook: str) -> Callable[..., Any] | None:
        """Return the chain as a function that does what pluggy does, in a third of the time.

        None where every answer counts or somebody has an order of its own: that is left to pluggy.
        """
        if hook in self._table.collecting:
            return None
        functions: list[Callable[..., Any]] = []
        wrappers: list[Callable[..., Any]] = []
        for _, method, function in self._functions(hook):
            if method.mark.get("tryfirst") or method.mark.get("trylast"):
                return None
            chain = wrappers if method.mark.get("wrapper") else functions
            chain.append(_taking_all(self._table[hook], method, function))
        ask = functions[0] if len(functions) == 1 else _first_of(functions[::-1])
        for wrapper in wrappers:
            ask = _inside(wrapper, ask)
        return ask

    def _managed(self, hook: str) -> Any:
        """Let pluggy put the chain together."""
        if self._manager is None:
            self._manager = _Manager(PROJECT)
        self._manager.add_hookspecs(self._table.spec(hook))
        for named, method, function in self._functions(hook):
            self._manager.register(_OneHook(method, function), name=f"{named.name}.{hook}")
        return getattr(self._manager.hook, hook)


def _first_of(functions: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """Return what gives the first answer that is not None."""

    def ask(**arguments: Any) -> Any:
        for function in functions:
            answer = function(**arguments)
            if answer is not None:
                return answer
        return None

    return ask


def _inside(wrapper: Callable[..., Any], below: Callable[..., Any]) -> Callable[..., Any]:
    """Return what asks `below` where `wrapper` yields."""

    def ask(**arguments: Any) -> Any:
        turn = wrapper(**arguments)
        try:
            next(turn)
        except StopIteration:
            raise _misused(turn, "did not yield") from None
        answer: Any = None
        failure: BaseException | None = None
        try:
            answer = below(**arguments)
        except BaseException as error:
            failure = error
        try:
            if failure is None:
                turn.send(answer)
            else:
                turn.throw(failure)
        except StopIteration as end:
            return end.value
        except RuntimeError as error:
            # A StopIteration leaves a generator that does nothing about it as this.
            if isinstance(failure, StopIteration) and error.__cause__ is failure:
                raise failure from None
            raise
        finally:
            del failure
        turn.close()
        raise _misused(turn, "has second yield")

    return ask


def _misused(turn: Generator[None, Any, Any], how: str) -> PluginError:
    code: CodeType = getattr(turn, "gi_code")  # noqa: B009 - typing knows of no generator's code
    where = f"{code.co_filename}:{code.co_firstlineno}"
    return PluginError(code.co_name, f"the wrapper at {where} {how}; a wrapper yields exactly once")


def _taking_all(
    whole: Sequence[str], method: HookMethod, function: Callable[..., Any]
) -> Callable[..., Any]:
    """Return what takes all arguments of a hook, and calls `function` with those that it wants.

    By place, as pluggy does: a decorator may have given them other names.
    """
    names = method.arguments
    decorated = hasattr(function, "__wrapped__") or hasattr(function, "__signature__")
    if len(names) == len(whole) and not decorated:
        return function
    if not names:
        return lambda **_: function()
    if len(names) == 1:
        (name,) = names
        return lambda **given: function(given[name])
    return lambda **given: function(*[given[name] for name in names])


class LayerStack:
    """The hooks of one provider. Built once, never changed; `with_layer` builds another.

    `hooks` has the methods of `ProviderHooks` and of the family's `hookspecs`; the top layer is
    asked first. `names` lists the layers from the bottom up. `watchers` are the wrappers of whole
    operations, the top one first. `signed` is what the lowest layer has signed last.
    """

    def __init__(
        self, layers: Sequence[NamedLayer], hookspecs: Sequence[type] = (), plugin: str = ""
    ) -> None:
        """Audit `layers`, given from the bottom up.

        `plugin` names who brings `hookspecs`, for messages.
        """
        table = hooks_of(tuple(hookspecs), plugin)
        self._layers = tuple(layers)
        self._methods: dict[str, list[tuple[NamedLayer, HookMethod]]] = {}
        for position, named in enumerate(layers):
            for other in layers[:position]:
                _tell_apart(named, other)
            for method in audit(named.layer, named.distribution, table):
                self._methods.setdefault(method.hook, []).append((named, method))
        self.names = tuple(named.name for named in layers)
        self.watchers = tuple(
            _watcher(named.layer, method)
            for named, method in reversed(self._methods.get(WATCHING, ()))
        )
        self.signed = Signed()
        self.hooks = cast(ProviderHooks, _Relay(table, self._methods, self.signed))

    @property
    def layers(self) -> tuple[NamedLayer, ...]:
        """The layers from the bottom up."""
        return self._layers

    def asked(self, hook: str) -> list[str]:
        """Return the layers that answer `hook`, top first, each with its distribution."""
        return [str(named) for named, _ in reversed(self._methods.get(hook, ()))]

    def alone(self, hook: str) -> bool:
        """Return whether one layer has `hook` to itself."""
        return len(self._methods.get(hook, ())) == 1

    def takes(self, hook: str, argument: str) -> bool:
        """Return whether a layer that answers `hook`, and does not only wrap it, has `argument`."""
        return any(
            argument in method.arguments and not method.mark.get("wrapper")
            for _, method in self._methods.get(hook, ())
        )

    def beside(self, hook: str, name: str) -> Any:
        """Return what the layer that has `hook` to itself has under `name`, else None."""
        answering = self._methods.get(hook, ())
        if len(answering) != 1:
            return None
        ((named, method),) = answering
        return _brought(named, method, name)


def _brought(named: NamedLayer, method: HookMethod, name: str) -> Any:
    """Return what a layer has under `name` beside a hook's method, else None.

    It counts only where the class that answers the hook brings it: one that answers otherwise than
    the class that it is derived from has not made it.
    """
    brings = next(vars(kind) for kind in type(named.layer).__mro__ if method.name in vars(kind))
    return getattr(named.layer, name) if name in brings else None


def _watcher(layer: object, method: HookMethod) -> Callable[..., Any]:
    watch: Callable[..., Any] = getattr(layer, method.name)
    return watch if method.arguments else lambda operation: watch()


def _tell_apart(named: NamedLayer, other: NamedLayer) -> None:
    if named.layer is other.layer:
        raise PluginError(named.name, f"the same object is already {other.name}")
    if named.name == other.name:
        raise PluginError(named.name, "two layers have this name")


def name_layers(
    vendor: str, layers: Iterable[object], *, distribution: str = "", start: int = 0
) -> list[NamedLayer]:
    """Name layers ``r2/0:S3Layer`` so that a message tells which one it means."""
    named = []
    for number, layer in enumerate(layers, start):
        kind: Any = layer if isinstance(layer, type) else type(layer)
        named.append(NamedLayer(f"{vendor}/{number}:{kind.__name__}", layer, distribution))
    return named
