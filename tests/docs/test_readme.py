"""Every snippet of the README runs as it stands there."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import bucketry
from bucketry.config import load_config
from bucketry.host.catalog import Catalog, installed
from snippets import blocks, run

README = "README.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for variable in ("R2_KEY_ID", "R2_SECRET", "KEY_ID", "SECRET"):
        monkeypatch.setenv(variable, "x")
    return tmp_path


def test_the_applications_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bucketry.toml").write_text(blocks(README, "toml")[0], "utf-8")
    shown = [text for text in blocks(README) if "acme" not in text.lower()]
    assert len(shown) == 6
    namespace = run(README, shown)

    printed = capsys.readouterr().out
    assert "[['Ada', '36']]" in printed
    assert "http://127.0.0.1:8900/notes/hello.txt\n" in printed
    assert "photos/cat.png http://127.0.0.1:8900/photos/cat.png" in printed
    assert "['photos/cat.png']" in printed
    assert "local \"media\": head of 'photos/none.png' failed: " in printed
    assert "http://127.0.0.1:8900/invoices/7.pdf?***\n" in printed
    assert "https://t.example.com/cat.png\nhttp://127.0.0.1:8900/photos/cat.png\n" in printed
    assert "PUT frozenset" in printed
    assert namespace["link"].startswith("http://127.0.0.1:8900/invoices/7.pdf?")


def test_every_configuration_opens(folder: Path) -> None:
    opened = []
    for text in blocks(README, "toml"):
        path = folder / "bucketry.toml"
        path.write_text(text, "utf-8")
        config = load_config(path)
        for name in config.names:
            with config.open(name) as provider:
                opened.append(provider.vendor.name)

    first_tier = {
        "aws", "r2", "ionos", "minio", "contabo", "hetzner", "digitalocean", "wasabi", "scaleway",
        "vultr", "backblaze",
    }  # fmt: skip
    assert first_tier | {"local", "s3"} == set(opened)


def test_the_vendor_plugin_is_a_vendor(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (page,) = [text for text in blocks(README) if "s3_vendor" in text]
    (folder / "acme_of_the_readme.py").write_text(page, "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    entry = EntryPoint("acme", "acme_of_the_readme:vendor", "bucketry.providers")
    settings = {
        "provider": "acme",
        "bucket": "media",
        "team": "web",
        "credentials": {"access_key_id": "AK", "secret_access_key": "SK"},
    }
    with bucketry.open_provider(settings, catalog=Catalog([entry])) as provider:
        assert "https://web.s3.acme.example/media/a%20b" == provider.object_url("a b")
        assert "acme/4:AuditHeaderLayer" in provider.layers
    code = [line for line in page.splitlines() if line.strip()]
    assert 40 >= len(code)


def test_the_conformance_class_collects_the_suite(pytester: pytest.Pytester) -> None:
    (text,) = [text for text in blocks(README) if "ProviderConformance" in text]
    pytester.makepyfile(
        test_acme=f"import pytest\nimport bucketry\n{text}\n"
        "def open_acme():\n"
        "    return bucketry.open_provider({'provider': 'local', 'directory': 'store'})\n"
    )

    outcome = pytester.runpytest_subprocess("-q", "-k", "upload", "-p", "no:cacheprovider")

    counts = outcome.parseoutcomes()
    assert counts["passed"] >= 10
    assert "failed" not in counts


def test_every_command_exists() -> None:
    from click.testing import CliRunner

    from bucketry.cli.app import root

    lines = [line for text in blocks(README, "console") for line in text.splitlines()]
    commands = {line.split()[1] for line in lines if line.startswith("bucketry ")}
    for command in sorted(commands):
        outcome = CliRunner().invoke(root, [command, "--help"])
        assert 0 == outcome.exit_code, f"bucketry {command} --help: {outcome.output}"


def test_the_number_of_vendors_is_right() -> None:
    """The number counts vendors that speak S3; `local` does not."""
    assert 30 < len([listed for listed in installed() if listed.name != "local"]) < 50
