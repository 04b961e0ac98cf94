"""The values that cross the contract: frozen, typed, safe to print."""

from bucketry.model.capabilities import Capabilities, about_capabilities
from bucketry.model.facts import UNKNOWN, About, Condition, Confidence, Fact, Subject, Support
from bucketry.model.identity import AmbientCredentials, Credentials, Secret
from bucketry.model.links import Method, SignedUrl, SigningFrame, SignRequest, UploadTicket
from bucketry.model.objects import (
    ByteRange,
    ChecksumAlgorithm,
    Deleted,
    Encryption,
    EncryptionType,
    Failure,
    ObjectInfo,
    ObjectVersion,
    Page,
    Progress,
    StoredObject,
    Swept,
    Upload,
    listed,
)
from bucketry.model.operation import Operation
from bucketry.model.outcomes import Outcome
from bucketry.model.reader import ByteStream, ObjectReader

__all__ = [
    "UNKNOWN",
    "About",
    "AmbientCredentials",
    "ByteRange",
    "ByteStream",
    "Capabilities",
    "ChecksumAlgorithm",
    "Condition",
    "Confidence",
    "Credentials",
    "Deleted",
    "Encryption",
    "EncryptionType",
    "Fact",
    "Failure",
    "Method",
    "ObjectInfo",
    "ObjectReader",
    "ObjectVersion",
    "Operation",
    "Outcome",
    "Page",
    "Progress",
    "Secret",
    "SignRequest",
    "SignedUrl",
    "SigningFrame",
    "StoredObject",
    "Subject",
    "Support",
    "Swept",
    "Upload",
    "UploadTicket",
    "about_capabilities",
    "listed",
]
