"""The seam of dialects, with dialects made up for it; Strapi's own is tried beside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest

import bucketry
from bucketry import BucketryError, ConfigError, PluginError
from bucketry.config import (
    Dialect,
    Fault,
    Hint,
    Origin,
    Settings,
    Translation,
    Vendors,
    check_config,
    dialects,
    load_config,
)
from bucketry.host.catalog import Catalog
from config.fakes import SchemaText

SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "enum": ["s3"]},
        "container": {"type": "string", "minLength": 1, "x-missing": "it is the bucket"},
        "days": {"type": "integer"},
    },
    "required": ["container"],
    "additionalProperties": False,
}
FLAT = {"provider": "acme", "bucket": "media", "credentials": "ambient"}


def recognise(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Every table of ``remotes`` is a provider, as in a file of many remotes."""
    return {name: ("remotes", name) for name in document.get("remotes", ())}


def translate(written: Settings, vendors: Vendors) -> Translation:
    flat = Settings({}, {})
    flat.put(("provider",), "acme", Origin((), derived=True))
    flat.put(("credentials",), "ambient", Origin((), derived=True))
    hints: list[Hint] = []
    for source, target in (("container", "bucket"), ("days", "signed_url_expires")):
        if (source,) in written.unknown:
            flat.unknown.add((target,))
        elif written.get((source,)) is not None:
            flat.put((target,), written.get((source,)), written.origin((source,)))
    if "acme" in vendors.names() and not vendors.faults(flat):
        title = vendors.load("acme").title
        hints.append(Hint(written.origin(()).path, f"is meant for {title}"))
    return Translation(settings=flat, hints=hints)


def make(**changes: Any) -> Dialect:
    page: dict[str, Any] = {
        "name": "many",
        "recognise": recognise,
        "schema": SchemaText(package="many", path="many.json", content=SCHEMA),
        "translate": translate,
    }
    return Dialect(**{**page, **changes})


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make these the installed dialects; a text is a module that cannot be imported."""

    def as_installed(*found: object) -> None:
        module = ModuleType("dialects_of_a_test")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        entries = []
        for number, dialect in enumerate(found):
            setattr(module, f"number_{number}", dialect)
            value = f"{module.__name__}:number_{number}"
            name = dialect.name if isinstance(dialect, Dialect) else f"broken{number}"
            value = dialect if isinstance(dialect, str) else value
            entries.append(EntryPoint(name, value, dialects.GROUP))
        monkeypatch.setattr(dialects, "registered", lambda group: entries)

    return as_installed


def told(catalog: Catalog, data: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in check_config(data, catalog=catalog, environ={})]


def test_a_document_may_hold_many_named_providers(
    catalog: Catalog, install: Callable[..., None]
) -> None:
    install(make())
    data = {"remotes": {"one": {"container": "media"}, "two": {"container": "films", "days": 60}}}
    config = load_config(data, catalog=catalog, environ={})
    assert config.names == ["one", "two"]
    with pytest.warns(UserWarning, match="two: remotes.two: is meant for Acme Storage"):
        options = config.open("two").options
    assert (options.bucket, options.signed_url_expires) == ("films", 60)
    assert "[providers.one]" in config.to_toml()


def test_faults_of_both_stages_and_of_all_providers_are_told_at_once(
    catalog: Catalog, install: Callable[..., None]
) -> None:
    install(make())
    data = {
        "remotes": {"one": {"type": "ftp", "days": 0}, "two": {"container": "media", "days": 0}}
    }
    assert told(catalog, data) == [
        "remotes.one: missing 'container'; it is the bucket",
        "remotes.one.type: must be s3",
        "remotes.one.days: must be at least 1",
        "remotes.two.days: must be at least 1",
    ]


def test_references_to_the_environment_work_in_any_dialect(
    catalog: Catalog, install: Callable[..., None]
) -> None:
    install(make(name="single", recognise=lambda d: {"": ("s",)} if "s" in d else {}))
    data = {"s": {"container": {"env": "BUCKET"}}}
    with pytest.warns(UserWarning, match="is meant for Acme"):
        provider = bucketry.open_provider(data, catalog=catalog, environ={"BUCKET": "media"})
    assert (provider.name, provider.options.bucket) == ("acme", "media")
    assert told(catalog, data) == [
        "s.container: the environment variable BUCKET is not set; set it, or give the reference a "
        "default or optional = true"
    ]


def test_former_places_are_moved_before_the_schema_looks(
    catalog: Catalog, install: Callable[..., None]
) -> None:
    def modernise(written: Settings) -> Sequence[Hint]:
        written.put(("container",), written.get(("bin",)), written.origin(("bin",)))
        written.drop(("bin",))
        return [Hint(written.origin(("container",)).path, "is called container")]

    install(make(modernise=modernise))
    config = load_config({"remotes": {"one": {"bin": "media"}}}, catalog=catalog, environ={})
    with pytest.warns(UserWarning, match="one: ") as caught:
        assert config.open().options.bucket == "media"
    assert [str(warning.message) for warning in caught] == [
        "one: remotes.one.bin: is called container",
        "one: remotes.one: is meant for Acme Storage",
    ]
    assert told(catalog, {"remotes": {"one": {"bin": ""}}}) == [
        "remotes.one.bin: must not be empty"
    ]


def test_what_cannot_be_translated_is_a_fault_at_its_place(
    catalog: Catalog, install: Callable[..., None]
) -> None:
    def refuse(written: Settings, vendors: Vendors) -> Translation:
        made = translate(written, vendors)
        fault = Fault(written.origin(("type",)).path, "has no counterpart")
        return Translation(settings=made.settings, faults=[fault])

    install(make(translate=refuse))
    data = {"remotes": {"one": {"type": "s3", "container": "media", "days": 0}}}
    assert told(catalog, data) == [
        "remotes.one.type: has no counterpart",
        "remotes.one.days: must be at least 1",
    ]


# -- broken ones ------------------------------------------------------------------------------


def crash(*_: Any) -> Any:
    raise RuntimeError("hush-hush")


BROKEN: list[tuple[object, str]] = [
    ("no.such.module:dialect", "it cannot be loaded: ModuleNotFoundError: No module named 'no'"),
    (7, "it is of type int, not a Dialect"),
    (make(name="odd", recognise=crash), "its dialect failed with RuntimeError in test_dialects.py"),
    (make(name="odd", recognise=lambda d: 7), "its dialect failed with TypeError in dialects.py"),
]


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_broken_dialect_hurts_no_flat_file(
    catalog: Catalog, install: Callable[..., None], broken: object, reason: str
) -> None:
    install(broken)
    assert told(catalog, FLAT) == []
    assert told(catalog, {"providers": {"media": FLAT}}) == []
    assert told(catalog, {"providers": {"media": {**FLAT, "bucket": 1}}}) == [
        "providers.media.bucket: must be text"
    ]


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_broken_dialect_hurts_no_other_dialect(
    catalog: Catalog, install: Callable[..., None], broken: object, reason: str
) -> None:
    install(broken, make())
    assert told(catalog, {"remotes": {"one": {"container": "media"}}}) == []


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
@pytest.mark.parametrize("data", [{"remotes": {}}, {"provider": "elsewhere", "o": 1}, {"up": {}}])
def test_a_broken_dialect_is_named_where_a_file_may_have_been_in_it(
    catalog: Catalog, install: Callable[..., None], broken: object, reason: str, data: Any
) -> None:
    install(broken)
    name = getattr(broken, "name", "broken0")
    named = [problem for problem in told(catalog, data) if problem.startswith("the dialect ")]
    assert len(named) == 1
    assert named[0].startswith(f"the dialect {name} (")
    assert reason in named[0]
    assert named[0].endswith("report it to its authors") or broken == 7
    assert "hush" not in named[0]


def test_a_name_that_differs_from_the_entry_point_s_is_refused(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint("other", "bucketry_strapi:dialect", dialects.GROUP)
    monkeypatch.setattr(dialects, "registered", lambda group: [entry])
    assert any(
        "the Dialect calls itself 'strapi'; both names must agree" in problem
        for problem in told(catalog, {"upload": {}})
    )


@pytest.mark.parametrize("part", ["translate", "modernise"])
def test_a_dialect_that_crashes_is_a_fault_of_the_plugin(
    catalog: Catalog, install: Callable[..., None], part: str
) -> None:
    install(make(name="odd", **{part: crash}))
    data = {"remotes": {"one": {"container": "hush-hush"}}}
    with pytest.raises(PluginError) as error:
        bucketry.open_provider("one", config=data, catalog=catalog, environ={})
    assert str(error.value).startswith(
        "odd (unknown distribution): its dialect failed with RuntimeError in test_dialects.py:"
    )
    assert "hush" not in str(error.value)
    (problem,) = check_config(data, catalog=catalog, environ={})
    assert problem.sentence == str(error.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"translate": lambda w, v: 7}, "it translates to a int, not to a Translation"),
        (
            {"schema": SchemaText(package="many", path="many.json", content="{")},
            "its schema many/many.json cannot be read: JSONDecodeError",
        ),
    ],
)
def test_a_dialect_that_breaks_its_contract_is_named(
    catalog: Catalog, install: Callable[..., None], changes: dict[str, Any], reason: str
) -> None:
    install(make(name="odd", **changes))
    with pytest.raises(BucketryError) as error:
        bucketry.open_provider(
            "one", config={"remotes": {"one": {"container": "media"}}}, catalog=catalog
        )
    assert reason in str(error.value)
    assert "odd (unknown distribution)" in str(error.value)


def test_a_document_that_two_dialects_claim_is_not_guessed(
    catalog: Catalog, install: Callable[..., None]
) -> None:
    install(make(), make(name="more"))
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider("one", config={"remotes": {"one": {}}}, catalog=catalog)
    assert str(error.value) == (
        "is taken for their own by the dialects many (unknown distribution) and more (unknown "
        "distribution); uninstall one of them"
    )


# -- the installed one ------------------------------------------------------------------------


def test_a_flat_configuration_imports_no_dialect() -> None:
    """In a process of its own, because this one has imported plenty."""
    code = (
        "import sys\n"
        "from bucketry.config import check_config\n"
        "flat = {'provider': 'local', 'directory': '/tmp'}\n"
        "assert check_config(flat) == ()\n"
        "assert check_config({'providers': {'media': flat}}) == ()\n"
        "assert 'bucketry_strapi' not in sys.modules\n"
        "assert check_config({'providerOptions': {}}) != ()\n"
        "assert 'bucketry_strapi' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
