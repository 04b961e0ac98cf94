"""From the arguments of `Provider.upload` to a checked `Upload`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, get_args

from bucketry.errors import InvalidHeader, InvalidInput
from bucketry.headers import (
    check_header_value,
    check_metadata,
    check_param_values,
    content_disposition,
    guess_content_type,
)
from bucketry.host.answers import PROTECTED_PARAMS
from bucketry.model import ChecksumAlgorithm, Encryption, Progress, Upload
from bucketry.source import Source

MAX_TAGS = 10
"""Tags on one object; a name has at most 128 characters, a value 256 (Amazon S3 User Guide)."""


class UploadOptions(TypedDict, total=False):
    """Everything else that can be said of an upload; what is left out the configuration decides.

    Keys:
        filename: name to take extension, type and the key from; a path or file brings its own.
        content_type: media type; guessed from the name otherwise.
        download_name: a browser saves the object under this name, in any script.
        cache_control, content_disposition, content_encoding, content_language: HTTP headers that
            the object is served with.
        metadata: user metadata, ASCII, 2,048 bytes in all.
        tags: up to 10 object tags.
        acl: canned ACL. None is ever sent unless given here or in the configuration.
        storage_class: the vendor's storage class.
        encryption: server-side encryption.
        checksum_algorithm: digest that the vendor verifies.
        prevent_overwrite: fail with `AlreadyExists` when the key is taken.
        if_match: fail with `PreconditionFailed` unless the object there has this ETag.
        extra_params: native parameters, spelled as in boto3's `put_object`.
        progress: called with the number of bytes each time a piece has been stored.
    """

    filename: str | None
    content_type: str | None
    download_name: str | None
    cache_control: str | None
    content_disposition: str | None
    content_encoding: str | None
    content_language: str | None
    metadata: Mapping[str, str]
    tags: Mapping[str, str] | None
    acl: str | None
    storage_class: str | None
    encryption: Encryption | None
    checksum_algorithm: ChecksumAlgorithm | None
    prevent_overwrite: bool | None
    if_match: str | None
    extra_params: Mapping[str, Any]
    progress: Progress | None


_HEADERS = ("cache_control", "content_disposition", "content_encoding", "content_language")


def check_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags within S3's limits, else raise `InvalidHeader`."""
    if len(tags) > MAX_TAGS:
        raise InvalidHeader(f"{len(tags)} tags are more than S3's limit of {MAX_TAGS}")
    for name, value in tags.items():
        check_param_values(f"tag {name!r}", [name, value])
        if not isinstance(name, str) or not isinstance(value, str):
            raise InvalidHeader(f"tag {name!r} is not text")
        if not 1 <= len(name) <= 128 or len(value) > 256:
            raise InvalidHeader(
                f"tag {name!r}: a name has 1 to 128 characters, a value at most 256"
            )
    return dict(tags)


def check_extra_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return native parameters that a caller may set."""
    taken = sorted(PROTECTED_PARAMS.intersection(params))
    if taken:
        raise InvalidInput(f"extra_params may not set {', '.join(taken)}; use key= and the source")
    check_param_values("extra_params", params)
    return dict(params)


def build_upload(key: str, source: Source, options: UploadOptions) -> Upload:
    """Check every argument and return the `Upload` that hooks see; nothing has been sent yet."""
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    filename = given.pop("filename", None) or source.name
    download_name = given.pop("download_name", None)
    if download_name is not None:
        if "content_disposition" in given:
            raise InvalidInput("give either download_name or content_disposition, not both")
        given["content_disposition"] = content_disposition(download_name)
    if "content_type" not in given:
        given["content_type"] = guess_content_type(filename or key)
    for name in (*_HEADERS, "content_type"):
        if name in given:
            check_header_value(name, given[name])
    for name in ("acl", "storage_class", "if_match"):
        if name in given:
            check_header_value(name, given[name])
    if "metadata" in given:
        given["metadata"] = check_metadata(given["metadata"])
    if "tags" in given:
        given["tags"] = check_tags(given["tags"])
    if "extra_params" in given:
        given["extra_params"] = check_extra_params(given["extra_params"])
    algorithm = given.get("checksum_algorithm")
    if algorithm is not None and algorithm not in get_args(ChecksumAlgorithm):
        raise InvalidInput(
            f"checksum_algorithm {algorithm!r} is none of {', '.join(get_args(ChecksumAlgorithm))}"
        )
    if given.get("if_match") is not None and given.get("prevent_overwrite"):
        raise InvalidInput("if_match wants an object to be there, prevent_overwrite wants none")
    return Upload(key=key, source=source, filename=filename, **given)
