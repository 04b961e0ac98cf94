"""Settings of django-storages' S3 backend, as a dialect of bucketry's.

``STORAGES`` with their ``OPTIONS`` and the ``AWS_`` settings, in a mapping, a JSON file or a Python
module. What becomes of each stands in ``docs/howto/coming-from-django-storages.md``.
"""

from bucketry import SchemaFile
from bucketry.config import Dialect
from bucketry_django_storages.gathering import gather, recognise
from bucketry_django_storages.modules import read
from bucketry_django_storages.translating import translate

dialect = Dialect(
    name="django-storages",
    recognise=recognise,
    schema=SchemaFile(package="bucketry_django_storages", path="options.schema.json"),
    translate=translate,
    gather=gather,
    read=read,
)
"""What the entry point names."""

__all__ = ["dialect"]
