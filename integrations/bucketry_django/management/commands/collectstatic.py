"""``collectstatic``, which does many files at once on a storage of bucketry's."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.management.commands import collectstatic

from bucketry_django.static import StaticFilesStorage


class Command(collectstatic.Command):
    """Django's own command; a storage of ours puts off what it does until it can do it at once."""

    def collect(self) -> dict[str, list[str]]:
        """Collect all files."""
        storage: Any = self.storage
        storage = getattr(storage, "_wrapped", storage)
        if self.dry_run or not isinstance(storage, StaticFilesStorage):
            return super().collect()
        with storage.collecting(compare=not self.clear):
            return super().collect()
