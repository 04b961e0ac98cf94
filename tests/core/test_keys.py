"""Keys: each refusal with its reason and place, and a root path that nothing leaves."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bucketry import InvalidKey
from bucketry.keys import MAX_KEY_BYTES, ExistingKey, RootPath, as_found, check_key

REFUSED = [
    # key, what the message must say
    ("", "key '' is refused: it is empty"),
    ("/a", "it starts with '/'"),
    ("/", "it starts with '/'"),
    ("a//b", "the segment '' is dropped or resolved by some clients at position 2"),
    ("a/", "the segment '' is dropped or resolved by some clients at position 2"),
    (".", "the segment '.' is dropped or resolved by some clients at position 0"),
    ("..", "the segment '..' is dropped or resolved by some clients at position 0"),
    ("./a", "the segment '.' is dropped or resolved by some clients at position 0"),
    ("a/../b", "the segment '..' is dropped or resolved by some clients at position 2"),
    ("photos/é/..", "the segment '..' is dropped or resolved by some clients at position 9"),
    ("a\\b", "a backslash is a separator to some systems at position 1"),
    ("..\\..\\etc", "a backslash is a separator to some systems at position 2"),
    ("a\x00b", "a control character at position 1"),
    ("a\nb", "a control character at position 1"),
    ("a\rb", "a control character at position 1"),
    ("ab\tc", "a control character at position 2"),
    ("abc\x7f", "a control character at position 3"),
    ("a\x85b", "a control character at position 1"),
    ("a\x9fb", "a control character at position 1"),
    ("é\x01", "a control character at position 1"),
    ("photo\u202egpj.exe", "RIGHT-TO-LEFT OVERRIDE hides at position 5"),
    ("a\u2066b", "LEFT-TO-RIGHT ISOLATE hides at position 1"),
    ("a\u200eb", "LEFT-TO-RIGHT MARK hides at position 1"),
    ("a\u061cb", "ARABIC LETTER MARK hides at position 1"),
    ("a\u200bb", "ZERO WIDTH SPACE hides at position 1"),
    ("\ufeffa", "ZERO WIDTH NO-BREAK SPACE hides at position 0"),
    ("a\u00adb", "SOFT HYPHEN hides at position 1"),
    ("a\u2064b", "INVISIBLE PLUS hides at position 1"),
    ("a\u206fb", "NOMINAL DIGIT SHAPES hides at position 1"),
    ("a\u3164b", "HANGUL FILLER hides at position 1"),
    ("a\u034fb", "COMBINING GRAPHEME JOINER hides at position 1"),
    ("a\U0001d173b", "MUSICAL SYMBOL BEGIN BEAM hides at position 1"),
    ("cat\U000e0041.png", "TAG LATIN CAPITAL LETTER A hides at position 3"),
    ("a\u2065b", "an invisible mark hides at position 1"),
    ("a\ufe00b", "VARIATION SELECTOR-1 hides at position 1"),
    ("a\u200db", "ZERO WIDTH JOINER hides at position 1"),
    ("\u200ca", "ZERO WIDTH NON-JOINER hides at position 0"),
    ("cat\ufe0f.png", "VARIATION SELECTOR-16 hides at position 3"),
    ("1\ufe0f.png", "VARIATION SELECTOR-16 hides at position 1"),
    ("é/\u200db", "ZERO WIDTH JOINER hides at position 2"),
    ("می\u200c\u200cخ", "ZERO WIDTH NON-JOINER hides at position 2"),
    ("a\u2028b", "LINE SEPARATOR hides at position 1"),
    ("a\u2029b", "PARAGRAPH SEPARATOR hides at position 1"),
    ("a\ufffeb", "XML, which S3 lists and deletes with, cannot carry it at position 1"),
    ("ab\uffff", "XML, which S3 lists and deletes with, cannot carry it at position 2"),
    ("a\ud800", "a lone surrogate cannot be encoded at position 1"),
    ("\udcff.png", "a lone surrogate cannot be encoded at position 0"),
    ("Cafe\u0301", "not in Unicode normal form NFC; unicodedata.normalize('NFC', key) gives one "
     "at position 3"),
    ("\u212b", "not in Unicode normal form NFC"),
    ("a" * 1025, "1025 bytes are more than S3's limit of 1024"),
    ("é" * 513, "1026 bytes are more than S3's limit of 1024"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "reason"), REFUSED)
def test_a_bad_key_is_refused_with_reason_and_place(key: str, reason: str) -> None:
    with pytest.raises(InvalidKey) as caught:
        check_key(key)
    assert reason in str(caught.value)


@pytest.mark.parametrize(("key", "reason"), REFUSED)
def test_a_refusal_can_be_printed_anywhere(key: str, reason: str) -> None:
    """A terminal must not be steered by a key, and every log must be able to encode it."""
    with pytest.raises(InvalidKey) as caught:
        check_key(key)
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


def test_a_long_key_is_shortened_in_the_message() -> None:
    with pytest.raises(InvalidKey) as caught:
        check_key("x" * 5000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("key", [None, 7, b"a", ["a"]])
def test_a_key_that_is_no_text_is_refused(key: object) -> None:
    with pytest.raises(InvalidKey, match="a key is a str, not"):
        check_key(key)  # type: ignore[arg-type] # a caller without a type checker


@pytest.mark.parametrize(
    "key",
    [
        "a",
        "photos/cat.png",
        "...",
        "..a/b..",
        ".hidden",
        "a b+c&d=e?f#g%20",
        "~user/'quoted'/(1)*!",
        "日本語/ファイル.png",
        "می\u200cخواهم.pdf",  # Persian needs the non-joiner
        "👩\u200d🚀.png",  # an emoji of two needs the joiner
        "❤\ufe0f\u200d🔥.png",  # and one of three a selector, too
        "1\ufe0f\u20e3.png",
        "葛\U000e0100城.txt",  # a name's own variant of a character
        "ᠠ\u180b.txt",
        "naïve/ß/Ω",
        "💾",
        "a" * 1024,
        "é" * 512,
    ],
)
def test_a_good_key_is_returned_as_it_is(key: str) -> None:
    assert check_key(key) == key


def test_the_limit_counts_the_root_path() -> None:
    root = RootPath("r" * 23)
    assert root.join("k" * 1000) == "r" * 23 + "/" + "k" * 1000
    with pytest.raises(InvalidKey, match="1025 bytes"):
        root.join("k" * 1001)


@pytest.mark.parametrize("path", ["/uploads", "uploads/", "..", "a//b", "a\\b", ".", "a/../b"])
def test_a_root_path_is_checked_like_a_key(path: str) -> None:
    with pytest.raises(InvalidKey):
        RootPath(path)


@pytest.mark.parametrize(
    "object_key",
    ["uploads", "uploads/", "uploads-old/a", "upload", "other/a", "", "/uploads/a", "Uploads/a"],
)
def test_what_lies_outside_the_root_path_is_not_stripped(object_key: str) -> None:
    with pytest.raises(InvalidKey, match="outside the root path 'uploads'"):
        RootPath("uploads").strip(object_key)


def test_an_empty_root_path_changes_nothing() -> None:
    root = RootPath("")
    assert root.join("a/b") == "a/b"
    assert root.strip("a/b") == "a/b"


_TEXT = st.text(st.characters(), max_size=40)
_TRICKY = st.lists(
    st.sampled_from(
        ["a", "é", "e\u0301", "/", "//", ".", "..", "\\", "\0", "\u202e", "\ud800", "%2f", " "]
    ),
    max_size=8,
).map("".join)


def _resolved(object_key: str) -> str:
    """Resolve a path as a file system or a browser would."""
    resolved: list[str] = []
    for segment in object_key.replace("\\", "/").split("/"):
        if segment == "..":
            resolved = resolved[:-1]
        elif segment not in ("", "."):
            resolved.append(segment)
    return "/".join(resolved)


@given(_TEXT | _TRICKY, st.sampled_from(["", "uploads", "a/b", "é"]))
@settings(max_examples=400)
@example("../a", "uploads")
@example("a/../../b", "uploads")
@example("\u0301a", "é")
def test_any_text_is_joined_exactly_or_refused(key: str, path: str) -> None:
    root = RootPath(path)
    try:
        joined = root.join(key)
    except InvalidKey:
        return
    assert joined == (f"{path}/{key}" if path else key)
    assert root.strip(joined) == key
    assert _resolved(joined) == joined
    assert len(joined.encode()) <= MAX_KEY_BYTES


@given(_TEXT | _TRICKY)
@settings(max_examples=300)
def test_any_text_is_stripped_exactly_or_refused(object_key: str) -> None:
    try:
        key = RootPath("uploads").strip(object_key)
    except InvalidKey:
        return
    assert object_key == f"uploads/{key}"
    assert key


@pytest.mark.parametrize("key", ["a//b", "/a", "a/", "a\\b", "e\u0301", "a\n", "..", "a\u200b"])
def test_an_existing_key_is_taken_as_it_is(key: str) -> None:
    root = RootPath("top")
    found = root.strip(f"top/{key}")
    assert (found, type(found)) == (key, ExistingKey)
    assert root.existing(found) == f"top/{key}"
    for refused in (root.join, root.existing):
        with pytest.raises(InvalidKey):
            refused(str(key))
    with pytest.raises(InvalidKey):
        root.join(found)


def test_a_found_key_that_a_new_object_could_have_is_plain_text() -> None:
    assert type(as_found("photos/\u00e9.png")) is str


def test_whatever_unicode_calls_ignorable_is_refused_between_letters() -> None:
    """Default_Ignorable_Code_Point of Unicode 16.0, DerivedCoreProperties.txt."""
    ranges = """
        AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF
        FFA0 FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"""
    for span in ranges.split():
        first, _, last = span.partition("-")
        for code in range(int(first, 16), int(last or first, 16) + 1):
            with pytest.raises(InvalidKey):
                check_key(f"a{chr(code)}b")
