"""Where a configuration is looked for, and what is no configuration at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import ConfigError
from bucketry.config import check_config, load_config
from bucketry.host.catalog import Catalog
from config.fakes import KEY_PAIR

TOML = """\
[providers.{name}]
provider = "acme"
bucket = "media"
credentials = "ambient"
"""


def write(path: Path, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TOML.format(name=name))


def sentences(error: pytest.ExceptionInfo[ConfigError]) -> list[str]:
    return [str(problem) for problem in error.value.problems]


def test_the_working_folder_comes_before_the_folders_above(folder: Path, catalog: Catalog) -> None:
    write(folder / "bucketry.toml", "above")
    write(folder / "app" / "bucketry.toml", "here")
    os.chdir(folder / "app")
    assert load_config(catalog=catalog, environ={}).names == ["here"]
    os.chdir(folder)
    assert load_config(catalog=catalog, environ={}).names == ["above"]


def test_a_folder_without_one_uses_the_nearest_above(folder: Path, catalog: Catalog) -> None:
    write(folder / "bucketry.toml", "top")
    (folder / "a" / "b").mkdir(parents=True)
    os.chdir(folder / "a" / "b")
    assert load_config(catalog=catalog, environ={}).names == ["top"]


def test_a_file_above_is_named_in_full_and_one_here_by_its_name(
    folder: Path, catalog: Catalog
) -> None:
    (folder / "bucketry.toml").write_text("typo = 1\n")
    (problem, _) = check_config(catalog=catalog, environ={})
    assert str(problem).startswith("bucketry.toml:1:1: ")
    (folder / "app").mkdir()
    os.chdir(folder / "app")
    (problem, _) = check_config(catalog=catalog, environ={})
    assert str(problem).startswith(f"{folder}/bucketry.toml:1:1: ")


def test_the_variable_counts_only_when_no_file_is_found(folder: Path, catalog: Catalog) -> None:
    write(folder / "elsewhere" / "storage.toml", "named")
    environ = {"BUCKETRY_CONFIG": str(folder / "elsewhere" / "storage.toml")}
    assert load_config(catalog=catalog, environ=environ).names == ["named"]
    write(folder / "bucketry.toml", "found")
    assert load_config(catalog=catalog, environ=environ).names == ["found"]


def test_a_given_file_comes_before_all(folder: Path, catalog: Catalog) -> None:
    write(folder / "bucketry.toml", "found")
    write(folder / "given.toml", "given")
    assert load_config("given.toml", catalog=catalog, environ={}).names == ["given"]
    assert load_config(folder / "given.toml", catalog=catalog, environ={}).names == ["given"]


def test_none_at_all_says_what_was_looked_for(folder: Path, catalog: Catalog) -> None:
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider("media", catalog=catalog, environ={})
    assert sentences(error) == [
        "no configuration found: there is no bucketry.toml, bucketry.json, bucketry.yaml or "
        "bucketry.yml in the working folder or above it, and BUCKETRY_CONFIG is not set"
    ]


def test_two_in_one_folder_are_refused(folder: Path, catalog: Catalog) -> None:
    write(folder / "bucketry.toml", "a")
    (folder / "bucketry.json").write_text("{}")
    with pytest.raises(ConfigError) as error:
        load_config(catalog=catalog, environ={})
    assert sentences(error) == [
        f"{folder}: bucketry.toml and bucketry.json stand side by side; keep one of them"
    ]


SAME = {
    "bucketry.toml": (
        'default = "media"\n[providers.media]\nprovider = "acme"\nbucket = "photos"\n'
        'credentials = "ambient"\nsigned_url_expires = 60\n'
    ),
    "bucketry.json": (
        '{"default": "media", "providers": {"media": {"provider": "acme", "bucket": "photos",'
        ' "credentials": "ambient", "signed_url_expires": 60}}}'
    ),
    "bucketry.yaml": (
        "default: media\nproviders:\n  media:\n    provider: acme\n    bucket: photos\n"
        "    credentials: ambient\n    signed_url_expires: 60\n"
    ),
    "bucketry.yml": (
        "default: media\nproviders:\n  media: {provider: acme, bucket: photos,"
        " credentials: ambient, signed_url_expires: 60}\n"
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_every_format_means_the_same(folder: Path, catalog: Catalog, name: str) -> None:
    (folder / name).write_text(SAME[name])
    provider = bucketry.open_provider(catalog=catalog, environ={})
    assert provider.name == "media"
    assert provider.options.bucket == "photos"
    assert provider.options.signed_url_expires == 60


def test_a_mapping_goes_by_the_name_of_its_vendor(catalog: Catalog) -> None:
    flat = {"provider": "acme", "bucket": "photos", "credentials": KEY_PAIR}
    assert bucketry.open_provider(flat, catalog=catalog, environ={}).name == "acme"
    named = {"providers": {"media": flat}}
    assert bucketry.open_provider(named, catalog=catalog, environ={}).name == "media"
    assert bucketry.open_provider("media", config=named, catalog=catalog).name == "media"


def test_a_mapping_and_a_configuration_at_once_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="either"):
        bucketry.open_provider({"provider": "acme"}, config={})


def test_a_mapping_may_hold_paths_tuples_and_secrets(catalog: Catalog) -> None:
    provider = bucketry.open_provider(
        {
            "provider": "acme",
            "bucket": "photos",
            "credentials": {
                "access_key_id": "AKIA",
                "secret_access_key": bucketry.Secret("hush"),
            },
            "ca_bundle": Path("ca.pem"),
            "overrides": (),
        },
        catalog=catalog,
        environ={},
    )
    assert provider.options.credentials.secret_access_key.reveal() == "hush"
    assert provider.options.ca_bundle == "ca.pem"
    assert provider.options.overrides == ()


def test_a_caller_s_mapping_is_never_changed(catalog: Catalog) -> None:
    flat: dict[str, Any] = {
        "provider": "acme",
        "bucket": "photos",
        "credentials": {"access_key_id": {"env": "K"}, "secret_access_key": {"env": "S"}},
    }
    before = repr(flat)
    bucketry.open_provider(flat, catalog=catalog, environ={"K": "k", "S": "s"})
    assert repr(flat) == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ini", b"", "a.ini: the file's name must end in .toml, .json, .yaml, .yml"),
        ("a.toml", b"x = \n", "a.toml:1:5: not valid TOML: Invalid value"),
        ("a.toml", b"[a]\nb = 1\nb = 2\n", "a.toml:3:6: not valid TOML: a name that stands there"),
        ("a.json", b'{"a": 1,}', "a.json:1:9: not valid JSON: "),
        ("a.json", b'{"a":\n {"b": 1,\n "b": 2}}', "a.json:3:2: not valid JSON: a.b is written tw"),
        ("a.json", b'{"a": NaN}', "a.json:1:2: a: must be text, a number, "),
        ("a.yaml", b"a: b: c\n", "a.yaml:1:5: not valid YAML: mapping values are not allowed here"),
        ("a.yaml", b"\ta: 1\n", "a.yaml:1:1: not valid YAML: found character '\\t' that cannot"),
        ("a.yaml", b"a: !!int canary\n", "a.yaml: not valid YAML: a value that its"),
        ("a.yaml", b"a: !canary b\n", "a.yaml:1:4: not valid YAML: a tag, alias or name"),
        ("a.toml", b"\n\xff\n", "a.toml:2:1: not UTF-8 text"),
        ("a.toml", b"d = 1979-05-27\n", "a.toml:1:1: d: must be text, a number, true or false, a"),
        ("a.toml", b'a = "x\\ny"\n', "a.toml:1:1: a: has a control character, such as a line end"),
        ("a.json", b'{"a": "\\ud800"}', "a.json:1:2: a: has half a character"),
        ("a.json", b"[]", "a.json: a configuration is a table, not a list"),
        ("a.yaml", b"", "a.yaml: a configuration is a table, not nothing"),
        ("a.yaml", b"1: x\n", "a.yaml:1:1: a name must be text, not a number"),
        ("a.toml", b"a = '" + b"x" * 65536 + b"'", "a.toml: larger than 64 KiB; this is no"),
        ("a.json", b'{"a": ' + b"9" * 5000 + b"}", "a.json: not valid JSON: a number is too long"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_told_in_one_line(
    folder: Path, catalog: Catalog, name: str, content: bytes, message: str
) -> None:
    (folder / name).write_bytes(content)
    (problem,) = check_config(name, catalog=catalog, environ={})
    assert str(problem).startswith(message)
    assert "canary" not in str(problem)


def test_a_file_that_is_not_there_or_not_readable_is_told(folder: Path, catalog: Catalog) -> None:
    (folder / "sub.toml").mkdir()
    for name, reason in [("no.toml", "No such file or directory"), ("sub.toml", "Is a directory")]:
        (problem,) = check_config(name, catalog=catalog, environ={})
        assert str(problem) == f"{name}: cannot be read: {reason}"


DEEP: dict[str, Callable[[int], str]] = {
    "a.json": lambda depth: '{"a":' * depth + "1" + "}" * depth,
    "a.toml": lambda depth: "a = " + "[" * depth + "]" * depth,
    "a.yaml": lambda depth: "a: " + "[" * depth + "]" * depth,
}


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("depth", [40, 5_000])
def test_deep_nesting_is_refused_at_any_depth(
    folder: Path, catalog: Catalog, name: str, depth: int
) -> None:
    (folder / name).write_text(DEEP[name](depth))
    (problem,) = check_config(name, catalog=catalog, environ={})
    assert problem.sentence == "nested deeper than 32 tables and lists"


def test_a_mapping_that_holds_itself_is_refused(catalog: Catalog) -> None:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    (problem,) = check_config(loop, catalog=catalog, environ={})
    assert problem.sentence == "nested deeper than 32 tables and lists"


def test_yaml_aliases_cannot_blow_up(folder: Path, catalog: Catalog) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (folder / "a.yaml").write_text("\n".join(lines))
    (problem,) = check_config("a.yaml", catalog=catalog, environ={})
    assert str(problem) == "a.yaml: more than a configuration can need; is it one?"


def test_yaml_without_its_extra_says_what_to_install(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    (folder / "a.yaml").write_text("a: 1\n")
    (problem,) = check_config("a.yaml", catalog=catalog, environ={})
    assert str(problem) == "a.yaml: YAML needs PyYAML: pip install 'bucketry[yaml]'"


def test_yaml_merges_options_from_an_anchor(folder: Path, catalog: Catalog) -> None:
    (folder / "a.yaml").write_text(
        "providers:\n"
        "  one: &one {provider: acme, bucket: photos, credentials: ambient}\n"
        "  two: {<<: *one, bucket: films}\n"
    )
    providers = bucketry.open_providers("a.yaml", catalog=catalog, environ={})
    assert {name: p.options.bucket for name, p in providers.items()} == {
        "one": "photos",
        "two": "films",
    }
