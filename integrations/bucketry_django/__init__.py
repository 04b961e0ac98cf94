"""bucketry in a Django project: files of models and static files, kept by any provider.

Name its classes in the setting ``STORAGES``, and the app ``bucketry_django`` in ``INSTALLED_APPS``
for system checks and a quick ``collectstatic``; see ``docs/howto/django.md``.
"""

from bucketry_django.static import ManifestStaticFilesStorage, StaticFilesStorage
from bucketry_django.storage import Storage

__all__ = ["ManifestStaticFilesStorage", "StaticFilesStorage", "Storage"]
