"""Amazon S3: the reference. Every other page is a part of this one, or differs from it.

Strapi's documentation of its S3 provider shows `public-read` as the ACL to use. Buckets made since
April 2023 have ACLs switched off and answer 400 AccessControlListNotSupported to it; bucketry
sends no ACL unless one is configured. Open such a bucket with a bucket policy and set
`visibility = "public"`.

The region is a must: a guess would end in a redirect. China (`cn-...`), the European Sovereign
Cloud (`eusc-...`) and the isolated partitions have domains of their own. Three options choose
another kind of endpoint: `dual_stack` answers over IPv6 too, `fips` has validated cryptography,
`accelerate` takes the way over the nearest edge, for buckets that have Transfer Acceleration
switched on. The first goes with each of the others.

`bucket` may be the ARN of an access point
(`arn:aws:s3:eu-west-1:123456789012:accesspoint/reports`), which names its region, or an access
point's alias, which is used like a bucket's name. Copies through one stay in its region. Whether
one takes form uploads is not documented: sign a PUT.

Directory buckets (S3 Express One Zone, `...--x-s3`) are refused: they want a session for each
bucket, know no ACLs, tags and versions, and list in no order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from attrs import Factory, field, frozen

from bucketry import Capabilities
from bucketry_s3 import Guide, Profile, S3Options, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    inferred,
    words,
)

_MODEL = "boto/botocore:botocore/data/s3/2006-03-01/service-2.json 1.43.67"
_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"

_RULES = "boto/botocore:botocore/data/s3/2006-03-01/endpoint-rule-set-1.json 1.44.8"

# boto/botocore:botocore/data/endpoints.json 1.44.8, looked up again 2026-11.
_REGIONS = words(
    """
    us-east-1 us-east-2 us-west-1 us-west-2 eu-central-1 eu-central-2 eu-north-1 eu-south-1
    eu-south-2 eu-west-1 eu-west-2 eu-west-3 af-south-1 ap-east-1 ap-east-2 ap-northeast-1
    ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3
    ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 il-central-1
    me-central-1 me-south-1 mx-central-1 sa-east-1 cn-north-1 cn-northwest-1 us-gov-east-1
    us-gov-west-1 eusc-de-east-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1
    eu-isoe-west-1 us-isof-east-1 us-isof-south-1
    """
)

_COMMERCIAL = "amazonaws.com"

# Names and domains of the partitions by the beginning of their regions' names
# (boto/botocore:botocore/data/partitions.json 1.44.8).
_PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
    "us-gov-": ("aws-us-gov", _COMMERCIAL),
    "us-iso-": ("aws-iso", "c2s.ic.gov"),
    "us-isob-": ("aws-iso-b", "sc2s.sgov.gov"),
    "eu-isoe-": ("aws-iso-e", "cloud.adc-e.uk"),
    "us-isof-": ("aws-iso-f", "csp.hci.ic.gov"),
}

# Endings of names that are not those of a general purpose bucket (Amazon S3 User Guide, naming
# rules), and what to do instead.
_OTHER_KINDS = {
    "--x-s3": (
        "is a directory bucket (S3 Express One Zone), which wants sessions of its own that "
        "bucketry does not make; use a general purpose bucket"
    ),
    "--xa-s3": (
        "is an access point of a directory bucket, which wants sessions of its own that bucketry "
        "does not make; use a general purpose bucket"
    ),
    "--op-s3": (
        "is an access point of S3 on Outposts, which signs for another service; use a bucket of "
        "the region"
    ),
    "--ol-s3": (
        "is an Object Lambda access point, which gives objects and takes none; use the bucket or "
        "an access point of it"
    ),
    "--table-s3": (
        "is a table bucket (S3 Tables), which is queried in another way; use a general purpose "
        "bucket"
    ),
    ".mrap": (
        "is a Multi-Region Access Point, which wants signatures for many regions (SigV4A) that "
        "bucketry does not make; use the bucket or an access point of one region"
    ),
}


def _choice(title: str, description: str) -> dict[str, Any]:
    schema = {"title": title, "description": description, "type": "boolean", "default": False}
    return {"schema": schema}


@frozen(kw_only=True)
class AwsOptions(S3Options):
    """Options of Amazon S3: a bucket or an access point, and the kind of endpoint."""

    bucket: str = field(
        metadata={
            "schema": {
                "title": "Bucket",
                "description": "Name of the bucket, or an access point's alias or ARN. It must "
                "exist.",
                "type": "string",
                "minLength": 3,
                "maxLength": 200,
                "examples": ["media"],
            }
        }
    )
    region: str | None = field(default=Factory(lambda self: _arn_region(self.bucket), True))

    dual_stack: bool = field(
        default=False,
        metadata=_choice("Dual stack", "Use the endpoint that answers over IPv4 and IPv6."),
    )
    fips: bool = field(
        default=False,
        metadata=_choice("FIPS", "Use the endpoint with cryptography validated by FIPS 140."),
    )
    accelerate: bool = field(
        default=False,
        metadata=_choice(
            "Transfer Acceleration",
            "Send over AWS's nearest edge location; the bucket must have it switched on.",
        ),
    )


# arn:PARTITION:s3:REGION:ACCOUNT:accesspoint/NAME (Amazon S3 User Guide, access points).
_ACCESS_POINT = re.compile(
    r"arn:aws[a-z-]*:s3:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):accesspoint[/:]"
    r"(?P<name>[a-z0-9-]{3,50})"
)


def _arn_region(bucket: str) -> str | None:
    found = _ACCESS_POINT.fullmatch(bucket)
    return found["region"] if found else None


def _bucket(options: Any) -> str:
    """Return an access point's label in its host, or the bucket's name (_RULES)."""
    found = _ACCESS_POINT.fullmatch(options.bucket)
    name: str = options.bucket
    return f"{found['name']}-{found['account']}" if found else name


def _partition(options: Any) -> tuple[str, str]:
    """Return the name and the domain of the region's partition."""
    region = options.region or ""
    found = (known for start, known in _PARTITIONS.items() if region.startswith(start))
    return next(found, ("aws", _COMMERCIAL))


def _domain(options: Any) -> str:
    return _partition(options)[1]


def _endpoint(options: Any) -> str:
    """Choose kind and domain as the SDK does (_RULES)."""
    dual_stack = "dualstack." if options.dual_stack else ""
    if options.accelerate:
        return f"https://s3-accelerate.{dual_stack}{_COMMERCIAL}"
    service = "s3-accesspoint" if _arn_region(options.bucket) else "s3"
    service += "-fips" if options.fips else ""
    return f"https://{service}.{dual_stack}{{region}}.{_domain(options)}"


def _commercial(base: str) -> Callable[[Any], str]:
    """Return a template that holds in the commercial partition, where names are unique."""
    return lambda options: base if _domain(options) == _COMMERCIAL else ""


# Amazon S3 User Guide, VirtualHosting.html (legacy endpoints), dual-stack-endpoints.html,
# transfer-acceleration.html; the first is what Strapi's provider falls back to.
_OTHER_BASES = (
    "https://{bucket}.s3.amazonaws.com",
    "https://s3.amazonaws.com/{bucket}",
    "https://{bucket}.s3-{region}.amazonaws.com",
    "https://s3-{region}.amazonaws.com/{bucket}",
    "https://{bucket}.s3.dualstack.{region}.amazonaws.com",
    "https://s3.dualstack.{region}.amazonaws.com/{bucket}",
    "https://{bucket}.s3-accelerate.amazonaws.com",
    "https://{bucket}.s3-accelerate.dualstack.amazonaws.com",
)


def _check(options: Any) -> Iterator[tuple[str, str]]:
    other = [why for ending, why in _OTHER_KINDS.items() if options.bucket.endswith(ending)]
    if other:
        yield "bucket", other[0]
    elif options.bucket.startswith("arn:"):
        yield from _check_arn(options)
    for tag in options.tags:
        # "Using the reserved prefix" (Amazon S3 User Guide, object tagging).
        if tag.lower().startswith("aws:"):
            yield "tags", "has a name that begins with aws:, which AWS keeps for itself; rename it"
            break
    if options.endpoint:
        for name in ("dual_stack", "fips", "accelerate"):
            if getattr(options, name):
                yield name, "does nothing beside endpoint; write one of the two"
    elif options.accelerate:
        yield from _check_acceleration(options)
    elif options.fips and _domain(options) == "amazonaws.com.cn":
        yield "fips", "does not exist in China; leave it out"


def _check_arn(options: Any) -> Iterator[tuple[str, str]]:
    region = _arn_region(options.bucket)
    if region is None:
        yield (
            "bucket",
            "is no ARN of an access point (arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME), the only "
            "kind that bucketry can use; write one, or the bucket's name",
        )
        return
    if options.region != region:
        yield "region", f"is not that of the access point's ARN, {region}; leave it out"
    if options.accelerate:
        yield "accelerate", "does not go with an access point; leave it out"
    if options.addressing == "path":
        yield "addressing", "cannot be path for an access point, which has a host; leave it out"


def _check_acceleration(options: Any) -> Iterator[tuple[str, str]]:
    if not options.region:
        yield (
            "region",
            "is missing; the accelerated endpoint does not name it, but signatures must; set "
            "region to the bucket's own",
        )
    elif _domain(options) != _COMMERCIAL or options.region.startswith("us-gov-"):
        yield "accelerate", f"does not exist in {options.region}; leave it out"
    if options.fips:
        yield "accelerate", "has no FIPS endpoint; write one of the two"
    if options.addressing == "path" or "." in options.bucket:
        yield (
            "accelerate",
            "wants the bucket in the host: leave addressing out, and use a bucket name without "
            "dots",
        )


profile = Profile(
    endpoint=_endpoint,
    addressing="virtual",
    regions=_REGIONS,
    names_region=True,
    public_access_blocks=words(
        "BlockPublicAcls IgnorePublicAcls BlockPublicPolicy RestrictPublicBuckets"
    ),
    bucket=_bucket,
    partition=lambda options: _partition(options)[0],
    other_bases=tuple(map(_commercial, _OTHER_BASES)),
    guides={
        "rights": Guide(
            "Attach it to the user or role whose key pair the application has.",
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
            "access_policies_manage-attach-detach.html, 2026-11",
            policy=True,
        ),
    },
    hints={
        "AccessControlListNotSupported": (
            "Buckets made at AWS since April 2023 have ACLs off: remove `acl` and open the bucket "
            'with a bucket policy, or use `visibility = "private"` with signed URLs; or change '
            "Object Ownership in the bucket's permissions."
        ),
        "AccessDenied: s3:PutObjectAcl": (
            "AWS wants the permission s3:PutObjectAcl for an `acl`: allow it in the key's policy, "
            "or remove `acl`."
        ),
        "AccessDenied: s3:PutObjectTagging": (
            "AWS wants the permission s3:PutObjectTagging for `tags`: allow it in the key's policy."
        ),
        "KMS.DisabledException": (
            "AWS KMS has this key disabled: enable it, or name another one in "
            "`encryption.kms_key_id`."
        ),
        "AccessDenied: perform: kms:": (
            "The key may not use the KMS key: AWS wants kms:GenerateDataKey and kms:Decrypt on it."
        ),
        "AccessDenied": (
            "Look at the key's IAM policy and the bucket policy; AWS' Block Public Access answers "
            "so to public ACLs, too, and buckets made since April 2026 to SSE-C."
        ),
        "ExpiredToken": (
            "AWS' temporary credentials have run out: get new ones, or write `credentials = "
            '"ambient"`, which renews them.'
        ),
        "InvalidAccessKeyId": (
            "AWS knows no such key: look whether it was deleted, and with a temporary one "
            "(ASIA...) set `credentials.session_token` too."
        ),
        "RateLimited": (
            "AWS takes 3,500 writes and 5,500 reads a second under one prefix: spread the keys "
            "over more folders."
        ),
        "WrongRegion": "An AWS bucket answers in its own region only: set `region` to it.",
    },
)

vendor = s3_vendor(
    name="aws",
    title="Amazon S3",
    summary="The reference; new buckets refuse ACLs, and the region must be given.",
    docs_url="https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html",
    options=AwsOptions,
    check=_check,
    profile=profile,
    endpoint_hosts=(
        "s3.amazonaws.com",
        "s3-accelerate.amazonaws.com",
        "s3-accelerate.dualstack.amazonaws.com",
        *(
            f"{service}{{region}}.{domain}"
            for domain in dict.fromkeys((_COMMERCIAL, *(d for _, d in _PARTITIONS.values())))
            for service in ("s3.", "s3.dualstack.", "s3-fips.", "s3-fips.dualstack.")
        ),
        # The older spelling, and never without a region.
        "s3-{region}.amazonaws.com",
    ),
    capabilities=Capabilities(
        acl=documented(
            "object",
            f"{_GUIDE}/about-object-ownership.html",
            note="Switched off on buckets made since April 2023: 400 AccessControlListNotSupported "
            "to all but bucket-owner-full-control.",
        ),
        canned_acls=documented(
            frozenset(
                words(
                    "private public-read public-read-write authenticated-read aws-exec-read "
                    "bucket-owner-read bucket-owner-full-control"
                )
            ),
            _MODEL,
        ),
        addressing=documented(
            frozenset({"path", "virtual"}),
            _RULES,
            note="Dotted buckets by path only over TLS: the certificate covers one label.",
        ),
        checksums=documented(every_checksum("verified"), _MODEL),
        checksum_trailers=documented("yes", "boto/botocore:botocore/httpchecksum.py 1.43.67"),
        batch_delete=documented("yes", _MODEL),
        batch_delete_digest=documented("any", _MODEL),
        batch_delete_limit=documented(1000, _MODEL),
        put_if_absent=documented(
            "enforced",
            f"{_GUIDE}/conditional-writes.html",
            note='If-None-Match takes "*" only. 412, or 409 ConditionalRequestConflict to retry.',
        ),
        put_if_match=documented(
            "enforced",
            f"{_GUIDE}/conditional-writes.html",
            note="Since November 2024. On a missing key it gives 404.",
        ),
        complete_if_absent=documented("enforced", _MODEL),
        complete_if_match=documented("enforced", _MODEL),
        delete_if_match=documented(
            "enforced",
            _MODEL,
            note="Since September 2025 (AWS's news of that month, gaul/undocumented-s3-apis#4).",
        ),
        if_match_etag=inferred(
            "quoted",
            f"the form in which HEAD gives it; {_GUIDE}/conditional-writes.html names none",
            as_of="2026-11",
        ),
        encryption=documented(
            {"AES256": "yes", "aws:kms": "yes", "aws:kms:dsse": "yes", "SSE-C": "yes"},
            _MODEL,
            note="SSE-C is off on buckets made since April 2026 and answers 403 until it is "
            f"allowed ({_GUIDE}/blocking-unblocking-s3-c-encryption-gpb.html).",
        ),
        tagging=documented("yes", _MODEL, note="At most 10 tags."),
        storage_classes=documented(
            frozenset(
                words(
                    "STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING "
                    "GLACIER DEEP_ARCHIVE GLACIER_IR"
                )
            ),
            _MODEL,
            note="The model has seven more, which no upload to a general purpose bucket can name: "
            "of directory buckets, Outposts, Snow, FSx and AWS Backup.",
        ),
        multipart=documented("yes", f"{_GUIDE}/qfacts.html", note="Objects up to 48.8 TiB."),
        part_size_min=documented(5 * MIB, f"{_GUIDE}/qfacts.html"),
        part_size_max=documented(5 * GIB, f"{_GUIDE}/qfacts.html"),
        parts_max=documented(10_000, f"{_GUIDE}/qfacts.html"),
        equal_parts=documented(False, f"{_GUIDE}/qfacts.html"),
        multipart_tagging=documented("yes", _MODEL),
        complete_size=documented("enforced", _MODEL, note="MpuObjectSize."),
        put_size_max=documented(5 * GIB, f"{_GUIDE}/upload-objects.html"),
        copy=documented("yes", _MODEL, note="Up to 5 GiB in one request."),
        presign=documented(SIGNED_METHODS, f"{_GUIDE}/using-presigned-url.html"),
        presign_seconds_max=documented(SEVEN_DAYS, f"{_GUIDE}/using-presigned-url.html"),
        post_policy=documented("yes", f"{_GUIDE}/using-presigned-url.html"),
        unsigned_headers=documented(
            "refused",
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
            "reference_sigv-create-signed-request.html",
            as_of="2026-11",
            note="403 AccessDenied: There were headers present in the request which were not "
            "signed (odysseyscience/react-s3-uploader#106).",
        ),
        public_url=documented(
            "yes",
            f"{_GUIDE}/VirtualHosting.html",
            note="Needs a bucket policy, and Block Public Access switched off.",
        ),
        complete_location=from_code(
            "url",
            "strapi/strapi:packages/providers/upload-aws-s3/src/index.ts 1647f26, strapi#25939",
            note="Path form for dotted buckets.",
        ),
        versioning=documented("yes", _MODEL),
        cors=documented("yes", _MODEL),
        lifecycle=documented("yes", _MODEL),
        policy=documented("yes", _MODEL),
        rate_limits=documented(
            "3,500 PUT, COPY, POST, DELETE and 5,500 GET, HEAD a second and prefix; 503 SlowDown",
            f"{_GUIDE}/optimizing-performance.html",
            note="The page was not read again in 2026-10.",
        ),
        server=documented("proprietary", "https://aws.amazon.com/s3/"),
    ),
)
