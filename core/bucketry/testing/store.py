"""What a case is given: a provider that is confined to a folder of its own, and short helpers."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import attrs

from bucketry.host.layers import NamedLayer
from bucketry.model import Capabilities, Fact, Page, SignedUrl, StoredObject
from bucketry.once import once
from bucketry.provider import Provider
from bucketry.source import Body
from bucketry.testing.expect import CheckFailed, Skip
from bucketry.testing.http import Http

MIB = 1 << 20
DEFAULT_PART_SIZE = 5 * MIB
"""Part size in bytes where a provider's options name none: the least that S3 takes."""

SAMPLE = b"The quick brown fox jumps over the lazy dog.\n"
"""What is stored where the bytes do not matter."""


def rebuilt(provider: Provider, **changes: Any) -> Provider:
    """Return a provider of the same kind, vendor and layers with some options replaced.

    `Skip` if there is no such option.
    """
    fields = attrs.fields_dict(type(provider.options))
    for name in changes:
        if name not in fields:
            raise Skip(f"the options of {provider.vendor.title} have no {name!r}")
    return type(provider)(
        name=provider.name,
        vendor=provider.vendor,
        options=attrs.evolve(provider.options, **changes),
        distribution=provider._distribution,
        overrides=provider._overrides,
    )


def layers_of(provider: Provider) -> Sequence[NamedLayer]:
    """Return a provider's layers with their names and distributions, from the bottom up."""
    return provider._ground.stack.layers


class Store:
    """One case's view of the storage. Its keys begin with `folder`, which no other case uses.

    Attributes:
        provider: the confined provider: every key it touches lies under the throw-away prefix.
        capabilities: what the provider declares.
        expiring: a GET that was signed for one second when the run began; None if it cannot sign.
        stand_in: the server in this process behind the provider, if the run was given one: a
            family's cases look at what it has received.
    """

    def __init__(
        self,
        provider: Provider,
        folder: str,
        expiring: SignedUrl | None,
        variants: dict[object, Provider],
        stand_in: object | None = None,
    ) -> None:
        """`variants` keeps the other providers that cases make, because clients are dear."""
        self.provider = provider
        self.folder = folder
        self.expiring = expiring
        self.stand_in = stand_in
        self._variants = variants

    @once
    def http(self) -> Http:
        """Plain HTTP, for what is signed."""
        return Http(getattr(self.provider.options, "ca_bundle", None))

    @property
    def capabilities(self) -> Capabilities:
        """The capabilities that the provider declares."""
        return self.provider.capabilities

    # -- keys --------------------------------------------------------------------------------

    def key(self, name: str = "object.bin") -> str:
        """Return the key of `name` in this case's folder."""
        return f"{self.folder}/{name}"

    def put(self, name: str = "object.bin", body: Body = SAMPLE, **options: Any) -> StoredObject:
        """Upload under `name` and return what was stored."""
        return self.provider.upload(body, key=self.key(name), **options)

    def read(self, name: str = "object.bin") -> bytes:
        """Return the bytes of `name`."""
        return self.provider.read(self.key(name))

    def names(self, prefix: str = "") -> list[str]:
        """Return the names in this case's folder that begin with `prefix`, sorted.

        Not every vendor lists in order.
        """
        start = f"{self.folder}/"
        return sorted(info.key.removeprefix(start) for info in self.provider.list(start + prefix))

    def pages(self, page_size: int, prefix: str = "", delimiter: str = "") -> Iterator[Page]:
        """Yield the pages of a listing of this case's folder, object keys as the hook gives them.

        The facade's own pages hold a thousand keys; a rule on pages would cost as many uploads.
        """
        root = self.provider.options.root_path
        return self.provider.hooks.bucketry_list(
            prefix=f"{root}/{self.folder}/{prefix}",
            delimiter=delimiter,
            start_after="",
            page_size=page_size,
        )

    def unfinished(self) -> list[str]:
        """Return the names of unfinished multipart uploads in this case's folder."""
        start = f"{self.folder}/"
        swept = self.provider.sweep(older_than=timedelta(0), dry_run=True)
        return [one.key.removeprefix(start) for one in swept if one.key.startswith(start)]

    # -- bodies ------------------------------------------------------------------------------

    @property
    def part_size(self) -> int:
        """Bytes of one part of a large upload."""
        multipart = getattr(self.provider.options, "multipart", None)
        return getattr(multipart, "part_size", DEFAULT_PART_SIZE)

    def large(self, more: int = 1) -> bytes:
        """Return a body that is `more` bytes longer than one part, no two blocks of it alike."""
        size = self.part_size + more
        block = b"".join(number.to_bytes(4, "big") for number in range(1024))
        blocks = [number.to_bytes(4, "big") + block for number in range(size // len(block) + 1)]
        return b"".join(blocks)[:size]

    # -- other providers ---------------------------------------------------------------------

    def variant(self, **changes: Any) -> Provider:
        """Return a provider with other options, in the same folder; cases share it.

        The case is skipped where the vendor has no such option.
        """
        key = (id(self.provider), *sorted(changes.items()))
        if key not in self._variants:
            self._variants[key] = rebuilt(self.provider, **changes)
        return self._variants[key]

    def multipart_variant(self, **changes: Any) -> Provider:
        """Return a provider with other `multipart` options."""
        multipart = getattr(self.provider.options, "multipart", None)
        if multipart is None:
            raise Skip(f"the options of {self.provider.vendor.title} have no 'multipart'")
        return self.variant(multipart=attrs.evolve(multipart, **changes))

    def believing(self, **values: Any) -> Provider:
        """Return a provider whose capabilities say `values`, so that it tries and holds not back.

        What the server then does is what is to be observed.
        """
        provider = self.provider
        key = (id(provider), "believing", repr(values))
        if key not in self._variants:
            facts: dict[str, Any] = {
                name: Fact(value, "inferred", "assumed for a probe")
                for name, value in values.items()
            }
            vendor = attrs.evolve(
                provider.vendor,
                capabilities=attrs.evolve(provider.capabilities, **facts),
                capabilities_for=None,
            )
            self._variants[key] = type(provider)(
                name=provider.name,
                vendor=vendor,
                options=provider.options,
                distribution=provider._distribution,
                overrides=provider._overrides,
            )
        return self._variants[key]

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Fail whoever opens a connection meanwhile."""

        def refuse(*_: object) -> None:
            raise CheckFailed("a connection was opened where none is needed")

        with patch.object(socket.socket, "connect", refuse):
            yield
