"""A CDN in front of a private bucket: layers that sign for the CDN instead of for the bucket.

The bucket stays closed, the CDN reads it with rights of its own, and whoever holds a signed address
reads through the CDN. Only GET is signed this way: uploads go to the bucket.

>>> import bucketry
>>> from bucketry_cdn import bunny
>>> media = bucketry.open_provider({"provider": "local", "directory": "/tmp/bucketry-doc"})
>>> media = media.with_layer(bunny("https://media.b-cdn.net", "the key of the pull zone"))
>>> media.url("photos/cat.jpg").partition("?")[0]
'https://media.b-cdn.net/photos/cat.jpg'

`CloudFront` needs the package cryptography (``bucketry[cdn]``).
"""

from bucketry_cdn.cloudfront import CloudFront
from bucketry_cdn.token import TokenSigner, bunny, cloudflare

__all__ = ["CloudFront", "TokenSigner", "bunny", "cloudflare"]
