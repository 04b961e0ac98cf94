"""Names for uploads that come without a key."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from bucketry.errors import InvalidKey, InvalidSource, PluginError
from bucketry.hookspecs import hookimpl
from bucketry.model import Upload
from bucketry.testing.case import case
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store


@case("naming")
def slug(store: Store) -> None:
    """The strategy slug makes an ASCII name with the file's ending and a random part."""
    provider = store.variant(key_strategy="slug")
    stored = provider.upload(SAMPLE, filename="Näme & co.PNG")
    holds(re.fullmatch(r"Naeme_and_co_[0-9a-f]{10}\.PNG", stored.key), f"the key is {stored.key}")
    same(provider.read(stored.key), SAMPLE, "the bytes under the key")


@case("naming")
def slugs_differ(store: Store) -> None:
    """Two uploads of the same file name are two objects."""
    provider = store.variant(key_strategy="slug")
    keys = {provider.upload(SAMPLE, filename="report.pdf").key for _ in range(3)}
    same(len(keys), 3, "the number of keys")


@case("naming")
def slug_of_nothing(store: Store) -> None:
    """A file name without any letter of the alphabet still gets a key, and so does none at all."""
    provider = store.variant(key_strategy="slug")
    for filename in ("日本語.txt", "...", None):
        stored = provider.upload(SAMPLE, filename=filename)
        same(provider.read(stored.key), SAMPLE, f"the bytes under the key of {filename!r}")


@case("naming")
def name(store: Store) -> None:
    """The strategy name keeps the file's name, and refuses an upload without one."""
    provider = store.variant(key_strategy="name")
    stored = provider.upload(SAMPLE, filename=f"Näme & {store.folder}.PNG")
    same(stored.key, f"Näme & {store.folder}.PNG", "the key")
    raises(InvalidKey, "an upload without a name", provider.upload, SAMPLE)


@case("naming")
def date(store: Store) -> None:
    """The strategy date puts uploads into a folder for each day, by universal time."""
    provider = store.variant(key_strategy="date")
    key = provider.upload(SAMPLE, filename="a.txt").key
    days = [datetime.now(UTC) - timedelta(days=back) for back in (0, 1)]
    folders = [f"{day:%Y/%m/%d}/" for day in days]
    holds(key.startswith(tuple(folders)), f"the key {key} is not of today")


@case("naming")
def content_hash(store: Store) -> None:
    """The strategy hash names an object after its bytes: the same bytes are stored once."""
    provider = store.variant(key_strategy="hash")
    digest = hashlib.sha256(SAMPLE).hexdigest()
    for filename in ("a.txt", "b.txt"):
        key = provider.upload(SAMPLE, filename=filename).key
        same(key, f"{digest[:2]}/{digest[2:4]}/{digest}.txt", f"the key of {filename}")


@case("naming")
def content_hash_of_a_stream(store: Store) -> None:
    """The strategy hash refuses a stream, because it can be read only once."""
    provider = store.variant(key_strategy="hash")
    raises(InvalidSource, "uploading a stream", provider.upload, iter([SAMPLE]))


@case("naming", each={"slug": "slug", "name": "name", "date": "date", "hash": "hash"})
def hostile_file_names(store: Store, strategy: object) -> None:
    """With the strategy {} no file name leads out of the root path or breaks a key."""
    chosen: Any = strategy
    provider = store.variant(key_strategy=chosen)
    for filename in ("../../etc/passwd", "..\\..\\boot.ini", "/abs", "a\0b", "x\r\ny", "..", "n/"):
        try:
            stored = provider.upload(SAMPLE, filename=filename)
        except ValueError:
            continue
        clean = re.fullmatch(r"[A-Za-z0-9_./-]+", stored.key) and ".." not in stored.key.split("/")
        holds(clean, f"{filename!r} became the key {stored.key!r}")


@case("naming")
def by_a_layer(store: Store) -> None:
    """A layer can name uploads or put a folder in front; a key that is given is left alone."""

    class PerTenant:
        @hookimpl(wrapper=True)
        def bucketry_build_key(self, upload: Upload) -> Any:
            return f"{folder}/tenant-7/" + (yield)

    folder = store.folder
    provider = store.variant(key_strategy="name").with_layer(PerTenant())
    same(provider.upload(SAMPLE, filename="a.txt").key, store.key("tenant-7/a.txt"), "the key")
    same(provider.upload(SAMPLE, key=store.key("b.txt")).key, store.key("b.txt"), "a given key")


@case("naming")
def by_a_hostile_layer(store: Store) -> None:
    """A layer that names an upload out of the root path is refused, and nothing is stored."""

    class Outside:
        @hookimpl
        def bucketry_build_key(self) -> str:
            return "../outside.txt"

    provider = store.provider.with_layer(Outside())
    raises((InvalidKey, PluginError), "the upload", provider.upload, SAMPLE)
