"""Configurations of Strapi's Amazon S3 upload provider, as a dialect of bucketry's.

``provider`` / ``providerOptions`` / ``actionOptions`` in camelCase, at the top of a document or
under ``upload.config``. How it differs from the original, and why, stands in ``docs/strapi.md``.
"""

from collections.abc import Mapping
from typing import Any

from bucketry import SchemaFile
from bucketry.config import Dialect
from bucketry_strapi.translate import WORDS, modernise, translate

_PLACES: tuple[tuple[str, ...], ...] = ((), ("upload", "config"), ("upload",))


def recognise(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return where the one provider begins; it has no name of its own."""
    for place in _PLACES:
        found: Any = document
        for name in place:
            found = found.get(name) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping) and ("providerOptions" in found or "actionOptions" in found):
            return {"": place}
    return {}


dialect = Dialect(
    name="strapi",
    recognise=recognise,
    schema=SchemaFile(package="bucketry_strapi", path="strapi.schema.json"),
    modernise=modernise,
    translate=translate,
    words=WORDS,
)
"""What the entry point names."""

__all__ = ["dialect"]
