"""Options that the vendor cannot honour."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import bucketry
from bucketry import ConfigError, UnsupportedOptionWarning
from bucketry.host.catalog import Catalog
from config.fakes import acme_schema, make_catalog, make_vendor

BASE: dict[str, Any] = {"provider": "acme", "bucket": "media", "credentials": "ambient"}


def opened(catalog: Catalog, **changes: Any) -> tuple[Any, list[str]]:
    """Return the options, and what was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        provider = bucketry.open_provider({**BASE, **changes}, catalog=catalog, environ={})
    assert all(issubclass(warning.category, UnsupportedOptionWarning) for warning in caught)
    return provider.options, [str(warning.message) for warning in caught]


def test_one_is_refused_with_reason_and_hint_by_default(catalog: Catalog) -> None:
    with pytest.raises(ConfigError) as error:
        opened(catalog, acl="public-read", checksum_algorithm="SHA256", storage_class="GLACIER")
    assert [str(problem) for problem in error.value.problems] == [
        "acl: Acme has no ACLs; leave acl out",
        "checksum_algorithm: Acme ignores checksums; leave it out",
        "storage_class: Acme has the storage classes STANDARD and COLD; write one",
    ]


def test_ignored_ones_are_left_out_with_one_warning_each(catalog: Catalog) -> None:
    options, warned = opened(
        catalog,
        unsupported="ignore",
        acl="public-read",
        checksum_algorithm="SHA256",
        storage_class="GLACIER",
        encryption={"type": "aws:kms", "kms_key_id": "k"},
        region="here",
    )
    assert (options.acl, options.checksum_algorithm) == (None, None)
    assert (options.storage_class, options.encryption) == (None, None)
    assert options.region == "here"
    assert warned == [
        "acme: acl is left out: Acme has no ACLs",
        "acme: checksum_algorithm is left out: Acme ignores checksums",
        "acme: storage_class is left out: Acme has the storage classes STANDARD and COLD; "
        "write one",
        "acme: encryption.type is left out: Acme encrypts with its own keys only; write AES256",
    ]


def test_a_warning_points_at_the_caller(catalog: Catalog) -> None:
    with pytest.warns(UnsupportedOptionWarning) as caught:
        bucketry.open_provider(
            {**BASE, "unsupported": "ignore", "acl": "private"}, catalog=catalog, environ={}
        )
    assert [warning.filename for warning in caught] == [__file__]


def test_values_that_are_supported_stay_with_ignore(catalog: Catalog) -> None:
    options, warned = opened(
        catalog, unsupported="ignore", storage_class="COLD", encryption={"type": "AES256"}
    )
    assert options.storage_class == "COLD"
    assert options.encryption == bucketry.Encryption(type="AES256")
    assert warned == []


def test_ignoring_covers_nothing_but_what_the_vendor_lacks(catalog: Catalog) -> None:
    with pytest.raises(ConfigError) as error:
        opened(catalog, unsupported="ignore", acl="private", visibility="nobody", typo=1)
    assert [problem.path for problem in error.value.problems] == ["visibility", "typo"]


def test_nested_options_can_be_named_with_dots() -> None:
    schema = acme_schema()
    schema["properties"]["encryption"]["properties"].pop("kms_key_id")
    schema["x-unsupported"]["encryption.kms_key_id"] = {
        "reason": "Acme has no KMS",
        "hint": "leave kms_key_id out",
    }
    catalog = make_catalog(make_vendor(content=schema))
    wanted = {"type": "AES256", "kms_key_id": "k"}
    with pytest.raises(ConfigError) as error:
        opened(catalog, encryption=dict(wanted))
    assert str(error.value) == "encryption.kms_key_id: Acme has no KMS; leave kms_key_id out"
    options, warned = opened(catalog, encryption=dict(wanted), unsupported="ignore")
    assert options.encryption == bucketry.Encryption(type="AES256")
    assert warned == ["acme: encryption.kms_key_id is left out: Acme has no KMS"]


@pytest.mark.parametrize("unsupported", ["refuse", "ignore"])
def test_an_option_that_is_switched_off_asks_for_nothing(unsupported: str) -> None:
    schema = acme_schema()
    for name in ("prevent_overwrite", "tags"):
        del schema["properties"][name]
        schema["x-unsupported"][name] = {"reason": "no", "hint": "no"}
    catalog = make_catalog(make_vendor(content=schema))
    options, warned = opened(catalog, prevent_overwrite=False, tags={}, unsupported=unsupported)
    assert (options.prevent_overwrite, options.tags, warned) == (False, {}, [])
