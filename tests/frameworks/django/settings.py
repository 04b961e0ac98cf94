"""Settings of Django's own tests, with storages of ours in place of its own.

The names are put in place before the tests and their models are imported.
"""

from __future__ import annotations

from django.contrib.staticfiles import finders as _finders  # noqa: F401 - keeps Django's own
from django.contrib.staticfiles import storage as _static
from django.core.files import storage as _files
from test_sqlite import *  # type: ignore[import-not-found] # noqa: F403

from frameworks.django import stand_ins

if stand_ins.PLACE != "django":
    _files.FileSystemStorage = stand_ins.Files  # type: ignore[misc,assignment]
    _files.InMemoryStorage = stand_ins.InMemory  # type: ignore[misc,assignment]
    _static.StaticFilesStorage = stand_ins.Static  # type: ignore[misc]
    _static.ManifestStaticFilesStorage = stand_ins.Manifest  # type: ignore[misc]

TEST_RUNNER = "frameworks.django.runner.Runner"
