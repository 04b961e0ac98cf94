"""Values: secrets that never show, readers that read whole, facts that may be unknown."""

from __future__ import annotations

import copy
import io
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from bucketry import (
    UNKNOWN,
    AmbientCredentials,
    Capabilities,
    Credentials,
    Fact,
    ObjectInfo,
    ObjectReader,
    SchemaFile,
    Secret,
    SignedUrl,
    StoredObject,
    Swept,
    Upload,
    UploadTicket,
    model,
)
from bucketry.model.objects import listed, with_key
from bucketry.source import Source

SECRET = "wJalrXUtnFEMI"
ACCESS_KEY = "AKIDEXAMPLE"
SIGNED = f"https://s3.example/media/a.png?X-Amz-Signature={SECRET}"


def _signed() -> SignedUrl:
    return SignedUrl(
        url=SIGNED,
        method="POST",
        fields={"X-Amz-Signature": SECRET},
        expires_at=datetime(2026, 11, 24, tzinfo=UTC),
    )


def _credentials() -> Credentials:
    return Credentials(
        access_key_id=ACCESS_KEY, secret_access_key=Secret(SECRET), session_token=Secret(SECRET)
    )


HOLDERS: list[Callable[[], Any]] = [
    lambda: Secret(SECRET),
    _credentials,
    _signed,
    lambda: UploadTicket(key="a.png", signed=_signed(), enforced=frozenset({"key"})),
    lambda: Swept(key="a.png", upload_id=SECRET, started=datetime(2026, 11, 24, tzinfo=UTC)),
    lambda: Upload(key="a.png", source=Source(SECRET.encode())),
]  # fmt: skip

SHOWN: list[Callable[[Any], str]] = [
    repr, str, format, ascii, "{!r}".format, "%s".__mod__, lambda value: repr([{"k": value}]),
    lambda value: str(ValueError(value)),
    lambda value: json.dumps({"k": value}, default=str),
]  # fmt: skip


@pytest.mark.parametrize("make", HOLDERS)
@pytest.mark.parametrize("show", SHOWN)
def test_nothing_shows_a_secret(make: Callable[[], Any], show: Callable[[Any], str]) -> None:
    text = show(make())
    assert text
    assert SECRET not in text
    assert ACCESS_KEY not in text


def test_an_assertion_that_compares_secrets_shows_none() -> None:
    one, other = Secret(SECRET), Secret("other")
    with pytest.raises(AssertionError) as caught:
        assert one == other
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "make", [lambda: Secret(SECRET), _credentials, _signed, lambda: _reader(_Slow(b""))]
)
@pytest.mark.parametrize("carry", [pickle.dumps, copy.deepcopy])
def test_secrets_and_open_objects_are_not_carried_away(
    make: Callable[[], Any], carry: Callable[[Any], object]
) -> None:
    with pytest.raises(TypeError, match="is not pickled"):
        carry(make())


def test_a_secret_is_read_by_asking() -> None:
    assert Secret(SECRET).reveal() == SECRET
    assert str(Secret(SECRET)) == "***"
    assert repr(Secret(SECRET)) == "Secret(***)"


def test_equal_secrets_are_equal_and_hash_alike() -> None:
    assert Secret(SECRET) == Secret(SECRET)
    assert Secret(SECRET) != Secret("other")
    assert Secret(SECRET) != SECRET
    assert len({Secret(SECRET), Secret(SECRET), Secret("other")}) == 2
    assert hash(Secret(SECRET)) != hash(SECRET)


def test_a_signed_url_is_read_by_asking() -> None:
    signed = _signed()
    assert signed.reveal() == SIGNED
    assert signed.reveal_fields() == {"X-Amz-Signature": SECRET}
    assert str(signed) == "https://s3.example/media/a.png?***"


def test_fields_that_were_revealed_are_a_copy() -> None:
    signed = _signed()
    signed.reveal_fields().clear()
    assert signed.reveal_fields() == {"X-Amz-Signature": SECRET}


def test_an_unsigned_url_is_shown_whole() -> None:
    plain = SignedUrl(url="https://cdn.example/a.png", method="GET", signed=False)
    assert str(plain) == "https://cdn.example/a.png"


@pytest.mark.parametrize(
    "kind",
    [kind for kind in vars(model).values() if isinstance(kind, type) and attrs.has(kind)],
)
def test_every_value_is_frozen(kind: type[Any]) -> None:
    name = attrs.fields(kind)[0].name
    blank = object.__new__(kind)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(blank, name, "changed")


def test_an_object_key_is_the_key_unless_a_root_path_says_otherwise() -> None:
    assert StoredObject(key="a", size=1).object_key == "a"
    assert StoredObject(key="a", object_key="root/a", size=1).object_key == "root/a"


class _Slow(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size if size is None or size < 0 else min(size, 3))


def _reader(stream: Any) -> ObjectReader:
    return ObjectReader(ObjectInfo(key="a", size=10), stream)


def test_a_reader_puts_short_reads_together() -> None:
    reader = _reader(_Slow(b"0123456789"))
    assert reader.read(7) == b"0123456"
    assert reader.read(7) == b"789"
    assert reader.read(7) == b""
    assert reader.read() == b""


def test_a_reader_reads_all_that_is_left() -> None:
    reader = _reader(_Slow(b"0123456789"))
    reader.read(4)
    assert reader.read() == b"456789"


def test_a_reader_gives_pieces() -> None:
    assert list(_reader(_Slow(b"0123456789")).chunks(4)) == [b"0123", b"4567", b"89"]
    assert list(_reader(_Slow(b"0123456789"))) == [b"0123456789"]
    assert _reader(_Slow(b"")).readable()


def test_a_reader_is_closed_by_with_and_may_be_closed_again() -> None:
    stream = _Slow(b"0123456789")
    with pytest.raises(RuntimeError), _reader(stream) as reader:
        raise RuntimeError
    assert stream.closed
    reader.close()


def test_unknown_is_not_no() -> None:
    assert not UNKNOWN.known
    assert Fact(False, "documented").known
    assert Fact("no", "documented").known
    assert not Fact(None, "report", "somebody's blog").known


def test_every_capability_is_unknown_unless_stated() -> None:
    assert all(value is UNKNOWN for value in attrs.asdict(Capabilities(), recurse=False).values())


def test_a_schema_is_read_from_its_package() -> None:
    text = SchemaFile(package="bucketry_schemas", path="leaves.schema.json").read_text()
    assert json.loads(text)["$id"] == "leaves.schema.json"


def test_ambient_credentials_hold_no_secret() -> None:
    assert repr(AmbientCredentials(profile="backup")) == "AmbientCredentials(profile='backup')"


def test_what_is_listed_is_what_the_class_itself_makes() -> None:
    when = datetime(2026, 11, 24, tzinfo=UTC)

    infos = [listed("a", 1, None, None), listed("b", 2, "e", when, "STANDARD")]

    made = ObjectInfo(key="b", size=2, etag="e", last_modified=when, storage_class="STANDARD")
    assert [ObjectInfo(key="a", size=1), made] == infos
    assert repr(made) == repr(infos[1])
    assert infos[1] == pickle.loads(pickle.dumps(infos[1])) == copy.copy(infos[1])
    assert attrs.asdict(made) == attrs.asdict(infos[1])
    assert infos[0].checksums is not infos[1].checksums


def test_an_object_under_another_key_is_the_same_otherwise() -> None:
    info = ObjectInfo(key="a", size=1, metadata={"n": "v"}, checksums={"SHA1": "x"})

    assert with_key(info, "b") == attrs.evolve(info, key="b")
    assert "a" == info.key
