"""The page on many objects runs as it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from snippets import run

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
    namespace = run("docs/many.md")
    shown = capsys.readouterr().out.splitlines()
    assert sorted(shown[:3]) == [
        f"photos/{number}.txt http://127.0.0.1:8900/photos/{number}.txt" for number in range(3)
    ]
    assert shown[3] == "['photos/none.txt']"
    assert sorted(shown[4:]) == [f"copies/{name}.txt" for name in ("0", "1", "2", "cat")]
    assert Path("copies/cat.txt").read_text() == "meow"
    assert namespace["first"].get().size == 7
