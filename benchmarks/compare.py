"""`upload`, `sign` and `url` against plain boto3 in one run; only the ratios count.

Run: python -m benchmarks.compare [--quick]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

import bucketry
from benchmarks.sink import sink

ROUNDS = 5


def per_second(work: Callable[[int], object], count: int) -> float:
    """Return the best rate of five rounds; the best one is the least disturbed."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for number in range(count):
            work(number)
        best = max(best, count / (time.perf_counter() - start))
    return best


def main(scale: int) -> None:
    with sink() as endpoint:
        ours = bucketry.open_provider(
            {
                "provider": "s3",
                "bucket": "bench",
                "region": "us-east-1",
                "endpoint": endpoint,
                "addressing": "path",
                "credentials": {"access_key_id": "bench", "secret_access_key": "bench"},
            }
        )
        theirs: Any = boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=endpoint,
            aws_access_key_id="bench",
            aws_secret_access_key="bench",
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )
        body = bytes(4096)
        keys = [f"photos/{number % 500}.png" for number in range(100_000)]
        rows: list[tuple[str, float, float]] = []

        def row(
            name: str, count: int, mine: Callable[[int], object], other: Callable[[int], object]
        ) -> None:
            count = max(1, count // scale)
            rows.append((name, per_second(mine, count), per_second(other, count)))

        row(
            "upload of 4 KiB",
            500,
            lambda n: ours.upload(body, key=keys[n]),
            lambda n: theirs.put_object(Bucket="bench", Key=keys[n], Body=body),
        )
        row(
            "sign",
            5_000,
            lambda n: ours.sign(keys[n]),
            lambda n: theirs.generate_presigned_url(
                "get_object", {"Bucket": "bench", "Key": keys[n]}
            ),
        )
        row(
            "object_url",
            5_000,
            lambda n: ours.object_url(keys[n]),
            # boto3 has no public URL; this is its usual stand-in, a signed one cut off.
            lambda n: theirs.generate_presigned_url(
                "get_object", {"Bucket": "bench", "Key": keys[n]}
            ).split("?")[0],
        )
    print(f"{'operation':18} {'bucketry/s':>12} {'boto3/s':>12} {'ratio':>8}")
    for name, mine, other in rows:
        print(f"{name:18} {mine:12,.0f} {other:12,.0f} {mine / other:7.1f}x")


if __name__ == "__main__":
    main(20 if "--quick" in sys.argv else 1)
