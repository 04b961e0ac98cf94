"""What is kept of an object besides its bytes, in a small JSON file per key.

A record names the file it describes by size and modification time, its *stamp*. The JSON of a key
holds two records while the object is replaced, the new one first, and is written before the file
itself: whichever of both files stands there, its record is found. So the one rename that puts the
new file in place publishes bytes and record together, and a crash on either side of it leaves a
whole object. A file whose stamp no record has was made or changed by hand.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
from attrs import field, frozen
from attrs.validators import deep_mapping, instance_of, optional

from bucketry.headers import check_header_value, guess_content_type
from bucketry_local.disk import write_file

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

    def describes(self, stat: os.stat_result) -> bool:
        """Return whether the file with this `stat` is the one that was recorded."""
        return (self.size, self.mtime_ns) == (stat.st_size, stat.st_mtime_ns)


def by_hand(key: str, stat: os.stat_result) -> Record:
    """Return the record of a file that was not uploaded: its type follows from its name."""
    return Record(
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        etag=f"{stat.st_mtime_ns:x}-{stat.st_size:x}",
        sha256=None,
        details=Details(content_type=guess_content_type(key)),
    )


class Records:
    """The records of a store.

    Their files are named by the SHA-256 of the key, because a key may be longer than a file name
    and one key may be the folder of another.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, key: str) -> Path:
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{name}.json"

    def find(self, key: str, stat: os.stat_result) -> Record | None:
        """Return the record of the file with this `stat`, or None if there is none.

        A damaged record is logged and counts as none: the bytes can still be read.
        """
        file = self._file(key)
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            return None
        try:
            records = [_record(entry) for entry in json.loads(text)["records"]]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            logger.warning("%s is damaged, so the details of %r are lost: %s", file, key, error)
            return None
        return next((record for record in records if record.describes(stat)), None)

    def write(self, key: str, records: Sequence[Record], temporary: Path) -> None:
        """Keep `records` and no others for `key`; they are on disk when this returns."""
        self._folder.mkdir(exist_ok=True)
        content = {"key": key, "records": [attrs.asdict(record) for record in records]}
        data = json.dumps(content, ensure_ascii=False, indent=1).encode()
        write_file(self._file(key), data, temporary)

    def remove(self, key: str) -> None:
        """Forget `key`."""
        self._file(key).unlink(missing_ok=True)


def _record(entry: dict[str, object]) -> Record:
    details = entry["details"]
    if not isinstance(details, dict):
        raise TypeError("details are no object")
    fields: dict[str, object] = {**entry, "details": Details(**details)}
    return Record(**fields)  # type: ignore[arg-type]  # the validators check each
