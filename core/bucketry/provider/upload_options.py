"""From the arguments of `Provider.upload` to a whole and checked `Upload`."""

from __future__ import annotations

from collections.abc import Mapping, Set
from operator import attrgetter
from typing import Any, TypedDict, get_args

import attrs

from bucketry.errors import InvalidInput
from bucketry.headers import (
    check_kept_value,
    check_metadata,
    check_param_values,
    check_tags,
    content_disposition,
)
from bucketry.media_types import UNKNOWN, guess_content_type
from bucketry.model import ChecksumAlgorithm, Encryption, Progress, Upload
from bucketry.provider.arguments import check_flag, check_names, check_progress, check_text
from bucketry.provider.ground import Ground
from bucketry.source import Source
from bucketry.texts import plain, shown


class UploadOptions(TypedDict, total=False):
    """Everything else that can be said of an upload; what is left out the configuration decides.

    Keys:
        filename: name to take extension, type and the key from; a path or file brings its own.
        content_type: media type; otherwise that of the ending of `filename`, else of the key, else
            what the source declares, else that of the source's own name.
        download_name: a browser saves the object under this name, in any script.
        cache_control, content_disposition, content_encoding, content_language: HTTP headers that
            the object is served with.
        metadata: user metadata, ASCII, 2,048 bytes in all.
        tags: up to 10 object tags.
        acl: canned ACL. None is ever sent unless given here or in the configuration.
        storage_class: the vendor's storage class.
        encryption: server-side encryption.
        checksum_algorithm: digest that the vendor verifies; a cheap one where it is left out.
        prevent_overwrite: fail with `AlreadyExists` when the key is taken.
        if_match: fail with `PreconditionFailed` unless the object there has this ETag.
        extra_params: native parameters in the vendor's own spelling.
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


_HEADERS = (
    *("content_type", "cache_control", "content_disposition", "content_encoding"),
    *("content_language", "acl", "storage_class", "if_match"),
)
_headers_of = attrgetter(*_HEADERS)


def check_extra_params(params: object, protected: Set[str]) -> dict[str, Any]:
    """Return native parameters that a caller may set."""
    if params is None:
        return {}
    if not isinstance(params, Mapping):
        raise InvalidInput(f"extra_params are a mapping, not {type(params).__name__}")
    odd = [name for name in params if not isinstance(name, str)]
    if odd:
        raise InvalidInput(f"extra_params have a name that is no text: {shown(odd[0])}")
    taken = sorted(protected & params.keys())
    if taken:
        raise InvalidInput(f"extra_params may not set {', '.join(taken)}; use key= and the source")
    check_param_values("extra_params", params)
    return dict(params)


def build_upload(ground: Ground, key: str, source: Source, options: Mapping[str, Any]) -> Upload:
    """Return the upload that the caller means, the configuration merged in, every field checked."""
    given = {
        name: plain(value) if isinstance(value, str) else value
        for name, value in options.items()
        if value is not None
    }
    check_names("an upload", given, UploadOptions.__annotations__, "key")
    named = given.pop("filename", None)
    if named is not None:
        check_text("filename", named)
    filename = named or source.name
    download_name = given.pop("download_name", None)
    if download_name is not None:
        if "content_disposition" in given:
            raise InvalidInput("give either download_name or content_disposition, not both")
        given["content_disposition"] = content_disposition(
            check_text("download_name", download_name)
        )
    if "content_type" not in given:
        given["content_type"] = _type_of(named, key, source)
    if given.get("if_match") is None:
        # Whoever names the version to write over does want to write over it.
        default = getattr(ground.options, "prevent_overwrite", None)
        given.setdefault("prevent_overwrite", default)
    whole = {**ground.service.filled_in, **given}
    return check_upload(Upload(key=key, source=source, filename=filename, **whole), ground)


def _type_of(named: str | None, key: str, source: Source) -> str:
    """Return the media type of what is uploaded; the source's own name may be a temporary one."""
    for name in (named, key):
        if name and (guessed := guess_content_type(name)) != UNKNOWN:
            return guessed
    return source.content_type or guess_content_type(source.name or "")


def _is_empty(told: object) -> bool:
    return type(told) is dict and not told


def check_upload(upload: Upload, ground: Ground) -> Upload:
    """Return the upload, metadata normalised, or raise `InvalidInput` that says what is wrong."""
    for name, value in zip(_HEADERS, _headers_of(upload), strict=True):
        if value is not None:
            check_kept_value(name, value)
    if upload.encryption is not None and not isinstance(upload.encryption, Encryption):
        raise InvalidInput(
            f"encryption is a bucketry.Encryption, not {type(upload.encryption).__name__}"
        )
    algorithm = upload.checksum_algorithm
    if algorithm is not None:
        if not isinstance(algorithm, str):
            raise InvalidInput(f"checksum_algorithm is a str, not {type(algorithm).__name__}")
        if algorithm not in get_args(ChecksumAlgorithm):
            raise InvalidInput(
                f"checksum_algorithm {shown(algorithm)} is none of "
                f"{', '.join(get_args(ChecksumAlgorithm))}"
            )
    if upload.prevent_overwrite is not None:
        check_flag("prevent_overwrite", upload.prevent_overwrite)
    if upload.if_match == "":
        raise InvalidInput("if_match is empty")
    if upload.if_match is not None and upload.prevent_overwrite:
        raise InvalidInput("if_match wants an object to be there, prevent_overwrite wants none")
    check_progress(upload.progress)
    if upload.tags is None and _is_empty(upload.metadata) and _is_empty(upload.extra_params):
        return upload
    return attrs.evolve(
        upload,
        metadata=check_metadata(upload.metadata),
        tags=None if upload.tags is None else check_tags(upload.tags),
        extra_params=check_extra_params(upload.extra_params, ground.vendor.protected_params),
    )
