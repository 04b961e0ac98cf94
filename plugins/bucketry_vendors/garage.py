"""Garage: ACLs, tags and conditions have no effect; the region must be the server's.

Give `endpoint`, and `region` where the server's `s3_region` is not `garage`. There is no anonymous
reading through S3: public objects come from the website endpoint, so write its address as
`base_url`. The facts are from the sources of versions 1.2 and 2.0 (June 2025); newer releases of
version 2 were not looked at.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import NoAclLayer, Profile, s3_vendor
from bucketry_s3.facts import (
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    unknown,
)

_TABLE = "deuxfleurs-org/garage:doc/book/reference-manual/s3-compatibility.md 3f4ab3a (v1.2)"
_TABLE_DATE = "2025-06-13"
_SOURCE = "deuxfleurs-org/garage:src/api f04af181 (main-v2)"
_SOURCE_DATE = "2025-06-23"


profile = Profile(
    endpoint="",
    addressing="path",
    default_region="garage",
    hints={
        "AuthorizationHeaderMalformed": "Set `region` to the Garage server's `s3_region`.",
        "AccessDenied: No such key": (
            "The Garage cluster has no such key: write the ID that `garage key list` shows into "
            "`credentials.access_key_id`."
        ),
        "AccessDenied: Invalid signature": (
            "The secret is not that of this Garage key: check `credentials.secret_access_key`."
        ),
        "AccessDenied: quota is reached": (
            "The quota of this Garage bucket is used up: raise it with `garage bucket set-quotas`, "
            "or delete objects."
        ),
        "AccessDenied": (
            "Garage grants keys their rights on each bucket: `garage bucket allow --read --write "
            "BUCKET --key KEY`."
        ),
        "InvalidRequest: Date is too old": (
            "Garage found the signature more than a day old: set this machine's clock (NTP)."
        ),
        "NotImplemented": (
            "Garage has no ACLs, tags, policies or versions: leave the parameter out."
        ),
    },
)

vendor = s3_vendor(
    name="garage",
    title="Garage",
    summary="ACLs, tags and conditions have no effect; the region must be the server's.",
    docs_url="https://garagehq.deuxfleurs.fr/documentation/reference-manual/s3-compatibility/",
    layers=(NoAclLayer,),
    profile=profile,
    capabilities=Capabilities(
        acl=documented("ignored", _TABLE, as_of=_TABLE_DATE, note="By its source."),
        addressing=documented(
            frozenset({"path", "virtual"}),
            _TABLE,
            as_of=_TABLE_DATE,
            note="virtual needs root_domain on the server.",
        ),
        checksums=from_code(
            every_checksum("verified"),
            _SOURCE,
            as_of=_SOURCE_DATE,
            note="CRC64NVME from version 2 on.",
        ),
        checksum_trailers=from_code(
            "yes",
            "deuxfleurs-org/garage:src/api/common/signature/mod.rs 44a896f9",
            as_of=_SOURCE_DATE,
            note="From v1.1.0 on.",
        ),
        batch_delete=documented("yes", _TABLE, as_of=_TABLE_DATE),
        batch_delete_digest=from_code("any", _SOURCE, as_of=_SOURCE_DATE, note="None needed."),
        put_if_absent=from_code("ignored", _SOURCE, as_of=_SOURCE_DATE),
        put_if_match=from_code("ignored", _SOURCE, as_of=_SOURCE_DATE),
        complete_if_absent=from_code("ignored", _SOURCE, as_of=_SOURCE_DATE),
        complete_if_match=from_code("ignored", _SOURCE, as_of=_SOURCE_DATE),
        delete_if_match=from_code("ignored", _SOURCE, as_of=_SOURCE_DATE),
        encryption=documented(
            {"AES256": "no", "aws:kms": "no", "SSE-C": "yes"}, _TABLE, as_of=_TABLE_DATE
        ),
        tagging=documented(
            "ignored", _TABLE, as_of=_TABLE_DATE, note="PutObjectTagging does not exist."
        ),
        storage_classes=from_code(frozenset({"STANDARD"}), _SOURCE, as_of=_SOURCE_DATE),
        multipart=from_code("yes", _SOURCE, as_of=_SOURCE_DATE),
        parts_max=unknown(
            "Any part number is taken, and no smallest part is demanded, but of a copy in parts.",
            "deuxfleurs-org/garage:src/api/s3/multipart.rs f04af181 (main-v2)",
            as_of=_SOURCE_DATE,
        ),
        copy=documented("yes", _TABLE, as_of=_TABLE_DATE),
        presign=from_code(SIGNED_METHODS, _SOURCE, as_of=_SOURCE_DATE, note="Any method."),
        presign_seconds_max=from_code(SEVEN_DAYS, _SOURCE, as_of=_SOURCE_DATE),
        post_policy=from_code(
            "yes",
            "deuxfleurs-org/garage:src/api/s3/post_object.rs f04af181 (main-v2)",
            as_of=_SOURCE_DATE,
        ),
        unsigned_headers=from_code(
            "refused",
            "deuxfleurs-org/garage:src/api/common/signature/payload.rs f04af181 (main-v2)",
            as_of=_SOURCE_DATE,
            note="400: Header should be signed.",
        ),
        public_url=documented(
            "no", "Garage's documentation", note="The website endpoint, port 3902, instead."
        ),
        complete_location=from_code(
            "/bucket/key",
            "deuxfleurs-org/garage:src/api/s3/multipart.rs f04af181 (main-v2)",
            as_of=_SOURCE_DATE,
            note="With root_domain an https URL, even where it is served by http.",
        ),
        versioning=documented("no", _TABLE, as_of=_TABLE_DATE),
        cors=documented("yes", _TABLE, as_of=_TABLE_DATE),
        lifecycle=documented(
            "yes", _TABLE, as_of=_TABLE_DATE, note="Expiration and unfinished uploads only."
        ),
        policy=documented("no", _TABLE, as_of=_TABLE_DATE),
        server=documented("Garage", "https://garagehq.deuxfleurs.fr/"),
    ),
)
