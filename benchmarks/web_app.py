"""An application that stores what is sent to it, by the library that ``WHO`` names."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from benchmarks.place import BUCKET, REGION, SECRET

WHO, ENDPOINT = os.environ["WHO"], os.environ["ENDPOINT"]
Receive = Callable[[], Awaitable[Any]]
Store = Callable[[str, AsyncIterator[bytes]], Awaitable[Any]]


def _bucketry() -> Store:
    from bucketry import aio

    provider = aio.open_provider(
        {
            "provider": "s3", "bucket": BUCKET, "region": REGION, "endpoint": ENDPOINT,
            "addressing": "path", "ca_bundle": os.environ["SSL_CERT_FILE"],
            "credentials": {"access_key_id": WHO, "secret_access_key": SECRET},
        }
    )  # fmt: skip
    return lambda key, body: provider.upload(body, key=key)


def _obstore() -> Store:
    import obstore
    from obstore.store import S3Store

    store = S3Store(
        BUCKET, endpoint=ENDPOINT, region=REGION, access_key_id=WHO, secret_access_key=SECRET,
        virtual_hosted_style_request=False,
    )  # fmt: skip
    return lambda key, body: obstore.put_async(store, key, body)


def _aiobotocore() -> Store:
    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session

    config = AioConfig(s3={"addressing_style": "path"}, max_pool_connections=200)
    stack = AsyncExitStack()
    client: Any = None

    async def store(key: str, body: AsyncIterator[bytes]) -> None:
        nonlocal client
        if client is None:
            client = await stack.enter_async_context(
                get_session().create_client(
                    "s3",
                    region_name=REGION,
                    endpoint_url=ENDPOINT,
                    aws_access_key_id=WHO,
                    aws_secret_access_key=SECRET,
                    verify=os.environ["SSL_CERT_FILE"],
                    config=config,
                )
            )
        # It takes no stream that cannot be rewound.
        await client.put_object(Bucket=BUCKET, Key=key, Body=b"".join([c async for c in body]))

    return store


STORES = {"bucketry": _bucketry, "obstore": _obstore, "aiobotocore": _aiobotocore}
_store: Store | None = None


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        if message.get("body"):
            yield message["body"]


async def app(scope: Any, receive: Receive, send: Callable[[Any], Awaitable[None]]) -> None:
    global _store
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if _store is None:
        _store = STORES[WHO]()
    await _store(scope["path"][1:], _body(receive))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
