"""What goes wrong with TLS, in the same words on every transport."""

from __future__ import annotations

from bucketry import Rejected

NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
"""OpenSSL's words for a port that speaks something else."""


def untrusted(cause: str) -> Rejected:
    """Return the error of a certificate that does not count, or not for this host."""
    return Rejected(
        f"the server's certificate is not trusted: {cause}",
        hint="Set `ca_bundle` to the authority that signed it, or correct the endpoint.",
    )


def wants_certificate(cause: str) -> Rejected:
    """Return the error of a server that clients have to show a certificate of their own."""
    return Rejected(
        f"the server wants a client certificate: {cause}",
        hint="No option gives one; use an endpoint that asks for keys alone.",
    )


def no_tls(address: str, cause: str) -> Rejected:
    """Return the error of a handshake with what speaks no TLS."""
    return Rejected(
        f"the TLS handshake with {address} failed: {cause}",
        hint="The port seems to speak no TLS: look at the endpoint's scheme and port.",
    )
