"""What is known of the real servers beyond the vendors' pages.

Swift has no page: what no option can declare of it is here. And no capability says everything: a
rule of the suite that a server breaks all the same has a note here, with the reason, and so has a
case that ends otherwise with the stand-in that claims to be like the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any, Literal

import attrs
from attrs import frozen

from bucketry import Capabilities, Fact, Vendor
from bucketry.host.catalog import installed
from bucketry_s3.facts import SEVEN_DAYS, SIGNED_METHODS, every_checksum, measured

STAND_INS: Mapping[str, str | None] = {
    "ceph": "ceph",
    "ceph-as-ionos": "ionos",
    "swift": None,
    "minio": "minio",
    "versitygw": "versitygw",
}
"""What the suite runs on, to the vendor whose stand-in claims to be like it."""


@frozen
class Note:
    """Why a case ends as it does.

    `fails`: whether the case fails there, or contradicts a capability. With ``always`` a run in
    which it does not is an error, so that no note outlives its reason.
    """

    why: str
    fails: Literal["always", "sometimes", "no"] = "always"


_DASHES = (
    "Ceph Pacific writes dashes for underscores in names of metadata; newer releases keep them "
    "(ceph/ceph#38737), and so does the stand-in."
)
_AES256 = "Ceph 16.2.15 takes AES256 without effect. IONOS documents that it encrypts."

_KMS = "RGW wants the id of a key with aws:kms, which the case cannot name; the stand-in does not."
_LENIENT = (
    "Nothing is known of IONOS here, so its stand-in refuses as the strictest server would; "
    "Ceph does not."
)

_FILES = "versitygw refuses a key below one that is an object; its stand-in takes both."
_UNLOCKED = (
    "versitygw looks at conditions before it writes, without a lock: writers that meet may all win."
)

NOTES: Mapping[str, Mapping[str, Note]] = {
    "ceph": {
        "headers.metadata": Note(_DASHES),
        "conditional.race_of_replacers": Note(
            "Ceph answers writers that meet with 500 at times, so that the 412 to their next "
            "attempt proves nothing: it is told as unconfirmed.",
            "sometimes",
        ),
        "facts.encryption[aws:kms]": Note(_KMS),
    },
    "ceph-as-ionos": {
        "headers.metadata": Note(_DASHES),
        "encryption.applied": Note(_AES256),
        "encryption.applied_to_large": Note(_AES256),
        "facts.encryption[AES256]": Note(_AES256),
        "facts.encryption[aws:kms]": Note(_KMS, "no"),
        "facts.complete_location": Note(
            "Ceph's Location is host/bucket/key without a scheme, that of IONOS bucket/key."
        ),
        "integrity.*": Note(_LENIENT, "no"),
        "conditional.*": Note(_LENIENT, "no"),
        "tickets.keeps_what_is_there": Note(_LENIENT, "no"),
        "facts.put_*": Note(_LENIENT, "no"),
        "facts.if_match_etag": Note(_LENIENT, "no"),
    },
    "swift": {
        "headers.much_metadata": Note("Swift takes values of up to 256 bytes."),
        "integrity.digest_is_kept": Note("Swift verifies a digest and does not keep it."),
        "conditional.race_of_creators": Note(
            "Swift looks at If-None-Match before it writes: creators that meet may all win.",
            "sometimes",
        ),
    },
    "minio": {
        "keys.beside_its_own_folder": Note(
            "MinIO lists no key below one that is an object; its stand-in lists all."
        ),
    },
    "versitygw": {
        "keys.beside_its_own_folder": Note(_FILES, "no"),
        "conditional.race_of_creators": Note(_UNLOCKED, "sometimes"),
        "conditional.race_of_replacers": Note(_UNLOCKED, "sometimes"),
    },
}
"""Notes by what the suite runs on and case, or pattern of cases that do not fail."""


def note_on(name: str, case: str) -> Note | None:
    """Return the note on a case, if there is one."""
    notes = NOTES.get(name, {})
    if case in notes:
        return notes[case]
    # Names of cases have brackets, so only a pattern with a star is one.
    return next(
        (note for pattern, note in notes.items() if "*" in pattern and fnmatch(case, pattern)), None
    )


def subject(server: str, profile: str) -> str:
    """Return the name in `STAND_INS` of a server that is used with a vendor's profile."""
    return server if profile in (server, "s3") else f"{server}-as-{profile}"


def _swift(value: Any, note: str = "") -> Fact[Any]:
    return measured(value, "Swift 2.38.3 over TLS", as_of="2026-11-24", note=note)


_SWIFT_PAGE: Mapping[str, Fact[Any]] = {
    "batch_delete_digest": _swift("any"),
    "equal_parts": _swift(False),
    "copy": _swift("yes"),
    "addressing": _swift(frozenset({"path", "virtual"}), "virtual needs storage_domain."),
    "checksums": _swift(every_checksum("verified"), "A right one is not given back."),
    "checksum_trailers": _swift("yes"),
    "encryption": _swift({"AES256": "no", "aws:kms": "no"}, "501."),
    "storage_classes": _swift(frozenset({"STANDARD"}), "400 for others."),
    "presign": _swift(SIGNED_METHODS),
    "presign_seconds_max": _swift(SEVEN_DAYS),
    "complete_location": _swift("url", "It follows the addressing of the request."),
}


def page_of(server: str, profile: str) -> Vendor:
    """Return the page to hold a server against; Swift's has the facts that no option declares."""
    page = installed().load(profile)
    if server != "swift":
        return page
    return attrs.evolve(page, capabilities=attrs.evolve(Capabilities(), **_SWIFT_PAGE))
