"""What the real servers have in common: a folder, free ports, a certificate, processes."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import attrs
import trustme

FOLDER_VARIABLE = "BUCKETRY_SERVERS_DIR"
"""Environment variable with the folder that everything is kept in; ``.servers`` by default."""

ENDPOINT_VARIABLE = "BUCKETRY_TEST_SERVER"
"""Environment variable that tells tests about the running server: an `Endpoint` as JSON."""

HOST = "127.0.0.1"
"""Host for path-style addressing. Ceph takes any name but its own for that of a bucket."""

VIRTUAL_HOST = "s3.localhost"
"""Base of virtual-hosted names. Two labels, because OpenSSL takes no ``*.localhost`` for a
wildcard: it wants two dots (`valid_star` in its v3_utl.c)."""

START_SECONDS = 60


class StartFailed(Exception):
    """The server is installed but did not come up; the message has the end of its log."""


@attrs.frozen(kw_only=True)
class Endpoint:
    """A running server, as tests see it.

    Attributes:
        server: ``ceph``, ``swift``, ``minio`` or ``versitygw``.
        version: the server's own version.
        profile: the vendor to configure a provider with.
        other_profiles: vendors that run this software, to be tried on it too.
        options: further options that this profile needs for all that the server can do.
        url: TLS endpoint for path-style addressing.
        virtual_url: TLS endpoint for virtual-hosted addressing. The names below it resolve only
            with the help of the tests.
        plain_url: the same server without TLS, or None.
        ca_bundle: file with the certificate authority to trust.
        access_key_id, secret_access_key: a key pair that may create buckets.
        region: the region to sign for.
    """

    server: str
    version: str
    profile: str
    other_profiles: Sequence[str] = ()
    options: Mapping[str, Any] = attrs.field(factory=dict)
    url: str
    virtual_url: str
    plain_url: str | None = None
    ca_bundle: str
    access_key_id: str = "bucketry-test"
    secret_access_key: str = "bucketry-test-secret-0123456789abcdef"
    region: str = "us-east-1"

    def to_json(self) -> str:
        """Return the endpoint as one line of JSON."""
        return json.dumps(attrs.asdict(self))

    @classmethod
    def from_environment(cls) -> Endpoint:
        """Return what ``BUCKETRY_TEST_SERVER`` describes; `KeyError` if it is not set."""
        return cls(**json.loads(os.environ[ENDPOINT_VARIABLE]))


def servers_folder() -> Path:
    """Return the folder of all servers, absolute."""
    return Path(os.environ.get(FOLDER_VARIABLE, ".servers")).absolute()


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody uses now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Server(ABC):
    """One real server: `start` it, talk to its `Endpoint`, `stop` it. A context manager too.

    All that it writes is in `folder`, which one process at a time may use. Its processes are ours
    and are ended by pid, those of an earlier run that was killed included.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.folder = servers_folder() / self.name
        self._started: list[subprocess.Popen[bytes]] = []
        self._lock = -1

    @abstractmethod
    def missing(self) -> str | None:
        """Return why the server cannot run here and what to install, or None if it can."""

    @abstractmethod
    def _launch(self) -> Endpoint:
        """Write the configuration, start the processes and wait until they answer."""

    def start(self) -> Endpoint:
        """Start the server with no data in it; `StartFailed` if it does not come up."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.folder.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise StartFailed(
                f"{self.name} is already running from {self.folder}; set {FOLDER_VARIABLE} to "
                "another folder to run a second one"
            ) from None
        try:
            self._end_leftovers()
            shutil.rmtree(self.folder)
            (self.folder / "log").mkdir(parents=True)
            return self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the processes and remove the data; the logs stay until the next start."""
        # With SIGKILL: the data is thrown away, so nothing needs to be written in order.
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._started.clear()
        for path in self.folder.iterdir():
            if path.is_dir() and path.name != "log":
                shutil.rmtree(path)
            elif path.is_file():
                path.unlink()
        os.close(self._lock)

    def __enter__(self) -> Endpoint:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for the servers' own modules ---------------------------------------------------------

    def _certify(self) -> tuple[Path, Path, Path]:
        """Write a certificate for all names of this server; return authority, chain and key."""
        authority = trustme.CA()
        issued = authority.issue_cert(HOST, "localhost", VIRTUAL_HOST, f"*.{VIRTUAL_HOST}")
        ca, chain, key = (self.folder / name for name in ("ca.pem", "chain.pem", "key.pem"))
        authority.cert_pem.write_to_path(ca)
        for blob in issued.cert_chain_pems:
            blob.write_to_path(chain, append=True)
        issued.private_key_pem.write_to_path(key)
        return ca, chain, key

    def _spawn(
        self, name: str, argv: Sequence[str | Path], env: Mapping[str, str] | None = None
    ) -> None:
        """Start a process in a session of its own, its output in ``log/NAME.out``."""
        arguments = [str(argument) for argument in argv]
        with (self.folder / "log" / f"{name}.out").open("wb") as out:
            process = subprocess.Popen(
                arguments,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(process)
        (self.folder / f"{name}.pid").write_text(json.dumps([process.pid, arguments]))

    def _run(self, argv: Sequence[str | Path], seconds: float = START_SECONDS) -> str:
        """Run a command to its end and return what it printed."""
        try:
            done = subprocess.run(
                [str(argument) for argument in argv],
                capture_output=True,
                text=True,
                timeout=seconds,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            raise StartFailed(f"{' '.join(error.cmd)}: {error.stderr.strip()}") from None
        return done.stdout

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        """Wait until `ready`, as long as all processes live."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            ended = any(process.poll() is not None for process in self._started)
            if ended or time.monotonic() > deadline:
                reason = "a process ended" if ended else f"not up within {START_SECONDS} s"
                raise StartFailed(f"waiting for {what}: {reason}\n{self._log_ends()}")
            time.sleep(0.05)

    def _log_ends(self) -> str:
        return "\n".join(
            f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-10:])
            for path in sorted((self.folder / "log").glob("*.out"))
        )

    def _end_leftovers(self) -> None:
        """End what an earlier run left: processes of its pid files that still are those."""
        for path in self.folder.glob("*.pid"):
            pid, arguments = json.loads(path.read_text())
            if _command(pid) == arguments:
                os.killpg(pid, signal.SIGKILL)


def _command(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    except OSError:
        return None


def answers(url: str, ca: Path) -> bool:
    """Return whether an HTTP server behind `url` answers at all, over TLS that `ca` vouches for."""
    context = ssl.create_default_context(cafile=str(ca))
    try:
        urllib.request.urlopen(url, timeout=5, context=context).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500
    except OSError:
        return False
    return True


def not_found(packages: Mapping[str, str]) -> str | None:
    """Return which programs are missing and how to get them; `packages` maps program to package."""
    if sys.platform != "linux":
        return "needs Linux"
    missing = [program for program in packages if shutil.which(program) is None]
    if not missing:
        return None
    names = sorted({packages[program] for program in missing})
    verb = "is" if len(missing) == 1 else "are"
    return (
        f"{', '.join(missing)} {verb} not installed "
        f"(apt-get install --no-install-recommends {' '.join(names)})"
    )
