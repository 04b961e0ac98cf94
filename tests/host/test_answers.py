"""What hooks answer is checked below every layer, and a bad answer names the layers asked."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from bucketry import (
    Deleted,
    Failure,
    InvalidKey,
    ObjectInfo,
    ObjectReader,
    ObjectVersion,
    Page,
    PluginError,
    Provider,
    Secret,
    SignedUrl,
    StoredObject,
    Swept,
    Unavailable,
    Unsupported,
    Upload,
    hookimpl,
    setup,
)
from bucketry.host.audit import HOOKS
from bucketry.host.masking import Mask
from core.memory import (
    MOMENT,
    Failing,
    MemoryOptions,
    memory_provider,
    memory_vendor,
    store_of,
)

OPERATIONS: dict[str, Callable[[Provider], object]] = {
    "bucketry_build_key": lambda media: media.upload(b"x", filename="a.txt"),
    "bucketry_put_params": lambda media: media.upload(b"x", key="a"),
    "bucketry_upload": lambda media: media.upload(b"x", key="a"),
    "bucketry_delete": lambda media: media.delete("a"),
    "bucketry_object_url": lambda media: media.object_url("a"),
    "bucketry_key_of_url": lambda media: media.key_of_url("https://memory.example/bucket/top/a"),
    "bucketry_other_urls": lambda media: media.key_of_url("https://memory.example/bucket/top/a?"),
    "bucketry_is_private": lambda media: media.url("a"),
    "bucketry_sign": lambda media: media.sign("a"),
    "bucketry_head": lambda media: media.head("a"),
    "bucketry_open": lambda media: media.read("a"),
    "bucketry_list": lambda media: list(media.list("pre")),
    "bucketry_copy": lambda media: media.copy("a", "b"),
    "bucketry_versions": lambda media: list(media.versions("pre")),
    "bucketry_set_headers": lambda media: media.set_headers("a", content_type="a/b"),
    "bucketry_restore": lambda media: media.restore("a", days=1),
    "bucketry_sweep": lambda media: media.sweep(),
    "bucketry_plan_setup": setup.plan,
    "bucketry_apply_setup": lambda media: _applied(media),
}
"""How each hook is asked. The client settings are asked for by a family, a hint after an error."""


def _applied(media: Provider) -> None:
    step = setup.Step(name="cors", status="change")
    plan = setup.SetupPlan(subject=(media.name, ""), steps=(step,))
    setup.apply(media, plan).raise_failure()


def _answering(hook: str, answer: Any) -> object:
    """Return a layer that answers `hook` whatever the layers below say, as a wrapper can."""

    @hookimpl(wrapper=True)
    def implementation(self: object) -> Generator[None, Any, Any]:
        with suppress(Unsupported):  # the defaults' answer to what the memory layer does not know
            yield
        return answer

    return type("Bad", (), {hook: implementation})()


def _media(hook: str, answer: Any) -> Provider:
    media = memory_provider(root_path="top")
    for key in ("top/a", "top/pre/a"):
        store_of(media).objects[key] = (b"", ObjectInfo(key=key, size=0))
    bad = media.with_layer(_answering(hook, answer))
    store_of(bad).objects.update(store_of(media).objects)
    return bad


def _refusal(hook: str, answer: Any) -> str:
    media = _media(hook, answer)
    with pytest.raises(PluginError) as caught:
        OPERATIONS[hook](media)
    said = str(caught.value)
    assert said.startswith(f"{hook}: ")
    lowest = "memory/defaults" if hook in _DEFAULTS else _MEMORY
    assert "; asked override/0:Bad, " in said
    assert said.endswith(lowest)
    return said.partition(": ")[2].partition("; asked ")[0]


_MEMORY = "memory/0:MemoryLayer (bucketry-memory 1.0)"
_DEFAULTS = {
    *("bucketry_build_key", "bucketry_is_private", "bucketry_other_urls", "bucketry_sweep"),
    *("bucketry_versions", "bucketry_set_headers", "bucketry_restore"),
    *("bucketry_plan_setup", "bucketry_apply_setup"),
}


def test_every_hook_is_looked_at_here() -> None:
    elsewhere = {
        *("bucketry_diagnose", "bucketry_explain_error", "bucketry_perform"),
        *("bucketry_prepare_upload", "bucketry_prepare_signing", "bucketry_check_signed"),
    }
    assert set(OPERATIONS) | elsewhere == set(HOOKS)


@pytest.mark.parametrize("hook", sorted(OPERATIONS.keys() - {"bucketry_key_of_url"}))
def test_an_answer_that_gets_lost_is_noticed(hook: str) -> None:
    assert _refusal(hook, None) == (
        "it came back empty, and a wrapper must return the answer from below"
    )


def test_a_url_that_no_layer_knows_is_nobodys() -> None:
    media = _media("bucketry_key_of_url", None)
    assert media.key_of_url("https://memory.example/bucket/top/a") is None


WRONG_TYPES: list[tuple[str, Any, str]] = [
    ("bucketry_build_key", 7, "it answered int, not str"),
    ("bucketry_put_params", [], "it answered list, not dict"),
    ("bucketry_upload", {"key": "top/a"}, "it answered dict, not StoredObject"),
    ("bucketry_delete", ["top/a"], "it answered list, not Deleted"),
    ("bucketry_object_url", b"https://x", "it answered bytes, not str"),
    ("bucketry_key_of_url", b"top/a", "it answered bytes, not str"),
    ("bucketry_other_urls", 7, "it answered int, not Sequence"),
    ("bucketry_is_private", "no", "it answered str, not bool"),
    ("bucketry_is_private", 0, "it answered int, not bool"),
    ("bucketry_sign", "https://x", "it answered str, not SignedUrl"),
    ("bucketry_head", True, "it answered bool, not ObjectInfo"),
    ("bucketry_open", io.BytesIO(), "it answered BytesIO, not ObjectReader"),
    ("bucketry_list", [], "it answered list, not Iterator"),
    ("bucketry_list", iter([7]), "it answered int, not Page"),
    ("bucketry_copy", "top/b", "it answered str, not StoredObject"),
    ("bucketry_versions", 7, "it answered int, not Iterator"),
    ("bucketry_versions", iter([7]), "it answered int, not ObjectVersion"),
    ("bucketry_set_headers", "top/a", "it answered str, not ObjectInfo"),
    ("bucketry_restore", "yes", "it answered str, not bool"),
    ("bucketry_sweep", 7, "it answered int, not Sequence"),
    ("bucketry_sweep", ["top/a"], "it answered str, not Swept"),
    ("bucketry_plan_setup", [], "it answered list, not SetupPlan"),
    ("bucketry_apply_setup", True, "it answered bool, not Step"),
]


@pytest.mark.parametrize(("hook", "answer", "reason"), WRONG_TYPES)
def test_an_answer_of_another_type_is_refused(hook: str, answer: Any, reason: str) -> None:
    assert _refusal(hook, answer) == reason


def test_every_hook_is_tried_with_a_wrong_type() -> None:
    assert {hook for hook, _, _ in WRONG_TYPES} == set(OPERATIONS)


NOT_ABSOLUTE = "the URL is not absolute http(s) without user info"
ENCODE = "the URL has characters that must be percent-encoded"
BAD_URLS = [
    ("", NOT_ABSOLUTE),
    ("/bucket/a", NOT_ABSOLUTE),
    ("//memory.example/a", NOT_ABSOLUTE),
    ("memory.example/a", NOT_ABSOLUTE),
    ("javascript:alert(1)", NOT_ABSOLUTE),
    ("JavaScript://memory.example/%0aalert(1)", NOT_ABSOLUTE),
    ("data:text/html,x", NOT_ABSOLUTE),
    ("file:///etc/passwd", NOT_ABSOLUTE),
    ("ftp://memory.example/a", NOT_ABSOLUTE),
    ("https://", NOT_ABSOLUTE),
    ("https:///a", NOT_ABSOLUTE),
    ("https://user:secret@memory.example/a", NOT_ABSOLUTE),
    ("https://memory.example@evil.example/a", NOT_ABSOLUTE),
    ("https://@memory.example/a", NOT_ABSOLUTE),
    ("https://memory.example/a b", ENCODE),
    ("https://memory.example/ä", ENCODE),
    ("https://memory.example/a\r\nX: 1", ENCODE),
    ("https://memory.example/a\t", ENCODE),
    ("\x01https://memory.example/a", ENCODE),
    ('https://memory.example/"><script>', ENCODE),
    ("https://memory.example\\@evil.example/a", ENCODE),
    ("https://memory.example/a#b", ENCODE),
    ("https://memory.example/100%", ENCODE),
    ("https://memory.example/%zz", ENCODE),
    ("https://memory.example/{key}", ENCODE),
    ("https://memory.example:99999/a", "the URL cannot be parsed (Port out of range 0-65535)"),
    ("https://memory.example:x/a", "the URL cannot be parsed (Port could not be cast to integer "
     "value as 'x')"),
    ("https://[::1/a", "the URL cannot be parsed (Invalid IPv6 URL)"),
    ("https://memory.example/" + "a" * 8192, "the URL is longer than 8192 characters"),
]  # fmt: skip


def _signed(url: str = "https://memory.example/a", **fields: Any) -> SignedUrl:
    soon = datetime.now(UTC) + timedelta(seconds=60)
    return SignedUrl(**{"url": url, "method": "GET", "expires_at": soon, **fields})


@pytest.mark.parametrize(("url", "reason"), BAD_URLS)
def test_a_bad_url_is_refused(url: str, reason: str) -> None:
    assert _refusal("bucketry_object_url", url) == reason
    assert _refusal("bucketry_sign", _signed(url)) == reason


@pytest.mark.parametrize(
    "url",
    [
        "https://memory.example/a",
        "http://127.0.0.1:9000/b/a",
        "https://[2001:db8::1]:9000/a",
        "https://memory.example/~a/(b)'!*$&+,;=:@%20%C3%A4?x=1&y=[2]",
    ],
)
def test_a_good_url_passes(url: str) -> None:
    assert _media("bucketry_object_url", url).object_url("a") == url


BAD_SIGNED: list[tuple[dict[str, Any], str]] = [
    ({"headers": {"Content-Type": "a\r\nX: 1"}},
     "Content-Type has the control character '\\r' at position 1; a header value is one line of "
     "text"),
    ({"headers": {"Content-Type": 7}}, "Content-Type must be text, not int"),
    ({"headers": {"X\r\nEvil": "1"}}, "'X\\r\\nEvil' is no header name"),
    ({"headers": {"": "1"}}, "'' is no header name"),
    ({"headers": {"a b": "1"}}, "'a b' is no header name"),
    ({"headers": {7: "1"}}, "7 is no header name"),
    ({"headers": "a: b"}, "the headers of its answer are str, not Mapping"),
    ({"fields": {"key": "a\r\nb"}},
     "field.key has the control character '\\r'; a header value is one line of text"),
    ({"method": "PUT"}, "it signed 'PUT', not GET"),
    ({"expires_at": None},
     "a signed URL needs expires_at with a time zone, an unsigned one signed=False"),
    ({"expires_at": "2126-11-24"},
     "a signed URL needs expires_at with a time zone, an unsigned one signed=False"),
    ({"expires_at": datetime(2026, 11, 24)},
     "a signed URL needs expires_at with a time zone, an unsigned one signed=False"),
    ({"expires_at": datetime.now(UTC) + timedelta(days=30)},
     "it signed for longer than 900 seconds"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "reason"), BAD_SIGNED)
def test_a_signed_url_allows_no_more_than_was_asked_for(
    fields: dict[str, Any], reason: str
) -> None:
    said = _refusal("bucketry_sign", _signed(**fields))
    assert said == reason


@pytest.mark.parametrize("operation", ["sign", "sign_many", "url", "upload_ticket"])
def test_every_way_to_sign_is_checked(operation: str) -> None:
    media = _media("bucketry_sign", _signed("javascript:alert(1)", method="PUT"))
    argument: Any = ["a"] if operation == "sign_many" else "a"
    with pytest.raises(PluginError, match="not absolute http"):
        getattr(media, operation)(argument)


def test_a_refusal_shows_no_signed_url() -> None:
    media = _media("bucketry_sign", _signed("https://u@memory.example/a?X-Amz-Signature=0123"))
    with pytest.raises(PluginError) as caught:
        media.sign("a")
    assert "0123" not in str(caught.value)


def test_a_layer_may_shorten_the_life_and_leave_things_unsigned() -> None:
    short = _signed(expires_at=datetime.now(UTC) + timedelta(seconds=1))
    assert _media("bucketry_sign", short).sign("a") is short
    plain = _signed(signed=False, expires_at=None)
    assert _media("bucketry_sign", plain).sign("a") is plain


OTHER_KEYS: list[tuple[str, Any, str]] = [
    ("bucketry_upload", StoredObject(key="top/b", size=1),
     "it answered for 'top/b', not for 'top/a'"),
    ("bucketry_upload", StoredObject(key="a", size=1), "it answered for 'a', not for 'top/a'"),
    ("bucketry_copy", StoredObject(key="top/a", size=1),
     "it answered for 'top/a', not for 'top/b'"),
    ("bucketry_head", ObjectInfo(key="other/a", size=1),
     "it answered for 'other/a', not for 'top/a'"),
    ("bucketry_open", ObjectReader(ObjectInfo(key="top/b", size=1), io.BytesIO()),
     "it answered for 'top/b', not for 'top/a'"),
    ("bucketry_delete", Deleted(keys=["top/a", "other/b"]),
     "it answered for 'other/b', which was not to be deleted"),
    ("bucketry_delete", Deleted(keys=["top/a"], failures=[Failure(key="x\n", reason="no")]),
     "it answered for 'x\\n', which was not to be deleted"),
    ("bucketry_list", iter([Page(objects=[ObjectInfo(key="top/a", size=1)])]),
     "it answered for 'top/a', which is not under 'top/pre'"),
    ("bucketry_list", iter([Page(objects=(), folders=["other/"])]),
     "it answered for 'other/', which is not under 'top/pre'"),
    ("bucketry_versions", iter([ObjectVersion(key="other/a", version="1", latest=True)]),
     "it answered for 'other/a', which is not under 'top/pre'"),
    ("bucketry_set_headers", ObjectInfo(key="top/b", size=1),
     "it answered for 'top/b', not for 'top/a'"),
    ("bucketry_sweep", [Swept(key="other/a", upload_id="u", started=MOMENT)],
     "it answered for 'other/a', which is not under 'top/'"),
]  # fmt: skip


@pytest.mark.parametrize(("hook", "answer", "reason"), OTHER_KEYS)
def test_an_answer_about_another_object_is_refused(hook: str, answer: Any, reason: str) -> None:
    assert _refusal(hook, answer) == reason


@pytest.mark.parametrize(
    ("hook", "answer", "reason"),
    [
        ("bucketry_upload", StoredObject(key="top/a", size=-1), "it told of the size -1"),
        ("bucketry_head", ObjectInfo(key="top/a", size="5"),  # type: ignore[arg-type]
         "it told of the size '5'"),
        ("bucketry_head", ObjectInfo(key="top/a", size=5, last_modified=datetime(2026, 1, 1)),
         "it told of a last_modified that is no datetime with a time zone"),
        ("bucketry_head", ObjectInfo(key="top/a", size=5, content_type=b"a/b"),  # type: ignore[arg-type]
         "it told of the content_type b'a/b', which is no line of text"),
        ("bucketry_head", ObjectInfo(key="top/a", size=5, cache_control="no-store\r\nX: y"),
         "it told of the cache_control 'no-store\\r\\nX: y', which is no line of text"),
        ("bucketry_head", ObjectInfo(key="top/a", size=5, metadata={"a": 1}),  # type: ignore[dict-item]
         "it told of metadata that name no text by text"),
        ("bucketry_set_headers", ObjectInfo(key="top/a", size=5, etag=5),  # type: ignore[arg-type]
         "it told of the etag 5, which is no line of text"),
        ("bucketry_list",
         iter([Page(objects=[ObjectInfo(key="top/pre", size=5, etag=b"e")])]),  # type: ignore[arg-type]
         "it told of the etag b'e', which is no line of text"),
        ("bucketry_versions",
         iter([ObjectVersion(key="top/pre", version=1, latest=True)]),  # type: ignore[arg-type]
         "it told of the version 1, which is no line of text"),
        ("bucketry_versions",
         iter([ObjectVersion(key="top/pre", version="1", latest=True, size=-1)]),
         "it told of the size -1"),
        ("bucketry_versions",
         iter([ObjectVersion(key="top/pre", version="1", latest="no")]),  # type: ignore[arg-type]
         "the latest of its answer are str, not bool"),
        ("bucketry_versions",
         iter([ObjectVersion(key="top/pre", version="1", latest=True, last_modified="2026")]),  # type: ignore[arg-type]
         "it told of a last_modified that is no datetime with a time zone"),
        ("bucketry_upload", StoredObject(key="top/a", size=1, etag=b"e"),  # type: ignore[arg-type]
         "it told of the etag b'e', which is no line of text"),
        ("bucketry_copy", StoredObject(key="top/b", size=1, location="a\nb"),
         "it told of the location 'a\\nb', which is no line of text"),
        ("bucketry_list", iter([Page(objects=["top/pre"])]),  # type: ignore[list-item]
         "it answered str, not ObjectInfo"),
        ("bucketry_list", iter([Page(objects=(), folders=[7])]),  # type: ignore[list-item]
         "it answered for 7, which is not under 'top/pre'"),
        ("bucketry_list", iter([Page(objects=None)]),  # type: ignore[arg-type]
         "the objects of its answer are NoneType, not Sequence"),
        ("bucketry_list", iter([Page(objects=(), folders=7)]),  # type: ignore[arg-type]
         "the folders of its answer are int, not Sequence"),
        ("bucketry_copy", StoredObject(key="top/b", size=None),  # type: ignore[arg-type]
         "it told of the size None"),
        ("bucketry_delete", Deleted(keys=(key for key in ["top/a"])),  # type: ignore[arg-type]
         "the keys of its answer are generator, not Sequence"),
        ("bucketry_delete", Deleted(keys=[["top/a"]]),  # type: ignore[list-item]
         "it answered for keys that are no text"),
        ("bucketry_delete", Deleted(keys=[], failures=["top/a"]),  # type: ignore[list-item]
         "it answered str, not Failure"),
    ],
)  # fmt: skip
def test_what_is_told_of_an_object_can_be_counted_with(hook: str, answer: Any, reason: str) -> None:
    assert _refusal(hook, answer) == reason


class _Stream:
    """Gives the same again and again, whatever is asked."""

    def __init__(self, given: Any) -> None:
        self._given = given

    def read(self, _: int = -1, /) -> Any:
        return self._given

    def close(self) -> None:
        pass


@pytest.mark.parametrize("given", [None, 7, "text", [1], bytearray(b"x"), b"more"], ids=repr)
@pytest.mark.parametrize(
    "take",
    [
        lambda reader: reader.read(3),
        lambda reader: reader.readinto(bytearray(3)),
        lambda reader: next(reader.chunks(3)),
    ],
)
def test_a_stream_that_gives_no_bytes_or_too_many_is_refused(
    take: Callable[[ObjectReader], object], given: Any
) -> None:
    reader = ObjectReader(ObjectInfo(key="top/a", size=9), _Stream(given))
    with (
        _media("bucketry_open", reader).open("a") as opened,
        pytest.raises(
            PluginError, match=r"bucketry_open: its stream gave .* where at most 3 bytes"
        ),
    ):
        take(opened)


def test_a_hook_that_no_layer_has_is_told_so() -> None:
    class Nothing:
        @hookimpl
        def bucketry_object_url(self, key: str) -> str:
            return f"https://memory.example/{key}"

    vendor = memory_vendor(layers=lambda _options, _context: [Nothing()])
    media = Provider(name="media", vendor=vendor, options=MemoryOptions(), distribution="acme 1.0")
    with pytest.raises(PluginError, match=r"bucketry_head: no layer answers it: memory/defaults, "):
        media.head("a")


@pytest.mark.parametrize("hook", ["bucketry_prepare_upload", "bucketry_put_params"])
def test_a_layer_that_takes_bytes_from_the_source_is_named_and_nothing_is_stored(
    hook: str,
) -> None:
    def take(self: object, upload: Upload) -> None:
        upload.source.read(1)

    media = memory_provider().with_layer(type("Scan", (), {hook: hookimpl(take)})())
    with pytest.raises(PluginError) as caught:
        media.upload(b"xyz", key="a")
    assert str(caught.value).startswith(f"{hook}: it read from the source before that is stored")
    assert "override/0:Scan" in str(caught.value)
    assert store_of(media).calls == []


def test_another_url_of_an_object_counts_when_a_layer_names_it_exactly() -> None:
    class Former:
        @hookimpl
        def bucketry_key_of_url(self, url: str) -> str:
            return f"top/{url.rpartition('/')[2]}"

        @hookimpl(wrapper=True)
        def bucketry_other_urls(self, key: str) -> Generator[None, Any, list[str]]:
            known = yield
            return [*known, f"https://old-cdn.example/{key}"]

    media = memory_provider(root_path="top").with_layer(Former())
    assert media.key_of_url("https://old-cdn.example/top/a") == "a"
    assert media.key_of_url("https://old-cdn.example.evil/top/a") is None
    assert media.key_of_url("https://old-cdn.example/top/x/a") is None


def test_other_urls_that_are_one_text_are_no_list_of_addresses() -> None:
    class Odd:
        @hookimpl
        def bucketry_key_of_url(self, url: str) -> str:
            return "top/a"

        @hookimpl
        def bucketry_other_urls(self, key: str) -> str:
            return "https://memory.example.evil/top/a"

    media = memory_provider(root_path="top").with_layer(Odd())
    assert media.key_of_url("https://memory.example.evil/top/a") is None


def test_a_key_outside_is_no_answer_to_a_url() -> None:
    for object_key in ("other/a", "top/", "top/../a", "top"):
        media = _media("bucketry_key_of_url", object_key)
        assert media.key_of_url("https://memory.example/bucket/top/a") is None


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"Bucket": "other"}, "it answered Bucket, which nobody may set"),
        ({"Key": "../b"}, "it answered Key, which nobody may set"),
        ({"Body": b"", "Key": "x"}, "it answered Body, Key, which nobody may set"),
        ({"CopySource": "x/y"}, "it answered CopySource, which nobody may set"),
        (
            {"CacheControl": "a\r\nX: 1"},
            "parameter.CacheControl has the control character '\\r'; a header value is one line "
            "of text",
        ),
        (
            {"Metadata": {"a": "b\0"}},
            "parameter.Metadata.a has the control character '\\x00'; a header value is one line "
            "of text",
        ),
    ],
)
def test_parameters_decide_neither_the_place_nor_a_second_header(
    params: dict[str, Any], reason: str
) -> None:
    assert _refusal("bucketry_put_params", params) == reason
    media = _media("bucketry_put_params", params)
    with pytest.raises(PluginError):
        media.upload(b"x", key="a")
    assert store_of(media).calls == []


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("../a", "the segment '..' is dropped or resolved by some clients at position 0"),
        ("/a", "it starts with '/'"),
        ("", "it is empty"),
        ("a\r\nb", "a control character at position 1"),
        ("a\ud800", "a lone surrogate cannot be encoded at position 1"),
    ],
)
def test_a_bad_key_names_the_layers_that_named_it(key: str, reason: str) -> None:
    media = _media("bucketry_build_key", key)
    with pytest.raises(InvalidKey) as caught:
        media.upload(b"x", filename="a.txt")
    assert str(caught.value) == (
        f"key {key!a} is refused: {reason}; bucketry_build_key named it, "
        "asked override/0:Bad, memory/defaults"
    )
    assert store_of(media).calls == []


# -- secrets ---------------------------------------------------------------------------------

SECRET = "wJalrXUtnFEMI/K7MDENG"


@attrs.frozen(kw_only=True)
class SecretOptions(MemoryOptions):
    password: Secret = attrs.field(factory=lambda: Secret(SECRET))
    more: dict[str, list[Secret]] = attrs.field(factory=lambda: {"x": [Secret("second-secret")]})


def _secretive(layer: object) -> Provider:
    vendor = memory_vendor()
    media = Provider(
        name="media", vendor=vendor, options=SecretOptions(), distribution="bucketry-acme 1.0"
    )
    return media.with_layer(layer)


def test_a_mask_finds_every_secret_and_leaves_the_rest() -> None:
    mask = Mask(SecretOptions(password=Secret("second-s"), root_path="abc"))
    assert mask("second-secret, second-s, abc") == "***, ***, abc"


def test_a_short_secret_masks_nothing_by_accident() -> None:
    assert Mask(SecretOptions(password=Secret("storage")))("the storage") == "the storage"
    assert Mask(SecretOptions(password=Secret("storages")))("the storages") == "the ***"


def test_a_storage_error_is_told_without_the_secret() -> None:
    error = Unavailable(f"login with {SECRET} failed", hint=f"Is {SECRET} right?")
    with pytest.raises(Unavailable) as caught:
        _secretive(Failing(error, ValueError(SECRET))).head("a")
    assert caught.value.reason == "login with *** failed"
    assert caught.value.hint == "Is *** right?"
    assert caught.value.__cause__ is None
    assert SECRET not in str(caught.value)


def test_a_harmless_cause_is_kept() -> None:
    cause = ConnectionResetError("reset")
    with pytest.raises(Unavailable) as caught:
        _secretive(Failing(Unavailable("x"), cause)).head("a")
    assert caught.value.__cause__ is cause


def test_an_exception_that_would_show_a_secret_is_replaced() -> None:
    with pytest.raises(PluginError) as caught:
        _secretive(Failing(RuntimeError(f"login with {SECRET}"))).head("a")
    assert str(caught.value) == (
        "memory (bucketry-acme 1.0): head failed with RuntimeError; its message would show a "
        "secret of the configuration and is left out"
    )
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_exception_whose_cause_would_show_a_secret_is_replaced() -> None:
    with pytest.raises(PluginError, match="head failed with RuntimeError"):
        _secretive(Failing(RuntimeError("login failed"), ValueError("second-secret"))).head("a")


def test_a_hint_that_would_show_a_secret_is_masked() -> None:
    class Hints:
        @hookimpl
        def bucketry_explain_error(self) -> str:
            return f"Use {SECRET}."

    with pytest.raises(Unavailable) as caught:
        _secretive(Hints()).with_layer(Failing(Unavailable("x"))).head("a")
    assert caught.value.hint == "Use ***."


def test_a_page_that_would_show_a_secret_is_named_without_it() -> None:
    def broken(options: Any, context: Any) -> Iterator[object]:
        raise ValueError(options.password.reveal())

    with pytest.raises(PluginError) as caught:
        Provider(
            name="media",
            vendor=memory_vendor(layers=broken),
            options=SecretOptions(),
            distribution="bucketry-acme 1.0",
        )
    assert str(caught.value) == (
        "memory (bucketry-acme 1.0): making its layers failed with ValueError; its message would "
        "show a secret of the configuration and is left out"
    )
    assert caught.value.__cause__ is None
