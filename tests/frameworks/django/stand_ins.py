"""Our storages with the arguments of Django's own, so that its tests can be put to them.

``location`` is a folder of files on disk, or of a bucket on the stand-in; which of them it is, the
variable ``BUCKETRY_PLACE`` says. It may also name django-storages, to compare with.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.signals import setting_changed
from django.utils.functional import cached_property

import bucketry_django
from bucketry import Provider, open_provider
from bucketry_s3.testing import ACCESS_KEY_ID, SECRET_ACCESS_KEY, StandIn

PLACE = os.environ.get("BUCKETRY_PLACE", "local")
"""local, s3, or to compare with: django-storages on the same server, django for its own."""
ADDRESS = "http://files.example"


@cache
def _stand_in() -> StandIn:
    return _running.enter_context(StandIn(buckets=["media"]))


_running = ExitStack()


def stop() -> None:
    """Close what was opened; the process would wait for the server's threads for ever."""
    _running.close()


@cache
def opened(location: str) -> Provider:
    """Return the provider of one location."""
    if PLACE == "local":
        return open_provider(
            {
                "provider": "local",
                "directory": location,
                "base_url": ADDRESS,
                "visibility": "public",
            }
        )
    server = _stand_in()
    return open_provider(
        server.configuration(
            provider="s3",
            addressing="path",
            base_url=ADDRESS,
            visibility="public",
            root_path=os.path.abspath(location).strip("/"),
            capabilities={"put_if_absent": "enforced", "complete_if_absent": "enforced"},
        )
    )


class _Located:
    """The arguments and attributes of Django's own storages."""

    ROOT, URL = "MEDIA_ROOT", "MEDIA_URL"
    OS_OPEN_FLAGS = 0  # which tests of a deprecated way make classes of

    def __init__(
        self, location: Any = None, base_url: Any = None, allow_overwrite: Any = None, **_: Any
    ) -> None:
        self._location, self._base_url = location, base_url
        given = {} if allow_overwrite is None else {"allow_overwrite": allow_overwrite}
        super().__init__(**given)
        setting_changed.connect(self._forget_settings)

    def _forget_settings(self, *, setting: str, **_: object) -> None:
        if setting in (self.ROOT, self.URL):
            self.__dict__.pop("base_url", None)

    @property
    def base_location(self) -> Any:
        return getattr(settings, self.ROOT) if self._location is None else self._location

    @property
    def location(self) -> str:
        return os.path.abspath(str(self.base_location))

    @cached_property
    def base_url(self) -> Any:
        url = getattr(settings, self.URL) if self._base_url is None else str(self._base_url)
        if url is None:
            return None
        return url if url.endswith("/") else f"{url}/"

    @property
    def provider(self) -> Provider:
        return opened(self.location)

    # The tests look on the disk for what they have stored: show them there what a bucket holds.

    def path(self, name: Any) -> str:
        """Tell where the tests look for a file."""
        return os.path.join(self.location, str(name))

    def _save(self, name: Any, content: Any) -> str:
        key: str = super()._save(name, content)  # type: ignore[misc]
        if PLACE != "local":
            path = Path(self.path(key))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.provider.read(key))
        return key

    def delete(self, name: Any) -> None:
        """Take it out of the tests' sight, too."""
        super().delete(name)  # type: ignore[misc]
        if PLACE != "local":
            with suppress(OSError):
                os.unlink(self.path(name))

    def url(self, name: Any, *args: Any) -> Any:
        """Put the address that a test gives in place of ours, which is absolute."""
        if self.base_url is None:
            raise ValueError("This file is not accessible via a URL.")
        url: str = super().url(name, *args)  # type: ignore[misc]
        root = self.provider.object_url("x")[:-1]
        return self.base_url + url.removeprefix(root)


def _of_django_storages(name: str) -> Any:
    """Return a storage of django-storages', with the arguments of ours."""
    from storages.backends import s3

    s3.check_location = lambda storage: None  # the tests' folders are absolute

    class Compared(getattr(s3, name)):  # type: ignore[misc]
        def __init__(self, allow_overwrite: bool = False) -> None:
            server = _stand_in()
            super().__init__(
                bucket_name="media",
                region_name=server.region,
                endpoint_url=server.endpoint,
                verify=server.ca_bundle,
                access_key=ACCESS_KEY_ID,
                secret_key=SECRET_ACCESS_KEY,
                addressing_style="path",
                custom_domain=ADDRESS.removeprefix("http://"),
                url_protocol="http:",
                file_overwrite=allow_overwrite or name != "S3Storage",
            )

        def _normalize_name(self, name: str) -> Any:
            try:
                return s3.safe_join(self.location.strip("/"), name)
            except ValueError:
                raise s3.SuspiciousOperation(name) from None

    return Compared


_Files: Any = bucketry_django.Storage
_Static: Any = bucketry_django.StaticFilesStorage
if PLACE == "django-storages":
    _Files, _Static = _of_django_storages("S3Storage"), _of_django_storages("S3StaticStorage")


class Files(_Located, _Files):  # type: ignore[misc]
    """In the place of `FileSystemStorage`."""


class InMemory(Files):
    """In the place of `InMemoryStorage`, each empty at first."""

    def __init__(self, location: Any = None, base_url: Any = None, **_: Any) -> None:
        super().__init__(tempfile.mkdtemp(), base_url)


class Static(_Located, _Static):  # type: ignore[misc]
    """In the place of Django's `StaticFilesStorage`."""

    ROOT, URL = "STATIC_ROOT", "STATIC_URL"


class Manifest(ManifestFilesMixin, Static):
    """In the place of Django's `ManifestStaticFilesStorage`."""
