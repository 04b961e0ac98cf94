"""What users may configure for any vendor that speaks S3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import field, frozen

from bucketry import AmbientCredentials, Credentials, Encryption, Secret
from bucketry.model import ChecksumAlgorithm
from bucketry.vendor import ContentPolicy, Visibility

MIB = 1 << 20


@frozen(kw_only=True)
class Multipart:
    """How large uploads are cut.

    `part_size` is in bytes, at least 5 MiB; it grows by itself when an object would need more parts
    than the vendor allows. `concurrency` is the number of parts that threads send at the same time,
    for all uploads of a provider together.
    """

    part_size: int = 8 * MIB
    concurrency: int = 4
    leave_parts_on_error: bool = False


_SECRET_PARAMS = frozenset({"CopySourceSSECustomerKey", "MFA", "SSECustomerKey"})


def _with_secrets(params: Mapping[str, Any]) -> dict[str, Any]:
    """Hold what is secret in a `Secret`."""
    return {
        name: Secret(value) if name in _SECRET_PARAMS and isinstance(value, str) else value
        for name, value in params.items()
    }


def _params() -> Any:
    return field(factory=dict, converter=_with_secrets)


@frozen(kw_only=True)
class ExtraParams:
    """Native parameters for every call of a kind, spelled as boto3's; customers' keys as `Secret`.

    `upload_stream` counts for sources of unknown length, on top of `upload`.
    """

    upload: Mapping[str, Any] = _params()
    upload_stream: Mapping[str, Any] = _params()
    delete: Mapping[str, Any] = _params()

    def of(self, kind: Literal["upload", "upload_stream", "delete"]) -> dict[str, Any]:
        """Return the parameters for a kind of call, secrets revealed."""
        params: Mapping[str, Any] = getattr(self, kind)
        return {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in params.items()
        }


@frozen(kw_only=True)
class S3Options:
    """Options of every S3 vendor; a vendor's own class adds to them.

    None means: the vendor's page decides. See `schemas/bucketry_schemas/leaves.schema.json` for
    each option's meaning, which editors show too.
    """

    bucket: str
    credentials: Credentials | AmbientCredentials
    region: str | None = None
    endpoint: str | None = None
    public_endpoint: str | None = None
    addressing: Literal["path", "virtual"] | None = None
    allow_http: bool = False
    ca_bundle: str | None = None
    base_url: str | None = None
    root_path: str = ""
    visibility: Visibility = "private"
    acl: str | None = None
    signed_url_expires: int = 900
    key_strategy: Literal["slug", "name", "date", "hash"] = "slug"
    checksum_algorithm: ChecksumAlgorithm | None = None
    content_policy: ContentPolicy | None = None
    prevent_overwrite: bool = False
    write_id: bool = True
    storage_class: str | None = None
    encryption: Encryption | None = None
    tags: Mapping[str, str] = field(factory=dict)
    multipart: Multipart = field(factory=Multipart)
    extra_params: ExtraParams = field(factory=ExtraParams)
    deadline: int = 60
    transport: Literal["sockets", "boto3"] = "sockets"
    unsupported: Literal["refuse", "ignore"] = "refuse"
    overrides: Sequence[str] = ()
