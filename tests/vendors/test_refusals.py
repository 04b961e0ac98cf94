"""Which options a vendor cannot honour follows from its capabilities, and from nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from bucketry import Capabilities, Fact
from bucketry.config import check_config
from bucketry.config.schemas import vendor_schema
from bucketry.limits import Limits, Narrowing, Refusal, limits_in, limits_of


def fact(value: Any) -> Fact[Any]:
    return Fact(value, "documented", "https://acme.example/s3", "2026-10")


CITED = "(documented: https://acme.example/s3, 2026-10)"
FIVE = ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME")
LEAVE_OVERWRITE = "leave prevent_overwrite out and give uploads names of their own (key_strategy)"
LEAVE_ENCRYPTION = (
    "leave encryption out; what the vendor or the bucket encrypts by itself stays encrypted"
)

# option, capabilities, and what is refused (reason, hint), narrowed (values, reason), or None
POLICY: list[tuple[str, dict[str, Any], Refusal | Narrowing | None]] = [
    ("acl", {}, None),
    ("acl", {"acl": fact("object")}, None),
    (
        "acl",
        {"acl": fact("none")},
        Refusal(
            f"Acme has no object ACLs {CITED}",
            "leave acl out; visibility and the bucket's own access rules decide who may read",
        ),
    ),
    (
        "acl",
        {"acl": fact("ignored")},
        Refusal(
            f"Acme accepts ACLs without effect {CITED}",
            "leave acl out; open the bucket with a bucket policy and set visibility to match",
        ),
    ),
    (
        "acl",
        {"acl": fact("object"), "canned_acls": fact(frozenset({"public-read", "private"}))},
        Narrowing(
            ("private", "public-read"),
            f"Acme accepts the canned ACLs private, public-read {CITED}; write one",
        ),
    ),
    (
        "acl",
        {"acl": fact("bucket"), "canned_acls": fact(frozenset({"public-read", "private"}))},
        Narrowing(
            ("private", "public-read"),
            f"Acme keeps ACLs on buckets, and an object's must equal its bucket's {CITED}; "
            "leave acl out, or write one of private, public-read",
        ),
    ),
    ("addressing", {}, None),
    ("addressing", {"addressing": fact(frozenset({"path", "virtual"}))}, None),
    (
        "addressing",
        {"addressing": fact(frozenset({"path"}))},
        Narrowing(("path",), f"Acme serves path addressing only {CITED}; leave addressing out"),
    ),
    ("checksum_algorithm", {}, None),
    ("checksum_algorithm", {"checksums": fact(dict.fromkeys(FIVE, "verified"))}, None),
    (
        "checksum_algorithm",
        {"checksums": fact({"CRC32": "ignored", "SHA256": "verified", "SHA1": "refused"})},
        Narrowing(("SHA256",), f"Acme verifies SHA256 {CITED}; write one"),
    ),
    (
        "checksum_algorithm",
        {"checksums": fact(dict.fromkeys(FIVE, "ignored"))},
        Refusal(
            f"Acme ignores checksum headers {CITED}",
            "leave checksum_algorithm out; every upload is signed with its SHA-256 all the same",
        ),
    ),
    (
        "checksum_algorithm",
        {"checksums": fact(dict.fromkeys(FIVE, "refused"))},
        Refusal(
            f"Acme refuses checksum headers {CITED}",
            "leave checksum_algorithm out; every upload is signed with its SHA-256 all the same",
        ),
    ),
    (
        "encryption",
        {},
        Refusal("Acme is not known to honour encryption headers", LEAVE_ENCRYPTION),
    ),
    (
        "encryption",
        {"encryption": fact({"AES256": "yes", "aws:kms": "yes", "aws:kms:dsse": "yes"})},
        None,
    ),
    (
        "encryption",
        {"encryption": fact({"AES256": "yes", "aws:kms": "no", "SSE-C": "yes"})},
        Narrowing(
            ("AES256",),
            f"Acme honours encryption of type AES256 {CITED}; write one, or leave encryption out",
        ),
    ),
    (
        "encryption",
        {"encryption": fact({"AES256": "ignored", "SSE-C": "yes"})},
        Refusal(f"Acme honours none of AES256, aws:kms, aws:kms:dsse {CITED}", LEAVE_ENCRYPTION),
    ),
    (
        "prevent_overwrite",
        {},
        Refusal(
            "Acme is not known to honour If-None-Match; a server that ignores it would overwrite "
            "in silence",
            f'{LEAVE_OVERWRITE}; or, where you know better, declare it: provider = "s3" with '
            'capabilities = { put_if_absent = "enforced" }',
        ),
    ),
    ("prevent_overwrite", {"put_if_absent": fact("enforced")}, None),
    (
        "prevent_overwrite",
        {"put_if_absent": fact("refused")},
        Refusal(f"Acme refuses conditional uploads {CITED}", LEAVE_OVERWRITE),
    ),
    (
        "prevent_overwrite",
        {"put_if_absent": fact("ignored")},
        Refusal(
            f"Acme ignores If-None-Match and would overwrite in silence {CITED}", LEAVE_OVERWRITE
        ),
    ),
    (
        "storage_class",
        {},
        Refusal(
            "Acme is not known to accept storage classes",
            'leave storage_class out, or use provider = "s3", which passes it on',
        ),
    ),
    (
        "storage_class",
        {"storage_classes": fact(frozenset())},
        Refusal(f"Acme takes no storage class with an upload {CITED}", "leave storage_class out"),
    ),
    (
        "storage_class",
        {"storage_classes": fact(frozenset({"STANDARD", "COLD"}))},
        Narrowing(
            ("COLD", "STANDARD"),
            f"Acme has the storage classes COLD, STANDARD {CITED}; "
            "write one, or leave storage_class out",
        ),
    ),
    ("tags", {}, None),
    ("tags", {"tagging": fact("yes")}, None),
    (
        "tags",
        {"tagging": fact("no")},
        Refusal(f"Acme refuses object tags {CITED}", "leave tags out; use metadata"),
    ),
    (
        "tags",
        {"tagging": fact("ignored")},
        Refusal(f"Acme drops object tags without a word {CITED}", "leave tags out; use metadata"),
    ),
]


def outcome(limits: Limits, option: str) -> Refusal | Narrowing | None:
    narrowed = "encryption.type" if option == "encryption" else option
    return limits.unsupported.get(option) or limits.narrowed.get(narrowed)


@pytest.mark.parametrize(("option", "able", "expected"), POLICY)
def test_policy(option: str, able: dict[str, Any], expected: Refusal | Narrowing | None) -> None:
    assert outcome(limits_of("Acme", Capabilities(**able)), option) == expected


def test_declared_capabilities_refuse_nothing_for_lack_of_knowledge_but_overwriting() -> None:
    limits = limits_of("Acme", Capabilities(), declared=True)
    assert list(limits.unsupported) == ["prevent_overwrite"]
    assert limits.narrowed == {}


def test_declared_capabilities_refuse_what_they_say_is_missing() -> None:
    able = Capabilities(acl=fact("none"), tagging=fact("no"), put_if_absent=fact("enforced"))
    limits = limits_of("Acme", able, declared=True)
    assert list(limits.unsupported) == ["acl", "tags"]


# What each page refuses and narrows. Hand-written: a change of a fact shows up here.
PAGES: dict[str, tuple[set[str], dict[str, set[str]]]] = {
    "aws": (
        set(),
        {
            "acl": {
                "private", "public-read", "public-read-write", "authenticated-read",
                "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control",
            },
            "storage_class": {
                "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA",
                "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR",
            },
        },
    ),
    "r2": (
        {"acl", "encryption", "tags"},
        {"storage_class": {"STANDARD", "STANDARD_IA"}},
    ),
    "ionos": (
        {"prevent_overwrite"},
        {"encryption.type": {"AES256"}, "storage_class": {"STANDARD"}},
    ),
    "minio": (
        {"acl"},
        {
            "encryption.type": {"AES256", "aws:kms"},
            "storage_class": {"STANDARD", "REDUCED_REDUNDANCY"},
        },
    ),
    "contabo": (
        {"encryption", "prevent_overwrite"},
        {
            "acl": {"private", "public-read", "public-read-write", "authenticated-read"},
            "addressing": {"path"},
            "storage_class": {"STANDARD"},
        },
    ),
    "hetzner": (
        {"checksum_algorithm", "encryption"},
        {"acl": {"private", "public-read"}, "storage_class": {"STANDARD"}},
    ),
    "digitalocean": (
        {"encryption"},
        {"acl": {"private", "public-read"}, "storage_class": {"STANDARD"}},
    ),
    "wasabi": (
        {"encryption", "prevent_overwrite"},
        {"storage_class": {"STANDARD"}},
    ),
    "scaleway": (
        set(),
        {
            "acl": {
                "private", "public-read", "public-read-write", "authenticated-read",
                "bucket-owner-read", "bucket-owner-full-control",
            },
            "encryption.type": {"aws:kms"},
            "storage_class": {"STANDARD", "ONEZONE_IA", "GLACIER"},
        },
    ),
    "vultr": ({"encryption", "prevent_overwrite", "storage_class"}, {}),
    "backblaze": (
        {"checksum_algorithm", "prevent_overwrite", "tags"},
        {
            "acl": {"private", "public-read"},
            "encryption.type": {"AES256"},
            "storage_class": {"STANDARD"},
        },
    ),
    "gcs": (
        {"prevent_overwrite", "tags"},
        {
            "encryption.type": {"AES256"},
            "storage_class": {"STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"},
        },
    ),
    "ovh": (
        set(),
        {
            "acl": {
                "private", "public-read", "public-read-write", "authenticated-read",
                "bucket-owner-read", "bucket-owner-full-control",
            },
            "encryption.type": {"AES256"},
            "storage_class": {
                "STANDARD", "EXPRESS_ONEZONE", "STANDARD_IA", "ONEZONE_IA", "GLACIER",
                "GLACIER_IR", "DEEP_ARCHIVE", "INTELLIGENT_TIERING",
            }
        },
    ),
    "linode": (
        {"encryption", "prevent_overwrite"},
        {
            "acl": {"private", "public-read", "authenticated-read", "public-read-write"},
            "storage_class": {"STANDARD"},
        },
    ),
    "exoscale": ({"encryption", "storage_class"}, {}),
    "idrive": ({"encryption", "prevent_overwrite", "storage_class"}, {}),
    "storj": (
        {"acl", "checksum_algorithm", "encryption"},
        {"storage_class": {"STANDARD"}},
    ),
    "tigris": (
        set(),
        {
            "acl": {"private", "public-read"},
            "encryption.type": {"AES256"},
            "storage_class": {"STANDARD", "STANDARD_IA", "GLACIER", "GLACIER_IR"},
        },
    ),
    "oci": (
        {"acl", "encryption", "prevent_overwrite", "storage_class", "tags"},
        {"addressing": {"path"}},
    ),
    "supabase": (
        {"acl", "checksum_algorithm", "encryption", "prevent_overwrite", "tags"},
        {"addressing": {"path"}, "storage_class": {"STANDARD"}},
    ),
    "alibaba": (
        {"encryption", "prevent_overwrite"},
        {
            "acl": {"private", "public-read", "public-read-write"},
            "addressing": {"virtual"},
            "storage_class": {"STANDARD", "STANDARD_IA", "GLACIER"},
        },
    ),
    "garage": (
        {"acl", "encryption", "prevent_overwrite", "tags"},
        {"storage_class": {"STANDARD"}},
    ),
    "seaweedfs": (
        set(),
        {
            "acl": {
                "private", "public-read", "public-read-write", "authenticated-read",
                "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write",
                "aws-exec-read",
            },
            "encryption.type": {"AES256", "aws:kms"},
            "storage_class": {
                "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA",
                "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "OUTPOSTS", "GLACIER_IR", "SNOW",
            },
        },
    ),
    "ceph": (
        {"checksum_algorithm"},
        {
            "acl": {"private", "public-read", "public-read-write", "authenticated-read"},
            "encryption.type": {"aws:kms"},
            "storage_class": {"STANDARD"},
        },
    ),
    "rustfs": (
        {"acl"},
        {
            "encryption.type": {"AES256", "aws:kms"},
            "storage_class": {"STANDARD", "REDUCED_REDUNDANCY"},
        },
    ),
    "ibm": (
        {"encryption", "prevent_overwrite", "storage_class"},
        {"acl": {"private", "public-read"}},
    ),
    "tencent": (
        {"checksum_algorithm", "prevent_overwrite"},
        {
            "acl": {"private", "public-read", "public-read-write"},
            "addressing": {"virtual"},
            "encryption.type": {"AES256"},
            "storage_class": {
                "STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ARCHIVE", "DEEP_ARCHIVE",
                "MAZ_STANDARD", "MAZ_STANDARD_IA", "MAZ_INTELLIGENT_TIERING",
            },
        },
    ),
    "huawei": (
        {"checksum_algorithm", "prevent_overwrite"},
        {
            "acl": {
                "private", "public-read", "public-read-write", "authenticated-read",
                "bucket-owner-read", "bucket-owner-full-control",
            },
            "addressing": {"virtual"},
            "encryption.type": {"aws:kms"},
            "storage_class": {"STANDARD", "STANDARD_IA", "GLACIER"},
        },
    ),
    "yandex": (
        set(),
        {
            "acl": {
                "private", "bucket-owner-full-control", "public-read", "public-read-write",
                "authenticated-read",
            },
            "encryption.type": {"aws:kms"},
            "storage_class": {"STANDARD", "COLD", "STANDARD_IA", "NEARLINE", "ICE", "GLACIER"},
        },
    ),
    "outscale": (
        {"checksum_algorithm", "prevent_overwrite"},
        {
            "acl": {
                "private", "public-read", "public-read-write", "authenticated-read",
                "bucket-owner-read", "bucket-owner-full-control",
            },
            "addressing": {"path"},
            "encryption.type": {"AES256"},
            "storage_class": {"STANDARD"},
        },
    ),
    "infomaniak": (
        {"acl", "encryption", "tags"},
        {"addressing": {"path"}, "storage_class": {"STANDARD"}},
    ),
    "impossiblecloud": (
        {"encryption", "prevent_overwrite"},
        {"storage_class": {"STANDARD"}},
    ),
    "synology": ({"encryption", "prevent_overwrite", "storage_class"}, {}),
    "cubbit": ({"encryption", "prevent_overwrite", "storage_class"}, {}),
    "versitygw": ({"acl", "encryption"}, {"storage_class": {"STANDARD"}}),
}  # fmt: skip


HOLDING_CONDITIONS = {
    *("aws", "infomaniak", "minio", "ovh", "r2", "rustfs", "s3", "scaleway", "seaweedfs"),
    *("storj", "versitygw"),
}
"""Where `write_id` may be false; of `s3` the configuration says it."""


def test_the_write_id_can_be_off_where_conditions_hold() -> None:
    pair = {"access_key_id": "id", "secret_access_key": "secret"}
    off = {"bucket": "media", "credentials": pair, "region": "eu-west-1", "write_id": False}
    for name in ("aws", "scaleway"):
        assert check_config({"provider": name, **off}) == ()
    (problem,) = check_config({"provider": "wasabi", **off})
    assert str(problem) == (
        "write_id: Wasabi is not known to hold the condition of an upload in one request and in "
        "parts; leave write_id out"
    )
    assert check_config({"provider": "wasabi", "unsupported": "ignore", **off}) == ()
    there = {"provider": "s3", "endpoint": "https://storage.example", **off}
    assert [problem.path for problem in check_config(there)] == ["write_id"]
    held = {"put_if_absent": "enforced", "complete_if_absent": "enforced"}
    assert check_config({**there, "capabilities": held}) == ()


@pytest.mark.parametrize("name", PAGES)
def test_what_each_page_refuses_and_narrows(name: str, page: Any) -> None:
    vendor = page(name)
    limits = limits_in(vendor_schema(vendor, ""))
    unsupported, narrowed = PAGES[name]
    assert set(limits.unsupported) == unsupported
    expected: dict[str, set[Any]] = {**narrowed}
    if name not in HOLDING_CONDITIONS:
        expected["write_id"] = {True}
    assert {option: set(n.values) for option, n in limits.narrowed.items()} == expected
    for refusal in limits.unsupported.values():
        assert refusal.reason.startswith(vendor.title)
        assert refusal.hint.startswith("leave ")
