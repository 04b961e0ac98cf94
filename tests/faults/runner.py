"""Runs one case: a server, the proxy before it, a client in a process of its own."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import attrs
from attrs import frozen

from bucketry_s3.options import S3Options
from faults.around import server_of
from faults.bodies import PART
from faults.proxy import Certificates, FaultProxy
from faults.subprocesses import Client
from faults.table import Case
from faults.verdict import GOOD, Judged, Seen, judge
from s3.sockets.peer import black_hole

PATIENCE = 4
"""Seconds behind the time that is due after which a client is ended."""


def transports() -> list[str]:
    """Return the ways to the wire that the S3 family offers; "" where there is no choice."""
    if "transport" not in attrs.fields_dict(S3Options):
        return [""]
    hints: Any = get_type_hints(S3Options)["transport"]
    names = [name for name in get_args(hints) if isinstance(name, str)]
    return names or [n for arm in get_args(hints) for n in get_args(arm) if isinstance(n, str)]


@frozen(kw_only=True)
class Way:
    """How a case is run.

    Attributes:
        transport: bucketry's way to the wire, "" where there is no choice.
        slack: seconds that an operation may take longer than is due.
    """

    transport: str = ""
    addressing: str = "path"
    slack: float = 0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.transport, self.addressing)))


def way_of(number: int, transport: str) -> Way:
    """Return the way of the case with that number: the style changes from case to case."""
    turn = number + transports().index(transport)
    return Way(transport=transport, addressing=("path", "virtual")[turn % 2])


@frozen(kw_only=True)
class Result:
    """How one case ended."""

    case: Case
    way: Way
    judged: Judged
    seconds: float
    struck: int
    traceback: str

    @property
    def is_good(self) -> bool:
        """Whether it is as it should be."""
        return self.judged.verdict in GOOD


@contextlib.contextmanager
def _address(case: Case, host: str, proxy: FaultProxy) -> Iterator[str]:
    """Give the endpoint that the client is sent to."""
    match case.fault.place:
        case "proxy" | "hanging names":
            yield f"https://{host}:{proxy.port}"
        case "unknown host":
            yield f"https://nowhere.invalid:{proxy.port}"
        case "refused":
            with socket.socket() as closed:
                closed.bind(("127.0.0.1", 0))
                yield f"https://localhost:{closed.getsockname()[1]}"
        case "black hole":
            with black_hole() as port:
                yield f"https://localhost:{port}"


def run(case: Case, client: Client, way: Way) -> Result:
    """Run one case and judge it; once more if it was late or gave up, as on a busy machine happens.

    What is never right has no second try.
    """
    result = _run_once(case, client, way)
    if result.judged.verdict in ("overrun", "needless failure"):
        return _run_once(case, client, way)
    return result


@cache
def certificates() -> Certificates:
    """Return what all proxies of this process show."""
    folder = tempfile.mkdtemp(prefix="faults-")
    atexit.register(shutil.rmtree, folder)
    return Certificates(Path(folder))


def _run_once(case: Case, client: Client, way: Way) -> Result:
    fault = case.fault
    with server_of(case) as around, contextlib.ExitStack() as stack:
        before, uploads = around.state(), around.uploads()
        proxy = FaultProxy(
            upstream=around.url,
            ca_bundle=around.ca_bundle,
            certificates=certificates(),
            strikes=case.strikes,
            behind=around,
        )
        stack.enter_context(proxy)
        address = stack.enter_context(_address(case, around.host(way.addressing), proxy))
        through = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"} if fault.tunnel else {}
        settings = {
            **around.settings(),
            "endpoint": address,
            "ca_bundle": str(certificates().bundle),
            "addressing": way.addressing,
            "multipart": {"part_size": PART, "concurrency": 2},
            "deadline": fault.deadline,
            **({"transport": way.transport} if way.transport else {}),
        }
        told = client.ask(
            {
                "operation": case.operation.name,
                "settings": settings,
                "warm": fault.warm,
                "names": {"unknown host": "fail", "hanging names": "hang"}.get(
                    fault.place, "localhost"
                ),
                "environment": through,
            },
            case.limit + way.slack + PATIENCE,
        )
        proxy.settle(6)
        seen = Seen(
            told=told,
            before=before,
            after=around.state(),
            uploads=[one for one in around.uploads() if one not in uploads],
            overwritten=around.written,
            slack=way.slack,
        )
    return Result(
        case=case,
        way=way,
        judged=judge(case, seen),
        seconds=told.get("seconds", case.limit + way.slack + PATIENCE),
        struck=proxy.struck,
        traceback=told.get("error", {}).get("traceback", ""),
    )


Job = tuple[Case, Way]


def run_all(
    work: Sequence[Job], workers: int, start: Callable[[], Client] = Client
) -> Iterator[Result]:
    """Run jobs on several clients at once; yield their results in the order of the jobs."""
    certificates()  # before there are threads that would each make them
    ready = threading.local()
    clients: list[Client] = []

    def one(job: Job) -> Result:
        if not hasattr(ready, "client"):
            ready.client = start()
            clients.append(ready.client)
        case, way = job
        return run(case, ready.client, way)

    try:
        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(one, work)
    finally:
        for client in clients:
            client.close()
