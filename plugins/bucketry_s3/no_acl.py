"""The layer of vendors whose objects have no ACL."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from typing import Any

from attrs import frozen

from bucketry import LayerContext, UnsupportedOptionWarning, hookimpl
from bucketry.limits import acl_refusal
from bucketry.noting import note_quirk
from bucketry_s3.protocol.fixed import ACL_PARAMS


@frozen(eq=False, repr=False)
class NoAclLayer:
    """For vendors whose objects have no ACL: takes out what code has set, with a warning.

    A configuration that asks for an ACL is refused when it is loaded; this is for parameters that
    an application, an override or `extra_params` brings along later.
    """

    options: Any
    context: LayerContext

    def _strip(self, params: dict[str, Any]) -> None:
        for name in ACL_PARAMS:
            if name in params:
                del params[name]
                why = acl_refusal(self.context.vendor.title, self.context.capabilities)
                warnings.warn(
                    f"{self.context.provider}: {name} was left out, because {why}",
                    UnsupportedOptionWarning,
                    stacklevel=2,
                )
                note_quirk(f"{name} left out")

    # Asked before every other wrapper, so that it sees what they have added.
    @hookimpl(wrapper=True, tryfirst=True)
    def bucketry_put_params(self) -> Generator[None, Any, Any]:
        """Take ACL parameters out of an upload."""
        params = yield
        if isinstance(params, dict):
            self._strip(params)
        return params

    @hookimpl(wrapper=True, tryfirst=True)
    def bucketry_copy(self, params: dict[str, Any]) -> Generator[None, Any, Any]:
        """Take ACL parameters out of a copy."""
        self._strip(params)
        return (yield)
