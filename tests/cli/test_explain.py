"""explain: the effective configuration, its origins, and the request of an upload."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from bucketry.cli import output
from cli.memory import everything, run

R2 = """\
default = "media"

[providers.media]
provider = "r2"
bucket = "media"
account_id = "abc123"
root_path = "uploads"
base_url = "https://cdn.example.com"
checksum_algorithm = "SHA256"
credentials = { access_key_id = { env = "R2_KEY" }, secret_access_key = { env = "R2_SECRET" } }
"""

LAYERS = '''\
from bucketry import hookimpl

class CacheForAYear:
    """Lets browsers keep what never changes."""

    @hookimpl(wrapper=True)
    def bucketry_put_params(self):
        params = yield
        params["CacheControl"] = "max-age=31536000"
        params["ACL"] = "public-read"
        params["SSECustomerKey"] = "k3yk3yk3y"
        return params
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("R2_KEY", "AKIDSECRET")
    monkeypatch.setenv("R2_SECRET", "s3cr3ts3cr3t")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("explain has opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tmp_path


def explained(text: str, *arguments: str) -> dict[str, Any]:
    Path("bucketry.toml").write_text(text, "utf-8")
    result = run("explain", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    assert "s3cr3t" not in everything(result)
    return told


def options(told: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {one["path"]: (one["value"], one["source"], one["origin"]) for one in told["options"]}


def test_every_option_says_where_it_comes_from() -> None:
    shown = options(explained(R2))
    assert shown["bucket"] == ("media", "written", "bucketry.toml:5:1")
    assert shown["credentials.secret_access_key"] == (
        "***",
        "environment",
        "the environment variable R2_SECRET (bucketry.toml:10:53)",
    )
    assert shown["signed_url_expires"] == ("900", "default", "default")
    assert shown["region"] == ("auto", "vendor", "the vendor's page")
    assert shown["endpoint"] == (
        "https://abc123.r2.cloudflarestorage.com",
        "vendor",
        "the vendor's page",
    )
    assert shown["acl"] == ("not set", "default", "default")


def test_the_request_of_an_upload_goes_to_the_endpoint_not_to_the_cdn() -> None:
    assert explained(R2)["request"] == {
        "method": "PUT",
        "url": "https://abc123.r2.cloudflarestorage.com/media/uploads/example.txt",
        "region": "auto",
        "params": {"ContentType": "text/plain", "ChecksumAlgorithm": "SHA256"},
    }


def test_layers_come_with_their_purpose_and_the_quirk_with_its_fact() -> None:
    told = explained(R2)
    names = [layer["name"].rpartition(":")[2] for layer in told["layers"]]
    assert names == ["NoAclLayer", "SocketTransport", "Boto3Transport", "S3Layer", "r2/defaults"]
    assert told["layers"][0]["purpose"].startswith("For vendors whose objects have no ACL")
    assert all(layer["purpose"] for layer in told["layers"])
    acl = told["facts"]["acl"]
    assert acl["value"] == "none"
    assert acl["confidence"] == "documented"
    assert acl["source"]
    assert acl["as_of"]
    assert "has no object ACLs" in told["refused"]["acl"]


def test_layers_of_the_application_are_shown_and_take_part(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "explained_layers.py").write_text(LAYERS, "utf-8")
    monkeypatch.syspath_prepend(folder)
    Path("bucketry.toml").write_text(
        R2 + 'overrides = ["explained_layers:CacheForAYear"]\n', "utf-8"
    )
    result = run("explain", "--json")
    told = json.loads(result.stdout)
    assert told["layers"][0]["purpose"] == "Lets browsers keep what never changes."
    assert told["request"]["params"] == {
        "ContentType": "text/plain",
        "ChecksumAlgorithm": "SHA256",
        "CacheControl": "max-age=31536000",
        "SSECustomerKey": "***",
    }
    assert result.stderr.count("\n") == 1
    warning = json.loads(result.stderr)["warning"]
    assert warning.startswith("media: ACL was left out, because Cloudflare R2")


def test_what_was_ignored_is_told() -> None:
    text = R2 + 'acl = "public-read"\nunsupported = "ignore"\n'
    Path("bucketry.toml").write_text(text, "utf-8")
    result = run("explain", "--json")
    shown = [one for one in json.loads(result.stdout)["options"] if one["value"] == "left out"]
    assert [one["path"] for one in shown] == ["acl"]
    assert "has no object ACLs" in shown[0]["origin"]
    assert "media: acl is left out" in json.loads(result.stderr)["warning"]


def test_ambient_credentials_are_not_looked_up() -> None:
    text = R2.partition("credentials")[0] + 'credentials = "ambient"\n'
    told = explained(text)
    assert options(told)["credentials"][0] == "ambient"
    assert told["request"]["method"] == "PUT"


def test_files_on_disk_send_nothing_and_leave_nothing_behind(folder: Path) -> None:
    told = explained('[providers.media]\nprovider = "local"\ndirectory = "files"\n')
    assert told["request"] == "is kept on this machine; no request is sent"
    assert not (folder / "files").exists()


def test_a_broken_neighbour_does_not_matter() -> None:
    text = R2 + '\n[providers.other]\nprovider = "r2"\nbucket = 5\n'
    assert explained(text)["provider"] == "media"
    assert explained(text, "media")["provider"] == "media"
    assert run("explain", "other").exit_code == 3


def test_the_text_is_readable_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_width", lambda: 80)
    Path("bucketry.toml").write_text(R2, "utf-8")
    result = run("explain")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for line in (
        "media: Cloudflare R2, https://developers.cloudflare.com/r2/api/s3/api/",
        "PUT https://abc123.r2.cloudflarestorage.com/media/uploads/example.txt",
        "delete_if_match          unknown",
    ):
        assert line in lines
    assert "s3cr3t" not in everything(result)
    assert "AKIDSECRET" not in everything(result)
