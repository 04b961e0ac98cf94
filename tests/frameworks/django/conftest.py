"""A Django project in this process."""

from __future__ import annotations

import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        INSTALLED_APPS=[
            "bucketry_django",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.staticfiles",
        ],
        ROOT_URLCONF="frameworks.django.urls",
        SECRET_KEY="for tests",
        ALLOWED_HOSTS=["testserver"],
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="Africa/Algiers",
        DATABASES={},
    )
    django.setup()
