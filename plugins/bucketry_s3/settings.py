"""Where and as whom the family connects."""

from __future__ import annotations

import re
from typing import Any, get_args

from attrs import frozen

from bucketry import AmbientCredentials, Credentials
from bucketry_s3.protocol.endpoints import url_fault
from bucketry_s3.protocol.urls import Addressing

# What a signature's scope can hold.
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@frozen(kw_only=True)
class ClientSettings:
    """Where and as whom to connect. Vendors and layers adjust it with `evolve`.

    Attributes:
        endpoint: scheme, host, optional port and base path that requests go to.
        public_endpoint: the same for URLs that others open; `endpoint` where it is the same.
        region: what signatures are made for; not always the name in the host (IONOS ``de``).
        addressing: ``virtual`` puts the bucket into the host, ``path`` into the path.
        credentials: a fixed pair, or the SDK's own chain where the configuration asks for it.
        ca_bundle: file with the certificate authorities to trust. None, and anything else that is
            empty, means those that the environment names, else the system's; nothing turns
            verification off.
    """

    endpoint: str
    public_endpoint: str
    region: str
    addressing: Addressing
    credentials: Credentials | AmbientCredentials
    ca_bundle: str | None = None


def settings_fault(settings: ClientSettings, *, allow_http: bool) -> str | None:
    """Return what is wrong with a layer's settings, or None. Their values are not repeated.

    What a configuration may not say, a layer may not answer.
    """
    for name in ("endpoint", "public_endpoint"):
        address = getattr(settings, name)
        fault = (
            url_fault(address, allow_http=allow_http) if isinstance(address, str) else "is no text"
        )
        if fault:
            return f"{name} {fault}"
    region: Any = settings.region
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        return "region is no name of a region: letters, digits, '.', '-' or '_'"
    if settings.addressing not in get_args(Addressing):
        return f"addressing is none of {', '.join(get_args(Addressing))}"
    credentials: Any = settings.credentials
    if not isinstance(credentials, Credentials | AmbientCredentials):
        return "credentials are neither Credentials nor AmbientCredentials"
    return None
