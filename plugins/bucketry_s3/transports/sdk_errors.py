"""What the SDK and the HTTP client under it raise, as bucketry's errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import urlsplit

import botocore.exceptions as sdk
from urllib3.exceptions import HTTPError

from bucketry import BadCredentials, Rejected, StorageError, Unavailable
from bucketry_s3.protocol.wire import S3Request, Unreachable
from bucketry_s3.transports.proxies import no_tunnel
from bucketry_s3.transports.sdk_http import ATTEMPT
from bucketry_s3.transports.tls_errors import NO_TLS, no_tls, untrusted, wants_certificate

T = TypeVar("T")


def with_errors_told(request: S3Request, call: Callable[[], T]) -> T:
    """Call what may raise errors of botocore's HTTP session, and of urllib3 under it; raise ours.

    A connection that is lost behind the last byte of a request is `Unavailable` with
    `may_have_applied`, since all of it may have arrived; one that is lost before the first is
    `Unreachable`.
    """
    try:
        return call()
    except (sdk.BotoCoreError, HTTPError, OSError) as error:
        failure = _told(error, f"{request.scheme}://{request.host}")
    # Not from the error: the frames that hang on it hold the signed headers.
    raise failure


def _told(error: BaseException, address: str) -> StorageError:
    inner = getattr(error, "kwargs", {}).get("error", error)
    if isinstance(inner, StorageError):
        return inner
    if isinstance(error, sdk.SSLError):
        return _told_of_tls(str(inner), address)
    if isinstance(error, sdk.EndpointConnectionError | sdk.ConnectTimeoutError):
        return Unreachable(f"no connection to {address}")
    if isinstance(error, sdk.ProxyConnectionError):
        refused = _OF_NO_TUNNEL.search(str(inner))
        if refused:
            proxy = urlsplit(error.kwargs["proxy_url"]).netloc.rpartition("@")[2]
            return no_tunnel(int(refused[1]), proxy, address)
        if any(text in str(inner) for text in _OF_CERTIFICATES):
            return _told_of_tls(str(inner), address)
        return Unreachable(f"no connection to {address} through the proxy: {inner}")
    if not ATTEMPT.written:
        return Unreachable(f"no connection to {address}: {inner}")
    return _broken(f"the connection broke: {inner}")


def _broken(reason: str) -> Unavailable:
    """Return what it means that no answer came; a request that is not all out has no effect."""
    return Unavailable(reason, may_have_applied=not ATTEMPT.cut)


_OF_NO_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")
_OF_CERTIFICATES = ("CERTIFICATE_VERIFY_FAILED", "doesn't match", "not valid for")


def _told_of_tls(cause: str, address: str) -> Unavailable | Rejected:
    if any(text in cause for text in _OF_CERTIFICATES):
        return untrusted(cause)
    if "CERTIFICATE_REQUIRED" in cause:
        return wants_certificate(cause)
    if ATTEMPT.written:
        return _broken(f"the TLS connection broke: {cause}")
    if any(text in cause for text in NO_TLS):
        return no_tls(address, cause)
    return Unreachable(f"the TLS handshake with {address} was broken off: {cause}")


@contextmanager
def credential_errors_told() -> Iterator[None]:
    """Turn the errors of the SDK's chain of credentials into `BadCredentials`.

    They stay behind: they hold lines of the files that the chain has read.
    """
    try:
        yield
    except (sdk.NoCredentialsError, sdk.PartialCredentialsError):
        raise BadCredentials(
            "no ambient credentials were found",
            hint="Set them for the SDK, or configure `credentials` with a key pair.",
        ) from None
    except sdk.ProfileNotFound:
        raise BadCredentials(
            "the configured profile is not in the SDK's configuration files"
        ) from None
    except (sdk.BotoCoreError, OSError) as error:
        raise BadCredentials(f"ambient credentials could not be read: {error}") from None
    except RuntimeError as error:
        if "expired" not in str(error):
            raise
        # botocore's word for credentials that have just been renewed and are expired all the same.
        raise BadCredentials(f"ambient credentials cannot be used: {error}") from None
