"""Fixtures for tests of applications that store files; pytest finds them by itself.

========================  ==========================================================================
`bucketry_provider`       an open provider of files on disk, in a temporary folder of the test
`s3_server`               a running stand-in for an S3 vendor; needs the extra ``testing``
========================  ==========================================================================

Nothing of bucketry is imported before a fixture is asked for. Both are safe under pytest-xdist:
each test has its own folder, and its own server on a free port.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bucketry import Provider
    from bucketry_s3.testing import StandIn

__all__ = ["bucketry_provider", "s3_server"]


@pytest.fixture
def bucketry_provider(tmp_path: Path) -> Iterator[Provider]:
    """Give an open provider of files on disk, which are gone after the test."""
    import bucketry

    folder = tmp_path / "bucketry"
    with bucketry.open_provider({"provider": "local", "directory": str(folder)}) as provider:
        yield provider


@pytest.fixture
def s3_server(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """Give a running server with an empty bucket ``media``; it behaves like the vendor ``aws``.

    ``open_provider(s3_server.configuration())`` leads to it. For another vendor name it:
    ``@pytest.mark.parametrize("s3_server", ["r2", "minio"], indirect=True)``. Host names below
    ``localhost`` lead to this machine while it runs.
    """
    try:
        from bucketry.host.catalog import installed
        from bucketry_s3.testing import StandIn, localhost_names, personality_of
    except ModuleNotFoundError as error:
        pytest.fail(f"s3_server needs {error.name}: pip install 'bucketry[testing]'", pytrace=False)
    name = getattr(request, "param", "aws")
    if not isinstance(name, str):
        pytest.fail(f"s3_server takes the name of a vendor, not {name!r}", pytrace=False)
    vendor = installed().load(name)
    with localhost_names(), StandIn(personality_of(vendor), buckets=["media"]) as server:
        yield server
