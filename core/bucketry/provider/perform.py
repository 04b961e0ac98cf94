"""The one place that every operation passes: watched, and its errors told."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NoReturn, Self

from bucketry.discretion import empty
from bucketry.model import Operation
from bucketry.noting import Notes
from bucketry.provider.ground import Ground

Watcher = Generator[None, Any, Any]


class perform:
    """An operation under way; a context manager. It costs nothing where nobody watches.

    `answer` is what those who watch are shown at the end. What goes on for longer than a block
    calls `begin`, then `fail` or `end`; what yields in between, as a generator does, is `lasting`.
    Both ask the layers under `noted`.
    """

    answer: Any = None
    _notes: Notes | None = None
    _noted: AbstractContextManager[None] | None = None

    def __init__(
        self,
        ground: Ground,
        name: str,
        key: str | None = None,
        question: Any = None,
        *,
        lasting: bool = False,
    ) -> None:
        self._ground = ground
        self._name = name
        self._key = key
        self._question = question
        self._watching: list[Watcher] = []
        self._before = sys.exception()
        self._lasting = lasting

    def __enter__(self) -> Self:
        if self._ground.watchers:
            self._begin()
            if self._notes is not None and not self._lasting:
                self._noted = self._notes.open()
                self._noted.__enter__()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if self._noted is not None:
            self._noted.__exit__(None, None, None)
        if error is None or isinstance(error, GeneratorExit):
            if self._watching:
                self.end(None)
            return
        told = self._failed(error)
        if told is not error:
            del error
            self.hand_out(told)

    def begin(self) -> None:
        """Let it begin for those who watch; any of them may refuse it."""
        if self._ground.watchers:
            self._begin()

    def noted(self) -> AbstractContextManager[None]:
        """Let what the layers do in this context be noted for those who watch."""
        return nullcontext() if self._notes is None else self._notes.open()

    def moved(self, size: int) -> None:
        """Note so many bytes of an object that went through here."""
        if self._notes is not None:
            self._notes.moved(size)

    def fail(self, error: BaseException) -> NoReturn:
        """End with an error, and raise it as the application gets it."""
        told = self._failed(error)
        del error
        self.hand_out(told)

    def told(self, error: BaseException) -> BaseException:
        """Return an error as the application gets it; nothing else shows a secret any more."""
        told = self._ground.told(error, self._name, self._key)
        if told is not error:
            told.__suppress_context__ = True
        empty(error, self._before)
        return told

    def _failed(self, error: BaseException) -> BaseException:
        told = self.told(error)
        self.end(told)
        return told

    @staticmethod
    def hand_out(told: BaseException) -> NoReturn:
        """Raise it without the error that it stands for, which may show a secret."""
        context = told.__context__
        try:
            raise told
        finally:
            told.__context__ = context

    def _begin(self) -> None:
        operation = Operation(
            name=self._name,
            provider=self._ground.name,
            vendor=self._ground.vendor.name,
            key=self._key,
            bucket=getattr(self._ground.options, "bucket", ""),
            question=self._question,
        )
        self._notes = operation.notes
        for watch in self._ground.watchers:
            watcher: Watcher = watch(operation=operation)
            try:
                next(watcher)
            except StopIteration:
                continue  # it looked, and does not want to see the end
            except BaseException as error:
                self.fail(error)
            self._watching.append(watcher)

    def end(self, error: BaseException | None) -> None:
        """Tell those who watch, the last one to begin first. What is done is done for them, too."""
        while self._watching:
            watcher = self._watching.pop()
            try:
                if error is None:
                    watcher.send(self.answer)
                else:
                    watcher.throw(error)
            except StopIteration:
                continue
            except Exception as failure:
                if failure is not error:
                    _broken(watcher, failure)
            except BaseException as failure:
                if failure is not error:
                    raise
            else:
                watcher.close()
                _broken(watcher, None)


def _broken(watcher: Watcher, failure: Exception | None) -> None:
    """Say that somebody who watches is broken, without its message, which may hold anything."""
    why = "yields twice" if failure is None else f"failed with {type(failure).__name__}"
    name = getattr(watcher, "__qualname__", "bucketry_perform")
    warnings.warn(f"{name} {why}; the operation is not affected", RuntimeWarning, stacklevel=4)
