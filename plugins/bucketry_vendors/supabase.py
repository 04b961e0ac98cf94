"""Supabase Storage through its S3 protocol: a path in the endpoint, and few of S3's headers.

`project_ref` makes the endpoint and the public address. `region` is the project's region; the
signature is refused with any other. ACLs, tags, encryption, checksums and conditions are not part
of the protocol there; conditions are ignored in silence, so `prevent_overwrite` is refused. A
completed multipart upload calls its Location `bucket/key`; it is never used as a URL.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

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
)

_DOCS = "https://supabase.com/docs/guides/storage/s3/compatibility"
_ROUTES = "supabase/storage:src/http/routes/s3/commands 4fa61fb"
_HANDLER = "supabase/storage:src/storage/protocols/s3/s3-handler.ts 4fa61fb"
_DATE = "2026-08-21"
_NOT_READ = "The request's schema has no such header, so it is ignored in silence."


@frozen(kw_only=True)
class SupabaseOptions(S3Options):
    """Options of Supabase Storage; `project_ref` makes endpoint and public address."""

    project_ref: str | None = None


def _check(options: Any) -> Iterator[tuple[str, str]]:
    if not options.region:
        yield "region", "is missing; Supabase wants the project's region in signatures; set region"
    public = options.visibility == "public" and not options.base_url
    if public and options.endpoint and not options.project_ref:
        yield (
            "project_ref",
            "is missing; a public object's address is made from it; set project_ref, or base_url",
        )


profile = Profile(
    endpoint="https://{project_ref}.supabase.co/storage/v1/s3",
    addressing="path",
    public_base="https://{project_ref}.supabase.co/storage/v1/object/public/{bucket}",
    guides={
        "public reads": Guide(
            "Make the bucket a public one: in the dashboard under Storage, or with `public: true` "
            "in the client libraries.",
            "https://supabase.com/docs/guides/storage/buckets/creating-buckets, 2026-11",
        ),
    },
    hints={
        "SignatureDoesNotMatch": (
            "Supabase verifies the region too: set `region` to the project's, as shown under "
            "Storage, S3 settings."
        ),
        "TenantNotFound": "Supabase knows no such project: check `project_ref`.",
        "EntityTooLarge": (
            "The file is larger than this Supabase bucket or plan allows: raise the limit in the "
            "Storage settings."
        ),
        "InvalidMimeType": (
            "This Supabase bucket allows other content types: change its list, or the upload's "
            "`content_type`."
        ),
        "InvalidKey": (
            "Supabase takes fewer characters in keys than S3: use ASCII letters and digits, or "
            "leave naming to `key_strategy`."
        ),
    },
)

vendor = s3_vendor(
    name="supabase",
    title="Supabase Storage",
    summary="Path addressing only; ACLs, tags, encryption and conditions do not exist.",
    docs_url=_DOCS,
    options=SupabaseOptions,
    check=_check,
    layers=(NoAclLayer,),
    profile=profile,
    endpoint_hosts=("{project_ref}.supabase.co", "{project_ref}.storage.supabase.co"),
    capabilities=Capabilities(
        acl=from_code(
            "none",
            f"{_ROUTES}/create-bucket.ts",
            as_of=_DATE,
            note="Only CreateBucket reads one (public-read); the documentation denies that too.",
        ),
        canned_acls=from_code(frozenset[str](), f"{_ROUTES}/create-bucket.ts", as_of=_DATE),
        addressing=documented(frozenset({"path"}), _DOCS, note="The endpoint has a path."),
        checksums=from_code(every_checksum("ignored"), _ROUTES, as_of=_DATE, note=_NOT_READ),
        checksum_trailers=from_code(
            "yes",
            "supabase/storage:src/storage/protocols/s3/signature-v4-stream.ts 4fa61fb",
            as_of=_DATE,
            note="Older deployments: not known.",
        ),
        batch_delete=documented("yes", _DOCS),
        batch_delete_digest=from_code("any", f"{_ROUTES}/delete-object.ts", as_of=_DATE),
        batch_delete_limit=from_code(
            1000,
            "supabase/storage:src/storage/limits.ts 4fa61fb",
            as_of=_DATE,
            note="Where the project's hard limits are on; a setting.",
        ),
        put_if_absent=from_code("ignored", f"{_ROUTES}/put-object.ts", as_of=_DATE, note=_NOT_READ),
        put_if_match=from_code("ignored", f"{_ROUTES}/put-object.ts", as_of=_DATE, note=_NOT_READ),
        complete_if_absent=from_code(
            "ignored", f"{_ROUTES}/complete-multipart-upload.ts", as_of=_DATE, note=_NOT_READ
        ),
        complete_if_match=from_code(
            "ignored", f"{_ROUTES}/complete-multipart-upload.ts", as_of=_DATE, note=_NOT_READ
        ),
        delete_if_match=from_code(
            "ignored", f"{_ROUTES}/delete-object.ts", as_of=_DATE, note=_NOT_READ
        ),
        encryption=documented({"AES256": "no", "aws:kms": "no", "aws:kms:dsse": "no"}, _DOCS),
        tagging=documented("no", _DOCS),
        storage_classes=inferred(frozenset({"STANDARD"}), _DOCS),
        multipart=from_code("yes", _HANDLER, as_of=_DATE),
        part_size_min=inferred(
            5 * MIB, "the rule of the S3 server below it; the source has none", as_of=_DATE
        ),
        part_size_max=from_code(5 * GIB, f"{_HANDLER} (MAX_PART_SIZE)", as_of=_DATE),
        parts_max=from_code(10_000, f"{_ROUTES}/upload-part.ts", as_of=_DATE),
        put_size_max=unknown("The plan limits the size of a file.", _DOCS),
        copy=documented("yes", _DOCS),
        presign=documented(SIGNED_METHODS, _DOCS, note="GET and PUT are stated."),
        presign_seconds_max=inferred(
            SEVEN_DAYS,
            "SigV4's own limit; supabase/storage:src/storage/protocols/s3/signature-v4.ts has none",
            as_of=_DATE,
        ),
        post_policy=unknown(
            "Forms are taken, but their content-length-range is not enforced, and field names are "
            "read case by case: policy instead of Policy gives InvalidSignature.",
            "supabase/storage:src/storage/protocols/s3/signature-v4.ts, policy.ts 4fa61fb",
            as_of=_DATE,
        ),
        unsigned_headers=from_code(
            "honoured",
            "supabase/storage:src/storage/protocols/s3/signature-v4.ts 4fa61fb",
            as_of=_DATE,
            note="x-amz-copy-source too: who holds a signed PUT reads with the signer's rights.",
        ),
        public_url=inferred("yes", _DOCS, note="Not below the S3 path."),
        complete_location=from_code("bucket/key", f"{_HANDLER} line 565", as_of=_DATE),
        versioning=documented("no", _DOCS),
        cors=documented("no", _DOCS),
        lifecycle=documented("no", _DOCS),
        policy=documented("no", _DOCS),
        server=from_code("supabase/storage, on top of another S3 server", "supabase/storage"),
    ),
)
