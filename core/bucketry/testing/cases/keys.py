"""Keys: what is stored comes back under the same name, and what could be misread is refused."""

from __future__ import annotations

from bucketry.errors import BucketryError, InvalidKey, NotFound, Rejected
from bucketry.keys import MAX_KEY_BYTES
from bucketry.testing.case import case
from bucketry.testing.expect import holds, raises, same
from bucketry.testing.store import SAMPLE, Store

NAMES = {
    "many folders": "a/b/c/d/e/f/g/h/object.txt",
    "blanks inside": "my folder/my file.txt",
    "blanks at both ends": " lead/trail ",
    "accents in normal form NFC": "Zürich/naïve café.txt",
    "Chinese, Japanese and Korean": "日本語/中文/한국어.txt",
    "an emoji of several code points": "party/👩‍👩‍👧‍👦.png",
    "right-to-left script": "שלום/مرحبا.txt",
    "a plus sign": "1+1=2/c++.txt",
    "percent signs and what looks like an escape": "100%/%2F%20%46.txt",
    "a question mark and a number sign": "what?/no#1.txt",
    "ampersands, equals signs and semicolons": "a=1&b=2;c=3.txt",
    "quotes and angle brackets": '<b>"it\'s"</b>&amp;.txt',
    "square and curly brackets": "[list]/{dict}.txt",
    "colons, at signs, asterisks and bars": "s3:x@y*z|w.txt",
    "commas, exclamation marks, dollars and parentheses": "a,b!c$d(e).txt",
    "carets, backticks and tildes": "a^b`c~d.txt",
    "names that begin with a dot": ".well-known/.hidden",
    "names that end with dots": "dots.../file...",
}

REFUSED = {
    "empty key": "",
    "leading slash": "/absolute.txt",
    "trailing slash": "folder/",
    "double slash": "a//b.txt",
    "segment of one dot": "a/./b.txt",
    "segment of two dots": "a/../b.txt",
    "backslash": "a\\b.txt",
    "line break": "a\nb.txt",
    "NUL character": "a\0b.txt",
    "delete character": "a\x7fb.txt",
    "C1 control character": "a\x85b.txt",
    "mark that reverses the text": "a\u202egnp.exe",
    "mark without width": "a\u200bb.txt",
    "lone surrogate": "a\ud800b.txt",
    "decomposed accent": "cafe\u0301.txt",
}


@case("keys", each=NAMES)
def comes_back(store: Store, name: object) -> None:
    """A key with {} is stored, read, looked at and listed under exactly that name."""
    name = str(name)
    stored = store.put(name)
    same(stored.key, store.key(name), "the key in the answer")
    same(store.read(name), SAMPLE, "the bytes read under the key")
    same(store.provider.head(stored.key).size, len(SAMPLE), "the size that head tells")
    same(store.names(), [name], "the names listed")
    store.provider.delete(stored.key)
    same(store.names(), [], "the names listed after the delete")


@case("keys")
def of_greatest_length(store: Store) -> None:
    """A key of exactly 1,024 bytes, root path included, is stored and listed."""
    room = MAX_KEY_BYTES - len(store.provider.options.root_path) - len(store.key("")) - 1
    name = "/".join(["n" * 99] * 10)[:room].rstrip("/").ljust(room, "x")
    stored = store.put(name)
    same(len(stored.object_key.encode()), MAX_KEY_BYTES, "the length of the object key in bytes")
    same(store.names(), [name], "the names listed")


@case("keys")
def too_long(store: Store) -> None:
    """A key of 1,025 bytes, root path included, is refused; bytes count, not characters."""
    room = MAX_KEY_BYTES - len(store.provider.options.root_path) - len(store.key("")) - 1
    for filler, letter in (("é" * 50, "é"), ("n" * 99, "n")):
        segments = "/".join([filler] * 11)[: room // len(letter.encode())]
        name = segments + "x" * (room + 1 - len(segments.encode()))
        raises(InvalidKey, "uploading to a key of 1,025 bytes", store.put, name)
    same(store.names(), [], "the names listed after the refusal")


@case("keys")
def differ_in_case(store: Store) -> None:
    """Two keys that differ in the case of one letter are two objects."""
    store.put("Readme.md", b"upper")
    store.put("readme.md", b"lower")
    same(store.read("Readme.md"), b"upper", "the object with the capital letter")
    same(store.read("readme.md"), b"lower", "the object with the small letter")


@case("keys")
def beside_its_own_folder(store: Store) -> None:
    """A key and keys below it live side by side, or the second is refused and the first stays."""
    store.put("report", b"the object")
    try:
        store.put("report/page-1", b"below it")
    except Rejected:
        same(store.names(), ["report"], "the names after the refusal")
    else:
        same(store.read("report/page-1"), b"below it", "the object below")
        listed = store.names()
        store.provider.delete(store.key("report/page-1"))  # what is not listed is not cleaned up
        same(listed, ["report", "report/page-1"], "the names listed")
    same(store.read("report"), b"the object", "the first object")


@case("keys", each=REFUSED)
def refused(store: Store, name: object) -> None:
    """A key with a {} is refused before anything is sent."""
    key = store.key(str(name)) if name and not str(name).startswith("/") else str(name)
    raises(InvalidKey, f"uploading to {key!a}", store.provider.upload, SAMPLE, key=key)
    same(store.names(), [], "the names listed after the refusal")


@case("keys")
def refused_alike(store: Store) -> None:
    """Every operation refuses a bad key, not only the upload."""
    bad, good = store.key("a/../b"), store.put().key
    provider = store.provider
    calls = {
        "head": lambda: provider.head(bad),
        "exists": lambda: provider.exists(bad),
        "open": lambda: provider.open(bad),
        "read": lambda: provider.read(bad),
        "delete": lambda: provider.delete(bad),
        "delete_many": lambda: provider.delete_many([good, bad]),
        "delete_prefix": lambda: provider.delete_prefix(bad),
        "copy from": lambda: provider.copy(bad, store.key("copy")),
        "copy to": lambda: provider.copy(good, bad),
        "move": lambda: provider.move(bad, store.key("moved")),
        "replace": lambda: provider.replace(bad, b"new"),
        "url": lambda: provider.url(bad),
        "object_url": lambda: provider.object_url(bad),
        "sign": lambda: provider.sign(bad),
        "sign_many": lambda: provider.sign_many([bad]),
        "upload_ticket": lambda: provider.upload_ticket(bad),
    }
    for name, call in calls.items():
        raises(InvalidKey, f"{name} with the key {bad!a}", call)
    same(store.names(), ["object.bin"], "the names listed afterwards")


@case("keys")
def no_text(store: Store) -> None:
    """A key that is no text is refused: bytes and numbers could be written in several ways."""
    for key in (b"bytes.txt", 7):
        raises(InvalidKey, f"uploading to {key!r}", store.provider.upload, SAMPLE, key=key)


@case("keys")
def below_the_root(store: Store) -> None:
    """An object key is the root path and the key, joined once."""
    root = store.provider.options.root_path
    stored = store.put("once.txt")
    same(stored.object_key, f"{root}/{store.key('once.txt')}", "the object key")
    again = store.put(f"{root}/once.txt")
    same(again.object_key, f"{root}/{store.key(root)}/once.txt", "the object key of a nested root")


@case("keys")
def no_way_out(store: Store) -> None:
    """No key leads out of the root path, however many dots it has."""
    for climb in ("../", "../../", "a/../../"):
        for key in (f"{climb}outside.txt", f"{store.folder}/{climb}outside.txt"):
            raises(InvalidKey, f"reading {key!r}", store.provider.read, key)
            raises(InvalidKey, f"deleting {key!r}", store.provider.delete, key)
            raises(InvalidKey, f"signing {key!r}", store.provider.sign, key)


@case("keys")
def refused_with_a_reason(store: Store) -> None:
    """The refusal of a key shows the key, the reason and the place, and is a ValueError."""
    error = raises(InvalidKey, "uploading to a key with a tab", store.put, "a\tb")
    holds(isinstance(error, ValueError), "the refusal is no ValueError")
    holds(isinstance(error, BucketryError), "the refusal is no BucketryError")
    position = len(store.key("a"))
    for word in ("a\\tb", "control character", f"position {position}"):
        holds(word in str(error), f"the refusal does not say {word!r}: {error}")


@case("keys")
def not_the_folder(store: Store) -> None:
    """A folder is no object: a key that others only begin with is not found."""
    store.put("folder/object.txt")
    raises(NotFound, "reading the folder", store.read, "folder")
    same(store.provider.exists(store.key("folder")), False, "exists of the folder")
