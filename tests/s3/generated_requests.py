"""Requests and answers of S3, drawn by chance: what clients ask for, what servers say."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Mapping
from typing import Any

from bucketry_s3.protocol.markup import Kind, Many, Struct
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.params import PARAMS, Param
from bucketry_s3.protocol.requests import Place, request_for
from bucketry_s3.protocol.wire import S3Request

_LETTERS = string.ascii_letters + string.digits
_KEYS = _LETTERS + "-_.~/ +&=?#%:;,@!$'()*[]{}<>|^`\"\\äéü日本\U0001f408"
_VALUES = _LETTERS + ",;=/\"'()%&<>  -_."
_NEEDED = frozenset({"Bucket", "Key", "Policy", "UploadId", "PartNumber", "CopySource"})


class Draw:
    """Draws requests and answers; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def text(self, letters: str, most: int) -> str:
        """Draw a text as long as `most`, with neither blank at its ends, as HTTP wants it."""
        drawn = "".join(self.chance.choices(letters, k=self.chance.randint(1, most)))
        return drawn.strip() or "x"

    def request(self, place: Place) -> S3Request:
        """Draw a request of any operation, with any of its parameters."""
        operation = self.chance.choice(sorted(OPERATIONS))
        table = PARAMS[operation]
        chosen = {name for name in table if self.chance.random() < 0.15}
        params = {
            name: self._value(name, param)
            for name, param in table.items()
            if name in chosen or name in _NEEDED or param.where in ("document", "body")
        }
        for prefix in ("SSECustomer", "CopySourceSSECustomer"):
            for name in (f"{prefix}KeyMD5", f"{prefix}Key"):
                params.pop(name, None)
        request = request_for(place, operation, params)
        if self.chance.random() < 0.3:  # as a layer adds one
            request.headers[f"x-acme-{self.text(string.ascii_lowercase, 5)}"] = self.text(
                _VALUES, 30
            )
        return request

    def _value(self, name: str, param: Param) -> Any:
        if name == "Key":
            return self.text(_KEYS, 40)
        if param.where == "body":
            sizes = (0, 0, 3, 1000, 70_000) if name == "Body" else (3, 1000)
            return self.chance.randbytes(self.chance.choice(sizes))
        if param.payload is not None:
            return self._member(param.payload.shape)
        if name == "CopySource":
            return {"Bucket": "media", "Key": self.text(_KEYS, 20)}
        if param.where == "metadata":
            return {f"m{n}": self.text(_VALUES, 20) for n in range(self.chance.randint(1, 3))}
        drawn: dict[str, Callable[[], Any]] = {
            "integer": lambda: self.chance.randint(1, 10_000),
            "boolean": lambda: self.chance.random() < 0.5,
            "http-date": lambda: self.chance.randint(10**9, 2 * 10**9),
            "iso-date": lambda: self.chance.randint(10**9, 2 * 10**9),
            "words": lambda: ["RestoreStatus"],
        }
        letters = _KEYS if param.where == "query" else _VALUES
        return drawn.get(param.type, lambda: self.text(letters, 20))()

    def _member(self, kind: Kind) -> Any:
        if isinstance(kind, Struct):
            return {name: self._member(inner) for name, inner in kind.members.items()}
        if isinstance(kind, Many):
            return [self._member(kind.of) for _ in range(self.chance.randint(1, 3))]
        drawn: dict[str, Callable[[], Any]] = {
            "integer": lambda: self.chance.randint(1, 10_000),
            "boolean": lambda: self.chance.random() < 0.5,
            "time": lambda: self.chance.randint(10**9, 2 * 10**9),
            "iso-time": lambda: self.chance.randint(10**9, 2 * 10**9),
        }
        return drawn.get(kind, lambda: self.text(_KEYS + "\r\n", 20))()

    def answer(self, *, bodiless: bool) -> tuple[bytes, bool]:
        """Draw an answer as it goes over the wire, now and then one that breaks off.

        With it comes whether the connection is closed behind it.
        """
        chance = self.chance
        statuses = (200, 200, 200, 204, 206, 301, 304, 307, 400, 403, 404, 409, 412, 416, 500, 503)
        status = chance.choice(statuses)
        lines = [f"HTTP/1.1 {status} {chance.choice(('OK', 'As It Is', ''))}"]
        for name in chance.sample(sorted(_HEADERS), chance.randint(0, 5)):
            blanks = chance.choice((" ", "", "   ")), chance.choice(("", "", " "))
            lines.append(f"{name}:{blanks[0]}{chance.choice(_HEADERS[name])}{blanks[1]}")
        if chance.random() < 0.2:
            lines += ["x-amz-meta-twice: one", "X-Amz-Meta-Twice: two"]
        body = chance.randbytes(chance.choice((0, 1, 500, 30_000)))
        framing = chance.choice(("length", "length", "chunked", "close"))
        if bodiless or status in (204, 304):
            lines += [f"Content-Length: {len(body)}"] * (bodiless and framing == "length")
            body = b""
        elif framing == "length":
            lines.append(f"Content-Length: {len(body)}{' ' * (chance.random() < 0.2)}")
        elif framing == "chunked":
            lines.append(
                chance.choice(("Transfer-Encoding: chunked", "transfer-encoding:Chunked "))
            )
            body = self._chunked(body)
        else:
            lines.append("Connection: close")
        interim = b"HTTP/1.1 100 Continue\r\n\r\n" * (chance.random() < 0.1)
        whole = interim + "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        if chance.random() < 0.05:
            return whole[: chance.randrange(1, len(whole))], True
        return whole, "Connection: close" in lines

    def _chunked(self, body: bytes) -> bytes:
        pieces = []
        while body:
            size = self.chance.randint(1, len(body))
            extension = self.chance.choice((b"", b";name=value"))
            pieces.append(b"%x%s\r\n%s\r\n" % (size, extension, body[:size]))
            body = body[size:]
        trailer = self.chance.choice((b"", b"x-amz-checksum-crc32: AAAAAA==\r\n"))
        return b"".join(pieces) + b"0\r\n" + trailer + b"\r\n"


_HEADERS: Mapping[str, tuple[str, ...]] = {
    "ETag": ('"0123456789abcdef0123456789abcdef"', 'W/"1"', ""),
    "Date": ("Thu, 26 Nov 2026 09:00:00 GMT", "yesterday"),
    "x-amz-request-id": ("1",),
    "X-AMZ-ID-2": ("abc/def+", ""),
    "Last-Modified": ("Thu, 26 Nov 2026 08:00:00 GMT",),
    "Content-Type": ("image/png", "text/html; charset=utf-8"),
    "Content-Encoding": ("gzip", "aws-chunked"),
    "Content-Range": ("bytes 0-0/1", "bytes 1-2/*"),
    "Retry-After": ("0", "120"),
    "x-amz-meta-name": ("caf\xe9", "a, b", "=?UTF-8?B?w6k=?="),
    "Location": ("https://elsewhere.example/",),
    "Server": ("nginx/1.2", "AmazonS3"),
}
