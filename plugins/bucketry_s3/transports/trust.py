"""Whom to trust over TLS: one decision for every transport. Nothing here can switch it off."""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bucketry.errors import InvalidInput
from bucketry.forking import not_while_forking

VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
"""Environment variables that name a file of authorities, in this order; an empty one counts as
not set."""


class TlsSocket(ssl.SSLSocket):
    """A socket that is closed where it cannot be made, since the peer has reset the connection.

    `ssl` looks for that first of all, by asking for the peer's name, and would leave it open.
    """

    def getpeername(self) -> Any:
        """Return the peer's address, or close."""
        try:
            return super().getpeername()
        except OSError:
            self.close()
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)) from None


def authorities(ca_bundle: str | None, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the file of certificate authorities to trust, or None for those of the machine.

    `InvalidInput` for anything that is no file name: some clients take False, or an empty text, as
    a wish to verify nothing.
    """
    if ca_bundle is not None:
        if not isinstance(ca_bundle, str) or not ca_bundle:
            raise InvalidInput(
                "ca_bundle is the name of a file with certificates, or left out; certificates are "
                "always verified"
            )
        return ca_bundle
    return next((environ[name] for name in VARIABLES if environ.get(name)), None)


def tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    """Return the TLS settings of a client that trusts `authorities`.

    `InvalidInput` where the file holds no certificates that can be read.
    """
    file = authorities(ca_bundle)
    try:
        with not_while_forking:  # OpenSSL locks while it makes one
            context = ssl.create_default_context(cafile=file)
    except OSError as error:
        # Without a file it is SSLKEYLOGFILE, say.
        what = "ca_bundle holds no certificates" if file else "TLS has no settings"
        raise InvalidInput(f"{what} that can be read: {error}") from error
    if file is None and not context.cert_store_stats()["x509_ca"]:
        _trust_the_sdks_own(context)
    context.sslsocket_class = TlsSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # so sending never waits for what is to be read
    return context


def _trust_the_sdks_own(context: ssl.SSLContext) -> None:
    """Trust the authorities that the SDK brings, where the machine (a slim container) has none."""
    paths = ssl.get_default_verify_paths()
    spec = find_spec("botocore")
    if paths.capath or spec is None or spec.origin is None:
        return  # a folder of certificates is read when it is needed
    own = Path(spec.origin).with_name("cacert.pem")
    if own.is_file():
        context.load_verify_locations(own)
