"""The typed facade that an application holds, and the operations behind it."""

from bucketry.provider.facade import Provider, Recipe
from bucketry.provider.outcomes import Outcomes
from bucketry.provider.upload_options import UploadOptions
from bucketry.provider.writing import ObjectWriter

__all__ = ["ObjectWriter", "Outcomes", "Provider", "Recipe", "UploadOptions"]
