from __future__ import annotations

import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from bucketry import InvalidInput
from bucketry.forking import not_while_forking
from bucketry_s3.transports.trust import authorities, tls_context


@pytest.mark.parametrize(
    ("ca_bundle", "environ", "file"),
    [
        (None, {}, None),
        ("own.pem", {"AWS_CA_BUNDLE": "aws.pem"}, "own.pem"),
        (None, {"AWS_CA_BUNDLE": "aws.pem", "REQUESTS_CA_BUNDLE": "r.pem"}, "aws.pem"),
        (None, {"AWS_CA_BUNDLE": "", "REQUESTS_CA_BUNDLE": "r.pem"}, "r.pem"),
        (None, {"AWS_CA_BUNDLE": "", "REQUESTS_CA_BUNDLE": ""}, None),
    ],
)
def test_who_is_trusted(ca_bundle: str | None, environ: dict[str, str], file: str | None) -> None:
    assert file == authorities(ca_bundle, environ)


@pytest.mark.parametrize("ca_bundle", [False, True, "", 0, b"", b"ca.pem", []])
def test_nothing_switches_verification_off(ca_bundle: Any) -> None:
    with pytest.raises(InvalidInput, match="always verified"):
        authorities(ca_bundle, {})


def test_a_fork_waits_until_tls_has_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    free: list[bool] = []
    make = ssl.create_default_context

    def watched(**arguments: Any) -> ssl.SSLContext:
        look = threading.Thread(target=lambda: free.append(not_while_forking.acquire(False)))
        look.start()
        look.join()
        return make(**arguments)

    monkeypatch.setattr(ssl, "create_default_context", watched)

    tls_context(None)

    assert [False] == free


def test_everything_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "")

    context = tls_context(None)

    assert (True, ssl.CERT_REQUIRED) == (context.check_hostname, context.verify_mode)
    assert ssl.TLSVersion.TLSv1_2 == context.minimum_version


@pytest.mark.parametrize("text", ["", "no certificate"])
def test_a_file_without_certificates_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(text)

    with pytest.raises(InvalidInput, match="no certificates that can be read"):
        tls_context(str(file))


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        tls_context("/nowhere/ca.pem")
