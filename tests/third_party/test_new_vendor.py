"""``bucketry new-vendor`` writes a plugin that works, the one that the guide walks through."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bucketry.cli.app import root
from bucketry.cli.new_vendor import rename
from third_party.plugins import install_plugin, run_tests


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(root, ["new-vendor", *arguments])


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_plugin_is_written_installed_and_passes_its_own_tests(tmp_path: Path) -> None:
    folder, site = tmp_path / "plugin", tmp_path / "site"
    result = _run("blue-sky", "--folder", str(folder), "--quiet")
    assert result.exit_code == 0, result.output
    files = _files(folder)
    assert set(files) == {
        "README.md",
        "bucketry_blue_sky/__init__.py",
        "bucketry_blue_sky/py.typed",
        "pyproject.toml",
        "tests/test_vendor.py",
    }
    assert result.stdout.splitlines() == [str(folder / path) for path in sorted(files)]
    assert not [path for path, text in files.items() if "acme" in text.lower()]
    install_plugin(folder, site)
    outcome = run_tests(folder, site, ["-k", "not TestConformance or contract or keys"])
    assert outcome.code == 0, outcome.output
    assert outcome.count("passed") > 30, outcome.output


def test_its_tests_notice_an_option_whose_schema_says_something_else(tmp_path: Path) -> None:
    folder, site = tmp_path / "plugin", tmp_path / "site"
    _run("blue", "--folder", str(folder))
    page = folder / "bucketry_blue/__init__.py"
    text = page.read_text("utf-8")
    page.write_text(text.replace('"type": "string"', '"type": "integer"'), "utf-8")
    install_plugin(folder, site)
    outcome = run_tests(folder, site, ["-k", "schema"])
    assert outcome.code == 1
    assert outcome.count("failed") == 1, outcome.output
    assert "team: type is string in the class, integer in the schema" in outcome.output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('provider = "acme"', 'provider = "blue-sky"'),
        ("bucketry-acme", "bucketry-blue-sky"),
        ("from bucketry_acme import vendor", "from bucketry_blue_sky import vendor"),
        ("class AcmeOptions(S3Options)", "class BlueSkyOptions(S3Options)"),
        ("Acme Storage", "Blue Sky Storage"),
        ("ACME_KEY_ID", "BLUE_SKY_KEY_ID"),
        ("s3.acme.example", "s3.blue-sky.example"),
    ],
)
def test_names_follow_the_vendors(text: str, expected: str) -> None:
    assert rename(text, "blue-sky") == expected


def test_a_name_that_contains_the_templates_own_is_not_renamed_twice() -> None:
    assert (
        rename("bucketry_acme, Acme, acme", "acme-two") == "bucketry_acme_two, Acme Two, acme-two"
    )


@pytest.mark.parametrize(
    "name", ["Blue", "blue_sky", "blue sky", "-blue", "1st", "b" * 41, "blü", ""]
)
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    result = _run("--folder", str(tmp_path / "x"), "--", name)
    assert result.exit_code == 2
    assert "must be lower-case letters and digits" in re.sub(r"\s+", " ", result.output)
    assert not (tmp_path / "x").exists()


def test_a_name_that_is_taken_is_refused_and_says_by_whom(tmp_path: Path) -> None:
    result = _run("r2", "--folder", str(tmp_path / "x"))
    assert result.exit_code == 2
    assert "there is a vendor 'r2' already, from bucketry 0" in result.output
    assert not (tmp_path / "x").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("mine")
    for taken in (tmp_path, tmp_path / "mine.py"):
        result = _run("blue", "--folder", str(taken))
        assert result.exit_code == 2
        assert "is there already and is no empty folder" in re.sub(r"\s+", " ", result.output)
    assert _files(tmp_path) == {"mine.py": "mine"}


def test_an_empty_folder_is_good(tmp_path: Path) -> None:
    assert _run("blue", "--folder", str(tmp_path)).exit_code == 0
    assert (tmp_path / "pyproject.toml").is_file()


def test_without_a_folder_it_is_named_after_the_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = _run("blue", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["folder"] == "bucketry-blue"
    assert told["files"] == sorted(_files(tmp_path / "bucketry-blue"))
