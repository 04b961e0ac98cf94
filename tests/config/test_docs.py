"""The page on Strapi's configurations: its example opens and converts as it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import bucketry
from bucketry.config import convert_config
from bucketry.host.catalog import Catalog

PAGE = Path(__file__).parents[2] / "docs" / "strapi.md"
ENVIRON = {"SCALEWAY_ACCESS_KEY_ID": "k", "SCALEWAY_ACCESS_SECRET": "s"}


def block(language: str) -> str:
    (text,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(text)


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
