"""What is kept of an object besides its bytes, as JSON.

A record names the file it describes by size and modification time, its *stamp*. A file whose stamp
no record has was made or changed by hand.

Records are kept with the files themselves, see `bucketry_local.attributes`, and where that cannot
be, in a small file per key. That file holds two records while the object is replaced, the new one
first, and is written before the object: whichever of both stands there, its record is found. Either
way the one rename that puts the new file in place publishes bytes and record together, and a crash
on either side of it leaves a whole object.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import attrs
from attrs import field, frozen
from attrs.validators import deep_mapping, instance_of, optional

from bucketry.headers import check_header_value
from bucketry.media_types import guess_content_type
from bucketry_local.attributes import attached
from bucketry_local.disk import write_file

T = TypeVar("T")

logger = logging.getLogger("bucketry.local")


def _header(details: object, attribute: attrs.Attribute[str], value: str) -> None:
    check_header_value(attribute.name, value)


_TEXT = instance_of(str)
_OPTIONAL_TEXT = optional(_TEXT)
_OPTIONAL_HEADER = optional(_header)
_TEXTS = deep_mapping(_TEXT, _TEXT, instance_of(dict))


@frozen(kw_only=True)
class Details:
    """What an upload says of its bytes."""

    content_type: str = field(validator=_header)
    cache_control: str | None = field(default=None, validator=_OPTIONAL_HEADER)
    content_disposition: str | None = field(default=None, validator=_OPTIONAL_HEADER)
    content_encoding: str | None = field(default=None, validator=_OPTIONAL_HEADER)
    content_language: str | None = field(default=None, validator=_OPTIONAL_HEADER)
    metadata: Mapping[str, str] = field(factory=dict, validator=_TEXTS)
    tags: Mapping[str, str] = field(factory=dict, validator=_TEXTS)


_DETAILS = tuple(attribute.name for attribute in attrs.fields(Details))


@frozen(kw_only=True)
class Record:
    """One object: stamp, digests, details.

    Attributes:
        size, mtime_ns: the stamp: bytes, and nanoseconds since 1970 of the last modification.
        etag: MD5 of the bytes in hex; for a file made by hand ``<mtime_ns>-<size>``, both in hex.
        sha256: base64 digest of the bytes; None for a file made by hand.
        details: what the upload said.
    """

    size: int = field(validator=instance_of(int))
    mtime_ns: int = field(validator=instance_of(int))
    etag: str = field(validator=_TEXT)
    sha256: str | None = field(validator=_OPTIONAL_TEXT)
    details: Details = field(validator=instance_of(Details))


def by_hand(key: str, stat: os.stat_result) -> Record:
    """Return the record of a file that was not uploaded: its type follows from its name."""
    return Record(
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        etag=etag_by_hand(stat),
        sha256=None,
        details=Details(content_type=guess_content_type(key)),
    )


def etag_by_hand(stat: os.stat_result) -> str:
    """Return the ETag of a file that was not uploaded."""
    return f"{stat.st_mtime_ns:x}-{stat.st_size:x}"


def same_file(one: os.stat_result, other: os.stat_result) -> bool:
    """Return whether two looks have seen the same state of a file."""
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


class Records:
    """The records of a store.

    Their files are named by the SHA-256 of the key, because a key may be longer than a file name
    and one key may be the folder of another.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def _file(self, key: str) -> str:
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self._folder}/{name}.json"

    def find(self, key: str, stat: os.stat_result, file: int | str) -> Record | None:
        """Return the record of the file with this `stat`, or None if there is none.

        `file` is its descriptor or path. A damaged record is logged and counts as none: the bytes
        can still be read.
        """
        return self._find(key, stat, file, _record)

    def etag(self, key: str, stat: os.stat_result, file: str, *, in_files: bool) -> str | None:
        """Return the ETag alone, or None if there is no record; `in_files` says where to look."""
        return self._find(key, stat, file, _etag, in_files=in_files)

    def _find(
        self,
        key: str,
        stat: os.stat_result,
        file: int | str,
        take: Callable[[dict[str, Any]], T],
        *,
        in_files: bool = True,
    ) -> T | None:
        text = attached(file)
        found = None if text is None else _taken(take, text, key, stat, "the file's attribute")
        if found is not None or not in_files:
            return found
        path = self._file(key)
        try:
            text = _content(path)
        except FileNotFoundError:
            return None
        return _taken(take, text, key, stat, path)

    def any(self) -> bool:
        """Return whether there are any but those that files have with them."""
        try:
            with os.scandir(self._folder) as found:
                return next(found, None) is not None
        except FileNotFoundError:
            return False

    def write(self, key: str, records: Sequence[Record], temporary: Path, *, synced: bool) -> None:
        """Keep `records` and no others for `key`; `synced`, they are on disk when this returns."""
        os.makedirs(self._folder, exist_ok=True)
        write_file(Path(self._file(key)), as_json(records, key), temporary, synced=synced)

    def remove(self, key: str) -> None:
        """Forget `key`."""
        with suppress(FileNotFoundError):
            os.unlink(self._file(key))


def as_json(records: Sequence[Record], key: str) -> bytes:
    """Return what is kept of `records`."""
    content = {"key": key, "records": [_entry(record) for record in records]}
    return json.dumps(content, ensure_ascii=False).encode()


def _entry(record: Record) -> dict[str, object]:
    details = record.details
    return {
        "size": record.size,
        "mtime_ns": record.mtime_ns,
        "etag": record.etag,
        "sha256": record.sha256,
        "details": {
            name: value
            for name in _DETAILS
            if (value := getattr(details, name)) is not None and value != {}
        },
    }


def _taken(
    take: Callable[[dict[str, Any]], T], text: bytes, key: str, stat: os.stat_result, where: str
) -> T | None:
    """Return what is taken of the record of the file with this `stat`."""
    try:
        entries = json.loads(text)["records"]
        return next((take(entry) for entry in entries if _describes(entry, stat)), None)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        logger.warning("%s is damaged, so the details of %r are lost: %s", where, key, error)
        return None


def _etag(entry: dict[str, Any]) -> str:
    etag = entry["etag"]
    if not isinstance(etag, str):
        raise TypeError("the ETag is no text")
    return etag


def _describes(entry: dict[str, object], stat: os.stat_result) -> bool:
    return (entry["size"], entry["mtime_ns"]) == (stat.st_size, stat.st_mtime_ns)


def _record(entry: dict[str, object]) -> Record:
    details = entry["details"]
    if not isinstance(details, dict):
        raise TypeError("details are no object")
    fields: dict[str, object] = {**entry, "details": Details(**details)}
    return Record(**fields)  # type: ignore[arg-type]  # the validators check each


def _content(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    with open(handle, "rb", buffering=0) as file:
        return file.read()
