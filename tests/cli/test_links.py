"""url, sign and sweep."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cli.memory import Shell


def test_url_of_a_private_object_is_signed(shell: Shell) -> None:
    result = shell.run("url", "a.png", "--expires", "15m")
    assert result.stdout == "https://memory.example/bucket/a.png?for=900&sig=s3cr3t&named=False\n"


def test_url_of_a_public_object_is_permanent(shell: Shell) -> None:
    shell.options = {"visibility": "public"}
    assert shell.run("url", "a.png").stdout == "https://memory.example/bucket/a.png\n"
    assert shell.json("url", "a.png") == {
        "key": "a.png",
        "url": "https://memory.example/bucket/a.png",
    }


def test_sign_prints_the_whole_url(shell: Shell) -> None:
    result = shell.run("sign", "a.png", "--expires", "2h", "--download-name", "report.png")
    assert result.stdout == "https://memory.example/bucket/a.png?for=7200&sig=s3cr3t&named=True\n"


def test_sign_json_tells_method_and_end(shell: Shell) -> None:
    assert shell.json("sign", "a.png", "--method", "PUT", "--expires", "60") == {
        "key": "a.png",
        "url": "https://memory.example/bucket/a.png?for=60&sig=s3cr3t&named=False",
        "method": "PUT",
        "headers": {},
        "expires_at": "2026-11-24T12:01:00+00:00",
        "signed": True,
    }


@pytest.mark.parametrize("span", ["0", "8d", "604801"])
def test_sign_refuses_a_life_that_no_signature_has(shell: Shell, span: str) -> None:
    result = shell.run("sign", "a.png", "--expires", span)
    assert result.exit_code == 2
    assert "1 to 604,800 seconds" in result.stderr


@pytest.mark.parametrize("span", ["soon", "-5", "1.5h", "1w", "", "9999999999999"])
def test_a_time_span_must_be_one(shell: Shell, span: str) -> None:
    result = shell.run("sign", "a.png", f"--expires={span}")
    assert result.exit_code == 2
    assert "no time span" in result.stderr


@pytest.mark.parametrize(
    ("given", "seconds"),
    [([], 86400), (["--older-than", "90"], 90), (["--older-than", "2d"], 172800)],
)
def test_sweep_goes_back_as_far_as_asked(shell: Shell, given: list[str], seconds: int) -> None:
    result = shell.run("sweep", *given)
    assert result.stdout == "2026-11-24 12:00  half.bin\n"
    assert result.stderr == "1 unfinished uploads removed\n"
    seen = shell.layer.seen_expiry
    assert seen is not None
    assert timedelta(seconds=seconds) <= seen < timedelta(seconds=seconds + 60)


def test_sweep_takes_a_provider_and_no_key(shell: Shell) -> None:
    assert shell.run("sweep", "archive:", "-n").exit_code == 0
    assert shell.layers["archive"].seen_expiry is not None
    assert shell.layers["media"].seen_expiry is None
    result = shell.run("sweep", "archive")
    assert (result.exit_code, "write archive: or nothing" in result.stderr) == (2, True)


def test_sweep_json_hides_upload_ids(shell: Shell) -> None:
    assert shell.json("sweep", "--dry-run") == {
        "dry_run": True,
        "uploads": [
            {"key": "half.bin", "upload_id": "***", "started": "2026-11-24T12:00:00+00:00"}
        ],
    }


def test_sign_without_signature_says_so(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from bucketry import SignedUrl

    unsigned = SignedUrl(url="https://cdn.example.com/a.png", method="GET", signed=False)
    monkeypatch.setattr(shell.layer, "answer", unsigned)
    result = shell.run("sign", "a.png")
    assert result.stdout == "https://cdn.example.com/a.png\n"
    assert "not signed" in result.stderr
    assert json.loads(shell.run("sign", "a.png", "--json").stdout)["signed"] is False
