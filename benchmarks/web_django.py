"""One collectstatic, with the storage that the standard input asks for."""

from __future__ import annotations

import json
import sys
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

asked = json.load(sys.stdin)
storages: dict[str, dict[str, Any]] = {
    "bucketry_django": {
        "BACKEND": "bucketry_django.StaticFilesStorage",
        "OPTIONS": {
            "provider": "s3", "bucket": asked["bucket"], "region": asked["region"],
            "endpoint": asked["endpoint"], "addressing": "path", "ca_bundle": asked["ca"],
            "root_path": "ours", "visibility": "public", "base_url": "https://cdn.example.com",
            "credentials": {
                "access_key_id": asked["key"], "secret_access_key": asked["secret"],
            },
        },
    },
    "django-storages": {
        "BACKEND": "storages.backends.s3.S3StaticStorage",
        "OPTIONS": {
            "bucket_name": asked["bucket"], "region_name": asked["region"],
            "endpoint_url": asked["endpoint"], "addressing_style": "path", "verify": asked["ca"],
            "location": "theirs", "access_key": asked["key"], "secret_key": asked["secret"],
        },
    },
}  # fmt: skip
settings.configure(
    INSTALLED_APPS=["bucketry_django", "django.contrib.staticfiles"],
    STATICFILES_DIRS=[asked["source"]],
    STATIC_URL="/static/",
    USE_TZ=True,
    STORAGES={"staticfiles": storages[asked["who"]]},
)
django.setup()
call_command("collectstatic", interactive=False, verbosity=0)
