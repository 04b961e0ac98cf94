"""What the S3 protocol fixes, whoever the vendor is."""

PROTECTED_PARAMS = frozenset(
    {
        "Body",
        "Bucket",
        "CopySource",
        "CopySourceRange",
        "Delete",
        "Key",
        "MultipartUpload",
        "PartNumber",
        "UploadId",
    }
)
"""Native parameters that decide which bytes go where; neither layers nor callers set them."""

ACL_PARAMS = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")
"""Native parameters that say who may read an object; the grants are ACLs written out."""

UPLOADS = ("PutObject", "CreateMultipartUpload")
"""What an upload's native parameters are for: one request, or the first of several."""

DELETES = ("DeleteObject", "DeleteObjects")
"""What a delete's are for: one key, or a batch of them."""

HEADER_PARAMS = {"content_disposition": "ContentDisposition", "content_type": "ContentType"}
"""Native parameters that decide how a browser treats an object, by the option's name."""
