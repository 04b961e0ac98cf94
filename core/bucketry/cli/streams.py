"""Reading an object as a stream that is whole or an error."""

from __future__ import annotations

from collections.abc import Iterator

from bucketry import IntegrityError, ObjectReader, Provider, StorageError


def whole(provider: Provider, reader: ObjectReader) -> Iterator[bytes]:
    """Yield an object's bytes; an error in between names the provider that it was read from.

    `IntegrityError` if they end before the announced size.
    """
    key = reader.info.key
    received = 0
    try:
        for chunk in reader.chunks():
            received += len(chunk)
            yield chunk
        if received != reader.info.size:
            raise IntegrityError(f"{received} bytes arrived, {reader.info.size} were announced")
    except StorageError as error:
        told = error.evolve(
            provider=provider.name, vendor=provider.vendor.name, operation="read", key=key
        )
        raise told from error.__cause__
