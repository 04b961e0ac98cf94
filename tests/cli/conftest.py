"""The shell that commands are tried in."""

from __future__ import annotations

import pytest

from bucketry.cli.settings import Settings
from cli.memory import Shell


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell()
    monkeypatch.setattr(Settings, "open", lambda self, name=None: made.open(self, name))
    return made
