"""RustFS (1.0 release candidates): like MinIO; ACLs are accepted without effect.

Give `endpoint`; plain http inside your own network needs `allow_http = true`. Storage classes other
than two are refused, as by MinIO.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import NoAclLayer, Profile, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    inferred,
)

_SOURCE = "rustfs/rustfs 20d12664"
_DATE = "2026-08-23"


profile = Profile(
    endpoint="",
    addressing="path",
    default_region="us-east-1",
    hints={
        "InvalidStorageClass": "RustFS has STANDARD and REDUCED_REDUNDANCY only.",
    },
)

vendor = s3_vendor(
    name="rustfs",
    title="RustFS",
    summary="Like MinIO; ACLs have no effect; give the server's endpoint.",
    docs_url="https://docs.rustfs.com/",
    layers=(NoAclLayer,),
    profile=profile,
    capabilities=Capabilities(
        acl=from_code("ignored", _SOURCE, as_of=_DATE, note="Parsed; not enforced, on purpose."),
        addressing=from_code(
            frozenset({"path", "virtual"}),
            _SOURCE,
            as_of=_DATE,
            note="virtual needs domains set on the server.",
        ),
        checksums=from_code(
            every_checksum("verified"),
            _SOURCE,
            as_of=_DATE,
            note="Betas before mid-2026 did not verify SHA256 (rustfs/rustfs#4341).",
        ),
        checksum_trailers=from_code("yes", _SOURCE, as_of=_DATE),
        batch_delete=from_code("yes", _SOURCE, as_of=_DATE),
        batch_delete_digest=from_code(
            "any",
            "rustfs/rustfs:rustfs/src/app/object_usecase.rs 20d12664",
            as_of=_DATE,
            note="None needed.",
        ),
        batch_delete_limit=from_code(
            1000, "rustfs/rustfs:rustfs/src/app/object_usecase.rs 20d12664", as_of=_DATE
        ),
        put_if_absent=from_code("enforced", _SOURCE, as_of=_DATE),
        put_if_match=from_code("enforced", _SOURCE, as_of=_DATE),
        complete_if_absent=from_code("enforced", _SOURCE, as_of=_DATE),
        complete_if_match=from_code("enforced", _SOURCE, as_of=_DATE),
        delete_if_match=from_code(
            "ignored",
            "rustfs/rustfs:rustfs/src/storage/options.rs 20d12664",
            as_of=_DATE,
            note="If-Match is read nowhere on the way of a delete.",
        ),
        if_match_etag=from_code(
            "quoted", _SOURCE, as_of=_DATE, note="Compared without quotes: either form is taken."
        ),
        encryption=from_code(
            {"AES256": "yes", "aws:kms": "yes", "SSE-C": "yes"},
            _SOURCE,
            as_of=_DATE,
            note="AES256 and aws:kms where the server is configured for them.",
        ),
        tagging=from_code("yes", _SOURCE, as_of=_DATE),
        storage_classes=from_code(
            frozenset({"STANDARD", "REDUCED_REDUNDANCY"}),
            "rustfs/rustfs:crates/e2e_test/src/storage_class_capability_test.rs 20d12664",
            as_of=_DATE,
            note="Any other value gives InvalidStorageClass.",
        ),
        multipart=from_code(
            "yes", "rustfs/rustfs:rustfs/src/app/multipart_usecase.rs 20d12664", as_of=_DATE
        ),
        part_size_min=from_code(
            5 * MIB, "rustfs/rustfs:crates/ecstore/src/set_disk/mod.rs 20d12664", as_of=_DATE
        ),
        parts_max=from_code(
            10_000, "rustfs/rustfs:rustfs/src/storage/storage_api.rs 20d12664", as_of=_DATE
        ),
        copy=from_code("yes", _SOURCE, as_of=_DATE),
        presign=from_code(SIGNED_METHODS, _SOURCE, as_of=_DATE, note="GET and PUT are stated."),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=from_code("yes", _SOURCE, as_of=_DATE),
        unsigned_headers=from_code(
            "honoured",
            "rustfs/s3s:ops/signature.rs, as used by 20d12664",
            as_of=_DATE,
            note="x-amz-copy-source too. Refused since 2026-09-07 (rustfs/rustfs#7425).",
        ),
        public_url=from_code("yes", _SOURCE, as_of=_DATE, note="Needs a bucket policy."),
        complete_location=from_code("request-host", _SOURCE, as_of=_DATE),
        versioning=from_code("yes", _SOURCE, as_of=_DATE),
        cors=from_code("yes", _SOURCE, as_of=_DATE),
        lifecycle=from_code("yes", _SOURCE, as_of=_DATE),
        policy=from_code("yes", _SOURCE, as_of=_DATE),
        server=documented("RustFS", _SOURCE, as_of=_DATE),
    ),
)
