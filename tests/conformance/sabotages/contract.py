"""Contracts that are broken, and facts that are lies."""

from __future__ import annotations

import json
import logging
import socket
from collections import Counter
from contextlib import suppress
from typing import Any

import attrs

from bucketry import (
    Fact,
    InvalidHeader,
    NotFound,
    PluginError,
    Provider,
    SchemaFile,
    StoredObject,
    hookimpl,
)
from bucketry.host.masking import secrets_of
from conformance.sabotages.tools import (
    answer,
    sabotage,
    without,
)


class _HeadOnly:
    """A family that forgot nearly everything."""

    @hookimpl
    def bucketry_head(self, key: str) -> Any:
        raise NotFound("there is nothing")


def _connects(self: Provider, **given: Any) -> None:
    with socket.socket() as connection, suppress(OSError):
        connection.connect(("127.0.0.1", 9))
    Provider.__init__(self, **given)


def _loose(options: Any, *missing: str) -> Any:
    """Return options of a class that is not frozen, or lacks some."""
    values = {
        field.name: getattr(options, field.name)
        for field in attrs.fields(type(options))
        if field.name not in missing
    }
    return attrs.make_class("Loose", list(values))(**values)


@attrs.frozen(kw_only=True)
class _OtherSchema(SchemaFile):
    """The vendor's schema with some of its keywords replaced."""

    changes: dict[str, Any]

    def read_text(self) -> str:
        schema = json.loads(super().read_text())
        return json.dumps({**schema, **self.changes})


def _schema(**changes: Any) -> dict[str, Any]:
    place = {"package": "bucketry_schemas", "path": "local.schema.json"}
    return {"schema": _OtherSchema(**place, changes=changes)}


class _Unpicklable(StoredObject):
    def __reduce__(self) -> Any:
        return (str, ("lost",))


def _unpicklable(true: StoredObject) -> StoredObject:
    return _Unpicklable(**attrs.asdict(true, recurse=False))


def _logs(self: Provider, key: str, **given: Any) -> str:
    url = Provider.url(self, key, **given)
    logging.getLogger("bucketry").info("made %s", url)
    return url


def _without_the_layer(*errors: type[Exception]) -> dict[str, Any]:
    """Go on without the top layer when it does something wrong."""

    def upload(self: Provider, given: Any, **options: Any) -> Any:
        try:
            return Provider.upload(self, given, **options)
        except errors:
            below = Provider(
                name=self.name,
                vendor=self.vendor,
                options=self.options,
                overrides=self._overrides[:-1],
            )
            return below.upload(given, **options)

    return {"upload": upload}


def _elsewhere_if_silent(self: Provider, given: Any, **options: Any) -> Any:
    stored = Provider.upload(self, given, **options)
    return attrs.evolve(stored, url="https://elsewhere.example/") if self._overrides else stored


def _unchecked_urls(self: Provider, *given: Any) -> None:
    Provider._stand_on(self, *given)
    self._ground.ask.object_url = (  # type: ignore[method-assign]
        lambda key: self.hooks.bucketry_object_url(key=key)
    )


def _closes_once() -> dict[str, Any]:
    closed: Counter[int] = Counter()

    def close(self: Provider) -> None:
        closed[id(self)] += 1
        if closed[id(self)] == 2:
            raise RuntimeError("it is closed already")
        Provider.close(self)

    return {"close": close}


def _repairs_the_root(self: Provider, *, options: Any, **given: Any) -> None:
    root = options.root_path.replace("..", "up").strip("/")
    Provider.__init__(self, options=attrs.evolve(options, root_path=root), **given)


def _without_a_policy(self: Provider, layer: object) -> Provider:
    options = attrs.evolve(self.options, content_policy=None)
    return Provider(name=self.name, vendor=self.vendor, options=options).with_layer(layer)


CONTRACT = [
    sabotage(
        "contract.a_content_policy_stands_above_all_layers",
        "the disposition stored",
        methods={"with_layer": _without_a_policy},
    ),
    sabotage(
        "contract.every_hook_is_answered",
        "the hooks that no layer answers",
        page={"layers": lambda options, context: [_HeadOnly()]},
    ),
    sabotage(
        "contract.made_without_network",
        "a connection was opened",
        methods={"__init__": _connects},
    ),
    sabotage("contract.options_are_frozen", "but it succeeded", options=_loose),
    sabotage(
        "contract.common_options",
        "the options that are missing",
        options=lambda options: _loose(options, "key_strategy"),
    ),
    sabotage("contract.page_is_complete", "the page has no summary", page={"summary": ""}),
    sabotage(
        "contract.schema_is_closed",
        "additionalProperties",
        page=_schema(additionalProperties=True),
    ),
    sabotage("contract.schema_agrees", "the differences", page=_schema(required=["base_url"])),
    sabotage(
        "contract.facts_have_sources",
        "copy is declared without a source",
        facts={"copy": Fact("yes", "documented", "", "2026-11")},
    ),
    sabotage("contract.facts_have_allowed_values", "copy is 'maybe'", facts={"copy": "maybe"}),
    sabotage(
        "contract.facts_fit_together",
        "parts have at least 10 and at most 5 bytes",
        facts={"part_size_min": 10, "part_size_max": 5},
    ),
    sabotage(
        "contract.shows_no_secret",
        "a secret shows",
        place="aws",
        methods={"__repr__": lambda self: f"{self.name} {[*secrets_of(self.options)]}"},
    ),
    sabotage(
        "contract.is_not_pickled",
        "but it succeeded",
        methods={"__reduce__": lambda self: (str, (self.name,))},
    ),
    sabotage(
        "contract.answers_are_pickled",
        "the answer after the pickle",
        methods=answer("upload", _unpicklable),
    ),
    sabotage("contract.logs_no_secret", "is logged", methods={"url": _logs}),
    sabotage(
        "contract.a_layer_makes_a_new_provider",
        "the number of layers of the new one",
        methods={"with_layer": lambda self, layer: self},
    ),
    sabotage(
        "contract.a_silent_layer_changes_nothing",
        "the URL through the silent layer",
        methods={"upload": _elsewhere_if_silent},
    ),
    sabotage(
        "contract.a_layer_cannot_give_a_bad_url",
        "but it succeeded",
        methods={"_stand_on": _unchecked_urls},
    ),
    sabotage(
        "contract.a_layer_cannot_redirect_an_upload",
        "but it succeeded",
        methods=_without_the_layer(PluginError),
    ),
    sabotage(
        "contract.a_layer_cannot_break_a_header",
        "but it succeeded",
        methods=_without_the_layer(InvalidHeader, PluginError),
    ),
    sabotage(
        "contract.a_misspelt_hook_is_loud",
        "but it succeeded",
        methods={"with_layer": lambda self, layer: self},
    ),
    sabotage(
        "contract.unknown_native_parameter", "but it succeeded", methods=without("extra_params")
    ),
    sabotage("contract.closing_twice", "it is closed already", methods=_closes_once()),
    sabotage(
        "contract.root_path_is_checked",
        "but it succeeded",
        methods={"__init__": _repairs_the_root},
    ),
]


def _lie(name: str, value: Any, place: str = "aws", entry: str = "") -> Any:
    return sabotage(
        f"facts.{name}[{entry}]" if entry else f"facts.{name}",
        f"correct the fact {name}[{entry}] = " if entry else f"correct the fact {name} = ",
        place=place,
        outcome="contradicted",
        facts={name: {entry: value} if entry else value},
    )


FACTS = [
    _lie("put_if_absent", "ignored"),
    _lie("put_if_match", "refused"),
    _lie("if_match_etag", "quoted", "digitalocean"),
    _lie("complete_if_absent", "ignored"),
    _lie("complete_if_match", "refused"),
    _lie("delete_if_match", "ignored"),
    *(
        _lie("checksums", "ignored", entry=name)
        for name in ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME")
    ),
    _lie("tagging", "no"),
    _lie("encryption", "no", entry="AES256"),
    _lie("encryption", "ignored", entry="aws:kms"),
    _lie("acl", "none"),
    _lie("multipart", "no"),
    _lie("copy", "no"),
    _lie("post_policy", "no"),
    _lie("complete_location", "bucket/key"),
]

SABOTAGES = [*CONTRACT, *FACTS]
