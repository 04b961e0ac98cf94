"""A provider is made again: with other options, or in another process."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bucketry import (
    ConfigError,
    InvalidInput,
    Provider,
    UnsupportedOptionWarning,
    hookimpl,
    open_provider,
)
from bucketry.host.catalog import Catalog


class Shouts:
    """A layer that can be pickled."""

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        return f"https://loud.example/{key.upper()}"


def _local(tmp_path: Path, **options: Any) -> Provider:
    return open_provider({"provider": "local", "directory": str(tmp_path / "files"), **options})


FILE = """
[providers.media]
provider = "local"
directory = "{files}"
root_path = "top"
overrides = ["config.test_opened:Shouts"]

[providers.other]
provider = "local"
directory = "{files}"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bucketry.toml"
    path.write_text(FILE.format(files=tmp_path / "files"), "utf-8")
    return path


# -- with_options ------------------------------------------------------------------------------


def test_options_change_in_a_new_provider_only(tmp_path: Path) -> None:
    media = _local(tmp_path)
    thumbs = media.with_options(root_path="thumbs", visibility="public", tags={"team": "web"})
    stored = thumbs.upload(b"x", key="a")
    assert (stored.object_key, stored.public) == ("thumbs/a", True)
    assert (media.options.root_path, media.options.visibility) == ("", "private")
    assert media.read("thumbs/a") == b"x"
    assert (thumbs.name, thumbs.vendor) == (media.name, media.vendor)
    assert thumbs.with_options(root_path=None).options.root_path == ""
    assert thumbs.with_options(root_path=None).options.visibility == "public"


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"root_path": "a//b"}, "root_path", "is refused: the segment"),
        ({"visibility": "hidden"}, "visibility", "public"),
        ({"signed_url_expires": "60"}, "signed_url_expires", "number"),
        ({"rootPath": "a"}, "rootPath", "root_path"),
        ({"acl": "public-read"}, "acl", "no ACL; leave acl out"),
        ({"tags": {"a": {7}}}, "tags.a", "set"),
        ({"directory": None}, "", "directory"),
        ({"overrides": ["nowhere:Nothing"]}, "overrides[0]", "ModuleNotFoundError"),
        ({"signing_key": {"env": "NO_SUCH_VARIABLE"}}, "signing_key", "NO_SUCH_VARIABLE"),
    ],
)
def test_changes_are_checked_as_a_configuration_is(
    tmp_path: Path, changes: dict[str, Any], path: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _local(tmp_path).with_options(**changes)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert said in problem.sentence


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _local(tmp_path).with_options(visibility="hidden", nonsense=1)
    assert {problem.path for problem in caught.value.problems} == {"visibility", "nonsense"}


def test_no_frame_of_a_refusal_shows_a_secret(tmp_path: Path) -> None:
    secret = {"signing_key": "wJalrXUtnFEMI-K7MDENG", "visibility": "hidden"}
    with pytest.raises(ConfigError) as caught:
        _local(tmp_path).with_options(**secret)
    frame = caught.tb
    shown = []
    while frame.tb_next is not None:
        frame = frame.tb_next
        shown += [repr(value) for value in frame.tb_frame.f_locals.values()]
    assert shown
    assert not any("K7MDENG" in text for text in shown)


def test_changes_take_what_a_configuration_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THE_KEY", "k" * 20)
    media = _local(tmp_path).with_options(signing_key={"env": "THE_KEY"})
    assert media.options.signing_key.reveal() == "k" * 20
    with pytest.warns(UnsupportedOptionWarning, match="acl is left out"):
        media.with_options(acl="private", unsupported="ignore")
    changed = media.with_options(overrides=["config.test_opened:Shouts"])
    assert changed.object_url("a") == "https://loud.example/A"


def test_added_layers_stay_on_top(file: Path) -> None:
    class Whispers:
        @hookimpl
        def bucketry_object_url(self, key: str) -> str:
            return f"https://quiet.example/{key}"

    media = open_provider("media", config=file).with_layer(Whispers())
    assert media.layers[-2:] == ("override/0:Shouts", "override/1:Whispers")
    without = media.with_options(overrides=[], root_path="x")
    assert without.layers[-1:] == ("override/0:Whispers",)
    assert without.object_url("a") == "https://quiet.example/x/a"


def test_another_vendor_is_another_provider(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="another vendor is another provider"):
        _local(tmp_path).with_options(provider="r2")


def test_without_a_configuration_nothing_could_check_changes(tmp_path: Path) -> None:
    media = _local(tmp_path)
    bare = Provider(name="bare", vendor=media.vendor, options=media.options)
    with pytest.raises(InvalidInput, match="made without a configuration"):
        bare.with_options(root_path="a")


# -- pickling ----------------------------------------------------------------------------------


def test_a_provider_opened_by_name_is_opened_by_name_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    media = open_provider("media", config="bucketry.toml")
    media.upload(b"x", key="a")
    monkeypatch.chdir("/")
    again = pickle.loads(pickle.dumps(media))
    assert again.read("a") == b"x"
    assert (again.name, again.layers) == (media.name, media.layers)
    assert again.object_url("a") == "https://loud.example/TOP/A"


def test_a_relative_path_in_a_file_is_beside_it_wherever_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLDER", "files")
    places = {
        '"files"': str(tmp_path / "files"),
        f'"{tmp_path}/x"': f"{tmp_path}/x",
        '"~/files"': "~/files",
        '{ env = "FOLDER" }': "files",
        '{ env = "NONE_SUCH", default = "files" }': str(tmp_path / "files"),
    }
    file = tmp_path / "bucketry.toml"
    for written, directory in places.items():
        file.write_text(f'provider = "local"\ndirectory = {written}\n', "utf-8")
        assert open_provider(config=file).options.directory == directory
    assert open_provider({"provider": "local", "directory": "x"}).options.directory == "x"

    file.write_text(
        'provider = "minio"\nbucket = "media"\nendpoint = "https://s3.example.com"\n'
        'ca_bundle = "ca.pem"\ncredentials = "ambient"\n',
        "utf-8",
    )
    assert open_provider(config=file).options.ca_bundle == str(tmp_path / "ca.pem")


def test_added_layers_travel_along_and_no_secret_does(file: Path) -> None:
    media = open_provider("other", config=file).with_layer(Shouts())
    packed = pickle.dumps(media)
    assert str(file).encode() in packed
    assert b"directory" not in packed
    assert pickle.loads(packed).object_url("a") == "https://loud.example/A"


def test_it_works_in_another_process(file: Path) -> None:
    media = open_provider("other", config=file)
    media.upload(b"from there", key="a")
    code = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read()).read('a'))"
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(media), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"b'from there'"


def test_a_file_that_is_gone_by_then_is_told(file: Path) -> None:
    packed = pickle.dumps(open_provider("other", config=file))
    file.unlink()
    with pytest.raises(ConfigError, match=r"bucketry\.toml"):
        pickle.loads(packed)


def test_what_would_not_be_the_same_says_why(file: Path, tmp_path: Path) -> None:
    refused = [
        (_local(tmp_path), "opened from a mapping, and its secrets would travel along"),
        (open_provider("other", config=file).with_options(root_path="a"), "made by with_options"),
        (open_provider("other", config=file, catalog=Catalog()), "a catalog of its own"),
        (open_provider("other", config=file, environ={}), "an environment of its own"),
    ]
    for media, why in refused:
        with pytest.raises(TypeError, match=rf"the provider '\w+' is not pickled: .*{why}"):
            pickle.dumps(media)


def test_a_layer_that_cannot_travel_is_named_by_pickle(file: Path) -> None:
    class Local(Shouts):
        pass

    with pytest.raises((pickle.PicklingError, AttributeError), match="Local"):
        pickle.dumps(open_provider("other", config=file).with_layer(Local()))


def test_changes_that_no_configuration_can_hold_are_refused(tmp_path: Path) -> None:
    media = _local(tmp_path)
    with pytest.raises(ConfigError, match="more than a configuration can need"):
        media.with_options(root_path="x" * 100_000)
