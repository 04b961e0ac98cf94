"""What opens and checks configurations raises one of ours, whatever is handed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bucketry import ConfigError, open_provider, open_providers
from bucketry.config import check_config, convert_config, load_config
from core.test_hostile_arguments import ANYTHING, complaints

DOORS: list[Callable[[Any], object]] = [
    open_provider,
    lambda odd: open_provider("media", config=odd),
    open_providers,
    check_config,
    load_config,
    convert_config,
]


@pytest.mark.parametrize("door", DOORS)
def test_an_odd_configuration_gets_an_error_of_ours(
    door: Callable[[Any], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert complaints(door) == {}


@pytest.mark.parametrize(
    "option", ["provider", "directory", "root_path", "signed_url_expires", "tags", "overrides"]
)
def test_an_odd_option_gets_an_error_of_ours(option: str, tmp_path: Path) -> None:
    config = {"provider": "local", "directory": str(tmp_path)}
    assert complaints(lambda odd: open_provider({**config, option: odd})) == {}
    media = open_provider(config)
    assert complaints(lambda odd: media.with_options(**{option: odd})) == {}


@pytest.mark.parametrize("name", ["nul", "surrogate", "lies", "huge", "int", "none", "infinite"])
def test_an_odd_name_of_an_option_gets_an_error_of_ours(name: str, tmp_path: Path) -> None:
    config: dict[Any, Any] = {"provider": "local", "directory": str(tmp_path)}
    with pytest.raises(ConfigError):
        open_provider({**config, ANYTHING[name]: 1})
