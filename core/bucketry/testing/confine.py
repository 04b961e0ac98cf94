"""The throw-away prefix: everything a run does stays inside, and that is proven afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import islice

import attrs
from attrs import field, frozen

from bucketry.errors import BucketryError
from bucketry.model import SignedUrl
from bucketry.provider import Provider
from bucketry.provider.listing import LIST_PAGE
from bucketry.testing.blame import described
from bucketry.testing.case import Case
from bucketry.testing.expect import Skip
from bucketry.testing.store import DEFAULT_PART_SIZE, Store, layers_of, rebuilt

WITNESS = b"This object stands beside a conformance run and must survive it.\n"


class CannotConfine(BucketryError):
    """The suite refuses to run: it cannot keep to a folder of its own on this provider."""


class NotConfined(AssertionError):
    """Something was left in the folder of a run, or has changed outside."""


@frozen
class Room:
    """A confined provider.

    Attributes:
        provider: works below `prefix` only; the host itself refuses every other key.
        prefix: the throw-away folder, seen from the provider that was given.
        expiring: a GET of an object that is there, signed for one second; None without signing.
        stand_in: the server in this process behind the provider, if there is one.
    """

    provider: Provider
    prefix: str
    expiring: SignedUrl | None
    stand_in: object | None
    _numbers: dict[str, int] = field(factory=dict, init=False, repr=False)
    _variants: dict[object, Provider] = field(factory=dict, init=False, repr=False)

    def store(self, case: Case) -> Store:
        """Return the view for one case: a folder that no other case uses."""
        number = self._numbers.setdefault(case.id, len(self._numbers))
        folder = f"c{number:03}"
        return Store(self.provider, folder, self.expiring, self._variants, self.stand_in)

    def close(self) -> None:
        """Close the other providers that cases made."""
        for variant in self._variants.values():
            variant.close()


@contextmanager
def confine(provider: Provider, stand_in: object | None = None) -> Iterator[Room]:
    """Confine `provider` to a new folder, remove that at the end and prove that nothing else moved.

    Raises `CannotConfine` before anything is stored in a place that cannot be cleaned up, and
    `NotConfined` at the end if something was left inside or has changed outside, or if the plugin
    failed while the folder was emptied.
    """
    prefix = f"conform-{secrets.token_hex(6)}"
    witness = f"{prefix}-beside.txt"
    faults: list[str] = []
    opened: list[Provider | Room] = []
    try:
        try:
            outer, inner = _prepared(provider, prefix)
            opened += [inner, outer]
            before = _seen(outer)
            with _naming(prefix):
                _rehearse(outer, inner, prefix, witness)
        except (CannotConfine, KeyboardInterrupt):
            raise
        except BaseException as error:  # SystemExit and its like, too: a run ends with a report
            raise CannotConfine(
                f"the rehearsal in {prefix}/ failed: {described(error, layers_of(provider))}"
            ) from error
        room = Room(inner, prefix, _expiring(inner), stand_in)
        opened.insert(0, room)
        try:
            yield room
        finally:
            with _naming(prefix):
                faults += _noted(outer, _cleaning(outer, inner, prefix, witness, before))
    finally:
        faults += _noted(provider, [one.close for one in opened])
    if faults:
        raise NotConfined(f"after the run in {prefix}/: {'; '.join(faults)}")


@contextmanager
def _naming(prefix: str) -> Iterator[None]:
    """Note the folder on a Ctrl-C that comes while something is in it."""
    try:
        yield
    except KeyboardInterrupt as stop:
        stop.add_note(f"{prefix}/ may not be empty")
        raise


def _prepared(provider: Provider, prefix: str) -> tuple[Provider, Provider]:
    """Return the provider without options that would stand in the way, and one below `prefix`."""
    options = provider.options
    if not attrs.has(type(options)):
        raise CannotConfine(f"the options of {provider.vendor.title} are no attrs class")
    changes = {"prevent_overwrite": False} if hasattr(options, "prevent_overwrite") else {}
    root = f"{options.root_path}/{prefix}" if options.root_path else prefix
    try:
        outer = rebuilt(provider, **changes)
        return outer, rebuilt(outer, root_path=root, **_smallest_parts(provider))
    except Skip as error:
        raise CannotConfine(str(error)) from error


def _smallest_parts(provider: Provider) -> dict[str, object]:
    """Large uploads as small as the vendor allows: they are what takes the time."""
    multipart = getattr(provider.options, "multipart", None)
    if multipart is None:
        return {}
    least = provider.capabilities.part_size_min.value or DEFAULT_PART_SIZE
    return {"multipart": attrs.evolve(multipart, part_size=least)}


def _rehearse(outer: Provider, inner: Provider, prefix: str, witness: str) -> None:
    """Store, find and delete one object from inside and one from outside, before any case runs."""
    if any(outer.list(f"{prefix}/")):
        raise CannotConfine(f"there are objects in {prefix}/ already")
    try:
        outer.upload(WITNESS, key=witness)
        stored = inner.upload(WITNESS, key="rehearsal")
        wanted = inner.options.root_path + "/rehearsal"
        found = [info.key for info in outer.list(prefix)]
        if stored.object_key != wanted or sorted(found) != sorted([witness, f"{prefix}/rehearsal"]):
            raise CannotConfine(f"an upload meant for {wanted} ended as {stored.object_key}")
        inner.delete("rehearsal")
        if outer.exists(f"{prefix}/rehearsal"):
            raise CannotConfine("a deleted object is still there, so nothing could be cleaned up")
    except BaseException:
        with suppress(Exception):  # what went wrong first is what counts
            outer.delete_many([witness, f"{prefix}/rehearsal"])
        raise


def _expiring(inner: Provider) -> SignedUrl | None:
    try:
        inner.upload(WITNESS, key="expiring.txt")
        return inner.sign("expiring.txt", expires_in=1)
    except Exception:  # the cases that sign say what is wrong
        return None


def _cleaning(
    outer: Provider, inner: Provider, prefix: str, witness: str, before: list[Seen]
) -> list[Callable[[], Iterable[str] | None]]:
    """Return what is to be done after a run; each step tells what is wrong."""

    def empty() -> list[str]:
        failures = outer.delete_prefix(prefix).failures
        return [f"{one.key} could not be deleted: {one.reason}" for one in failures[:3]]

    def sweep() -> None:
        inner.sweep(older_than=timedelta(0))

    def look_inside() -> list[str]:
        left = [info.key for info in islice(outer.list(f"{prefix}/"), 3)]
        return [f"{', '.join(left)} could not be deleted"] if left else []

    def look_beside() -> list[str]:
        changed = outer.read(witness) != WITNESS
        return ["the object beside the folder has changed"] if changed else []

    def look_around() -> list[str]:
        if [one for one in _seen(outer) if not one[0].startswith(prefix)] == before:
            return []
        return [
            "objects outside the folder are not what they were; if nobody else writes there, the "
            "suite or the plugin did"
        ]

    return [empty, sweep, look_inside, look_beside, lambda: outer.delete(witness), look_around]


def _noted(provider: Provider, steps: Iterable[Callable[[], Iterable[str] | None]]) -> list[str]:
    """Do every step, whatever the one before has raised; return all that is wrong."""
    faults: list[str] = []
    for step in steps:
        try:
            faults += step() or ()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            faults.append(described(error, layers_of(provider)))
    return faults


Seen = tuple[str, str | None, int]


def _seen(outer: Provider) -> list[Seen]:
    """Return the objects around the folder as they are now, a thousand of them at most."""
    return [(info.key, info.etag, info.size) for info in islice(outer.list(), LIST_PAGE)]
