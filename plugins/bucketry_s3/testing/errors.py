"""What the stand-in refuses with: S3's codes, statuses and words."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


class S3Error(Exception):
    """A refusal, raised anywhere while a request is handled and sent as an ``<Error>`` document.

    `details` are further elements of the document, `headers` further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = dict(details or {})
        self.headers = dict(headers or {})


@frozen
class Refusal:
    """How a server words a refusal: HTTP status, S3's error code and the message.

    ``{header}`` and ``{value}`` in `message` stand for the request's. A personality has one for
    each `Feature`; another wording is
    ``attrs.evolve(personality, refusals={**personality.refusals, "acl": Refusal(...)})``.
    """

    status: int
    code: str
    message: str

    def error(self, header: str = "", value: str = "") -> S3Error:
        """Return the error for one request."""
        return S3Error(
            self.status, self.code, self.message.format(header=header.lower(), value=value)
        )


MISSING_HEADER = Refusal(
    400, "InvalidRequest", "Missing required header for this request: {header}"
)
"""What is said of a request without a header that the server requires."""


def no_such_key(key: str) -> S3Error:
    """Return the error for a key that is not there."""
    return S3Error(404, "NoSuchKey", "The specified key does not exist.", details={"Key": key})


def no_such_bucket(bucket: str) -> S3Error:
    """Return the error for a bucket that is not there."""
    return S3Error(
        404,
        "NoSuchBucket",
        "The specified bucket does not exist",
        details={"BucketName": bucket},
    )


def no_such_upload(upload_id: str) -> S3Error:
    """Return the error for a multipart upload that was never begun, or is over."""
    return S3Error(
        404,
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
        "been aborted or completed.",
        details={"UploadId": upload_id},
    )


def access_denied(message: str = "Access Denied", **details: str) -> S3Error:
    """Return the error for a request that is understood and not allowed."""
    return S3Error(403, "AccessDenied", message, details=details)


def invalid_argument(message: str, name: str = "", value: str = "") -> S3Error:
    """Return the error for a header or parameter with an impossible value."""
    details = {"ArgumentName": name, "ArgumentValue": value} if name else {}
    return S3Error(400, "InvalidArgument", message, details=details)


def invalid_request(message: str) -> S3Error:
    """Return the error for a request that contradicts itself or S3's rules."""
    return S3Error(400, "InvalidRequest", message)


def not_implemented(message: str) -> S3Error:
    """Return the error for what this server does not have."""
    return S3Error(501, "NotImplemented", message)


def precondition_failed(condition: str) -> S3Error:
    """Return the error for a precondition that does not hold; `condition` is the header's name."""
    return S3Error(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        details={"Condition": condition},
    )
