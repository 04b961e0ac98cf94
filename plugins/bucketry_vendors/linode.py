"""Linode (Akamai) Object Storage: clusters of four kinds, taken to be Ceph.

The region is the cluster's name, as in `us-iad-1`. Its kind (E0 to E3) decides a few things: E2 and
E3 have no CORS rules. The vendor documents that SDKs with trailing checksums fail; bucketry never
sends any.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Guide, Profile, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    words,
)

_SDKS = "https://techdocs.akamai.com, page aws-cli-sdks-support-details"
_ACL = "linode/linode-api-docs#351, #352"
_TERRAFORM = "linode/terraform-provider-linode documentation"
_CEPH = "the server is taken to be Ceph RGW"


profile = Profile(
    endpoint="https://{region}.linodeobjects.com",
    addressing="virtual",
    # iterate-ch/profiles 0a0ec1e, file names; looked up again 2026-11
    regions=words(
        """
        ap-south-1 au-mel-1 br-gru-1 de-fra-1 es-mad-1 eu-central-1 fr-par-1 fr-par-13 gb-lon-1
        id-cgk-1 in-bom-1 in-maa-1 it-mil-1 jp-osa-1 jp-tyo-1 nl-ams-1 se-sto-1 sg-sin-1
        us-east-1 us-iad-1 us-iad-10 us-iad-18 us-lax-1 us-lax-4 us-mia-1 us-ord-1 us-ord-10
        us-sea-1 us-sea-9 us-southeast-1
        """
    ),
    guides={
        "rights": Guide(
            "Create a limited access key with `read_write` on this bucket. What `bucketry "
            "setup` changes needs an unlimited one.",
            "linode/linode-api-docs#318",
        ),
    },
    hints={
        "QuotaExceeded": (
            "The quota of this endpoint is used up at Linode: delete objects, or ask its support "
            "for more."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`: a Linode bucket lives in one cluster (us-east-1, "
            "de-fra-1 ...)."
        ),
    },
)

vendor = s3_vendor(
    name="linode",
    title="Linode Object Storage",
    summary="Taken to be Ceph; the region is the cluster's name.",
    docs_url="https://techdocs.akamai.com/cloud-computing/docs/object-storage",
    profile=profile,
    endpoint_hosts=("{region}.linodeobjects.com",),
    capabilities=Capabilities(
        acl=documented("object", _ACL, as_of="2026-11"),
        canned_acls=documented(
            frozenset(words("private public-read authenticated-read public-read-write")),
            _ACL,
            as_of="2026-11",
        ),
        addressing=inferred(frozenset({"path", "virtual"}), _CEPH),
        checksum_trailers=documented(
            "no", _SDKS, note="SignatureDoesNotMatch, MissingContentLength or NotImplemented."
        ),
        batch_delete=documented("yes", _TERRAFORM),
        if_match_etag=inferred("unquoted", _CEPH),
        tagging=inferred("yes", _CEPH),
        storage_classes=from_code(
            frozenset({"STANDARD"}),
            "iterate-ch/profiles:Linode Object Storage (us-east-1)(e0).cyberduckprofile 0a0ec1e",
            as_of="2026-06-22",
        ),
        multipart=inferred("yes", _CEPH),
        multipart_tagging=inferred("ignored", f"{_CEPH}; measured on Ceph 16.2.15"),
        part_size_min=inferred(5 * MIB, _CEPH),
        part_size_max=inferred(5 * GIB, _CEPH),
        parts_max=inferred(10_000, _CEPH),
        copy=documented("yes", _TERRAFORM),
        presign=inferred(SIGNED_METHODS, _CEPH),
        presign_seconds_max=inferred(SEVEN_DAYS, _CEPH),
        post_policy=inferred("yes", _CEPH),
        public_url=inferred("yes", "the vendor's documentation, not read again"),
        versioning=documented("yes", _TERRAFORM),
        cors=documented("yes", _SDKS, note="Not on endpoints of the kinds E2 and E3."),
        lifecycle=documented("yes", _TERRAFORM),
        policy=documented("yes", _TERRAFORM),
        rate_limits=documented(
            "750 requests a second and bucket on E0 and E1, 2,000 on E2, up to 20,000 on E3",
            "https://techdocs.akamai.com, page on Object Storage limits",
            as_of="2026-09-24",
        ),
        server=inferred("Ceph RGW", "the vendor's blog, and its behaviour"),
    ),
)
