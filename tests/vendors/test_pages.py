"""Each built-in vendor's page is complete, honest about its sources, and cheap to import."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import attrs
import pytest

import bucketry_vendors
from bucketry import Capabilities, Fact, Vendor
from vendors.pages import built_in

FOLDER = Path(bucketry_vendors.__file__).parent
NAMES = sorted(
    path.stem for path in FOLDER.glob("*.py") if "\nvendor = s3_vendor(" in path.read_text("utf-8")
)

each_vendor = pytest.mark.parametrize("name", NAMES)


def known_facts(vendor: Vendor) -> dict[str, Fact[object]]:
    facts = {
        field.name: getattr(vendor.capabilities, field.name) for field in attrs.fields(Capabilities)
    }
    return {name: fact for name, fact in facts.items() if fact.known}


def test_every_page_is_built_in_and_nothing_else() -> None:
    assert len(NAMES) > 30
    assert list(built_in()) == NAMES


@each_vendor
def test_entry_point_vendor_and_module_have_one_name(name: str) -> None:
    (entry,) = {e.value for e in entry_points(group="bucketry.providers") if e.name == name}
    assert entry == f"bucketry_vendors.{name}:vendor"
    assert built_in()[name].vendor.name == name


@each_vendor
def test_a_page_says_what_is_different_in_a_sentence_and_at_length(name: str) -> None:
    module = built_in()[name]
    assert module.vendor.summary.endswith(".")
    assert module.vendor.title
    assert module.vendor.docs_url.startswith("https://")
    assert len((module.__doc__ or "").split("\n\n")) >= 2


@each_vendor
def test_every_known_fact_has_a_source_and_a_date(name: str) -> None:
    for field, fact in known_facts(built_in()[name].vendor).items():
        assert fact.confidence != "unknown", field
        assert fact.source, field
        assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", fact.as_of), field


@each_vendor
def test_a_fact_without_a_value_claims_no_confidence(name: str) -> None:
    able = built_in()[name].vendor.capabilities
    for field in attrs.fields(Capabilities):
        fact = getattr(able, field.name)
        assert fact.known or fact.confidence == "unknown", field.name


def test_measured_facts_name_the_release_that_was_measured() -> None:
    measured = [
        fact
        for module in built_in().values()
        for fact in known_facts(module.vendor).values()
        if fact.confidence == "measured"
    ]
    assert len(measured) > 20
    for fact in measured:
        # A version, or the commit where the server has none.
        assert re.search(r"\d+\.\d+|\b[0-9a-f]{8}\b", fact.source)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", fact.as_of)


def test_no_host_belongs_to_two_vendors() -> None:
    owners: dict[str, str] = {}
    for name, module in built_in().items():
        for host in module.vendor.endpoint_hosts:
            sample = re.sub(r"\{\w+\}", "a1", host)
            for pattern, owner in owners.items():
                assert owner == name or not re.fullmatch(pattern, sample), (owner, name)
            owners[re.sub(r"\\\{\w+\\\}", "[a-z0-9-]+", re.escape(host))] = name


def test_reading_every_page_imports_no_sdk() -> None:
    code = (
        "import sys\n"
        "from bucketry.host.catalog import installed\n"
        "vendors = [installed().load(name) for name in installed().names()]\n"
        "assert len(vendors) > 30\n"
        "heavy = {'boto3', 'botocore', 'urllib3', 'jsonschema', 'cattrs'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
