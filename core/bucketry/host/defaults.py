"""The bottom layer of every provider: answers that depend on no vendor."""

from __future__ import annotations

from attrs import frozen

from bucketry.hookspecs import hookimpl
from bucketry.model import SignRequest, Swept, Upload
from bucketry.naming import STRATEGIES
from bucketry.vendor import CommonOptions


@frozen(eq=False)
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
    def bucketry_sweep(self) -> tuple[Swept, ...]:
        """Find nothing: a store without multipart uploads leaves none behind."""
        return ()

    @hookimpl
    def bucketry_explain_error(self) -> str:
        """Have nothing to add."""
        return ""
