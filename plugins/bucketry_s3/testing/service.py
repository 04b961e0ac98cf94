"""From a request to an answer: signature, headers, body, operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from attrs import evolve, field, frozen

from bucketry_s3.testing import (
    batch,
    buckets,
    complete,
    configurations,
    cors,
    listing,
    multipart,
    objects,
    subresources,
)
from bucketry_s3.testing.access import check_anonymous
from bucketry_s3.testing.attributes import check_headers
from bucketry_s3.testing.auth import Account, Rules, authenticate
from bucketry_s3.testing.call import Call
from bucketry_s3.testing.checks import Payload, check_payload
from bucketry_s3.testing.errors import S3Error, access_denied
from bucketry_s3.testing.markup import text
from bucketry_s3.testing.personality import Personality
from bucketry_s3.testing.post_policy import post_object
from bucketry_s3.testing.request import Request, Response, Route
from bucketry_s3.testing.rights import check_rights, may
from bucketry_s3.testing.store import Store

OPERATIONS: Mapping[str, Callable[[Call], Response]] = {
    "AbortMultipartUpload": multipart.abort_multipart_upload,
    "CompleteMultipartUpload": complete.complete_multipart_upload,
    "CopyObject": objects.copy_object,
    "CreateBucket": buckets.create_bucket,
    "CreateMultipartUpload": multipart.create_multipart_upload,
    "DeleteBucket": buckets.delete_bucket,
    "DeleteBucketCors": cors.delete_bucket_cors,
    "DeleteBucketPolicy": configurations.delete_bucket_policy,
    "DeleteObject": objects.delete_object,
    "DeleteObjectTagging": subresources.delete_object_tagging,
    "DeleteObjects": batch.delete_objects,
    "GetBucketAcl": subresources.get_bucket_acl,
    "GetBucketCors": cors.get_bucket_cors,
    "GetBucketEncryption": configurations.get_bucket_encryption,
    "GetBucketLifecycleConfiguration": configurations.get_bucket_lifecycle,
    "GetBucketLocation": buckets.get_bucket_location,
    "GetBucketOwnershipControls": configurations.get_ownership_controls,
    "GetBucketPolicy": configurations.get_bucket_policy,
    "GetBucketPolicyStatus": configurations.get_bucket_policy_status,
    "GetBucketVersioning": buckets.get_bucket_versioning,
    "GetObject": objects.get_object,
    "GetObjectAcl": subresources.get_object_acl,
    "GetObjectTagging": subresources.get_object_tagging,
    "GetPublicAccessBlock": configurations.get_public_access_block,
    "HeadBucket": buckets.head_bucket,
    "HeadObject": objects.get_object,
    "ListBuckets": buckets.list_buckets,
    "ListMultipartUploads": multipart.list_multipart_uploads,
    "ListObjectVersions": listing.list_object_versions,
    "ListObjects": listing.list_objects,
    "ListObjectsV2": listing.list_objects_v2,
    "ListParts": multipart.list_parts,
    "PutBucketAcl": subresources.put_bucket_acl,
    "PutBucketCors": cors.put_bucket_cors,
    "PutBucketLifecycleConfiguration": configurations.put_bucket_lifecycle,
    "PutBucketOwnershipControls": configurations.put_ownership_controls,
    "PutBucketPolicy": configurations.put_bucket_policy,
    "PutBucketVersioning": buckets.put_bucket_versioning,
    "PutObject": objects.put_object,
    "PutObjectAcl": subresources.put_object_acl,
    "PutObjectTagging": subresources.put_object_tagging,
    "PutPublicAccessBlock": configurations.put_public_access_block,
    "UploadPart": multipart.upload_part,
    "UploadPartCopy": multipart.upload_part_copy,
}

_UPLOADS = frozenset({"CopyObject", "CreateMultipartUpload", "PutObject"})
_READS = frozenset({"GET", "HEAD"})


@frozen(kw_only=True)
class Service:
    """One S3 service: a store, a personality, accounts and a clock."""

    store: Store = field(repr=False)
    personality: Personality
    rules: Rules
    region: str
    clock: Callable[[], datetime]

    def answer(self, request: Request, route: Route) -> Response:
        """Return the answer; refusals come out as ``<Error>`` documents."""
        try:
            response = self._perform(request, route)
        except S3Error as error:
            response = error_response(error, request)
        if route.operation == "Preflight":
            return response
        with self.store.lock:
            bucket = self.store.buckets.get(route.bucket)
            extra = cors.answer_headers(request, bucket, self.personality)
        return evolve(response, headers={**response.headers, **extra})

    def _perform(self, request: Request, route: Route) -> Response:
        if route.operation == "Preflight":
            with self.store.lock:
                bucket = self.store.buckets.get(route.bucket)
                return cors.preflight(request, bucket, self.personality)
        call = partial(
            Call,
            request=request,
            route=route,
            personality=self.personality,
            store=self.store,
            region=self.region,
            now=self.clock(),
        )
        if route.operation == "PostObject":
            with self.store.lock:
                unchecked = Payload(data=b"", checksums={})
                return post_object(call(account=None, payload=unchecked), self.rules)
        account = authenticate(request, self.rules, self.clock())
        check_headers(request.headers, self.personality, read=request.method in _READS)
        is_batch = route.operation == "DeleteObjects"
        payload = check_payload(
            request,
            self.personality.for_batches() if is_batch else self.personality,
            of_object=route.operation == "CompleteMultipartUpload",
        )
        with self.store.lock:
            if account is None:
                check_anonymous(request, route, self.personality, self.store)
            else:
                self._check_rights(request, route, account)
            try:
                return OPERATIONS[route.operation](call(account=account, payload=payload))
            except S3Error as error:
                # Whoever may not list must not learn what is there.
                arn = f"arn:aws:s3:::{route.bucket}"
                hidden = account is not None and not may(
                    account.policy, "s3:ListBucket", arn, request
                )
                if hidden and error.code == "NoSuchKey":
                    raise access_denied() from None
                raise

    def _check_rights(self, request: Request, route: Route, account: Account) -> None:
        bucket = self.store.buckets.get(route.bucket)
        check_rights(request, route, account.policy, bucket.policy if bucket else "")
        blocked = bucket is not None and "BlockPublicAcls" in bucket.blocked
        if blocked and self.personality.habits.blocks_uploads and route.operation in _UPLOADS:
            raise access_denied()


def error_response(error: S3Error, request: Request) -> Response:
    """Return an error as S3 sends it: a document, and no body at all to HEAD."""
    details = "".join(text(name, value) for name, value in error.details.items())
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error>{text('Code', error.code)}{text('Message', error.message)}{details}"
        f"{text('Resource', request.raw_path)}</Error>"
    ).encode()
    return Response(
        status=error.status,
        headers={"Content-Type": "application/xml", **error.headers},
        body=b"" if request.method == "HEAD" else body,
    )
