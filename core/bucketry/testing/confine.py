"""The throw-away prefix: everything a run does stays inside, and that is proven afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import islice

import attrs
from attrs import field, frozen

from bucketry.errors import BucketryError
from bucketry.model import SignedUrl
from bucketry.provider import LIST_PAGE, Provider
from bucketry.testing.case import Case, Skip
from bucketry.testing.store import DEFAULT_PART_SIZE, Store, rebuilt

WITNESS = b"This object stands beside a conformance run and must survive it.\n"


class CannotConfine(BucketryError):
    """The suite refuses to run: it cannot keep to a folder of its own on this provider."""


@frozen(kw_only=True)
class Room:
    """A confined provider.

    Attributes:
        provider: works below `prefix` only; the host itself refuses every other key.
        prefix: the throw-away folder, seen from the provider that was given.
        expiring: a GET of an object that is there, signed for one second; None without signing.
    """

    provider: Provider
    prefix: str
    expiring: SignedUrl | None
    _numbers: dict[str, int] = field(factory=dict, init=False, repr=False)
    _variants: dict[object, Provider] = field(factory=dict, init=False, repr=False)

    def store(self, case: Case) -> Store:
        """Return the view for one case: a folder that no other case uses."""
        number = self._numbers.setdefault(case.id, len(self._numbers))
        return Store(self.provider, f"c{number:03}", self.expiring, self._variants)

    def close(self) -> None:
        """Close the other providers that cases made."""
        for variant in self._variants.values():
            variant.close()


@contextmanager
def confine(provider: Provider) -> Iterator[Room]:
    """Confine `provider` to a new folder, remove that at the end and prove that nothing else moved.

    Raises `CannotConfine` before anything is stored in a place that cannot be cleaned up, and
    `AssertionError` at the end if something was left inside or has changed outside.
    """
    prefix = f"conform-{secrets.token_hex(6)}"
    with _prepared(provider, prefix) as (outer, inner):
        witness = f"{prefix}-beside.txt"
        before = _seen(outer)
        try:
            _rehearse(outer, inner, prefix, witness)
        except BaseException:
            with suppress(Exception):  # what went wrong first is what counts
                outer.delete_many([witness, f"{prefix}/rehearsal"])
            raise
        room = Room(provider=inner, prefix=prefix, expiring=_expiring(inner))
        try:
            yield room
        finally:
            room.close()
            faults = _cleaned(outer, inner, prefix, witness)
        if not faults and _seen(outer) != before:
            faults.append(
                "objects outside the folder are not what they were; if nobody else writes there, "
                "the suite or the plugin did"
            )
        if faults:
            raise AssertionError(f"after the run in {prefix}/: {'; '.join(faults)}")


@contextmanager
def _prepared(provider: Provider, prefix: str) -> Iterator[tuple[Provider, Provider]]:
    """Give the provider without options that would stand in the way, and one below `prefix`."""
    options = provider.options
    if not attrs.has(type(options)):
        raise CannotConfine(f"the options of {provider.vendor.title} are no attrs class")
    changes = {"prevent_overwrite": False} if hasattr(options, "prevent_overwrite") else {}
    root = f"{options.root_path}/{prefix}" if options.root_path else prefix
    try:
        outer = rebuilt(provider, **changes)
        inner = rebuilt(outer, root_path=root, **_smallest_parts(provider))
    except Skip as error:
        raise CannotConfine(str(error)) from error
    with outer, inner:
        yield outer, inner


def _smallest_parts(provider: Provider) -> dict[str, object]:
    """Large uploads as small as the vendor allows: they are what takes the time."""
    multipart = getattr(provider.options, "multipart", None)
    if multipart is None:
        return {}
    least = provider.capabilities.part_size_min.value or DEFAULT_PART_SIZE
    return {"multipart": attrs.evolve(multipart, part_size=least)}


def _rehearse(outer: Provider, inner: Provider, prefix: str, witness: str) -> None:
    """Store, find and delete one object from inside and one from outside, before any case runs."""
    try:
        if any(outer.list(f"{prefix}/")):
            raise CannotConfine(f"there are objects in {prefix}/ already")
        outer.upload(WITNESS, key=witness)
        stored = inner.upload(WITNESS, key="rehearsal")
        wanted = inner.options.root_path + "/rehearsal"
        found = [info.key for info in outer.list(prefix)]
        if stored.object_key != wanted or sorted(found) != sorted([witness, f"{prefix}/rehearsal"]):
            raise CannotConfine(f"an upload meant for {wanted} ended as {stored.object_key}")
        inner.delete("rehearsal")
        if outer.exists(f"{prefix}/rehearsal"):
            raise CannotConfine("a deleted object is still there, so nothing could be cleaned up")
    except CannotConfine:
        raise
    except BucketryError as error:
        raise CannotConfine(f"the rehearsal in {prefix}/ failed: {error}") from error


def _expiring(inner: Provider) -> SignedUrl | None:
    try:
        inner.upload(WITNESS, key="expiring.txt")
        return inner.sign("expiring.txt", expires_in=1)
    except BucketryError:
        return None


def _cleaned(outer: Provider, inner: Provider, prefix: str, witness: str) -> list[str]:
    """Empty the folder; return what is wrong afterwards."""
    faults = []
    try:
        failures = outer.delete_prefix(prefix).failures
        faults += [f"{one.key} could not be deleted: {one.reason}" for one in failures[:3]]
        inner.sweep(older_than=timedelta(0))
        left = [info.key for info in islice(outer.list(f"{prefix}/"), 3)]
        if left:
            faults.append(f"{', '.join(left)} could not be deleted")
        if outer.read(witness) != WITNESS:
            faults.append("the object beside the folder has changed")
    except BucketryError as error:
        faults.append(str(error))
    finally:
        with suppress(BucketryError):
            outer.delete(witness)
    return faults


def _seen(outer: Provider) -> list[tuple[str, str | None, int]]:
    """Return the objects around the folder as they are now, a thousand of them at most."""
    return [(info.key, info.etag, info.size) for info in islice(outer.list(), LIST_PAGE)]
