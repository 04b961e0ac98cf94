"""The limit: the least that plain Python can do, with nothing that a library owes its callers.

No retry, no check, no error, one connection for each thread. A request is made once and sent again
and again; a large body is one buffer.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from benchmarks.place import BUCKET, CDN, EXPIRES, REGION, SECRET, Place, blocks

_BUFFER = 1 << 20
_PLAIN = re.compile(r"[A-Za-z0-9._~/-]+").fullmatch
_LENGTH = re.compile(rb"Content-Length: (\d+)")
_REFUSED = re.compile(rb"<Error><Key>([^<]*)")
_LISTED = re.compile(rb"<Key>([^<]*)</Key>.*?<Size>(\d+)")
_NEXT = re.compile(rb"<NextContinuationToken>([^<]*)")
_UNSIGNED = "UNSIGNED-PAYLOAD"


def _signing_key(day: str) -> bytes:
    key = f"AWS4{SECRET}".encode()
    for step in (day, REGION, "s3", "aws4_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key


class Contestant:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.context = ssl.create_default_context(cafile=place.ca)
        self.idle: list[ssl.SSLSocket] = []

    # --- signed and public addresses ---

    def sign(self, keys: list[str]) -> list[str]:
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        day = moment[:8]
        scope = f"{day}/{REGION}/s3/aws4_request"
        query = (
            f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={self.place.name}%2F"
            f"{scope.replace('/', '%2F')}&X-Amz-Date={moment}&X-Amz-Expires={EXPIRES}"
            "&X-Amz-SignedHeaders=host"
        )
        tail = f"\n{query}\nhost:{self.place.host}\n\nhost\n{_UNSIGNED}".encode()
        state = hmac.new(
            _signing_key(day), f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n".encode(), hashlib.sha256
        )
        base, ending = f"{self.place.endpoint}/{BUCKET}/", f"?{query}&X-Amz-Signature="
        sha256, urls = hashlib.sha256, []
        for key in keys:
            path = key if _PLAIN(key) else quote(key, safe="/~")
            signing = state.copy()
            signing.update(
                sha256(b"GET\n/%s/%s%s" % (BUCKET.encode(), path.encode(), tail))
                .hexdigest()
                .encode()
            )
            urls.append(f"{base}{path}{ending}{signing.hexdigest()}")
        return urls

    sign_many = sign

    def url(self, keys: list[str]) -> list[str]:
        base = f"{CDN}/"
        return [base + (key if _PLAIN(key) else quote(key, safe="/~")) for key in keys]

    # --- requests ---

    def head_of(
        self, method: str, path: str, query: str = "", length: int = 0, payload: str = _UNSIGNED
    ) -> bytes:
        """Return a signed head."""
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        scope = f"{moment[:8]}/{REGION}/s3/aws4_request"
        names = "host;x-amz-content-sha256;x-amz-date"
        canonical = (
            f"{method}\n{path}\n{query}\nhost:{self.place.host}\n"
            f"x-amz-content-sha256:{payload}\nx-amz-date:{moment}\n\n{names}\n{payload}"
        )
        text = (
            f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        )
        signature = hmac.new(_signing_key(moment[:8]), text.encode(), hashlib.sha256).hexdigest()
        return (
            f"{method} {path}{'?' if query else ''}{query} HTTP/1.1\r\nHost: {self.place.host}\r\n"
            f"x-amz-content-sha256: {payload}\r\nx-amz-date: {moment}\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={self.place.name}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    @contextmanager
    def connection(self) -> Iterator[ssl.SSLSocket]:
        """Lend a connection that nobody uses."""
        try:
            tls = self.idle.pop()
        except IndexError:
            host, port = self.place.host.split(":")
            plain = socket.create_connection((host, int(port)))
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            tls = self.context.wrap_socket(plain, server_hostname=host)
        yield tls
        self.idle.append(tls)

    def ask(self, tls: ssl.SSLSocket, pieces: Iterable[bytes | memoryview]) -> bytes:
        """Send, and return the body of a small answer."""
        for piece in pieces:
            tls.sendall(piece)
        got = tls.recv(_BUFFER)
        end = got.index(b"\r\n\r\n") + 4
        if got[9:10] != b"2":
            raise AssertionError(got.decode())
        length = int(_LENGTH.search(got)[1])  # type: ignore[index]
        while len(got) < end + length:
            got += tls.recv(_BUFFER)
        return got[end:]

    def put(self, keys: list[str], body: bytes) -> None:
        request = self.head_of("PUT", f"/{BUCKET}/{keys[0]}", length=len(body)) + body
        with self.connection() as tls:
            for _ in keys:
                self.ask(tls, [request])

    def get(self, keys: list[str]) -> list[bytes]:
        request = self.head_of("GET", f"/{BUCKET}/{keys[0]}")
        with self.connection() as tls:
            return [self.ask(tls, [request]) for _ in keys]

    def head(self, keys: list[str]) -> list[int]:
        request = self.head_of("HEAD", f"/{BUCKET}/{keys[0]}")
        sizes = []
        with self.connection() as tls:
            for _ in keys:
                tls.sendall(request)
                sizes.append(int(_LENGTH.search(tls.recv(_BUFFER))[1]))  # type: ignore[index]
        return sizes

    def delete(self, keys: list[str]) -> None:
        request = self.head_of("DELETE", f"/{BUCKET}/{keys[0]}")
        with self.connection() as tls:
            for _ in keys:
                self.ask(tls, [request])

    def delete_many(self, keys: list[str]) -> list[str]:
        """Only what failed is read from the answer."""
        refused: list[str] = []
        with self.connection() as tls:
            for start in range(0, len(keys), 1000):
                batch = "</Key></Object><Object><Key>".join(keys[start : start + 1000])
                body = f"<Delete><Object><Key>{batch}</Key></Object></Delete>".encode()
                digest = hashlib.sha256(body).hexdigest()
                head = self.head_of("POST", f"/{BUCKET}", "delete=", len(body), digest)
                answer = self.ask(tls, [head, body])
                refused += (key.decode() for key in _REFUSED.findall(answer))
        return refused

    delete_all = delete_many

    def list_keys(self, prefix: str) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        token = ""
        with self.connection() as tls:
            while True:
                query = f"{token}list-type=2&prefix={quote(prefix, safe='')}"
                page = self.ask(tls, [self.head_of("GET", f"/{BUCKET}", query)])
                found += [(key.decode(), int(size)) for key, size in _LISTED.findall(page)]
                more = _NEXT.search(page)
                if not more:
                    return found
                token = f"continuation-token={more[1].decode()}&"

    def upload_file(self, path: Path, key: str) -> None:
        """Not even the file is read."""
        size = int(key.partition("/")[0])
        head = self.head_of("PUT", f"/{BUCKET}/{key}", length=size)
        with self.connection() as tls:
            self.ask(tls, chain([head], blocks(size)))

    def upload_stream(self, stream: object, key: str) -> None:
        self.upload_file(Path(), key)

    def download(self, key: str, path: Path) -> None:
        size, buffer = int(key.partition("/")[0]), bytearray(_BUFFER)
        with self.connection() as tls, path.open("wb", buffering=0) as file:
            tls.sendall(self.head_of("GET", f"/{BUCKET}/{key}"))
            first = tls.recv(_BUFFER)
            end = first.index(b"\r\n\r\n") + 4
            file.write(first[end:])
            size -= len(first) - end
            view = memoryview(buffer)
            while size:
                got = tls.recv_into(view)
                file.write(view[:got])
                size -= got

    # --- files on disk ---

    def local_put(self, keys: list[str], body: bytes) -> str:
        return self._write(keys, body, self.place.file("local"), synced=True)

    def local_put_relaxed(self, keys: list[str], body: bytes) -> str:
        return self._write(keys, body, self.place.file("relaxed"), synced=False)

    def _write(self, keys: list[str], body: bytes, root: Path, *, synced: bool) -> str:
        for folder in {key.rpartition("/")[0] for key in keys}:
            (root / folder).mkdir(parents=True, exist_ok=True)
        for key in keys:
            path = f"{root}/{key}"
            with open(f"{path}.part", "wb", buffering=0) as file:
                file.write(body)
                if synced:
                    os.fsync(file.fileno())
            os.rename(f"{path}.part", path)
            if synced:
                # Without it the file may be there after a power failure, but not its name.
                handle = os.open(os.path.dirname(path), os.O_RDONLY)
                os.fsync(handle)
                os.close(handle)
        return str(root)

    def local_list(self, root: str) -> list[tuple[str, int]]:
        found, start = [], len(root) + 1
        for folder, _, files in os.walk(root):
            for name in files:
                path = f"{folder}/{name}"
                found.append((path[start:], os.lstat(path).st_size))
        return found
