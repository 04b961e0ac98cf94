"""Operations on many objects that lose some of them, or write them where they do not belong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from bucketry import ObjectInfo, Outcome, Provider
from conformance.sabotages.tools import sabotage


class _Plain:
    """Outcomes that were made before."""

    def __init__(self, outcomes: list[Outcome[Any]]) -> None:
        self._outcomes = iter(outcomes)

    def __iter__(self) -> Iterator[Outcome[Any]]:
        return self._outcomes

    def __next__(self) -> Outcome[Any]:
        return next(self._outcomes)

    def __enter__(self) -> _Plain:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def raise_failures(self) -> None:
        for outcome in self._outcomes:
            outcome.get()


def _without_own_options(self: Provider, items: Any, **options: Any) -> Any:
    return Provider.upload_many(self, [item[:2] for item in items], **options)


def _ends_at_the_first_failure(self: Provider, items: Any, **options: Any) -> Any:
    done = []
    for outcome in Provider.upload_many(self, items, **{**options, "concurrency": 1}):
        done.append(outcome)
        if not outcome.ok:
            break
    return _Plain(done)


def _first_failure_only(self: Provider, items: Any, **options: Any) -> Any:
    return _Plain(list(Provider.upload_many(self, items, **options)))


def _takes_all(self: Provider, items: Any, **options: Any) -> Any:
    return Provider.upload_many(self, list(items), **options)


def _skips_missing(self: Provider, keys: Any, **options: Any) -> Any:
    return _Plain([one for one in Provider.head_many(self, keys, **options) if one.ok])


def _empty_files(self: Provider, items: Any, folder: Any, **options: Any) -> Any:
    outcomes = list(Provider.download_many(self, items, folder, **options))
    for outcome in outcomes:
        if outcome.path is not None:
            outcome.path.write_bytes(b"")
    return _Plain(outcomes)


def _anywhere(self: Provider, items: Any, folder: Any, **options: Any) -> Any:
    outcomes = []
    for number, (key, name) in enumerate(items):
        path = Path(folder) / name
        if path.is_relative_to(folder) and name:
            path.parent.mkdir(parents=True, exist_ok=True)
            info: ObjectInfo = self.download(key, path)
            outcomes.append(Outcome(number=number, key=key, result=info, path=path))
    return _Plain([attrs.evolve(one) for one in outcomes])


SABOTAGES = [
    sabotage("many.stored", "type and metadata", methods={"upload_many": _without_own_options}),
    sabotage(
        "many.a_failure_hides_no_other",
        "the outcomes",
        methods={"upload_many": _ends_at_the_first_failure},
    ),
    sabotage(
        "many.failures_as_one",
        "wanted ManyFailed, got InvalidKey",
        methods={"upload_many": _first_failure_only},
    ),
    sabotage("many.taken_as_needed", "items were taken for 3", methods={"upload_many": _takes_all}),
    sabotage("many.looked_at", "the failures", methods={"head_many": _skips_missing}),
    sabotage("many.downloaded", "the files", methods={"download_many": _empty_files}),
    sabotage(
        "many.downloads_stay_in_their_folder",
        "the numbers of the failures",
        methods={"download_many": _anywhere},
    ),
]
