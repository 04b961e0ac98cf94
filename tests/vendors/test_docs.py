"""The generated documentation is fresh, and its examples load."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest

import bucketry
from bucketry import Fact
from vendors.documents import show
from vendors.pages import built_in

COMMITTED = Path(__file__).parents[2] / "docs/vendors"

each_vendor = pytest.mark.parametrize("name", sorted(built_in()))


@each_vendor
def test_the_example_of_a_vendor_loads(name: str) -> None:
    text = (COMMITTED / f"{name}.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    environ = {f"{name.upper()}_KEY_ID": "AKID", f"{name.upper()}_SECRET": "not-a-secret"}
    provider = bucketry.open_provider(
        "media", config=tomllib.loads(example.group(1)), environ=environ
    )
    assert provider.vendor.name == name


@each_vendor
def test_every_source_is_on_the_vendors_page(name: str, page: Any) -> None:
    text = (COMMITTED / f"{name}.md").read_text("utf-8")
    able = page(name).capabilities
    for field in attrs.fields(type(able)):
        fact: Fact[Any] = getattr(able, field.name)
        assert fact.source.replace("<", "&lt;") in text
        assert fact.note.replace("<", "&lt;") in text


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (Fact(None), "?"),
        (Fact(None, "unknown", "https://acme.example", "2026-10", "half seen"), "?"),
        (Fact("enforced", "documented", "s", "2026"), "enforced D"),
        (Fact("enforced", "code", "s", "2026"), "enforced C"),
        (Fact("no", "report", "s", "2026"), "no R"),
        (Fact(False, "inferred", "s", "2026"), "no I"),
        (Fact(5 << 20, "measured", "s", "2026"), "5 MiB M"),
        (Fact(5 << 30, "documented", "s", "2026"), "5 GiB D"),
        (Fact(5_000_000_000, "documented", "s", "2026"), "5,000,000,000 D"),
        (Fact(10_000, "documented", "s", "2026"), "10,000 D"),
        (Fact(frozenset(), "documented", "s", "2026"), "none D"),
        (Fact(frozenset({"b", "a"}), "documented", "s", "2026"), "a, b D"),
        (Fact({"AES256": "yes", "SSE-C": "no"}, "code", "s", "2026"), "AES256 yes, SSE-C no C"),
        (Fact(dict.fromkeys("abcd", "verified"), "code", "s", "2026"), "all verified C"),
    ],
)
def test_how_a_fact_is_shown_in_the_matrix(fact: Fact[Any], shown: str) -> None:
    assert show(fact) == shown


def test_the_matrix_has_a_row_for_each_vendor_in_each_table() -> None:
    matrix = (COMMITTED / "matrix.md").read_text("utf-8")
    assert (
        "| [Cloudflare R2](r2.md) | none D | enforced D | enforced D | enforced D | enforced D "
        "| ? | quoted C |" in (matrix)
    )
    for name in built_in():
        if name != "s3":
            assert matrix.count(f"]({name}.md)") == 6


# What Strapi's documentation says, against what the pages do. Hand-written from its 15 differences.
@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("hetzner", "addressing", frozenset({"path", "virtual"})),
        ("ionos", "addressing", frozenset({"path", "virtual"})),
        ("minio", "acl", "ignored"),
        ("backblaze", "acl", "bucket"),
        ("r2", "acl", "none"),
        ("scaleway", "complete_location", "host-only"),
        ("ionos", "complete_location", "bucket/key"),
        ("digitalocean", "complete_location", "no-scheme"),
        ("minio", "storage_classes", frozenset({"STANDARD", "REDUCED_REDUNDANCY"})),
        ("r2", "storage_classes", frozenset({"STANDARD", "STANDARD_IA"})),
        ("gcs", "put_if_absent", "ignored"),
        ("garage", "put_if_absent", "ignored"),
        ("supabase", "put_if_absent", "ignored"),
        ("backblaze", "put_if_absent", "refused"),
        ("alibaba", "put_if_absent", "refused"),
        ("wasabi", "put_if_absent", None),
        ("ionos", "put_if_absent", None),
        ("contabo", "put_if_absent", None),
        ("vultr", "put_if_absent", None),
        ("r2", "tagging", "no"),
        ("backblaze", "tagging", "no"),
        ("supabase", "tagging", "no"),
        ("gcs", "tagging", "no"),
        ("garage", "tagging", "ignored"),
        ("r2", "checksum_trailers", "no"),
        ("ionos", "checksum_trailers", "no"),
        ("hetzner", "checksum_trailers", "no"),
        ("wasabi", "checksum_trailers", "no"),
        ("backblaze", "checksum_trailers", "no"),
        ("oci", "checksum_trailers", "no"),
        ("storj", "checksum_trailers", "no"),
        ("linode", "checksum_trailers", "no"),
        ("alibaba", "checksum_trailers", "no"),
    ],
)
def test_behaviour_follows_the_vendor_where_strapis_documentation_differs(
    name: str, field: str, value: object, page: Any
) -> None:
    assert getattr(page(name).capabilities, field).value == value


@pytest.mark.parametrize(
    ("name", "encryption", "support"),
    [
        ("scaleway", "AES256", "no"),
        ("hetzner", "AES256", "no"),
        ("digitalocean", "AES256", "no"),
        ("contabo", "AES256", "no"),
        ("r2", "AES256", "no"),
        ("wasabi", "AES256", "no"),
        ("scaleway", "aws:kms", "yes"),
        ("minio", "aws:kms", "yes"),
        ("seaweedfs", "aws:kms", "yes"),
        ("ceph", "aws:kms", "yes"),
    ],
)
def test_encryption_follows_the_vendor(name: str, encryption: str, support: str, page: Any) -> None:
    assert page(name).capabilities.encryption.value[encryption] == support
