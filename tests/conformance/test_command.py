"""``bucketry conform``."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from click import unstyle
from click.testing import CliRunner, Result

from bucketry import Deleted, hookimpl
from bucketry.cli.app import root
from bucketry_local import LocalLayer
from bucketry_local.server import Server

Run = Callable[..., Result]


@pytest.fixture
def conform(tmp_path: Path) -> Iterator[Run]:
    """Give a function that runs the command on files on disk that are served."""
    config = tmp_path / "bucketry.toml"
    with Server(port=0) as server:
        config.write_text(
            "[providers.media]\n"
            'provider = "local"\n'
            f"directory = {json.dumps(str(tmp_path / 'files'))}\n"
            f'base_url = "{server.url}"\n'
        )

        def run(*arguments: str) -> Result:
            return CliRunner().invoke(root, ["conform", "--config", str(config), *arguments])

        yield run


def test_a_line_for_each_case_and_a_sum(conform: Run) -> None:
    result = conform("media", "--group", "head")
    assert result.exit_code == 0, result.output
    assert "passed       head.tells_the_basics\n" in result.stdout
    assert result.stdout.splitlines()[-1] == "Files on disk: 7 cases: 7 passed"


def test_files_on_disk_are_served_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(port=0)
    asked = []

    def listening(**where: Any) -> Server:
        asked.append(where)
        return server

    monkeypatch.setattr("bucketry.cli.serving.local_server", listening)
    text = (
        f'[providers.media]\nprovider = "local"\nbase_url = "{server.url}"\ndirectory = "files"\n'
    )
    (tmp_path / "bucketry.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(root, ["conform", "--group", "urls"])
    assert result.exit_code == 0, result.output
    assert "passed       urls.private_opens\n" in result.stdout
    assert asked == [{"host": "127.0.0.1", "port": server.port}]


def test_the_report_is_printed_as_json(conform: Run) -> None:
    result = conform("media", "--group", "head", "--json", "--endpoint", "stand-in")
    report = json.loads(result.stdout)
    assert (report["vendor"], report["endpoint"]) == ("local", "stand-in")
    assert report["counts"]["passed"] == len(report["results"]) == 7


def test_reports_are_written(conform: Run, tmp_path: Path) -> None:
    files = [tmp_path / "report.json", tmp_path / "report.md"]
    result = conform("-q", "--group", "head", *(f"--report={file}" for file in files))
    assert result.stdout == "Files on disk: 7 cases: 7 passed\n"
    assert json.loads(files[0].read_text("utf-8"))["confinement"] == ""
    assert files[1].read_text("utf-8").startswith("## Files on disk\n")


def test_an_unknown_report_format_is_bad_usage(conform: Run) -> None:
    result = conform("--report", "report.xml")
    assert result.exit_code == 2
    assert "ends neither in .json nor in .md" in result.stderr


def test_a_report_that_cannot_be_written_is_told_before_the_first_case(conform: Run) -> None:
    result = conform("--report", "no-such-folder/report.json")
    assert result.exit_code == 2
    assert "there is no folder no-such-folder" in result.stderr


def test_an_unknown_group_is_bad_usage(conform: Run) -> None:
    result = conform("--group", "nonsense")
    assert result.exit_code == 2
    assert "no such group: nonsense; there are keys, upload" in result.stderr


def test_a_broken_rule_is_told_and_exits_with_1(
    conform: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = LocalLayer.bucketry_head
    monkeypatch.setattr(LocalLayer, "bucketry_head", _telling(true, size=0))
    result = conform("--group", "head")
    assert result.exit_code == 1
    assert "failed: head.tells_the_basics: Head tells key, size, type and ETag." in result.stdout
    assert "key, size, type and ETag: wanted (" in result.stdout


def _telling(true: Any, **fields: Any) -> Any:
    @hookimpl
    def bucketry_head(self: LocalLayer, key: str) -> Any:
        return attrs.evolve(true(self, key), **fields)

    return bucketry_head


def test_a_store_that_cannot_be_cleaned_up_exits_with_3(
    conform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_local.store.Store.delete", lambda self, keys: Deleted(keys=keys))
    monkeypatch.setattr("bucketry_local.store.Store.delete_one", lambda *_: None)
    result = conform("--group", "head", "--report", str(tmp_path / "report.json"))
    assert result.exit_code == 3
    assert "the suite does not run: a deleted object is still there" in result.stderr
    assert result.stdout == "Files on disk: 0 cases: none was run\n"
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["stopped"] == "refused"


def test_ctrl_c_exits_with_130_and_tells_what_was_found(
    conform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    told: Any = LocalLayer.bucketry_open

    @hookimpl
    def bucketry_open(self: LocalLayer, key: str, byte_range: Any) -> Any:
        seen.append(key)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return told(self, key, byte_range)

    monkeypatch.setattr(LocalLayer, "bucketry_open", bucketry_open)
    result = conform("-q", "--group", "keys", "--report", str(tmp_path / "report.json"))
    assert result.exit_code == 130
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert (report["stopped"], report["confinement"]) == ("interrupted", "")
    number = len(report["results"])
    assert number > 0
    assert f"Files on disk: interrupted after {number} cases: {number} passed" in result.stdout
    assert not [file for file in (tmp_path / "files").rglob("*") if "conform-" in str(file)]


def test_a_known_difference_is_printed_and_exits_with_0(
    conform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "known.toml"
    file.write_text('"head.tells_the_basics" = "it tells no type"\n')
    assert conform("--group", "head", "--known", str(file)).exit_code == 1
    true = LocalLayer.bucketry_head
    monkeypatch.setattr(LocalLayer, "bucketry_head", _telling(true, content_type=None))
    result = conform("--group", "head", "--known", str(file))
    assert result.exit_code == 0, result.output
    assert "failed as known: it tells no type: head.tells_the_basics" in result.stdout
    assert "(known: it tells no type)" in result.stdout


def test_a_known_difference_that_is_gone_is_told(conform: Run, tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text('"head.tells_the_basics" = "it tells no type"\n')
    result = conform("-q", "--group", "head", "--known", str(file))
    assert result.exit_code == 1
    assert "passed, not failing any more: take out the known difference" in result.stdout


def test_a_known_difference_of_no_case_exits_with_3(conform: Run, tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text('"head.no_such_case" = "x"\n')
    result = conform("--group", "head", "--known", str(file))
    assert result.exit_code == 3
    assert "head.no_such_case: the suite has no such case" in result.stderr


def test_another_suite_is_run(conform: Run) -> None:
    result = conform("--suite", "bucketry_s3.testing:S3_SUITE", "--group", "wire", "-q")
    assert result.exit_code == 0, result.output
    assert result.stdout == "Files on disk: 35 cases: 35 skipped\n"


@pytest.mark.parametrize(
    ("suite", "words"),
    [
        ("no_such_module:SUITE", "No module named 'no_such_module'"),
        ("bucketry.testing:NONE", "NONE"),
        ("bucketry.testing", "cannot be imported"),
        ("bucketry.testing:run", "is a function, not a bucketry.testing.Suite"),
    ],
)
def test_a_suite_that_is_none_is_bad_usage(conform: Run, suite: str, words: str) -> None:
    result = conform("--suite", suite)
    assert result.exit_code == 2
    assert words in re.sub(r"[\s│]+", " ", result.stderr)


def test_an_unknown_provider_exits_with_3(conform: Run) -> None:
    assert conform("nowhere").exit_code == 3


def test_a_terminal_shows_a_table_that_grows(conform: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bucketry.cli.conform.sys", _Terminal())
    result = conform("--group", "head", "--group", "keys", "--no-color")
    assert result.exit_code == 0, result.output
    shown = unstyle(result.stdout)
    assert re.search(r"group +passed +failed +contradicted +skipped +probed", shown)
    assert re.search(r"head +\S+ +7 ", shown)
    assert re.search(r"50 of 50 +50 +0 +0 +0 +0", shown)


class _Terminal:
    """The module `sys` with a stdout that says that it is a terminal."""

    class _Stdout:
        def __getattr__(self, name: str) -> Any:
            return getattr(sys.stdout, name)

        def isatty(self) -> bool:
            return True

    stdout = _Stdout()
