"""The start-up itself, with a stand-in of two sleeping processes instead of a server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from servers.__main__ import main
from servers.server import Endpoint, Server, StartFailed, not_found

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

SLEEP = [sys.executable, "-c", "import time; time.sleep(20)"]
PRINT_SERVER = [
    *(sys.executable, "-c"),
    "import json, os; print(json.loads(os.environ['BUCKETRY_TEST_SERVER'])['url'])",
]


class Sleeper(Server):
    name: ClassVar[str] = "sleeper"

    def missing(self) -> str | None:
        return None

    def _launch(self) -> Endpoint:
        ca, _, _ = self._certify()
        self._spawn("one", SLEEP)
        self._spawn("two", SLEEP)
        return Endpoint(
            server=self.name,
            version="1",
            profile="s3",
            url="https://127.0.0.1:1",
            virtual_url="https://s3.localhost:1",
            ca_bundle=str(ca),
        )


class Absent(Sleeper):
    name: ClassVar[str] = "absent"

    def missing(self) -> str | None:
        return "nothingd is not installed"


class Broken(Sleeper):
    name: ClassVar[str] = "broken"

    def _launch(self) -> Endpoint:
        self._spawn("one", SLEEP)
        self._spawn("dying", [sys.executable, "-c", "raise SystemExit('no disk')"])
        self._wait(lambda: False, "a miracle")
        raise AssertionError("unreachable")


KINDS: dict[str, type[Server]] = {kind.name: kind for kind in (Sleeper, Absent, Broken)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BUCKETRY_SERVERS_DIR", str(tmp_path))
    return tmp_path


def running(folder: Path) -> list[str]:
    """Process ids of the sleepers that a pid file under `folder` names."""
    return [
        pid
        for path in folder.rglob("*.pid")
        for pid in [path.read_text().strip("[").partition(",")[0]]
        if Path(f"/proc/{pid}").exists()
    ]


def test_a_command_is_told_where_the_server_answers(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["sleeper", "--", *PRINT_SERVER], KINDS) == 0
    printed = capfd.readouterr().out
    assert "\nhttps://127.0.0.1:1\n" in printed
    assert "servers: 1 passed, 0 failed, 0 skipped" in printed


def test_a_missing_server_is_skipped_aloud_and_not_counted_as_passed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["absent", "sleeper", "--", "true"], KINDS) == 0
    printed = capfd.readouterr().out
    assert "SKIPPED: absent: nothingd is not installed\n" in printed
    assert "servers: 1 passed, 0 failed, 1 skipped" in printed


def test_a_failing_command_fails_the_run(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["sleeper", "--", "false"], KINDS) == 1
    assert "servers: 0 passed, 1 failed, 0 skipped" in capfd.readouterr().out


def test_a_server_that_dies_at_the_start_fails_with_the_end_of_its_log(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["broken", "--", "true"], KINDS) == 1
    printed = capfd.readouterr().out
    assert "FAILED: broken: waiting for a miracle: a process ended" in printed
    assert "--- dying.out\nno disk" in printed
    assert not running(folder)


def test_stop_ends_the_processes_and_leaves_only_logs(folder: Path) -> None:
    server = Sleeper()
    with server:
        pids = running(folder)
        assert len(pids) == 2
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert [path.name for path in (folder / "sleeper").iterdir()] == ["log"]


def test_the_folder_belongs_to_one_run_at_a_time() -> None:
    with Sleeper(), pytest.raises(StartFailed, match=r"already running from .*sleeper"):
        Sleeper().start()


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A running process that no `Server` of this test has started."""
    command = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(20)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process
        process.kill()


def record(folder: Path, pid: int, command: object) -> None:
    (folder / "sleeper").mkdir()
    (folder / "sleeper" / "old.pid").write_text(json.dumps([pid, command]))


def test_what_a_killed_run_left_behind_is_ended_by_the_next_start(
    folder: Path, other: subprocess.Popen[bytes]
) -> None:
    record(folder, other.pid, other.args)
    with Sleeper():
        assert other.wait(5) == -signal.SIGKILL


def test_a_process_that_reuses_a_recorded_pid_is_left_alone(
    folder: Path, other: subprocess.Popen[bytes]
) -> None:
    record(folder, other.pid, ["radosgw", "-f"])
    with Sleeper():
        assert other.poll() is None
    assert other.poll() is None


@pytest.mark.parametrize(
    "arguments", [[], ["sleeper"], ["sleeper", "--"], ["--", "true"], ["nginx", "--", "true"]]
)
def test_wrong_arguments_start_nothing(folder: Path, arguments: list[str]) -> None:
    assert main(arguments, KINDS) == 2
    assert not list(folder.iterdir())


def test_a_missing_program_is_named_with_its_package() -> None:
    assert not_found({"sh": "dash"}) is None
    assert not_found({"sh": "dash", "nothingd": "nothing-server"}) == (
        "nothingd is not installed (apt-get install --no-install-recommends nothing-server)"
    )
