"""Runs one case: a server, the proxy before it, a client in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, get_args, get_type_hints

import attrs
from attrs import frozen

from bucketry_s3.options import S3Options
from bucketry_s3.testing import ACCESS_KEY_ID, SECRET_ACCESS_KEY, OpenUpload, StandIn, StoredBytes
from faults.operations import PART, Held, State
from faults.proxy import WARM, Certificates, FaultProxy
from faults.table import Case
from faults.verdict import Judged, Seen, judge

BUCKET = "media"
PATIENCE = 4
"""Seconds behind the time that is due after which a client is ended."""


def transports() -> list[str]:
    """Return the ways to the wire that the S3 family offers; "" where there is no choice."""
    if "transport" not in attrs.fields_dict(S3Options):
        return [""]
    hints: Any = get_type_hints(S3Options)["transport"]
    names = [name for name in get_args(hints) if isinstance(name, str)]
    return names or [n for arm in get_args(hints) for n in get_args(arm) if isinstance(n, str)]


class Around:
    """The stand-in around the proxy."""

    def __init__(self, server: StandIn) -> None:
        self._server = server
        self.written: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        """Store as somebody else."""
        self._server.put(BUCKET, key, data)
        self.written[key] = data

    def seed(self, case: Case) -> None:
        """Store what must be there before."""
        warm = {WARM: b"warm"} if case.fault.warm else {}
        for key, data in {**case.operation.seeds, **warm}.items():
            self._server.put(BUCKET, key, data)
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        template = StoredBytes(data=b"", etag="", modified=long_ago)
        for number, key in enumerate(case.operation.uploads):
            begun = OpenUpload(
                key=key, upload_id=f"begun-{number}", started=long_ago, template=template
            )
            self._server._store.bucket(BUCKET).uploads[begun.upload_id] = begun

    def state(self) -> State:
        """Return what the bucket holds."""
        return {
            key: Held(
                item.data,
                item.headers.get("Content-Type", item.headers.get("content-type", "")),
                {n: v for n, v in item.metadata.items() if not n.startswith("bucketry-")},
            )
            for key, item in self._server.objects(BUCKET).items()
            if key != WARM
        }

    def uploads(self) -> list[str]:
        """Return the ids of unfinished uploads."""
        return [upload.upload_id for upload in self._server.open_uploads(BUCKET)]


class Client:
    """A client's process. `ask` gives it a job; one that hangs is killed and made anew."""

    def __init__(self, *command: str) -> None:
        self._command = command or (sys.executable, "-m", "faults.client")
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def ask(self, job: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Return what the client tells of a job, {} if it does not within `seconds`."""
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            return {}
        if not line:
            code = process.wait()
            self.close()
            raise RuntimeError(f"the client's process ended with {code} on {job['operation']}")
        told: dict[str, Any] = json.loads(line)
        return told

    def _start(self) -> None:
        here = str(Path(__file__).parent.parent)
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**environment, "PYTHONPATH": here},
        )
        self._answers = queue.Queue()
        threading.Thread(
            target=self._pump, args=(self._process.stdout, self._answers), daemon=True
        ).start()
        assert self._answers.get(timeout=60) == "ready\n", "the client's process did not start"

    @staticmethod
    def _pump(stream: IO[str], answers: queue.Queue[str]) -> None:
        for line in stream:
            answers.put(line)
        answers.put("")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            self._process = None


@frozen(kw_only=True)
class Result:
    """How one case ended."""

    case: Case
    transport: str
    addressing: str
    judged: Judged
    seconds: float
    struck: int
    traceback: str

    @property
    def is_good(self) -> bool:
        """Whether it is as it should be."""
        return self.judged.verdict in ("ok", "refused", "unconfirmed")


@contextlib.contextmanager
def _address(case: Case, proxy: FaultProxy) -> Iterator[str]:
    """Give the endpoint that the client is sent to."""
    match case.fault.place:
        case "proxy" | "hanging names":
            yield f"https://localhost:{proxy.port}"
        case "unknown host":
            yield f"https://nowhere.invalid:{proxy.port}"
        case "refused":
            with socket.socket() as closed:
                closed.bind(("127.0.0.1", 0))
                yield f"https://localhost:{closed.getsockname()[1]}"
        case "black hole":
            with socket.socket() as full, contextlib.ExitStack() as stack:
                full.bind(("127.0.0.1", 0))
                full.listen(0)
                for _ in range(3):  # the queue is full, and further SYNs are dropped
                    waiting = stack.enter_context(socket.socket())
                    waiting.setblocking(False)
                    waiting.connect_ex(full.getsockname())
                yield f"https://localhost:{full.getsockname()[1]}"


def run(case: Case, client: Client, *, transport: str = "", addressing: str = "path") -> Result:
    """Run one case and judge it; once more if it was late, which on a busy machine happens."""
    result = _run_once(case, client, transport, addressing)
    if result.judged.verdict == "overrun" and result.seconds < case.due + 3:
        return _run_once(case, client, transport, addressing)
    return result


def _run_once(case: Case, client: Client, transport: str, addressing: str) -> Result:
    fault, operation = case.fault, case.operation
    skew = timedelta(seconds=fault.clock)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        server = stack.enter_context(
            StandIn(buckets=[BUCKET], clock=lambda: datetime.now(UTC) + skew)
        )
        around = Around(server)
        around.seed(case)
        before, uploads = around.state(), around.uploads()
        proxy = stack.enter_context(
            FaultProxy(
                upstream=server.endpoint,
                ca_bundle=server.ca_bundle,
                certificates=Certificates(folder),
                strikes=case.strikes,
                behind=around,
            )
        )
        address = stack.enter_context(_address(case, proxy))
        through = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"} if fault.tunnel else {}
        names = {"unknown host": "fail", "hanging names": "hang"}.get(fault.place, "localhost")
        settings = {
            "provider": "s3",
            "bucket": BUCKET,
            "region": "us-east-1",
            "endpoint": address,
            "ca_bundle": str(proxy.certificates.bundle),
            "addressing": addressing,
            "credentials": {
                "access_key_id": ACCESS_KEY_ID,
                "secret_access_key": SECRET_ACCESS_KEY,
            },
            "multipart": {"part_size": PART, "concurrency": 2},
            "capabilities": {
                name: "enforced"
                for name in (
                    "put_if_absent",
                    "put_if_match",
                    "complete_if_absent",
                    "complete_if_match",
                )
            },
            "deadline": fault.deadline,
            **({"transport": transport} if transport else {}),
        }
        told = client.ask(
            {
                "operation": operation.name,
                "settings": settings,
                "warm": fault.warm,
                "names": names,
                "environment": through,
            },
            case.limit + PATIENCE,
        )
        proxy.settle(6)
        seen = Seen(
            told=told,
            before=before,
            after=around.state(),
            uploads=[one for one in around.uploads() if one not in uploads],
            overwritten=around.written,
        )
    return Result(
        case=case,
        transport=transport,
        addressing=addressing,
        judged=judge(case, seen),
        seconds=told.get("seconds", case.due + PATIENCE),
        struck=proxy.struck,
        traceback=told.get("error", {}).get("traceback", ""),
    )


Job = tuple[Case, str, str]
"""A case, the transport, the addressing style."""


def run_all(work: Sequence[Job], workers: int) -> Iterator[Result]:
    """Run jobs on several clients at once; yield their results in the order of the jobs."""
    ready = threading.local()
    clients: list[Client] = []

    def one(job: Job) -> Result:
        if not hasattr(ready, "client"):
            ready.client = Client()
            clients.append(ready.client)
        case, transport, style = job
        return run(case, ready.client, transport=transport, addressing=style)

    try:
        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(one, work)
    finally:
        for client in clients:
            client.close()
