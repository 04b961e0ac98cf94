"""The typed facade that an application holds."""

from bucketry.provider.addressing import Addressing
from bucketry.provider.reading import LIST_PAGE
from bucketry.provider.storing import Storing

__all__ = ["LIST_PAGE", "Provider"]


class Provider(Storing, Addressing):
    """One configured place for files: a vendor, a bucket, a root path.

    Get one from `bucketry.open_provider`. It may be shared by threads. Nothing is sent before the
    first operation. Every operation either happened, or raises a `BucketryError` that says what was
    attempted, why it failed and what to change; see `bucketry.errors`.
    """
