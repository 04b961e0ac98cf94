"""The values that cross the contract: frozen, typed, safe to print."""

from bucketry.model.capabilities import UNKNOWN, Capabilities, Condition, Confidence, Fact, Support
from bucketry.model.identity import AmbientCredentials, ClientSettings, Credentials, Secret
from bucketry.model.links import Method, SignedUrl, SignRequest, UploadTicket
from bucketry.model.objects import (
    ByteRange,
    ByteStream,
    ChecksumAlgorithm,
    Deleted,
    Encryption,
    Failure,
    ObjectInfo,
    ObjectReader,
    Page,
    Progress,
    StoredObject,
    Swept,
    Upload,
)
from bucketry.model.vendor import CommonOptions, LayerContext, SchemaFile, Vendor, Visibility

__all__ = [
    "UNKNOWN",
    "AmbientCredentials",
    "ByteRange",
    "ByteStream",
    "Capabilities",
    "ChecksumAlgorithm",
    "ClientSettings",
    "CommonOptions",
    "Condition",
    "Confidence",
    "Credentials",
    "Deleted",
    "Encryption",
    "Fact",
    "Failure",
    "LayerContext",
    "Method",
    "ObjectInfo",
    "ObjectReader",
    "Page",
    "Progress",
    "SchemaFile",
    "Secret",
    "SignRequest",
    "SignedUrl",
    "StoredObject",
    "Support",
    "Swept",
    "Upload",
    "UploadTicket",
    "Vendor",
    "Visibility",
]
