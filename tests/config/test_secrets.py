"""No value of a configuration in any message, whatever is wrong with it."""

from __future__ import annotations

import json
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bucketry
from bucketry import ConfigError
from bucketry.config import check_config, convert_config, load_config
from bucketry.host.catalog import Catalog
from config.fakes import acme_schema, make_catalog, make_vendor

CANARY = "c4n4ry-s3cr3t"
CATALOG = make_catalog()
OPTIONS = sorted({*acme_schema()["properties"], *acme_schema()["x-unsupported"], "provider"})


def everything_about(error: BaseException) -> str:
    return "\n".join(
        [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]
    )


def good() -> dict[str, Any]:
    return {
        "provider": "acme",
        "bucket": "media",
        "credentials": {"access_key_id": f"{CANARY}-id", "secret_access_key": CANARY},
    }


def refused(config: Any, **environ: str) -> str:
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider(config, catalog=CATALOG, environ=environ)
    return everything_about(error.value)


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize(
    "value",
    [CANARY, [CANARY], {"x": CANARY}, {"env": CANARY, "default": CANARY, "x": CANARY}, [[CANARY]]],
)
def test_a_secret_in_any_wrong_place_is_not_repeated(name: str, value: Any) -> None:
    wrong = {**good(), name: value, "typo": CANARY, "visibility": f"{CANARY}!"}
    assert CANARY not in refused(wrong)


def test_secrets_are_in_no_repr_of_what_is_opened(catalog: Catalog) -> None:
    config = load_config(good(), catalog=catalog, environ={})
    provider = config.open()
    shown = [repr(provider), repr(provider.options), repr(config), repr(config.effective())]
    shown += [repr(vars(config)), convert_config(good(), catalog=catalog, environ={})]
    shown += [repr(config._validated["acme"]), repr(config._validated["acme"].settings)]
    assert [text for text in shown if CANARY in text] == []


def test_a_plugin_s_sentence_that_repeats_a_secret_is_masked() -> None:
    def check(options: Any) -> Any:
        yield "credentials", f"the key {options.credentials.secret_access_key.reveal()} is wrong"

    catalog = make_catalog(make_vendor(check=check))
    with pytest.raises(ConfigError) as error:
        bucketry.open_provider(good(), catalog=catalog, environ={})
    assert str(error.value) == "credentials: the key *** is wrong"


def test_a_short_credential_masks_nothing_by_accident(real_catalog: Catalog) -> None:
    data = {"provider": "aws", "bucket": "media--use1-az4--x-s3", "region": "us-east-1",
            "credentials": {"access_key_id": "a", "secret_access_key": "bucket"}}  # fmt: skip
    (problem,) = check_config(data, catalog=real_catalog, environ={})
    assert problem.sentence.startswith("is a directory bucket (S3 Express One Zone), which wants")


def test_a_value_from_the_environment_is_not_repeated() -> None:
    reference = {"env": "E"}
    for name in ("visibility", "signed_url_expires", "allow_http", "provider", "endpoint"):
        assert CANARY not in refused({**good(), name: reference}, E=CANARY)
    assert CANARY not in refused({**good(), "region": reference}, E=f"{CANARY}\n")


@pytest.mark.parametrize("suffix", [".toml", ".json", ".yaml"])
def test_a_broken_file_is_not_repeated(folder: Path, suffix: str) -> None:
    lines = [f'secret = "{CANARY}"', f"{CANARY}", f"secret: {CANARY}", f'{{"secret": "{CANARY}"']
    lines += [f"secret: !{CANARY} x", f"secret: *{CANARY}", f"x = {CANARY}", f'x = "{CANARY}']
    lines += [f"[{CANARY}]\n[{CANARY}]", f"secret: !!int {CANARY}", f'"\\{CANARY}"', "- {CANARY}"]
    for number, text in enumerate(lines):
        file = folder / f"{number}{suffix}"
        file.write_text(text)
        for problem in check_config(file, catalog=CATALOG, environ={}):
            told = problem.sentence if problem.path else str(problem)
            assert CANARY not in told.replace(f"'{CANARY}'", "a name"), text


# -- any garbage at all -----------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.just(CANARY),
    st.just(f"https://user:{CANARY}@example.com"),
    st.binary(max_size=3),
    st.sampled_from([object, b"", 10**400, -(10**400), "\ud800", "\x00", "a\nb", 1e308]),
)
WORDS = st.one_of(
    st.sampled_from(
        [*OPTIONS, "env", "default", "optional", "profile", "type", "part_size", "upload"]
    ),
    st.text(max_size=5),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(WORDS, st.integers()), inner, max_size=4),
    ),
    max_leaves=20,
)
FLAT = st.dictionaries(WORDS, VALUES, max_size=8).map(lambda changes: {**good(), **changes})
ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "default": VALUES,
        "providers": st.one_of(VALUES, st.dictionaries(WORDS, st.one_of(FLAT, VALUES), max_size=3)),
        "typo": VALUES,
    },
)
STRAPI_WORDS = st.sampled_from(
    [
        "s3Options", "params", "Bucket", "ACL", "credentials", "accessKeyId", "endpoint", "region",
        "providerConfig", "tags", "multipart", "baseUrl", "rootPath", "forcePathStyle", "env",
    ]
)  # fmt: skip
STRAPI_VALUES = st.recursive(
    SCALARS, lambda inner: st.dictionaries(STRAPI_WORDS, inner, max_size=4), max_leaves=15
)
STRAPI = st.fixed_dictionaries(
    {"provider": st.just("aws-s3"), "providerOptions": STRAPI_VALUES},
    optional={"actionOptions": VALUES, "typo": VALUES},
)


def refusal(open_it: Callable[[], object]) -> ConfigError | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            open_it()
        except ConfigError as error:
            return error
    return None


def survives(open_it: Callable[[], object]) -> None:
    """Opening works, or is refused by a `ConfigError` that tells nothing of the values."""
    error = refusal(open_it)
    if error is not None:
        assert CANARY not in everything_about(error)
        assert error.problems


FUZZ = settings(max_examples=150)


@FUZZ
@given(FLAT)
def test_any_flat_mapping_opens_or_is_refused(data: dict[Any, Any]) -> None:
    survives(lambda: bucketry.open_provider(data, catalog=CATALOG, environ={}))


@FUZZ
@given(ENVELOPES)
def test_any_envelope_opens_or_is_refused(data: dict[Any, Any]) -> None:
    survives(lambda: bucketry.open_providers(data, catalog=CATALOG, environ={}))


@FUZZ
@given(STRAPI)
def test_any_strapi_mapping_opens_or_is_refused(data: dict[Any, Any]) -> None:
    survives(lambda: bucketry.open_provider(data, catalog=CATALOG, environ={}))


@FUZZ
@given(st.one_of(VALUES, FLAT).filter(lambda value: isinstance(value, dict)))
def test_any_mapping_can_be_checked_and_converted(data: dict[Any, Any]) -> None:
    survives(lambda: check_config(data, catalog=CATALOG, environ={}))
    survives(lambda: convert_config(data, catalog=CATALOG, environ={}))


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    text=st.one_of(
        st.binary(max_size=60),
        st.text(alphabet="[]{}:,\"'=.\n #&*!-|>ab1\\", max_size=60).map(str.encode),
    ),
    suffix=st.sampled_from([".toml", ".json", ".yaml"]),
)
def test_any_file_opens_or_is_refused(tmp_path: Path, text: bytes, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    file.write_bytes(text)
    survives(lambda: load_config(file, catalog=CATALOG, environ={}))


@pytest.mark.parametrize("value", ["x" * 70_000, ["x"] * 20_000, {str(n): n for n in range(9_999)}])
def test_large_garbage_is_refused_as_a_whole(value: Any) -> None:
    problems = check_config({**good(), "tags": value}, catalog=CATALOG, environ={})
    assert [str(problem) for problem in problems] == [
        "more than a configuration can need; is it one?"
    ]


def test_a_fault_survives_json_and_pickle(catalog: Catalog) -> None:
    import pickle

    with pytest.raises(ConfigError) as error:
        bucketry.open_provider({**good(), "typo": CANARY}, catalog=catalog, environ={})
    again = pickle.loads(pickle.dumps(error.value))
    assert str(again) == str(error.value) == "typo: unknown option 'typo'"
    assert CANARY not in json.dumps([str(problem) for problem in again.problems])
