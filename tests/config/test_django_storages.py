"""django-storages' settings, one after the other, and the modules that they stand in."""

from __future__ import annotations

import copy
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import bucketry
from bucketry import ConfigError, Secret
from bucketry.config import check_config, convert_config
from bucketry_django_storages import names
from bucketry_django_storages.modules import read
from cli.memory import run
from snippets import ROOT, blocks

pytestmark = pytest.mark.filterwarnings("ignore:.*becomes STORAGES:UserWarning")

S3 = "storages.backends.s3.S3Storage"
OPTIONS: dict[str, Any] = {
    "bucket_name": "media",
    "region_name": "eu-west-1",
    "access_key": "AKIA",
    "secret_key": "hush-hush",
}
COMMON = {
    "provider": "aws",
    "bucket": "media",
    "region": "eu-west-1",
    "visibility": "private",
    "signed_url_expires": 3600,
}


def settings(backend: str = S3, **options: Any) -> dict[str, Any]:
    return {"STORAGES": {"default": {"BACKEND": backend, "OPTIONS": {**OPTIONS, **options}}}}


def convert(document: dict[str, Any], **environ: str) -> tuple[dict[str, Any], list[str]]:
    """Return what the first provider becomes, without credentials, and the comments beside it."""
    text = convert_config(document, dialect="django-storages", environ=environ)
    (flat, *_) = tomllib.loads(text)["providers"].values()
    comments = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")]
    return flat, [c for c in comments if not c.startswith("Was written") and ": becomes" not in c]


# Option, its value, and what it becomes beside COMMON (None: a line that goes).
CONVERTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"bucket_name": "films"}, {"bucket": "films"}),
    ({"region_name": "us-east-2"}, {"region": "us-east-2"}),
    ({"location": "up/loads/"}, {"root_path": "up/loads"}),
    ({"querystring_expire": 60}, {"signed_url_expires": 60}),
    ({"querystring_auth": False}, {"visibility": "public", "signed_url_expires": None}),
    ({"default_acl": "public-read"}, {"acl": "public-read"}),
    ({"addressing_style": "path"}, {"addressing": "path"}),
    ({"addressing_style": "auto", "signature_version": "s3v4", "verify": None}, {}),
    ({"verify": "/etc/ca.pem"}, {"ca_bundle": "/etc/ca.pem"}),
    ({"use_threads": False}, {"multipart": {"concurrency": 1}}),
    (
        {"transfer_config": {"multipart_chunksize": 16 << 20, "max_concurrency": 6}},
        {"multipart": {"part_size": 16 << 20, "concurrency": 6}},
    ),
    (
        {"client_config": {"s3": {"addressing_style": "virtual", "use_accelerate_endpoint": True}}},
        {"addressing": "virtual", "accelerate": True},
    ),
    ({"client_config": {"use_dualstack_endpoint": True}}, {"dual_stack": True}),
    ({"client_config": {"use_fips_endpoint": True}}, {"fips": True}),
    (
        {
            "object_parameters": {
                "ACL": "private",
                "CacheControl": "max-age=86400",
                "ChecksumAlgorithm": "SHA256",
                "Metadata": {"team": "web"},
                "SSEKMSKeyId": "key-1",
                "ServerSideEncryption": "aws:kms",
                "StorageClass": "STANDARD_IA",
                "Tagging": "team=web&stage=dev%201&public=",
            },
            "default_acl": "public-read",
        },
        {
            "acl": "private",
            "checksum_algorithm": "SHA256",
            "encryption": {"type": "aws:kms", "kms_key_id": "key-1"},
            "extra_params": {
                "upload": {"CacheControl": "max-age=86400", "Metadata": {"team": "web"}}
            },
            "storage_class": "STANDARD_IA",
            "tags": {"team": "web", "stage": "dev 1", "public": ""},
        },
    ),
    (
        {"endpoint_url": "https://abc.r2.cloudflarestorage.com/", "region_name": "auto"},
        {"provider": "r2", "account_id": "abc", "endpoint": "https://abc.r2.cloudflarestorage.com"}
        | {"region": "auto"},
    ),
    (
        {"endpoint_url": "http://minio.internal:9000"},
        {"provider": "s3", "endpoint": "http://minio.internal:9000", "allow_http": True},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("options", "expected"), CONVERTED)
def test_an_option_becomes_what_means_the_same(
    options: dict[str, Any], expected: dict[str, Any]
) -> None:
    flat, comments = convert(settings(**options))
    del flat["credentials"]
    assert flat == {name: v for name, v in {**COMMON, **expected}.items() if v is not None}
    assert comments == []


# What has no counterpart: where the comment stands and words of it.
NAMED: list[tuple[dict[str, Any], str, str]] = [
    ({"gzip": True}, "gzip", "files are stored as they are"),
    ({"gzip_content_types": ["text/css"], "gzip": True}, "gzip", "let the CDN compress"),
    ({"file_name_charset": "latin-1"}, "file_name_charset", "has no effect"),
    ({"max_memory_size": 1024}, "max_memory_size", "is read as a stream"),
    ({"proxies": {"https": "http://proxy"}}, "proxies", "as HTTPS_PROXY"),
    ({"verify": False}, "verify", "certificates are always verified"),
    ({"use_ssl": False}, "use_ssl", "go over TLS"),
    ({"signature_version": "s3"}, "signature_version", "always version 4"),
    ({"client_config": {"retries": {}}}, "client_config.retries", "the option deadline"),
    ({"client_config": {"signature_version": "s3"}}, "client_config.signature_version", "4"),
    ({"transfer_config": {"multipart_threshold": 1}}, "transfer_config.multipart_threshold", "one"),
    ({"transfer_config": {"max_concurrency": 50}}, "transfer_config.max_concurrency", "32 at most"),
    ({"cloudfront_key": "PEM", "cloudfront_key_id": "K1"}, "cloudfront_key", "is not used without"),
    (
        {"cloudfront_key": "P", "cloudfront_key_id": "K1", "custom_domain": "cdn.example.com"},
        "cloudfront_key",
        "bucketry_cdn.CloudFront",
    ),
    ({"cloudfront_signer": True, "custom_domain": "c.example"}, "cloudfront_signer", "overrides"),
    ({"custom_domain": "cdn.example.com"}, "custom_domain", "are not signed"),
]


@pytest.mark.parametrize(("options", "place", "words"), NAMED)
def test_an_option_without_a_counterpart_is_named_with_the_reason(
    options: dict[str, Any], place: str, words: str
) -> None:
    (comment,) = convert(settings(**options))[1]
    assert comment.startswith(f"STORAGES.default.OPTIONS.{place}: ")
    assert words in comment


def test_every_option_is_tried_here() -> None:
    apart = {"access_key", "secret_key", "security_token", "session_profile", "url_protocol"}
    tried = {name for options, _ in CONVERTED for name in options}
    tried |= {name for options, _, _ in NAMED for name in options}
    assert tried | apart | {"file_overwrite"} == set(names.SETTINGS)


def test_settings_count_where_no_option_does() -> None:
    document: dict[str, Any] = {
        "STORAGES": {
            "default": {"BACKEND": S3, "OPTIONS": {"location": "media"}},
            "films": {"BACKEND": "storages.backends.s3boto3.S3Boto3Storage"},
            "disk": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        },
        "AWS_STORAGE_BUCKET_NAME": "shared",
        "AWS_LOCATION": "else",
        "AWS_S3_REGION_NAME": "eu-west-1",
        "AWS_S3_ACCESS_KEY_ID": "AKIA1",
        "AWS_ACCESS_KEY_ID": "AKIA2",
        "AWS_SECRET_ACCESS_KEY": "hush-hush",
    }
    with pytest.warns(UserWarning, match="becomes STORAGES"):
        found = bucketry.open_providers(document)
    assert list(found) == ["default", "films"]
    assert [p.options.root_path for p in found.values()] == ["media", "else"]
    for provider in found.values():
        assert provider.options.bucket == "shared"
        assert provider.options.credentials.access_key_id == "AKIA1"
        assert provider.options.credentials.secret_access_key == Secret("hush-hush")


@pytest.mark.parametrize(
    ("options", "credentials"),
    [
        ({"access_key": None, "secret_key": None}, "ambient"),
        ({"access_key": None, "secret_key": "", "session_profile": "x"}, {"profile": "x"}),
        (
            {"security_token": {"env": "TOKEN"}, "secret_key": {"env": "SECRET"}},
            {
                "access_key_id": {"env": "DEFAULT_ACCESS_KEY_ID"},
                "secret_access_key": {"env": "SECRET"},
                "session_token": {"env": "TOKEN"},
            },
        ),
    ],
)
def test_credentials_are_a_pair_a_profile_or_what_the_sdk_finds(
    options: dict[str, Any], credentials: Any
) -> None:
    flat, _ = convert(settings(**options), TOKEN="t", SECRET="s")
    assert flat["credentials"] == credentials


@pytest.mark.parametrize(
    ("options", "base_url"),
    [
        ({"custom_domain": "cdn.example.com"}, "https://cdn.example.com"),
        (
            {"custom_domain": "cdn.example.com/m/", "url_protocol": "http:"},
            "http://cdn.example.com/m",
        ),
    ],
)
def test_a_domain_of_ones_own_serves_plain_addresses(
    options: dict[str, Any], base_url: str
) -> None:
    document = settings(location="up", querystring_auth=False, **options)
    with pytest.warns(UserWarning, match="becomes"):
        provider = bucketry.open_provider(document)
    # As django-storages makes it: domain, location, name.
    assert provider.url("a b.txt") == f"{base_url}/up/a%20b.txt"
    assert provider.options.visibility == "public"


def test_static_files_are_never_signed_whatever_the_settings_say() -> None:
    document = settings("storages.backends.s3.S3ManifestStaticStorage")
    document["AWS_QUERYSTRING_AUTH"] = True
    flat, _ = convert(document)
    assert flat["visibility"] == "public"
    assert "signed_url_expires" not in flat


@pytest.mark.parametrize(
    ("backend", "options", "becomes"),
    [
        (S3, {}, "Storage', 'OPTIONS': {'provider': 'default', 'allow_overwrite': True}}"),
        (S3, {"file_overwrite": False}, "Storage', 'OPTIONS': {'provider': 'default'}}"),
        (
            "storages.backends.s3boto3.S3StaticStorage",
            {},
            "StaticFilesStorage', 'OPTIONS': {'provider': 'default'}}",
        ),
        (
            "storages.backends.s3.S3ManifestStaticStorage",
            {},
            "ManifestStaticFilesStorage', 'OPTIONS': {'provider': 'default'}}",
        ),
    ],
)
def test_the_new_entry_in_storages_is_told(
    backend: str, options: dict[str, Any], becomes: str
) -> None:
    text = convert_config(settings(backend, **options), dialect="django-storages", environ={})
    told = "# STORAGES.default.BACKEND: becomes STORAGES['default'] = {'BACKEND': 'bucketry_django."
    assert f"{told}{becomes}\n" in text


def test_settings_from_before_storages_are_read_too() -> None:
    document = {
        "DEFAULT_FILE_STORAGE": "storages.backends.s3boto3.S3Boto3Storage",
        "STATICFILES_STORAGE": "storages.backends.s3boto3.S3StaticStorage",
        "AWS_STORAGE_BUCKET_NAME": "media",
        "AWS_S3_REGION_NAME": "eu-west-1",
    }
    text = convert_config(document, dialect="django-storages", environ={})
    made = tomllib.loads(text)["providers"]
    assert {name: one["visibility"] for name, one in made.items()} == {
        "default": "private",
        "staticfiles": "public",
    }
    assert "# STATICFILES_STORAGE: becomes STORAGES['staticfiles'] = " in text


def test_what_the_vendor_does_not_have_is_left_out_and_told() -> None:
    endpoint = "https://abc.r2.cloudflarestorage.com"
    flat, (comment,) = convert(
        settings(endpoint_url=endpoint, region_name="auto", default_acl="public-read")
    )
    assert "acl" not in flat
    assert comment.startswith("STORAGES.default.OPTIONS.default_acl: is not sent: ")


def test_settings_of_others_and_other_storages_are_named() -> None:
    document = settings()
    document |= {"AWS_PRELOAD_METADATA": True, "AWS_S3_FILE_BUFFER_SIZE": 1, "LOGGING": {}}
    document["STORAGES"]["gcs"] = {"BACKEND": "storages.backends.gcloud.GoogleCloudStorage"}
    document["STORAGES"]["own"] = {"BACKEND": "shop.storages.Own"}
    document["STORAGES"]["disk"] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    _, comments = convert(document)
    assert sorted(comment.partition(",")[0][:50] for comment in comments) == [
        "AWS_PRELOAD_METADATA: is none of django-storages 1",
        "AWS_S3_FILE_BUFFER_SIZE: is not taken over; the si",
        "STORAGES.gcs.BACKEND: is no S3 storage; keep it as",
        "STORAGES.own.BACKEND: is not looked into; if it is",
    ]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            {"bucket": "media"},
            "OPTIONS.bucket: unknown option 'bucket'; did you mean",
        ),
        ({"bucket_name": None}, "OPTIONS.bucket_name: must be text"),
        (
            {"location": "/up"},
            "OPTIONS.location: begins with a slash",
        ),
        ({"session_profile": "x"}, "OPTIONS.session_profile: stands beside a key pair"),
        ({"secret_key": None}, "secret_access_key"),
        ({"querystring_expire": 999_999}, "OPTIONS.querystring_expire: must be at most 604,800"),
        ({"default_acl": "open"}, "OPTIONS.default_acl: "),
        ({"object_parameters": {"Key": "x"}}, "OPTIONS.object_parameters: may not set Key"),
        (
            {"object_parameters": {"StorageClass": "COLD"}},
            "OPTIONS.object_parameters.StorageClass: ",
        ),
        ({"endpoint_url": "minio:9000"}, "OPTIONS.endpoint_url: must be an address"),
        ({"url_protocol": "ftp:"}, "OPTIONS.url_protocol: is http: or https:"),
    ],
)
def test_a_fault_is_told_where_it_is_written(options: dict[str, Any], problem: str) -> None:
    problems = [str(one) for one in check_config(settings(**options), environ={})]
    assert any(problem in one for one in problems), problems
    assert "hush" not in "".join(problems)


# -- modules ----------------------------------------------------------------------------------

SITE = r"""
import os
from pathlib import Path

from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from .base import *

BASE_DIR = Path(__file__).parent
AWS_ACCESS_KEY_ID = "AKIA-of-a-test"
AWS_SECRET_ACCESS_KEY = os.environ["SHOP_SECRET"]
AWS_STORAGE_BUCKET_NAME = "media"
AWS_CLOUDFRONT_KEY = "-----BEGIN RSA PRIVATE KEY-----\nhush-hush"
AWS_CLOUDFRONT_KEY_ID = "K1"
AWS_S3_TRANSFER_CONFIG = TransferConfig(max_concurrency=6)
AWS_S3_CLIENT_CONFIG = Config(s3={"addressing_style": "path"})
STORAGES = {"default": {"BACKEND": "storages.backends.s3.S3Storage"}}
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project, its working folder, and nothing of it left in this process."""
    known = set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_SECRET", "hush-hush-hush")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "shop.settings")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "base.py").write_text("AWS_S3_REGION_NAME = 'eu-west-1'\n")
    (package / "settings.py").write_text(SITE)
    path = list(sys.path)
    yield package
    assert sys.path == path
    for name in set(sys.modules) - known:
        if name.partition(".")[0] in ("shop", "storages"):
            del sys.modules[name]


@pytest.mark.parametrize("source", ["shop.settings", "shop/settings.py"])
def test_a_settings_module_is_imported_and_secrets_become_references(
    site: Path, source: str
) -> None:
    made = run("convert", "--from-django-storages", source)
    assert made.exit_code == 0, made.output
    assert "hush" not in made.output
    (flat,) = tomllib.loads(made.stdout)["providers"].values()
    assert flat["credentials"] == {
        "access_key_id": {"env": "DEFAULT_ACCESS_KEY_ID"},
        "secret_access_key": {"env": "SHOP_SECRET"},
    }
    assert (flat["region"], flat["addressing"]) == ("eu-west-1", "path")
    assert flat["multipart"] == {"concurrency": 6}


def test_variables_that_django_storages_reads_by_itself_are_named(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "settings.py").write_text("AWS_STORAGE_BUCKET_NAME = 'media'\n")
    monkeypatch.setenv("AWS_S3_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush")
    assert read("shop.settings") == {
        "AWS_STORAGE_BUCKET_NAME": "media",
        "AWS_S3_ACCESS_KEY_ID": {"env": "AWS_S3_ACCESS_KEY_ID"},
        "AWS_S3_SECRET_ACCESS_KEY": {"env": "AWS_SECRET_ACCESS_KEY"},
    }


def test_a_class_of_the_project_s_own_becomes_what_it_sets(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class S3Storage:
        def url(self, name: str) -> str:
            return name

        def save(self, name: str) -> str:
            return name

    made = ModuleType("storages.backends.s3")
    made.S3Storage = S3Storage  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, made.__name__, made)
    for name in ("storages.backends", "storages"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    (site / "own.py").write_text(
        textwrap.dedent(
            """
            from storages.backends.s3 import S3Storage

            class Media(S3Storage):
                location = "media"
                file_overwrite = False
                default_acl = "private"

                def url(self, name):
                    return "https://elsewhere.example/" + name
            """
        )
    )
    with (site / "settings.py").open("a") as file:
        file.write("STORAGES = {'default': {'BACKEND': 'shop.own.Media', 'OPTIONS': {}}}\n")
    made_of_it = run("convert", "--from-django-storages", "shop.settings")
    (flat,) = tomllib.loads(made_of_it.stdout)["providers"].values()
    assert (flat["root_path"], flat["acl"]) == ("media", "private")
    assert "'OPTIONS': {'provider': 'default'}}" in made_of_it.stdout
    assert "BACKEND: has its own url, which" in made_of_it.stdout


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("import os\nKEY = os.environ['SHOP_NOT_SET']\n", "KeyError SHOP_NOT_SET in settings.py:2"),
        ("import shop_of_nobody\n", "there is no module shop_of_nobody"),
        ("KEY = int('hush-hush')\n", "ValueError in settings.py:1; it is imported with"),
        ("x =\n", "cannot be imported: SyntaxError in settings.py:1"),
        ("x = 1\n", "no provider in the dialect django-storages is here"),
    ],
)
def test_a_module_that_gives_nothing_says_why(site: Path, module: str, told: str) -> None:
    (site / "settings.py").write_text(module)
    with pytest.raises(ConfigError) as error:
        convert_config("shop.settings", dialect="django-storages")
    assert told in str(error.value)
    assert "hush" not in str(error.value)


def test_a_module_with_an_error_in_it_is_told_by_the_command_line_without_a_traceback(
    site: Path,
) -> None:
    made = run("convert", "--from-django-storages", "shop.nowhere")
    assert made.exit_code == 3
    assert made.stderr.startswith(
        "error: the settings module shop.nowhere cannot be imported: there is no module "
        "shop.nowhere; call from the folder that manage.py is in"
    )
    assert "Traceback" not in made.stderr


def test_a_document_is_not_changed_by_reading_it() -> None:
    document = settings(object_parameters={"Tagging": "a=b"})
    before = copy.deepcopy(document)
    convert(document)
    assert document == before


# -- the page ---------------------------------------------------------------------------------

PAGE = "docs/howto/coming-from-django-storages.md"


def block(language: str) -> str:
    (found,) = blocks(PAGE, language)
    return found


def test_the_settings_of_the_page_become_its_configuration(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY_ID", "AKIA-of-a-test")
    (site / "settings.py").write_text(block("python"))
    made = run("convert", "--from-django-storages", "shop.settings")
    assert made.stdout.rstrip() == block("toml").rstrip()
    Path("bucketry.toml").write_text(made.stdout)
    assert run("check").exit_code == 0


def test_the_page_has_every_option_with_its_settings() -> None:
    section = (ROOT / PAGE).read_text("utf-8").partition("## Settings")[2].partition("## What")[0]
    rows = re.findall(r"^\| (`[a-z_`, ]+) \| (.*?) \|", section, re.M)
    told = {name: settings for options, settings in rows for name in re.findall(r"\w+", options)}
    assert set(told) == set(names.SETTINGS)
    for option, settings in names.SETTINGS.items():
        for setting in settings:
            assert setting.replace("AWS_S3_", "AWS_") in told[option].replace("AWS_S3_", "AWS_")
