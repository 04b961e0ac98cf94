"""The values that cross the contract: frozen, typed, safe to print."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import resources
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, Protocol, TypeVar
from urllib.parse import urlsplit

from attrs import Factory, field, frozen

from bucketry.source import Source

if TYPE_CHECKING:
    from bucketry.hookspecs import ProviderHooks

T = TypeVar("T")

Visibility = Literal["public", "private"]
"""Whether a plain URL may open an object (``public``) or only a signed one (``private``)."""

Method = Literal["GET", "HEAD", "PUT", "DELETE", "POST"]
"""What a signed URL allows. ``POST`` is a form upload under a POST policy."""

ChecksumAlgorithm = Literal["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]
"""Digests that S3 verifies on upload (Amazon S3 User Guide, checking object integrity)."""

Progress = Callable[[int], None]
"""Called with the number of bytes (not the total) each time more of them have moved."""


class Secret:
    """A value that never shows itself: `reveal()` is the only way to read it.

    Its repr, str and format are ``***`` and it refuses to be pickled, so that neither a log, a
    traceback with locals nor a task queue carries it away.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret text."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(hashlib.sha256(self._value.encode()).digest())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled; send its name and resolve it on the other side")


@frozen(kw_only=True)
class Credentials:
    """A fixed key pair; `session_token` belongs to temporary credentials only."""

    access_key_id: str = field(repr=False)
    secret_access_key: Secret
    session_token: Secret | None = None


@frozen(kw_only=True)
class AmbientCredentials:
    """The SDK's own credential chain, asked for by name; `profile` picks one of its profiles."""

    profile: str | None = None


@frozen(kw_only=True)
class ClientSettings:
    """Where and as whom a family's client connects. Vendors and layers adjust it with `evolve`.

    Attributes:
        endpoint: scheme, host, optional port and base path that requests go to.
        public_endpoint: the same for URLs that others open; `endpoint` where it is the same.
        region: what signatures are made for; not always the name in the host (IONOS ``de``).
        addressing: ``virtual`` puts the bucket into the host, ``path`` into the path.
        credentials: a fixed pair, or the SDK's own chain where the configuration asks for it.
        checksum_policy: ``when_required`` sends a checksum only where one was asked for;
            ``when_supported`` always.
        ca_bundle: file with the certificate authorities to trust, or None for the system's.
    """

    endpoint: str
    public_endpoint: str
    region: str
    addressing: Literal["path", "virtual"]
    credentials: Credentials | AmbientCredentials
    checksum_policy: Literal["when_required", "when_supported"] = "when_required"
    ca_bundle: str | None = None


@frozen(kw_only=True)
class Encryption:
    """Server-side encryption asked for with an upload.

    `type` is ``AES256`` (the vendor's own keys), ``aws:kms`` or ``aws:kms:dsse``; `kms_key_id`
    names a key and belongs to the last two only.
    """

    type: Literal["AES256", "aws:kms", "aws:kms:dsse"]
    kms_key_id: str | None = None


@frozen(kw_only=True)
class Upload:
    """One upload as hooks see it. None means: not given by the caller, the configuration decides.

    Attributes:
        key: the object key, root path included; ``""`` only while `bucketry_build_key` is asked.
        source: the bytes; only `bucketry_upload` reads it.
        filename: name of the file, where the caller or the source told one.
        extra_params: native parameters of this call, in the vendor's own spelling.
        prevent_overwrite: True makes an existing object an `AlreadyExists`.
        if_match: upload only over the object that has this ETag.
        progress: called with the number of bytes each time a piece has been stored.
    """

    key: str
    source: Source = field(repr=False)
    filename: str | None = None
    content_type: str = "application/octet-stream"
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    metadata: Mapping[str, str] = field(factory=dict)
    tags: Mapping[str, str] | None = None
    acl: str | None = None
    storage_class: str | None = None
    encryption: Encryption | None = None
    checksum_algorithm: ChecksumAlgorithm | None = None
    prevent_overwrite: bool | None = None
    if_match: str | None = None
    extra_params: Mapping[str, Any] = field(factory=dict)
    progress: Progress | None = field(default=None, repr=False)


@frozen(kw_only=True)
class StoredObject:
    """What an upload or a copy stored: keep it, it is all that is needed to find it again.

    Attributes:
        provider: name of the configured provider.
        bucket: the bucket it is in.
        key: the key to give to `delete`, `sign`, `url` and `replace`.
        object_key: the key in the bucket, root path included.
        url: its permanent address. Never signed and safe to store; it opens for everybody only
            where `public` is True.
        public: whether `url` opens without a signature, as far as the configuration says.
        etag: the vendor's version mark, without quotes. Not always an MD5.
        version: version id, on buckets that keep versions.
        size: bytes stored.
        checksum_algorithm, checksum: the digest that was sent and accepted, in the vendor's
            base64 form, or None.
        parts: number of parts, 0 for a single request.
        location: what the server called its Location, for the record only; often no URL at all.
    """

    key: str
    object_key: str = Factory(lambda self: self.key, takes_self=True)
    provider: str = ""
    bucket: str = ""
    url: str = ""
    public: bool = False
    etag: str | None = None
    version: str | None = None
    size: int
    checksum_algorithm: str | None = None
    checksum: str | None = None
    parts: int = 0
    location: str | None = None


@frozen(kw_only=True)
class ObjectInfo:
    """What the vendor tells of an object. Fields that a listing does not carry are None.

    `last_modified` is timezone-aware. `metadata` is None in a listing, a dictionary from `head`.
    """

    key: str
    size: int
    etag: str | None = None
    last_modified: datetime | None = None
    content_type: str | None = None
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    metadata: Mapping[str, str] | None = None
    storage_class: str | None = None
    encryption: str | None = None
    version: str | None = None
    checksums: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Page:
    """One page of a listing: objects, and with a delimiter the folders (keys that end in it)."""

    objects: Sequence[ObjectInfo]
    folders: Sequence[str] = ()


@frozen(kw_only=True)
class Failure:
    """One key that could not be deleted, and why."""

    key: str
    reason: str
    code: str | None = None


@frozen(kw_only=True)
class Deleted:
    """Outcome per key. A key that did not exist counts as deleted, as in S3."""

    keys: Sequence[str]
    failures: Sequence[Failure] = ()


@frozen(kw_only=True)
class SignRequest:
    """What is to be signed.

    Attributes:
        key: the object key, root path included. For POST it is the exact key of the upload.
        method: the HTTP method that the URL allows.
        expires_in: seconds that it is good for.
        response: headers that the answer to GET or HEAD shall carry, by their option name
            (``content_type``, ``content_disposition``, ``cache_control`` ...).
        content_type: type that an upload must have; None leaves it free.
        min_size, max_size: limits of a POST upload, in bytes.
        version: version to read or delete.
    """

    key: str
    method: Method
    expires_in: int
    response: Mapping[str, str] = field(factory=dict)
    content_type: str | None = None
    min_size: int = 0
    max_size: int | None = None
    version: str | None = None


@frozen(kw_only=True)
class SignedUrl:
    """A URL that works for whoever holds it, until it expires. Print it with `reveal()`.

    Attributes:
        method: the HTTP method it allows.
        headers: what must be sent with it, exactly.
        fields: form fields of a POST upload, in order, before the file; empty otherwise.
        expires_at: when it stops to work, timezone-aware; None when it is not signed.
        signed: False where the provider serves objects through `base_url`: that address carries no
            signature and does not expire.
    """

    _url: str = field(alias="url", repr=False)
    method: Method
    headers: Mapping[str, str] = field(factory=dict)
    _fields: Mapping[str, str] = field(alias="fields", factory=dict, repr=False)
    expires_at: datetime | None = None
    signed: bool = True

    def reveal(self) -> str:
        """Return the whole URL. Whoever reads it can use it: keep it out of logs."""
        return self._url

    def reveal_fields(self) -> dict[str, str]:
        """Return the form fields of a POST upload, signature included."""
        return dict(self._fields)

    def __str__(self) -> str:
        parts = urlsplit(self._url)
        query = "?***" if parts.query or self._fields else ""
        return f"{parts.scheme}://{parts.netloc}{parts.path}{query}"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a SignedUrl is not pickled; send the key and sign where it is used")


@frozen(kw_only=True)
class UploadTicket:
    """Permission for somebody else, a browser mostly, to upload one object directly.

    `signed` holds URL, headers and fields. `enforced` names the limits that the vendor checks by
    itself (``key``, ``content_type``, ``size``); `unenforced` those that were asked for but
    that this vendor cannot check: look at the object with `head` afterwards.
    """

    key: str
    signed: SignedUrl
    enforced: frozenset[str]
    unenforced: frozenset[str] = frozenset()


@frozen(kw_only=True)
class ByteRange:
    """Bytes `start` to `stop`, `stop` not included; `stop=None` reads to the end.

    A negative `start` counts from the end and goes without `stop`.
    """

    start: int
    stop: int | None = None


class ByteStream(Protocol):
    """What `bucketry_open` reads from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end; everything left when negative."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class ObjectReader:
    """An open object: `info`, and its bytes read forwards. Use it as a context manager."""

    def __init__(self, info: ObjectInfo, stream: ByteStream) -> None:
        """`info.size` is the size of the whole object, also when a range was asked for."""
        self.info = info
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer only at the end; everything left when negative."""
        if size < 0:
            return self._stream.read(-1)
        parts = []
        while size > 0:
            chunk = self._stream.read(size)
            if not chunk:
                break
            parts.append(chunk)
            size -= len(chunk)
        return b"".join(parts)

    def chunks(self, size: int = 1 << 20) -> Iterator[bytes]:
        """Yield the bytes left in pieces of `size`."""
        while chunk := self.read(size):
            yield chunk

    def readable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Give the connection back; safe to call twice."""
        self._stream.close()

    def __iter__(self) -> Iterator[bytes]:
        return self.chunks()

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


@frozen(kw_only=True)
class Swept:
    """An unfinished multipart upload that `sweep` removed, or would remove in a dry run."""

    key: str
    upload_id: str = field(repr=False)
    started: datetime


Confidence = Literal["documented", "code", "report", "measured", "inferred", "unknown"]
"""Where a fact comes from: the vendor's documentation; another tool's source or published probe;
an issue report; a server run by us; a conclusion from the server software; no source."""


@frozen
class Fact(Generic[T]):
    """One thing that is known of a vendor: the value, who says so, and when it was looked up.

    `value` is None when nothing is known, which is not the same as a no.
    """

    value: T | None
    confidence: Confidence = "unknown"
    source: str = ""
    as_of: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None


UNKNOWN: Fact[Any] = Fact(None)
"""The fact that no source says anything. Not a no."""


Condition = Literal["enforced", "refused", "ignored"]
"""What a server does with a precondition it is sent. ``ignored`` is the dangerous one."""

Support = Literal["yes", "no", "ignored"]
"""Whether a feature works, is refused, or is accepted without effect."""


@frozen(kw_only=True)
class Capabilities:
    """What a vendor's storage can do. Each is a `Fact`; all are unknown unless stated.

    Attributes:
        acl: where canned ACLs live: ``object``, ``bucket`` (an object's must equal it), ``ignored``
            or ``none``.
        canned_acls: the canned ACLs that are accepted.
        addressing: the styles that work: ``path``, ``virtual``.
        checksums: algorithm to ``verified`` (a wrong value is refused), ``ignored`` or ``refused``,
            for a digest sent as a plain header.
        checksum_trailers: whether a body may carry its checksum behind it (aws-chunked over TLS).
        batch_delete: whether many keys can be deleted in one request.
        batch_delete_digest: what must accompany it: ``any``, ``md5`` or ``sha256``.
        batch_delete_limit: keys in one request.
        put_if_absent, put_if_match: preconditions on a single upload.
        complete_if_absent, complete_if_match: the same when a multipart upload is completed.
        delete_if_match: the precondition on a delete.
        if_match_etag: how If-Match wants the ETag: ``quoted`` or ``unquoted``.
        encryption: encryption type to support.
        tagging: tags sent with an upload.
        storage_classes: the classes that are accepted.
        multipart: multipart uploads at all.
        part_size_min, part_size_max: bytes; the last part may be smaller.
        parts_max: parts in one upload.
        equal_parts: whether all parts but the last must have the same size.
        put_size_max: bytes of a single upload.
        copy: server-side copies.
        presign: methods that can be signed.
        presign_seconds_max: longest life of a signed URL.
        post_policy: form uploads with a policy.
        public_url: whether objects have a public address without a `base_url`.
        complete_location: what the answer to a completed multipart upload calls its Location:
            ``url``, ``host-only``, ``no-scheme``, ``bucket/key``, ``/bucket/key``,
            ``request-host``, ``absent``.
        versioning: buckets that keep old versions.
        cors: CORS rules through the API.
        lifecycle: lifecycle rules through the API.
        policy: bucket policies through the API.
        rate_limits: requests per second and the like, in words.
        server: the software behind it.
    """

    acl: Fact[Literal["object", "bucket", "ignored", "none"]] = UNKNOWN
    canned_acls: Fact[frozenset[str]] = UNKNOWN
    addressing: Fact[frozenset[str]] = UNKNOWN
    checksums: Fact[Mapping[str, Literal["verified", "ignored", "refused"]]] = UNKNOWN
    checksum_trailers: Fact[Support] = UNKNOWN
    batch_delete: Fact[Support] = UNKNOWN
    batch_delete_digest: Fact[Literal["any", "md5", "sha256"]] = UNKNOWN
    batch_delete_limit: Fact[int] = UNKNOWN
    put_if_absent: Fact[Condition] = UNKNOWN
    put_if_match: Fact[Condition] = UNKNOWN
    complete_if_absent: Fact[Condition] = UNKNOWN
    complete_if_match: Fact[Condition] = UNKNOWN
    delete_if_match: Fact[Condition] = UNKNOWN
    if_match_etag: Fact[Literal["quoted", "unquoted"]] = UNKNOWN
    encryption: Fact[Mapping[str, Support]] = UNKNOWN
    tagging: Fact[Support] = UNKNOWN
    storage_classes: Fact[frozenset[str]] = UNKNOWN
    multipart: Fact[Support] = UNKNOWN
    part_size_min: Fact[int] = UNKNOWN
    part_size_max: Fact[int] = UNKNOWN
    parts_max: Fact[int] = UNKNOWN
    equal_parts: Fact[bool] = UNKNOWN
    put_size_max: Fact[int] = UNKNOWN
    copy: Fact[Support] = UNKNOWN
    presign: Fact[frozenset[str]] = UNKNOWN
    presign_seconds_max: Fact[int] = UNKNOWN
    post_policy: Fact[Support] = UNKNOWN
    public_url: Fact[Support] = UNKNOWN
    complete_location: Fact[str] = UNKNOWN
    versioning: Fact[Support] = UNKNOWN
    cors: Fact[Support] = UNKNOWN
    lifecycle: Fact[Support] = UNKNOWN
    policy: Fact[Support] = UNKNOWN
    rate_limits: Fact[str] = UNKNOWN
    server: Fact[str] = UNKNOWN


@frozen(kw_only=True)
class SchemaFile:
    """A JSON Schema that is package data: importable `package` and the `path` inside it."""

    package: str
    path: str

    def read_text(self) -> str:
        """Return the schema's text."""
        return resources.files(self.package).joinpath(self.path).read_text("utf-8")


class CommonOptions(Protocol):
    """The options that the host itself reads; every vendor's options class has them."""

    @property
    def root_path(self) -> str:
        """Folder of the bucket that the provider works in, or ""."""
        ...

    @property
    def base_url(self) -> str | None:
        """Address that serves the bucket's objects instead of the vendor's own, or None."""
        ...

    @property
    def visibility(self) -> Visibility:
        """Whether a plain URL may open an object."""
        ...

    @property
    def signed_url_expires(self) -> int:
        """Seconds that a signed URL lives when the call does not say."""
        ...

    @property
    def key_strategy(self) -> str:
        """How an upload without a key is named; see `bucketry.naming`."""
        ...

    @property
    def overrides(self) -> Sequence[str]:
        """Layers of the application, each ``module:name``."""
        ...


@frozen(kw_only=True, eq=False)
class LayerContext:
    """What a layer may know of the provider it serves.

    Attributes:
        provider: the configured name (``media``).
        vendor: the vendor's page.
        capabilities: the vendor's, with what the configuration itself declares.
        hooks: the finished stack: a layer asks it, never another layer directly. Usable from the
            first hook call on, not while layers are being built.
    """

    provider: str
    vendor: Vendor
    capabilities: Capabilities
    _relay: Callable[[], ProviderHooks] = field(alias="relay", repr=False)

    @property
    def hooks(self) -> ProviderHooks:
        """The provider's hooks, every layer included."""
        return self._relay()


@frozen(kw_only=True, eq=False)
class Vendor:
    """A vendor's page: all that bucketry knows of it.

    Attributes:
        name: what users write as ``provider = "..."``; equals the entry point's name.
        title: the vendor's own name.
        options: frozen attrs class of its configuration; satisfies `CommonOptions`.
        schema: JSON Schema of the same configuration, one flat closed object.
        capabilities: facts with source and date.
        layers: builds the layers, family first, most special last.
        docs_url: the vendor's own page on its S3 interface.
        endpoint_hosts: host patterns of the vendor's endpoints, ``{region}`` and the like standing
            for one DNS label; only the Strapi dialect looks at them.
        summary: one sentence on what is different here.
        check: rules between options that a schema cannot say; gives the dotted path of the option
            and a sentence for each fault. Asked before anything else uses the options.
        refine: for a vendor whose configuration may declare capabilities: gives the capabilities
            that hold under these options.
    """

    name: str
    title: str
    options: type[Any]
    schema: SchemaFile
    capabilities: Capabilities
    layers: Callable[[Any, LayerContext], Sequence[object]]
    docs_url: str
    endpoint_hosts: Sequence[str] = ()
    summary: str = ""
    check: Callable[[Any], Iterable[tuple[str, str]]] | None = None
    refine: Callable[[Capabilities, Any], Capabilities] | None = None
