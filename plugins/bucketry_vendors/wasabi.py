"""Wasabi: nearly all of S3; public access is a privilege of the account; 90 days are billed.

Public objects need an account that has public access enabled; otherwise a public ACL is refused.
A full request rate is answered with RequestRateLimitExceeded, not with 503 SlowDown.

Strapi's documentation calls path addressing not needed; the vendor recommends it, so it is the
default. It says that AES256 is supported by most vendors; everything is encrypted here, but an
older guide lists the header as unsupported, so it is not sent. Its checksum option breaks as a
trailer (stalled or incomplete uploads), which bucketry never sends.
"""

from __future__ import annotations

from bucketry import Capabilities
from bucketry_s3 import Profile, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    from_code,
    inferred,
    reported,
    unknown,
    words,
)

_DOCS = "https://docs.wasabi.com/apidocs/wasabi-api.md"
_DATE = "2025-08-13"
_FAQ = "vendor's FAQ, quoted in pglombardo/PasswordPusher#1895"


profile = Profile(
    endpoint="https://s3.{region}.wasabisys.com",
    addressing="path",
    default_region="us-east-1",
    # rclone/rclone:backend/s3/provider/Wasabi.yaml 64ab1ac32; us-west-2 and eu-west-3 from
    # iterate-ch/profiles 0a0ec1e; looked up again 2026-11
    regions=words(
        """
        us-east-1 us-east-2 us-central-1 us-west-1 us-west-2 ca-central-1 eu-central-1
        eu-central-2 eu-west-1 eu-west-2 eu-west-3 eu-south-1 ap-northeast-1 ap-northeast-2
        ap-southeast-1 ap-southeast-2
        """
    ),
    hints={
        "AccessDenied: public use of objects": (
            "Wasabi opens objects to everybody for certain paid accounts only: ask its support to "
            'allow public access, or use `visibility = "private"` with signed URLs.'
        ),
        "AccountNotActivated": (
            "This Wasabi account is not active yet: log in to its console, or ask Wasabi's support."
        ),
        "AccountProblem": (
            "Something is wrong with this Wasabi account: log in to its console, or ask Wasabi's "
            "support."
        ),
        "AccessDenied": (
            "The key may not do this, or the account has no public access: then Wasabi refuses "
            "public ACLs."
        ),
        "AuthenticationLockout": (
            "Wasabi has locked the account after too many wrong key pairs: wait five minutes, then "
            "use the right pair."
        ),
        "RateLimited": (
            "Wasabi limits the requests of an account: lower `multipart.concurrency`, or ask its "
            "support."
        ),
        "InvalidRequest: checksum type mismatch": (
            "Wasabi did not expect this checksum on a part: leave `checksum_algorithm` out."
        ),
        "IncompleteBody": (
            "Wasabi answers so to checksum trailers, boto3's default; bucketry sends none, so the "
            "body was cut on its way."
        ),
        "WrongRegion": "Set `region` to the bucket's: each Wasabi region has its own endpoint.",
    },
)

vendor = s3_vendor(
    name="wasabi",
    title="Wasabi",
    summary="Public access must be enabled for the account; one storage class.",
    docs_url="https://docs.wasabi.com/apidocs/wasabi-api",
    profile=profile,
    endpoint_hosts=("s3.{region}.wasabisys.com", "s3.wasabisys.com"),
    capabilities=Capabilities(
        acl=documented(
            "object",
            _DOCS,
            as_of=_DATE,
            note="AWS's canned ACLs. A public one needs an account with public access, else it is "
            "refused, presumably with AccessDenied.",
        ),
        addressing=documented(
            frozenset({"path", "virtual"}), _DOCS, as_of=_DATE, note="The vendor recommends path."
        ),
        checksums=unknown(
            "Not documented; parts are compared by CRC32.", "EnterpriseDB/barman#1064"
        ),
        checksum_trailers=reported(
            "no",
            "EnterpriseDB/barman#1064, boto/boto3#4102, rgcsekaraa/brows3#14",
            as_of="2026-06",
            note='UploadPart: InvalidRequest "Checksum Type mismatch"; PutObject: IncompleteBody, '
            "or a stall of minutes.",
        ),
        batch_delete=documented("yes", _DOCS, as_of=_DATE),
        put_if_absent=unknown("No source either way."),
        put_if_match=unknown("No source either way."),
        encryption=documented(
            {"AES256": "no", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "yes"},
            _DOCS,
            as_of=_DATE,
            note="Everything is encrypted; an older guide lists the header as not supported, its "
            "behaviour today was not looked at.",
        ),
        tagging=documented(
            "yes",
            "https://docs.wasabi.com/docs/object-tagging-with-the-wasabi-s3-api",
            as_of="2025-07-18",
            note="Since December 2023; the calls for existing objects are described, the header of "
            "an upload is not.",
        ),
        storage_classes=from_code(
            frozenset({"STANDARD"}),
            "iterate-ch/profiles:Wasabi (us-east-1).cyberduckprofile 0a0ec1e",
            as_of="2026-06-22",
            note="What another value does was not looked at.",
        ),
        multipart=documented("yes", _FAQ, note="Objects up to 5 TB."),
        part_size_min=inferred(5 * MIB, "S3's own limit"),
        part_size_max=inferred(5 * GIB, "S3's own limit"),
        parts_max=inferred(10_000, "S3's own limit"),
        put_size_max=documented(5_000_000_000, _FAQ),
        copy=documented("yes", _DOCS, as_of=_DATE),
        presign=inferred(SIGNED_METHODS, _DOCS, as_of=_DATE),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit"),
        post_policy=inferred(
            "yes", _DOCS, as_of=_DATE, note='The vendor calls itself "100% bit-compatible".'
        ),
        public_url=documented(
            "yes", _DOCS, as_of=_DATE, note="Needs public access enabled for the account."
        ),
        versioning=documented("yes", _DOCS, as_of=_DATE),
        cors=documented(
            "yes",
            "https://docs.wasabi.com/docs/cross-origin-resource-sharing-cors",
            as_of="2024-11-04",
            note="Without rules a default answers every origin; rules replace it.",
        ),
        lifecycle=documented("yes", _DOCS, as_of=_DATE),
        policy=documented("yes", _DOCS, as_of=_DATE),
        rate_limits=documented(
            "no public figures; RequestRateLimitExceeded (403)",
            "https://docs.wasabi.com/docs/rest-api-introduction",
            as_of="2026-11",
            note="HTTP 400 in api-evangelist/wasabi, a secondary source.",
        ),
        server=documented("proprietary", _DOCS, as_of=_DATE),
    ),
)
