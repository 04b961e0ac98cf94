"""Errors: one message, one exit code, never a traceback or a signature."""

from __future__ import annotations

import json

import pytest

import bucketry
from bucketry import Problem
from cli.memory import Shell

CODES: list[tuple[Exception, int]] = [
    (bucketry.InvalidKey("bad key"), 2),
    (bucketry.InvalidHeader("bad header"), 2),
    (bucketry.ConfigError([Problem(path="providers.a", sentence="is wrong")]), 3),
    (bucketry.PluginError("acme", "is broken"), 3),
    (bucketry.NotFound("x"), 4),
    (bucketry.BucketNotFound("x"), 4),
    (bucketry.AlreadyExists("x"), 5),
    (bucketry.PreconditionFailed("x"), 5),
    (bucketry.Archived("x"), 1),
    (bucketry.AccessDenied("x"), 6),
    (bucketry.BadCredentials("x"), 6),
    (bucketry.ClockSkew("x"), 6),
    (bucketry.RateLimited("x"), 7),
    (bucketry.Unavailable("x"), 7),
    (bucketry.Unconfirmed("x"), 7),
    (bucketry.WrongRegion("x"), 1),
    (bucketry.Unsupported("x"), 1),
    (bucketry.Rejected("x"), 1),
    (bucketry.IntegrityError("x"), 1),
    (bucketry.SourceChanged("x"), 1),
    (bucketry.ManyFailed("head_many: 1 of 2 failed", [bucketry.NotFound("x")]), 1),
    (PermissionError(13, "Permission denied", "/root/x"), 1),
    (ZeroDivisionError("a bug"), 1),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda value: type(value).__name__)
def test_exit_code_and_message(shell: Shell, error: Exception, code: int) -> None:
    shell.layer.error = error
    result = shell.run("stat", "a.png")
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_every_error_of_the_library_is_in_the_list_above() -> None:
    def leaves(kind: type[Exception]) -> set[type[Exception]]:
        below = kind.__subclasses__()
        return {kind} if not below else set().union(*map(leaves, below))

    own = {kind for kind in leaves(bucketry.BucketryError) if kind.__module__ == "bucketry.errors"}
    untested = own - {type(error) for error, _ in CODES}
    # Two more bad inputs, which share the code of their base.
    assert untested == {bucketry.InvalidExpiry, bucketry.InvalidSource}


def test_the_message_is_what_the_exception_says(shell: Shell) -> None:
    shell.layer.error = bucketry.AccessDenied("no right", code="AccessDenied", status=403)
    result = shell.run("stat", "a.png")
    assert result.stderr == (
        "error: memory \"media\": head of 'a.png' failed: no right (AccessDenied, HTTP 403). "
        "See https://bucketry.example/docs/errors.md#accessdenied, or run: bucketry doctor media\n"
    )


def test_errors_as_json_go_to_stderr(shell: Shell) -> None:
    shell.layer.error = bucketry.Unavailable("no answer", status=503, request_id="r-1")
    result = shell.run("stat", "a.png", "--json")
    assert result.stdout == ""
    assert json.loads(result.stderr)["error"] == {
        "type": "Unavailable",
        "message": "memory \"media\": head of 'a.png' failed: no answer "
        "(Unavailable, HTTP 503, request id r-1). Retrying may help.",
        "exit_code": 7,
        "docs": "https://bucketry.example/docs/errors.md#unavailable",
        "provider": "media",
        "vendor": "memory",
        "operation": "head",
        "key": "a.png",
        "code": None,
        "status": 503,
        "request_id": "r-1",
        "hint": "",
        "retryable": True,
        "may_have_applied": False,
    }


def test_configuration_problems_are_listed_one_by_one(shell: Shell) -> None:
    problems = [
        Problem(path="providers.a.bucket", sentence="is missing", file="x.toml", line=3, column=1),
        Problem(path="default", sentence="names nothing"),
    ]
    shell.layer.error = bucketry.ConfigError(problems)
    assert "x.toml:3:1: providers.a.bucket: is missing" in shell.run("stat", "a").stderr
    listed = json.loads(shell.run("stat", "a", "--json").stderr)["error"]["problems"]
    assert listed[0] == {
        "path": "providers.a.bucket",
        "sentence": "is missing",
        "file": "x.toml",
        "line": 3,
        "column": 1,
    }
    assert len(listed) == 2


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["ls", "--nonsense"], ["stat"], ["sign", "a", "--method", "POST"]]
)
def test_wrong_usage_exits_with_2(shell: Shell, arguments: list[str]) -> None:
    result = shell.run(*arguments)
    assert result.exit_code == 2
    assert "Usage: bucketry" in result.stderr
    result = shell.run(*arguments, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"]["type"] == "Usage"


SIGNED = "https://s3.example/a?X-Amz-Credential=AKIA&X-Amz-Signature=5ec7e7"


@pytest.mark.parametrize("kind", [ValueError, bucketry.Rejected, OSError])
@pytest.mark.parametrize("flags", [[], ["--json"], ["--debug"]])
def test_signatures_are_taken_out_of_every_message(
    shell: Shell, kind: type[Exception], flags: list[str]
) -> None:
    shell.layer.error = kind(f"cannot read {SIGNED}")
    shell.layer.error.__cause__ = RuntimeError(SIGNED)
    result = shell.run("stat", "a.png", *flags)
    assert "5ec7e7" not in result.stderr
    assert "X-Amz-Signature=***" in result.stderr


def test_debug_shows_the_traceback(shell: Shell) -> None:
    shell.layer.error = ZeroDivisionError("a bug")
    result = shell.run("--debug", "stat", "a.png")
    assert "Traceback" in result.stderr
    assert "unexpected ZeroDivisionError: a bug" in result.stderr


def test_interrupting_exits_with_130(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(shell.layer), "_check", interrupted)
    result = shell.run("stat", "a.png")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr


def test_options_that_were_left_out_are_told_in_one_line(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    import warnings

    def warned(*_: object) -> None:
        warnings.warn("media: acl was left out", bucketry.UnsupportedOptionWarning, stacklevel=2)

    monkeypatch.setattr(type(shell.layer), "_check", warned)
    result = shell.run("ls", "--quiet")
    assert result.exit_code == 0
    assert result.stderr == "warning: media: acl was left out\n"
