"""Peak memory of a stream of unknown length, against `part_size x (concurrency + 2) + 40 MiB`.

Run: python -m benchmarks.memory [MiB of the stream, 1024 by default]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import bucketry
from benchmarks.sink import sink

MIB = 1 << 20
PART_SIZE, CONCURRENCY = 8 * MIB, 4
LIMIT = PART_SIZE * (CONCURRENCY + 2) + 40 * MIB


def high_water() -> int:
    """Return the process's largest resident size so far, in bytes (Linux)."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def stream(size: int) -> Iterator[bytes]:
    """Yield `size` MiB in pieces of 100,000 bytes, each a new object."""
    left = size * MIB
    while left > 0:
        yield bytes(min(100_000, left))
        left -= 100_000


def main(size: int) -> int:
    with sink() as endpoint:
        provider = bucketry.open_provider(
            {
                "provider": "s3",
                "bucket": "bench",
                "region": "us-east-1",
                "endpoint": endpoint,
                "addressing": "path",
                "credentials": {"access_key_id": "bench", "secret_access_key": "bench"},
                "multipart": {"part_size": PART_SIZE, "concurrency": CONCURRENCY},
            }
        )
        provider.upload(b"warm up", key="warm-up")  # imports and client are not the stream's
        before = high_water()
        stored = provider.upload(stream(size), key="stream")
        grown = high_water() - before
    print(f"stream {size} MiB in {stored.parts} parts of {PART_SIZE // MIB} MiB, "
          f"{CONCURRENCY} at a time")  # fmt: skip
    print(f"memory grew by {grown / MIB:.1f} MiB; promised: below {LIMIT / MIB:.0f} MiB")
    return 0 if grown < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024))
