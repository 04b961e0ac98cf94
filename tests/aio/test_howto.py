"""The page on async runs as it stands there."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

import bucketry
from snippets import run


def test_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bucketry.toml").write_text(
        '[providers.media]\nprovider = "local"\ndirectory = "files"\n'
        'base_url = "http://127.0.0.1:8900"\n'
    )
    monkeypatch.chdir(tmp_path)
    namespace = run("docs/howto/async.md")

    anyio.run(namespace["main"])
    printed = capsys.readouterr().out
    assert "b'hello'\nnotes/hello.txt 5\nhttp://127.0.0.1:8900/notes/hello.txt?" in printed
    anyio.run(namespace["store"], backend="trio")
    with bucketry.open_provider("media") as media:
        assert media.read("report.csv").startswith(b"0;0\n1;0\n")
        media.delete("report.csv")
        anyio.run(namespace["hurry"])
        assert media.head("report.csv").size > 4000
