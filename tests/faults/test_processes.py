"""Signals, forks, threads and full disks."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import BucketryError, Provider
from bucketry_s3.testing import ACCESS_KEY_ID, SECRET_ACCESS_KEY, StandIn
from faults.acts.breaks import stall
from faults.around import AroundStandIn
from faults.proxy import Certificates, FaultProxy, Strike
from faults.runner import transports

pytestmark = pytest.mark.faults

MIB = 1 << 20
READS = 60


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(buckets=["media"]) as running:
        yield running


def settings_for(endpoint: str, ca_bundle: str, transport: str) -> dict[str, Any]:
    return {
        "provider": "s3",
        "bucket": "media",
        "endpoint": endpoint,
        "ca_bundle": ca_bundle,
        "credentials": {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY},
        "multipart": {"part_size": 5 * MIB, "concurrency": 2},
        "deadline": 20,
        **({"transport": transport} if transport else {}),
    }


# -- many at once ----------------------------------------------------------------------------------


def fill(server: StandIn) -> Mapping[str, bytes]:
    objects = {f"k{number:02}": f"{number:02}".encode() * 5_000 for number in range(40)}
    for key, data in objects.items():
        server.put("media", key, data)
    return objects


def wrong_reads(provider: Provider, objects: Mapping[str, bytes], start: int) -> int:
    keys = sorted(objects)
    return sum(
        provider.read(key) != objects[key]
        for key in (keys[(start + 7 * number) % len(keys)] for number in range(READS))
    )


@pytest.mark.parametrize("transport", transports())
def test_a_forked_child_reads_nobody_elses_bytes(server: StandIn, transport: str) -> None:
    objects = fill(server)
    with bucketry.open_provider(
        settings_for(server.endpoint, server.ca_bundle, transport)
    ) as provider:
        with ThreadPoolExecutor(4) as pool:  # connections that are in use, several of them
            assert [0] * 4 == list(pool.map(lambda n: wrong_reads(provider, objects, n), range(4)))

        children = []
        for number in range(4):
            child = os.fork()
            if child == 0:
                try:
                    wrong = wrong_reads(provider, objects, number)
                except BaseException:
                    wrong = 99
                os._exit(wrong)
            children.append(child)
        mine = wrong_reads(provider, objects, 5)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

        assert [0] * 5 == [mine, *codes]


@pytest.mark.parametrize("transport", transports())
def test_32_threads_read_and_write_each_their_own(server: StandIn, transport: str) -> None:
    objects = fill(server)
    with bucketry.open_provider(
        settings_for(server.endpoint, server.ca_bundle, transport)
    ) as provider:

        def one(number: int) -> int:
            for turn in range(5):
                provider.upload(f"{number} {turn}".encode(), key=f"mine/{number}")
                assert f"{number} {turn}".encode() == provider.read(f"mine/{number}")
            return wrong_reads(provider, objects, number)

        with ThreadPoolExecutor(32) as pool:
            assert [0] * 32 == list(pool.map(one, range(32)))


# -- signals ---------------------------------------------------------------------------------------

UPLOAD = """
import sys, bucketry, json
with bucketry.open_provider(json.loads(sys.argv[1])) as provider:
    print("ready", flush=True)
    provider.upload(bytes(12 << 20), key="large")
"""


@pytest.fixture
def stalling(server: StandIn, tmp_path: Path) -> Iterator[FaultProxy]:
    """Give a proxy that takes the first part and never answers the others."""
    with FaultProxy(
        upstream=server.endpoint,
        ca_bundle=server.ca_bundle,
        certificates=Certificates(tmp_path),
        strikes=[Strike("UploadPart", stall, nth=2, times=None)],
        behind=AroundStandIn(server),
    ) as proxy:
        yield proxy


FELT = 10
"""Seconds within which an end is felt even on a busy machine; a wait for the server takes 20."""


def end_when_stalled(
    command: Sequence[str], proxy: FaultProxy, name: str | None
) -> tuple[int, str, float]:
    """Send a signal to a command that stalls, or a line to its input.

    Return exit code, output and seconds to its end.
    """
    process = subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        end = time.monotonic() + 60
        while not proxy.struck and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.1)
        start = time.monotonic()
        if name is not None:
            process.send_signal(getattr(signal, name))
        said, _ = process.communicate("\n", timeout=60)
        took = time.monotonic() - start
    finally:
        process.kill()
        process.communicate()
    assert proxy.struck, said
    return process.returncode, said, took


@pytest.mark.parametrize("transport", transports())
def test_ctrl_c_is_felt_within_a_second_and_leaves_no_parts(
    server: StandIn, stalling: FaultProxy, transport: str
) -> None:
    settings = settings_for(
        f"https://localhost:{stalling.port}", str(stalling.certificates.bundle), transport
    )

    _, said, took = end_when_stalled(["-c", UPLOAD, json.dumps(settings)], stalling, "SIGINT")

    assert "KeyboardInterrupt" in said
    assert [] == server.open_uploads("media")
    assert {} == server.objects("media")
    assert took < FELT


IN_A_THREAD = """
import sys, bucketry, json, threading, time
provider = bucketry.open_provider(json.loads(sys.argv[1]))
def work():
    try:
        provider.upload(bytes(12 << 20), key="large")
        print("stored", flush=True)
    except bucketry.StorageError as error:
        print(error.reason, flush=True)
thread = threading.Thread(target=work, daemon=sys.argv[2] == "daemon")
thread.start()
sys.stdin.read(1)
if sys.argv[2] == "close":
    provider.close()
"""


@pytest.mark.parametrize("transport", transports())
@pytest.mark.parametrize("how", ["daemon", "close"])
def test_an_upload_in_a_thread_ends_with_its_process_or_its_provider(
    server: StandIn, stalling: FaultProxy, transport: str, how: str
) -> None:
    settings = settings_for(
        f"https://localhost:{stalling.port}", str(stalling.certificates.bundle), transport
    )

    ended, said, took = end_when_stalled(
        ["-c", IN_A_THREAD, json.dumps(settings), how], stalling, None
    )

    assert 0 == ended, said
    assert {"daemon": "it was ended", "close": "it was cancelled"}[how] in said
    assert [] == server.open_uploads("media")
    assert took < FELT


AFTER_THE_MAIN_THREAD = """
import sys, bucketry, json, threading, time
provider = bucketry.open_provider(json.loads(sys.argv[1]))
def pieces():
    yield bytes(1 << 20)
    threading.main_thread().join()
    time.sleep(0.3)
    yield from (bytes(1 << 20) for _ in range(11))
threading.Thread(target=lambda: provider.upload(pieces(), key="large")).start()
"""
AT_EXIT = """
import sys, bucketry, json, atexit
provider = bucketry.open_provider(json.loads(sys.argv[1]))
atexit.register(lambda: provider.upload(bytes(12 << 20), key="large"))
"""


@pytest.mark.parametrize("transport", transports())
@pytest.mark.parametrize("script", [AFTER_THE_MAIN_THREAD, AT_EXIT], ids=["thread", "atexit"])
def test_an_upload_in_parts_outlives_the_main_thread(
    server: StandIn, transport: str, script: str
) -> None:
    settings = settings_for(server.endpoint, server.ca_bundle, transport)

    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(settings)],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert "" == done.stderr
    assert 12 * MIB == len(server.objects("media")["large"].data)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
@pytest.mark.parametrize("transport", transports())
def test_the_command_line_leaves_nothing_when_it_is_ended(
    server: StandIn, stalling: FaultProxy, transport: str, name: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(bytes(12 * MIB))
    settings = settings_for(
        f"https://localhost:{stalling.port}", str(stalling.certificates.bundle), transport
    )
    file = tmp_path / "bucketry.json"
    file.write_text(json.dumps({"providers": {"media": settings}, "default": "media"}))
    command = ["-m", "bucketry", "--config", str(file), "put", str(tmp_path / "source")]

    ended, said, took = end_when_stalled([*command, "--key", "large"], stalling, name)

    assert code == ended, said
    assert "Traceback" not in said
    assert [] == server.open_uploads("media"), said
    assert took < FELT


# -- full disks ------------------------------------------------------------------------------------

LIMIT = 200_000


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let no file of this process grow above `LIMIT`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("transport", transports())
def test_a_download_to_a_full_disk_leaves_what_was_there(
    server: StandIn, transport: str, tmp_path: Path, full_disk: None
) -> None:
    server.put("media", "stored", bytes(300_000))
    target = tmp_path / "target"
    target.write_bytes(b"before")
    with bucketry.open_provider(
        settings_for(server.endpoint, server.ca_bundle, transport)
    ) as provider:
        with pytest.raises((OSError, BucketryError), match=r"(?i)file too large|no space"):
            provider.download("stored", target)

        assert [target] == list(tmp_path.iterdir())
        assert b"before" == target.read_bytes()
        assert 300_000 == len(provider.read("stored"))


def test_an_upload_to_a_full_disk_is_refused_and_leaves_nothing(
    tmp_path: Path, full_disk: None
) -> None:
    settings = {
        "provider": "local",
        "directory": str(tmp_path / "store"),
        "base_url": "http://127.0.0.1:8900",
    }
    with bucketry.open_provider(settings) as provider:
        provider.upload(b"before", key="k")

        with pytest.raises(BucketryError, match=r"(?i)file too large|no space") as raised:
            provider.upload(bytes(300_000), key="k")

        assert not getattr(raised.value, "may_have_applied", False)
        assert b"before" == provider.read("k")
        assert [] == list((tmp_path / "store" / ".bucketry" / "tmp").iterdir())


def test_nothing_is_left_behind_by_all_this() -> None:
    end = time.monotonic() + 10
    while names := [t.name for t in threading.enumerate() if t.name.startswith("bucketry")]:
        assert time.monotonic() < end, names
        time.sleep(0.05)
