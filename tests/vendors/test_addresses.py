"""Golden table: what each vendor's page makes of a region, and where its objects are."""

from __future__ import annotations

from typing import Any

import pytest

import bucketry
from bucketry_s3 import S3Layer
from vendors.pages import built_in

KEYS = {"access_key_id": "AKID", "secret_access_key": "not-a-secret"}

# provider, options; endpoint, signing region, URL of photos/a b.png
TABLE: list[tuple[str, dict[str, Any], str, str, str]] = [
    (
        "aws", {"region": "eu-west-1"},
        "https://s3.eu-west-1.amazonaws.com", "eu-west-1",
        "https://media.s3.eu-west-1.amazonaws.com/photos/a%20b.png",
    ),
    (
        "aws", {"region": "eu-west-1", "dual_stack": True},
        "https://s3.dualstack.eu-west-1.amazonaws.com", "eu-west-1",
        "https://media.s3.dualstack.eu-west-1.amazonaws.com/photos/a%20b.png",
    ),
    (
        "aws", {"region": "cn-north-1"},
        "https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1",
        "https://media.s3.cn-north-1.amazonaws.com.cn/photos/a%20b.png",
    ),
    (
        "aws", {"region": "eusc-de-east-1"},
        "https://s3.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1",
        "https://media.s3.eusc-de-east-1.amazonaws.eu/photos/a%20b.png",
    ),
    (
        "aws", {"region": "eusc-de-east-1", "dual_stack": True},
        "https://s3.dualstack.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1",
        "https://media.s3.dualstack.eusc-de-east-1.amazonaws.eu/photos/a%20b.png",
    ),
    (
        "aws", {"region": "us-gov-west-1", "fips": True},
        "https://s3-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1",
        "https://media.s3-fips.us-gov-west-1.amazonaws.com/photos/a%20b.png",
    ),
    (
        "aws", {"region": "us-east-1", "fips": True, "dual_stack": True},
        "https://s3-fips.dualstack.us-east-1.amazonaws.com", "us-east-1",
        "https://media.s3-fips.dualstack.us-east-1.amazonaws.com/photos/a%20b.png",
    ),
    (
        "aws", {"region": "us-east-1", "fips": True, "bucket": "my.media"},
        "https://s3-fips.us-east-1.amazonaws.com", "us-east-1",
        "https://s3-fips.us-east-1.amazonaws.com/my.media/photos/a%20b.png",
    ),
    (
        "aws", {"region": "eu-west-1", "accelerate": True},
        "https://s3-accelerate.amazonaws.com", "eu-west-1",
        "https://media.s3-accelerate.amazonaws.com/photos/a%20b.png",
    ),
    (
        "aws", {"region": "eu-west-1", "accelerate": True, "dual_stack": True},
        "https://s3-accelerate.dualstack.amazonaws.com", "eu-west-1",
        "https://media.s3-accelerate.dualstack.amazonaws.com/photos/a%20b.png",
    ),
    (
        "aws", {"region": "us-iso-east-1"},
        "https://s3.us-iso-east-1.c2s.ic.gov", "us-iso-east-1",
        "https://media.s3.us-iso-east-1.c2s.ic.gov/photos/a%20b.png",
    ),
    (
        "aws", {"region": "us-isob-east-1"},
        "https://s3.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1",
        "https://media.s3.us-isob-east-1.sc2s.sgov.gov/photos/a%20b.png",
    ),
    (
        "aws", {"region": "eu-isoe-west-1"},
        "https://s3.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1",
        "https://media.s3.eu-isoe-west-1.cloud.adc-e.uk/photos/a%20b.png",
    ),
    (
        "aws", {"region": "us-isof-south-1"},
        "https://s3.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1",
        "https://media.s3.us-isof-south-1.csp.hci.ic.gov/photos/a%20b.png",
    ),
    (
        "aws",
        {"region": "eu-west-1", "bucket": "reports-abcdefghijklmnopqrstuvwxyz123456-s3alias"},
        "https://s3.eu-west-1.amazonaws.com", "eu-west-1",
        "https://reports-abcdefghijklmnopqrstuvwxyz123456-s3alias.s3.eu-west-1.amazonaws.com/"
        "photos/a%20b.png",
    ),
    (
        "aws", {"bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports"},
        "https://s3-accesspoint.eu-west-1.amazonaws.com", "eu-west-1",
        "https://reports-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/photos/a%20b.png",
    ),
    (
        "aws",
        {"bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports", "fips": True},
        "https://s3-accesspoint-fips.eu-west-1.amazonaws.com", "eu-west-1",
        "https://reports-123456789012.s3-accesspoint-fips.eu-west-1.amazonaws.com/"
        "photos/a%20b.png",
    ),
    (
        "aws",
        {
            "bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports",
            "fips": True, "dual_stack": True,
        },
        "https://s3-accesspoint-fips.dualstack.eu-west-1.amazonaws.com", "eu-west-1",
        "https://reports-123456789012.s3-accesspoint-fips.dualstack.eu-west-1.amazonaws.com/"
        "photos/a%20b.png",
    ),
    (
        "aws", {"bucket": "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:reports"},
        "https://s3-accesspoint.cn-north-1.amazonaws.com.cn", "cn-north-1",
        "https://reports-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn/"
        "photos/a%20b.png",
    ),
    (
        "aws", {"region": "us-gov-west-1", "bucket": "my.media"},
        "https://s3.us-gov-west-1.amazonaws.com", "us-gov-west-1",
        "https://s3.us-gov-west-1.amazonaws.com/my.media/photos/a%20b.png",
    ),
    (
        "r2", {"account_id": "abc123"},
        "https://abc123.r2.cloudflarestorage.com", "auto",
        "https://abc123.r2.cloudflarestorage.com/media/photos/a%20b.png",
    ),
    (
        "r2", {"account_id": "abc123", "jurisdiction": "eu", "base_url": "https://cdn.example.com/"},
        "https://abc123.eu.r2.cloudflarestorage.com", "auto",
        "https://cdn.example.com/photos/a%20b.png",
    ),
    (
        "r2", {"endpoint": "https://abc123.r2.cloudflarestorage.com", "region": "us-east-1"},
        "https://abc123.r2.cloudflarestorage.com", "auto",
        "https://abc123.r2.cloudflarestorage.com/media/photos/a%20b.png",
    ),
    (
        "ionos", {"region": "de"},
        "https://s3.eu-central-1.ionoscloud.com", "de",
        "https://s3.eu-central-1.ionoscloud.com/media/photos/a%20b.png",
    ),
    (
        "ionos", {"region": "eu-central-1"},
        "https://s3.eu-central-1.ionoscloud.com", "de",
        "https://s3.eu-central-1.ionoscloud.com/media/photos/a%20b.png",
    ),
    (
        "ionos", {"region": "eu-central-3"},
        "https://s3.eu-central-3.ionoscloud.com", "eu-central-3",
        "https://s3.eu-central-3.ionoscloud.com/media/photos/a%20b.png",
    ),
    (
        "minio", {"endpoint": "http://localhost:9000"},
        "http://localhost:9000", "us-east-1",
        "http://localhost:9000/media/photos/a%20b.png",
    ),
    (
        "minio", {"endpoint": "http://minio:9000", "allow_http": True,
                  "public_endpoint": "https://files.example.com"},
        "http://minio:9000", "us-east-1",
        "https://files.example.com/media/photos/a%20b.png",
    ),
    (
        "contabo", {"region": "eu2"},
        "https://eu2.contabostorage.com", "eu2",
        "https://eu2.contabostorage.com/media/photos/a%20b.png",
    ),
    (
        "contabo", {"region": "eu2", "tenant_id": "0123456789abcdef0123456789abcdef"},
        "https://eu2.contabostorage.com", "eu2",
        "https://eu2.contabostorage.com/0123456789abcdef0123456789abcdef:media/photos/a%20b.png",
    ),
    (
        "hetzner", {"region": "fsn1"},
        "https://fsn1.your-objectstorage.com", "fsn1",
        "https://media.fsn1.your-objectstorage.com/photos/a%20b.png",
    ),
    (
        "hetzner", {"region": "fsn1", "addressing": "path"},
        "https://fsn1.your-objectstorage.com", "fsn1",
        "https://fsn1.your-objectstorage.com/media/photos/a%20b.png",
    ),
    (
        "digitalocean", {"region": "nyc3"},
        "https://nyc3.digitaloceanspaces.com", "nyc3",
        "https://media.nyc3.digitaloceanspaces.com/photos/a%20b.png",
    ),
    (
        "digitalocean", {"region": "nyc3", "cdn": True},
        "https://nyc3.digitaloceanspaces.com", "nyc3",
        "https://media.nyc3.cdn.digitaloceanspaces.com/photos/a%20b.png",
    ),
    (
        "wasabi", {},
        "https://s3.us-east-1.wasabisys.com", "us-east-1",
        "https://s3.us-east-1.wasabisys.com/media/photos/a%20b.png",
    ),
    (
        "wasabi", {"region": "eu-central-2", "addressing": "virtual"},
        "https://s3.eu-central-2.wasabisys.com", "eu-central-2",
        "https://media.s3.eu-central-2.wasabisys.com/photos/a%20b.png",
    ),
    (
        "scaleway", {"region": "nl-ams"},
        "https://s3.nl-ams.scw.cloud", "nl-ams",
        "https://media.s3.nl-ams.scw.cloud/photos/a%20b.png",
    ),
    (
        "vultr", {"region": "sjc1"},
        "https://sjc1.vultrobjects.com", "sjc1",
        "https://media.sjc1.vultrobjects.com/photos/a%20b.png",
    ),
    (
        "backblaze", {"region": "us-west-004"},
        "https://s3.us-west-004.backblazeb2.com", "us-west-004",
        "https://s3.us-west-004.backblazeb2.com/media/photos/a%20b.png",
    ),
    (
        "backblaze", {"region": "us-west-004", "download_host": "f004.backblazeb2.com"},
        "https://s3.us-west-004.backblazeb2.com", "us-west-004",
        "https://f004.backblazeb2.com/file/media/photos/a%20b.png",
    ),
    (
        "gcs", {},
        "https://storage.googleapis.com", "auto",
        "https://storage.googleapis.com/media/photos/a%20b.png",
    ),
    (
        "ovh", {"region": "gra"},
        "https://s3.gra.io.cloud.ovh.net", "gra",
        "https://media.s3.gra.io.cloud.ovh.net/photos/a%20b.png",
    ),
    (
        "ovh", {"region": "us-east-va"},
        "https://s3.us-east-va.io.cloud.ovh.us", "us-east-va",
        "https://media.s3.us-east-va.io.cloud.ovh.us/photos/a%20b.png",
    ),
    (
        "linode", {"region": "us-iad-1"},
        "https://us-iad-1.linodeobjects.com", "us-iad-1",
        "https://media.us-iad-1.linodeobjects.com/photos/a%20b.png",
    ),
    (
        "exoscale", {"region": "ch-gva-2"},
        "https://sos-ch-gva-2.exo.io", "ch-gva-2",
        "https://sos-ch-gva-2.exo.io/media/photos/a%20b.png",
    ),
    (
        "idrive", {"region": "us-west-1"},
        "https://s3.us-west-1.idrivee2.com", "us-west-1",
        "https://s3.us-west-1.idrivee2.com/media/photos/a%20b.png",
    ),
    (
        "storj", {},
        "https://gateway.storjshare.io", "us-east-1",
        "https://gateway.storjshare.io/media/photos/a%20b.png",
    ),
    (
        "tigris", {},
        "https://t3.storage.dev", "auto",
        "https://media.t3.tigrisfiles.io/photos/a%20b.png",
    ),
    (
        "oci", {"namespace": "axaxnpcrorw5", "region": "eu-frankfurt-1"},
        "https://axaxnpcrorw5.compat.objectstorage.eu-frankfurt-1.oci.customer-oci.com",
        "eu-frankfurt-1",
        "https://objectstorage.eu-frankfurt-1.oraclecloud.com/n/axaxnpcrorw5/b/media/o/"
        "photos/a%20b.png",
    ),
    (
        "supabase", {"project_ref": "abcdefghijklmnopqrst", "region": "eu-central-1"},
        "https://abcdefghijklmnopqrst.supabase.co/storage/v1/s3", "eu-central-1",
        "https://abcdefghijklmnopqrst.supabase.co/storage/v1/object/public/media/photos/a%20b.png",
    ),
    (
        "alibaba", {"region": "eu-central-1"},
        "https://s3.oss-eu-central-1.aliyuncs.com", "eu-central-1",
        "https://media.oss-eu-central-1.aliyuncs.com/photos/a%20b.png",
    ),
    (
        "garage", {"endpoint": "https://garage.example.com"},
        "https://garage.example.com", "garage",
        "https://garage.example.com/media/photos/a%20b.png",
    ),
    (
        "seaweedfs", {"endpoint": "http://127.0.0.1:8333"},
        "http://127.0.0.1:8333", "us-east-1",
        "http://127.0.0.1:8333/media/photos/a%20b.png",
    ),
    (
        "ceph", {"endpoint": "https://rgw.example.com:7443"},
        "https://rgw.example.com:7443", "default",
        "https://rgw.example.com:7443/media/photos/a%20b.png",
    ),
    (
        "rustfs", {"endpoint": "http://localhost:9000"},
        "http://localhost:9000", "us-east-1",
        "http://localhost:9000/media/photos/a%20b.png",
    ),
    (
        "ibm", {"region": "eu-de"},
        "https://s3.eu-de.cloud-object-storage.appdomain.cloud", "eu-de",
        "https://s3.eu-de.cloud-object-storage.appdomain.cloud/media/photos/a%20b.png",
    ),
    (
        "tencent", {"region": "ap-guangzhou", "bucket": "media-1250000000"},
        "https://cos.ap-guangzhou.myqcloud.com", "ap-guangzhou",
        "https://media-1250000000.cos.ap-guangzhou.myqcloud.com/photos/a%20b.png",
    ),
    (
        "huawei", {"region": "cn-north-4"},
        "https://obs.cn-north-4.myhuaweicloud.com", "cn-north-4",
        "https://media.obs.cn-north-4.myhuaweicloud.com/photos/a%20b.png",
    ),
    (
        "huawei", {"region": "eu-west-101"},
        "https://obs.eu-west-101.myhuaweicloud.eu", "eu-west-101",
        "https://media.obs.eu-west-101.myhuaweicloud.eu/photos/a%20b.png",
    ),
    (
        "yandex", {},
        "https://storage.yandexcloud.net", "ru-central1",
        "https://storage.yandexcloud.net/media/photos/a%20b.png",
    ),
    (
        "yandex", {"region": "kz1", "addressing": "virtual"},
        "https://storage.yandexcloud.kz", "kz1",
        "https://media.storage.yandexcloud.kz/photos/a%20b.png",
    ),
    (
        "outscale", {"region": "cloudgouv-eu-west-1"},
        "https://oos.cloudgouv-eu-west-1.outscale.com", "cloudgouv-eu-west-1",
        "https://oos.cloudgouv-eu-west-1.outscale.com/media/photos/a%20b.png",
    ),
    (
        "infomaniak", {"region": "pub1"},
        "https://s3.pub1.infomaniak.cloud", "us-east-1",
        "https://s3.pub1.infomaniak.cloud/media/photos/a%20b.png",
    ),
    (
        "infomaniak", {"region": "dc4-a", "project_id": "0123456789abcdef0123456789abcdef"},
        "https://s3.pub2.infomaniak.cloud", "dc4-a",
        "https://s3.pub2.infomaniak.cloud/object/v1/AUTH_0123456789abcdef0123456789abcdef/media/"
        "photos/a%20b.png",
    ),
    (
        "impossiblecloud", {"region": "eu-central-2"},
        "https://eu-central-2.storage.impossibleapi.net", "eu-central-2",
        "https://eu-central-2.storage.impossibleapi.net/media/photos/a%20b.png",
    ),
    (
        "synology", {"region": "eu-002"},
        "https://eu-002.s3.synologyc2.net", "eu-002",
        "https://eu-002.s3.synologyc2.net/media/photos/a%20b.png",
    ),
    (
        "cubbit", {},
        "https://s3.cubbit.eu", "eu-west-1",
        "https://media.s3.cubbit.eu/photos/a%20b.png",
    ),
    (
        "cubbit", {"tenant": "acme"},
        "https://s3.acme.cubbit.eu", "eu-west-1",
        "https://media.s3.acme.cubbit.eu/photos/a%20b.png",
    ),
    (
        "versitygw", {"endpoint": "http://localhost:7070"},
        "http://localhost:7070", "us-east-1",
        "http://localhost:7070/media/photos/a%20b.png",
    ),
    (
        "s3", {"endpoint": "https://storage.example.com/base"},
        "https://storage.example.com/base", "us-east-1",
        "https://storage.example.com/base/media/photos/a%20b.png",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "endpoint", "region", "url"), TABLE)
def test_endpoint_region_and_url(
    name: str, options: dict[str, Any], endpoint: str, region: str, url: str
) -> None:
    provider = bucketry.open_provider(
        {"provider": name, "bucket": "media", "credentials": KEYS, **options}
    )
    settings = provider.layer(S3Layer).settings
    assert (settings.endpoint, settings.region) == (endpoint, region)
    assert provider.object_url("photos/a b.png") == url
    assert provider.key_of_url(url) == "photos/a b.png"


def test_every_vendor_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(built_in())


# provider, options; hosts of addresses that other tools have stored, or the vendor gives out
STORED: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "aws", {"region": "eu-west-3"},
        [
            "s3.eu-west-3.amazonaws.com/media", "media.s3.amazonaws.com",
            "s3.amazonaws.com/media", "media.s3-eu-west-3.amazonaws.com",
            "media.s3.dualstack.eu-west-3.amazonaws.com", "media.s3-accelerate.amazonaws.com",
        ],
    ),
    (
        # No certificate covers the first two: Strapi's provider stores them all the same.
        "aws", {"region": "eu-west-3", "bucket": "my.media"},
        ["my.media.s3.eu-west-3.amazonaws.com", "my.media.s3.amazonaws.com"],
    ),
    (
        "ionos", {"endpoint": "https://s3-eu-central-2.ionoscloud.com", "region": "eu-central-2"},
        ["media.s3-eu-central-2.ionoscloud.com", "s3.eu-central-2.ionoscloud.com/media"],
    ),
    (
        "digitalocean", {"region": "nyc3"},
        ["nyc3.digitaloceanspaces.com/media", "media.nyc3.cdn.digitaloceanspaces.com"],
    ),
    (
        "contabo", {"region": "eu2", "tenant_id": "a" * 32, "base_url": "https://cdn.example.com"},
        ["eu2.contabostorage.com/media", f"eu2.contabostorage.com/{'a' * 32}:media"],
    ),
    ("tigris", {}, ["media.fly.storage.tigris.dev", "t3.storage.dev/media"]),
    (
        "minio", {"endpoint": "https://10.0.0.7:9000"},
        ["10.0.0.7:9000/media", "media.10.0.0.7:9000"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "stored"), STORED)
def test_stored_addresses_lead_back_to_their_key(
    name: str, options: dict[str, Any], stored: list[str]
) -> None:
    provider = bucketry.open_provider(
        {"provider": name, "bucket": "media", "credentials": KEYS, **options}
    )
    for base in stored:
        assert provider.key_of_url(f"https://{base}/photos/a%20b.png") == "photos/a b.png", base


@pytest.mark.parametrize(
    ("options", "url"),
    [
        # Another partition, and a server of one's own, have other buckets of that name.
        ({"region": "cn-north-1"}, "https://media.s3.amazonaws.com/a.png"),
        (
            {"region": "eu-west-3", "endpoint": "http://localhost:4566"},
            "https://media.s3.amazonaws.com/a.png",
        ),
        ({"region": "eu-west-3"}, "https://media.s3-eu-west-1.amazonaws.com/a.png"),
        ({"region": "eu-west-3"}, "https://other.s3.amazonaws.com/a.png"),
        ({"region": "eu-west-3"}, "https://media.s3.amazonaws.com.evil.example/a.png"),
        ({"region": "eu-west-3"}, "https://xmedia.s3.amazonaws.com/a.png"),
    ],
)
def test_addresses_of_other_buckets_have_no_key(options: dict[str, Any], url: str) -> None:
    media = {"provider": "aws", "bucket": "media", "credentials": KEYS}
    assert bucketry.open_provider({**media, **options}).key_of_url(url) is None
