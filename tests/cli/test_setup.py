"""init, providers, check, convert, schema."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import bucketry
from bucketry.cli import output, setup
from bucketry.config import check_config
from bucketry.host.catalog import Catalog, installed
from cli.memory import everything, run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BUCKETRY_CONFIG", raising=False)
    return tmp_path


def write(text: str, name: str = "bucketry.toml") -> None:
    Path(name).write_text(text, "utf-8")


LOCAL = """\
default = "media"

[providers.media]
provider = "local"
directory = "files"

[providers.archive]
provider = "local"
directory = "archive"
"""


@pytest.mark.parametrize("vendor", installed().names())
def test_init_writes_what_check_accepts(vendor: str) -> None:
    result = run("init", vendor, "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    text = Path("bucketry.toml").read_text("utf-8")
    assert tomllib.loads(text)["providers"]["media"]["provider"] == vendor
    assert check_config("bucketry.toml", environ=dict.fromkeys(told["variables"], "x" * 40)) == ()


@pytest.mark.parametrize("vendor", installed().names())
def test_every_line_that_init_comments_out_is_valid_too(vendor: str) -> None:
    run("init", vendor)
    lines = Path("bucketry.toml").read_text("utf-8").splitlines()
    options = [line.removeprefix("# ") for line in lines if re.match(r"# [a-z_]+ = ", line)]
    offered = {line.partition(" = ")[0] for line in options}
    assert {"root_path", "visibility", "signed_url_expires", "overrides"} <= offered
    for line in options:
        assert tomllib.loads(line), line


def test_init_puts_credentials_into_variables_and_says_what_is_next() -> None:
    result = run("init", "r2", "--file", "my.toml", "--name", "photos")
    assert result.stdout.splitlines() == [
        "my.toml is written. Next:",
        "  1. edit my.toml: bucket, account_id",
        "  2. set the environment variables R2_KEY_ID, R2_SECRET",
        "  3. bucketry --config my.toml check",
        "  4. bucketry --config my.toml put FILE",
    ]
    written = tomllib.loads(Path("my.toml").read_text("utf-8"))
    assert written["default"] == "photos"
    assert written["providers"]["photos"]["credentials"] == {
        "access_key_id": {"env": "R2_KEY_ID"},
        "secret_access_key": {"env": "R2_SECRET"},
    }


def test_init_does_not_overwrite_unless_told() -> None:
    write("precious = true\n")
    result = run("init", "local")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert Path("bucketry.toml").read_text("utf-8") == "precious = true\n"
    assert run("init", "local", "--force").exit_code == 0


def test_init_asks_for_the_vendor_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("init")
    assert result.exit_code == 2
    assert "aws" in result.stderr
    monkeypatch.setattr(output, "on_terminal", lambda: True)
    assert run("init", stdin="local\n").exit_code == 0
    assert 'provider = "local"' in Path("bucketry.toml").read_text("utf-8")


@pytest.mark.parametrize("name", ["", "a b", "a.b", "-a", "a" * 65])
def test_init_refuses_a_name_that_no_provider_may_have(name: str) -> None:
    assert run("init", "local", f"--name={name}").exit_code == 2
    assert not Path("bucketry.toml").exists()


def test_init_writes_toml_only() -> None:
    assert run("init", "local", "--file", "bucketry.json").exit_code == 2
    assert not Path("bucketry.json").exists()


def test_init_of_an_unknown_vendor_offers_the_nearest() -> None:
    result = run("init", "wasaby")
    assert result.exit_code == 3
    assert "did you mean 'wasabi'" in result.stderr


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, "bucketry.providers")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Catalog(
        [
            entry("local", "bucketry_local:vendor"),
            entry("acme", "no_such_module:vendor"),
            entry("odd", "json:dumps"),
        ]
    )
    monkeypatch.setattr(setup, "installed", lambda: catalog)


def test_providers_lists_the_installed_vendors() -> None:
    rows = json.loads(run("providers", "--json").stdout)
    shown = {row["name"]: row for row in rows}
    assert shown["r2"]["title"] == "Cloudflare R2"
    assert shown["r2"]["distribution"].startswith("bucketry ")
    assert {row["status"] for row in rows} == {"ok"}


@pytest.mark.usefixtures("broken")
def test_providers_shows_a_broken_plugin_with_the_reason() -> None:
    result = run("providers", "--json")
    assert result.exit_code == 0
    status = {row["name"]: row["status"] for row in json.loads(result.stdout)}
    assert status["local"] == "ok"
    assert status["acme"].startswith("broken: it cannot be loaded: ModuleNotFoundError")
    assert re.fullmatch(r"broken: .*function, not a bucketry\.Vendor", status["odd"])


@pytest.mark.usefixtures("broken")
def test_providers_table_fits_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_width", lambda: 80)
    lines = run("providers").stdout.splitlines()
    assert lines[0].split() == ["name", "title", "distribution", "status"]
    assert max(map(len, lines)) <= 80
    assert "local  Files on disk" in "\n".join(lines)


def test_check_of_a_good_configuration() -> None:
    write(LOCAL)
    result = run("check")
    assert (result.exit_code, result.stdout) == (
        0,
        "bucketry.toml: no problems in media (default), archive\n",
    )
    assert json.loads(run("check", "--json").stdout) == {
        "problems": [],
        "file": "bucketry.toml",
        "providers": ["media", "archive"],
        "default": "media",
        "hints": [],
    }


def test_check_tells_what_looks_like_a_slip_with_its_place() -> None:
    write(
        '[providers.media]\nprovider = "aws"\nbucket = "media"\nregion = "eu-wset-3"\n'
        'credentials = "ambient"\n'
    )
    sentence = "is no region that Amazon S3 is known to have; did you mean eu-west-3?"
    result = run("check")
    assert (result.exit_code, result.stdout) == (
        0,
        f"hint: bucketry.toml:4:1: providers.media.region: {sentence}\n"
        "bucketry.toml: no problems in media (default)\n",
    )
    (hint,) = json.loads(run("check", "--json").stdout)["hints"]
    assert bucketry.open_provider().vendor.name == "aws"  # a new region is opened without a word
    assert (hint["line"], hint["sentence"]) == (4, sentence)


def test_check_prints_every_problem_with_its_place() -> None:
    write(LOCAL.replace("directory = ", "direktory = "))
    result = run("check")
    assert result.exit_code == 3
    first, second = result.stdout.splitlines()
    assert first.startswith("bucketry.toml:5:1: providers.media.direktory: ")
    assert second.startswith("bucketry.toml:9:1: providers.archive.direktory: ")
    assert "did you mean 'directory'" in first
    assert result.stderr == "2 problems\n"


def test_check_of_one_provider_leaves_the_others_alone() -> None:
    write(LOCAL.replace('directory = "archive"', "directory = 1"))
    assert run("check").exit_code == 3
    assert run("check", "-p", "media").stdout == "bucketry.toml: no problems in media (default)\n"


def test_check_without_a_configuration_says_where_it_looked() -> None:
    result = run("check", "--json")
    assert result.exit_code == 3
    (problem,) = json.loads(result.stdout)["problems"]
    assert "bucketry.toml" in problem["sentence"]


STRAPI: dict[str, Any] = {
    "provider": "aws-s3",
    "providerOptions": {
        "rootPath": "uploads",
        "s3Options": {
            "credentials": {"accessKeyId": "AKIDWRITTENOUT", "secretAccessKey": "s3cr3tWRITTENOUT"},
            "region": "eu-west-3",
            "params": {"Bucket": "media"},
        },
    },
}


def test_convert_prints_flat_toml_without_secrets() -> None:
    Path("strapi.json").write_text(json.dumps(STRAPI), "utf-8")
    result = run("convert", "strapi.json")
    assert result.exit_code == 0, result.stderr
    (flat,) = tomllib.loads(result.stdout)["providers"].values()
    assert flat["provider"] == "aws"
    assert flat["bucket"] == "media"
    assert flat["region"] == "eu-west-3"
    assert flat["root_path"] == "uploads"
    assert "WRITTENOUT" not in everything(result)
    told = json.loads(run("convert", "strapi.json", "--json").stdout)
    assert told == {"toml": result.stdout}


def test_schema_is_a_json_schema_of_the_whole_or_of_one_vendor() -> None:
    whole = json.loads(run("schema").stdout)
    assert "providers" in whole["properties"]
    run("schema", "--vendor", "local", "--write", "local.json")
    local = json.loads(Path("local.json").read_text("utf-8"))
    assert local["additionalProperties"] is False
    assert "directory" in local["required"]


def secrets_shown(result: Result) -> list[str]:
    return [text for text in ("AKIDWRITTENOUT", "s3cr3tWRITTENOUT") if text in everything(result)]


@pytest.mark.parametrize("extra", ["", 'acl = "public-read"', "bukket = 1", "region = 5"])
@pytest.mark.parametrize("command", ["check", "explain", "convert"])
@pytest.mark.parametrize("flags", [[], ["--debug"], ["--json"]])
def test_no_secret_is_ever_shown(extra: str, command: str, flags: list[str]) -> None:
    write(
        '[providers.media]\nprovider = "r2"\nbucket = "media"\naccount_id = "abc123"\n'
        'credentials.access_key_id = "AKIDWRITTENOUT"\n'
        'credentials.secret_access_key = "s3cr3tWRITTENOUT"\n' + extra
    )
    arguments = ["bucketry.toml"] if command == "convert" else []
    result = run(command, *arguments, *flags)
    assert result.exit_code == (3 if extra else 0)
    assert everything(result)
    assert secrets_shown(result) == []
