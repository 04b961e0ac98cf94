"""DigitalOcean Spaces: two canned ACLs, SSE-C only, If-Match without quotes, a CDN of its own.

`cdn = true` gives public addresses on `<bucket>.<region>.cdn.digitaloceanspaces.com`; the CDN must
be switched on at the vendor, and a dotted bucket has none. A custom CDN domain is a `base_url`.

Strapi's documentation says that AES256 is supported by most vendors and that DigitalOcean ignores
the storage class; SSE-C is the only encryption here, and cold storage is a kind of bucket. Its
provider rebuilds the Location of large uploads and broke CDN addresses by it (strapi#25487);
bucketry never uses a Location as a URL.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from bucketry import Capabilities
from bucketry_s3 import Guide, Profile, S3Options, s3_vendor
from bucketry_s3.facts import (
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    reported,
    words,
)

_S3 = "https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/"
_S3_DATE = "2025-12-05"
_LIMITS = "https://docs.digitalocean.com/products/spaces/details/limits"
_LIMITS_DATE = "2026-01"
_CDN = "https://docs.digitalocean.com/products/spaces/how-to/enable-cdn"
_CDN_DATE = "2026-03"
_API = "https://docs.digitalocean.com/reference/api/spaces"
_PROBE = "gordonmurray/firnflow:README.md 93046ed (live tests), slatedb/slatedb#1818"
_PROBE_DATE = "2026-06-24"
_UNDOCUMENTED = "The vendor's pages name conditions on reads only; its support calls them outdated."


@frozen(kw_only=True)
class DigitalOceanOptions(S3Options):
    """Options of DigitalOcean Spaces; `cdn` puts public addresses on its CDN."""

    cdn: bool = False


def _public_base(options: Any) -> str:
    """Choose the CDN's host where it is asked for (how-to/enable-cdn)."""
    return "https://{bucket}.{region}.cdn.digitaloceanspaces.com" if options.cdn else ""


def _check(options: Any) -> Iterator[tuple[str, str]]:
    if not options.cdn or options.base_url:
        return
    if not options.region:
        yield "region", "is missing; the CDN's address is made from it; set region (such as nyc3)"
    if "." in options.bucket:
        yield "cdn", "does not work for a bucket with dots: the certificate covers one label"


profile = Profile(
    endpoint="https://{region}.digitaloceanspaces.com",
    addressing="virtual",
    # digitalocean/terraform-provider-digitalocean:digitalocean/spaces/spaces_entities.go 401992a,
    # looked up again 2026-11
    regions=words("ams3 atl1 blr1 fra1 lon1 nyc3 sfo2 sfo3 sgp1 syd1 tor1"),
    public_base=_public_base,
    other_bases=("https://{bucket}.{region}.cdn.digitaloceanspaces.com",),
    guides={
        "rights": Guide(
            "Create a Spaces access key with the grant `readwrite` on this bucket. What "
            "`bucketry setup` changes needs `fullaccess`.",
            "https://docs.digitalocean.com/reference/terraform/reference/resources/spaces_key/, "
            "2025-07",
        ),
    },
    hints={
        "RateLimited": (
            "Spaces take 1,500 requests a second from one address, and 10 uploads of one object at "
            "once."
        ),
        "BadCredentials": "Spaces want a Spaces access key pair, not a DigitalOcean API token.",
        "InvalidArgument": (
            "Spaces have the ACLs private and public-read, and SSE-C as their only encryption: "
            "leave other values of `acl` and `encryption` out."
        ),
        "BucketNotFound": (
            "Check `bucket` and `region`: a Spaces bucket lives in one datacenter (nyc3, fra1 ...)."
        ),
    },
)

vendor = s3_vendor(
    name="digitalocean",
    title="DigitalOcean Spaces",
    summary="ACLs private and public-read; SSE-C only; cdn = true for CDN addresses.",
    docs_url=_S3,
    options=DigitalOceanOptions,
    check=_check,
    profile=profile,
    endpoint_hosts=("{region}.digitaloceanspaces.com",),
    capabilities=Capabilities(
        acl=documented("object", _S3, as_of=_S3_DATE),
        canned_acls=documented(frozenset({"private", "public-read"}), _S3, as_of=_S3_DATE),
        addressing=documented(
            frozenset({"path", "virtual"}),
            _S3,
            as_of=_S3_DATE,
            note="Dotted buckets by path only over TLS.",
        ),
        checksum_trailers=from_code(
            "no",
            "benbjohnson/litestream:docs/PROVIDER_COMPATIBILITY.md 63225f1",
            as_of="2026-08-19",
            note="The vendor announced the failure in January 2025; later pages lack the notice, "
            "its Terraform guide of June 2026 still skips checksums.",
        ),
        batch_delete=documented("yes", _S3, as_of=_S3_DATE),
        batch_delete_digest=documented(
            "md5",
            f"{_API} (older copy)",
            as_of="2025-01",
            note="The notice of January 2025 named deletes with CRC32 only as failing; today "
            "unknown.",
        ),
        put_if_absent=from_code("enforced", _PROBE, as_of=_PROBE_DATE, note=_UNDOCUMENTED),
        put_if_match=from_code("enforced", _PROBE, as_of=_PROBE_DATE, note=_UNDOCUMENTED),
        if_match_etag=from_code(
            "unquoted",
            _PROBE,
            as_of=_PROBE_DATE,
            note="The quoted form is always answered with 412.",
        ),
        encryption=documented(
            {"AES256": "no", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "yes"},
            _S3,
            as_of=_S3_DATE,
        ),
        tagging=documented(
            "yes",
            _S3,
            as_of=_S3_DATE,
            note="Object tags; bucket tags do not exist. Sources disagree: no in "
            "aminueza/terraform-provider-minio, probably of buckets.",
        ),
        storage_classes=documented(
            frozenset({"STANDARD"}),
            _LIMITS,
            as_of=_LIMITS_DATE,
            note="Cold Storage is a kind of bucket.",
        ),
        multipart=documented(
            "yes",
            _LIMITS,
            as_of=_LIMITS_DATE,
            note="Objects up to 5 TB; unfinished uploads are removed after 30 days.",
        ),
        part_size_min=documented(5 * MIB, _LIMITS, as_of=_LIMITS_DATE),
        part_size_max=documented(5_000_000_000, _LIMITS, as_of=_LIMITS_DATE),
        parts_max=documented(10_000, _LIMITS, as_of=_LIMITS_DATE),
        put_size_max=documented(5_000_000_000, _LIMITS, as_of=_LIMITS_DATE),
        copy=documented(
            "yes", _S3, as_of=_S3_DATE, note="Inside one region and cluster, copies in parts too."
        ),
        presign=documented(
            SIGNED_METHODS,
            _CDN,
            as_of=_CDN_DATE,
            note="GET and PUT are stated. A PUT through the CDN's host takes 8,100 KiB at most.",
        ),
        presign_seconds_max=documented(SEVEN_DAYS, _API),
        post_policy=inferred("yes", "the server is taken to be Ceph RGW"),
        public_url=documented("yes", _CDN, as_of=_CDN_DATE),
        complete_location=reported(
            "no-scheme",
            "aws/aws-sdk-js#4196, transloadit/uppy#4165, anacronw/multer-s3#93",
            as_of="2024",
            note="Sources disagree: correct in strapi/strapi:packages/providers/upload-aws-s3.",
        ),
        versioning=documented("yes", _S3, as_of=_S3_DATE, note="Through the API only."),
        cors=documented("yes", _S3, as_of=_S3_DATE),
        lifecycle=documented(
            "yes", _S3, as_of=_S3_DATE, note="Expiration and unfinished uploads; no tag filters."
        ),
        policy=documented("yes", _S3, as_of=_S3_DATE, note="Through the API only."),
        rate_limits=documented(
            "1,500 requests a second and IP address, 10 concurrent PUTs an object; 503 SlowDown",
            _LIMITS,
            as_of=_LIMITS_DATE,
        ),
        server=inferred("Ceph RGW", "limits, behaviour and the vendor's blog"),
    ),
)
