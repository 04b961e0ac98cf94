"""What one request may ask for and an upload in parts loses: refused before, or set afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from bucketry import StorageError, Unsupported
from bucketry.limits import cite
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.objects.native import for_removing
from bucketry_s3.protocol.fixed import ACL_PARAMS

# Parameter of what makes an object to the capability that says what becomes of it in parts.
_IN_PARTS = {
    **dict.fromkeys(ACL_PARAMS, "multipart_acl"),
    "ServerSideEncryption": "multipart_encryption",
    "StorageClass": "multipart_storage_class",
    "Tagging": "multipart_tagging",
}
_AFTERWARDS = {"PutObjectAcl": ACL_PARAMS, "PutObjectTagging": ("Tagging",)}


def check_kept_in_parts(bucket: Bucket, params: Mapping[str, Any]) -> None:
    """Refuse, before anything is sent, what parts would lose and nothing can set afterwards."""
    for name in _lost(bucket, params):
        if not any(name in names for names in _AFTERWARDS.values()):
            fact = getattr(bucket.capabilities, _IN_PARTS[name])
            raise Unsupported(
                f"the upload is larger than one part, and this vendor's servers have {name} "
                f"{'ignored' if fact.value == 'ignored' else 'refused'} in parts {cite(fact)}",
                hint="Set multipart.part_size to the size of the largest upload, or leave it out.",
            )


def without_lost(bucket: Bucket, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that an upload in parts can begin with."""
    lost = _lost(bucket, params)
    return {name: value for name, value in params.items() if name not in lost}


def set_lost(
    bucket: Bucket, key: str, params: Mapping[str, Any], answer: Mapping[str, Any]
) -> None:
    """Set on the object made of parts what these have lost; `answer` tells its version.

    Until then it is there without. If that fails, the error says that it is. Tags are set too where
    nothing is known, because whoever loses them does it in silence.
    """
    version = {"VersionId": answer["VersionId"]} if answer.get("VersionId") else {}
    lost = _lost(bucket, params)
    unknown = "Tagging" in params and not bucket.capabilities.multipart_tagging.known
    for operation, names in _AFTERWARDS.items():
        given = {
            name: params[name] for name in names if name in lost or (unknown and name == "Tagging")
        }
        if not given:
            continue
        if "Tagging" in given:
            given["Tagging"] = _tag_set(given["Tagging"])
        try:
            bucket.send(operation, {"Key": key, **given, **version, **for_removing(params)})
        except StorageError as error:
            if unknown and isinstance(error, Unsupported):
                continue  # then they had their only chance at the beginning
            raise error.evolve(
                reason=f"the object is stored, but its {', '.join(given)} could not be set on it: "
                f"{error.reason}",
                may_have_applied=True,
            ) from error.__cause__


def _lost(bucket: Bucket, params: Mapping[str, Any]) -> list[str]:
    able = bucket.capabilities
    return [
        name
        for name, capability in _IN_PARTS.items()
        if name in params and getattr(able, capability).value in ("no", "ignored")
    ]


def _tag_set(tagging: str) -> dict[str, Any]:
    pairs = parse_qsl(tagging, keep_blank_values=True)
    return {"TagSet": [{"Key": name, "Value": value} for name, value in pairs]}
