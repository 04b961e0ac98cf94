"""The app: it registers the system checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks

from bucketry_django.checks import check_storages


class BucketryConfig(AppConfig):
    """bucketry in a Django project."""

    name = "bucketry_django"
    verbose_name = "bucketry"

    def ready(self) -> None:
        """Register the system checks."""
        checks.register(check_storages, checks.Tags.files)
