"""The committed schemas are fresh, closed, and say the same as the options classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bucketry import SchemaFile
from bucketry.testing.agreement import check_agreement
from bucketry_s3.schema import build_schema, schema_text, write_schemas
from bucketry_vendors.pages import built_in, vendors

COMMITTED = Path(__file__).parents[2] / "schemas/bucketry_schemas/vendors"

each_vendor = pytest.mark.parametrize("name", sorted(built_in()))


@each_vendor
def test_the_committed_schema_is_fresh(name: str, page: Any) -> None:
    committed = (COMMITTED / f"{name}.schema.json").read_text("utf-8")
    assert committed == schema_text(page(name)), "run python -m bucketry_vendors --write"


def test_written_schemas_are_those_of_the_vendors(tmp_path: Path) -> None:
    write_schemas(tmp_path, vendors())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{name}.schema.json" for name in sorted(built_in())
    ]
    for vendor in vendors():
        assert (tmp_path / f"{vendor.name}.schema.json").read_text("utf-8") == schema_text(vendor)


@each_vendor
def test_schema_and_options_class_agree(name: str, page: Any) -> None:
    assert check_agreement(page(name)) == []


@each_vendor
def test_the_schema_is_flat_closed_and_valid(name: str, page: Any) -> None:
    schema = json.loads(page(name).schema.read_text())
    Draft7Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["bucket", "credentials"]
    assert not {"oneOf", "anyOf", "allOf", "$ref"} & set(schema)


@each_vendor
def test_every_reference_is_to_a_common_definition_that_exists(name: str, page: Any) -> None:
    leaves = json.loads(
        SchemaFile(package="bucketry_schemas", path="leaves.schema.json").read_text()
    )["$defs"]
    for option, schema in build_schema(page(name))["properties"].items():
        if "$ref" in schema:
            assert schema == {"$ref": f"leaves.schema.json#/$defs/{option}"}
            assert option in leaves


@each_vendor
def test_an_unsupported_option_is_not_a_property(name: str, page: Any) -> None:
    schema = build_schema(page(name))
    for option, entry in schema["x-unsupported"].items():
        assert option not in schema["properties"]
        assert set(entry) == {"reason", "mend"}


def test_a_narrowed_option_keeps_title_and_description_and_tells_the_reason(page: Any) -> None:
    assert build_schema(page("minio"))["properties"]["storage_class"] == {
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
    encryption = build_schema(page("scaleway"))["properties"]["encryption"]
    assert encryption["additionalProperties"] is False
    assert encryption["required"] == ["type"]
    assert encryption["properties"]["type"]["enum"] == ["aws:kms"]
    assert encryption["properties"]["type"]["x-reason"].startswith(
        "Scaleway Object Storage honours encryption of type aws:kms (documented: "
    )
    assert encryption["properties"]["kms_key_id"]["type"] == "string"


def test_the_generic_page_refuses_nothing_in_its_schema(page: Any) -> None:
    schema = build_schema(page("s3"))
    assert schema["x-unsupported"] == {}
    assert schema["properties"]["storage_class"] == {
        "$ref": "leaves.schema.json#/$defs/storage_class"
    }
