"""Layers that are at hand: put one on a provider, or name it in `overrides`.

>>> import bucketry
>>> from bucketry.layers import Event, Watching
>>> seen = []
>>> media = bucketry.open_provider({"provider": "local", "directory": "/tmp/bucketry-doc"})
>>> media = media.with_layer(Watching(seen.append))
>>> media.upload(b"hello", key="notes/hello.txt").size
5
>>> seen[0].operation, seen[0].bytes, seen[0].outcome, seen[0].key
('upload', 5, 'ok', None)
>>> media.delete("notes/hello.txt")
"""

from bucketry.layers.logs import LoggingLayer
from bucketry.layers.watching import Event, Watching

__all__ = ["Event", "LoggingLayer", "Watching"]
