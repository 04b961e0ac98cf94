"""Direct uploads: what the configuration has for every upload, as headers to be signed along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bucketry_s3.objects.native import stored_as, tagging
from bucketry_s3.options import S3Options
from bucketry_s3.protocol.params import PARAMS
from bucketry_s3.protocol.presigned import Promise
from bucketry_s3.protocol.requests import Place, request_for

# Secrets are no stranger's business, digests tell of bytes that are not known yet, the type is the
# ticket's own.
_NOT_HANDED_ON = ("Checksum", "ContentMD5", "ContentType", "IfMatch", "MFA", "SSECustomer")


def promises(options: S3Options) -> Iterator[Promise]:
    """Yield what is configured, each option with the headers that hold it in a signed PUT.

    `checksum_algorithm` is not among them: whoever uploads would have to know the digest first.
    """
    for name, params in {
        "acl": stored_as(options.acl, None, None),
        "storage_class": stored_as(None, options.storage_class, None),
        "encryption": stored_as(None, None, options.encryption),
        "tags": {"Tagging": tagging(options.tags)} if options.tags else {},
        "prevent_overwrite": {"IfNoneMatch": "*"} if options.prevent_overwrite else {},
    }.items():
        if params:
            yield Promise(name, _headers(params))
    native = options.extra_params.of("upload")
    known = PARAMS["PutObject"]
    handed_on = {
        name: value
        for name, value in native.items()
        if name in known
        and known[name].where in ("header", "metadata")
        and not name.startswith(_NOT_HANDED_ON)
    }
    if native:
        yield Promise("extra_params", _headers(handed_on), whole=handed_on.keys() == native.keys())


def _headers(params: Mapping[str, Any]) -> Mapping[str, str]:
    anywhere = Place("https", "", "")
    headers = request_for(anywhere, "PutObject", {"Bucket": "-", "Key": "-", **params}).headers
    return headers
