"""An ACL that code sets never reaches a vendor whose objects have none, whoever set it."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from typing import Any

import pytest

import bucketry
from bucketry import Provider, StoredObject, UnsupportedOptionWarning, Upload, hookimpl

KEYS = {"access_key_id": "AKID", "secret_access_key": "not-a-secret"}


class Recorder:
    """Answers uploads and copies itself, and keeps the parameters that arrived."""

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}

    @hookimpl
    def bucketry_upload(self, upload: Upload, params: dict[str, Any]) -> StoredObject:
        self.params = params
        return StoredObject(key=upload.key, size=0)

    @hookimpl
    def bucketry_copy(self, target: str, params: dict[str, Any]) -> StoredObject:
        self.params = params
        return StoredObject(key=target, size=0)


class SetsAcl:
    """What an application's own layer might do."""

    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Generator[None, dict[str, Any], dict[str, Any]]:
        params = yield
        return {**params, "ACL": "public-read", "GrantRead": "id=1", "CacheControl": "no-store"}


def open_recorded(name: str, **options: Any) -> tuple[Provider, Recorder]:
    recorder = Recorder()
    provider = bucketry.open_provider(
        {"provider": name, "bucket": "media", "credentials": KEYS, **options}
    )
    return provider.with_layer(recorder), recorder


def test_an_acl_given_to_upload_is_left_out_with_a_warning() -> None:
    provider, recorder = open_recorded("r2", account_id="abc")
    with pytest.warns(
        UnsupportedOptionWarning,
        match=r"^r2: ACL was left out, because Cloudflare R2 has no object ACLs \(documented: .*"
        r"\); leave acl out; visibility and the bucket's own access rules decide who may read$",
    ):
        provider.upload(b"x", key="a.txt", acl="public-read")
    assert "ACL" not in recorder.params
    assert recorder.params["ContentType"] == "text/plain"


def test_an_acl_in_native_parameters_is_left_out() -> None:
    provider, recorder = open_recorded("r2", account_id="abc")
    with pytest.warns(UnsupportedOptionWarning):
        provider.upload(b"x", key="a.txt", extra_params={"ACL": "private", "Expires": "0"})
    assert "ACL" not in recorder.params
    assert recorder.params["Expires"] == "0"


def test_an_acl_of_a_layer_above_is_left_out_and_nothing_else_of_it() -> None:
    provider, recorder = open_recorded("r2", account_id="abc")
    with pytest.warns(UnsupportedOptionWarning) as caught:
        provider.with_layer(SetsAcl()).upload(b"x", key="a.txt")
    assert not {"ACL", "GrantRead"} & set(recorder.params)
    assert recorder.params["CacheControl"] == "no-store"
    assert sorted(str(w.message).split()[1] for w in caught) == ["ACL", "GrantRead"]


def test_an_acl_of_a_copy_is_left_out() -> None:
    provider, recorder = open_recorded("r2", account_id="abc")
    with pytest.warns(UnsupportedOptionWarning):
        provider.copy("a.txt", "b.txt", extra_params={"ACL": "public-read"})
    assert recorder.params == {}


def test_where_acls_have_no_effect_the_warning_says_so() -> None:
    provider, recorder = open_recorded("minio", endpoint="https://minio.example")
    with pytest.warns(
        UnsupportedOptionWarning,
        match=r"^minio: ACL was left out, because MinIO accepts ACLs without effect \(code: ",
    ):
        provider.upload(b"x", key="a.txt", acl="public-read")
    assert "ACL" not in recorder.params


def test_a_vendor_with_acls_gets_them_without_a_warning() -> None:
    provider, recorder = open_recorded("hetzner", region="fsn1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        provider.upload(b"x", key="a.txt", acl="public-read")
    assert recorder.params["ACL"] == "public-read"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("garage", {"endpoint": "https://garage.example"}),
        ("minio", {"endpoint": "https://minio.example"}),
        ("oci", {"namespace": "ns", "region": "eu-milan-1"}),
        ("r2", {"account_id": "abc"}),
        ("rustfs", {"endpoint": "https://rustfs.example"}),
        ("storj", {}),
        ("supabase", {"project_ref": "abc", "region": "eu-central-1"}),
    ],
)
def test_no_acl_is_sent_to_any_vendor_without_them(name: str, options: dict[str, Any]) -> None:
    provider, recorder = open_recorded(name, **options)
    with pytest.warns(UnsupportedOptionWarning):
        provider.upload(b"x", key="a.txt", acl="private")
    assert "ACL" not in recorder.params
