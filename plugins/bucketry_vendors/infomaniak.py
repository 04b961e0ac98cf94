"""Infomaniak Public Cloud: OpenStack Swift; public objects have an address of their own.

The region is the cluster: `pub1` (dc3-a) or `pub2` (dc4-a). Sources disagree on the name that a
signature wants: tools sign with `us-east-1`, as `pub1` and `pub2` do here, others with the
OpenStack region; write that (`dc3-a`, `dc4-a`) if the server answers AuthorizationHeaderMalformed.
The key pair is made with `openstack ec2 credentials create`; keys of Swiss Backup do not work here.

There are no ACLs of objects, bucket policies, CORS or lifecycle rules through S3. A container is
opened with Swift's own read ACL (`.r:*`); its objects then have an address that names the project:
set `project_id`, or write the whole as `base_url`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from bucketry import Capabilities
from bucketry_s3 import Guide, NoAclLayer, Profile, S3Options, s3_vendor
from bucketry_s3.facts import (
    GIB,
    MIB,
    SEVEN_DAYS,
    SIGNED_METHODS,
    documented,
    every_checksum,
    from_code,
    inferred,
    unknown,
    words,
)

_START = "https://docs.infomaniak.cloud/documentation/04.object-storage/005.getting-started/"
_ACLS = "https://docs.infomaniak.cloud/object_storage/acls"
_DUCK = "https://docs.mountainduck.io/protocols/openstack/infomaniak"
_DATE = "2026-11"
_SWIFT = "the server is Swift with s3api; measured on Swift 2.38.3"
_SWIFT_DATE = "2026-11-24"
_S3API = "openstack/swift:swift/common/middleware/s3api/s3api.py"
_CLUSTERS = {"dc3-a": "pub1", "dc4-a": "pub2"}


@frozen(kw_only=True)
class InfomaniakOptions(S3Options):
    """Options of Infomaniak; `project_id` makes the public address."""

    project_id: str | None = field(
        default=None,
        metadata={
            "schema": {
                "title": "Project id",
                "description": "The OpenStack project's id, a part of the public address.",
                "type": "string",
                "pattern": "^[0-9a-f]{32}$",
                "x-message": "must be the project's id: 32 hexadecimal digits",
                "examples": ["0123456789abcdef0123456789abcdef"],
            }
        },
    )


def _host(options: Any) -> str:
    cluster = _CLUSTERS.get(options.region or "", "{region}")
    return f"https://s3.{cluster}.infomaniak.cloud"


def _public_base(options: Any) -> str:
    return f"{_host(options)}/object/v1/AUTH_{{project_id}}/{{bucket}}"


def _check(options: Any) -> Iterator[tuple[str, str]]:
    if options.visibility == "public" and not options.base_url:
        for name in ("project_id", "region"):
            # Without an endpoint the family's check asks for the region already.
            if not getattr(options, name) and (name == "project_id" or options.endpoint):
                yield (
                    name,
                    f"is missing; a public object's address is made from it; set {name}, or "
                    "base_url",
                )


profile = Profile(
    endpoint=_host,
    addressing="path",
    # _DUCK, looked up 2026-11
    regions=words("pub1 pub2 dc3-a dc4-a"),
    signing_regions={"pub1": "us-east-1", "pub2": "us-east-1"},
    public_base=_public_base,
    guides={
        "public reads": Guide(
            "Run `swift post CONTAINER --read-acl '.r:*'`.",
            "https://docs.openstack.org/swift/latest/overview_acl.html, 2026-11",
        ),
        "cors": Guide(
            "Run `swift post CONTAINER -H 'X-Container-Meta-Access-Control-Allow-Origin: ORIGIN' "
            "-H 'X-Container-Meta-Access-Control-Expose-Headers: ETag'`.",
            "https://docs.openstack.org/swift/latest/cors.html, 2026-11",
        ),
    },
    hints={
        "AuthorizationHeaderMalformed": (
            "Infomaniak's server wants another region in the signature: write dc3-a instead of "
            "pub1, or dc4-a instead of pub2, as `region`."
        ),
        "SignatureDoesNotMatch": (
            "Swift answers so to an unknown access key, too: the key pair must be EC2 credentials "
            "of this Infomaniak project and cluster."
        ),
        "NotImplemented": (
            "Infomaniak's server has no tags, encryption headers, policies, CORS rules or If-Match "
            "through S3: leave the parameter out."
        ),
        "BucketNotFound": "Check `bucket` and `region`: each Infomaniak cluster has its own.",
    },
)

vendor = s3_vendor(
    name="infomaniak",
    title="Infomaniak Public Cloud",
    summary="OpenStack Swift; no ACLs, tags or If-Match; public addresses need project_id.",
    docs_url=_START,
    options=InfomaniakOptions,
    check=_check,
    layers=(NoAclLayer,),
    profile=profile,
    endpoint_hosts=("s3.pub1.infomaniak.cloud", "s3.pub2.infomaniak.cloud"),
    capabilities=Capabilities(
        acl=inferred(
            "ignored",
            f"{_ACLS}; {_SWIFT}",
            as_of=_SWIFT_DATE,
            note="Taken with an upload without effect; a container is opened with Swift's own ACL.",
        ),
        addressing=documented(
            frozenset({"path"}), _DUCK, as_of=_DATE, note="Its profile has virtual hosts off."
        ),
        checksums=inferred(
            every_checksum("verified"),
            _SWIFT,
            as_of=_SWIFT_DATE,
            note="Verified, not kept. The vendor's release is not known.",
        ),
        checksum_trailers=inferred("yes", _SWIFT, as_of=_SWIFT_DATE),
        batch_delete=inferred("yes", _SWIFT, as_of=_SWIFT_DATE),
        batch_delete_digest=inferred(
            "any", _SWIFT, as_of=_SWIFT_DATE, note="Older releases want Content-MD5."
        ),
        batch_delete_limit=inferred(1000, f"{_S3API}, its default", as_of=_DATE),
        put_if_absent=inferred(
            "enforced",
            _SWIFT,
            as_of=_SWIFT_DATE,
            note="Looked at before the write: of several at once more than one may win.",
        ),
        put_if_match=inferred("refused", _SWIFT, as_of=_SWIFT_DATE, note="501 NotImplemented."),
        complete_if_absent=inferred("enforced", _SWIFT, as_of=_SWIFT_DATE),
        complete_if_match=inferred(
            "refused", _SWIFT, as_of=_SWIFT_DATE, note="501 NotImplemented."
        ),
        delete_if_match=inferred("enforced", _SWIFT, as_of=_SWIFT_DATE),
        encryption=inferred(
            {"AES256": "no", "aws:kms": "no", "aws:kms:dsse": "no", "SSE-C": "ignored"},
            _SWIFT,
            as_of=_SWIFT_DATE,
            note="501 to the others; the headers of SSE-C are ignored.",
        ),
        tagging=inferred(
            "no",
            _SWIFT,
            as_of=_SWIFT_DATE,
            note="501 NotImplemented. Sources disagree: yes in OpenStack's compatibility matrix.",
        ),
        storage_classes=from_code(
            frozenset({"STANDARD"}),
            "iterate-ch/profiles:Infomaniak Public Cloud 01 (S3).cyberduckprofile 0a0ec1e",
            as_of="2026-06-22",
        ),
        multipart=documented("yes", _START, as_of=_DATE, note="Objects up to 50 TB."),
        part_size_min=inferred(5 * MIB, f"{_S3API}, its default", as_of=_DATE),
        part_size_max=inferred(5 * GIB, "Swift's default", as_of=_DATE),
        parts_max=inferred(
            1000, f"{_S3API}, its older default", as_of=_DATE, note="10,000 in newer releases."
        ),
        equal_parts=inferred(False, _SWIFT, as_of=_SWIFT_DATE),
        put_size_max=inferred(5 * GIB, "Swift's default", as_of=_DATE),
        copy=inferred("yes", _SWIFT, as_of=_SWIFT_DATE),
        presign=inferred(SIGNED_METHODS, _SWIFT, as_of=_SWIFT_DATE),
        presign_seconds_max=inferred(SEVEN_DAYS, "SigV4's own limit", as_of=_DATE),
        post_policy=inferred("no", _SWIFT, as_of=_SWIFT_DATE, note="412 to a form."),
        unsigned_headers=inferred("refused", _SWIFT, as_of=_SWIFT_DATE),
        public_url=documented(
            "yes",
            _ACLS,
            as_of=_DATE,
            note="Not below the S3 path, but at /object/v1/AUTH_<project id>/<container>/<key>, "
            "once the container has the read ACL .r:*.",
        ),
        complete_location=inferred("url", _SWIFT, as_of=_SWIFT_DATE),
        versioning=unknown(
            "Swift's s3api has them since Ussuri; the vendor does not say.", _START, as_of=_DATE
        ),
        cors=inferred(
            "no", _SWIFT, as_of=_SWIFT_DATE, note="501. Swift's own container metadata instead."
        ),
        lifecycle=inferred("no", _SWIFT, as_of=_SWIFT_DATE, note="Swift's X-Delete-At instead."),
        policy=documented("no", _ACLS, as_of=_DATE),
        server=documented("OpenStack Swift with s3api", _START, as_of=_DATE),
    ),
)
