"""References to environment variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import ConfigError
from bucketry.host.catalog import Catalog

BASE: dict[str, Any] = {"provider": "acme", "bucket": "media", "credentials": "ambient"}


NAME = "must be the name of an environment variable: letters, digits and '_'"


def options(catalog: Catalog, environ: dict[str, str], **changes: Any) -> Any:
    return bucketry.open_provider({**BASE, **changes}, catalog=catalog, environ=environ).options


def told(catalog: Catalog, environ: dict[str, str], **changes: Any) -> list[str]:
    with pytest.raises(ConfigError) as error:
        options(catalog, environ, **changes)
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"), [("60", 60), (" 60 ", 60), ("+60", 60), ("007", 7), ("604800", 604_800)]
)
def test_text_becomes_a_whole_number_where_one_is_wanted(
    catalog: Catalog, text: str, expected: int
) -> None:
    found = options(catalog, {"E": text}, signed_url_expires={"env": "E"})
    assert found.signed_url_expires == expected


@pytest.mark.parametrize("text", ["", "x", "15 * 60", "6e1", "60.0", "0x3c", "٦٠", "9" * 400])
def test_other_text_is_refused_where_a_whole_number_is_wanted(catalog: Catalog, text: str) -> None:
    assert told(catalog, {"E": text}, signed_url_expires={"env": "E"}) == [
        "signed_url_expires: must be a whole number (the value of the environment variable E)"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, True) for text in ("true", "TRUE", "1", "yes", "on")),
        *((text, False) for text in ("false", "0", "No", "off")),
    ],
)
def test_text_becomes_true_or_false_where_that_is_wanted(
    catalog: Catalog, text: str, expected: bool
) -> None:
    assert options(catalog, {"E": text}, allow_http={"env": "E"}).allow_http is expected


def test_digits_stay_text_where_text_is_wanted(catalog: Catalog) -> None:
    assert options(catalog, {"E": "2026"}, bucket={"env": "E"}).bucket == "2026"


def test_a_reference_works_at_any_depth(catalog: Catalog) -> None:
    found = options(
        catalog,
        {"SIZE": "6000000", "TEAM": "web", "AGE": "max-age=1", "LAYER": "json:JSONEncoder"},
        multipart={"part_size": {"env": "SIZE"}},
        tags={"team": {"env": "TEAM"}},
        extra_params={"upload": {"CacheControl": {"env": "AGE"}}},
    )
    assert found.multipart.part_size == 6_000_000
    assert found.tags == {"team": "web"}
    assert found.extra_params.upload == {"CacheControl": "max-age=1"}


def test_tables_with_free_names_may_hold_one_called_env(catalog: Catalog) -> None:
    found = options(
        catalog, {}, tags={"env": "prod"}, extra_params={"upload": {"Metadata": {"env": "prod"}}}
    )
    assert found.tags == {"env": "prod"}
    assert found.extra_params.upload == {"Metadata": {"env": "prod"}}


def test_a_default_is_used_when_the_variable_is_not_set(catalog: Catalog) -> None:
    reference = {"env": "E", "default": 60}
    assert options(catalog, {}, signed_url_expires=reference).signed_url_expires == 60
    assert options(catalog, {"E": "90"}, signed_url_expires=reference).signed_url_expires == 90


def test_a_default_is_checked_like_any_value(catalog: Catalog) -> None:
    reference = {"env": "E", "default": 0}
    assert told(catalog, {}, signed_url_expires=reference) == [
        "signed_url_expires: must be at least 1 "
        "(the value of the environment variable E, or its default)"
    ]


def test_an_optional_one_counts_as_not_written(catalog: Catalog) -> None:
    reference = {"env": "E", "optional": True}
    assert options(catalog, {}, base_url=reference).base_url is None
    assert options(catalog, {"E": "https://cdn"}, base_url=reference).base_url == "https://cdn"


def test_every_unset_variable_is_told_and_nothing_that_only_follows_from_it(
    folder: Path, catalog: Catalog
) -> None:
    data = {
        "provider": "acme",
        "bucket": {"env": "BUCKET"},
        "credentials": {"access_key_id": {"env": "KEY"}, "secret_access_key": {"env": "SECRET"}},
    }
    (folder / "a.json").write_text(json.dumps(data, indent=1))
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider(config="a.json", catalog=catalog, environ={"KEY": "k"})
    rest = "is not set; set it, or give the reference a default or optional = true"
    assert str(error.value).splitlines() == [
        f"a.json:3:2: bucket: the environment variable BUCKET {rest}",
        f"a.json:10:3: credentials.secret_access_key: the environment variable SECRET {rest}",
    ]


@pytest.mark.parametrize("name", ["access_key_id", "secret_access_key"])
def test_an_empty_credential_is_a_fault_that_names_its_variable(
    catalog: Catalog, name: str
) -> None:
    pair = {"access_key_id": {"env": "A"}, "secret_access_key": {"env": "S"}}
    environ = {"A": "a", "S": "s"}
    environ["A" if name == "access_key_id" else "S"] = ""
    variable = "A" if name == "access_key_id" else "S"
    assert told(catalog, environ, credentials=pair) == [
        f"credentials.{name}: must not be empty (the value of the environment variable {variable})"
    ]


def test_a_value_with_a_line_end_is_a_fault(catalog: Catalog) -> None:
    assert told(catalog, {"E": "media\n"}, bucket={"env": "E"}) == [
        "bucket: the environment variable E has a control character, such as a line end"
    ]


def test_the_vendor_may_come_from_the_environment(catalog: Catalog) -> None:
    reference = {"env": "VENDOR"}
    provider = bucketry.open_provider(
        {**BASE, "provider": reference}, catalog=catalog, environ={"VENDOR": "acme"}
    )
    assert provider.vendor.name == "acme"
    (sentence,) = told(catalog, {"VENDOR": "nobody"}, provider=reference)
    assert sentence == "provider: no installed plugin offers this; Installed: acme"


def test_ambient_may_come_from_the_environment(catalog: Catalog) -> None:
    found = options(catalog, {"C": "ambient"}, credentials={"env": "C"})
    assert found.credentials == bucketry.AmbientCredentials()


@pytest.mark.parametrize(
    ("reference", "messages"),
    [
        ({"env": 5}, ["bucket.env: must be text"]),
        ({"env": ""}, [f"bucket.env: {NAME}"]),
        ({"env": "A=B"}, [f"bucket.env: {NAME}"]),
        ({"env": "wJalrXUtnFEMI/K7MDENG"}, [f"bucket.env: {NAME}"]),
        (
            {"env": "X", "defualt": "a"},
            ["bucket.defualt: unknown option 'defualt'; did you mean 'default'?"],
        ),
        ({"env": "X", "optional": "yes"}, ["bucket.optional: must be true or false"]),
        ({"env": 1, "default": []}, [
            "bucket.env: must be text", "bucket.default: must be text or a number or true or false"
        ]),
        ({"evn": "X"}, ["bucket: must be text"]),
    ],
)  # fmt: skip
def test_a_malformed_reference_is_told_on_its_own(
    catalog: Catalog, reference: dict[str, Any], messages: list[str]
) -> None:
    assert told(catalog, {}, bucket=reference) == messages


def test_a_reference_under_an_unknown_option_is_not_looked_up(catalog: Catalog) -> None:
    (sentence,) = told(catalog, {}, buckets={"env": "NOT_SET"})
    assert sentence == "buckets: unknown option 'buckets'; did you mean 'bucket'?"


def test_the_process_s_own_environment_is_the_default(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKETRY_TEST_BUCKET", "from-process")
    provider = bucketry.open_provider(
        {**BASE, "bucket": {"env": "BUCKETRY_TEST_BUCKET"}}, catalog=catalog
    )
    assert provider.options.bucket == "from-process"
