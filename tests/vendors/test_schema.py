"""The schemas made from the pages: closed, equal to the options classes, and told by the facts."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import attrs
import pytest
from attrs import frozen
from jsonschema import Draft7Validator

import bucketry
from bucketry import Capabilities, ConfigError, Fact, PluginError, SchemaFile, Vendor
from bucketry.config import check_config
from bucketry.config.schemas import vendor_schema
from bucketry.testing.agreement import check_agreement
from bucketry_s3 import Profile, S3Options, s3_vendor
from bucketry_s3.schema import own_options
from config.fakes import SchemaText, make_catalog
from vendors.pages import built_in

each_vendor = pytest.mark.parametrize("name", sorted(built_in()))


@pytest.fixture(scope="module")
def published() -> Draft7Validator:
    file = SchemaFile(package="bucketry_schemas", path="config.schema.json")
    return Draft7Validator(json.loads(file.read_text()))


@each_vendor
def test_schema_and_options_class_agree(name: str, page: Any) -> None:
    assert check_agreement(page(name)) == []


@each_vendor
def test_the_schema_is_flat_closed_and_valid(name: str, page: Any) -> None:
    schema = json.loads(page(name).schema.read_text())
    Draft7Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert sorted(schema["required"]) == ["bucket", "credentials"]
    assert not {"oneOf", "anyOf", "allOf", "$ref"} & set(schema)


ENDPOINTS: list[tuple[str, dict[str, Any], bool]] = [
    ("hetzner", {}, False),
    ("hetzner", {"region": "fsn1"}, True),
    ("hetzner", {"endpoint": "https://fsn1.example.com"}, True),
    ("minio", {"region": "us-east-1"}, False),
    ("minio", {"endpoint": "https://minio.example.com"}, True),
    ("oci", {"region": "eu-frankfurt-1"}, False),
    ("oci", {"region": "eu-frankfurt-1", "namespace": "axaxnpcrorw5"}, True),
    ("gcs", {}, True),
    ("s3", {}, False),
]


@pytest.mark.parametrize(("name", "options", "enough"), ENDPOINTS)
def test_editors_are_told_what_the_endpoint_is_made_of(
    name: str, options: dict[str, Any], enough: bool, published: Draft7Validator
) -> None:
    pair = {"access_key_id": "id", "secret_access_key": "secret"}
    entry = {"provider": name, "bucket": "media", "credentials": pair, **options}
    assert (check_config(entry) == ()) is enough
    assert published.is_valid({"providers": {"media": entry}}) is enough


def test_an_option_is_its_common_definition_or_what_its_field_brings(page: Any) -> None:
    schema = json.loads(page("r2").schema.read_text())
    assert schema["title"] == "Cloudflare R2"
    assert schema["properties"]["bucket"] == {"$ref": "leaves.schema.json#/$defs/bucket"}
    assert schema["properties"]["account_id"] == {"$ref": "leaves.schema.json#/$defs/account_id"}
    assert set(schema["x-unsupported"]) == {"acl", "encryption", "tags"}
    assert not {"acl", "encryption", "tags"} & set(schema["properties"])
    assert set(schema["x-unsupported"]["acl"]) == {"reason", "hint"}
    generic = json.loads(page("s3").schema.read_text())
    assert generic["properties"]["capabilities"]["additionalProperties"] is False


def test_a_narrowed_option_keeps_title_and_description_and_tells_the_reason(page: Any) -> None:
    assert json.loads(page("minio").schema.read_text())["properties"]["storage_class"] == {
        "title": "Storage class",
        "description": "The vendor's storage class for uploads. Its default class unless written "
        "here.",
        "type": "string",
        "enum": ["REDUCED_REDUNDANCY", "STANDARD"],
        "examples": ["REDUCED_REDUNDANCY"],
        "x-reason": "MinIO has the storage classes REDUCED_REDUNDANCY, STANDARD (code: "
        "minio/minio:internal/config/storageclass 7aac2a2c, 2026-02-12); write one, or leave "
        "storage_class out",
    }


def test_narrowed_encryption_keeps_its_table_and_narrows_the_type(page: Any) -> None:
    encryption = json.loads(page("scaleway").schema.read_text())["properties"]["encryption"]
    assert encryption["additionalProperties"] is False
    assert encryption["required"] == ["type"]
    assert encryption["properties"]["type"]["enum"] == ["aws:kms"]
    assert encryption["properties"]["type"]["x-reason"].startswith(
        "Scaleway Object Storage honours encryption of type aws:kms (documented: "
    )
    assert encryption["properties"]["kms_key_id"]["type"] == "string"


def test_the_generic_page_refuses_nothing_in_its_schema(page: Any) -> None:
    schema = json.loads(page("s3").schema.read_text())
    assert schema["x-unsupported"] == {}
    assert schema["properties"]["storage_class"] == {
        "$ref": "leaves.schema.json#/$defs/storage_class"
    }


def test_loading_pages_makes_no_schema() -> None:
    code = (
        "from bucketry.host.catalog import installed\n"
        "from bucketry_s3.schema import PageSchema\n"
        "PageSchema.read_text = lambda self: 1 / 0\n"
        "vendors = [installed().load(name) for name in installed().names()]\n"
        "assert len(vendors) > 30\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- a plugin that brings a schema file -------------------------------------------------------


@frozen(kw_only=True)
class OwnOptions(S3Options):
    team: str | None = None
    region: str | None = "moon-1"


OWN: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "required": ["bucket", "credentials"],
    "properties": {
        # As of a release that knew two options of the family.
        "bucket": {"type": "string", "description": "An old sentence."},
        "credentials": {"$ref": "leaves.schema.json#/$defs/credentials"},
        "team": {"$ref": "#/definitions/team"},
        "region": {"type": "string", "enum": ["moon-1", "moon-2"], "default": "moon-1"},
    },
    "definitions": {"team": {"type": "string", "pattern": "^[a-z]+$", "x-message": "lower case"}},
    "x-unsupported": {"tags": {"reason": "an old reason"}},
}


def own_vendor(content: Any = OWN, schema: SchemaFile | None = None) -> Vendor:
    return s3_vendor(
        name="acme",
        title="Acme",
        summary="Made up.",
        docs_url="https://acme.example",
        options=OwnOptions,
        schema=schema or SchemaText(package="acme", path="acme.schema.json", content=content),
        profile=Profile(endpoint="https://s3.acme.example", addressing="path"),
        capabilities=Capabilities(acl=Fact("none", "documented", "made up", "2026-11")),
    )


BASE = {"provider": "acme", "bucket": "media", "credentials": "ambient"}


def faults(**options: Any) -> list[str]:
    catalog = make_catalog(own_vendor())
    try:
        bucketry.open_provider({**BASE, **options}, catalog=catalog, environ={})
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_its_file_is_heeded_for_its_own_options() -> None:
    assert check_agreement(own_vendor()) == []
    assert faults(team="web", region="moon-2") == []
    assert faults(team="WEB", region="eu-central-1") == [
        "team: lower case",
        "region: must be one of moon-1, moon-2",
    ]


def test_the_familys_options_are_always_the_familys() -> None:
    schema = vendor_schema(own_vendor(), "")
    family = {option.name for option in attrs.fields(S3Options)}
    refused = {"acl", "encryption", "prevent_overwrite", "storage_class"}
    assert set(schema["properties"]) == (family | {"team"}) - refused
    assert "An old sentence." not in json.dumps(schema)
    assert set(schema["x-unsupported"]) == refused
    assert faults(tags={"a": "b"}, deadline=30) == []


@pytest.mark.parametrize("content", ["{", "[]", '{"properties": []}', '{"x-unsupported": 1}'])
def test_a_file_that_cannot_be_used_is_named(content: str) -> None:
    with pytest.raises(PluginError, match=r"^acme \(acme 1\): its schema acme/acme\.schema\.json "):
        vendor_schema(own_vendor(content), "acme 1")


def test_a_file_that_is_not_there_is_named() -> None:
    vendor = own_vendor(schema=SchemaFile(package="no_such", path="a.json"))
    with pytest.raises(PluginError, match=r"^acme: its schema no_such/a\.json cannot be read: "):
        vendor_schema(vendor, "")


def test_whose_an_option_is_does_not_change_when_types_are_resolved() -> None:
    assert [option.name for option in own_options(OwnOptions)] == ["team", "region"]
    attrs.resolve_types(S3Options)
    assert [option.name for option in own_options(OwnOptions)] == ["team", "region"]
