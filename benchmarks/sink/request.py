"""One request to the Python sink: read, its signature and digests proven, and answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from awscrt import checksums

from benchmarks.place import BLOCK
from benchmarks.sink.content import Content

_LINE = 1 << 16
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
_CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/([^/]+)/([^/]+)/s3/aws4_request, *"
    r"SignedHeaders=([^,]+), *Signature=([0-9a-f]+)"
)
_RUNNING: dict[str, tuple[Callable[[bytes, int], int], int]] = {
    "x-amz-checksum-crc32": (zlib.crc32, 4),
    "x-amz-checksum-crc32c": (checksums.crc32c, 4),
    "x-amz-checksum-crc64nvme": (checksums.crc64nvme, 8),
}
_HASHED = {"x-amz-checksum-sha256": "sha256", "x-amz-checksum-sha1": "sha1", "content-md5": "md5"}


class Refused(Exception):
    """A request that is wrong: status, code, sentence."""


class State:
    """What all connections share."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.lock = threading.Lock()
        self.counts: dict[str, Counter[str]] = {}
        self.uploads: dict[int, tuple[str, dict[int, tuple[int, int]]]] = {}
        self.last = 0

    def count(self, client: str, what: str, amount: int = 1) -> None:
        with self.lock:
            self.counts.setdefault(client, Counter())[what] += amount

    def report(self) -> str:
        with self.lock:
            counts, self.counts = self.counts, {}
        names = ("requests", "refused", "puts", "objects", "deleted", "received", "sent")
        return json.dumps(
            {
                client: {name: count[name] for name in names}
                | {"digests": {key[1:]: n for key, n in count.items() if key[0] == "#"}}
                for client, count in counts.items()
            }
        )


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    state: State
    client: str

    def log_message(self, format: str, *args: object) -> None:
        pass

    def handle_expect_100(self) -> bool:
        super().handle_expect_100()
        self.wfile.flush()
        return True

    # --- requests ---

    def _serve(self) -> None:
        if self.path == "/.sink/report":
            self._answer(200, self.state.report().encode())
            return
        self.client = "nobody"
        url = urlsplit(self.path)
        self.route, self.asked = url.path, dict(parse_qsl(url.query, keep_blank_values=True))
        try:
            try:
                self._check_signature(url.query)
            finally:
                self.state.count(self.client, "requests")
            getattr(self, f"_{self.command.lower()}")()
        except Refused as refusal:
            status, code, why = refusal.args
            self.state.count(self.client, "refused")
            self._answer(
                status, f"{_XML}<Error><Code>{code}</Code><Message>{why}</Message></Error>".encode()
            )
            self.close_connection = self.close_connection or status == 403
        self.wfile.flush()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve

    def _check_signature(self, query: str) -> None:
        found = _CREDENTIAL.fullmatch(self.headers.get("authorization", ""))
        if not found:
            raise Refused(403, "AccessDenied", "the request is not signed")
        self.client, day, region, names, signature = found.groups()
        lines = "".join(
            f"{name}:{' '.join((self.headers[name] or '').split())}\n" for name in names.split(";")
        )
        pairs = sorted(
            (quote(unquote(name), safe="~"), quote(unquote(value), safe="~"))
            for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)
        )
        canonical = (
            f"{self.command}\n{quote(unquote(self.route), safe='/~')}\n"
            f"{'&'.join(f'{name}={value}' for name, value in pairs)}\n{lines}\n{names}\n"
            f"{self.headers['x-amz-content-sha256']}"
        )
        text = (
            f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{day}/{region}/s3/aws4_request\n"
            f"{hashlib.sha256(canonical.encode()).hexdigest()}"
        )
        key = f"AWS4{self.state.secret}".encode()
        for step in (day, region, "s3", "aws4_request", text):
            key = hmac.new(key, step.encode(), hashlib.sha256).digest()
        if key.hex() != signature:
            raise Refused(403, "SignatureDoesNotMatch", "the signature is not the request's")

    def _pieces(self) -> Iterator[bytes]:
        """Yield the body without HTTP's own chunks."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline(_LINE), 16):
                while size:
                    piece = self.rfile.read(min(size, BLOCK))
                    size -= len(piece)
                    yield piece
                self.rfile.readline(_LINE)
            while self.rfile.readline(_LINE).strip():
                pass
            return
        left = int(self.headers.get("content-length", 0))
        while left:
            piece = self.rfile.read(min(left, BLOCK))
            if not piece:
                raise ConnectionError
            left -= len(piece)
            yield piece

    def _decoded(self, trailers: dict[str, str]) -> Iterator[bytes]:
        """Yield the body without S3's chunks; the trailers behind it go into `trailers`."""
        if not self.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
            yield from self._pieces()
            return
        pieces, rest = self._pieces(), b""

        def line() -> bytes:
            nonlocal rest
            while b"\r\n" not in rest:
                rest += next(pieces, b"\r\n")
            text, _, rest = rest.partition(b"\r\n")
            return text

        while size := int(line().partition(b";")[0], 16):
            while size:
                rest = rest or next(pieces)
                piece, rest = rest[:size], rest[size:]
                size -= len(piece)
                yield piece
            line()
        while text := line():
            name, _, value = text.decode().partition(":")
            trailers[name.lower()] = value.strip()
        for _ in pieces:
            pass

    def _body(self, keep: bool = False) -> tuple[Content, bytes, dict[str, str]]:
        """Read a body and prove what the request tells of it."""
        content, kept, trailers = Content(), bytearray(), dict[str, str]()
        payload = self.headers.get("x-amz-content-sha256", "")
        signed = hashlib.sha256() if len(payload) == 64 else None
        named = {name.lower() for name in self.headers} | {self.headers.get("x-amz-trailer", "")}
        if "uploadId" in self.asked and keep:  # they are the whole object's, see `_complete`
            named &= {"content-md5"}
        running = {name: 0 for name in _RUNNING if name in named}
        hashed = {name: hashlib.new(kind, usedforsecurity=False)
                  for name, kind in _HASHED.items() if name in named}  # fmt: skip
        for piece in self._decoded(trailers):
            if keep:
                kept += piece
            else:
                content.update(piece)
            if signed:
                signed.update(piece)
            for name, crc in running.items():
                running[name] = _RUNNING[name][0](piece, crc)
            for hashing in hashed.values():
                hashing.update(piece)
        if signed and signed.hexdigest() != payload:
            raise Refused(400, "BadDigest", "the body is not the one that was signed")
        kinds = ["signed sha256" if signed else "unsigned"]
        made = {name: crc.to_bytes(_RUNNING[name][1], "big") for name, crc in running.items()}
        made |= {name: hashing.digest() for name, hashing in hashed.items()}
        told = {}
        for name, digest in made.items():
            told[name] = base64.b64encode(digest).decode()
            if (trailers.get(name) or self.headers.get(name)) != told[name]:
                raise Refused(400, "BadDigest", "a checksum does not fit the body")
            kinds.append(name.removeprefix("x-amz-checksum-").removeprefix("content-"))
        for kind in () if keep else kinds:
            self.state.count(self.client, f"#{kind}")
        told.pop("content-md5", None)
        return content, bytes(kept), told

    # --- answers ---

    def _head_of(self, status: int, length: int, etag: str = "", **headers: str) -> None:
        self.send_response_only(status)
        self.send_header("x-amz-request-id", "4442587FB7D0A2F9")
        self.send_header("Date", DATE)
        if etag:
            self.send_header("ETag", f'"{etag}"')
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _answer(self, status: int, body: bytes, etag: str = "", **headers: str) -> None:
        self._head_of(status, len(body), etag, **headers)
        if self.command != "HEAD":
            self.wfile.write(body)

    def _xml(self, text: str, **headers: str) -> None:
        self._answer(200, (_XML + text).encode(), **{"content-type": "application/xml", **headers})
