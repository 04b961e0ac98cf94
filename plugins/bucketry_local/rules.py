"""What an answer to a browser may say: safe types, private caches, preconditions, ranges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from bucketry import ObjectInfo

_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)

# What runs code, or styles and frames it, in the page's origin when a browser opens it.
_ACTIVE = frozenset(
    {
        "application/x-shockwave-flash",
        "message/rfc822",
        "text/cache-manifest",
        "text/html",
        "text/xsl",
    }
)

_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII | re.IGNORECASE)


def is_active(content_type: str) -> bool:
    """Return whether a browser could run what has this type: HTML, SVG, XML, scripts, multiparts.

    What is no media type counts too, and so does a list of several, of which a browser takes one.
    """
    kind = content_type.partition(";")[0].strip().lower()
    return (
        kind in _ACTIVE
        or kind.startswith("multipart/")
        or kind.endswith(("/xml", "+xml"))
        or "script" in kind  # javascript, ecmascript, jscript, postscript
        or "," in content_type
        or not _TYPE.fullmatch(kind)
    )


def object_headers(
    info: ObjectInfo, response: Mapping[str, str], private: bool
) -> list[tuple[str, str]]:
    """Return the headers that an object is served with, all but its length.

    `response` replaces stored headers, as a signed URL asks for it. Nothing sniffs the type, active
    types are only ever saved, and private objects stay out of shared caches, whatever is asked.
    """
    content_type = response.get("content_type", info.content_type) or "application/octet-stream"
    disposition = response.get("content_disposition", info.content_disposition)
    cache_control = response.get("cache_control", info.cache_control)
    if private:
        cache_control = _private(cache_control or "")
    fixed = {"X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes"}
    if is_active(content_type):
        fixed["Content-Security-Policy"] = "sandbox"
        disposition = "attachment" + "".join((disposition or "").partition(";")[1:])
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
    """Return a moment in UTC as HTTP writes it, in whole seconds."""
    return format_datetime(moment, usegmt=True)


def precondition(environ: Mapping[str, Any], info: ObjectInfo) -> int:
    """Return 200 if a GET or HEAD shall be answered, else 304 or 412 (RFC 9110, section 13)."""
    wanted = environ.get("HTTP_IF_MATCH")
    if wanted is not None and not _names(wanted, info.etag):
        return 412
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        return 304 if _names(known, info.etag) else 200
    since = _moment(environ.get("HTTP_IF_MODIFIED_SINCE", ""))
    if since is not None and info.last_modified is not None:
        return 304 if info.last_modified.replace(microsecond=0) <= since else 200
    return 200


def _names(header: str, etag: str | None) -> bool:
    if header.strip() == "*":
        return True
    return etag is not None and etag in re.findall(r'(?:W/)?"([^"]*)"', header)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def wanted_range(environ: Mapping[str, Any], info: ObjectInfo) -> tuple[int, int] | None:
    """Return the bytes that a GET asks for, from first to behind the last, or None for all.

    Several ranges, and what is no range, count as none. An empty one (``(0, 0)``) cannot be
    satisfied.
    """
    match = _RANGE.fullmatch(environ.get("HTTP_RANGE", "").strip())
    if match is None or not _if_range(environ.get("HTTP_IF_RANGE"), info):
        return None
    first, last = match.groups()
    if not first:
        if not last:
            return None
        start, stop = max(0, info.size - int(last)), info.size
    else:
        start, stop = int(first), min(int(last) + 1, info.size) if last else info.size
        if last and int(last) < start:
            return None
    return (start, stop) if start < stop else (0, 0)


def _if_range(validator: str | None, info: ObjectInfo) -> bool:
    """Return whether a range is of the version that the client has; a weak ETag never tells."""
    if validator is None:
        return True
    if info.etag is not None and validator.strip() == f'"{info.etag}"':
        return True
    return info.last_modified is not None and validator.strip() == http_date(info.last_modified)
