"""The pages on dialects: their examples open and convert as they say."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import bucketry
from bucketry.config import convert_config, dialects
from bucketry.host.catalog import Catalog
from snippets import blocks

DOCS = Path(__file__).parents[2] / "docs"
ENVIRON = {"SCALEWAY_ACCESS_KEY_ID": "k", "SCALEWAY_ACCESS_SECRET": "s"}


def block(language: str) -> str:
    (text,) = blocks("docs/strapi.md", language)
    return text


def test_the_example_converts_to_the_text_that_is_shown(real_catalog: Catalog) -> None:
    data = json.loads(block("json"))
    assert convert_config(data, catalog=real_catalog, environ=ENVIRON) == block("toml")


def test_the_python_lines_run(folder: Path) -> None:
    (folder / "plugins.json").write_text(
        block("json").replace('"env": "SCALEWAY', '"default": "x", "env": "SCALEWAY')
    )
    names: dict[str, object] = {}
    exec(block("python"), names)
    media = names["media"]
    assert isinstance(media, bucketry.Provider)
    assert media.vendor.name == "scaleway"
    assert media.options.root_path == "uploads"


def test_the_example_reads_a_file_of_many_remotes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = blocks("docs/dialects.md")
    (folder / "my_dialect").mkdir()
    (folder / "my_dialect" / "__init__.py").write_text(code)
    text = {"type": "string"}
    (folder / "my_dialect" / "remotes.schema.json").write_text(
        json.dumps({"properties": {"bin": text, "server": text, "keys": text}})
    )
    monkeypatch.syspath_prepend(folder)
    entry = EntryPoint("remotes", "my_dialect:dialect", dialects.GROUP)
    monkeypatch.setattr(dialects, "registered", lambda group: [entry])
    remote = {"bin": "media", "server": "https://s3.example.com", "keys": "ambient"}
    opened = bucketry.open_provider("one", config={"remotes": {"one": remote}}, environ={})
    assert (opened.vendor.name, opened.options.bucket) == ("s3", "media")
    assert opened.options.endpoint == "https://s3.example.com"

    del remote["keys"]
    with pytest.raises(bucketry.ConfigError, match=r"remotes\.one: missing 'credentials'"):
        bucketry.open_provider("one", config={"remotes": {"one": remote}}, environ={})


def claims() -> list[list[str]]:
    """Return the rows of the tables that go through the original claim by claim."""
    part = (DOCS / "strapi.md").read_text("utf-8").partition("## Claim by claim")[2]
    lines = re.findall(r"^\| (.+) \|$", part, re.MULTILINE)
    rows = [line.split(" | ") for line in lines if not line.startswith("The original | ")]
    assert all(len(row) == 4 for row in rows)
    return rows


def test_the_claims_of_the_original_are_counted() -> None:
    found = Counter(row[1] for row in claims())
    text = " ".join((DOCS / "strapi.md").read_text("utf-8").split())
    assert set(found) == {"works", "differs", "missing"}
    assert len({tuple(row) for row in claims()}) == found.total() > 100
    assert (
        f"of {found.total()} claims {found['works']} work here, {found['differs']} differ on "
        f"purpose (the reasons stand [above](#differences-from-the-original)), and "
        f"{found['missing']} are missing" in text
    )


@pytest.mark.parametrize("row", claims(), ids=lambda row: row[0][:40])
def test_each_claim_has_its_proof(row: list[str]) -> None:
    """A test or a case of this name, or a page; what is missing says what to do instead."""
    _, status, here, proof = row
    assert here.strip()
    if status == "missing" and not proof.strip():
        return
    found = re.fullmatch(r'\[(test|case|page)\]\(([^ )]+)(?: "(\w+)")?\)', proof.strip())
    assert found, proof
    kind, path, name = found.groups()
    text = (DOCS / path).read_text("utf-8")
    assert kind == "page" or re.search(rf"^def {name}\(", text, re.MULTILINE), name
