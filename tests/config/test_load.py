"""Where a configuration is looked for, and what is no configuration at all."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
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


def test_the_variable_comes_before_a_file_that_is_found(folder: Path, catalog: Catalog) -> None:
    write(folder / "elsewhere" / "storage.toml", "named")
    write(folder / "bucketry.toml", "found")
    environ = {"BUCKETRY_CONFIG": str(folder / "elsewhere" / "storage.toml")}
    assert load_config(catalog=catalog, environ=environ).names == ["named"]
    assert load_config(catalog=catalog, environ={"BUCKETRY_CONFIG": ""}).names == ["found"]
    assert load_config(catalog=catalog, environ={}).names == ["found"]


@pytest.mark.parametrize("mark", [".git", "pyproject.toml"])
def test_the_search_ends_at_a_project_s_root(folder: Path, catalog: Catalog, mark: str) -> None:
    write(folder / "bucketry.toml", "above")
    (folder / "project" / "src" / "app").mkdir(parents=True)
    os.chdir(folder / "project" / "src" / "app")
    assert load_config(catalog=catalog, environ={}).names == ["above"]
    (folder / "project" / mark).touch()
    with pytest.raises(ConfigError, match="no configuration found"):
        load_config(catalog=catalog, environ={})
    write(folder / "project" / "bucketry.toml", "root")
    assert load_config(catalog=catalog, environ={}).names == ["root"]


def test_the_search_ends_at_home(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "bucketry.toml", "above")
    (folder / "home" / "work").mkdir(parents=True)
    (folder / "link").symlink_to(folder / "home")
    monkeypatch.setenv("HOME", str(folder / "link"))
    os.chdir(folder / "home" / "work")
    with pytest.raises(ConfigError, match="no configuration found"):
        load_config(catalog=catalog, environ={})
    write(folder / "home" / "bucketry.toml", "home")
    assert load_config(catalog=catalog, environ={}).names == ["home"]


posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are POSIX's")
root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root gives files away"
)
FOREIGN = (
    "is not read, because {}; name it if it is yours, with config= (--config) or BUCKETRY_CONFIG"
)


@posix
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o707])
def test_a_file_in_a_folder_that_others_may_write_is_not_read(
    folder: Path, catalog: Catalog, mode: int
) -> None:
    write(folder / "shared" / "bucketry.toml", "planted")
    (folder / "shared").chmod(mode)
    (folder / "shared" / "app").mkdir()
    os.chdir(folder / "shared" / "app")
    with pytest.raises(ConfigError) as error:
        load_config(catalog=catalog, environ={})
    reason = FOREIGN.format("other users may write the folder")
    assert sentences(error) == [f"{folder}/shared/bucketry.toml: {reason}"]
    os.chdir(folder / "shared")
    with pytest.raises(ConfigError, match=r"^bucketry\.toml: is not read"):
        load_config(catalog=catalog, environ={})
    assert load_config("bucketry.toml", catalog=catalog, environ={}).names == ["planted"]


@posix
def test_a_file_that_others_may_write_is_not_read(folder: Path, catalog: Catalog) -> None:
    write(folder / "bucketry.toml", "found")
    (folder / "bucketry.toml").chmod(0o666)
    with pytest.raises(ConfigError) as error:
        load_config(catalog=catalog, environ={})
    reason = FOREIGN.format("other users may write the file")
    assert sentences(error) == [f"bucketry.toml: {reason}"]
    (folder / "bucketry.toml").chmod(0o644)
    assert load_config(catalog=catalog, environ={}).names == ["found"]


@posix
def test_the_search_does_not_pass_a_folder_that_others_may_write(
    folder: Path, catalog: Catalog
) -> None:
    write(folder / "bucketry.toml", "above")
    (folder / "shared" / "app").mkdir(parents=True)
    os.chdir(folder / "shared" / "app")
    assert load_config(catalog=catalog, environ={}).names == ["above"]
    (folder / "shared").chmod(0o777)
    with pytest.raises(ConfigError, match="no configuration found"):
        load_config(catalog=catalog, environ={})


@root
def test_what_belongs_to_another_user_is_not_read_and_root_s_is(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "theirs" / "bucketry.toml", "theirs")
    os.chdir(folder / "theirs")
    assert load_config(catalog=catalog, environ={}).names == ["theirs"]
    os.chown(folder / "theirs" / "bucketry.toml", 4242, 4242)
    with pytest.raises(ConfigError, match="because the file belongs to another user"):
        load_config(catalog=catalog, environ={})
    os.chown(folder / "theirs" / "bucketry.toml", 0, 0)
    os.chown(folder / "theirs", 4242, 4242)
    with pytest.raises(ConfigError, match="because the folder belongs to another user"):
        load_config(catalog=catalog, environ={})
    # For that user root's files are as good as their own.
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    assert load_config(catalog=catalog, environ={}).names == ["theirs"]


@root
def test_a_group_of_the_user_s_own_name_is_no_other_user(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    import grp
    import pwd

    write(folder / "bucketry.toml", "found")
    (folder / "bucketry.toml").chmod(0o664)
    os.chown(folder / "bucketry.toml", -1, 4242)
    with pytest.raises(ConfigError, match="other users may write the file"):
        load_config(catalog=catalog, environ={})  # of a group that has no name
    monkeypatch.setattr(grp, "getgrgid", lambda gid: SimpleNamespace(gr_name="staff"))
    with pytest.raises(ConfigError, match="other users may write the file"):
        load_config(catalog=catalog, environ={})
    own = pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(grp, "getgrgid", lambda gid: SimpleNamespace(gr_name=own))
    assert load_config(catalog=catalog, environ={}).names == ["found"]
    monkeypatch.setattr(grp, "getgrgid", lambda gid: SimpleNamespace(gr_name="staff"))
    os.chown(folder / "bucketry.toml", -1, 0)  # root's group is root
    assert load_config(catalog=catalog, environ={}).names == ["found"]


def test_a_working_folder_that_is_gone_is_told(folder: Path, catalog: Catalog) -> None:
    (folder / "gone").mkdir()
    os.chdir(folder / "gone")
    (folder / "gone").rmdir()
    with pytest.raises(ConfigError, match="the working folder is gone"):
        load_config(catalog=catalog, environ={})


def test_a_given_file_comes_before_all(folder: Path, catalog: Catalog) -> None:
    write(folder / "bucketry.toml", "found")
    write(folder / "given.toml", "given")
    assert load_config("given.toml", catalog=catalog, environ={}).names == ["given"]
    assert load_config(folder / "given.toml", catalog=catalog, environ={}).names == ["given"]


def test_none_at_all_says_what_was_looked_for_and_how_to_get_it(
    folder: Path, catalog: Catalog
) -> None:
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider("media", catalog=catalog, environ={})
    assert sentences(error) == [
        "no configuration found: BUCKETRY_CONFIG is not set, and there is no bucketry.toml, "
        "bucketry.json, bucketry.yaml or bucketry.yml in the working folder or above it, up to the "
        "project's root or home; `bucketry init VENDOR` writes one"
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
    with pytest.raises(bucketry.InvalidInput, match="either"):
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


# Python 3.13 names the comma itself, the versions before what follows it.
TRAILING_COMMA = 8 if sys.version_info >= (3, 13) else 9


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ini", b"", "a.ini: the file's name must end in .toml, .json, .yaml, .yml"),
        ("a.toml", b"x = \n", "a.toml:1:5: not valid TOML: Invalid value"),
        ("a.toml", b"[a]\nb = 1\nb = 2\n", "a.toml:3:6: not valid TOML: a name that stands there"),
        ("a.json", b'{"a": 1,}', f"a.json:1:{TRAILING_COMMA}: not valid JSON: "),
        ("a.json", b'{"a":\n {"b": 1,\n "b": 2}}', "a.json:3:2: not valid JSON: a.b is written tw"),
        ("a.json", b'{"a": NaN}', "a.json:1:2: a: must be text, a number, "),
        ("a.yaml", b"a: b: c\n", "a.yaml:1:5: not valid YAML: mapping values are not allowed here"),
        ("a.yaml", b"\ta: 1\n", "a.yaml:1:1: not valid YAML: found character '\\t' that cannot"),
        ("a.yaml", b"a:\n b: 1\n 'b': 2\n", "a.yaml:3:2: not valid YAML: a name that stands there"),
        ("a.yaml", b"a: 1\n---\nb: 2\n", "a.yaml:2:1: not valid YAML: a second document"),
        ("a.yaml", b"a: !!int canary\n", "a.yaml: not valid YAML: a value that its"),
        ("a.yaml", b"a: !canary b\n", "a.yaml:1:4: not valid YAML: a tag, alias or name"),
        ("a.toml", b"\n\xff\n", "a.toml:2:1: not UTF-8 text"),
        ("a.toml", b"d = 1979-05-27\n", "a.toml:1:1: d: must be text, a number, true or false, a"),
        ("a.toml", b'a = "x\\ny"\n', "a.toml:1:1: a: has a control character, such as a line end"),
        ("a.json", b'{"a": "\\ud800"}', "a.json:1:2: a: has half a character"),
        ("a.json", b"[]", "a.json: a configuration is a table, not a list"),
        ("a.yaml", b"", "a.yaml: a configuration is a table, not nothing"),
        ("a.yaml", b"a: !!binary QQ==\n", "a.yaml:1:1: a: must be text, a number, true or false, a "
         "list or a table, not bytes"),
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


SLOW = {
    "loop.yaml": "a: &a\n  b: *a",
    "merge.yaml": "a: &a {<<: *a, b: *a}\n",
    "loops.yaml": "a: &a\n  - *a\n  - *a\n",
    "dotted.toml": "a." * 10_000 + "a = 1",
    "quoted.toml": '"a" . ' * 3_000 + "a = 1",
    "dotted-twice.toml": "".join(f"{'a.' * 30}b{n} = 1\n" for n in range(700)),
    "header.toml": f"[{'a.' * 10_000}a]\nx = 1",
    "unclosed.toml": "a" * 30_000 + " " * 30_000,
    "deep.json": '{"a":' * 900 + "1" + "}" * 900,
    "names.json": '{"x":' * 300 + "{" + ",".join(f'"k{n}":1' for n in range(4_000)) + "}" * 301,
}


@pytest.mark.parametrize("name", SLOW)
def test_a_small_file_costs_little_whatever_it_says(
    folder: Path, catalog: Catalog, name: str
) -> None:
    """In time of the processor: the machine may have other things to do."""
    for kind in (".toml", ".yaml", ".json"):  # imports what is needed
        (folder / f"first{kind}").write_text("")
        check_config(f"first{kind}", catalog=catalog, environ={})
    check_config({"typo": 1}, catalog=catalog, environ={})
    (folder / name).write_text(SLOW[name])
    before = time.process_time()
    assert check_config(name, catalog=catalog, environ={}) != ()
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a." * 40 + "a = 1", "1:1"),
        ("x = 1\n\"a\" . 'b' ." + "a." * 40 + "a = 1", "2:1"),
        ('x = """\na\n"""\n  ' + "[" + "a." * 40 + "a]", "4:4"),
    ],
)
def test_a_name_of_too_many_parts_is_told_with_its_place(
    folder: Path, catalog: Catalog, text: str, place: str
) -> None:
    (folder / "a.toml").write_text(text)
    (problem,) = check_config("a.toml", catalog=catalog, environ={})
    assert str(problem) == f"a.toml:{place}: nested deeper than 32 tables and lists"


@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''"])
def test_dots_in_texts_and_comments_are_no_names(
    folder: Path, catalog: Catalog, quote: str
) -> None:
    dots = "a." * 40
    (folder / "a.toml").write_text(
        f'# {dots}\n[providers.media]\nprovider = "acme"  # {dots}\nbucket = "media"\n'
        f'credentials = "ambient"\nroot_path = {quote}{dots}a{quote}\n'
    )
    assert check_config("a.toml", catalog=catalog, environ={}) == ()


def test_a_mapping_that_holds_itself_is_refused(catalog: Catalog) -> None:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    (problem,) = check_config(loop, catalog=catalog, environ={})
    assert problem.sentence == "nested deeper than 32 tables and lists"


@pytest.mark.parametrize(
    ("text", "place"),
    [("[" * 60_000, "1:34"), ("{a: " * 15_000, "1:130"), ("- " * 30_000 + "x", "1:67")],
)
def test_yaml_is_read_no_deeper_than_a_configuration_goes(
    folder: Path, catalog: Catalog, text: str, place: str
) -> None:
    """The rest is not even scanned, which would take seconds: the place tells where it stopped."""
    (folder / "a.yaml").write_text(text)
    (problem,) = check_config("a.yaml", catalog=catalog, environ={})
    assert str(problem) == f"a.yaml:{place}: nested deeper than 32 tables and lists"


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
