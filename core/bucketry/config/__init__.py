"""From a file or a mapping to an open provider."""

from __future__ import annotations


def open_provider(*a, **k):
    raise NotImplementedError


def open_providers(*a, **k):
    raise NotImplementedError
