"""An error's hint is the vendor's own where its code means something special there."""

from __future__ import annotations

from typing import Any

import pytest

import bucketry
from bucketry import AccessDenied, BadCredentials, StorageError

KEYS = {"access_key_id": "AKID", "secret_access_key": "not-a-secret"}


class Fails:
    """Lets every delete fail the way a vendor would."""

    def __init__(self, error: StorageError) -> None:
        self.error = error

    @bucketry.hookimpl
    def bucketry_delete(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("name", "options", "error", "hint"),
    [
        (
            "wasabi",
            {},
            AccessDenied("Access Denied.", code="AccessDenied", status=403),
            "The key may not do this, or the account has no public access: then Wasabi refuses "
            "public ACLs.",
        ),
        (
            "backblaze",
            {"region": "us-west-004"},
            BadCredentials("Malformed Access Key Id", code="InvalidAccessKeyId", status=403),
            "The account's master key does not work with S3: create an application key. Buckets "
            "made before May 2020 cannot be reached.",
        ),
    ],
)
def test_the_advice_for_an_error(
    name: str, options: dict[str, Any], error: StorageError, hint: str
) -> None:
    provider = bucketry.open_provider(
        {"provider": name, "bucket": "media", "credentials": KEYS, **options}
    ).with_layer(Fails(error))
    with pytest.raises(type(error)) as caught:
        provider.delete("a.txt")
    assert caught.value.hint == hint
