"""Header values: one line of latin-1 text, and download names that cannot leave their quotes."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import HeaderParser
from email.utils import collapse_rfc2231_value

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bucketry import InvalidHeader
from bucketry.headers import (
    check_header_value,
    check_kept_value,
    check_metadata,
    check_param_values,
    content_disposition,
)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a\r\nX-Evil: 1", r"control character '\\r' at position 1"),
        ("a\nb", r"control character '\\n' at position 1"),
        ("\0", r"control character '\\x00' at position 0"),
        ("ab\x1b[31m", r"control character '\\x1b' at position 2"),
        ("abc\x7f", r"control character '\\x7f' at position 3"),
        ("max-age=1 €", "a character at position 10 that HTTP headers cannot carry"),
        ("日本", "a character at position 0 that HTTP headers cannot carry"),
        ("a\ud800", "a character at position 1 that HTTP headers cannot carry"),
    ],
)
def test_a_value_that_is_not_one_line_of_latin_1_is_refused(value: str, reason: str) -> None:
    with pytest.raises(InvalidHeader, match=f"cache_control has (the )?{reason}"):
        check_header_value("cache_control", value)


@pytest.mark.parametrize("value", ["", "max-age=60", "a\tb", "naïve", "ÿ", 'attachment; a="b"'])
def test_a_good_value_is_returned_as_it_is(value: str) -> None:
    assert check_header_value("x", value) == value


@pytest.mark.parametrize("value", [" max-age=60", "max-age=60 ", "\tx", " "])
def test_blanks_around_a_value_are_refused_where_it_has_to_come_back(value: str) -> None:
    assert check_header_value("x", value) == value
    with pytest.raises(InvalidHeader, match="x begins or ends with a blank, which HTTP does not"):
        check_kept_value("x", value)


@pytest.mark.parametrize("value", [None, 3, b"x", ["x"]])
def test_a_value_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidHeader, match="acl must be text, not"):
        check_header_value("acl", value)  # type: ignore[arg-type] # a caller without a type checker


@pytest.mark.parametrize(
    ("params", "place"),
    [
        ({"CacheControl": "a\r\nb"}, "parameter.CacheControl"),
        ({"Metadata": {"k": "a\nb"}}, "parameter.Metadata.k"),
        ({"Metadata": {"k\nx": "b"}}, "a name in parameter.Metadata"),
        ({"List": ["a", ("b", "c\0")]}, "parameter.List"),
    ],
)
def test_native_parameters_are_checked_at_any_depth(params: object, place: str) -> None:
    with pytest.raises(InvalidHeader, match=f"^{re.escape(place)} has the control character"):
        check_param_values("parameter", params)


def test_native_parameters_may_hold_other_types() -> None:
    check_param_values("parameter", {"a": 1, "b": None, "c": [True, 2.5], "d": "日本", "e": b"\n"})


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"": "x"}, "metadata name '' is not letters, digits"),
        ({"a b": "x"}, "metadata name 'a b' is not letters"),
        ({"a:b": "x"}, "metadata name 'a:b' is not letters"),
        ({"ä": "x"}, r"metadata name '\xe4' is not letters"),
        ({"a\r\nb": "x"}, "is not letters"),
        ({"--": "x"}, "metadata name '--' is not letters"),
        ({7: "x"}, "metadata name 7 is not letters"),
        ({"bucketry-x": "1"}, "metadata name 'bucketry-x' is reserved"),
        ({"Bucketry-X": "1"}, "metadata name 'Bucketry-X' is reserved"),
        ({"Owner": "a", "owner": "b"}, "metadata name 'owner' is given twice"),
        ({"owner": "a\nb"}, "metadata 'owner' has the control character"),
        ({"owner": "Müller"}, "metadata 'owner' has a non-ASCII character"),
        ({"owner": 7}, "metadata 'owner' must be text, not int"),
        ({"owner": " Ann"}, "metadata 'owner' begins or ends with a blank"),
        ({"owner": "Ann "}, "metadata 'owner' begins or ends with a blank"),
        ({"owner": "\tAnn"}, "metadata 'owner' begins or ends with a blank"),
        ({"owner": "A\tB"}, "metadata 'owner' has a tab"),
        ({"k": "v" * 2048}, "metadata takes 2049 bytes, more than S3's limit of 2048"),
    ],
)
def test_metadata_that_a_vendor_would_mangle_is_refused(
    metadata: dict[str, str], reason: str
) -> None:
    with pytest.raises(InvalidHeader, match=re.escape(reason)):
        check_metadata(metadata)


def test_metadata_names_come_back_in_lower_case() -> None:
    assert check_metadata({"Owner-Id_2": "Ann", "k": "v" * 2034}) == {
        "owner-id_2": "Ann",
        "k": "v" * 2034,
    }


NAMES = [
    # download name, what an old client saves as, and a new one
    ("report.pdf", "report.pdf", "report.pdf"),
    ("Q3 report (final).pdf", "Q3 report (final).pdf", "Q3 report (final).pdf"),
    ('a"b.txt', "a_b.txt", "a_b.txt"),
    ("a\\b.txt", "a_b.txt", "a_b.txt"),
    ("../../etc/passwd", ".._.._etc_passwd", ".._.._etc_passwd"),
    ("a\r\nSet-Cookie: x=1.txt", "a__Set-Cookie: x=1.txt", "a__Set-Cookie: x=1.txt"),
    ('a"; filename="b.exe', "a_; filename=_b.exe", "a_; filename=_b.exe"),
    ("日本語.txt", "___.txt", "日本語.txt"),
    ("Übergröße; 100%.txt", "_bergr__e; 100_.txt", "Übergröße; 100%.txt"),
    ("what?.txt", "what_.txt", "what?.txt"),
    ("💾\ud800.bin", "__.bin", "💾_.bin"),
    ("it's 5*3.txt", "it's 5*3.txt", "it's 5*3.txt"),
]  # fmt: skip


def _read(header: str) -> tuple[str, str]:
    """Return the names that old and new clients save as, read by the standard library.

    RFC 6266, section 4.3: a client that knows the extended form prefers it.
    """
    message: Message = HeaderParser().parsestr(f"Content-Disposition: {header}\n\n")
    assert list(message.keys()) == ["Content-Disposition"]
    (kind, _), *parameters = message.get_params(failobj=[], header="content-disposition")
    assert kind in ("attachment", "inline")
    assert [name for name, _ in parameters] == ["filename"] * len(parameters)
    values = [collapse_rfc2231_value(value, errors="strict") for _, value in parameters]
    return values[0], values[-1]


@pytest.mark.parametrize(("name", "old", "new"), NAMES)
def test_a_download_name_arrives(name: str, old: str, new: str) -> None:
    assert _read(content_disposition(name)) == (old, new)


def test_exact_headers() -> None:
    with pytest.raises(InvalidHeader, match="a file name is text, not bytes"):
        content_disposition(b"cat.png")  # type: ignore[arg-type]
    assert content_disposition("cat.png", inline=True) == 'inline; filename="cat.png"'
    assert (
        content_disposition("Katze für.png")
        == "attachment; filename=\"Katze f_r.png\"; filename*=UTF-8''Katze%20f%C3%BCr.png"
    )


@given(st.text(st.characters(), max_size=30))
@settings(max_examples=300)
def test_no_name_leaves_its_quotes(name: str) -> None:
    header = content_disposition(name)
    check_header_value("content_disposition", header)
    assert re.fullmatch(
        r"attachment; filename=\"[^\"\\/\x00-\x1f\x7f]*\"(; filename\*=UTF-8''[A-Za-z0-9._~%-]*)?",
        header,
    )
    assert header.isascii()
    shown = _read(header)[1]
    assert len(shown) == len(name)
    assert all(a == b or b == "_" for a, b in zip(name, shown, strict=True))
