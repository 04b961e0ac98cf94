"""Every configuration that the original's documentation shows, as JSON, and what it means here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

import bucketry
from bucketry import AmbientCredentials, Credentials, Encryption, Secret
from bucketry.config import convert_config
from bucketry.host.catalog import Catalog
from bucketry_s3.options import Multipart

pytestmark = pytest.mark.filterwarnings("ignore:.* so no ACL is sent:UserWarning")

ORIGINALS = Path(__file__).parent / "originals"

AWS = {
    "AWS_ACCESS_KEY_ID": "AKIA",
    "AWS_ACCESS_SECRET": "hush",
    "AWS_REGION": "eu-west-1",
    "AWS_BUCKET": "my-bucket",
}
CDN = {"CDN_URL": "https://cdn.example.com/", "CDN_ROOT_PATH": "uploads/"}
PAIR = Credentials(access_key_id="AKIA", secret_access_key=Secret("hush"))


def generic(prefix: str, **more: str) -> dict[str, str]:
    pair = {f"{prefix}_ACCESS_KEY_ID": "AKIA", f"{prefix}_ACCESS_SECRET": "hush"}
    return {**pair, f"{prefix}_BUCKET": "my-bucket", **more}


def on_aws(**more: Any) -> dict[str, Any]:
    """Return the options that all AWS examples share: public, because no ACL says otherwise."""
    common = {"bucket": "my-bucket", "credentials": PAIR, "region": "eu-west-1"}
    return {**common, "visibility": "public", "addressing": "virtual", **more}


def elsewhere(**more: Any) -> dict[str, Any]:
    return {"bucket": "my-bucket", "credentials": PAIR, "visibility": "public", **more}


# Name of the example, environment, vendor, options that are not the class's default.
EXAMPLES: list[tuple[str, dict[str, str], str, dict[str, Any]]] = [
    (
        "basic",
        {**AWS, **CDN},
        "aws",
        on_aws(base_url="https://cdn.example.com", root_path="uploads", acl="public-read"),
    ),
    (
        "basic",
        {**AWS, **CDN, "AWS_ACL": "private", "AWS_SIGNED_URL_EXPIRES": "60"},
        "aws",
        {
            "bucket": "my-bucket",
            "credentials": PAIR,
            "region": "eu-west-1",
            "addressing": "virtual",
            "base_url": "https://cdn.example.com",
            "root_path": "uploads",
            "acl": "private",
            "signed_url_expires": 60,
        },
    ),
    (
        "path_style_base_url",
        AWS,
        "aws",
        on_aws(base_url="https://s3.eu-west-1.amazonaws.com/my-bucket"),
    ),
    (
        "private",
        AWS,
        "aws",
        {
            "bucket": "my-bucket",
            "credentials": PAIR,
            "region": "eu-west-1",
            "addressing": "virtual",
            "acl": "private",
        },
    ),
    (
        "scaleway",
        generic(
            "SCALEWAY",
            SCALEWAY_REGION="fr-par",
            SCALEWAY_ENDPOINT="https://s3.fr-par.scw.cloud",
        ),
        "scaleway",
        elsewhere(region="fr-par", endpoint="https://s3.fr-par.scw.cloud", addressing="virtual"),
    ),
    (
        "ionos_minio_contabo",
        generic("S3", S3_REGION="de", S3_ENDPOINT="https://s3.eu-central-1.ionoscloud.com"),
        "ionos",
        elsewhere(
            region="de", endpoint="https://s3.eu-central-1.ionoscloud.com", addressing="path"
        ),
    ),
    (
        "ionos_minio_contabo",
        generic("S3", S3_REGION="us-east-1", S3_ENDPOINT="http://localhost:9000"),
        "s3",
        elsewhere(
            region="us-east-1",
            endpoint="http://localhost:9000",
            addressing="path",
            allow_http=True,
        ),
    ),
    (
        "ionos_minio_contabo",
        generic("S3", S3_REGION="eu2", S3_ENDPOINT="https://eu2.contabostorage.com"),
        "contabo",
        {  # private: a public address at Contabo needs the tenant, which the original cannot name
            "bucket": "my-bucket",
            "credentials": PAIR,
            "region": "eu2",
            "endpoint": "https://eu2.contabostorage.com",
            "addressing": "path",
        },
    ),
    (
        "r2",
        generic("R2", R2_ENDPOINT="https://abc123.r2.cloudflarestorage.com"),
        "r2",
        {  # private: R2 serves nobody without a signature on this address
            "bucket": "my-bucket",
            "credentials": PAIR,
            "region": "auto",
            "endpoint": "https://abc123.r2.cloudflarestorage.com",
            "account_id": "abc123",
            "addressing": "virtual",
        },
    ),
    ("checksum", AWS, "aws", on_aws(checksum_algorithm="CRC64NVME")),
    ("prevent_overwrite", AWS, "aws", on_aws(prevent_overwrite=True)),
    ("storage_class", AWS, "aws", on_aws(storage_class="INTELLIGENT_TIERING")),
    ("encryption", AWS, "aws", on_aws(encryption=Encryption(type="AES256"))),
    (
        "encryption_kms",
        {**AWS, "AWS_KMS_KEY_ID": "key-1"},
        "aws",
        on_aws(encryption=Encryption(type="aws:kms", kms_key_id="key-1")),
    ),
    (
        "tags",
        AWS,
        "aws",
        on_aws(tags={"project": "website", "environment": "production", "team": "backend"}),
    ),
    (
        "multipart",
        AWS,
        "aws",
        on_aws(multipart=Multipart(part_size=10 * 1024 * 1024, concurrency=4)),
    ),
    (
        "complete",
        {**AWS, **CDN, "AWS_KMS_KEY_ID": "key-1", "NODE_ENV": "production"},
        "aws",
        {
            "bucket": "my-bucket",
            "credentials": PAIR,
            "region": "eu-west-1",
            "addressing": "virtual",
            "base_url": "https://cdn.example.com",
            "root_path": "uploads",
            "acl": "private",
            "checksum_algorithm": "CRC64NVME",
            "prevent_overwrite": True,
            "storage_class": "INTELLIGENT_TIERING",
            "encryption": Encryption(type="aws:kms", kms_key_id="key-1"),
            "tags": {"application": "strapi", "environment": "production"},
            "multipart": Multipart(part_size=10_485_760),
        },
    ),
]


def meaning(options: Any) -> dict[str, Any]:
    """Return the options that differ from their class's defaults."""
    found = {}
    for option in attrs.fields(type(options)):
        default: Any = option.default
        if hasattr(default, "factory"):
            default = default.factory(options) if default.takes_self else default.factory()
        value = getattr(options, option.name)
        if value != default:
            found[option.name] = value
    return found


@pytest.mark.parametrize(("name", "environ", "vendor", "expected"), EXAMPLES)
def test_an_example_of_the_original_opens_and_means_the_same(
    real_catalog: Catalog,
    name: str,
    environ: dict[str, str],
    vendor: str,
    expected: dict[str, Any],
) -> None:
    provider = bucketry.open_provider(
        config=ORIGINALS / f"{name}.json", catalog=real_catalog, environ=environ
    )
    assert provider.vendor.name == vendor
    assert meaning(provider.options) == expected


@pytest.mark.parametrize(("name", "environ", "vendor", "expected"), EXAMPLES)
def test_the_flat_file_made_of_an_example_means_the_same(
    tmp_path: Path,
    real_catalog: Catalog,
    name: str,
    environ: dict[str, str],
    vendor: str,
    expected: dict[str, Any],
) -> None:
    text = convert_config(ORIGINALS / f"{name}.json", catalog=real_catalog, environ=environ)
    assert "AKIA" not in text
    assert "hush" not in text
    (tmp_path / "bucketry.toml").write_text(text)
    provider = bucketry.open_provider(
        vendor, config=tmp_path / "bucketry.toml", catalog=real_catalog, environ=environ
    )
    assert meaning(provider.options) == expected


def test_every_example_file_is_tried() -> None:
    assert {path.stem for path in ORIGINALS.iterdir()} == {name for name, *_ in EXAMPLES}


def test_the_original_s_session_token_and_ambient_chain_work_too(real_catalog: Catalog) -> None:
    data = json.loads((ORIGINALS / "private.json").read_text())
    s3 = data["upload"]["config"]["providerOptions"]["s3Options"]
    s3["credentials"]["sessionToken"] = {"env": "TOKEN"}
    options = bucketry.open_provider(
        data, catalog=real_catalog, environ={**AWS, "TOKEN": "passing"}
    ).options
    assert options.credentials.session_token == Secret("passing")
    s3["credentials"] = "ambient"
    options = bucketry.open_provider(data, catalog=real_catalog, environ=AWS).options
    assert options.credentials == AmbientCredentials()
