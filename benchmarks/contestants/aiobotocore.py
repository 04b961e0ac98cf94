"""aiobotocore: botocore made asynchronous."""

from __future__ import annotations

import asyncio

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session

from benchmarks.place import BUCKET, REGION, SECRET, Place


class Contestant:
    def __init__(self, place: Place) -> None:
        self.place = place

    def put_async(self, keys: list[str], body: bytes, at_once: int) -> None:
        asyncio.run(self._put(keys, body, at_once))

    async def _put(self, keys: list[str], body: bytes, at_once: int) -> None:
        config = AioConfig(s3={"addressing_style": "path"}, max_pool_connections=at_once)
        slots = asyncio.Semaphore(at_once)
        async with get_session().create_client(
            "s3",
            region_name=REGION,
            endpoint_url=self.place.endpoint,
            aws_access_key_id=self.place.name,
            aws_secret_access_key=SECRET,
            verify=self.place.ca,
            config=config,
        ) as client:

            async def one(key: str) -> None:
                async with slots:
                    await client.put_object(Bucket=BUCKET, Key=key, Body=body)

            await asyncio.gather(*(one(key) for key in keys))
