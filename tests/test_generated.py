"""What is generated is fresh."""

from __future__ import annotations

import pytest

import generated


def test_what_is_generated_is_fresh() -> None:
    assert len(generated.files()) > 25
    assert generated.stale() == [], "run `make generate` and commit what it writes"


def test_what_is_stale_missing_or_left_over_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = generated.files()
    wanted[generated.ROOT / "docs/servers.md"] += "\n"
    wanted[generated.VENDORS / "acme.md"] = "# Acme\n"
    del wanted[generated.VENDORS / "r2.md"]
    monkeypatch.setattr(generated, "files", lambda: wanted)
    assert generated.stale() == ["docs/servers.md", "docs/vendors/acme.md", "docs/vendors/r2.md"]
