"""Files on disk keep the contract. This is also how third parties use the suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bucketry import Provider
from bucketry.testing import ProviderConformance
from conformance.places import on_disk


class TestFilesOnDisk(ProviderConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def provider(cls) -> Iterator[Provider]:
        with on_disk() as provider:
            yield provider
