"""What probes work with: a folder that is thrown away, and the view of somebody outside."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from bucketry.once import once
from bucketry.origins import origin_of

if TYPE_CHECKING:
    from bucketry.browsing import Http


class Bench:
    """The place of one diagnosis.

    Whatever it stores goes under `folder`, by the keys that `name` and `key` hand out: these are
    deleted at the end, also when it is interrupted.

    Attributes:
        folder: key of the folder, relative to the root path, without a slash at the end.
        origin: what a browser's page would be served from (``https://www.example.com``), or None.
        versioned: whether the bucket keeps versions, as far as has been seen. What probes have
            stored is then removed for good.
    """

    def __init__(self, root_prefix: str, *, origin: str | None, ca_bundle: str | None) -> None:
        """`root_prefix` is the root path's; `ca_bundle` names further authorities to trust.

        `InvalidInput` for what is no origin.
        """
        self.folder = f"bucketry-doctor-{secrets.token_hex(6)}"
        self.origin = None if origin is None else origin_of(origin)
        self.versioned = False
        self._root_prefix = root_prefix
        self._ca_bundle = ca_bundle
        self._used: dict[str, None] = {}
        self._undo: list[Callable[[], object]] = []

    def name(self, name: str) -> str:
        """Return a key in the folder, relative to the root path; it is deleted at the end."""
        key = f"{self.folder}/{name}"
        self._used[key] = None
        return key

    def key(self, name: str) -> str:
        """Return the same as an object key, as hooks take it."""
        return self._root_prefix + self.name(name)

    def at_the_end(self, undo: Callable[[], object]) -> None:
        """Have something done at the end, before the keys are deleted."""
        self._undo.append(undo)

    @property
    def used(self) -> list[str]:
        """The keys that were handed out, relative to the root path."""
        return list(self._used)

    def take_undo(self) -> list[Callable[[], object]]:
        """Return what is to be done at the end, the last one first, and forget it."""
        undo, self._undo = self._undo[::-1], []
        return undo

    @once
    def http(self) -> Http:
        """Plain HTTP, as somebody without a key pair speaks it."""
        from bucketry.browsing import Http

        return Http(self._ca_bundle, proxies=True)
