"""Where a bucket's objects live: one decision for requests and for URLs.

Everything that needs an address (the client, signatures, public URLs, the way back from a URL to a
key) starts from `bucket_base`, so that none of them can disagree.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Literal
from urllib.parse import unquote_to_bytes, urlsplit

from bucketry.keys import is_plain, percent_encoded

Addressing = Literal["path", "virtual"]

# A bucket that fits into one DNS label: S3's naming rules without dots, so that the wildcard
# certificate of the endpoint (*.s3.example.com) covers it.
_DNS_LABEL = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def effective_addressing(endpoint: str, bucket: str, wanted: Addressing) -> Addressing:
    """Return the style that works for this bucket on this endpoint.

    ``virtual`` becomes ``path`` where the bucket cannot stand in front of the host: dots (the
    certificate does not match), upper case or underscores (no DNS name), an IP address as host.
    """
    if wanted == "path":
        return "path"
    host = urlsplit(endpoint).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "virtual" if _DNS_LABEL.fullmatch(bucket) else "path"
    return "path"


def bucket_base(endpoint: str, bucket: str, wanted: Addressing) -> str:
    """Return the URL that an object's key is appended to, without a slash at the end.

    A port and a base path of the endpoint are kept; a default port is left out, as it is in the
    Host header.
    """
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    path = parts.path.rstrip("/")
    if effective_addressing(endpoint, bucket, wanted) == "virtual":
        return f"{parts.scheme}://{bucket}.{host}{port}{path}"
    return f"{parts.scheme}://{host}{port}{path}/{percent_encoded(bucket)}"


def bases(endpoint: str, bucket: str) -> set[str]:
    """Return the bucket's base in both styles, also where the virtual one cannot be used.

    Some tools write it down all the same, for a bucket with dots for one.
    """
    path = bucket_base(endpoint, bucket, "path")
    scheme, _, rest = path.removesuffix(f"/{percent_encoded(bucket)}").partition("://")
    return {path, f"{scheme}://{bucket}.{rest}"}


def quote_key(key: str) -> str:
    """Return a key percent-encoded the way S3 signs it: all but letters, digits and ``/-._~``."""
    return key if is_plain(key) else percent_encoded(key)


def object_url(base: str, key: str) -> str:
    """Return the address of an object below `base`."""
    return f"{base}/{quote_key(key)}"


def key_of_url(base: str, url: str) -> str | None:
    """Return the key that `object_url` made `url` from, or None.

    The exact inverse: another host, port, scheme or path, a query, a fragment, user info, an
    unusual escape (``%2F``, lower-case hex) all give None.
    """
    if not url.startswith(f"{base}/"):
        return None
    quoted = url[len(base) + 1 :]
    try:
        key = unquote_to_bytes(quoted).decode()
    except UnicodeDecodeError:
        return None
    return key if key and quote_key(key) == quoted else None
