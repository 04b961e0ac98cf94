"""The bottom layer of every provider: answers that depend on no vendor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from bucketry.errors import Unsupported
from bucketry.hookspecs import hookimpl
from bucketry.model import ObjectInfo, ObjectVersion, SignRequest, Swept, Upload
from bucketry.naming import STRATEGIES
from bucketry.vendor import CommonOptions

if TYPE_CHECKING:
    from bucketry.setup.values import SetupPlan, Step


@frozen(eq=False, repr=False)
class DefaultsLayer:
    """Names by strategy, privacy by setting; nothing to change, to sweep, to explain, to add."""

    options: CommonOptions

    @hookimpl
    def bucketry_prepare_upload(self, upload: Upload) -> Upload:
        """Leave it as it is."""
        return upload

    @hookimpl
    def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest:
        """Leave it as it is."""
        return request

    @hookimpl
    def bucketry_build_key(self, upload: Upload) -> str:
        """Name by the configured strategy."""
        return STRATEGIES[self.options.key_strategy](upload)

    @hookimpl
    def bucketry_is_private(self) -> bool:
        """Follow the `visibility` setting."""
        return self.options.visibility == "private"

    @hookimpl
    def bucketry_other_urls(self) -> tuple[str, ...]:
        """Know of no other address."""
        return ()

    @hookimpl
    def bucketry_versions(self) -> Iterator[ObjectVersion]:
        """Know of none."""
        raise Unsupported("there are no versions here")

    @hookimpl
    def bucketry_set_headers(self) -> ObjectInfo:
        """Change nothing."""
        raise Unsupported("headers of an object cannot be changed here", hint="Upload it again.")

    @hookimpl
    def bucketry_restore(self) -> bool:
        """Have no archive."""
        raise Unsupported("there is no archive here to restore from")

    @hookimpl
    def bucketry_sweep(self) -> tuple[Swept, ...]:
        """Find nothing: a store without multipart uploads leaves none behind."""
        return ()

    @hookimpl
    def bucketry_plan_setup(self) -> SetupPlan:
        """Have nothing to set up."""
        from bucketry.setup.values import SetupPlan

        return SetupPlan()

    @hookimpl
    def bucketry_apply_setup(self) -> Step:
        """Know of no step."""
        raise Unsupported("there is nothing here that could be set up")

    @hookimpl
    def bucketry_explain_error(self) -> str:
        """Have nothing to add."""
        return ""
