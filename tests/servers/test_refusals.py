"""Wrong credentials, buckets and certificates against a real server: one clear error each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bucketry import BadCredentials, BucketNotFound, Provider, Rejected
from servers.samples import DATA, Open, require_server
from servers.server import Endpoint

require_server()

pytestmark = pytest.mark.server


def operations(provider: Provider, path: Path) -> list[Callable[[], object]]:
    path.write_bytes(b"x")
    return [
        lambda: provider.upload(b"x", key="a.txt"),
        lambda: provider.upload(DATA, key="a.txt"),
        lambda: provider.upload(path, key="a.txt"),
        lambda: provider.head("a.txt"),
        lambda: provider.exists("a.txt"),
        lambda: provider.open("a.txt"),
        lambda: list(provider.list()),
        lambda: provider.copy("a.txt", "b.txt"),
        lambda: provider.delete_many(["a.txt", "b.txt"]),
    ]


def test_a_wrong_secret_is_bad_credentials(
    open_provider: Open, endpoint: Endpoint, tmp_path: Path
) -> None:
    wrong = {"access_key_id": endpoint.access_key_id, "secret_access_key": "not-the-secret"}
    for operation in operations(open_provider(credentials=wrong), tmp_path / "a.txt"):
        with pytest.raises(BadCredentials) as caught:
            operation()
        assert "not-the-secret" not in str(caught.value)


def test_an_unknown_access_key_is_bad_credentials(open_provider: Open, tmp_path: Path) -> None:
    wrong = {"access_key_id": "test:nobody", "secret_access_key": "not-the-secret"}
    for operation in operations(open_provider(credentials=wrong), tmp_path / "a.txt"):
        with pytest.raises(BadCredentials):
            operation()


def test_a_wrong_bucket_is_named(open_provider: Open, tmp_path: Path) -> None:
    for addressing in ("path", "virtual"):
        provider = open_provider(bucket="bucketry-no-such-bucket", addressing=addressing)
        for operation in operations(provider, tmp_path / "a.txt"):
            with pytest.raises(BucketNotFound):
                operation()


def test_a_certificate_of_an_unknown_authority_is_refused(open_provider: Open) -> None:
    """The control of every other test here: certificates are verified."""
    with pytest.raises(Rejected, match="certificate is not trusted"):
        open_provider(ca_bundle=None).upload(b"x", key="a.txt")
