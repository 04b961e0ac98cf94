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
