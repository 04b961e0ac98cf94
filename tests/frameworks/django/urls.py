"""Where the project under test gives out private files."""

from __future__ import annotations

from django.urls import path

from bucketry_django.views import private_file

urlpatterns = [
    path("files/<path:name>", private_file),
    path("elsewhere/<path:name>", private_file, {"redirect": True}),
]
