"""The command itself: help, version, lazy imports, the missing extra."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

import bucketry
from bucketry.cli.app import COMMANDS
from cli.memory import Shell


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_module_and_script_are_the_same_command() -> None:
    result = python("-m", "bucketry", "--version")
    assert (result.returncode, result.stdout) == (0, f"bucketry {bucketry.__version__}\n")


def test_without_the_extra_one_sentence_says_what_to_install() -> None:
    code = "import sys; sys.modules['click'] = None; import bucketry.cli as c; sys.exit(c.main())"
    result = python("-c", code)
    assert result.returncode == 2
    assert result.stderr == (
        "bucketry: the command line needs click and rich; "
        "install them with: pip install 'bucketry[cli]'\n"
    )


def test_importing_the_library_does_not_import_the_command_line() -> None:
    code = "import sys, bucketry; print(sorted({'click', 'rich'} & set(sys.modules)))"
    assert python("-c", code).stdout == "[]\n"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from bucketry.cli.app import root\n"
        "code = root.main(['--help'], standalone_mode=False)\n"
        "heavy = {'boto3', 'botocore', 'jsonschema', 'cattrs', 'rich.progress'}\n"
        "print(code, sorted(heavy & set(sys.modules)))\n"
    )
    assert python("-c", code).stdout.splitlines()[-1] == "0 []"


def test_help_lists_every_command_with_a_sentence_and_the_exit_codes(shell: Shell) -> None:
    shown = shell.run("--help").stdout
    listed = shown[shown.index("Commands:") :].splitlines()
    for name in COMMANDS:
        line = next(line for line in listed if line.split()[:1] == [name])
        assert len(line.split()) > 2
        assert not line.endswith("...")
    assert "  7    failed, but retrying may help" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_named_like_its_function_and_has_help(name: str) -> None:
    family = import_module(f"bucketry.cli.{COMMANDS[name]}")
    command = getattr(family, name.replace("-", "_"))
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help
    missing = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert missing == []


def test_streams_that_the_caller_has_closed_are_no_crash(tmp_path: Path) -> None:
    code = (
        "import bucketry.cli, sys; sys.stdin = sys.stdout = None\n"
        "print(bucketry.cli.main(), file=sys.stderr)"
    )
    config = tmp_path / "bucketry.toml"
    config.write_text(f'provider = "local"\ndirectory = "{tmp_path.as_posix()}"\n')
    result = python("-c", code, "--config", str(config), "put", "-", "--key", "a")
    assert result.stderr.startswith("error: the standard input is closed")
    assert result.stderr.endswith("\n2\n")
    result = python("-c", code, "--config", str(config), "cat", "bucketry.toml")
    assert result.stderr.startswith("error: the standard output is closed")
    assert result.stderr.endswith("\n2\n")


def test_an_interruption_while_commands_are_loaded_leaves_no_trace() -> None:
    code = (
        "import bucketry.cli, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.exit(bucketry.cli.main())"
    )
    result = python("-c", code, "ls")
    assert (result.returncode, result.stderr) == (130, "error: interrupted\n")


@pytest.mark.parametrize(("slip", "meant"), [("sttat", "stat"), ("remove", None), ("list", "ls")])
def test_a_slip_of_a_command_is_told(shell: Shell, slip: str, meant: str | None) -> None:
    result = shell.run(slip, "a.txt")
    assert result.exit_code == 2
    assert f"No such command '{slip}'." in result.stderr
    assert (f"Did you mean '{meant}'?" in result.stderr) == (meant is not None)


def test_common_options_stand_before_or_after_the_command(shell: Shell) -> None:
    shell.run("put", "-", "--key", "b", "-p", "archive", stdin=b"1")
    for arguments in (
        ["-p", "archive", "--json", "ls"],
        ["ls", "-p", "archive", "--json"],
        ["--json", "-p", "media", "ls", "-p", "archive"],
    ):
        result = shell.run(*arguments)
        assert '"key": "b"' in result.stdout, arguments


def test_help_fits_80_columns(monkeypatch: pytest.MonkeyPatch, shell: Shell) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for arguments in (["--help"], *([name, "--help"] for name in COMMANDS)):
        for line in shell.run(*arguments).stdout.splitlines():
            assert len(line) <= 80, line
