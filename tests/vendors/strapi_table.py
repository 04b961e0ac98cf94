"""Strapi's own table of S3-compatible vendors, side by side with what is known of them here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bucketry import Fact, Vendor

# Vendor, forcePathStyle, ACL and notes, as in the documentation of Strapi's Amazon S3 provider.
_TABLE = (
    ("ionos", "`true`", "Supported", "Multipart Location bug auto-fixed"),
    ("minio", "`true`", "Supported", ""),
    ("contabo", "`true`", "Supported", ""),
    ("hetzner", "`true`", "Supported", ""),
    ("digitalocean", "Not needed", "Supported", ""),
    ("wasabi", "Not needed", "Supported", ""),
    ("scaleway", "Not needed", "Supported", ""),
    ("vultr", "Not needed", "Supported", ""),
    ("backblaze", "Not needed", "Supported", ""),
    ("r2", "Not needed", "**Not supported**", "Omit `ACL` from params"),
)

# Statement of that documentation, and what was found instead.
_DIFFERENCES = (
    (
        "Hetzner needs `forcePathStyle`",
        "The vendor documents virtual-hosted URLs; path works too.",
    ),
    (
        "IONOS is path only",
        "Tools use path, and so do we; virtual-hosted public URLs are in use.",
    ),
    (
        "MinIO supports ACLs",
        "It ignores them on an upload and refuses all but `private` elsewhere.",
    ),
    (
        "Backblaze B2 supports ACLs",
        "On buckets only; an object's must equal its bucket's.",
    ),
    (
        "IONOS supports ACLs",
        "It does; but a bucket whose owner is enforced answers 400 AccessControlListNotSupported.",
    ),
    (
        "Wasabi supports ACLs",
        "Public ones need an account with public access enabled.",
    ),
    (
        "`public-read` is the ACL to use on AWS",
        "Buckets made since April 2023 answer 400 AccessControlListNotSupported. We send none "
        "unless asked.",
    ),
    (
        "On R2, leave `ACL` out",
        "Strapi's provider then sends `public-read` all the same. We refuse it, and take it out of "
        "what code sets.",
    ),
    (
        "The multipart Location is fixed automatically",
        "Only with an endpoint and without `baseUrl`, and one release broke it (strapi#25581, "
        "#25487, #25592). We never use a Location as a URL.",
    ),
    (
        "Vendors other than AWS ignore the storage class",
        "MinIO and RustFS refuse values they do not know; R2, Scaleway, OVHcloud, Tigris and "
        "Alibaba have classes of their own.",
    ),
    (
        "`AES256` is supported by most",
        "Scaleway refuses it; Hetzner and DigitalOcean have SSE-C only, Contabo none; R2 and "
        "Wasabi list the header as unsupported; MinIO needs a KMS.",
    ),
    (
        "`aws:kms` is for AWS only",
        "Scaleway, MinIO, SeaweedFS and Ceph accept it with key managers of their own.",
    ),
    (
        "`checksumAlgorithm` works everywhere",
        "As a trailing checksum it breaks on R2, IONOS, Hetzner, Wasabi, B2, OCI, Storj, Linode "
        "and Alibaba. We send plain headers, and refuse the option where a vendor does.",
    ),
    (
        "`preventOverwrite` works everywhere",
        "B2 and Alibaba answer 501; Google, Garage and Supabase ignore it and overwrite; of "
        "Wasabi, IONOS, Contabo and Vultr nothing is known. We refuse it on all of these.",
    ),
    (
        "Tags work everywhere",
        "R2 and B2 refuse them; Garage drops them; Supabase and Google have none.",
    ),
)


def strapi_table(vendors: Mapping[str, Vendor], show: Callable[[Fact[Any]], str], head: str) -> str:
    """Return the page; `show` writes a fact with its mark, `head` is the file's first line."""
    rows = []
    for name, path, acl, notes in _TABLE:
        vendor = vendors[name]
        able = vendor.capabilities
        rows.append(
            f"| [{vendor.title}]({name}.md) | {path} | {acl} | {notes} "
            f"| {show(able.addressing)} | {show(able.acl)} | {show(able.complete_location)} |"
        )
    differences = [f"| {statement} | {finding} |" for statement, finding in _DIFFERENCES]
    return "\n".join(
        [
            head,
            "",
            "# Strapi's table, and what was found",
            "",
            "The first four columns are those of the documentation of Strapi's Amazon S3 provider. "
            "The others are from the vendors' pages here; the letters behind the values are "
            "explained in [the matrix](matrix.md), sources and dates are on each page.",
            "",
            "| Provider | `forcePathStyle` | `ACL` | Notes | `addressing` | `acl` "
            "| `complete_location` |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            "## Where that documentation and the vendors differ",
            "",
            "Behaviour here follows the vendor.",
            "",
            "| It says | Found |",
            "| --- | --- |",
            *differences,
            "",
        ]
    )
