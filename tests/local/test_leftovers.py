"""What a killed upload leaves is found and removed; errors of one key keep their type."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import bucketry
from bucketry import InvalidKey, Provider, Rejected

NOW = timedelta(0)


def provider_on(folder: Path, **options: str) -> Provider:
    return bucketry.open_provider(
        {"provider": "local", "directory": str(folder), "base_url": "http://127.0.0.1:1", **options}
    )


def killed_upload(provider: Provider, key: str, folder: Path) -> Path:
    """Store under `key`, and let the temporary file stay, as a kill would."""
    before = set((folder / ".bucketry" / "tmp").glob("*"))
    left: list[Path] = []

    def pieces() -> Iterator[bytes]:
        yield b"x"
        (temporary,) = set((folder / ".bucketry" / "tmp").glob("*")) - before
        left.append(temporary)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        provider.upload(pieces(), key=key)
    left[0].write_bytes(b"x")
    return left[0]


def test_leftovers_are_swept(tmp_path: Path) -> None:
    media = provider_on(tmp_path)
    left = killed_upload(media, "photos/ä cat.png", tmp_path)

    (told,) = media.sweep(older_than=NOW, dry_run=True)
    assert "photos/ä cat.png" == told.key
    assert abs(told.started.timestamp() - time.time()) < 3600
    assert left.exists()
    assert [] == media.sweep()  # a day is not over

    assert [told] == media.sweep(older_than=NOW)
    assert not left.exists()
    assert [] == media.sweep(older_than=NOW)


def test_leftovers_of_others_are_not_touched(tmp_path: Path) -> None:
    left = killed_upload(provider_on(tmp_path), "photos-old/a", tmp_path)
    assert [] == provider_on(tmp_path, root_path="photos").sweep(older_than=NOW)
    (told,) = provider_on(tmp_path, root_path="photos-old").sweep(older_than=NOW)
    assert "a" == told.key
    assert not left.exists()


def test_a_key_that_is_longer_than_a_file_name_is_told_by_its_beginning(tmp_path: Path) -> None:
    media = provider_on(tmp_path)
    key = "/".join(["ä" * 100] * 4)
    left = killed_upload(media, key, tmp_path)
    (told,) = media.sweep(older_than=NOW)
    assert told.key.startswith("ä" * 20)
    assert not left.exists()


def test_old_ones_go_with_the_next_upload(tmp_path: Path) -> None:
    left = killed_upload(provider_on(tmp_path), "a", tmp_path)
    os.utime(left, (1, 1))
    provider_on(tmp_path).upload(b"x", key="b")
    assert not left.exists()


def test_an_upload_does_not_fail_for_what_others_have_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = killed_upload(provider_on(tmp_path), "a", tmp_path)
    os.utime(left, (1, 1))

    def denied(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", denied)
    assert provider_on(tmp_path).upload(b"x", key="b").size == 1


def test_where_nothing_was_stored_there_is_nothing_to_sweep(tmp_path: Path) -> None:
    assert [] == provider_on(tmp_path / "none").sweep(older_than=NOW)
    assert not (tmp_path / "none").exists()


def test_a_delete_of_one_key_says_what_kind_of_error_it_is(tmp_path: Path) -> None:
    media = provider_on(tmp_path)
    media.upload(b"x", key="a")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(InvalidKey):
        media.delete(".bucketry/lock")
    with pytest.raises(Rejected, match="symbolic link"):
        media.delete("link")
    outcome = media.delete_many(["a", "link"])
    assert (["a"], ["link"]) == (list(outcome.keys), [one.key for one in outcome.failures])
