"""A crash reporter stores the locals of every frame: no value of a configuration may be there."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import bucketry
from bucketry.config import check_config, convert_config, load_config
from bucketry.host.catalog import Catalog
from config.fakes import make_catalog, make_vendor

CANARY = "c4n4ry-in-a-frame"
GOOD: dict[str, Any] = {
    "provider": "acme",
    "bucket": "media",
    "credentials": {"access_key_id": f"{CANARY}-id", "secret_access_key": CANARY},
}
STRAPI: dict[str, Any] = {
    "provider": "aws-s3",
    "providerOptions": {
        "s3Options": {
            "credentials": {"accessKeyId": CANARY, "secretAccessKey": CANARY},
            "params": {"Bucket": "media", "typo": 1},
            "endpoint": "https://s3.eu.acme.example",
        }
    },
}


def frames(error: BaseException | None, seen: set[int] | None = None) -> Iterator[FrameType]:
    """Yield every frame of an error, of its causes and of its contexts, even a suppressed one."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next
    yield from frames(error.__cause__, seen)
    yield from frames(error.__context__, seen)


def shown(error: BaseException) -> list[str]:
    """Return where the canary is to be read, this file's own frames left out."""
    return [
        f"{frame.f_code.co_qualname}: {name}"
        for frame in frames(error)
        if frame.f_code.co_filename != __file__
        for name, value in frame.f_locals.items()
        if CANARY in repr(value)
    ]


FILES = {
    "syntax.toml": f'secret = "{CANARY}"\nx = \n',
    "twice.toml": f'secret = "{CANARY}"\nsecret = 2\n',
    "syntax.json": f'{{"secret": "{CANARY}"',
    "twice.json": f'{{"secret": "{CANARY}", "secret": 1}}',
    "deep.json": f'{{"secret": "{CANARY}", "x": {"[" * 20_000}',
    "syntax.yaml": f"secret: {CANARY}\na: b: c\n",
    "tag.yaml": f"secret: !!int {CANARY}\n",
    "list.yaml": f"- {CANARY}\n",
    "bytes.toml": f'secret = "{CANARY}"\n\udcff',
    "large.toml": f'secret = "{CANARY}"\n' + "#" * 70_000,
    "control.json": json.dumps({**GOOD, "region": f"{CANARY}\n"}),
    "values.json": json.dumps({**GOOD, "visibility": CANARY, "typo": CANARY}),
    "check.json": json.dumps({**GOOD, "region": "moon"}),
    "unset.json": json.dumps({**GOOD, "bucket": {"env": "NOT_SET"}}),
    "default.json": json.dumps({**GOOD, "bucket": {"env": "X", "default": CANARY, "y": 1}}),
    "vendor.json": json.dumps({**GOOD, "provider": CANARY}),
    "envelope.json": json.dumps({"providers": {"media": GOOD}, "typo": CANARY}),
    "override.json": json.dumps({**GOOD, "overrides": ["no.such.module:Layer"]}),
    "strapi.json": json.dumps(STRAPI),
    "other.ini": f"secret = {CANARY}",
}


def doors(what: Any, catalog: Catalog) -> list[Callable[[], object]]:
    """Return every public way to read this configuration."""
    environ = {"SECRET": CANARY, "E": f"{CANARY}\n"}
    given: dict[str, Any] = {"catalog": catalog, "environ": environ}
    return [
        lambda: bucketry.open_provider(config=what, **given),
        lambda: bucketry.open_provider("nobody", config=what, **given),
        lambda: bucketry.open_providers(what, **given),
        lambda: load_config(what, **given),
        lambda: load_config(what, **given).open(),
        lambda: load_config(what, **given).effective("nobody"),
        lambda: convert_config(what, **given),
    ]


def refused(call: Callable[[], object]) -> BaseException | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            call()
        except Exception as error:
            return error
    return None


@pytest.mark.parametrize("name", FILES)
def test_no_frame_of_a_refused_file_shows_a_value(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PROCESS", CANARY)
    (folder / name).write_bytes(FILES[name].encode("utf-8", "surrogateescape"))
    errors = [refused(door) for door in doors(name, catalog)]
    errors.append(refused(lambda: bucketry.open_provider(config=name, catalog=catalog)))
    assert isinstance(errors[0], bucketry.ConfigError)
    assert [shown(error) for error in errors if error is not None and shown(error)] == []


def test_no_frame_of_a_missing_file_shows_the_environment(
    folder: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PROCESS", CANARY)
    for what in (None, "no.toml", "a\0b.toml"):
        for error in map(refused, doors(what, catalog)):
            assert isinstance(error, bucketry.ConfigError)
            assert shown(error) == []
        error = refused(lambda what=what: bucketry.open_provider(config=what))  # type: ignore[misc]
        assert isinstance(error, bucketry.ConfigError)
        assert shown(error) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {**GOOD, "visibility": CANARY},
        {**GOOD, "tags": {CANARY: object()}},
        {**GOOD, "region": {"env": "E"}},
        {**GOOD, "region": {"env": "NOT_SET"}},
        {**GOOD, "overrides": ["no.such.module:Layer"]},
        {**GOOD, "provider": "nobody"},
        {"providers": {"media": {**GOOD, "typo": CANARY}}},
        STRAPI,
    ],
)
def test_no_frame_of_a_refused_mapping_shows_a_value(
    catalog: Catalog, wrong: dict[str, Any]
) -> None:
    calls = [*doors(wrong, catalog), lambda: bucketry.open_provider(wrong, catalog=catalog)]
    errors = [refused(call) for call in calls]
    assert isinstance(errors[-1], bucketry.ConfigError)
    assert [shown(error) for error in errors if error is not None and shown(error)] == []


def test_no_frame_of_a_mistaken_call_shows_a_value(catalog: Catalog) -> None:
    wrong: Any = [CANARY]
    for call in (
        lambda: bucketry.open_provider(GOOD, config=GOOD, catalog=catalog),
        lambda: bucketry.open_provider(wrong, config=GOOD),
        lambda: load_config(wrong),
    ):
        error = refused(call)
        assert isinstance(error, bucketry.InvalidInput)
        assert shown(error) == []


def test_no_frame_of_a_broken_plugin_s_check_shows_a_value() -> None:
    def check(options: Any) -> Any:
        raise RuntimeError(options.credentials.secret_access_key.reveal())

    catalog = make_catalog(make_vendor(check=check))
    error = refused(lambda: bucketry.open_provider(GOOD, catalog=catalog, environ={}))
    assert isinstance(error, bucketry.PluginError)
    assert shown(error) == []


def test_no_frame_of_a_warning_that_is_an_error_shows_a_value(catalog: Catalog) -> None:
    content: dict[str, Any] = {**GOOD, "acl": "private", "unsupported": "ignore"}
    with pytest.raises(bucketry.UnsupportedOptionWarning) as caught:
        bucketry.open_provider(content, catalog=catalog, environ={"SECRET": CANARY})
    assert shown(caught.value) == []


def test_the_cause_of_a_plugin_that_cannot_be_imported_is_kept() -> None:
    from importlib.metadata import EntryPoint

    from bucketry.host.catalog import GROUP

    catalog = Catalog([EntryPoint("acme", "no.such.module:vendor", GROUP)], block=())
    error = refused(lambda: bucketry.open_provider(GOOD, catalog=catalog, environ={}))
    assert isinstance(error, bucketry.PluginError)
    assert isinstance(error.__cause__, ModuleNotFoundError)
    assert shown(error) == []


def test_problems_can_still_be_asked_for(catalog: Catalog) -> None:
    assert len(check_config({**GOOD, "typo": 1, "typ": 2}, catalog=catalog, environ={})) == 2


def test_the_lines_of_a_traceback_and_what_the_caller_was_about_are_kept(catalog: Catalog) -> None:
    def fail() -> None:
        own = "the caller's"
        raise KeyError(len(own))

    try:
        fail()
    except KeyError:
        error = refused(lambda: bucketry.open_provider({"provider": "acme"}, catalog=catalog))
    assert isinstance(error, bucketry.ConfigError)
    names = [frame.f_code.co_name for frame in frames(error)]
    assert "_open_config" in names
    mine = [frame for frame in frames(error) if frame.f_code.co_name == "fail"]
    assert [frame.f_locals for frame in mine] == [{"own": "the caller's"}]


def test_a_warning_names_the_line_of_the_caller(catalog: Catalog) -> None:
    content: dict[str, Any] = {**GOOD, "acl": "private", "unsupported": "ignore"}
    calls: list[Callable[[], object]] = [
        lambda: load_config(content, catalog=catalog, environ={}).open(),
        lambda: bucketry.open_provider(content, catalog=catalog, environ={}),
        lambda: bucketry.open_providers(content, catalog=catalog, environ={}),
    ]
    for call in calls:
        with pytest.warns(bucketry.UnsupportedOptionWarning) as caught:
            call()
        assert [warning.filename for warning in caught] == [__file__]
