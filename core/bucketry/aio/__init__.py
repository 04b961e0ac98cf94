"""bucketry for asyncio and trio: the same operations, awaited.

>>> from bucketry.aio import open_provider
>>> async def main() -> None:
...     async with open_provider("media") as media:
...         stored = await media.upload(b"hello", key="notes/hello.txt")
...         print(media.sign(stored.key))

Each operation runs in a thread, of which a provider has a number of its own. Layers and hooks stay
as they are, and are never awaited. See ``docs/howto/async.md``. Needs anyio: the extra ``aio``.
"""

try:
    import anyio  # noqa: F401
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "bucketry.aio needs anyio: pip install 'bucketry[aio]'", name="anyio"
    ) from None

from bucketry.aio.facade import Provider, open_provider, open_providers
from bucketry.aio.files import ObjectReader, ObjectWriter
from bucketry.aio.outcomes import Outcomes
from bucketry.aio.sources import AsyncBody, AsyncFile

__all__ = [
    "AsyncBody",
    "AsyncFile",
    "ObjectReader",
    "ObjectWriter",
    "Outcomes",
    "Provider",
    "open_provider",
    "open_providers",
]
