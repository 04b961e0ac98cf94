"""`bucketry doctor`: a table or JSON, exit codes, and nothing left when it is ended by a signal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bucketry import hookimpl
from bucketry.cli.settings import Settings
from bucketry.doctor import Finding, Probe
from bucketry_s3.testing import Delay, StandIn
from cli.memory import run
from conformance.places import on_disk


class Saying:
    """A layer whose only probe finds these."""

    def __init__(self, *severities: Any) -> None:
        self.findings = [
            Finding(
                code=f"odd-{severity}",
                severity=severity,
                cause=f"there is an {severity}",
                remedy="Mend it.",
                evidence="seen with \x1b[31mown eyes",
            )
            for severity in severities
        ]

    @hookimpl
    def bucketry_diagnose(self) -> list[Probe]:
        return [Probe("saying", lambda: self.findings), Probe("after", lambda: (), ("saying",))]


def doctor(monkeypatch: pytest.MonkeyPatch, layer: Saying, *arguments: str) -> Any:
    with on_disk() as provider:
        opened = provider.with_layer(layer)
        monkeypatch.setattr(Settings, "open", lambda self, name=None: opened)
        return run("doctor", *arguments)


@pytest.mark.parametrize(
    ("severities", "arguments", "code"),
    [
        ((), (), 0),
        (("note", "warning"), (), 0),
        (("note", "warning"), ("--strict",), 1),
        (("note",), ("--strict",), 0),
        (("note", "error"), (), 1),
    ],
)
def test_the_exit_code_tells_whether_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, severities: Any, arguments: Any, code: int
) -> None:
    done = doctor(monkeypatch, Saying(*severities), *arguments)
    assert done.exit_code == code
    told = json.loads(doctor(monkeypatch, Saying(*severities), *arguments, "--json").stdout)
    assert told["ok"] == (code == 0)
    assert [finding["severity"] for finding in told["findings"]] == list(severities)


def test_the_table_tells_cause_remedy_and_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, Saying("error"))
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["severity", "finding", "cause", "remedy"]
    assert lines[1].split() == ["error", "odd-error", "there", "is", "an", "error", "Mend", "it."]
    assert "reading-the-doctor.md#odd-error" in done.stdout
    assert "seen: seen with \\x1b[31mown eyes" in done.stdout
    summary = r"local \(Files on disk\): \d+ probes, 1 error; 1 passed over because of saying"
    assert re.fullmatch(summary, lines[-1])


def test_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, Saying())
    assert re.fullmatch(r"local \(Files on disk\): \d+ probes, all well\n", done.stdout)


def test_json_has_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.loads(doctor(monkeypatch, Saying("error"), "--json").stdout)
    assert set(told) == {"provider", "vendor", "ok", "findings", "looked", "passed_over"}
    assert told["passed_over"] == {"after": "saying"}
    (finding,) = told["findings"]
    assert set(finding) == {"code", "severity", "cause", "remedy", "evidence", "probe", "docs"}


def test_a_wrong_configuration_is_told_first(tmp_path: Path) -> None:
    config = tmp_path / "bucketry.toml"
    config.write_text('[providers.media]\nprovider = "r2"\nbuckt = "x"\n')
    done = run("--config", str(config), "doctor", "media")
    assert done.exit_code == 3
    assert "nothing was asked of the storage" in done.stderr
    assert "buckt" in done.stderr


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.full)],
)
def test_nothing_is_left_when_a_signal_ends_it(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with StandIn(buckets=["media"]) as server:
        server.faults.add("UploadPart", Delay(30))
        config = tmp_path / "bucketry.json"
        options = server.configuration() | {"provider": "s3"}
        config.write_text(json.dumps({"providers": {"media": options}}))
        command = [sys.executable, "-m", "bucketry", "--config", str(config), "doctor"]
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            until = time.monotonic() + 60
            while not any(one.operation == "UploadPart" for one in list(server.requests)):
                assert time.monotonic() < until, "it did not come so far"
                time.sleep(0.01)
            assert server.objects("media")
            assert server.open_uploads("media")
            process.send_signal(number)
            assert process.wait(60) == code
        assert server.objects("media") == {}
        assert server.open_uploads("media") == []
