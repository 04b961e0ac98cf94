"""A vendor's plugin, a distribution of its own, adds probes with public names alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry.doctor import Diagnosis
from bucketry.host.catalog import Catalog
from bucketry_s3.testing import StandIn
from host.distributions import entries, install

PLUGIN = '''
from bucketry import Capabilities, hookimpl
from bucketry.doctor import Finding, Known, Probe, found
from bucketry_s3 import Profile, s3_vendor

CODES = {"acme-quota": Known("warning", "Book more space at Acme.")}


class Quota:
    """Asks the storage for the space that is left, which Acme keeps in an object of its own."""

    def __init__(self, options, context):
        self._context = context

    @hookimpl
    def bucketry_diagnose(self, bench):
        self._key = bench.key("quota.txt")
        return [Probe("acme-quota", self.look, needs=("access",))]

    def look(self):
        with self._context.hooks.bucketry_open(
            key=".acme/quota", byte_range=None, version=None, params={}
        ) as file:
            used = int(file.read())
        if used > 90:
            yield found("acme-quota", f"{used} % of the space are used", codes=CODES)


vendor = s3_vendor(
    name="acme", title="Acme", summary="Has a quota.", docs_url="https://acme.example",
    profile=Profile(endpoint="", addressing="path"), capabilities=Capabilities(), layers=(Quota,),
)
'''


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalog]:
    modules = {"acme_that_diagnoses.py": PLUGIN}
    install(tmp_path, "bucketry-acme", {"acme": "acme_that_diagnoses:vendor"}, modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield Catalog(entries(tmp_path))
    sys.modules.pop("acme_that_diagnoses", None)


def diagnosed(acme: Catalog, used: bytes | None, **options: Any) -> Diagnosis:
    with StandIn(buckets=["media"]) as server:
        if used is not None:
            server.put("media", ".acme/quota", used)
        config = server.configuration() | {"provider": "acme"} | options
        with bucketry.open_provider(config, catalog=acme) as provider:
            return provider.diagnose()


@pytest.mark.parametrize(("used", "codes"), [(b"40", []), (b"95", ["acme-quota"])])
def test_a_plugins_probe_looks_beside_the_familys(
    acme: Catalog, used: bytes, codes: list[str]
) -> None:
    diagnosis = diagnosed(acme, used)
    assert [finding.code for finding in diagnosis.findings] == codes
    assert {"server", "acme-quota", "signed-link"} <= set(diagnosis.looked)
    assert diagnosis.ok


def test_it_is_passed_over_where_the_bucket_is_missing(acme: Catalog) -> None:
    diagnosis = diagnosed(acme, b"95", bucket="elsewhere")
    assert [finding.code for finding in diagnosis.findings] == ["no-such-bucket"]
    assert diagnosis.passed_over["acme-quota"] == "server"


@pytest.mark.parametrize(
    ("used", "code", "told"),
    [(None, "failed", "NoSuchKey"), (b"much", "broken-layer", "invalid literal")],
)
def test_what_goes_wrong_in_it_is_a_finding(
    acme: Catalog, used: bytes | None, code: str, told: str
) -> None:
    (finding,) = diagnosed(acme, used).findings
    assert (finding.code, finding.probe) == (code, "acme-quota")
    assert told in finding.evidence
