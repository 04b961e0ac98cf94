"""Layers of the application that the configuration names."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import ConfigError, Provider
from bucketry.config import check_config
from bucketry.host.catalog import Catalog

APP = "config.layers_of_an_app"


def opened(catalog: Catalog, *names: str, **changes: Any) -> Provider:
    flat = {"provider": "acme", "bucket": "media", "credentials": "ambient"}
    return bucketry.open_provider(
        {**flat, "overrides": list(names), **changes}, catalog=catalog, environ={}
    )


def test_a_class_is_instantiated_and_asked_first(catalog: Catalog) -> None:
    provider = opened(catalog, f"{APP}:ShortLinks")
    assert provider.object_url("a.png") == "https://short.example/a.png"
    assert provider.layers[-1] == "override/0:ShortLinks"


def test_an_object_is_used_as_it_is_and_the_last_one_wins(catalog: Catalog) -> None:
    provider = opened(catalog, f"{APP}:ShortLinks", f"{APP}:ready_made")
    assert provider.object_url("a.png") == "https://ready.example/a.png"
    assert provider.layers[-2:] == ("override/0:ShortLinks", "override/1:ShortLinks")


def test_with_layer_still_goes_on_top(catalog: Catalog) -> None:
    from config.layers_of_an_app import ShortLinks

    provider = opened(catalog, f"{APP}:ShortLinks").with_layer(ShortLinks("https://top.example"))
    assert provider.object_url("a.png") == "https://top.example/a.png"


def test_a_layer_may_answer_the_hooks_of_the_vendors_family() -> None:
    media = bucketry.open_provider(
        {
            "provider": "aws",
            "bucket": "media",
            "region": "eu-west-1",
            "credentials": "ambient",
            "overrides": [f"{APP}:SeesRequests"],
        }
    )
    assert media.layers[-1] == "override/0:SeesRequests"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no.such.module:X", "cannot be used as a layer: ModuleNotFoundError: "),
        (f"{APP}:Missing", "cannot be used as a layer: AttributeError: module "),
        (f"{APP}:NeedsAnArgument", "cannot be used as a layer: TypeError: "),
        (f"{APP}:Explodes", "cannot be used as a layer: SystemExit: 3"),
        (f"{APP}:NoLayerAtAll", "it has no method that starts with 'bucketry_'"),
        ("subprocess:Popen", "it has no method that starts with 'bucketry_'"),
        (f"{APP}:NoHooks", "it has no method that starts with 'bucketry_'"),
        (f"{APP}:Misspelt", "there is no hook 'bucketry_object_ulr'; did you mean"),
    ],
)  # fmt: skip
def test_what_fails_is_told_at_its_place_in_the_file(
    folder: Path, catalog: Catalog, name: str, message: str
) -> None:
    (folder / "bucketry.toml").write_text(
        '[providers.media]\nprovider = "acme"\nbucket = "media"\ncredentials = "ambient"\n'
        f'overrides = [\n  "{APP}:ShortLinks",\n  "{name}",\n]\n'
    )
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider("media", catalog=catalog, environ={})
    assert str(error.value).startswith(
        f"bucketry.toml:7:3: providers.media.overrides[1]: {message}"
    )


def test_all_that_fail_are_told_at_once(catalog: Catalog) -> None:
    with pytest.raises(ConfigError) as error:
        opened(catalog, f"{APP}:Missing", f"{APP}:NoHooks")
    assert [problem.path for problem in error.value.problems] == ["overrides[0]", "overrides[1]"]


def test_nothing_is_imported_before_everything_else_is_right(
    folder: Path, catalog: Catalog
) -> None:
    (folder / "imported_too_soon.py").write_text("raise RuntimeError\n")
    sys.path.insert(0, str(folder))
    try:
        with pytest.raises(ConfigError) as error:
            opened(catalog, "imported_too_soon:X", visibility="nobody")
    finally:
        sys.path.remove(str(folder))
    assert [problem.path for problem in error.value.problems] == ["visibility"]


def test_checking_a_configuration_imports_no_layer(folder: Path, catalog: Catalog) -> None:
    data = {
        "provider": "acme",
        "bucket": "media",
        "credentials": "ambient",
        "overrides": ["no.such.module:X"],
    }
    (folder / "a.json").write_text(json.dumps(data))
    assert check_config("a.json", catalog=catalog, environ={}) == ()
