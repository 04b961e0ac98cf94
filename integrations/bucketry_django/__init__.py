"""bucketry in a Django project: files of models and static files, kept by any provider.

Name its classes in the setting ``STORAGES``; see ``docs/howto/django.md``.
"""
