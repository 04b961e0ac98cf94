"""The contract: what holds for every provider, whatever the vendor."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_args, get_type_hints

import attrs

from bucketry.errors import BucketryError, InvalidHeader, InvalidKey, PluginError
from bucketry.hookspecs import hookimpl
from bucketry.host.audit import HOOKS
from bucketry.host.masking import secrets_of
from bucketry.model import Capabilities, Confidence, Fact, StoredObject, Upload
from bucketry.testing.agreement import check_agreement
from bucketry.testing.case import case
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store, rebuilt
from bucketry.vendor import CommonOptions, ContentPolicy


@case("contract")
def every_hook_is_answered(store: Store) -> None:
    """Every question that the host asks has a layer that answers it."""
    # These may go without an answer.
    asked = set(HOOKS) - {"bucketry_check_signed", "bucketry_perform"}
    unanswered = [hook for hook in sorted(asked) if not store.provider._ground.stack.asked(hook)]
    same(unanswered, [], "the hooks that no layer answers")


@case("contract")
def made_without_network(store: Store) -> None:
    """Making a provider opens no connection."""
    with store.offline():
        rebuilt(store.provider)


@case("contract")
def options_are_frozen(store: Store) -> None:
    """The options cannot be changed once a provider is made."""
    options = store.provider.options
    name = attrs.fields(type(options))[0].name
    raises(
        attrs.exceptions.FrozenError,
        f"setting {name}",
        setattr,
        options,
        name,
        getattr(options, name),
    )


@case("contract")
def common_options(store: Store) -> None:
    """The options have everything that the host reads."""
    wanted = [name for name in vars(CommonOptions) if not name.startswith("_")]
    missing = [name for name in wanted if not hasattr(store.provider.options, name)]
    same(missing, [], "the options that are missing")


@case("contract")
def page_is_complete(store: Store) -> None:
    """The vendor's page has a name, a title, one sentence and an address of its documentation."""
    vendor = store.provider.vendor
    for name in ("name", "title", "summary", "docs_url"):
        holds(getattr(vendor, name), f"the page has no {name}")
    holds(vendor.name == vendor.name.lower().strip(), f"the name {vendor.name!r} is not lower case")


@case("contract")
def schema_is_closed(store: Store) -> None:
    """The schema is a JSON object that describes each option and allows no others."""
    schema = json.loads(store.provider.vendor.schema.read_text())
    same(schema.get("type"), "object", "the schema's type")
    same(schema.get("additionalProperties"), False, "additionalProperties")
    silent = [
        name
        for name, entry in schema["properties"].items()
        if not ("description" in entry or "$ref" in entry or "const" in entry)
    ]
    same(silent, [], "the options without a description")


@case("contract")
def schema_agrees(store: Store) -> None:
    """The schema and the options class have the same options, types and defaults."""
    same(check_agreement(store.provider.vendor), [], "the differences")


@case("contract")
def facts_have_sources(store: Store) -> None:
    """Every capability that is declared says who says so, and as of when."""
    for name, fact in _facts(store).items():
        holds(
            fact.confidence in get_args(Confidence), f"{name} has the confidence {fact.confidence}"
        )
        if fact.known:
            # What the configuration declares is as old as that is, which nobody can tell.
            dated = fact.as_of or fact.source == "the configuration"
            complete = fact.source and dated and fact.confidence != "unknown"
            holds(complete, f"{name} is declared without a source or a date")


@case("contract")
def facts_have_allowed_values(store: Store) -> None:
    """Every capability has a value that the contract knows."""
    hints = get_type_hints(Capabilities)
    for name, fact in _facts(store).items():
        (kind,) = get_args(hints[name])
        allowed = get_args(kind)
        if fact.known and allowed and all(isinstance(value, str) for value in allowed):
            holds(fact.value in allowed, f"{name} is {fact.value!r}, not one of {allowed}")


@case("contract")
def facts_fit_together(store: Store) -> None:
    """Limits are possible ones: above nothing, and parts not above their greatest size."""
    able = store.capabilities
    least, most = able.part_size_min.value, able.part_size_max.value
    if least is not None and most is not None:
        holds(0 < least <= most, f"parts have at least {least} and at most {most} bytes")
    for name in ("parts_max", "batch_delete_limit", "put_size_max", "presign_seconds_max"):
        value = getattr(able, name).value
        holds(value is None or value > 0, f"{name} is {value}")


def _facts(store: Store) -> dict[str, Fact[Any]]:
    return {
        field.name: getattr(store.capabilities, field.name) for field in attrs.fields(Capabilities)
    }


@case("contract")
def shows_no_secret(store: Store) -> None:
    """No secret shows when a provider, its options or its layers are printed."""
    provider = store.provider
    shown = repr(provider) + str(provider) + repr(provider.options) + str(provider.options)
    shown += repr(provider.vendor) + repr([provider]) + f"{provider.layers}"
    holds(not any(secret in shown for secret in secrets_of(provider.options)), "a secret shows")
    holds(provider.name in repr(provider), "the repr does not have the provider's name")


@case("contract")
def is_not_pickled(store: Store) -> None:
    """A provider refuses to be pickled, with a word on what to do instead."""
    error = raises(TypeError, "pickling it", pickle.dumps, store.provider)
    holds("name" in str(error), f"the refusal does not say what to do: {error}")


@case("contract")
def answers_are_pickled(store: Store) -> None:
    """What an upload answers survives a pickle, so that a task queue can carry it."""
    stored = store.put()
    again = pickle.loads(pickle.dumps(stored))  # noqa: S301 - made one line above
    same(again, stored, "the answer after the pickle")


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Collect everything that is logged: ours in full detail, other libraries' from INFO on."""
    root, ours, handler = logging.getLogger(), logging.getLogger("bucketry"), _Records()
    levels = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG)
    try:
        yield handler.texts
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])


@case("contract")
def logs_no_secret(store: Store) -> None:
    """No secret and no signature is logged, not even at the level DEBUG."""
    hidden = [*secrets_of(store.provider.options)]
    with _logged() as texts:
        logging.getLogger("bucketry").debug("canary")
        store.put()
        store.read()
        hidden.append(store.provider.url(store.key()).partition("?")[2] or "no query")
        store.provider.exists(store.key("missing"))
    holds("canary" in texts, "the log could not be read")
    everything = "\n".join(texts)
    holds(not any(secret in everything for secret in hidden), "a secret or a signature is logged")


@case("contract")
def a_layer_makes_a_new_provider(store: Store) -> None:
    """with_layer gives a new provider; the old one and its layers stay as they were."""

    class Elsewhere:
        @hookimpl
        def bucketry_object_url(self, key: str) -> str:
            return f"https://elsewhere.example/{key}"

    before = store.provider.layers
    layered = store.provider.with_layer(Elsewhere())
    same(store.provider.layers, before, "the layers of the old provider")
    same(len(layered.layers), len(before) + 1, "the number of layers of the new one")
    holds(
        layered.object_url(store.key()).startswith("https://elsewhere.example/"),
        "the new layer was not asked first",
    )
    holds(
        not store.provider.object_url(store.key()).startswith("https://elsewhere.example/"),
        "the old provider asks the new layer",
    )


@case("contract")
def a_silent_layer_changes_nothing(store: Store) -> None:
    """A layer that answers None passes every question on."""

    class Silent:
        @hookimpl
        def bucketry_upload(self) -> StoredObject | None:
            return None

        @hookimpl
        def bucketry_object_url(self) -> str | None:
            return None

    layered = store.provider.with_layer(Silent())
    stored = layered.upload(SAMPLE, key=store.key())
    same(layered.read(store.key()), SAMPLE, "the bytes stored through the silent layer")
    same(stored.url, store.provider.object_url(store.key()), "the URL through the silent layer")


@case("contract")
def a_layer_cannot_give_a_bad_url(store: Store) -> None:
    """A layer that answers with no address, a relative one or one with a user is a PluginError."""
    for bad in ("/relative", "ftp://host/key", "https://user@host/key", "https://host/a b", ""):
        layered = store.provider.with_layer(_Url(bad))
        raises(PluginError, f"the address {bad!r}", layered.object_url, store.key())


@attrs.frozen(eq=False)
class _Url:
    url: str

    @hookimpl
    def bucketry_object_url(self) -> str:
        return self.url


@case("contract")
def a_layer_cannot_redirect_an_upload(store: Store) -> None:
    """A layer that sets bucket, key or body of an upload is a PluginError; nothing is stored."""
    for name in ("Bucket", "Key", "Body"):
        layered = store.provider.with_layer(_Params({name: "elsewhere"}))
        raises(PluginError, f"setting {name}", layered.upload, SAMPLE, key=store.key())
    same(store.names(), [], "the names listed")


@case("contract")
def a_layer_cannot_break_a_header(store: Store) -> None:
    """A layer that puts a line break into a parameter is refused, and nothing is stored."""
    layered = store.provider.with_layer(_Params({"ContentType": "a/b\r\nX-Injected: 1"}))
    raises((InvalidHeader, PluginError), "the upload", layered.upload, SAMPLE, key=store.key())
    same(store.names(), [], "the names listed")


@attrs.frozen(eq=False)
class _Params:
    params: dict[str, str]

    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Any:
        return {**(yield), **self.params}


@case("contract")
def a_content_policy_stands_above_all_layers(store: Store) -> None:
    """A content policy has active content saved, whatever the layers of an application say."""
    policy = ContentPolicy(mismatch="allow")  # which needs no library
    layered = store.variant(content_policy=policy).with_layer(_ShowsHtml())
    layered.upload(b"<html>", key=store.key("page.txt"), content_type="text/plain")
    info = store.provider.head(store.key("page.txt"))
    same(info.content_type, "text/html", "the type stored")
    same(info.content_disposition, "attachment; filename=page.html", "the disposition stored")


@attrs.frozen(eq=False)
class _ShowsHtml:
    @hookimpl
    def bucketry_prepare_upload(self, upload: Upload) -> Upload:
        shown = "inline; filename=page.html"
        return attrs.evolve(upload, content_type="text/html", content_disposition=shown)


@case("contract")
def a_misspelt_hook_is_loud(store: Store) -> None:
    """A layer with a misspelt hook is refused when it is added, with the nearest name."""

    class Misspelt:
        @hookimpl
        def bucketry_objekt_url(self, key: str) -> str:
            return "https://never.example/"

    error = raises(PluginError, "adding it", store.provider.with_layer, Misspelt())
    holds("bucketry_object_url" in str(error), f"the refusal does not name the hook: {error}")


@case("contract")
def unknown_native_parameter(store: Store) -> None:
    """A native parameter that nobody knows is refused, never dropped in silence."""
    raises(BucketryError, "uploading with it", store.put, extra_params={"NoSuchParameter": "1"})
    same(store.names(), [], "the names listed after the refusal")


@case("contract")
def closing_twice(store: Store) -> None:
    """A provider may be closed twice, also when it was never used."""
    root = store.provider.options.root_path
    unused = store.variant(root_path=f"{root}/unused")
    unused.close()
    unused.close()
    with store.variant(root_path=f"{root}/used") as used:
        used.upload(SAMPLE, key=store.key())
    used.close()


@case("contract")
def root_path_is_checked(store: Store) -> None:
    """A root path that no key may have is refused when a provider is made."""
    for path in ("../up", "/abs", "a//b", "a\\b"):
        raises(InvalidKey, f"the root path {path!r}", store.variant, root_path=path)
