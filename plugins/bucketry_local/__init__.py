"""Files on disk: the provider that needs no server, for development, tests and small sites.

>>> import bucketry
>>> media = bucketry.open_provider({"provider": "local", "directory": "/tmp/bucketry-doc"})
>>> media.upload(b"hello", key="notes/hello.txt").url
'http://127.0.0.1:8900/notes/hello.txt'
>>> media.delete("notes/hello.txt")

Objects are plain files under `directory`; what HTTP needs besides the bytes is kept in the folder
``.bucketry`` there. `bucketry_local.wsgi.app` serves them and checks signed URLs.
"""

from bucketry_local.layer import LocalLayer
from bucketry_local.options import LocalOptions
from bucketry_local.page import vendor

__all__ = ["LocalLayer", "LocalOptions", "vendor"]
