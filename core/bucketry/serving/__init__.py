"""Objects over HTTP, as an application's own server gives them out.

What an object is served with, which preconditions hold, and which of its bytes are asked for
(RFC 9110, sections 8, 13 and 14) are decided here, once, for every framework. `answer_to` decides
and touches nothing; `serve` asks the provider, too, and gives a body to send; `refusal` tells a
stranger about an error.

>>> from bucketry import ObjectInfo
>>> from bucketry.serving import ObjectRequest, answer_to
>>> answer = answer_to(
...     ObjectRequest(headers={"range": "bytes=0-3"}),
...     ObjectInfo(key="a.txt", size=10, content_type="text/plain"),
... )
>>> answer.status, dict(answer.headers)["Content-Range"]
(206, 'bytes 0-3/10')
"""

from bucketry.headers import check_response, content_disposition
from bucketry.serving.answers import ObjectAnswer, ObjectRequest, answer_to
from bucketry.serving.headers import object_headers
from bucketry.serving.refusing import refusal
from bucketry.serving.serve import ObjectBody, same_version, serve

__all__ = [
    "ObjectAnswer",
    "ObjectBody",
    "ObjectRequest",
    "answer_to",
    "check_response",
    "content_disposition",
    "object_headers",
    "refusal",
    "same_version",
    "serve",
]
