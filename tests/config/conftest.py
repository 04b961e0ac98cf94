from __future__ import annotations

from pathlib import Path

import pytest

from bucketry.host.catalog import Catalog, installed
from config.fakes import make_catalog


@pytest.fixture
def catalog() -> Catalog:
    """A catalog with the made-up vendor Acme."""
    return make_catalog()


@pytest.fixture
def real_catalog() -> Catalog:
    """The catalog of this environment."""
    return installed()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with no configuration above it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
