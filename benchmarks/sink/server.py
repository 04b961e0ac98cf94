"""The sink in Python, for machines without a C compiler: what it does is told in `sink.c`.

Two differences: a part of an upload must begin with a whole block of the pattern, and bodies are
compared with the pattern itself where C compares checksums.
"""

from __future__ import annotations

import base64
import re
import socketserver
import ssl
import sys
import threading
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from benchmarks.place import BLOCK, blocks
from benchmarks.sink.content import crc64_of, etag_of, md5_of
from benchmarks.sink.request import DATE, Refused, Request, State

_NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


class Sink(Request):
    """The operations of S3 that a benchmark needs."""

    def _put(self) -> None:
        content, _, told = self._body()
        part = "partNumber" in self.asked
        if part:
            self._upload()[1][int(self.asked["partNumber"])] = (content.first, content.size)
        else:
            self._prove(content.good and content.first == 0, content.size)
            self.state.count(self.client, "objects")
            if told:
                told["x-amz-checksum-type"] = "FULL_OBJECT"
        if not content.good:
            raise Refused(400, "BadDigest", "the part is not of the pattern")
        self.state.count(self.client, "puts")
        self.state.count(self.client, "received", content.size)
        etag = etag_of(content.size, content.first) if part else md5_of(content.size)
        self._answer(200, b"", etag=etag, **told)

    def _prove(self, good: bool, size: int) -> None:
        if not good or self._told_size() != size:
            raise Refused(400, "BadDigest", "the object is not the pattern of its size")

    def _key(self) -> str:
        return unquote(self.route).split("/", 2)[2]

    def _told_size(self) -> int:
        size = unquote(self.route).split("/")[2]
        return int(size) if size.isdigit() else 0

    def _upload(self) -> tuple[str, dict[int, tuple[int, int]]]:
        upload = self.state.uploads.get(int(self.asked["uploadId"]))
        if upload is None:
            raise Refused(404, "NoSuchUpload", "there is no such upload")
        return upload

    def _post(self) -> None:
        _, xml, _ = self._body(keep=True)
        if "uploads" in self.asked:
            algorithm = self.headers.get("x-amz-checksum-algorithm", "")
            with self.state.lock:
                self.state.last += 1
                number = self.state.last
                self.state.uploads[number] = (algorithm, {})
            self._xml(
                "<InitiateMultipartUploadResult><Bucket>bench</Bucket>"
                f"<Key>{self._key()}</Key>"
                f"<UploadId>{number}</UploadId></InitiateMultipartUploadResult>",
                **({"x-amz-checksum-algorithm": algorithm} if algorithm else {}),
            )
        elif "delete" in self.asked:
            self._delete_batch(xml.decode())
        else:
            self._complete(xml.decode())

    def _complete(self, xml: str) -> None:
        algorithm, parts = self._upload()
        del self.state.uploads[int(self.asked["uploadId"])]
        size = count = 0
        for text in re.findall("<Part>(.*?)</Part>", xml, re.DOTALL):
            count += 1
            first, length = parts.get(count, (0, 0))
            if not re.search(f"<PartNumber>{count}</PartNumber>", text) or not length:
                raise Refused(400, "InvalidPartOrder", "the parts do not count from 1")
            if etag_of(length, first) not in text:
                raise Refused(400, "InvalidPart", "a part is not the one that was sent")
            self._prove(first * BLOCK == size, self._told_size())
            size += length
        self._prove(count > 0, size)
        crc = base64.b64encode(crc64_of(size).to_bytes(8, "big")).decode()
        if self.headers.get("x-amz-checksum-crc64nvme", crc) != crc:
            raise Refused(400, "BadDigest", "the checksum is not the object's")
        self.state.count(self.client, "objects")
        told = (
            f"<ChecksumCRC64NVME>{crc}</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>"
        )
        self._xml(
            "<CompleteMultipartUploadResult><Location>https://localhost/</Location>"
            f"<Bucket>bench</Bucket><Key>{self._key()}</Key>"
            f'<ETag>"{md5_of(size)}-{count}"</ETag>'
            f"{told if algorithm == 'CRC64NVME' else ''}</CompleteMultipartUploadResult>"
        )

    def _delete_batch(self, xml: str) -> None:
        out, quiet = [], "<Quiet>true</Quiet>" in xml
        for key in re.findall("<Key>(.*?)</Key>", xml):
            if "refused" in key:
                out.append(f"<Error><Key>{key}</Key><Code>AccessDenied</Code>"
                           "<Message>kept</Message></Error>")  # fmt: skip
            else:
                self.state.count(self.client, "deleted")
                out.append("" if quiet else f"<Deleted><Key>{key}</Key></Deleted>")
        self._xml(f"<DeleteResult {_NS}>{''.join(out)}</DeleteResult>")

    def _delete(self) -> None:
        if "uploadId" not in self.asked:
            self.state.count(self.client, "deleted")
        self._answer(204, b"")

    def _list(self) -> None:
        prefix = self.asked.get("prefix", "")
        total = int(prefix.split("/")[1]) if prefix.startswith("list/") else 0
        page = min(int(self.asked.get("max-keys", 1000)), 1000)
        after = self.asked.get("start-after", "").rpartition("/")[2].partition(".")[0]
        begin = int(self.asked.get("continuation-token") or 0) or (int(after) + 1 if after else 0)
        end = min(begin + page, total)
        more = f"<NextContinuationToken>{end}</NextContinuationToken>" if end < total else ""
        items = "".join(
            f"<Contents><Key>{prefix}{number:08}.bin</Key>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            f"<ETag>&quot;{number:032x}&quot;</ETag><Size>{4096 + number}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
            for number in range(begin, end)
        )
        coded = "<EncodingType>url</EncodingType>" if "encoding-type" in self.asked else ""
        self._xml(
            f"<ListBucketResult {_NS}><Name>bench</Name><Prefix>{prefix}</Prefix>"
            f"<KeyCount>{max(end - begin, 0)}</KeyCount><MaxKeys>{page}</MaxKeys>{coded}"
            f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>{more}{items}</ListBucketResult>"
        )

    def _get(self) -> None:
        if not unquote(self.route).strip("/").partition("/")[2]:
            if "list-type" in self.asked:
                self._list()
            else:
                self._xml("<LocationConstraint/>")
            return
        size = self._told_size()
        if not size:
            raise Refused(404, "NoSuchKey", "the key tells no size")
        if "if-match" in self.headers and md5_of(size) not in self.headers["if-match"]:
            raise Refused(412, "PreconditionFailed", "another ETag")
        begin, end, more = 0, size, {"last-modified": DATE, "accept-ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("range", ""))
        if wanted:
            first, last = wanted.groups()
            begin = int(first) if first else max(size - int(last), 0)
            end = min(int(last) + 1, size) if first and last else size
            more["content-range"] = f"bytes {begin}-{end - 1}/{size}"
        elif "x-amz-checksum-mode" in self.headers:
            crc = base64.b64encode(crc64_of(size).to_bytes(8, "big")).decode()
            more |= {"x-amz-checksum-crc64nvme": crc, "x-amz-checksum-type": "FULL_OBJECT"}
        self._head_of(206 if wanted else 200, end - begin, etag=md5_of(size), **more)
        if self.command == "GET":
            self.state.count(self.client, "sent", end - begin)
            at = 0
            for block in blocks(end):
                if at + len(block) > begin:
                    self.wfile.write(block[max(begin - at, 0) :])
                at += len(block)

    _head = _get


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, context: ssl.SSLContext, handler: type[Sink]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self._context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that goes away is none of the sink's business


def main(certificate: str, key: str, secret: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = type("Sink", (Sink,), {"state": State(secret)})
    socketserver.TCPServer.allow_reuse_address = True
    with _Server(context, handler) as server:
        print(server.server_address[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()  # ends with whoever started this


if __name__ == "__main__":
    main(*sys.argv[1:])
