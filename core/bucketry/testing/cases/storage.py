"""Storage classes: a declared one is used and told, one that does not exist is refused."""

from __future__ import annotations

from bucketry.errors import UnsupportedOptionWarning
from bucketry.testing.case import case, has
from bucketry.testing.expect import Skip, refusal, same
from bucketry.testing.store import SAMPLE, Store

# Cheap to keep and free to read; the archives are neither.
CHEAP = ("REDUCED_REDUNDANCY", "ONEZONE_IA", "STANDARD_IA", "INTELLIGENT_TIERING")


@case("storage", needs=has("storage_classes", "STANDARD"))
def standard(store: Store) -> None:
    """An upload into the class STANDARD is stored and read like any other."""
    store.put(storage_class="STANDARD")
    same(store.read(), SAMPLE, "the bytes read back")


@case("storage", needs=has("storage_classes", *CHEAP))
def another_class(store: Store) -> None:
    """An upload into another declared class is told in that class by head."""
    classes = store.capabilities.storage_classes.value or frozenset()
    chosen = next(name for name in CHEAP if name in classes)
    store.put(storage_class=chosen)
    same(store.provider.head(store.key()).storage_class, chosen, "the class that head tells")


@case("storage")
def no_such_class(store: Store) -> None:
    """A storage class that does not exist is refused or warned of, and nothing is stored."""
    if store.capabilities.storage_classes.value is None:
        raise Skip("nothing is known of storage classes")
    name = "NO_SUCH_CLASS"
    told = refusal(f"an upload into the class {name}", store.put, storage_class=name)
    if not isinstance(told, UnsupportedOptionWarning):
        same(store.names(), [], "the names listed after the refusal")
