"""The doctor on a real server: a healthy bucket has no finding, and nothing is left in it."""

from __future__ import annotations

from typing import Any

import pytest

from bucketry import ConfigError
from bucketry.doctor import Diagnosis
from servers.samples import Open, require_server

require_server()

pytestmark = pytest.mark.server


def _codes(diagnosis: Diagnosis) -> list[str]:
    """Return what was found; that a server here has no region of the vendor's is no fault."""
    return [f.code for f in diagnosis.findings if f.code != "unlikely-option"]


@pytest.mark.parametrize("transport", ["sockets", "boto3"])
def test_a_healthy_bucket_has_no_finding(open_provider: Open, transport: str) -> None:
    provider = open_provider(transport=transport)
    provider.upload(b"mine", key="mine.txt")
    diagnosis = provider.diagnose()
    assert _codes(diagnosis) == []
    assert diagnosis.passed_over == {}
    assert [info.key for info in provider.list()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"bucket": "bucketry-no-such-bucket"}, "no-such-bucket"),
        ({"base_url": "http://127.0.0.1:9"}, "base-url-unreachable"),
        ({"visibility": "public"}, "not-public"),
    ],
)
def test_what_is_wrong_is_named(open_provider: Open, options: dict[str, Any], code: str) -> None:
    try:
        provider = open_provider(**options)
    except ConfigError as error:
        pytest.skip(f"the configuration is refused already: {error}")
    diagnosis = provider.diagnose()
    assert _codes(diagnosis) == [code]


@pytest.mark.parametrize(
    ("half", "codes"),
    [
        ("access_key_id", {"unknown-key", "wrong-secret", "bad-credentials"}),
        ("secret_access_key", {"wrong-secret", "bad-credentials"}),
    ],
)
def test_a_wrong_key_pair_is_named(open_provider: Open, half: str, codes: set[str]) -> None:
    pair = {"access_key_id": "AKIANOBODYKNOWSTHIS0", "secret_access_key": "nobody-knows-this"}
    own = open_provider().options.credentials
    pair |= {"secret_access_key": own.secret_access_key.reveal()} if half == "access_key_id" else {
        "access_key_id": own.access_key_id
    }  # fmt: skip
    (code,) = _codes(open_provider(credentials=pair).diagnose())
    assert code in codes
