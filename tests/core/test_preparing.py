"""Layers change the question: uploads and signing requests, whole before anybody is asked."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from bucketry import (
    Capabilities,
    Encryption,
    Fact,
    InvalidKey,
    LayerContext,
    ObjectInfo,
    PluginError,
    Provider,
    SignedUrl,
    SignRequest,
    Upload,
    hookimpl,
)
from bucketry.source import Source
from core.memory import MemoryOptions, memory_provider, memory_vendor, store_of


@attrs.frozen(kw_only=True)
class FullOptions(MemoryOptions):
    acl: str | None = None
    storage_class: str | None = None
    encryption: Encryption | None = None
    checksum_algorithm: str | None = None
    tags: dict[str, str] = attrs.field(factory=dict)


def _full(**options: Any) -> Provider:
    return Provider(name="media", vendor=memory_vendor(), options=FullOptions(**options))


class Prepares:
    """Changes uploads with a function, and keeps what it saw."""

    def __init__(self, change: Callable[[Upload], Any] = lambda upload: upload) -> None:
        self.change = change
        self.seen: list[Upload] = []

    @hookimpl
    def bucketry_prepare_upload(self, upload: Upload) -> Any:
        self.seen.append(upload)
        return self.change(upload)


def test_a_layer_sees_what_the_configuration_decides() -> None:
    layer = Prepares()
    media = _full(
        acl="private", storage_class="COLD", encryption=Encryption(type="AES256"),
        checksum_algorithm="CRC32", tags={"team": "web"}, prevent_overwrite=True, root_path="top",
    ).with_layer(layer)  # fmt: skip
    media.upload(b"x", key="a.png", tags={"team": "app"})
    (upload,) = layer.seen
    assert (upload.key, upload.content_type, upload.tags) == (
        "top/a.png",
        "image/png",
        {"team": "app"},
    )
    assert (upload.acl, upload.storage_class, upload.checksum_algorithm) == (
        "private",
        "COLD",
        "CRC32",
    )
    assert upload.encryption == Encryption(type="AES256")
    assert upload.prevent_overwrite is True


def test_who_names_a_version_wants_to_write_over_it() -> None:
    layer = Prepares()
    _full(prevent_overwrite=True).with_layer(layer).upload(b"x", key="a", if_match="e")
    assert layer.seen[0].prevent_overwrite is None


def test_a_layer_changes_type_key_metadata_and_name() -> None:
    def change(upload: Upload) -> Upload:
        return attrs.evolve(
            upload, key="top/moved/a.txt", content_type="text/plain; charset=utf-8",
            metadata={"Team": "web"},
        )  # fmt: skip

    media = memory_provider(root_path="top").with_layer(Prepares(change))
    stored = media.upload(b"x", key="a.txt")
    assert (stored.key, stored.object_key) == ("moved/a.txt", "top/moved/a.txt")
    assert stored.url.endswith("/top/moved/a.txt")
    info = media.head("moved/a.txt")
    assert (info.content_type, info.metadata) == ("text/plain; charset=utf-8", {"team": "web"})


def test_a_layer_may_name_it_or_leave_that_to_the_strategy() -> None:
    seen = Prepares()
    media = memory_provider(root_path="top", key_strategy="name").with_layer(seen)
    assert media.upload(b"x", filename="a.png").key == "a.png"
    assert seen.seen[0].key == ""
    named = Prepares(lambda upload: attrs.evolve(upload, key="top/own"))
    assert memory_provider(root_path="top").with_layer(named).upload(b"x").key == "own"


def test_an_acl_that_a_layer_takes_away_is_gone() -> None:
    low = Prepares(lambda upload: attrs.evolve(upload, acl=None, tags=None))
    params: list[Upload] = []

    class Look:
        @hookimpl(wrapper=True)
        def bucketry_put_params(self, upload: Upload) -> Generator[None, Any, Any]:
            params.append(upload)
            return (yield)

    _full(acl="private", tags={"a": "b"}).with_layer(low).with_layer(Look()).upload(b"x", key="a")
    assert (params[0].acl, params[0].tags) == (None, None)


def _with(question: Any, **changes: Any) -> Any:
    """Return an upload or a request with other fields, of whatever type."""
    return attrs.evolve(question, **changes)


BAD_UPLOADS: list[tuple[Callable[[Upload], Any], type[Exception], str]] = [
    (lambda u: "upload", PluginError, "it answered str, not Upload"),
    (lambda u: _with(u, source=Source(b"other")), PluginError, "it changed the source"),
    (lambda u: _with(u, key=""), PluginError, "it took the key away"),
    (lambda u: _with(u, key="other/a"), PluginError, "'other/a', which is not under 'top/'"),
    (lambda u: _with(u, key="top/../b"), InvalidKey, "bucketry_prepare_upload named it"),
    (lambda u: _with(u, content_type="a\r\nb"), PluginError, "content_type has the control"),
    (lambda u: _with(u, metadata={"a": "ü"}), PluginError, "non-ASCII"),
    (lambda u: _with(u, tags={"": "x"}), PluginError, "a name has 1 to 128 characters"),
    (lambda u: _with(u, extra_params={"Key": "b"}), PluginError, "may not set Key"),
    (lambda u: _with(u, if_match="e", prevent_overwrite=True), PluginError, "wants none"),
    (lambda u: _with(u, checksum_algorithm="MD5"), PluginError, "'MD5' is none of"),
    (lambda u: _with(u, encryption="AES256"), PluginError, "bucketry.Encryption, not str"),
    (lambda u: _with(u, progress=7), PluginError, "progress is a function"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "error", "said"), BAD_UPLOADS)
def test_what_a_caller_may_not_ask_a_layer_may_not_either(
    change: Callable[[Upload], Any], error: type[Exception], said: str
) -> None:
    media = memory_provider(root_path="top").with_layer(Prepares(change))
    with pytest.raises(error, match="asked override/0:Prepares") as caught:
        media.upload(b"x", key="a")
    assert said in str(caught.value)
    assert "bucketry_prepare_upload" in str(caught.value)
    assert store_of(media).calls == []


def test_none_leaves_an_upload_to_the_layers_below() -> None:
    assert memory_provider().with_layer(Prepares(lambda u: None)).upload(b"x", key="a").key == "a"


# -- signing ---------------------------------------------------------------------------------


class InvoicesForAMinute:
    @hookimpl
    def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest | None:
        return attrs.evolve(request, expires_in=60) if "invoices/" in request.key else None


WAYS_TO_SIGN: list[Callable[[Provider], object]] = [
    lambda media: media.sign("invoices/a"),
    lambda media: media.sign_many(["invoices/a"]),
    lambda media: media.url("invoices/a"),
    lambda media: media.upload_ticket("invoices/a"),
]


@pytest.mark.parametrize("sign", WAYS_TO_SIGN)
def test_a_layer_decides_the_life_of_each_file(sign: Callable[[Provider], object]) -> None:
    media = memory_provider().with_layer(InvoicesForAMinute())
    sign(media)
    assert store_of(media).calls[-1][1].expires_in == 60
    media.sign("photos/a")
    assert store_of(media).calls[-1][1].expires_in == 900


class Signs:
    def __init__(self, change: Callable[[SignRequest], Any]) -> None:
        self.change = change

    @hookimpl(wrapper=True)
    def bucketry_prepare_signing(self) -> Generator[None, SignRequest, Any]:
        return self.change((yield))


def test_a_layer_changes_key_type_response_and_headers() -> None:
    media = memory_provider(root_path="top").with_layer(
        Signs(lambda r: _with(
            r, key="top/b", response={"expires": "0"}, headers={"x-acme-team": "web"}
        ))
    )  # fmt: skip
    media.sign("a")
    request = store_of(media).calls[-1][1]
    assert (request.key, request.response) == ("top/b", {"expires": "0"})
    assert request.headers == {"x-acme-team": "web"}


def test_a_ticket_tells_the_limits_that_a_layer_has_set() -> None:
    yes = Capabilities(post_policy=Fact("yes", "documented", "https://memory.example", "2026-11"))
    media = memory_provider(yes, root_path="top").with_layer(
        Signs(lambda r: _with(r, content_type="image/png", max_size=7, key="top/b"))
    )
    ticket = media.upload_ticket("a")
    assert ticket.key == "b"
    assert ticket.enforced == {"key", "content_type", "size"}


BAD_REQUESTS: list[tuple[Callable[[SignRequest], Any], type[Exception], str]] = [
    (lambda r: None, PluginError, "it came back empty"),
    (lambda r: _with(r, method="PUT"), PluginError, "it changed the method to 'PUT'"),
    (lambda r: _with(r, key="b"), PluginError, "'b', which is not under 'top/'"),
    (lambda r: _with(r, key="top/"), InvalidKey, "bucketry_prepare_signing named it"),
    (lambda r: _with(r, expires_in=700_000), PluginError, "700000 is not possible"),
    (lambda r: _with(r, expires_in="60"), PluginError, "str is not possible"),
    (lambda r: _with(r, response={"etag": "x"}), PluginError, "no such response header"),
    (lambda r: _with(r, response={"expires": "a\n"}), PluginError, "has the control"),
    (lambda r: _with(r, headers={"Host": "evil"}), PluginError, "'Host' cannot be signed"),
    (lambda r: _with(r, headers={"a b": "c"}), PluginError, "'a b' is no header name"),
    (lambda r: _with(r, headers={"a": "b\r\nc"}), PluginError, "header a has the control"),
    (lambda r: _with(r, content_type="a/b"), PluginError, "content_type limits an upload"),
    (lambda r: _with(r, max_size=-1), PluginError, "sizes are bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "error", "said"), BAD_REQUESTS)
def test_a_layer_asks_for_no_signature_that_a_caller_could_not(
    change: Callable[[SignRequest], Any], error: type[Exception], said: str
) -> None:
    media = memory_provider(root_path="top").with_layer(Signs(change))
    with pytest.raises(error, match="asked override/0:Signs") as caught:
        media.sign("a")
    assert said in str(caught.value)
    assert store_of(media).calls == []


# -- what is signed and what is told -----------------------------------------------------------


class Readable:
    """A signer that can read its own URLs; they end in the life that they are signed for."""

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        url = f"https://signer.example/{request.key}?life={request.expires_in}"
        return SignedUrl(url=url, method=request.method, signed=True, expires_at=datetime.now(UTC))

    @hookimpl
    def bucketry_check_signed(self, signed: SignedUrl, request: SignRequest) -> str | None:
        if not signed.reveal().startswith("https://signer.example/"):
            return None
        life = signed.reveal().partition("life=")[2]
        return "" if life == str(request.expires_in) else f"it is signed for {life} seconds"


class Rewrites:
    def __init__(self, change: Callable[[str], str]) -> None:
        self.change = change

    @hookimpl(wrapper=True)
    def bucketry_sign(self) -> Generator[None, SignedUrl, SignedUrl]:
        signed = yield
        return attrs.evolve(signed, url=self.change(signed.reveal()), checked=True)


class LooksOn:
    @hookimpl(wrapper=True)
    def bucketry_sign(self) -> Generator[None, SignedUrl, SignedUrl]:
        return (yield)


def test_a_signature_that_says_otherwise_is_refused() -> None:
    media = memory_provider().with_layer(Readable())
    assert media.sign("a").checked
    longer = media.with_layer(Rewrites(lambda url: url.replace("life=900", "life=9000")))
    with pytest.raises(PluginError, match="bucketry_sign: it is signed for 9000 seconds; asked"):
        longer.sign("a")


def test_a_signature_that_nobody_can_read_is_marked() -> None:
    cdn = Rewrites(lambda url: url.replace("signer.example", "cdn.example"))
    assert not memory_provider().with_layer(Readable()).with_layer(cdn).sign("a").checked
    assert not memory_provider().sign("a").checked


def test_what_nobody_has_touched_is_not_looked_at_again() -> None:
    class Refuses(Readable):
        @hookimpl
        def bucketry_check_signed(self, signed: SignedUrl, request: SignRequest) -> str | None:
            raise AssertionError("nobody had a hand in it")

    vendor = memory_vendor(layers=lambda options, context: [Refuses()])
    alone = Provider(name="media", vendor=vendor, options=MemoryOptions())
    assert alone.sign("a").reveal() == "https://signer.example/a?life=900"
    watched = alone.with_layer(Signs(lambda request: request)).with_layer(LooksOn())
    assert watched.sign("a").reveal() == "https://signer.example/a?life=900"


# -- layers that know their provider -----------------------------------------------------------


@attrs.frozen(eq=False)
class PrivateIfMarked:
    """Looks at an object to decide on its privacy."""

    context: LayerContext | None = None

    def bind(self, context: LayerContext) -> PrivateIfMarked:
        return attrs.evolve(self, context=context)

    @hookimpl
    def bucketry_is_private(self, key: str) -> bool:
        assert self.context is not None
        info = self.context.hooks.bucketry_head(key=key, version=None, params={})
        return (info.metadata or {}).get("private") == "yes"


def test_one_layer_asks_the_provider_it_stands_in_with_object_keys() -> None:
    layer = PrivateIfMarked()
    one = memory_provider(root_path="top").with_layer(layer)
    two = memory_provider(root_path="other").with_layer(layer)
    for media, mark in ((one, "yes"), (two, "no")):
        store_of(media).bucketry_upload(
            upload=Upload(
                key=f"{media.options.root_path}/a", source=Source(b""), metadata={"private": mark}
            ),
            params={},
        )
    assert one.is_private("a")
    assert not two.is_private("a")
    assert layer.context is None


def test_a_layer_that_cannot_be_bound_is_named() -> None:
    class Broken(PrivateIfMarked):
        def bind(self, context: LayerContext) -> PrivateIfMarked:
            raise KeyError("region")

    with pytest.raises(PluginError, match="override/0:Broken: bind failed: KeyError: 'region'"):
        memory_provider().with_layer(Broken())


# -- asked before bytes move -------------------------------------------------------------------


class BadAddress:
    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        return "javascript:alert(1)"


class Undecided:
    @hookimpl(wrapper=True)
    def bucketry_is_private(self) -> Generator[None, bool, Any]:
        yield
        return "perhaps"


@pytest.mark.parametrize("layer", [BadAddress, Undecided])
@pytest.mark.parametrize(
    "operation", [lambda media: media.upload(b"x", key="b"), lambda media: media.copy("a", "b")]
)
def test_a_wrong_address_is_noticed_before_anything_is_stored(
    layer: type, operation: Callable[[Provider], object]
) -> None:
    below = memory_provider()
    media = below.with_layer(layer())
    store_of(media).objects.update(a=(b"", ObjectInfo(key="a", size=0)))
    with pytest.raises(PluginError):
        operation(media)
    assert list(store_of(media).objects) == ["a"]
    assert store_of(media).calls == []
