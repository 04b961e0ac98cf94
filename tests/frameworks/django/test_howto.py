"""The settings and the addresses of the page on Django work as they stand there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import storages
from django.test import RequestFactory, override_settings

from bucketry_django.checks import check_storages
from snippets import blocks, run

PAGE = "docs/howto/django.md"


def test_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings, _ = blocks(PAGE)
    namespace = run(PAGE, [settings])
    names = ("INSTALLED_APPS", "STORAGES", "BUCKETRY")
    monkeypatch.chdir(tmp_path)
    with override_settings(**{name: namespace[name] for name in names}):
        assert len(check_storages()) == 2  # two variables are not set
        monkeypatch.setenv("R2_KEY_ID", "x")
        monkeypatch.setenv("R2_SECRET", "x")
        assert check_storages() == []
        default: Any = storages["default"]
        assert default.url("a.png").startswith(
            "https://abc123.r2.cloudflarestorage.com/media/a.png?"
        )
        static: Any = storages["staticfiles"]
        assert static.provider.vendor.name == "local"


def test_its_addresses_are_for_who_is_logged_in() -> None:
    _, urls = blocks(PAGE)
    namespace = run(PAGE, [urls])
    request = RequestFactory().get("/files/a.txt")
    request.user = AnonymousUser()
    for pattern in namespace["urlpatterns"]:
        response = pattern.callback(request, name="a.txt", **pattern.default_args)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
