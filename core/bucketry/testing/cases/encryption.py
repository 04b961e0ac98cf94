"""Server-side encryption: applied and told, or refused; never silently left out."""

from __future__ import annotations

from typing import Any

from bucketry.errors import UnsupportedOptionWarning
from bucketry.model import Encryption
from bucketry.testing.case import case, has
from bucketry.testing.expect import refusal, same
from bucketry.testing.store import SAMPLE, Store

AES256 = has("encryption", "yes", entry="AES256")


@case("encryption", needs=AES256)
def applied(store: Store) -> None:
    """An upload with AES256 is encrypted, head says so, and it is read like any other."""
    store.put(encryption=Encryption(type="AES256"))
    same(store.provider.head(store.key()).encryption, "AES256", "the encryption that head tells")
    same(store.read(), SAMPLE, "the bytes read back")


@case("encryption", needs=(AES256, has("multipart", "yes")))
def applied_to_large(store: Store) -> None:
    """A large upload with AES256 is encrypted like a small one."""
    store.put(body=store.large(), encryption=Encryption(type="AES256"))
    same(store.provider.head(store.key()).encryption, "AES256", "the encryption that head tells")


@case(
    "encryption",
    needs=has("encryption", "no", entry="{}"),
    each={"AES256": "AES256", "aws:kms": "aws:kms"},
)
def refused(store: Store, kind: object) -> None:
    """Where {} is not supported, asking for it is refused or warned of, never just dropped."""
    chosen: Any = kind
    told = refusal(f"an upload with {kind}", store.put, encryption=Encryption(type=chosen))
    if not isinstance(told, UnsupportedOptionWarning):
        same(store.names(), [], "the names listed after the refusal")
