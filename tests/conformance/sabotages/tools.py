"""Short ways to break a method: what it is given, or what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from bucketry import Provider
from bucketry.source import Source
from conformance.places import OPEN_BUCKET
from conformance.sabotage import Sabotage

Change = Callable[[Any], Any]


def sabotage(case: str | tuple[str, ...], says: str, **how: Any) -> Sabotage:
    """Return a sabotage of one case or several; see `Sabotage`."""
    return Sabotage(breaks=(case,) if isinstance(case, str) else case, says=says, **how)


def whole(source: Any) -> bytes:
    """Return all bytes of a source."""
    with Source(source) as opened:
        return opened.read(1 << 30)


def body(change: Callable[[bytes], bytes]) -> dict[str, Any]:
    """Change the bytes of every upload."""

    def upload(self: Provider, source: Any, **options: Any) -> Any:
        return Provider.upload(self, change(whole(source)), **options)

    return {"upload": upload}


def source(change: Change) -> dict[str, Any]:
    """Change the source of every upload."""

    def upload(self: Provider, given: Any, **options: Any) -> Any:
        return Provider.upload(self, change(given), **options)

    return {"upload": upload}


def source_if(when: Callable[[Any], bool], change: Change) -> dict[str, Any]:
    """Change the source of an upload where it is of a certain kind."""
    return source(lambda given: change(given) if when(given) else given)


def options(change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Change the options of every upload, the key among them."""

    def upload(self: Provider, given: Any, **options: Any) -> Any:
        return Provider.upload(self, given, **change(options))

    return {"upload": upload}


def without(*names: str) -> dict[str, Any]:
    """Drop options of every upload."""
    return options(lambda given: {n: v for n, v in given.items() if n not in names})


def cleaned(name: str) -> dict[str, Any]:
    """Take what would be refused out of one option, and say nothing."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("\r", "").replace("\n", "").replace("\0", "")
        return {clean(key): clean(inner) for key, inner in value.items()}

    return options(lambda given: {n: clean(v) if n == name else v for n, v in given.items()})


def key(change: Callable[[str], str], *methods: str) -> dict[str, Any]:
    """Change the key that methods are given, that of `upload` if none is named."""

    def changed(name: str) -> Any:
        def method(self: Provider, key: Any, *args: Any, **options: Any) -> Any:
            return getattr(Provider, name)(self, change(key), *args, **options)

        return method

    def upload(self: Provider, source: Any, *, key: Any = None, **options: Any) -> Any:
        return Provider.upload(self, source, key=change(key), **options)

    return {name: upload if name == "upload" else changed(name) for name in methods or ("upload",)}


def arguments(called: str, **fixed: Any) -> dict[str, Any]:
    """Call a method with some arguments fixed, whatever is asked for."""

    def changed(self: Provider, *args: Any, **given: Any) -> Any:
        return getattr(Provider, called)(self, *args, **{**given, **fixed})

    return {called: changed}


def dropped(method: str, *names: str) -> dict[str, Any]:
    """Call a method without some of its arguments."""

    def changed(self: Provider, *args: Any, **given: Any) -> Any:
        kept = {name: value for name, value in given.items() if name not in names}
        return getattr(Provider, method)(self, *args, **kept)

    return {method: changed}


def answer(method: str, change: Change) -> dict[str, Any]:
    """Change what a method answers."""

    def changed(self: Provider, *args: Any, **given: Any) -> Any:
        return change(getattr(Provider, method)(self, *args, **given))

    return {method: changed}


def instead(method: str, *errors: type[BaseException], result: Any = None) -> dict[str, Any]:
    """Answer `result` where a method raises one of `errors`."""

    def changed(self: Provider, *args: Any, **given: Any) -> Any:
        try:
            return getattr(Provider, method)(self, *args, **given)
        except errors:
            return result

    return {method: changed}


def raising(method: str, error: BaseException, when: Callable[..., bool]) -> dict[str, Any]:
    """Raise where `when`, given the provider and the arguments, says so."""

    def changed(self: Provider, *args: Any, **given: Any) -> Any:
        if when(self, *args, **given):
            raise error
        return getattr(Provider, method)(self, *args, **given)

    return {method: changed}


def stored(**fields: Any) -> dict[str, Any]:
    """Answer an upload with other fields; a callable makes one of the true answer."""
    return answer("upload", lambda true: _evolved(true, fields))


def told(**fields: Any) -> Callable[..., Any]:
    """Change fields of what a hook answers, errors aside."""

    def change(true: Any, **_: Any) -> Any:
        return true if isinstance(true, BaseException) else _evolved(true, fields)

    return change


def _evolved(true: Any, fields: dict[str, Any]) -> Any:
    return attrs.evolve(
        true, **{n: value(true) if callable(value) else value for n, value in fields.items()}
    )


def listed(change: Change) -> dict[str, Any]:
    """Change each object in every listing."""

    def pages(true: Any, **_: Any) -> Any:
        return (
            attrs.evolve(page, objects=[change(info) for info in page.objects]) for page in true
        )

    return {"list": pages}


def listed_key(change: Callable[[str], str]) -> dict[str, Any]:
    """Change the key of each object in every listing."""
    return listed(lambda info: attrs.evolve(info, key=change(info.key)))


def in_the_open(given: Any) -> Any:
    """Lead to the stand-in's other bucket, which is open to everybody."""
    return attrs.evolve(given, bucket=OPEN_BUCKET)


def told_twice(given: dict[str, Any]) -> dict[str, Any]:
    """Tell each step of the progress twice."""
    progress = given.get("progress")
    if progress is None:
        return given
    return {**given, "progress": lambda step: (progress(step), progress(step))}


def deletes_first(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
    """Take the old object away before the new one is stored."""
    self.delete(key)
    return Provider.upload(self, given, key=key, **options)


def bare_copy(self: Provider, source: str, target: str, **_: Any) -> Any:
    """Copy the bytes and nothing else."""
    return self.upload(self.read(source), key=target)
