"""Store a file on disk and serve it: run this, then open the addresses that it prints."""

import tempfile

import bucketry
from bucketry_local.server import Server

with tempfile.TemporaryDirectory() as folder, Server(port=0) as server:
    media = bucketry.open_provider(
        {"provider": "local", "directory": folder, "base_url": server.url}
    )
    server.mount(media)
    hello = media.upload(b"Hello from a file on disk.\n", key="notes/hello.txt")
    print("private, so this is refused:", hello.url)
    print("this opens it for 15 minutes:", media.url(hello.key), flush=True)
    input("press Enter to stop\n")
