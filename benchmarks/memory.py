"""Peak memory of a stream of unknown length, against `part_size x (concurrency + 2) + 40 MiB`.

Run: python -m benchmarks.memory [MiB of the stream, 1024 by default]
"""

from __future__ import annotations

import sys

import bucketry
from benchmarks.place import BUCKET, CONCURRENCY, PART, REGION, SECRET, Stream, pattern
from benchmarks.sink import running

MIB = 1 << 20
LIMIT = PART * (CONCURRENCY + 2) + 40 * MIB


def high_water() -> int:
    """Return the process's largest resident size so far, in bytes (Linux)."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main(size: int) -> int:
    with running() as sink:
        provider = bucketry.open_provider(
            {
                "provider": "s3",
                "bucket": BUCKET,
                "region": REGION,
                "endpoint": sink.endpoint,
                "addressing": "path",
                "ca_bundle": sink.ca,
                "credentials": {"access_key_id": "memory", "secret_access_key": SECRET},
                "multipart": {"part_size": PART, "concurrency": CONCURRENCY},
            }
        )
        # Imports and the client are not the stream's.
        provider.upload(pattern(4096), key="4096/warm-up")
        before = high_water()
        stream = Stream(size * MIB)
        pieces = iter(lambda: stream.read(100_000) or b"", b"")  # each a new object
        stored = provider.upload(pieces, key=f"{size * MIB}/stream")
        grown = high_water() - before
    print(f"stream {size} MiB in {stored.parts} parts of {PART // MIB} MiB, "
          f"{CONCURRENCY} at a time")  # fmt: skip
    print(f"memory grew by {grown / MIB:.1f} MiB; promised: below {LIMIT / MIB:.0f} MiB")
    return 0 if grown < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024))
