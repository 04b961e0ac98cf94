"""Options set in code, against what the vendor can do: the same rules as for a configuration."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import attrs

from bucketry import Unsupported, UnsupportedOptionWarning, Upload
from bucketry_s3.schema import Limits

# What of an upload each rule looks at. ACLs are not here: where a vendor has none, its layer takes
# them out of the parameters, wherever they came from.
_GIVEN: dict[str, Callable[[Upload], Any]] = {
    "checksum_algorithm": lambda upload: upload.checksum_algorithm,
    "encryption": lambda upload: upload.encryption.type if upload.encryption else None,
    "prevent_overwrite": lambda upload: upload.prevent_overwrite,
    "storage_class": lambda upload: upload.storage_class,
    "tags": lambda upload: upload.tags,
}


def within_limits(upload: Upload, limits: Limits, *, ignore: bool) -> Upload:
    """Return the upload if the vendor can honour all that the caller asked for.

    Otherwise `Unsupported` with reason and mend; or, with `ignore`, the upload without the option
    and a warning that says so.
    """
    for option, look in _GIVEN.items():
        given = look(upload)
        if not given:
            continue
        if option in limits.unsupported:
            refusal = limits.unsupported[option]
            reason, mend = refusal.reason, refusal.mend
        elif option in limits.narrowed and given not in limits.narrowed[option].values:
            reason, mend = limits.narrowed[option].reason, ""
        else:
            continue
        if not ignore:
            raise Unsupported(
                f"{option} cannot be honoured: {reason}",
                hint=f"{mend[:1].upper()}{mend[1:]}." if mend else "",
            )
        warnings.warn(f"{option} was left out: {reason}", UnsupportedOptionWarning, stacklevel=2)
        left_out: dict[str, Any] = {option: None}
        upload = attrs.evolve(upload, **left_out)
    return upload
