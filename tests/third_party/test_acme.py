"""A vendor's own distribution, installed beside bucketry: found, opened, and proven."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import ConfigError, Upload
from bucketry.host.catalog import Catalog
from bucketry.source import Source
from third_party.plugins import install_plugin, run_tests, write_skeleton

CACHE = Path(__file__).parents[2] / ".mypy_cache/third_party"
SETTINGS: dict[str, Any] = {
    "provider": "acme",
    "team": "red",
    "bucket": "media",
    "credentials": {"access_key_id": "id", "secret_access_key": "wJalrXUtnFEMI"},
}


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return write_skeleton("acme", tmp_path / "acme")


@pytest.fixture
def site(acme: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    install_plugin(acme, folder)
    return folder


@pytest.fixture
def catalog(site: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """The vendors of this environment with Acme installed in it."""
    monkeypatch.syspath_prepend(site)
    importlib.invalidate_caches()
    return Catalog()


def test_it_is_opened_by_its_name_like_a_built_in_vendor(catalog: Catalog) -> None:
    media = bucketry.open_provider(SETTINGS, catalog=catalog)
    assert repr(media) == (
        "<Provider 'acme': Acme Storage, layers acme/defaults, acme/0:S3Layer, "
        "acme/1:Boto3Transport, acme/2:SocketTransport, "
        "acme/3:NoAclLayer, acme/4:NoIdentityEncodingLayer>"
    )
    assert media.object_url("a b.png") == "https://red.s3.acme.example/media/a%20b.png"
    assert media.sign("a.png").reveal().startswith("https://red.s3.acme.example/media/a.png?X-Amz-")
    assert catalog.distribution("acme") == "bucketry-acme 0.1.0"
    assert {"aws", "r2"} <= set(catalog.names())


def test_its_configuration_is_checked_like_any_other(catalog: Catalog) -> None:
    wrong = {**SETTINGS, "taem": "red", "acl": "public-read", "team": 7, "storage_class": "COLD"}
    with pytest.raises(ConfigError) as caught:
        bucketry.open_provider(wrong, catalog=catalog)
    said = {problem.path: problem.sentence for problem in caught.value.problems}
    assert said == {
        "team": "must be text",
        "taem": "unknown option 'taem'; did you mean 'team'?",
        "acl": "Acme Storage has no object ACLs (documented: https://docs.acme.example/s3, "
        "2026-11); leave acl out; visibility and the bucket's own access rules decide who may read",
        "storage_class": "Acme Storage is not known to accept storage classes; leave storage_class "
        'out, or use provider = "s3", which passes it on',
    }
    assert "wJalrXUtnFEMI" not in str(caught.value)


def test_its_layer_adjusts_what_the_family_answers(catalog: Catalog) -> None:
    media = bucketry.open_provider(SETTINGS, catalog=catalog)
    hooks = media.hooks
    for encoding, expected in (("identity", None), ("gzip", "gzip")):
        upload = Upload(key="a", source=Source(b"x"), content_encoding=encoding)
        params = hooks.bucketry_put_params(upload=upload)
        assert params.get("ContentEncoding") == expected


def test_it_keeps_the_contract_in_its_own_tests(acme: Path, site: Path) -> None:
    outcome = run_tests(acme, site, ["-W", "error"])
    assert outcome.code == 0, outcome.output
    assert outcome.count("passed") > 310, outcome.output
    assert outcome.count("warnings?") == 0, outcome.output


def test_it_is_typed_strictly(acme: Path, tmp_path: Path) -> None:
    """As its author would check it, with bucketry installed."""
    pytest.importorskip("mypy", reason="mypy is not installed here")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(CACHE), "bucketry_acme",
         "tests"],
        cwd=acme,
        env={**os.environ, "MYPYPATH": str(acme)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "Success: no issues found in 2 source files\n"
