"""What an object is served with: safe types and private caches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from bucketry.headers import as_attachment, check_response
from bucketry.media_types import is_active
from bucketry.model import ObjectInfo


def object_headers(
    info: ObjectInfo, response: Mapping[str, str], private: bool
) -> list[tuple[str, str]]:
    """Return the headers that an object is served with, all but its length.

    `response` replaces stored headers, by the names that `Provider.sign` has for them. Nothing
    sniffs the type, active types are only ever saved, and private objects stay out of shared
    caches, whatever is asked. `InvalidHeader` for what no header can hold.
    """
    check_response(response)
    content_type = response.get("content_type", info.content_type) or "application/octet-stream"
    disposition = response.get("content_disposition", info.content_disposition)
    cache_control = response.get("cache_control", info.cache_control)
    if private:
        cache_control = _private(cache_control or "")
    fixed = {"X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes"}
    if is_active(content_type):
        fixed["Content-Security-Policy"] = "sandbox"
        disposition = as_attachment(disposition)
    headers = {
        "Content-Type": content_type,
        "Content-Disposition": disposition,
        "Cache-Control": cache_control,
        "Content-Encoding": response.get("content_encoding", info.content_encoding),
        "Content-Language": response.get("content_language", info.content_language),
        "Expires": response.get("expires"),
        "ETag": f'"{info.etag}"' if info.etag else None,
        "Last-Modified": http_date(info.last_modified) if info.last_modified else None,
        **fixed,
    }
    return [(name, value) for name, value in headers.items() if value]


def _private(cache_control: str) -> str:
    directives = [directive.strip() for directive in cache_control.split(",")]
    shared = ("public", "private", "s-maxage")
    kept = [d for d in directives if d and d.partition("=")[0].strip().lower() not in shared]
    return ", ".join(["private", *kept])


def http_date(moment: datetime) -> str:
    """Return a moment as HTTP writes it, in whole seconds."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
