"""The signers of CDNs raise one of ours, whatever is handed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bucketry import InvalidInput, Secret
from bucketry_cdn import CloudFront, TokenSigner, bunny, cloudflare
from core.test_hostile_arguments import complaints

ADDRESS = "https://cdn.example.com"
PEM = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)
FRONT = CloudFront(ADDRESS, "K1", PEM)
TOKEN = bunny(ADDRESS, "0123456789abcdef")
LIFE = {"expires": 2_000_000_000, "starts": None, "ip": None}

DOORS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (CloudFront, {"address": ADDRESS, "key_id": "K1", "private_key": PEM, "digest": "SHA256"}),
    (FRONT.signed, {"url": f"{ADDRESS}/a", **LIFE}),
    (FRONT.cookies, {"pattern": "a/*", **LIFE}),
    (TokenSigner, {
        "address": ADDRESS, "key": "k" * 16, "message": "{path}{expires}", "digest": "sha256",
        "query": "token={token}", "encoding": "hex", "life": None, "folder": "",
    }),
    (TOKEN.signed, {"url": f"{ADDRESS}/a", "expires": 2_000_000_000}),
    (cloudflare, {"address": ADDRESS, "key": "k" * 16, "life": 60, "folder": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("door", "fine"), DOORS)
def test_an_odd_argument_gets_an_error_of_ours(
    door: Callable[..., Any], fine: dict[str, Any]
) -> None:
    def called(name: str, odd: Any) -> Any:
        return door(**fine | {name: odd})

    found = {name: complaints(partial(called, name)) for name in fine}
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("odd", [None, 7, b"bytes", ["list"]])
def test_a_secret_is_text(odd: Any) -> None:
    with pytest.raises(InvalidInput, match="a secret is a str, not"):
        Secret(odd)
