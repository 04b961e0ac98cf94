"""boto3 as it comes, or (`tuned`) with every supported knob turned, or (`crt`) with awscrt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config

from benchmarks.contestants import NotThere
from benchmarks.place import BUCKET, CDN, EXPIRES, REGION, SECRET, Place


class Contestant:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.tuned = place.variant == "tuned"
        knobs: dict[str, Any] = {"s3": {"addressing_style": "path"}, "max_pool_connections": 64}
        if self.tuned:
            knobs |= {
                "request_checksum_calculation": "when_required",
                "response_checksum_validation": "when_required",
                "parameter_validation": False,
                "s3": {"addressing_style": "path", "payload_signing_enabled": False},
                "tcp_keepalive": True,
            }
        self.client = self.made(Config(signature_version="s3v4", **knobs))
        self.public = self.made(Config(signature_version=UNSIGNED), endpoint=CDN)
        # boto3's CRT client would send to AWS whatever the endpoint.
        parts: dict[str, Any] = {"multipart_chunksize": 64 << 20, "max_concurrency": 2}
        self.transfer = TransferConfig(
            preferred_transfer_client="classic", **(parts if self.tuned else {})
        )

    def made(self, config: Config, endpoint: str | None = None) -> Any:
        client: Any = boto3.client(
            "s3",
            region_name=REGION,
            endpoint_url=endpoint or self.place.endpoint,
            aws_access_key_id=self.place.name,
            aws_secret_access_key=SECRET,
            verify=self.place.ca,
            config=config,
        )
        return client

    def sign(self, keys: list[str]) -> list[str]:
        sign = self.client.generate_presigned_url
        return [
            sign("get_object", {"Bucket": BUCKET, "Key": key}, ExpiresIn=EXPIRES) for key in keys
        ]

    sign_many = sign

    def sign_layered(self, keys: list[str], layers: int) -> list[str]:
        """boto3 has no layers; beside a wrapped call stands its plain one."""
        if layers > 1:
            raise NotThere("no layers")
        return self.sign(keys)

    def url(self, keys: list[str]) -> list[str]:
        """Its only way to a public address: an unsigned client, and the bucket cut out."""
        sign = self.public.generate_presigned_url
        return [
            sign("get_object", {"Bucket": BUCKET, "Key": key}).replace(f"/{BUCKET}/", "/", 1)
            for key in keys
        ]

    def put(self, keys: list[str], body: bytes) -> None:
        put = self.client.put_object
        for key in keys:
            put(Bucket=BUCKET, Key=key, Body=body)

    def put_many(self, keys: list[str], body: bytes, at_once: int) -> None:
        with ThreadPoolExecutor(at_once) as pool:
            for _ in pool.map(lambda key: self.put([key], body), keys):
                pass

    def get(self, keys: list[str]) -> list[bytes]:
        get = self.client.get_object
        return [get(Bucket=BUCKET, Key=key)["Body"].read() for key in keys]

    def head(self, keys: list[str]) -> list[int]:
        head = self.client.head_object
        return [head(Bucket=BUCKET, Key=key)["ContentLength"] for key in keys]

    def delete(self, keys: list[str]) -> None:
        delete = self.client.delete_object
        for key in keys:
            delete(Bucket=BUCKET, Key=key)

    def delete_many(self, keys: list[str]) -> list[str]:
        refused = []
        for start in range(0, len(keys), 1000):
            objects = [{"Key": key} for key in keys[start : start + 1000]]
            # Quiet is its knob for it: then only what failed is told.
            answer = self.client.delete_objects(
                Bucket=BUCKET, Delete={"Objects": objects, "Quiet": self.tuned}
            )
            refused += [error["Key"] for error in answer.get("Errors", ())]
        return refused

    delete_all = delete_many

    def list_keys(self, prefix: str) -> list[tuple[str, int]]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [(item["Key"], item["Size"]) for page in pages for item in page["Contents"]]

    def upload_file(self, path: Path, key: str) -> None:
        self.client.upload_file(str(path), BUCKET, key, Config=self.transfer)

    def upload_checked(self, path: Path, key: str) -> None:
        if self.place.variant != "crt":
            raise NotThere("CRC64NVME needs awscrt")
        self.client.upload_file(
            str(path), BUCKET, key, Config=self.transfer,
            ExtraArgs={"ChecksumAlgorithm": "CRC64NVME"},
        )  # fmt: skip

    def upload_stream(self, stream: Any, key: str) -> None:
        self.client.upload_fileobj(stream, BUCKET, key, Config=self.transfer)

    def download(self, key: str, path: Path) -> None:
        self.client.download_file(BUCKET, key, str(path), Config=self.transfer)

    def download_checked(self, key: str, path: Path) -> None:
        if self.place.variant != "crt":
            raise NotThere("CRC64NVME needs awscrt")
        self.download(key, path)
