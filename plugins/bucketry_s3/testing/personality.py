"""What one vendor's server accepts, refuses and ignores: a `Personality` made from its facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import evolve, field, frozen

from bucketry import Capabilities, Fact, Vendor
from bucketry.model import Condition, Support, about_capabilities
from bucketry_s3.testing.documented import GENERAL, SOFTWARE, VENDORS, Feature, Habits
from bucketry_s3.testing.errors import Refusal, S3Error

MIB = 1 << 20
GIB = 1 << 30
ALGORITHMS = ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME")
PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})

ChecksumSupport = Literal["verified", "ignored", "refused"]


@frozen(kw_only=True)
class Personality:
    """How the stand-in behaves. Change one point with `attrs.evolve`.

    The fields named like those of `bucketry.Capabilities` mean the same, with a value for
    everything. `assumed` names the ones that no fact says: they got the strictest behaviour that
    is documented for such a server. `habits` and `refusals` come from `documented`.
    """

    name: str
    acl: Literal["object", "bucket", "ignored", "none"]
    canned_acls: frozenset[str]
    addressing: frozenset[str]
    checksums: Mapping[str, ChecksumSupport]
    checksum_trailers: Support
    batch_delete: Support
    batch_delete_digest: Literal["any", "md5", "sha256"]
    batch_delete_limit: int
    put_if_absent: Condition
    put_if_match: Condition
    complete_if_absent: Condition
    complete_if_match: Condition
    delete_if_match: Condition
    if_match_etag: Literal["quoted", "unquoted"]
    encryption: Mapping[str, Support]
    tagging: Support
    storage_classes: frozenset[str]
    multipart: Support
    part_size_min: int
    part_size_max: int
    parts_max: int
    equal_parts: bool
    multipart_acl: Support
    multipart_encryption: Support
    multipart_storage_class: Support
    multipart_tagging: Support
    complete_size: Condition
    put_size_max: int
    copy: Support
    presign_seconds_max: int
    post_policy: Support
    unsigned_headers: Literal["refused", "bound", "honoured"]
    public_url: Support
    complete_location: str
    versioning: Support
    cors: Support
    lifecycle: Support
    policy: Support
    habits: Habits = field(factory=Habits, repr=False)
    refusals: Mapping[Feature, Refusal] = field(factory=lambda: GENERAL, repr=False)
    assumed: frozenset[str] = frozenset()

    @property
    def initial_versioning(self) -> str:
        """The versioning state that a new bucket has."""
        return "Enabled" if self.habits.always_versioned else ""

    def for_batches(self) -> Personality:
        """The same server as DeleteObjects meets it: the rule on its digest goes before others."""
        if self.batch_delete_digest == "md5":
            return self
        verified = {name for name, support in self.checksums.items() if support == "verified"}
        if self.batch_delete_digest == "sha256":
            verified = {"SHA256", "CRC32C"}
        return evolve(
            self,
            checksums={name: "verified" if name in verified else "ignored" for name in ALGORITHMS},
        )

    def refuse(self, feature: Feature, header: str = "", value: str = "") -> S3Error:
        """Return this server's documented refusal of a feature."""
        return self.refusals[feature].error(header, value)


# What is assumed of a server that nobody has described: the strictest that any is known for.
_STRICT: Mapping[str, Any] = {
    name: about.strictest
    for name, about in about_capabilities().items()
    if about.strictest is not None
}

# The same for servers whose software is known: what was measured or reported of it.
_SOFTWARE_STRICT: Mapping[str, Mapping[str, Any]] = {
    "ceph": {
        "acl": "object",
        "checksums": dict.fromkeys(ALGORITHMS, "ignored"),
        "put_if_absent": "enforced",
        "put_if_match": "enforced",
        "complete_if_absent": "ignored",
        "complete_if_match": "ignored",
        "delete_if_match": "ignored",
        "if_match_etag": "unquoted",
        "encryption": {"AES256": "ignored"},
        "parts_max": 10_000,
        "equal_parts": False,
        "complete_location": "no-scheme",
    },
}


def personality_from(name: str, capabilities: Capabilities) -> Personality:
    """Make the personality of a server called `name` from what is known of it."""
    server = (capabilities.server.value or "").lower()
    software = next((word for word in SOFTWARE if word in server), "")
    strict = {**_STRICT, **_SOFTWARE_STRICT.get(software, {})}
    facts: dict[str, Fact[Any]] = {field: getattr(capabilities, field) for field in strict}
    values = {
        field: strict[field] if fact.value is None else fact.value for field, fact in facts.items()
    }
    assumed = {field for field, fact in facts.items() if fact.value is None}
    if set(values["checksums"]) < set(ALGORITHMS):
        assumed.add("checksums")
        values["checksums"] = {**strict["checksums"], **values["checksums"]}
    general = SOFTWARE.get(software, Habits())
    habits = VENDORS.get(name, general)
    return Personality(
        name=name,
        habits=habits,
        refusals={**GENERAL, **general.refusals, **habits.refusals},
        assumed=frozenset(assumed),
        **values,
    )


def personality_of(vendor: Vendor) -> Personality:
    """Make the personality of a vendor from its page."""
    return personality_from(vendor.name, vendor.capabilities)
