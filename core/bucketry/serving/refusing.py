"""What a stranger is told of an error."""

from __future__ import annotations

from bucketry.errors import (
    AccessDenied,
    AlreadyExists,
    BucketryError,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    RateLimited,
    SourceChanged,
    Unavailable,
    Unconfirmed,
    Unsupported,
)

_TOLD: tuple[tuple[type[BucketryError], int, str], ...] = (
    (NotFound, 404, "there is no such object"),
    (AlreadyExists, 409, "there is an object under this name already"),
    (PreconditionFailed, 412, "the object is another version"),
    (AccessDenied, 403, "the storage does not allow this"),
    (SourceChanged, 400, "the upload broke off or changed on the way"),
    (Unsupported, 501, "the storage cannot do this"),
    (RateLimited, 503, "the storage is busy; try again later"),
    (Unavailable, 503, "the storage cannot be reached; try again later"),
    (Unconfirmed, 503, "the storage did not say whether it was done; look before trying again"),
)


def refusal(error: BucketryError) -> tuple[int, str]:
    """Return the HTTP status and the sentence that an error is told to a client with.

    An application's log gets the error itself. A client learns what it did wrong (400, 403, 404,
    409, 412), or that the storage failed (500, 501, 503), and nothing of vendor, bucket or
    credentials.
    """
    if isinstance(error, InvalidInput):
        return 400, str(error)
    for kind, status, sentence in _TOLD:
        if isinstance(error, kind):
            return status, sentence
    return 500, "the storage failed"
