"""Run a command against real servers: ``python -m servers NAME... -- COMMAND...``.

The command finds the server in ``BUCKETRY_TEST_SERVER``. A server that cannot run here is skipped,
said so, and never counted as passed. The exit code is 1 if a server did not start or the command
failed with one of them, 2 for wrong arguments.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from servers.ceph import Ceph
from servers.minio import Minio
from servers.server import ENDPOINT_VARIABLE, Server, StartFailed
from servers.swift import Swift
from servers.versitygw import Versitygw

SERVERS: Mapping[str, type[Server]] = {kind.name: kind for kind in (Ceph, Swift, Minio, Versitygw)}


def run(server: Server, command: Sequence[str]) -> tuple[str, str]:
    """Run `command` against `server`; return ``passed``, ``FAILED`` or ``SKIPPED``, and why."""
    reason = server.missing()
    if reason:
        return "SKIPPED", reason
    try:
        endpoint = server.start()
    except StartFailed as error:
        return "FAILED", str(error)
    try:
        print(f"== {server.name} {endpoint.version} at {endpoint.url}", flush=True)
        environment = {**os.environ, ENDPOINT_VARIABLE: endpoint.to_json()}
        code = subprocess.run(command, env=environment).returncode
    finally:
        server.stop()
    return ("FAILED", f"exit code {code}") if code else ("passed", endpoint.version)


def main(arguments: Sequence[str], servers: Mapping[str, type[Server]] = SERVERS) -> int:
    """Run the command line and return the exit code."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    names, command = arguments[:split], arguments[split + 1 :]
    if not names or not command or not set(names) <= set(servers):
        print(f"usage: python -m servers {{{','.join(servers)}}}... -- COMMAND...", file=sys.stderr)
        return 2
    outcomes = {name: run(servers[name](), command) for name in names}
    print("== real servers")
    for name, (outcome, why) in outcomes.items():
        print(f"{outcome}: {name}: {why}")
    counts = Counter(outcome for outcome, _ in outcomes.values())
    print(
        f"servers: {counts['passed']} passed, {counts['FAILED']} failed, "
        f"{counts['SKIPPED']} skipped",
        flush=True,
    )
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    # A CI runner that cancels a job sends SIGTERM; the servers must not outlive it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main(sys.argv[1:]))
