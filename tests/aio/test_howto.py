"""The page on async runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import anyio
import pytest

import bucketry

PAGE = Path(__file__).parents[2] / "docs/howto/async.md"


def test_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bucketry.toml").write_text(
        '[providers.media]\nprovider = "local"\ndirectory = "files"\n'
        'base_url = "http://127.0.0.1:8900"\n'
    )
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    namespace: dict[str, Any] = {}
    for snippet in snippets:
        exec(compile(snippet, PAGE.name, "exec"), namespace)

    anyio.run(namespace["main"])
    printed = capsys.readouterr().out
    assert "b'hello'\nnotes/hello.txt 5\nhttp://127.0.0.1:8900/notes/hello.txt?" in printed
    anyio.run(namespace["store"], backend="trio")
    with bucketry.open_provider("media") as media:
        assert media.read("report.csv").startswith(b"0;0\n1;0\n")
        media.delete("report.csv")
        anyio.run(namespace["hurry"])
        assert media.head("report.csv").size > 4000
