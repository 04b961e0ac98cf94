"""Plain HTTP, where no answer at all is a failed check."""

from __future__ import annotations

from collections.abc import Mapping

from bucketry import browsing
from bucketry.model import SignedUrl
from bucketry.testing.expect import CheckFailed


class Http(browsing.Http):
    """Opens URLs the way a browser or curl would; proxies are left out."""

    def send(
        self,
        target: SignedUrl | str,
        method: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> browsing.Answer:
        """Send one request and return the answer, whatever its status; else `CheckFailed`."""
        try:
            return super().send(target, method, body, headers)
        except browsing.NoAnswer as error:
            raise CheckFailed(str(error)) from error.__cause__
