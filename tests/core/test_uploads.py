"""Upload options: every refusal, and that nothing has been sent when it comes."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import attrs
import pytest

from bucketry import (
    Encryption,
    InvalidHeader,
    InvalidInput,
    InvalidKey,
    InvalidSource,
    StoredObject,
    Upload,
    hookimpl,
)
from core.memory import memory_provider, store_of

REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"content_type": "text/html\r\nX: 1"}, InvalidHeader, "content_type has the control"),
    ({"cache_control": "a\0"}, InvalidHeader, "cache_control has the control character"),
    ({"content_disposition": "a\nb"}, InvalidHeader, "content_disposition has the control"),
    ({"content_encoding": "gzip\r"}, InvalidHeader, "content_encoding has the control character"),
    ({"content_language": "日本"}, InvalidHeader, "content_language has a character at position 0"),
    ({"acl": "public-read\n"}, InvalidHeader, "acl has the control character"),
    ({"storage_class": "STANDARD\r\n"}, InvalidHeader, "storage_class has the control character"),
    ({"if_match": "e1\n"}, InvalidHeader, "if_match has the control character"),
    ({"if_match": ""}, InvalidInput, "if_match is empty"),
    ({"acl": 7}, InvalidHeader, "acl must be text, not int"),
    ({"metadata": {"a b": "x"}}, InvalidHeader, "metadata name 'a b'"),
    ({"metadata": {"a": "ü"}}, InvalidHeader, "metadata 'a' has a non-ASCII character"),
    ({"metadata": {"a": "x" * 2048}}, InvalidHeader, "metadata takes 2049 bytes"),
    ({"tags": {f"t{n}": "x" for n in range(11)}}, InvalidHeader, "11 tags are more than"),
    ({"tags": {"": "x"}}, InvalidHeader, "tag '': a name has 1 to 128 characters"),
    ({"tags": {"n" * 129: "x"}}, InvalidHeader, "a name has 1 to 128 characters"),
    ({"tags": {"n": "x" * 257}}, InvalidHeader, "a value at most 256"),
    ({"tags": {"n": "a & b"}}, InvalidHeader, "tag 'n': names and values have letters, digits, sp"),
    ({"tags": {"n#": "a"}}, InvalidHeader, "names and values have letters, digits, spaces and + -"),
    ({"tags": {"n": "\U0001f600"}}, InvalidHeader, "names and values have letters, digits, spaces"),
    ({"tags": {"n": 7}}, InvalidHeader, "tag 'n' is not text"),
    ({"tags": {"n": "a\nb"}}, InvalidHeader, "tag 'n' has the control character"),
    ({"tags": {"a\r": "b"}}, InvalidHeader, "has the control character"),
    ({"checksum_algorithm": "MD5"}, InvalidInput, "checksum_algorithm 'MD5' is none of CRC32, "),
    ({"checksum_algorithm": "crc32"}, InvalidInput, "checksum_algorithm 'crc32' is none of"),
    ({"download_name": "a", "content_disposition": "inline"}, InvalidInput, "not both"),
    ({"if_match": "e1", "prevent_overwrite": True}, InvalidInput, "prevent_overwrite wants none"),
    ({"extra_params": {"Key": "../x"}}, InvalidInput, "extra_params may not set Key"),
    ({"extra_params": {"Bucket": "b", "Body": b""}}, InvalidInput, "may not set Body, Bucket"),
    ({"extra_params": {"CopySource": "other/secret"}}, InvalidInput, "may not set CopySource"),
    ({"extra_params": {"Delete": {"Objects": []}}}, InvalidInput, "may not set Delete"),
    ({"extra_params": {"UploadId": "x"}}, InvalidInput, "may not set UploadId"),
    ({"extra_params": {"CacheControl": "a\r\nb"}}, InvalidHeader, "extra_params.CacheControl has"),
    ({"extra_params": {"Metadata": {"a\n": "b"}}}, InvalidHeader, "a name in extra_params"),
    ({"key": "../a"}, InvalidKey, "the segment '..'"),
    ({"key": ""}, InvalidKey, "it is empty"),
    ({"key": b"a.txt"}, InvalidKey, "a key is a str, not bytes"),
    ({"key": 7}, InvalidKey, "a key is a str, not int"),
    ({"key": "a" * 1021}, InvalidKey, "1025 bytes are more"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "error", "reason"), REFUSED)
def test_bad_options_are_refused_before_anything_is_sent(
    options: dict[str, Any], error: type[Exception], reason: str
) -> None:
    media = memory_provider(root_path="top")
    with pytest.raises(error) as caught:
        media.upload(b"x", **{"key": "a.txt", **options})
    assert reason in str(caught.value)
    assert store_of(media).calls == []


def test_an_option_that_does_not_exist_is_refused() -> None:
    media = memory_provider()
    with pytest.raises(InvalidInput, match="no option 'contenttype'; did you mean 'content_type'"):
        media.upload(b"x", key="a", contenttype="text/plain")  # type: ignore[call-arg] # a typo
    assert store_of(media).calls == []


def test_a_source_that_is_none_is_refused_and_a_file_is_closed(tmp_path: Path) -> None:
    media = memory_provider()
    with pytest.raises(InvalidSource, match="a str is not a source"):
        media.upload("text", key="a")  # type: ignore[arg-type]
    with pytest.raises(InvalidSource, match="is a folder"):
        media.upload(tmp_path, key="a")
    assert store_of(media).calls == []


def test_without_a_key_or_a_name_the_plain_strategy_refuses() -> None:
    media = memory_provider(key_strategy="name")
    with pytest.raises(InvalidKey, match="no file name to be named after"):
        media.upload(b"x")
    with pytest.raises(InvalidKey, match=r"the segment '\.\.'"):
        media.upload(b"x", filename="etc/..")
    assert store_of(media).calls == []


def test_everything_that_is_given_reaches_the_hooks() -> None:
    media = memory_provider(root_path="top")
    seen: list[Any] = []
    media = media.with_layer(_Recorder(seen))
    encryption = Encryption(type="aws:kms", kms_key_id="k")
    media.upload(
        b"x", key="a.png", filename="b.html", content_type="text/plain", cache_control="no-store",
        content_disposition="inline", content_encoding="gzip", content_language="de",
        metadata={"Owner": "Ann"}, tags={"team": "web"}, acl="private", storage_class="GLACIER",
        encryption=encryption, checksum_algorithm="CRC64NVME", prevent_overwrite=False,
        if_match="e1", extra_params={"RequestPayer": "requester"},
    )  # fmt: skip
    (upload,) = seen
    assert (upload.key, upload.filename, upload.content_type) == (
        "top/a.png",
        "b.html",
        "text/plain",
    )
    assert (upload.cache_control, upload.content_disposition) == ("no-store", "inline")
    assert (upload.content_encoding, upload.content_language) == ("gzip", "de")
    assert (upload.metadata, upload.tags) == ({"owner": "Ann"}, {"team": "web"})
    assert (upload.acl, upload.storage_class, upload.encryption) == (
        "private",
        "GLACIER",
        encryption,
    )
    assert (upload.checksum_algorithm, upload.prevent_overwrite) == ("CRC64NVME", False)
    assert (upload.if_match, upload.extra_params) == ("e1", {"RequestPayer": "requester"})


def test_what_nobody_asked_for_is_not_there(tmp_path: Path) -> None:
    seen: list[Any] = []
    media = memory_provider().with_layer(_Recorder(seen))
    path = tmp_path / "page.html"
    path.write_bytes(b"x")
    media.upload(path, key="a")
    (upload,) = seen
    assert (upload.filename, upload.content_type) == ("page.html", "text/html")
    assert upload.cache_control is upload.acl is upload.tags is upload.encryption is None
    assert upload.if_match is upload.checksum_algorithm is upload.storage_class is None
    assert upload.prevent_overwrite is False
    assert (upload.metadata, upload.extra_params) == ({}, {})


@pytest.mark.parametrize(
    ("options", "media_type"),
    [
        ({"key": "a.png"}, "image/png"),
        ({"key": "a", "filename": "b.png"}, "image/png"),
        ({"key": "a.png", "filename": "b.css"}, "text/css"),
        ({"key": "a.png", "filename": "b"}, "image/png"),
        ({"key": "a"}, "application/octet-stream"),
    ],
)
def test_the_type_is_guessed_from_the_name(options: dict[str, Any], media_type: str) -> None:
    seen: list[Any] = []
    memory_provider().with_layer(_Recorder(seen)).upload(b"x", **options)
    assert seen[0].content_type == media_type


@pytest.mark.parametrize(
    ("told", "options", "media_type"),
    [
        ({"name": "/tmp/php8A2f", "content_type": "image/webp"}, {"key": "a.png"}, "image/png"),
        ({"name": "/tmp/php8A2f", "content_type": "image/webp"}, {"key": "a"}, "image/webp"),
        ({"name": "avatar.png", "filename": "cat"}, {"key": "a"}, "application/octet-stream"),
        ({"name": "avatar", "filename": "cat.webp"}, {"key": "a"}, "image/webp"),
        ({"filename": "x.html", "content_type": "text/html"}, {"key": "a.png"}, "image/png"),
        ({"filename": "x.png", "content_type": "a\r\nb: c/d"}, {"key": "a"}, "image/png"),
        ({"content_type": "text/html"}, {"key": "a", "content_type": "a/b"}, "a/b"),
        ({"content_type": "text/html"}, {"key": "a", "filename": "b.css"}, "text/css"),
    ],
)
def test_the_sources_own_word_counts_last(
    told: dict[str, Any], options: dict[str, Any], media_type: str
) -> None:
    seen: list[Any] = []
    form: Any = io.BytesIO(b"x")

    class Form:
        def __getattr__(self, name: str) -> Any:
            return getattr(form, name)

    body: Any = Form()
    body.__dict__.update(told)
    memory_provider().with_layer(_Recorder(seen)).upload(body, **options)
    assert seen[0].content_type == media_type


def test_a_temporary_files_name_does_not_beat_the_key() -> None:
    seen: list[Any] = []
    media = memory_provider().with_layer(_Recorder(seen))
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        file.write(b"x")
        file.seek(0)
        media.upload(Path(file.name), key="a.png")
        media.upload(file, key="b.png")
    assert [upload.content_type for upload in seen] == ["image/png", "image/png"]


def test_a_download_name_becomes_a_content_disposition() -> None:
    seen: list[Any] = []
    memory_provider().with_layer(_Recorder(seen)).upload(b"x", key="a", download_name='x"y.txt')
    assert seen[0].content_disposition == 'attachment; filename="x_y.txt"'


def test_the_callers_dictionaries_are_left_alone() -> None:
    metadata, tags, extra = {"Owner": "Ann"}, {"a": "b"}, {"RequestPayer": "requester"}
    memory_provider().upload(b"x", key="a", metadata=metadata, tags=tags, extra_params=extra)
    assert (metadata, tags, extra) == ({"Owner": "Ann"}, {"a": "b"}, {"RequestPayer": "requester"})


class _Recorder:
    """Keeps each upload that hooks see."""

    def __init__(self, seen: list[Any]) -> None:
        self._seen = seen

    @hookimpl
    def bucketry_put_params(self, upload: Upload) -> None:
        self._seen.append(upload)


def test_what_a_layer_tells_of_an_upload_arrives_whole() -> None:
    given = {
        name: f"a {name}"
        for name in attrs.fields_dict(StoredObject)
        if name not in ("key", "object_key", "provider", "url", "public")
    }

    class Tells:
        @hookimpl
        def bucketry_upload(self, upload: Upload) -> StoredObject:
            told: dict[str, Any] = {**given, "size": 1, "parts": 2}
            return StoredObject(key=upload.key, **told)

    stored = memory_provider().with_layer(Tells()).upload(b"x", key="a")
    found = attrs.asdict(stored, filter=lambda field, _: field.name in given)
    assert found == {**given, "size": 1, "parts": 2}
