"""Processes that end in the middle of their work: nothing is torn, and what is left is found."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import Provider
from bucketry_s3.testing import StandIn
from faults.victims import MIB, SIZES, WORK, body, is_whole, work

pytestmark = pytest.mark.faults

KILLS = 23
"""For each kind of work; 207 in all."""

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["faults.victims", "boto3"])

ON_S3 = sorted(WORK)
ON_DISK = ["upload", "upload file", "upload stream", "download"]


@contextmanager
def at_work(settings: Mapping[str, Any], name: str, folder: Path) -> Iterator[Any]:
    """Give a process that has done its work once and goes on; it is gone afterwards."""
    ready = PROCESSES.Event()
    process = PROCESSES.Process(target=work, args=(settings, name, str(folder), ready))
    process.start()
    try:
        assert ready.wait(30), "the work did not begin"
        yield process
    finally:
        process.kill()
        process.join()


def kill_often(settings: Mapping[str, Any], name: str, folder: Path, look: Any) -> None:
    """Kill at random moments, and look each time."""
    moments = random.Random(name)
    for _ in range(KILLS):
        with at_work(settings, name, folder) as process:
            time.sleep(moments.uniform(0, 0.12))
            process.kill()
            process.join()
        look()


def look_at(provider: Provider, folder: Path) -> None:
    """Check that all that is visible is whole."""
    for info in provider.list():
        data = provider.read(info.key)
        assert is_whole(data, SIZES["small" if info.key == "small" else "large"]), info
    target = folder / "target"
    if target.exists():
        assert is_whole(target.read_bytes(), SIZES["large"])


@pytest.mark.parametrize("name", ON_S3)
def test_a_killed_process_tears_nothing_in_a_bucket(name: str, tmp_path: Path) -> None:
    with StandIn(buckets=["media"]) as server:
        multipart = {"part_size": 5 * MIB, "concurrency": 2}
        settings = server.configuration(provider="s3", multipart=multipart)
        with bucketry.open_provider(settings) as provider:
            # `copy` writes the stored object under the key of the small ones.
            size = SIZES["small" if name == "copy" else "large"]
            provider.upload(body(size, 0), key="stored" if name != "copy" else "small")
            if name == "copy":
                provider.copy("small", "stored")
                kill_often(settings, name, tmp_path, lambda: provider.read("small"))
                assert is_whole(provider.read("small"), size)
            else:
                kill_often(settings, name, tmp_path, lambda: look_at(provider, tmp_path))

            left = {upload.upload_id for upload in server.open_uploads("media")}
            assert left == {one.upload_id for one in provider.sweep(older_than=timedelta(0))}
            assert [] == server.open_uploads("media")


@pytest.mark.parametrize("name", ON_DISK)
def test_a_killed_process_tears_nothing_on_disk(name: str, tmp_path: Path) -> None:
    store, folder = tmp_path / "store", tmp_path / "folder"
    folder.mkdir()
    settings = {
        "provider": "local",
        "directory": str(store),
        "base_url": "http://127.0.0.1:8900",
    }
    with bucketry.open_provider(settings) as provider:
        provider.upload(body(SIZES["large"], 0), key="stored")

        kill_often(settings, name, folder, lambda: look_at(provider, folder))

        provider.sweep(older_than=timedelta(0))
        assert [] == list((store / ".bucketry" / "tmp").iterdir())
        provider.upload(b"still works", key="after")
