from __future__ import annotations

import socket
import ssl
import struct
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest

from bucketry import InvalidInput
from bucketry.forking import not_while_forking
from bucketry_s3.transports.sdk_http import open_session
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


@pytest.mark.parametrize("of_the_sdk", [False, True])
def test_a_connection_that_is_reset_before_tls_begins_is_closed(of_the_sdk: bool) -> None:
    session: Any = open_session() if of_the_sdk else None
    context = session._get_ssl_context() if session else tls_context(None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plain = socket.create_connection(listener.getsockname())
        other, _ = listener.accept()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        other.close()  # with a reset, which the next call meets
        number = f"fd={plain.fileno()},"
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            with pytest.raises(ConnectionResetError):
                context.wrap_socket(plain, server_hostname="localhost")

    assert not [one for one in told if number in str(one.message)]
