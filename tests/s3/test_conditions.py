"""Preconditions where the vendor enforces them, and where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bucketry import (
    AccessDenied,
    AlreadyExists,
    Capabilities,
    Fact,
    PreconditionFailed,
    Unsupported,
)
from s3.memory_transport import MIB, MemoryTransport, always, md5, provider_on

DENIED = AccessDenied("may not look", code="AccessDenied", status=403)


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def stream(size: int) -> Iterator[bytes]:
    for start in range(0, size, MIB):
        yield bytes(min(MIB, size - start))


@pytest.mark.parametrize("size", [1, 6 * MIB])
@pytest.mark.parametrize("treatment", ["ignored", "refused"])
def test_a_vendor_that_would_overwrite_is_not_asked(
    transport: MemoryTransport, treatment: Any, size: int
) -> None:
    able = Capabilities(put_if_match=Fact(treatment, "code", "its source", "2026-10"))

    with pytest.raises(Unsupported, match=rf"{treatment} \(code: its source, 2026-10\)"):
        provider_on(transport, capabilities=able).upload(bytes(size), key="k", if_match="abc")

    assert [] == transport.sent


def test_a_native_condition_is_held_to_the_same_rule(transport: MemoryTransport) -> None:
    able = Capabilities(put_if_match=Fact("ignored"))

    with pytest.raises(Unsupported):
        provider_on(transport, capabilities=able).upload(
            b"x", key="k", extra_params={"IfMatch": '"abc"'}
        )

    assert [] == transport.sent


@pytest.mark.parametrize("size", [3, 6 * MIB])
def test_where_it_is_not_known_the_version_is_looked_at(
    transport: MemoryTransport, size: int
) -> None:
    """Nobody knows whether this vendor compares; the memory transport does not."""
    provider = provider_on(transport)
    transport.objects["k"] = b"old"

    with pytest.raises(PreconditionFailed, match="not the version that was named"):
        provider.upload(bytes(size), key="k", if_match=md5(b"older"))
    with pytest.raises(PreconditionFailed, match="not the version that was named"):
        provider.upload(bytes(size), key="nothing", if_match=md5(b"older"))
    assert b"old" == transport.objects["k"]
    assert {"HeadObject"} == set(transport.operations())

    provider.upload(bytes(size), key="k", if_match=f'"{md5(b"old")}"')
    assert bytes(size) == transport.objects["k"]


def test_where_complete_ignores_if_match_a_newer_version_is_seen(
    transport: MemoryTransport,
) -> None:
    """Where no request is known to compare, looking is all there is."""
    able = Capabilities(complete_if_match=Fact("refused"))
    transport.objects["k"] = b"old"
    transport.after["UploadPart"] = lambda inner, operation, params: inner.objects.update(k=b"new")

    with pytest.raises(PreconditionFailed):
        provider_on(transport, capabilities=able).upload(
            stream(6 * MIB), key="k", if_match=md5(b"old")
        )

    assert b"new" == transport.objects["k"]
    assert {} == transport.uploads


def test_a_key_pair_that_may_only_write_still_protects_a_large_file(
    transport: MemoryTransport,
) -> None:
    """Looking first only spares bytes where Complete decides."""
    able = Capabilities(complete_if_absent=Fact("enforced"))
    transport.fail["HeadObject"] = always(DENIED)
    transport.objects["k"] = b"old"
    provider = provider_on(transport, capabilities=able)

    with pytest.raises(AlreadyExists):
        provider.upload(stream(6 * MIB), key="k", prevent_overwrite=True)

    assert b"old" == transport.objects["k"]
    assert {} == transport.uploads
