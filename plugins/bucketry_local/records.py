"""What is kept of an object besides its bytes: a line of text.

    size mtime etag sha256 details

Size and time are in hex, and name the file that the record describes, as its *stamp*. A file whose
stamp no record has was made or changed by hand. The details are JSON: the media type alone, or an
object where more was said.

Records are kept with the files themselves, see `bucketry_local.attributes`, and where that cannot
be, in a small file per key. That file holds two records while the object is replaced, the new one
first, and is written before the object: whichever of both stands there, its record is found. Either
way the one rename that puts the new file in place publishes bytes and record together, and a crash
on either side of it leaves a whole object.

With its file, a record that tells of no more than a common media type is packed into 64 bytes:

    zero 1   number of the type 1   size 6   mtime 8   etag 16   sha256 32

ext4 has room for as many beside the file's own size and times. One byte more takes a block of the
disk for each object, and a fifth of an upload's time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import struct
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import Any

from attrs import field, frozen

from bucketry.headers import check_header_value
from bucketry.media_types import guess_content_type
from bucketry_local.attributes import attached
from bucketry_local.disk import make_folders, no_folder, write_file

logger = logging.getLogger("bucketry.local")


@frozen(kw_only=True, slots=False)  # each upload makes one, and with slots it takes longer
class Details:
    """What an upload says of its bytes; `InvalidHeader` or `TypeError` for what none can say."""

    content_type: str
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    metadata: Mapping[str, str] = field(factory=dict)
    tags: Mapping[str, str] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        check_header_value("content_type", self.content_type)
        more: tuple[Any, ...] = _more(self)
        if more == _NO_MORE:
            return
        *headers, metadata, tags = more
        for name, value in zip(_HEADERS, headers, strict=True):
            if value is not None:
                check_header_value(name, value)
        for texts in (metadata, tags):
            if not isinstance(texts, dict) or not all(map(_is_text, (*texts, *texts.values()))):
                raise TypeError("metadata and tags are texts by their names")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_HEADERS = ("cache_control", "content_disposition", "content_encoding", "content_language")
_MORE = (*_HEADERS, "metadata", "tags")
_TOLD = ("content_type", *_MORE)  # a newer release may tell more
_NO_MORE: tuple[Any, ...] = (None, None, None, None, {}, {})
_more = attrgetter(*_MORE)

# A type's number is its place here, in every store there is: new ones go to the end.
_TYPES = (
    *("application/octet-stream", "application/json", "application/pdf", "application/zip"),
    *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/svg+xml"),
    *("text/plain", "text/html", "text/css", "text/csv", "text/javascript"),
    *("audio/mpeg", "video/mp4", "video/webm", "font/woff2"),
)
_NUMBERS = {name: number for number, name in enumerate(_TYPES)}
_PACKED = struct.Struct(">BBHIq16s32s")

_is_record = re.compile(r"[0-9a-f]++ -?[0-9a-f]++ [^ ]++ [^ ]++ .+").fullmatch
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@frozen(kw_only=True)
class Record:
    """One object: stamp, digests, details.

    Attributes:
        size, mtime_ns: the stamp: bytes, and nanoseconds since 1970 of the last modification.
        etag: MD5 of the bytes in hex; for a file made by hand ``<mtime_ns>-<size>``, both in hex.
        sha256: base64 digest of the bytes; None for a file made by hand.
        details: what the upload said.
    """

    size: int
    mtime_ns: int
    etag: str
    sha256: str | None
    details: Details


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
        return f"{self._folder}/{name}"

    def find(self, key: str, stat: os.stat_result, file: int | str) -> Record | None:
        """Return the record of the file with this `stat`, or None if there is none.

        `file` is its descriptor or path. A damaged record is logged and counts as none, and so do
        damaged details, for which the name of the file stands in: the bytes can still be read.
        """
        told = self.look(key, stat, file)
        if told is None:
            return None
        etag, sha256, details, where = told
        try:
            kept = _details(details)
        except (ValueError, TypeError, RecursionError) as error:
            _damaged(where, key, error)
            kept = Details(content_type=guess_content_type(key))
        return Record(
            size=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            etag=etag,
            sha256=None if sha256 == "-" else sha256,
            details=kept,
        )

    def look(
        self, key: str, stat: os.stat_result, file: int | str, in_files: bool = True
    ) -> tuple[str, str, str, str] | None:
        """Return what `find` makes a record of: ETag, SHA-256, details and where they stand.

        `in_files` says whether to look beside the file, too.
        """
        text = attached(file)
        told = None if text is None else _read(text, stat, key, "the file's attribute")
        if told is not None or not in_files:
            return told
        path = self._file(key)
        try:
            text = _content(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _read(text, stat, key, path)

    def any(self) -> bool:
        """Return whether there are any but those that files have with them."""
        try:
            with os.scandir(self._folder) as found:
                return next(found, None) is not None
        except (FileNotFoundError, NotADirectoryError):
            return False

    def write(self, key: str, records: Sequence[Record], temporary: Path, *, synced: bool) -> None:
        """Keep `records` and no others for `key`; `synced`, they are on disk when this returns."""
        try:
            make_folders(self._folder, synced=synced)
        except NotADirectoryError as error:
            raise no_folder(error.filename) from None
        lines = b"\n".join(map(as_line, records))
        write_file(Path(self._file(key)), lines, temporary, synced=synced)

    def remove(self, key: str) -> None:
        """Forget `key`."""
        with suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(self._file(key))


def as_attribute(record: Record) -> bytes:
    """Return what is kept of the `record` of an upload with its file: packed, if it is common."""
    number = _NUMBERS.get(record.details.content_type)
    if number is None or record.sha256 is None or _more(record.details) != _NO_MORE:
        return as_line(record)
    etag, sha256 = bytes.fromhex(record.etag), a2b_base64(record.sha256)
    high, low = divmod(record.size, 1 << 32)
    try:
        return _PACKED.pack(0, number, high, low, record.mtime_ns, etag, sha256)
    except struct.error:  # 256 TiB, or a time behind the year 2262
        return as_line(record)


def as_line(record: Record) -> bytes:
    """Return what is kept of `record`."""
    details = record.details
    more = {name: value for name, value in zip(_MORE, _more(details), strict=True) if value}
    told = {"content_type": details.content_type, **more} if more else details.content_type
    stamp = _stamp(record.size, record.mtime_ns)
    return f"{stamp}{record.etag} {record.sha256 or '-'} {_json(told)}".encode()


def _stamp(size: int, mtime_ns: int) -> str:
    return f"{size:x} {mtime_ns:x} "


def _read(
    text: bytes, stat: os.stat_result, key: str, where: str
) -> tuple[str, str, str, str] | None:
    """Return ETag, SHA-256 and details of the file with this `stat`, and `where` they stand."""
    try:
        if text[:1] == b"\0":  # no line begins with it
            return _unpacked(text, stat, where)
        stamp = _stamp(stat.st_size, stat.st_mtime_ns)
        for line in text.decode().split("\n"):
            if not _is_record(line):
                raise ValueError("a line is no record")
            if line.startswith(stamp):
                _, _, etag, sha256, details = line.split(" ", 4)
                return etag, sha256, details, where
    except (ValueError, struct.error) as error:
        _damaged(where, key, error)
    return None


def _unpacked(packed: bytes, stat: os.stat_result, where: str) -> tuple[str, str, str, str] | None:
    _, number, high, low, mtime_ns, etag, sha256 = _PACKED.unpack(packed)
    if number >= len(_TYPES):
        raise ValueError("it is of a newer release")
    if ((high << 32) + low, mtime_ns) != (stat.st_size, stat.st_mtime_ns):
        return None
    return etag.hex(), b2a_base64(sha256, newline=False).decode(), f'"{_TYPES[number]}"', where


def _damaged(where: str, key: str, error: Exception) -> None:
    logger.warning("%s is damaged, so the details of %r are lost: %s", where, key, error)


def _details(text: str) -> Details:
    told = json.loads(text)
    if isinstance(told, str):
        return Details(content_type=told)
    if not isinstance(told, dict):
        raise TypeError("details are no object")
    return Details(**{name: told[name] for name in _TOLD if name in told})


def _content(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    with open(handle, "rb", buffering=0) as file:
        return file.read()
