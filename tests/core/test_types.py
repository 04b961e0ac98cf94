"""What type checkers refuse is refused when it runs, too.

mypy reads this file with the others: an ``ignore`` that hides no error is one.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bucketry import InvalidInput, Provider
from core.memory import memory_provider, store_of

REFUSED: list[Callable[[Provider], object]] = [
    lambda p: p.upload("text"),  # type: ignore[arg-type]
    lambda p: p.upload(None),  # type: ignore[arg-type]
    lambda p: p.upload(123),  # type: ignore[arg-type]
    lambda p: p.upload(b"", key=5),  # type: ignore[arg-type]
    lambda p: p.upload(b"", contenttype="a/b"),  # type: ignore[call-arg]
    lambda p: p.upload(b"", content_type=5),  # type: ignore[arg-type]
    lambda p: p.upload(b"", tags=["a"]),  # type: ignore[arg-type]
    lambda p: p.upload(b"", metadata={"a": 1}),  # type: ignore[dict-item]
    lambda p: p.upload(b"", checksum_algorithm="MD5"),  # type: ignore[arg-type]
    lambda p: p.upload(b"", encryption="AES256"),  # type: ignore[arg-type]
    lambda p: p.upload(b"", prevent_overwrite="no"),  # type: ignore[arg-type]
    lambda p: p.upload(b"", progress=5),  # type: ignore[arg-type]
    lambda p: p.replace("a", "text"),  # type: ignore[arg-type]
    lambda p: p.copy("a", "b", prevent_overwrite="no"),  # type: ignore[arg-type]
    lambda p: p.move("a", 5),  # type: ignore[arg-type]
    lambda p: p.delete(["a"]),  # type: ignore[arg-type]
    lambda p: p.exists(None),  # type: ignore[arg-type]
    lambda p: p.read(b"a"),  # type: ignore[arg-type]
    lambda p: p.read("a", byte_range=(0, 1)),  # type: ignore[call-arg]
    lambda p: p.open("a", byte_range=5),  # type: ignore[call-overload]
    lambda p: p.download("a", 5),  # type: ignore[arg-type]
    lambda p: next(p.list(5)),  # type: ignore[arg-type]
    lambda p: p.sign("a", method="PATCH"),  # type: ignore[arg-type]
    lambda p: p.sign("a", expires_in="900"),  # type: ignore[arg-type]
    lambda p: p.key_of_url(b"x"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_type_checkers_refuse_is_refused_before_anything_is_asked(number: int) -> None:
    memory = memory_provider()
    with pytest.raises(InvalidInput):
        REFUSED[number](memory)
    assert store_of(memory).calls == []
