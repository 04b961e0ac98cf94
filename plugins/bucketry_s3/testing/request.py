"""Requests and answers as plain values, and which S3 operation a request is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, unquote

from attrs import field, frozen

from bucketry_s3.testing.errors import S3Error, not_implemented


@frozen(kw_only=True)
class Request:
    """One HTTP request.

    Attributes:
        method: GET, PUT ...
        raw_path: the path as sent: percent-encoded, never normalised.
        query: decoded parameters in the order they were sent.
        headers: by lower-case name; a repeated header is joined with commas.
        body: the payload, transfer encodings removed.
    """

    method: str
    raw_path: str
    query: Sequence[tuple[str, str]] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def param(self, name: str, default: str = "") -> str:
        """Return the first query parameter of that name."""
        return next((value for key, value in self.query if key == name), default)

    def has(self, name: str) -> bool:
        """Return whether the query has the parameter, with or without a value."""
        return any(key == name for key, _ in self.query)

    def header(self, name: str, default: str = "") -> str:
        """Return a header, `default` when it is not there."""
        return self.headers.get(name, default)

    @property
    def host(self) -> str:
        """The Host header without its port."""
        host = self.header("host")
        return host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host


def parse_target(target: str) -> tuple[str, list[tuple[str, str]]]:
    """Split a request target into the raw path and the decoded query."""
    path, _, query = target.partition("?")
    return path, parse_qsl(query, keep_blank_values=True)


@frozen(kw_only=True)
class Response:
    """One HTTP answer. A `Content-Length` of its own belongs to an answer to HEAD."""

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = field(default=b"", repr=False)


@frozen(kw_only=True)
class Route:
    """What a request asks for. `bucket` and `key` are "" where the operation has none."""

    operation: str
    bucket: str = ""
    key: str = ""
    virtual: bool = False


_BUCKET_GET = {
    "encryption": "GetBucketEncryption",
    "lifecycle": "GetBucketLifecycleConfiguration",
    "location": "GetBucketLocation",
    "ownershipControls": "GetBucketOwnershipControls",
    "policy": "GetBucketPolicy",
    "policyStatus": "GetBucketPolicyStatus",
    "publicAccessBlock": "GetPublicAccessBlock",
    "versioning": "GetBucketVersioning",
    "versions": "ListObjectVersions",
    "uploads": "ListMultipartUploads",
    "cors": "GetBucketCors",
    "acl": "GetBucketAcl",
}
_BUCKET_PUT = {
    "lifecycle": "PutBucketLifecycleConfiguration",
    "ownershipControls": "PutBucketOwnershipControls",
    "policy": "PutBucketPolicy",
    "publicAccessBlock": "PutPublicAccessBlock",
    "versioning": "PutBucketVersioning",
    "cors": "PutBucketCors",
    "acl": "PutBucketAcl",
}
_BUCKET_DELETE = {"cors": "DeleteBucketCors", "policy": "DeleteBucketPolicy"}
_BUCKET = {"GET": _BUCKET_GET, "PUT": _BUCKET_PUT, "DELETE": _BUCKET_DELETE}
_OBJECT_GET = {"uploadId": "ListParts", "tagging": "GetObjectTagging", "acl": "GetObjectAcl"}
_OBJECT_PUT = {"tagging": "PutObjectTagging", "acl": "PutObjectAcl"}

# Subresources of S3 that the stand-in does not have, but where a table above says so. Without this
# list they would be taken for the plain operation: `PUT /key?retention` would overwrite the object.
_ABSENT = frozenset(
    {
        "accelerate",
        "analytics",
        "attributes",
        "encryption",
        "intelligent-tiering",
        "inventory",
        "legal-hold",
        "lifecycle",
        "logging",
        "metrics",
        "notification",
        "object-lock",
        "ownershipControls",
        "policy",
        "policyStatus",
        "publicAccessBlock",
        "replication",
        "requestPayment",
        "restore",
        "retention",
        "select",
        "torrent",
        "website",
    }
)


def find_route(request: Request, *, base_path: str, styles: frozenset[str]) -> Route:
    """Return the operation, bucket and key of a request.

    A host ``bucket.localhost`` names the bucket where `styles` has ``virtual``. Keys are decoded
    once. Raises ``NotImplemented``, ``MethodNotAllowed``, ``SecondLevelDomainForbidden``.
    """
    path = request.raw_path
    if base_path:
        if not path.startswith(base_path + "/"):
            raise S3Error(404, "NoSuchEndpoint", f"The S3 protocol is served under {base_path}")
        path = path[len(base_path) :]
    first, dot, domain = request.host.rpartition(".localhost")
    virtual = bool(first and dot and not domain) and "virtual" in styles
    if virtual:
        bucket, key = first, unquote(path[1:])
    else:
        raw_bucket, _, raw_key = path[1:].partition("/")
        bucket, key = unquote(raw_bucket), unquote(raw_key)
        if bucket and "path" not in styles and request.method != "OPTIONS":
            raise S3Error(
                403,
                "SecondLevelDomainForbidden",
                "The bucket you are attempting to access must be addressed using OSS third level "
                "domain.",
            )
    operation = _operation(request, bucket, key)
    return Route(operation=operation, bucket=bucket, key=key, virtual=virtual)


def _operation(request: Request, bucket: str, key: str) -> str:
    method = request.method
    if method == "OPTIONS":
        return "Preflight"
    known = _BUCKET.get(method, {}) if bucket and not key else {}
    absent = next((name for name, _ in request.query if name in _ABSENT - known.keys()), None)
    if absent or (bucket and not key and request.has("tagging")):
        raise not_implemented(f"The subresource '{absent or 'tagging'}' is not implemented")
    if not bucket:
        name = "ListBuckets" if method == "GET" else None
    elif not key:
        name = _bucket_operation(request)
    else:
        name = _object_operation(request)
    if name is None:
        raise S3Error(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            details={"Method": method},
        )
    return name


def _subresource(request: Request, table: Mapping[str, str]) -> str | None:
    return next((table[name] for name, _ in request.query if name in table), None)


def _bucket_operation(request: Request) -> str | None:
    match request.method:
        case "GET":
            listing = "ListObjectsV2" if request.param("list-type") == "2" else "ListObjects"
            return _subresource(request, _BUCKET_GET) or listing
        case "HEAD":
            return "HeadBucket"
        case "PUT":
            return _subresource(request, _BUCKET_PUT) or "CreateBucket"
        case "DELETE":
            return _subresource(request, _BUCKET_DELETE) or "DeleteBucket"
        case "POST" if request.has("delete"):
            return "DeleteObjects"
        case "POST" if request.header("content-type").startswith("multipart/form-data"):
            return "PostObject"
    return None


def _object_operation(request: Request) -> str | None:
    match request.method:
        case "GET":
            return _subresource(request, _OBJECT_GET) or "GetObject"
        case "HEAD":
            return "HeadObject"
        case "PUT":
            copy = "x-amz-copy-source" in request.headers
            if request.has("uploadId"):
                return "UploadPartCopy" if copy else "UploadPart"
            return _subresource(request, _OBJECT_PUT) or ("CopyObject" if copy else "PutObject")
        case "DELETE":
            if request.has("uploadId"):
                return "AbortMultipartUpload"
            return "DeleteObjectTagging" if request.has("tagging") else "DeleteObject"
        case "POST" if request.has("uploads"):
            return "CreateMultipartUpload"
        case "POST" if request.has("uploadId"):
            return "CompleteMultipartUpload"
    return None
