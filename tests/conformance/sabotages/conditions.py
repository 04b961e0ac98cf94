"""Preconditions that are forgotten, or looked at too early."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bucketry import AlreadyExists, PreconditionFailed, Provider
from bucketry.model import Swept
from conformance.sabotages.tools import (
    options,
    raising,
    sabotage,
    without,
)


def _never_new() -> dict[str, Any]:
    taken = AlreadyExists("it was there once")
    return raising("upload", taken, lambda self, given, **o: bool(o.get("prevent_overwrite")))


def _tombstones() -> dict[str, Any]:
    deleted: set[str] = set()

    def delete(self: Provider, key: str, **_: Any) -> None:
        deleted.add(key)
        Provider.delete(self, key)

    gone = AlreadyExists("it was there once")
    return {
        "delete": delete,
        **raising("upload", gone, lambda self, given, key, **o: key in deleted),
    }


def _as_configured(self: Provider, key: str, given: Any, **options: Any) -> Any:
    return self.upload(given, key=key, **options)


def _looks_then_stores(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
    """Check the condition first and store without it: somebody else fits in between."""
    absent, match = options.pop("prevent_overwrite", None), options.pop("if_match", None)
    if absent and self.exists(key):
        raise AlreadyExists("it is there")
    if match and self.head(key).etag != match:
        raise PreconditionFailed("it is another version")
    return Provider.upload(self, given, key=key, **options)


def _looks_once() -> dict[str, Any]:
    """Like `_looks_then_stores`, with everybody's look before anybody's store."""
    seen: dict[str, str | None] = {}

    def upload(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
        absent, match = options.pop("prevent_overwrite", None), options.pop("if_match", None)
        if absent or match:
            etag = seen.setdefault(key, self.head(key).etag if self.exists(key) else None)
            if absent and etag:
                raise AlreadyExists("it is there")
            if match and etag != match:
                raise PreconditionFailed("it is another version")
        return Provider.upload(self, given, key=key, **options)

    return {"upload": upload}


def _quotes(self: Provider, given: Any, **options: Any) -> bool:
    return '"' in (options.get("if_match") or "")


def leaves_parts(*errors: type[BaseException]) -> dict[str, Any]:
    """Leave an unfinished upload behind when an upload fails with one of `errors`."""
    left: list[str] = []

    def upload(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
        try:
            return Provider.upload(self, given, key=key, **options)
        except errors:
            left.append(key)
            raise

    def sweep(self: Provider, **options: Any) -> Any:
        return [Swept(key=key, upload_id="1", started=datetime.now(UTC)) for key in left]

    return {"upload": upload, "sweep": sweep}


CONDITIONAL = [
    sabotage("conditional.create_where_nothing_is", "AlreadyExists", methods=_never_new()),
    sabotage(
        "conditional.create_over_an_object",
        "but it succeeded",
        methods=without("prevent_overwrite"),
    ),
    sabotage("conditional.create_again_after_a_delete", "it was there once", methods=_tombstones()),
    sabotage(
        "conditional.create_only_by_setting",
        "but it succeeded",
        methods=options(lambda given: {**given, "prevent_overwrite": False}),
    ),
    sabotage(
        "conditional.replace_lifts_the_setting",
        "AlreadyExists",
        methods={"replace": _as_configured},
    ),
    sabotage(
        "conditional.race_of_creators",
        "the number of winners",
        methods=_looks_once(),
    ),
    sabotage(
        "conditional.create_is_never_a_false_yes",
        "but it succeeded",
        facts={"put_if_absent": "ignored"},
        methods=without("prevent_overwrite"),
    ),
    sabotage(
        "conditional.replace_is_never_a_false_yes",
        "but it succeeded",
        facts={"put_if_match": "ignored"},
        methods=without("if_match"),
    ),
    sabotage(
        "conditional.replace_the_known_version",
        "PreconditionFailed",
        methods=raising("upload", PreconditionFailed("no such version"), _quotes),
    ),
    sabotage(
        "conditional.replace_a_stale_version", "but it succeeded", methods=without("if_match")
    ),
    sabotage(
        "conditional.replace_what_is_not_there", "but it succeeded", methods=without("if_match")
    ),
    sabotage(
        "conditional.race_of_replacers",
        "the number of winners",
        methods=_looks_once(),
    ),
    sabotage(
        "conditional.contradicting_conditions", "but it succeeded", methods=without("if_match")
    ),
    sabotage("conditional.line_break_in_an_etag", "but it succeeded", methods=without("if_match")),
    sabotage(
        "conditional.create_large_over_an_object",
        "but it succeeded",
        place="aws",
        methods=without("prevent_overwrite"),
    ),
    sabotage(
        "conditional.create_large_with_an_intruder",
        "but it succeeded",
        place="aws",
        methods={"upload": _looks_then_stores},
    ),
    sabotage(
        "conditional.replace_large_with_an_intruder",
        "but it succeeded",
        place="aws",
        methods={"upload": _looks_then_stores},
    ),
    sabotage(
        "conditional.create_large_is_never_a_false_yes",
        "but it succeeded",
        place="aws",
        facts={"complete_if_absent": "ignored"},
        methods={"upload": _looks_then_stores},
    ),
    sabotage(
        "conditional.replace_large_is_never_a_false_yes",
        "but it succeeded",
        place="aws",
        facts={"complete_if_match": "ignored"},
        methods=without("if_match"),
    ),
    sabotage(
        "conditional.failed_condition_leaves_no_parts",
        "an unfinished upload was left behind",
        place="aws",
        methods=leaves_parts(AlreadyExists),
    ),
]


SABOTAGES = [*CONDITIONAL]
