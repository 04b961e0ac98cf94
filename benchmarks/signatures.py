"""Whether signed URLs are right: SigV4 of a query, written from Amazon's description alone.

It shares no code with any contestant, and boto3's URLs pass the same check in every run.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from benchmarks.place import BUCKET, EXPIRES, REGION, SECRET, Place

_LATE = timedelta(minutes=10)


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def check(url: str, key: str, place: Place) -> None:
    """Raise AssertionError unless `url` lets its holder GET `key` for the wanted time, from now."""
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", place.host), f"{url} leads elsewhere"
    assert unquote(parts.path) == f"/{BUCKET}/{key}", f"{url} is of another key than {key}"
    query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))
    signature = query.pop("X-Amz-Signature")
    moment = query["X-Amz-Date"]
    signed_at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - signed_at) < _LATE, f"{url} was not signed now"
    assert query["X-Amz-Expires"] == str(EXPIRES), f"{url} is not good for {EXPIRES} seconds"
    scope = f"{moment[:8]}/{REGION}/s3/aws4_request"
    assert query["X-Amz-Credential"] == f"{place.name}/{scope}", f"{url} is signed by another"
    assert query["X-Amz-SignedHeaders"] == "host", f"{url} wants more headers than the host's"
    sorted_query = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items())
    )
    canonical = (
        f"GET\n{quote(unquote(parts.path), safe='/')}\n{sorted_query}\n"
        f"host:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    )
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signing_key = _hmac(f"AWS4{SECRET}".encode(), moment[:8])
    for step in (REGION, "s3", "aws4_request"):
        signing_key = _hmac(signing_key, step)
    assert hmac.compare_digest(_hmac(signing_key, text).hex(), signature), (
        f"{url} is signed wrongly"
    )
