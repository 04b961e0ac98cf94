"""The documents that a bucket is set up with; what is read to be changed loses nothing."""

from __future__ import annotations

from bucketry_s3.protocol.markup import Kind, Many, Struct

_RULE_TAG = Struct({"Key": "text", "Value": "text"})
_SIZES: dict[str, Kind] = dict.fromkeys(("ObjectSizeGreaterThan", "ObjectSizeLessThan"), "integer")
CORS = Struct(
    {
        "CORSRules": Many(
            "CORSRule",
            Struct(
                {
                    "ID": "text",
                    "AllowedHeaders": Many("AllowedHeader", "text"),
                    "AllowedMethods": Many("AllowedMethod", "text"),
                    "AllowedOrigins": Many("AllowedOrigin", "text"),
                    "ExposeHeaders": Many("ExposeHeader", "text"),
                    "MaxAgeSeconds": "integer",
                },
                keeps=True,
            ),
        )
    },
    keeps=True,
)
_WHEN: dict[str, Kind] = {"Date": "iso-time", "Days": "integer"}
_NONCURRENT: dict[str, Kind] = dict.fromkeys(
    ("NoncurrentDays", "NewerNoncurrentVersions"), "integer"
)
LIFECYCLE = Struct(
    {
        "Rules": Many(
            "Rule",
            Struct(
                {
                    **dict.fromkeys(("ID", "Prefix", "Status"), "text"),
                    "Filter": Struct(
                        {
                            "Prefix": "text",
                            "Tag": _RULE_TAG,
                            **_SIZES,
                            "And": Struct(
                                {"Prefix": "text", "Tags": Many("Tag", _RULE_TAG), **_SIZES},
                                keeps=True,
                            ),
                        },
                        keeps=True,
                    ),
                    "Expiration": Struct(
                        {**_WHEN, "ExpiredObjectDeleteMarker": "boolean"}, keeps=True
                    ),
                    "Transitions": Many(
                        "Transition", Struct({**_WHEN, "StorageClass": "text"}, keeps=True)
                    ),
                    "NoncurrentVersionExpiration": Struct(_NONCURRENT, keeps=True),
                    "NoncurrentVersionTransitions": Many(
                        "NoncurrentVersionTransition",
                        Struct({**_NONCURRENT, "StorageClass": "text"}, keeps=True),
                    ),
                    "AbortIncompleteMultipartUpload": Struct(
                        {"DaysAfterInitiation": "integer"}, keeps=True
                    ),
                },
                keeps=True,
            ),
        )
    },
    keeps=True,
)
VERSIONING = Struct({"Status": "text"})
OWNERSHIP = Struct({"Rules": Many("Rule", Struct({"ObjectOwnership": "text"}))})
PUBLIC_ACCESS = Struct(
    dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"),
        "boolean",
    )
)
ENCRYPTION = Struct(
    {
        "Rules": Many(
            "Rule",
            Struct(
                {
                    "ApplyServerSideEncryptionByDefault": Struct(
                        {"SSEAlgorithm": "text", "KMSMasterKeyID": "text"}
                    ),
                    "BucketKeyEnabled": "boolean",
                    "BlockedEncryptionTypes": Struct(
                        {"EncryptionType": Many("EncryptionType", "text")}
                    ),
                }
            ),
        )
    }
)
