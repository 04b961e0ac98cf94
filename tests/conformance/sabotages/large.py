"""Large uploads, sweeps and threads that go wrong."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import attrs

from bucketry import Provider, Unsupported
from bucketry.testing.cases.upload import Liar
from bucketry.testing.store import rebuilt
from conformance.sabotages.conditions import leaves_parts
from conformance.sabotages.tools import (
    answer,
    arguments,
    bare_copy,
    body,
    deletes_first,
    options,
    raising,
    sabotage,
    source_if,
    stored,
    told,
    told_twice,
    whole,
)


def _large_bare(self: Provider, given: Any, **options: Any) -> Any:
    given = whole(given)
    if len(given) > self.options.multipart.part_size:
        options.pop("metadata", None)
    return Provider.upload(self, given, **options)


def _alone_short(self: Provider, given: Any, **options: Any) -> Any:
    alone = self.options.multipart.concurrency == 1
    return Provider.upload(self, given[:-1] if alone else given, **options)


def _over_the_old(self: Provider, given: Any, *, key: str, **options: Any) -> Any:
    if isinstance(given, bytes) and self.exists(key):
        given += self.read(key)[len(given) :]
    return Provider.upload(self, given, key=key, **options)


def _mixed(given: Any) -> bool:
    return isinstance(given, bytes) and len(given) > 1000 and len(set(given)) == 1


def _shifted(self: Provider, key: str, byte_range: Any = None) -> Any:
    if byte_range is not None:
        byte_range = attrs.evolve(byte_range, start=byte_range.start + 1)
    return Provider.open(self, key, byte_range)


def _no_large_tags(self: Provider, given: Any, **options: Any) -> bool:
    return "tags" in options and len(given) > self.options.multipart.part_size


MULTIPART = [
    sabotage(
        "multipart.large",
        "size and ETag",
        hooks={"upload": told(size=lambda true: true.size - 1)},
    ),
    sabotage(
        "multipart.number_of_parts",
        "the parts of",
        place="aws",
        hooks={"upload": told(parts=3)},
    ),
    sabotage(
        "multipart.exactly_one_part",
        "was cut in two",
        place="aws",
        hooks={"upload": told(parts=2)},
    ),
    sabotage(
        "multipart.stream_of_unknown_length",
        "the size in the answer",
        methods=body(lambda given: given[:-1]),
    ),
    sabotage(
        "multipart.headers_are_kept",
        "type, Cache-Control and metadata",
        place="aws",
        methods={"upload": _large_bare},
    ),
    sabotage(
        "multipart.same_address_as_small",
        "the URL of the large upload",
        place="aws",
        methods=stored(url=lambda true: f"{true.location}?" if true.parts else true.url),
    ),
    sabotage(
        "multipart.ranges_over_the_seam",
        "the bytes around the seam",
        place="aws",
        methods={"open": _shifted},
    ),
    sabotage(
        "multipart.progress",
        "the sum of the steps",
        place="aws",
        methods=options(told_twice),
    ),
    sabotage(
        "multipart.broken_source",
        "the unfinished uploads",
        place="aws",
        methods=leaves_parts(RuntimeError),
    ),
    sabotage(
        "multipart.broken_source_over_an_object",
        "NotFound",
        place="aws",
        methods={"upload": deletes_first},
    ),
    sabotage(
        "multipart.interrupted",
        "the unfinished uploads",
        place="aws",
        methods=leaves_parts(BaseException),
    ),
    sabotage(
        "multipart.shorter_than_promised",
        "but it succeeded",
        place="aws",
        methods=source_if(lambda given: isinstance(given, Liar), lambda given: given.getvalue()),
    ),
    sabotage(
        "multipart.one_at_a_time",
        "the SHA-256 of the bytes read back",
        place="aws",
        methods={"upload": _alone_short},
    ),
    sabotage(
        "multipart.two_at_once",
        "the object is neither upload",
        place="aws",
        methods=source_if(_mixed, lambda given: given[:-1] + b"\x09"),
    ),
    sabotage(
        "multipart.overwritten_by_small",
        "the bytes afterwards",
        place="aws",
        methods={"upload": _over_the_old},
    ),
    sabotage("multipart.copied", "the copy's type", place="aws", methods={"copy": bare_copy}),
    sabotage(
        "multipart.tagged",
        "tagging = 'yes'",
        place="aws",
        outcome="contradicted",
        methods=raising("upload", Unsupported("no tags on large ones"), _no_large_tags),
    ),
]


def _from_above(self: Provider, **options: Any) -> Any:
    root = self.options.root_path
    with rebuilt(self, root_path=root.removesuffix("/other")) as above:
        return Provider.sweep(above, **options)


def _sweeps_all(self: Provider, **_: Any) -> Any:
    self.delete_many([info.key for info in self.list()])
    return []


def _any_age(self: Provider, *, older_than: timedelta, dry_run: bool = False) -> Any:
    return Provider.sweep(self, older_than=abs(older_than), dry_run=dry_run)


SWEEP = [
    sabotage(
        "sweep.finds",
        "the number of unfinished uploads found by dry run",
        place="aws",
        methods=arguments("sweep", dry_run=False),
    ),
    sabotage(
        "sweep.removes",
        "the unfinished uploads afterwards",
        place="aws",
        methods=arguments("sweep", dry_run=True),
    ),
    sabotage(
        "sweep.spares_young_ones",
        "what was swept",
        place="aws",
        methods=arguments("sweep", older_than=timedelta(0)),
    ),
    sabotage(
        "sweep.stays_below_the_root",
        "what was swept from beside",
        place="aws",
        methods={"sweep": _from_above},
    ),
    sabotage("sweep.spares_objects", "NotFound", methods={"sweep": _sweeps_all}),
    sabotage("sweep.negative_age", "but it succeeded", methods={"sweep": _any_age}),
]


class _Last:
    """What threads give each other by mistake: each gets what another gave before."""

    def __init__(self, value: Any) -> None:
        self._value = value
        self._lock = threading.Lock()

    def swap(self, value: Any) -> Any:
        with self._lock:
            value, self._value = self._value, value
        return value


def _shared_buffer() -> dict[str, Any]:
    last = _Last(b"")

    def upload(self: Provider, given: bytes, **options: Any) -> Any:
        return Provider.upload(self, last.swap(given), **options)

    return {"upload": upload}


def _one_reader() -> dict[str, Any]:
    last = _Last(b"")

    def read(self: Provider, key: str) -> Any:
        return last.swap(Provider.read(self, key))

    return {"read": read}


def _shared_metadata() -> dict[str, Any]:
    last = _Last({"writer": "nobody"})

    def upload(self: Provider, given: bytes, *, metadata: Any = None, **options: Any) -> Any:
        if metadata is not None:
            metadata = last.swap(metadata)
        return Provider.upload(self, given, metadata=metadata, **options)

    return {"upload": upload}


def _shared_key() -> dict[str, Any]:
    last = _Last("nobody's")

    def object_url(self: Provider, key: str) -> str:
        return Provider.object_url(self, last.swap(key))

    return {"object_url": object_url}


def _one_deleter() -> dict[str, Any]:
    lock = threading.Lock()

    def delete(self: Provider, key: str, **_: Any) -> None:
        with lock:
            self.head(key)
            Provider.delete(self, key)

    return {"delete": delete}


CONCURRENCY = [
    sabotage("concurrency.own_keys", "the bytes of each thread", methods=_shared_buffer()),
    sabotage("concurrency.one_object_read", "who got all of it", methods=_one_reader()),
    sabotage(
        "concurrency.one_key_overwritten",
        "the metadata stored",
        methods=_shared_metadata(),
    ),
    sabotage(
        "concurrency.read_while_overwritten",
        "a mixture of two versions",
        methods=answer("read", lambda true: true[:25_000] + b"\x03" * 25_000),
    ),
    sabotage("concurrency.deleted_at_once", "NotFound", methods=_one_deleter()),
    sabotage("concurrency.signed_at_once", "the keys of the addresses", methods=_shared_key()),
]

SABOTAGES = [*MULTIPART, *SWEEP, *CONCURRENCY]
