"""django-storages, and Django's own storage of files."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from benchmarks.place import BUCKET, CDN, EXPIRES, REGION, SECRET, Place


class Contestant:
    def __init__(self, place: Place) -> None:
        self.place = place
        settings.configure()
        django.setup()
        from storages.backends.s3 import S3Storage  # after settings only

        where = {
            "bucket_name": BUCKET,
            "region_name": REGION,
            "endpoint_url": place.endpoint,
            "access_key": place.name,
            "secret_key": SECRET,
            "addressing_style": "path",
            "signature_version": "s3v4",
            "verify": place.ca,
        }
        self.storage = S3Storage(querystring_expire=EXPIRES, **where)
        self.public = S3Storage(
            custom_domain=CDN.removeprefix("https://"), querystring_auth=False, **where
        )

    def sign(self, keys: list[str]) -> list[str]:
        return [self.storage.url(key) for key in keys]

    def url(self, keys: list[str]) -> list[str]:
        return [self.public.url(key) for key in keys]

    def put(self, keys: list[str], body: bytes) -> None:
        for key in keys:
            self.storage.save(key, ContentFile(body))

    def local_put_relaxed(self, keys: list[str], body: bytes) -> str:
        root = self.place.file("relaxed")
        storage = FileSystemStorage(root)
        for key in keys:
            storage.save(key, ContentFile(body))
        return str(root)

    def local_list(self, root: str) -> list[tuple[str, int]]:
        storage, found, todo = FileSystemStorage(root), [], [""]
        while todo:
            folder = todo.pop()
            folders, files = storage.listdir(folder)
            found += [(f"{folder}{name}", storage.size(f"{folder}{name}")) for name in files]
            todo += [f"{folder}{name}/" for name in folders]
        return found
