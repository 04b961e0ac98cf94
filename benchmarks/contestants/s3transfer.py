"""s3transfer's manager, shared by all transfers: boto3's own machinery, used by hand."""

from __future__ import annotations

from typing import Any

from s3transfer.manager import TransferManager

from benchmarks.contestants import boto3
from benchmarks.place import BUCKET, Place


class Contestant:
    def __init__(self, place: Place) -> None:
        self.manager = TransferManager(boto3.Contestant(place).client)

    def upload_stream(self, stream: Any, key: str) -> None:
        self.manager.upload(stream, BUCKET, key).result()
