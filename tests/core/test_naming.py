"""Names for uploads without a key: every expected name is written by hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucketry import InvalidKey, InvalidSource, Upload
from bucketry.keys import check_key
from bucketry.naming import STRATEGIES, slug
from bucketry.source import Source


def _named(strategy: str, filename: str | None, body: bytes = b"test") -> str:
    return STRATEGIES[strategy](Upload(key="", source=Source(body), filename=filename))


def test_the_strategies_are_the_four_of_the_documentation() -> None:
    assert set(STRATEGIES) == {"slug", "name", "date", "hash"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cat", "cat"),
        ("My Holiday", "My_Holiday"),
        ("Näme & co", "Naeme_and_co"),
        ("Na\u0308me", "Naeme"),
        ("ÄÖÜäöüß", "AeOeUeaeoeuess"),
        ("crème brûlée", "creme_brulee"),
        ("Łódź & Århus", "Lodz_and_Arhus"),
        ("smørrebrød œuf", "smorrebrod_oeuf"),
        ("ﬁle №5", "file_No5"),
        ("  --a..b--  ", "a_b"),
        ("日本語", ""),
        ("../../etc", "etc"),
        ("a\r\nb", "a_b"),
        ("x" * 300, "x" * 200),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("filename", "pattern"),
    [
        ("Näme & co.PNG", r"Naeme_and_co_[0-9a-f]{10}\.PNG"),
        ("archive.tar.gz", r"archive_tar_[0-9a-f]{10}\.gz"),
        ("folder/cat.png", r"cat_[0-9a-f]{10}\.png"),
        ("README", r"README_[0-9a-f]{10}"),
        (".bashrc", r"bashrc_[0-9a-f]{10}"),
        ("日本語.png", r"_[0-9a-f]{10}\.png"),
        ("a.日本", r"a_[0-9a-f]{10}"),
        ("a.p n/g", r"g_[0-9a-f]{10}"),
        ("a.", r"a_[0-9a-f]{10}"),
        (None, r"_[0-9a-f]{10}"),
    ],
)
def test_slug_names(filename: str | None, pattern: str) -> None:
    assert re.fullmatch(pattern, _named("slug", filename))


def test_two_uploads_of_one_name_do_not_meet() -> None:
    assert len({_named("slug", "cat.png") for _ in range(50)}) == 50


def test_date_names_start_with_the_day() -> None:
    before = datetime.now(UTC)
    named = _named("date", "Näme.PNG")
    after = datetime.now(UTC)
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/Naeme_[0-9a-f]{10}\.PNG", named)
    assert named[:10] in (f"{before:%Y/%m/%d}", f"{after:%Y/%m/%d}")


def test_plain_names_are_kept_in_normal_form() -> None:
    assert _named("name", "Näme & co.PNG") == "Näme & co.PNG"
    assert _named("name", "Na\u0308me.PNG") == "N\u00e4me.PNG"


@pytest.mark.parametrize(
    "filename", ["a/b.txt", "../../b.txt", "/etc/b.txt", "C:\\fakepath\\b.txt", "a\\..\\b.txt"]
)
@pytest.mark.parametrize(
    ("strategy", "key"), [("name", r"b\.txt"), ("slug", r"b_[0-9a-f]{10}\.txt")]
)
def test_a_forms_file_name_chooses_no_folder(filename: str, strategy: str, key: str) -> None:
    assert re.fullmatch(key, _named(strategy, filename))


@pytest.mark.parametrize("filename", [None, "", "photos/"])
def test_a_plain_name_needs_a_file_name(filename: str | None) -> None:
    with pytest.raises(InvalidKey, match="no file name to be named after; pass key= or filename="):
        _named("name", filename)


def test_hash_names_are_the_sha_256_of_the_bytes() -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    assert _named("hash", "Näme & co.PNG") == f"9f/86/{digest}.PNG"
    assert _named("hash", None) == f"9f/86/{digest}"


def test_hash_names_read_a_file_from_where_it_stands_and_go_back() -> None:
    file = BytesIO(b"xxtest")
    file.seek(2)
    source = Source(file)
    named = STRATEGIES["hash"](Upload(key="", source=source, filename="a.b"))
    assert named == "9f/86/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.b"
    assert source.read(10) == b"test"


def test_hash_names_need_a_source_that_can_be_read_twice() -> None:
    with pytest.raises(InvalidSource, match="a stream is read only once, so give it a key"):
        STRATEGIES["hash"](Upload(key="", source=Source(iter([b"test"])), filename="a.b"))


@given(st.text(st.characters(), max_size=40))
@settings(max_examples=300)
def test_any_file_name_gives_a_good_key_with_the_slug_strategies(filename: str) -> None:
    for strategy in ("slug", "date", "hash"):
        assert check_key(_named(strategy, filename))
