"""From a request and what is known of the object to the answer; nothing is read here."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from attrs import evolve, field, frozen

from bucketry.model import ByteRange, ObjectInfo
from bucketry.serving.headers import http_date, object_headers

MAX_RANGES = 100
"""Ranges in one request; whoever asks for more gets the whole object (RFC 9110, section 14.2)."""

_CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
_SPAN = re.compile(r"\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen(kw_only=True)
class ObjectRequest:
    """What somebody asks of an object.

    Attributes:
        method: GET, or HEAD, which gets no body and has no ranges.
        headers: the headers of the request, their names in any case.
        max_ranges: how many ranges one answer may have; with more it is the whole object.
        strict: whether a range that makes no sense is refused with 400, as some frameworks do;
            else it is not looked at.
    """

    method: str = "GET"
    headers: Mapping[str, str] = field(factory=dict, converter=_lower, repr=False)
    max_ranges: int = MAX_RANGES
    strict: bool = False

    @classmethod
    def of_environ(cls, environ: Mapping[str, Any], **options: Any) -> ObjectRequest:
        """Return the request that a WSGI server describes."""
        headers = {
            name.removeprefix("HTTP_").replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        return cls(method=environ["REQUEST_METHOD"], headers=headers, **options)

    @property
    def looks_first(self) -> bool:
        """Whether the object must be known before it is opened."""
        return self.method == "HEAD" or any(
            name in self.headers for name in ("range", *_CONDITIONS)
        )

    @property
    def whole(self) -> ObjectRequest:
        """The same request for the whole object."""
        kept = {name: value for name, value in self.headers.items() if name != "range"}
        return evolve(self, headers=kept)


@frozen(kw_only=True)
class ObjectAnswer:
    """How a request is answered.

    Attributes:
        status: 200, 206, 304, 400, 412 or 416.
        headers: all of them, the length of the body included.
        body: what the body is made of, in order: bytes, and ranges of the object. Empty for the
            whole object at 200, which is best opened without a range, and for what has no body.
        reason: what a refusal says.
    """

    status: int
    headers: list[tuple[str, str]]
    body: tuple[bytes | ByteRange, ...] = ()
    reason: str = ""

    @property
    def ranges(self) -> tuple[ByteRange, ...]:
        """The ranges of the object that are to be sent."""
        return tuple(piece for piece in self.body if isinstance(piece, ByteRange))


def answer_to(
    request: ObjectRequest,
    info: ObjectInfo,
    *,
    response: Mapping[str, str] | None = None,
    private: bool = False,
) -> ObjectAnswer:
    """Return how `request` is answered for the object that `info` tells of.

    `response` replaces stored headers, and `private` keeps the answer out of shared caches.
    """
    headers = object_headers(info, response or {}, private)
    status = _precondition(request.headers, info)
    if status == 412:
        return _refused(412, "the object is another version")
    if status == 304:  # with a length, servers would miss the bytes
        return ObjectAnswer(status=status, headers=headers)
    whole = ObjectAnswer(status=status, headers=[*headers, ("Content-Length", str(info.size))])
    if request.method == "HEAD":
        return whole
    try:
        spans = _wanted(request, info)
    except _Malformed as error:
        return _refused(400, str(error)) if request.strict else whole
    if spans is None:
        return whole
    if not spans:
        unit = ("Content-Range", f"bytes */{info.size}")
        return _refused(416, "the object has no such bytes", unit)
    if len(spans) == 1:
        return _one_range(headers, spans[0], info.size)
    return _several_ranges(headers, spans, info.size)


def _refused(status: int, reason: str, *headers: tuple[str, str]) -> ObjectAnswer:
    text = f"{reason}\n".encode()
    return ObjectAnswer(
        status=status,
        headers=[
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
            *headers,
            ("Content-Length", str(len(text))),
        ],
        body=(text,),
        reason=reason,
    )


def _one_range(headers: list[tuple[str, str]], span: tuple[int, int], size: int) -> ObjectAnswer:
    start, stop = span
    return ObjectAnswer(
        status=206,
        headers=[
            *headers,
            ("Content-Range", f"bytes {start}-{stop - 1}/{size}"),
            ("Content-Length", str(stop - start)),
        ],
        body=(ByteRange(start=start, stop=stop),),
    )


def _several_ranges(
    headers: list[tuple[str, str]], spans: Iterable[tuple[int, int]], size: int
) -> ObjectAnswer:
    """Return all ranges in one body (RFC 9110, section 14.6)."""
    boundary = secrets.token_hex(13)
    content_type = dict(headers)["Content-Type"]
    body: list[bytes | ByteRange] = []
    length = 0
    for start, stop in spans:
        head = (
            f"--{boundary}\r\nContent-Type: {content_type}\r\n"
            f"Content-Range: bytes {start}-{stop - 1}/{size}\r\n\r\n"
        ).encode("latin-1")
        body += [head, ByteRange(start=start, stop=stop), b"\r\n"]
        length += len(head) + (stop - start) + 2
    body.append(f"--{boundary}--".encode())
    length += len(boundary) + 4
    kept = [(name, value) for name, value in headers if name != "Content-Type"]
    return ObjectAnswer(
        status=206,
        headers=[
            ("Content-Type", f"multipart/byteranges; boundary={boundary}"),
            *kept,
            ("Content-Length", str(length)),
        ],
        body=tuple(body),
    )


# -- preconditions (RFC 9110, section 13) ------------------------------------------------------


def _precondition(headers: Mapping[str, str], info: ObjectInfo) -> int:
    """Return 200 if a GET or HEAD shall be answered, else 304 or 412."""
    modified = info.last_modified.replace(microsecond=0) if info.last_modified else None
    wanted = headers.get("if-match")
    unless = _moment(headers.get("if-unmodified-since"))
    if wanted is not None:
        if not _names(wanted, info.etag, weakly=False):
            return 412
    elif unless is not None and modified is not None and modified > unless:
        return 412
    known = headers.get("if-none-match")
    if known is not None:
        return 304 if _names(known, info.etag, weakly=True) else 200
    since = _moment(headers.get("if-modified-since"))
    if since is not None and modified is not None:
        return 304 if modified <= since else 200
    return 200


def _names(header: str, etag: str | None, *, weakly: bool) -> bool:
    if header.strip() == "*":
        return True
    tags = re.findall(r'(W/)?"([^"]*)"', header)
    return any(tag == etag and (weakly or not weak) for weak, tag in tags)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # as C's asctime writes it


# -- ranges (RFC 9110, section 14) -------------------------------------------------------------


class _Malformed(ValueError):
    """What is asked for is no range of bytes."""


def _wanted(request: ObjectRequest, info: ObjectInfo) -> list[tuple[int, int]] | None:
    """Return the ranges to send, first byte and the one behind the last, in order and apart.

    None for the whole object; none at all if there are no such bytes.
    """
    header = request.headers.get("range")
    if header is None or not _if_range(request.headers.get("if-range"), info):
        return None
    unit, equals, ranges = header.partition("=")
    if not equals:
        raise _Malformed("Malformed range header.")
    if unit.strip().lower() != "bytes":
        raise _Malformed("Only support bytes range")
    if ranges.count(",") >= request.max_ranges:
        return None
    spans = [_span(match, info.size) for match in map(_SPAN.fullmatch, ranges.split(",")) if match]
    asked = [span for span in spans if span is not None]
    if not asked:
        raise _Malformed("Range header: range must be requested")
    return _apart(span for span in asked if span[0] < span[1])


def _span(match: re.Match[str], size: int) -> tuple[int, int] | None:
    """Return a range of an object of `size` bytes, an empty one if it has no such bytes."""
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size) if last else None
    if not last:
        return int(first), size
    if int(last) < int(first):
        raise _Malformed("Range header: start must be less than end")
    return int(first), min(int(last) + 1, size)


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same bytes in order, with what touches or overlaps put together."""
    apart: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], stop))
        else:
            apart.append((start, stop))
    return apart


def _if_range(validator: str | None, info: ObjectInfo) -> bool:
    """Return whether a range is of the version that the client has; a weak ETag never tells."""
    if validator is None:
        return True
    if info.etag is not None and validator.strip() == f'"{info.etag}"':
        return True
    return info.last_modified is not None and validator.strip() == http_date(info.last_modified)
