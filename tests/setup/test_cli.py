"""`bucketry setup`: shows, asks, applies, and tells what stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import Provider
from bucketry.cli.settings import Settings
from bucketry_s3.testing import Reply, StandIn
from cli.memory import run


@pytest.fixture
def shell(
    server: StandIn, open_on: Callable[..., Provider], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    monkeypatch.setattr(Settings, "open", lambda self, name=None: open_on(server))
    return run


def writes(server: StandIn) -> list[str | None]:
    return [one.operation for one in server.requests if one.method == "PUT"]


def test_without_apply_it_only_shows(server: StandIn, shell: Callable[..., Any]) -> None:
    result = shell("setup", "media", "--origin", "https://www.example.com", "--uploads")

    assert result.exit_code == 0, result.stderr
    assert writes(server) == []
    lines = result.stdout.splitlines()
    assert lines[0] == "aws: media at Amazon S3"
    assert "in place   bucket: Where everything is stored." in lines
    assert '           +      "ID": "bucketry",' in lines
    assert '          "s3:AbortMultipartUpload",' in lines
    assert f"  img-src {server.endpoint}/media/" in lines
    assert "to change: owners, public access, cors, unfinished uploads; --apply" in result.stderr


def test_what_was_shown_is_done_after_a_yes(server: StandIn, shell: Callable[..., Any]) -> None:
    refused = shell("setup", "--apply")
    assert refused.exit_code == 2
    assert "add --yes to do it" in refused.stderr
    assert writes(server) == []

    done = shell("setup", "--apply", "--yes", "--skip", "owners")
    assert done.exit_code == 0
    assert writes(server) == ["PutPublicAccessBlock", "PutBucketLifecycleConfiguration"]
    assert "done       unfinished uploads" in done.stdout

    again = shell("setup", "--apply", "--yes", "--skip", "owners")
    assert again.stderr == "nothing to do\n"
    assert len(writes(server)) == 2


def test_what_stands_after_a_failure_is_told(server: StandIn, shell: Callable[..., Any]) -> None:
    server.faults.add("PutPublicAccessBlock", Reply.error(403, "AccessDenied"))
    result = shell("setup", "--apply", "--yes")
    assert result.exit_code == 6
    assert "s3:PutBucketPublicAccessBlock" in result.stderr
    assert "stands: owners; not tried: unfinished uploads; run it again" in result.stderr


def test_json_tells_all_of_it(server: StandIn, shell: Callable[..., Any]) -> None:
    result = shell("setup", "--json", "--unfinished-days", "0", "--versions", "--use", "list")
    told = json.loads(result.stdout)
    assert [one["name"] for one in told["steps"]] == [
        "bucket", "owners", "public access", "public reads", "versions",
    ]  # fmt: skip
    assert told["rights"]["text"]["Statement"][0]["Action"] == [
        "s3:DeleteObjectVersion", "s3:GetObjectVersion",
    ]  # fmt: skip
    assert told["csp"]["img-src"] == [f"{server.endpoint}/media/"]
    assert "applied" not in told

    server.faults.add("PutBucketVersioning", Reply.error(403, "AccessDenied"))
    result = shell("setup", "--json", "--versions", "--apply", "--yes")
    assert result.exit_code == 6
    applied = json.loads(result.stdout)["applied"]
    assert [one["name"] for one in applied["done"]] == ["owners", "public access"]
    assert applied["failed"]["name"] == "versions"
    assert json.loads(result.stderr)["error"]["type"] == "AccessDenied"


def test_a_server_that_does_otherwise_is_told(
    server: StandIn, shell: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_s3.setup.planning._PAUSES", (0.01,))
    server.faults.add("PutPublicAccessBlock", Reply(200))
    result = shell("setup", "--apply", "--yes", "--skip", "owners", "--unfinished-days", "0")
    assert result.exit_code == 1
    assert "not so     public access" in result.stdout
    assert '+  "BlockPublicAcls": true,' in result.stdout.partition("not so")[2]


def test_files_on_disk_need_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    monkeypatch.setattr(Settings, "open", lambda self, name=None: local)
    result = run("setup")
    assert result.exit_code == 0
    assert result.stderr == "nothing to do\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--origin", "www.example.com"], "is no origin"),
        (["--uploads"], "need the origins"),
        (["--unfinished-days", "400"], "400 is not in the range"),
        (["--use", "walk"], "'walk' is not one of"),
        (["--skip", "cor"], "there is no step 'cor'"),
    ],
)
def test_what_makes_no_sense_is_bad_usage(
    shell: Callable[..., Any], arguments: list[str], said: str
) -> None:
    result = shell("setup", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


# -- mb -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_mb_makes_the_bucket_and_what_its_visibility_needs(
    server: StandIn,
    open_on: Callable[..., Provider],
    monkeypatch: pytest.MonkeyPatch,
    visibility: str,
) -> None:
    media = open_on(server, "films", visibility=visibility)
    monkeypatch.setattr(Settings, "open", lambda self, name=None: media)

    made = run("mb")
    assert made.exit_code == 0, made.stderr
    assert "done       bucket" in made.stdout
    assert writes(server)[0] == "CreateBucket"
    assert ("PutBucketPolicy" in writes(server)) == (visibility == "public")

    before = len(writes(server))
    again = run("mb")
    assert again.exit_code == 5
    assert "is there already" in again.stderr
    assert len(writes(server)) == before


def test_mb_says_what_to_do_where_it_cannot(
    server: StandIn, open_on: Callable[..., Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    media = open_on(server, "films")
    monkeypatch.setattr(Settings, "open", lambda self, name=None: media)
    assert run("mb", "films").exit_code == 2

    server.faults.add("CreateBucket", Reply.error(403, "AccessDenied"))
    refused = run("mb", "--json")
    assert refused.exit_code == 6
    assert "s3:CreateBucket" in refused.stderr
    assert json.loads(refused.stdout)["applied"]["done"] == []
    assert "films" not in server._store.buckets


def test_mb_of_files_on_disk_says_that_there_are_no_buckets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = {"provider": "local", "directory": str(tmp_path), "base_url": "http://localhost"}
    media = bucketry.open_provider(local)
    monkeypatch.setattr(Settings, "open", lambda self, name=None: media)
    result = run("mb")
    assert result.exit_code == 1
    assert "uploads make what they need" in result.stderr
