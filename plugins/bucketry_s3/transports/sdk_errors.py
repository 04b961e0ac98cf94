"""What the SDK and the HTTP client under it raise, as bucketry's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import botocore.exceptions as sdk
from urllib3.exceptions import HTTPError

from bucketry import BadCredentials, Rejected, Unavailable
from bucketry_s3.protocol.wire import S3Request, Unreachable


@contextmanager
def errors_told(request: S3Request) -> Iterator[None]:
    """Turn the errors of botocore's HTTP session, and of urllib3 under it, into bucketry's."""
    try:
        yield
    except (sdk.BotoCoreError, HTTPError, OSError) as error:
        raise told(error, f"{request.scheme}://{request.host}") from error


def told(error: BaseException, address: str) -> Unavailable | Rejected:
    """Return bucketry's error for one of the HTTP session's.

    A lost connection is `Unavailable` with `may_have_applied`, since the request may have arrived.
    """
    if isinstance(error, sdk.SSLError):
        cause = str(error.kwargs.get("error", error))
        if "CERTIFICATE_VERIFY_FAILED" in cause:
            return Rejected(
                f"the server's certificate is not trusted: {cause}",
                hint="Set `ca_bundle` to the authority that signed it, or mend the endpoint.",
            )
        return Unavailable(f"the TLS connection broke: {cause}", may_have_applied=True)
    if isinstance(error, sdk.EndpointConnectionError | sdk.ConnectTimeoutError):
        return Unreachable(f"no connection to {address}")
    if isinstance(error, sdk.HTTPClientError):
        cause = str(error.kwargs.get("error", error))
        return Unavailable(f"the connection broke: {cause}", may_have_applied=True)
    return Unavailable(f"the connection broke: {error}", may_have_applied=True)


@contextmanager
def credential_errors_told() -> Iterator[None]:
    """Turn the errors of the SDK's chain of credentials into `BadCredentials`."""
    try:
        yield
    except (sdk.NoCredentialsError, sdk.PartialCredentialsError) as error:
        raise BadCredentials(
            "no ambient credentials were found",
            hint="Set them for the SDK, or configure `credentials` with a key pair.",
        ) from error
    except sdk.ProfileNotFound as error:
        raise BadCredentials(
            "the configured profile is not in the SDK's configuration files"
        ) from error
    except (sdk.BotoCoreError, OSError) as error:
        raise BadCredentials(f"ambient credentials could not be read: {error}") from error
    except RuntimeError as error:
        if "expired" not in str(error):
            raise
        # botocore's word for credentials that have just been renewed and are expired all the same.
        raise BadCredentials(f"ambient credentials cannot be used: {error}") from error
