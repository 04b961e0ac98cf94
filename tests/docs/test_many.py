"""The page on many objects runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "many.md"
CONFIG = """
[providers.media]
provider = "local"
directory = "files"
"""


def test_every_snippet_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bucketry.toml").write_text(CONFIG, "utf-8")
    snippets = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    namespace: dict[str, Any] = {}
    for snippet in snippets:
        exec(compile(snippet, "many.md", "exec"), namespace)
    shown = capsys.readouterr().out.splitlines()
    assert len(snippets) == 5
    assert sorted(shown[:3]) == [
        f"photos/{number}.txt http://127.0.0.1:8900/photos/{number}.txt" for number in range(3)
    ]
    assert shown[3] == "['photos/none.txt']"
    assert sorted(shown[4:]) == [f"copies/{name}.txt" for name in ("0", "1", "2", "cat")]
    assert Path("copies/cat.txt").read_text() == "meow"
    assert namespace["first"].get().size == 7
