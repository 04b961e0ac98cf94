"""Native parameters as they are given: refused as boto3 refuses them, before anything is sent."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from bucketry.errors import InvalidHeader, InvalidInput
from bucketry_s3.protocol.markup import OTHERS, Kind, Leaf, Many, Struct, Written, as_time
from bucketry_s3.protocol.params import PARAMS, Param, Type
from bucketry_s3.protocol.wire import Payload

# Besides bucket and key.
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "AbortMultipartUpload": ("UploadId",),
    "CompleteMultipartUpload": ("UploadId",),
    "CopyObject": ("CopySource",),
    "DeleteObjects": ("Delete",),
    "PutBucketCors": ("CORSConfiguration",),
    "PutBucketOwnershipControls": ("OwnershipControls",),
    "PutBucketPolicy": ("Policy",),
    "ListParts": ("UploadId",),
    "PutObjectTagging": ("Tagging",),
    "UploadPart": ("PartNumber", "UploadId"),
    "UploadPartCopy": ("CopySource", "PartNumber", "UploadId"),
}

_WHOLE = {
    operation: ("Bucket", *(("Key",) if "Key" in known else ()), *_REQUIRED.get(operation, ()))
    for operation, known in PARAMS.items()
}


def check_param(operation: str, name: str, value: object) -> Param:
    """Return where a parameter goes; `InvalidInput` if the operation does not take it so."""
    known = PARAMS[operation]
    param = known.get(name)
    if param is None:
        near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise _refused(f"{operation} has no {name!a}{hint}")
    if param.payload is not None:
        if not isinstance(value, Written):
            _check_member(name, param.payload.shape, value, param.payload.required)
    elif param.type == "text" and type(value) is str and param.where != "body":
        return param  # the common one, which needs no further look
    elif not _FITS[param.where if param.where == "body" else param.type](value):
        raise _refused(f"{name} must be {_WANTED[param.type]}, not {type(value).__name__}")
    return param


def check_complete(operation: str, params: Mapping[str, Any]) -> None:
    """Refuse a request without one of the parameters that make it whole."""
    for name in _WHOLE[operation]:
        if not params.get(name):
            raise _refused(f"{operation} needs {name}")


def check_ascii(name: str, value: str) -> None:
    """Refuse, with `InvalidHeader`, what servers refuse or give back mangled, as MinIO does."""
    if not value.isascii():
        raise InvalidHeader(
            f"{name} has a character that is not ASCII, which servers refuse or give back "
            "mangled; percent-encode it"
        )


def _refused(reason: str) -> InvalidInput:
    return InvalidInput(f"the native parameters are refused: {reason}")


def _check_member(place: str, kind: Kind, value: Any, required: frozenset[str]) -> None:
    if isinstance(kind, Many):
        if not isinstance(value, list | tuple):
            raise _refused(f"{place} must be a list, not {type(value).__name__}")
        for number, entry in enumerate(value):
            _check_member(f"{place}[{number}]", kind.of, entry, required)
    elif isinstance(kind, Struct):
        if type(value) is not dict and not isinstance(value, Mapping):
            raise _refused(f"{place} must be a mapping, not {type(value).__name__}")
        for name, inner in value.items():
            if name == OTHERS and kind.keeps:
                continue
            if name not in kind.members:
                raise _refused(f"{place} has no {name!a}; it has {', '.join(kind.members)}")
            if kind.members[name] == "text" and isinstance(inner, str):
                continue
            _check_member(f"{place}.{name}", kind.members[name], inner, required)
        if not required <= value.keys():
            missing = [name for name in kind.members if name in required and name not in value]
            if missing:
                raise _refused(f"{place} needs {', '.join(missing)}")
    elif not _FITS[_LEAF_TYPES[kind]](value):
        raise _refused(f"{place} must be {_WANTED[_LEAF_TYPES[kind]]}, not {type(value).__name__}")


_LEAF_TYPES: Mapping[Leaf, Type] = {
    "text": "text",
    "integer": "integer",
    "boolean": "boolean",
    "time": "http-date",
    "iso-time": "iso-date",
    "xsi:type": "text",
}

_WANTED: Mapping[Type, str] = {
    "text": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "http-date": "a time (a datetime, ISO 8601, or as HTTP dates are)",
    "iso-date": "a time (a datetime, ISO 8601, or as HTTP dates are)",
    "words": "a list of texts",
    "map": "a mapping of text to text",
    "source": "text or a mapping with Bucket and Key",
    "key": "text or bytes",
}


def _is_source(value: Any) -> bool:
    if isinstance(value, Mapping):
        texts = all(isinstance(text, str) for text in value.values())
        return texts and {"Bucket", "Key"} <= set(value) <= {"Bucket", "Key", "VersionId"}
    return isinstance(value, str)


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(text, str) for pair in value.items() for text in pair
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: Any) -> bool:
    return as_time(value) is not None


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "body": lambda value: isinstance(value, Payload),
    "integer": _is_whole,
    "boolean": lambda value: isinstance(value, bool),
    "http-date": _is_time,
    "iso-date": _is_time,
    "words": lambda value: (
        isinstance(value, list | tuple) and all(isinstance(word, str) for word in value)
    ),
    "map": _is_map,
    "source": _is_source,
    "key": lambda value: isinstance(value, str | bytes),
}
