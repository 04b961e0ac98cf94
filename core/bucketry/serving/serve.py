"""An object given out through a provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bucketry.errors import IntegrityError
from bucketry.headers import check_response
from bucketry.model import ByteRange, ObjectInfo, ObjectReader
from bucketry.provider import Provider
from bucketry.serving.answers import ObjectAnswer, ObjectRequest, answer_to

CHUNK = 256 * 1024
WHOLE = (ByteRange(start=0),)


class ObjectBody:
    """The bytes of an answer, to be iterated once; close it in any case, as WSGI servers do."""

    def __init__(
        self,
        provider: Provider,
        key: str,
        pieces: Sequence[bytes | ByteRange] = (),
        reader: ObjectReader | None = None,
    ) -> None:
        """`reader` is open at the first range among the pieces."""
        self._provider = provider
        self._key = key
        self._pieces = pieces
        self._reader = reader

    def __iter__(self) -> Iterator[bytes]:
        info = self._reader.info if self._reader is not None else None
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            if self._reader is None:
                self._reader = self._provider.open(self._key, byte_range=piece)
                if info is not None and not same_version(self._reader.info, info):
                    raise IntegrityError("the object was replaced while it was being sent")
            yield from self._reader.chunks(CHUNK)
            self._reader.close()
            self._reader = None

    def close(self) -> None:
        """Give the connection back; safe to call twice."""
        if self._reader is not None:
            self._reader.close()


def same_version(info: ObjectInfo, other: ObjectInfo) -> bool:
    """Return whether two looks saw the same object."""
    return (info.etag, info.size) == (other.etag, other.size)


def serve(
    provider: Provider,
    key: str,
    request: ObjectRequest,
    *,
    response: Mapping[str, str] | None = None,
    private: bool | None = None,
) -> tuple[ObjectAnswer, ObjectBody]:
    """Return how `request` is answered, and the body to send; close the body in any case.

    A plain GET asks the storage once, what has a condition or a range twice. `private` keeps the
    answer out of shared caches; None leaves it to the provider. `response` replaces stored
    headers, by the names that `Provider.sign` has for them. Raises what `Provider.open` raises, and
    `InvalidHeader`.
    """
    check_response(response or {})
    if private is None:
        private = provider.is_private(key)
    if request.looks_first:
        info = provider.head(key)
        answer = answer_to(request, info, response=response, private=private)
        if request.method == "HEAD":
            return answer, ObjectBody(provider, key)
        if answer.status not in (200, 206):
            return answer, ObjectBody(provider, key, answer.body)
        if answer.ranges:
            reader = provider.open(key, byte_range=answer.ranges[0])
            if same_version(reader.info, info):
                return answer, ObjectBody(provider, key, answer.body, reader)
            reader.close()  # replaced in between, so the range is of no version that is known
    reader = provider.open(key)
    answer = answer_to(request.whole, reader.info, response=response, private=private)
    if answer.status == 200:
        return answer, ObjectBody(provider, key, WHOLE, reader)
    reader.close()
    return answer, ObjectBody(provider, key, answer.body)
