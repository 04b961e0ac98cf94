"""Oracle OCI through its S3 compatibility API: the namespace is in the host; no ACLs.

The key pair is a Customer Secret Key. New buckets land in the compartment that is chosen for the
S3 API. Public objects have a native address, made from `namespace` and `region`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from bucketry import Capabilities
from bucketry_s3 import Guide, NoAclLayer, Profile, S3Options, s3_vendor
from bucketry_s3.facts import (
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    inferred,
    reported,
    unknown,
    words,
)

_API = "https://docs.oracle.com/en-us/iaas/Content/Object/Tasks/s3compatibleapi.htm"
_CALLS = (
    "https://docs.oracle.com/en-us/iaas/Content/Object/Tasks/"
    "s3compatibleapi_topic-Amazon_S3_Compatibility_API_Support.htm"
)
_RELEASE = (
    "https://docs.oracle.com/en-us/iaas/releasenotes/objectstorage/"
    "amazon_s3_compatibility_api_deleteobjects_bulkdelete_supports_new_checksum_algorithms.htm"
)


@frozen(kw_only=True)
class OciOptions(S3Options):
    """Options of Oracle OCI; `namespace` and `region` make the endpoint."""

    namespace: str | None = None


def _check(options: Any) -> Iterator[tuple[str, str]]:
    if options.visibility == "public" and not options.base_url:
        for name in ("namespace", "region"):
            # Without an endpoint the family's check asks for both already.
            if options.endpoint and not getattr(options, name):
                yield (
                    name,
                    f"is missing; a public object's address is made from it; set {name}, or "
                    "base_url",
                )


profile = Profile(
    endpoint="https://{namespace}.compat.objectstorage.{region}.oci.customer-oci.com",
    addressing="path",
    # oracle/oci-python-sdk:src/oci/regions_definitions.py 006daa09, realm oc1, whose domain the
    # endpoint is in; looked up again 2026-11
    regions=words(
        """
        af-johannesburg-1 ap-chuncheon-1 ap-hyderabad-1 ap-melbourne-1 ap-mumbai-1 ap-osaka-1
        ap-seoul-1 ap-singapore-1 ap-singapore-2 ap-sydney-1 ap-tokyo-1 ca-montreal-1 ca-toronto-1
        eu-amsterdam-1 eu-frankfurt-1 eu-madrid-1 eu-marseille-1 eu-milan-1 eu-paris-1
        eu-stockholm-1 eu-zurich-1 il-jerusalem-1 me-abudhabi-1 me-dubai-1 me-jeddah-1 me-riyadh-1
        mx-monterrey-1 mx-queretaro-1 sa-bogota-1 sa-santiago-1 sa-saopaulo-1 sa-valparaiso-1
        sa-vinhedo-1 uk-cardiff-1 uk-london-1 us-ashburn-1 us-chicago-1 us-phoenix-1 us-saltlake-2
        us-sanjose-1
        """
    ),
    public_base="https://objectstorage.{region}.oraclecloud.com/n/{namespace}/b/{bucket}/o",
    guides={
        "public reads": Guide(
            "Run `oci os bucket update --name BUCKET --public-access-type ObjectReadWithoutList`, "
            "or edit the bucket's visibility in the console.",
            "https://docs.oracle.com/en-us/iaas/Content/Object/Tasks/"
            "managingbuckets_topic-To_change_the_visibility_of_a_bucket.htm, 2026-11",
        ),
    },
    hints={
        "BadCredentials": "OCI's S3 API wants a Customer Secret Key, not an API key.",
        "NotImplemented": (
            "OCI's S3 API has no ACLs and no chunked uploads: leave the parameter out."
        ),
        "AccessDenied": "An IAM policy of OCI must allow this to the user of the key.",
        "BucketNotFound": (
            "Check `bucket`, `namespace` and `region`: OCI's endpoint is made from both."
        ),
    },
)

vendor = s3_vendor(
    name="oci",
    title="Oracle OCI Object Storage",
    summary="The endpoint is made from the namespace; no ACLs; batch deletes want Content-MD5.",
    docs_url=_API,
    options=OciOptions,
    check=_check,
    layers=(NoAclLayer,),
    profile=profile,
    endpoint_hosts=(
        "{namespace}.compat.objectstorage.{region}.oci.customer-oci.com",
        "{namespace}.compat.objectstorage.{region}.oraclecloud.com",
    ),
    capabilities=Capabilities(
        acl=documented("none", _API),
        canned_acls=documented(frozenset[str](), _API),
        addressing=documented(
            frozenset({"path"}),
            _API,
            as_of="2026-09-05",
            note="Virtual-hosted addresses have a host of their own (vhcompat) since 2026-02-10, "
            "for buckets made through the S3 API.",
        ),
        checksums=unknown("SHA256 and CRC32C are named for DeleteObjects only.", _RELEASE),
        checksum_trailers=reported(
            "no",
            "activepieces/activepieces#14110",
            as_of="2026-07",
            note='501 NotImplemented "AWS chunked encoding not supported".',
        ),
        batch_delete=inferred("yes", _API),
        batch_delete_digest=reported(
            "md5",
            "activepieces/activepieces#14110",
            as_of="2026-07",
            note="SHA256 and CRC32C headers too since 2026-07-17; CRC32 is refused.",
        ),
        encryption=documented(
            {"SSE-C": "yes"},
            _CALLS,
            as_of="2026-11",
            note="Everything is encrypted; the other headers are not described.",
        ),
        tagging=reported(
            "no",
            "nextcloud/files_versions_s3#95",
            note="501 S3 Get Object tagging operation is not supported.",
        ),
        storage_classes=unknown("Tiers of its own; how names are mapped is not known.", _API),
        multipart=inferred("yes", "S3's own rules"),
        parts_max=inferred(10_000, "S3's own limit"),
        copy=documented("yes", _CALLS, as_of="2026-11", note="In parts too."),
        presign=inferred(
            SIGNED_METHODS, "SigV4", note="Pre-authenticated requests are the native way."
        ),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        public_url=inferred(
            "yes",
            "Oracle's documentation, not read again",
            note="Native form; whether '/' in a key may stay plain there was not looked at.",
        ),
        versioning=inferred("yes", _API),
        lifecycle=inferred("no", _API, note="Through the native API."),
        policy=inferred("no", _API, note="IAM policies instead."),
        server=documented("proprietary", _API),
    ),
)
