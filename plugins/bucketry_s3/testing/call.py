"""One authenticated call, as the operations see it."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from bucketry_s3.testing.auth import Account
from bucketry_s3.testing.checks import Payload
from bucketry_s3.testing.personality import Personality
from bucketry_s3.testing.request import Request, Route
from bucketry_s3.testing.store import Bucket, Store


@frozen(kw_only=True)
class Call:
    """What an operation needs: who asks for what, of which server, when.

    `account` is None for an anonymous call; `region` is the one that the server is in.
    """

    request: Request
    route: Route
    payload: Payload = field(repr=False)
    account: Account | None
    personality: Personality = field(repr=False)
    store: Store = field(repr=False)
    region: str
    now: datetime

    @property
    def bucket(self) -> Bucket:
        """The bucket; ``NoSuchBucket`` when there is none."""
        return self.store.bucket(self.route.bucket)

    @property
    def key(self) -> str:
        """The object key."""
        return self.route.key
