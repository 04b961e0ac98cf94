"""Hostile distributions: each is contained and named, and nobody else is harmed."""

from __future__ import annotations

import importlib
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

import bucketry
from bucketry import InvalidKey, PluginError, Provider, Unavailable
from bucketry.host.catalog import Catalog
from third_party.hostile.made import SCHEMA, SECRET, make, settings

WHO = "(evil-storage 6.6"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path with one good third party in it, whose modules are forgotten."""
    monkeypatch.syspath_prepend(tmp_path)
    make(tmp_path, name="good", distribution="good-storage")
    importlib.invalidate_caches()
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith(("evil_storage", "good_storage")):
            del sys.modules[name]


def _open(catalog: Catalog, name: str = "hostile") -> Provider:
    return bucketry.open_provider(settings(name), catalog=catalog)


def _refused(action: Callable[[], object], error: type[Exception] = PluginError) -> str:
    with pytest.raises(error) as caught:
        action()
    return str(caught.value)


def _unharmed(catalog: Catalog, tmp_path: Path) -> None:
    """Use a built-in vendor and another third party beside the hostile one."""
    assert {"aws", "good", "local", "r2"} <= set(catalog.names())
    good = _open(catalog, "good")
    assert good.upload(b"x", key="a").url == "https://hostile.example/top/a"
    assert good.head("a").size == 1
    local = bucketry.open_provider(
        {"provider": "local", "directory": str(tmp_path / "files")}, catalog=catalog
    )
    local.upload(b"hello", key="a.txt")
    assert local.read("a.txt") == b"hello"
    local.delete("a.txt")


def test_the_made_up_vendor_is_good_but_for_its_bad_part(site: Path, tmp_path: Path) -> None:
    make(site)
    catalog = Catalog()
    media = _open(catalog)
    assert media.upload(b"x", key="a").object_key == "top/a"
    assert media.sign("a").reveal() == "https://hostile.example/top/a?sig=0123"
    media.delete("a")
    assert not media.exists("a")
    _unharmed(catalog, tmp_path)


def test_shadowing_a_built_in_name(site: Path, tmp_path: Path) -> None:
    make(site, name="r2", before="raise AssertionError('imported')\n")
    catalog = Catalog()
    said = _refused(lambda: bucketry.open_provider(settings("r2"), catalog=catalog))
    assert "evil-storage 6.6 (evil_storage_module:vendor)" in said
    assert "(bucketry_vendors.r2:vendor)" in said
    _unharmed(catalog, tmp_path)


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("raise RuntimeError('no licence')\n", "it cannot be loaded: RuntimeError: no licence"),
        ("import no_such_sdk\n", "it cannot be loaded: ModuleNotFoundError: No module named"),
        ("import sys; sys.exit(3)\n", "it cannot be loaded: SystemExit: 3"),
    ],
)
def test_failing_and_exiting_while_it_is_imported(
    site: Path, tmp_path: Path, before: str, reason: str
) -> None:
    make(site, before=before)
    catalog = Catalog()
    said = _refused(lambda: _open(catalog))
    assert said.startswith(f"hostile {WHO}, evil_storage_module:vendor): {reason}")
    _unharmed(catalog, tmp_path)


def test_importing_slowly(site: Path, tmp_path: Path) -> None:
    make(site, before="import time; time.sleep(0.2)\n")
    catalog = Catalog()
    assert "hostile" in catalog.names()
    _unharmed(catalog, tmp_path)
    assert "evil_storage_module" not in sys.modules
    before = time.perf_counter()
    _open(catalog)
    assert time.perf_counter() - before >= 0.2  # only who asks for it waits


def test_an_entry_point_to_nothing(site: Path, tmp_path: Path) -> None:
    make(site, entry="vendour")
    catalog = Catalog()
    said = _refused(lambda: _open(catalog))
    assert said.startswith(f"hostile {WHO}, evil_storage_module:vendour): it cannot be loaded: ")
    assert "has no attribute 'vendour'" in said
    _unharmed(catalog, tmp_path)


def _bad(hook: str, arguments: str, *body: str) -> str:
    lines = "".join(f"        {line}\n" for line in body)
    return (
        "class Bad:\n"
        "    def __init__(self, options):\n"
        "        self.options = options\n\n"
        f"    @hookimpl\n    def {hook}({arguments}):\n{lines}\n\n"
        "extra = lambda options: [Bad(options)]"
    )


def test_a_misspelt_hook(site: Path, tmp_path: Path) -> None:
    make(site, _bad("bucketry_put_parms", "self, upload", "return {}"))
    catalog = Catalog()
    said = _refused(lambda: _open(catalog))
    assert said == (
        f"evil_storage_module:Bad {WHO}): there is no hook 'bucketry_put_parms'; "
        "did you mean 'bucketry_put_params'?"
    )
    _unharmed(catalog, tmp_path)


def test_naming_a_key_outside(site: Path, tmp_path: Path) -> None:
    make(site, _bad("bucketry_build_key", "self, upload", "return '../../other/a'"))
    catalog = Catalog()
    media = _open(catalog)
    said = _refused(lambda: media.upload(b"x", filename="a"), InvalidKey)
    assert said.endswith(
        f"bucketry_build_key named it, asked hostile/1:Bad {WHO}), hostile/defaults"
    )
    _unharmed(catalog, tmp_path)


NAMED = f"; asked hostile/1:Bad {WHO})"
SIGNED = "SignedUrl(url='{}', method={}, headers={}, expires_at=datetime.now(UTC) + timedelta({}))"
ANSWERS: list[tuple[str, str, Callable[[Provider], object], str]] = [
    # hook, what it answers, what an application does, what is said
    ("bucketry_put_params", "{'CacheControl': 'a\\r\\nX-Evil: 1'}",
     lambda media: media.upload(b"x", key="a"), "parameter.CacheControl has the control"),
    ("bucketry_sign", SIGNED.format("https://hostile.example/a", "'GET'", "{'X': 'a\\r\\nb'}", 0),
     lambda media: media.sign("a"), "X has the control character"),
    ("bucketry_sign", SIGNED.format("https://hostile.example/a", "'GET'", "{'X\\r\\nY': 'a'}", 0),
     lambda media: media.sign("a"), "is no header name"),
    ("bucketry_object_url", "'https://hostile.example@evil.example/a'",
     lambda media: media.object_url("a"), "the URL is not absolute http(s) without user info"),
    ("bucketry_object_url", "'javascript:alert(1)'",
     lambda media: media.upload(b"x", key="a"), "the URL is not absolute http(s)"),
    ("bucketry_sign", SIGNED.format("javascript:alert(1)", "'GET'", "{}", 0),
     lambda media: media.url("a"), "the URL is not absolute http(s)"),
    ("bucketry_put_params", "{'Bucket': 'other', 'Key': '../a'}",
     lambda media: media.upload(b"x", key="a"), "it answered Bucket, Key, which nobody may set"),
    ("bucketry_sign", SIGNED.format("https://hostile.example/a", "'PUT'", "{}", 0),
     lambda media: media.sign("a"), "it signed 'PUT', not GET"),
    ("bucketry_sign", SIGNED.format("https://hostile.example/a", "'GET'", "{}", 365),
     lambda media: media.sign("a", expires_in=60), "it signed for longer than 60 seconds"),
    ("bucketry_is_private", "'no'", lambda media: media.url("a"), "it answered str, not bool"),
    ("bucketry_upload", "StoredObject(key='other/a', size=1)",
     lambda media: media.upload(b"x", key="a"), "it answered for 'other/a', not for 'top/a'"),
    ("bucketry_delete", "Deleted(keys=['top/a', 'other/a'])",
     lambda media: media.delete("a"), "it answered for 'other/a', which was not to be deleted"),
    ("bucketry_head", "ObjectInfo(key='other/a', size=1)",
     lambda media: media.exists("a"), "it answered for 'other/a', not for 'top/a'"),
]  # fmt: skip


@pytest.mark.parametrize(("hook", "answer", "action", "reason"), ANSWERS)
def test_bad_headers_bad_urls_and_weakened_checks(
    site: Path,
    tmp_path: Path,
    hook: str,
    answer: str,
    action: Callable[[Provider], object],
    reason: str,
) -> None:
    make(site, _bad(hook, "self", f"return {answer}"))
    catalog = Catalog()
    media = _open(catalog)
    said = _refused(lambda: action(media))
    assert said.startswith(f"{hook}: ")
    assert reason in said
    assert NAMED in said
    _unharmed(catalog, tmp_path)


@pytest.mark.parametrize("taken", ["leaves.schema.json", "config.schema.json"])
def test_a_schema_that_calls_itself_like_bucketrys_own(
    site: Path, tmp_path: Path, taken: str
) -> None:
    make(site, schema={**SCHEMA, "$id": taken})
    catalog = Catalog()
    said = _refused(lambda: _open(catalog))
    assert said == (
        f"hostile {WHO}): its schema evil_storage_module/schema.json calls itself {taken!r}, "
        "which is bucketry's own; give it another $id"
    )
    _unharmed(catalog, tmp_path)


def test_two_schemas_that_call_themselves_alike(site: Path, tmp_path: Path) -> None:
    make(site, schema={**SCHEMA, "$id": "https://good.example/schema.json"})
    properties = {**SCHEMA["properties"], "colour": {"type": "string"}}
    make(
        site,
        name="other",
        distribution="evil-storage-two",
        schema={**SCHEMA, "$id": "https://good.example/schema.json", "properties": properties},
    )
    catalog = Catalog()
    assert _open(catalog).upload(b"x", key="a").key == "a"
    said = _refused(
        lambda: bucketry.open_provider({**settings(), "colour": "red"}, catalog=catalog),
        bucketry.ConfigError,
    )
    assert "colour: unknown option" in said
    _unharmed(catalog, tmp_path)


@pytest.mark.parametrize(
    "reference",
    ["https://evil.example/schema.json", "http://127.0.0.1:9/x#/a", "file:///etc/passwd"],
)
def test_a_schema_that_refers_elsewhere_fetches_nothing(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str
) -> None:
    def touched(*arguments: Any) -> NoReturn:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", touched)
    monkeypatch.setattr(socket, "getaddrinfo", touched)
    properties = {**SCHEMA["properties"], "colour": {"$ref": reference}}
    make(site, schema={**SCHEMA, "properties": properties})
    catalog = Catalog()
    said = _refused(lambda: _open(catalog))
    assert said == (
        f"hostile {WHO}): its schema evil_storage_module/schema.json refers to {reference!r}; "
        "only leaves.schema.json and itself can be referred to"
    )
    _unharmed(catalog, tmp_path)


TALKATIVE = """
class Talkative:
    def __init__(self, options):
        self.options = options

    def __repr__(self):
        return f"Talkative({self.options.password.reveal()})"

    def __eq__(self, other):
        return isinstance(other, Talkative)

    def __hash__(self):
        return 1

    @hookimpl
    def bucketry_head(self, key):
        HEAD


extra = lambda options: LAYERS
"""


def _talkative(head: str, layers: str = "[Talkative(options)]") -> str:
    return TALKATIVE.replace("HEAD", head).replace("LAYERS", layers)


def _chain(error: BaseException | None) -> str:
    """Return all that a traceback would show of an error's messages."""
    text = ""
    while error is not None:
        text += f"{error!r} {error}\n"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return text


def test_a_repr_that_shows_a_secret_is_never_asked_for(site: Path, tmp_path: Path) -> None:
    make(site, _talkative("return None", "[Talkative(options), Talkative(options)]"))
    catalog = Catalog()
    assert SECRET not in repr(_open(catalog))
    _unharmed(catalog, tmp_path)


def test_answers_of_a_talkative_layer_are_refused_without_its_secret(
    site: Path, tmp_path: Path
) -> None:
    make(site, _talkative("return self"))
    catalog = Catalog()
    media = _open(catalog)
    with pytest.raises(PluginError, match="it answered Talkative, not ObjectInfo") as caught:
        media.head("a")
    assert SECRET not in _chain(caught.value)
    assert SECRET not in repr(media)
    assert SECRET not in repr(media.options)
    _unharmed(catalog, tmp_path)


@pytest.mark.parametrize(
    ("head", "error", "said"),
    [
        ("raise ValueError(f'login with {self.options.password.reveal()}')", PluginError,
         f"hostile {WHO}): head failed with ValueError; its message would show a secret"),
        ("raise RuntimeError('login') from ValueError(self.options.password.reveal())", PluginError,
         f"hostile {WHO}): head failed with RuntimeError; its message would show a secret"),
        ("raise Unavailable(f'login with {self.options.password.reveal()}')", Unavailable,
         "hostile \"hostile\": head of 'a' failed: login with *** (Unavailable)."),
        ("raise Unavailable('login') from ValueError(self.options.password.reveal())", Unavailable,
         "hostile \"hostile\": head of 'a' failed: login (Unavailable)."),
    ],
)  # fmt: skip
def test_exceptions_that_hold_a_secret(
    site: Path, tmp_path: Path, head: str, error: type[Exception], said: str
) -> None:
    make(site, f"from bucketry import Unavailable\n{_talkative(head)}")
    catalog = Catalog()
    media = _open(catalog)
    with pytest.raises(error) as caught:
        media.head("a")
    assert str(caught.value).startswith(said)
    assert SECRET not in _chain(caught.value)
    _unharmed(catalog, tmp_path)


def test_a_page_that_fails_with_a_secret(site: Path, tmp_path: Path) -> None:
    make(site, "def extra(options):\n    raise ValueError(options.password.reveal())\n")
    catalog = Catalog()
    with pytest.raises(PluginError) as caught:
        _open(catalog)
    assert str(caught.value).startswith(f"hostile {WHO}): making its layers failed with ValueError")
    assert SECRET not in _chain(caught.value)
    _unharmed(catalog, tmp_path)
