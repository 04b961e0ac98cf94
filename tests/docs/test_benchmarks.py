"""The benchmarks prove what they time: sinks and checks refuse what is wrong, the page is true."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from benchmarks import measure, page, report, signatures
from benchmarks.__main__ import chosen
from benchmarks.contestants import limit
from benchmarks.contestants.table import ENTRIES
from benchmarks.place import BUCKET, EXPIRES, PART, SECRET, Place, pattern
from benchmarks.rows import ROWS, Row
from benchmarks.sink import Sink, compiled, running
from botocore.config import Config

ROOT = Path(__file__).parents[2]
BODY = pattern(4096)


def can_compile() -> bool:
    try:
        return compiled().exists()
    except OSError:
        return False


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("c", marks=pytest.mark.skipif(not can_compile(), reason="no C compiler")),
        "python",
    ],
)
def sink(request: pytest.FixtureRequest) -> Iterator[Sink]:
    with running(request.param) as sink:
        yield sink


class Client(limit.Contestant):
    """Signs whatever it is told to, right or wrong."""

    tls: ssl.SSLSocket

    def send(self, method: str, path: str, body: bytes = b"", query: str = "", **head: str) -> str:
        """Return the status and the body of the answer."""
        payload = head.pop("payload", "UNSIGNED-PAYLOAD")
        request = self.head_of(method, f"/{BUCKET}{path}", query, len(body), payload)
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in head.items())
        tls = self.tls
        tls.sendall(request[:-2] + more.encode() + b"\r\n" + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += tls.recv(1 << 16)
        start, _, got = answer.partition(b"\r\n\r\n")
        size = limit._LENGTH.search(start)
        assert size is not None
        while len(got) < int(size[1]):
            got += tls.recv(1 << 16)
        return f"{start[9:12].decode()} {got.decode()}"


@pytest.fixture
def client(sink: Sink, tmp_path: Path) -> Iterator[Client]:
    sink.report()
    client = Client(Place("tester", sink.endpoint, sink.ca, str(tmp_path)))
    with client.connection() as client.tls:
        yield client
    for tls in client.idle:
        tls.close()


def told(sink: Sink) -> dict[str, Any]:
    counts: dict[str, Any] = sink.report()["tester"]
    return counts


def test_the_sink_takes_and_counts_what_is_right(client: Client, sink: Sink) -> None:
    client.put(["4096/a"] * 3, BODY)
    counts = told(sink)
    assert (counts["requests"], counts["objects"], counts["received"]) == (3, 3, 3 * 4096)
    assert counts["refused"] == 0
    assert {name: n for name, n in counts["digests"].items() if n} == {"unsigned": 3}


# Check values of the pattern's first 4096 bytes, from botocore's and Amazon's own implementations.
@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("x_amz_checksum_crc32", "crc32"),
        ("x_amz_checksum_crc32c", "crc32c"),
        ("x_amz_checksum_crc64nvme", "crc64nvme"),
        ("x_amz_checksum_sha256", "sha256"),
        ("x_amz_checksum_sha1", "sha1"),
        ("content_md5", "md5"),
    ],
)
def test_the_sink_proves_each_digest(client: Client, sink: Sink, header: str, kind: str) -> None:
    import hashlib
    import zlib

    from awscrt import checksums

    digest = {
        "crc32": zlib.crc32(BODY).to_bytes(4, "big"),
        "crc32c": checksums.crc32c(BODY).to_bytes(4, "big"),
        "crc64nvme": checksums.crc64nvme(BODY).to_bytes(8, "big"),
        "sha256": hashlib.sha256(BODY).digest(),
        "sha1": hashlib.sha1(BODY).digest(),
        "md5": hashlib.md5(BODY).digest(),
    }[kind]
    right = base64.b64encode(digest).decode()
    wrong = base64.b64encode(bytes([digest[0] ^ 1]) + digest[1:]).decode()
    assert client.send("PUT", "/4096/a", BODY, **{header: right}).startswith("200")
    assert told(sink)["digests"][kind] == 1
    assert "BadDigest" in client.send("PUT", "/4096/a", BODY, **{header: wrong})
    assert told(sink)["refused"] == 1


def test_the_sink_refuses_a_body_that_is_not_the_signed_one(client: Client) -> None:
    assert "BadDigest" in client.send("PUT", "/4096/a", BODY, payload="0" * 64)


@pytest.mark.parametrize(
    "body", [BODY[:-1], BODY + b"x", BODY[:-1] + b"x", b"", BODY[8:] + BODY[:8]]
)
def test_the_sink_refuses_other_content(client: Client, sink: Sink, body: bytes) -> None:
    assert "BadDigest" in client.send("PUT", "/4096/a", body)
    assert told(sink)["objects"] == 0


def test_the_sink_refuses_a_wrong_signature(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(limit, "SECRET", SECRET + "x")
    assert "SignatureDoesNotMatch" in client.send("PUT", "/4096/a", BODY)


def parts(client: Client, pieces: list[bytes]) -> tuple[str, str]:
    """Send parts; return the query of the upload and the list of parts."""
    created = client.send("POST", f"/{2 * PART}/big", query="uploads=")
    number = created.partition("<UploadId>")[2].partition("<")[0]
    listed = ""
    for which, piece in enumerate(pieces, 1):
        query = f"partNumber={which}&uploadId={number}"
        request = client.head_of("PUT", f"/{BUCKET}/{2 * PART}/big", query, len(piece))
        client.tls.sendall(request)
        client.tls.sendall(piece)
        answer = client.tls.recv(1 << 16).decode()
        etag = answer.partition("ETag: ")[2].partition("\r\n")[0]
        listed += f"<Part><PartNumber>{which}</PartNumber><ETag>{etag}</ETag></Part>"
    return f"uploadId={number}", listed


def test_the_sink_joins_parts(client: Client, sink: Sink) -> None:
    whole = pattern(2 * PART)
    query, listed = parts(client, [whole[:PART], whole[PART:]])
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    assert client.send("POST", f"/{2 * PART}/big", body, query).startswith("200")
    counts = told(sink)
    assert (counts["objects"], counts["received"]) == (1, 2 * PART)


@pytest.mark.parametrize("order", [(1, 0), (0, 0), (0,)])
def test_the_sink_refuses_parts_in_the_wrong_place(client: Client, order: tuple[int, ...]) -> None:
    whole = pattern(2 * PART)
    halves = [whole[:PART], whole[PART:]]
    query, listed = parts(client, [halves[which] for which in order])
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    assert "BadDigest" in client.send("POST", f"/{2 * PART}/big", body, query)


# --- signed URLs ---


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place("tester", "https://127.0.0.1:9", "", str(tmp_path))


def signed(place: Place, key: str, **change: Any) -> str:
    given = {
        "region_name": "us-east-1",
        "endpoint_url": place.endpoint,
        "aws_access_key_id": "tester",
        "aws_secret_access_key": SECRET,
        "config": Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    } | change
    client: Any = boto3.client("s3", **given)  # type: ignore[call-overload]
    url: str = client.generate_presigned_url(
        "get_object", {"Bucket": BUCKET, "Key": key}, ExpiresIn=EXPIRES
    )
    return url


@pytest.mark.parametrize("key", ["4096/a.png", "4096/Grüße & (1)+é.png"])
def test_the_check_of_signatures_agrees_with_boto3(place: Place, key: str) -> None:
    url = signed(place, key)
    signatures.check(url, key, place)
    with pytest.raises(AssertionError, match="another key"):
        signatures.check(url.replace("4096", "4097"), key, place)
    with pytest.raises(AssertionError, match="signed wrongly"):
        signatures.check(url[:-1] + ("0" if url[-1] != "0" else "1"), key, place)
    with pytest.raises(AssertionError, match="not good for"):
        signatures.check(url.replace("Expires=900", "Expires=901"), key, place)
    with pytest.raises(AssertionError, match="signed wrongly"):
        signatures.check(signed(place, key, aws_secret_access_key="other"), key, place)
    with pytest.raises(AssertionError, match="signed by another"):
        signatures.check(signed(place, key, aws_access_key_id="other"), key, place)


# --- rows ---


def row(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("url", ["https://cdn.example.com/other"] * 10),
        ("get", [BODY] * 9 + [BODY[:-1] + b"x"]),
        ("get", [BODY] * 9),
        ("head", [4096] * 9 + [0]),
        ("delete many", []),
        ("list", [(f"list/10/{number:08}.bin", 4096 + number) for number in range(9)]),
    ],
)
def test_wrong_answers_are_found(name: str, wrong: list[Any], place: Place) -> None:
    with pytest.raises(AssertionError):
        row(name).task(10, 0, place).check([wrong])


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every contestant runs in this environment."""
    monkeypatch.setattr(measure, "python_for", lambda entry: Path(sys.executable))


def test_a_contestant_that_does_too_little_is_out(sink: Sink, tmp_path: Path, here: None) -> None:
    class Lazy(measure.Worker):
        def round(self, row: Row, count: int, turn: int) -> dict[str, Any]:
            return super().round(row, count - 1, turn)

    lazy = Lazy(ENTRIES[-1], Place("limit", sink.endpoint, sink.ca, str(tmp_path)))
    try:
        measured = measure.measure(row("put"), {"limit": lazy}, sink, 1, quick=True)
    finally:
        lazy.close()
    count = row("put").quick
    assert measured["contestants"]["limit"] == {"failed": f"objects: {count - 1}, not {count}"}


def test_rows_run_and_make_a_table(sink: Sink, tmp_path: Path, here: None) -> None:
    names = ["sign", "sign wrapped", "url", "put", "get", "head", "delete", "delete many", "list"]
    entries = [entry for entry in ENTRIES if entry.name in ("bucketry", "boto3", "limit")]
    run: dict[str, Any] = {"rows": {}}
    with measure.workers(entries, sink, tmp_path) as started:
        for name in [*names, "first put"]:
            few = replace(row(name), quick=min(row(name).quick, 1000))
            measured = measure.measure(few, started, sink, 1, quick=True)
            assert {"bucketry", "boto3"} <= set(measured["contestants"])
            for contestant, result in measured["contestants"].items():
                assert result.get("rounds"), (name, contestant, result)
            run["rows"][name] = measured
    cells, header = report.summary(run)
    assert [line[0].rpartition(", ")[0] for line in cells] == [
        row(name).what for name in [*names, "first put"]
    ]
    assert header[1] == "bucketry"
    text = report.as_text(cells, header)
    assert "limit" in text
    assert "not there" not in text


def test_rows_are_named_with_blanks_or_commas() -> None:
    assert [row.name for row in chosen("sign url")] == ["sign", "url"]
    assert [row.name for row in chosen("put 16, url")] == ["url", "put 16"]
    assert {row.series for row in chosen("layers")} == {"layers"}
    with pytest.raises(SystemExit, match="no such row: nonsense"):
        chosen("nonsense")


def test_the_page_has_the_figures_of_the_committed_run() -> None:
    run = json.loads((page.RESULTS / "run.json").read_text(encoding="utf-8"))
    text = page.PAGE.read_text(encoding="utf-8")
    assert text == page.filled(text, run), "run: python -m benchmarks.page FOLDER"
    assert (page.RESULTS / "table.md").read_text(encoding="utf-8") == page.table(run)
    assert all(f"<!-- from the run: {part} -->" in text for part in page.PARTS)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/status")
def test_the_memory_of_a_stream_stays_within_the_promise() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", "160"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stream 160 MiB in 20 parts of 8 MiB" in done.stdout
    assert "promised: below 88 MiB" in done.stdout


def test_quoted_keys_are_quoted_in_the_rows(place: Place) -> None:
    (keys,) = row("sign odd").task(1, 0, place).arguments[0]
    assert quote(keys[0]) != keys[0]
