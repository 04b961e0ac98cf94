"""The awaited doors raise what the others do: one of ours, whatever is handed in."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bucketry import BucketryError, Outcomes
from bucketry.aio import Provider
from core.memory import memory_provider
from core.test_hostile_arguments import ANYTHING, ARGUMENTS

ODD = ("none", "googol", "nan", "surrogate", "lies", "refuses", "no path", "endless", "closed file")


class Awaited:
    """A source whose reading is awaited, and fails."""

    async def read(self, size: int = -1) -> bytes:
        raise ValueError("no bytes")


async def _broken() -> AsyncIterator[Any]:
    yield "text"


async def _complaint(function: Any, **given: Any) -> str | None:
    try:
        answer = function(**given)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, Outcomes):
            answer = iter(answer)
        if hasattr(answer, "__aiter__") and not hasattr(answer, "read"):
            async for _ in answer:
                pass
        elif isinstance(answer, Iterator):
            list(answer)
        if hasattr(answer, "aclose"):
            await answer.aclose()
    except BucketryError:
        return None
    except Exception as error:
        return repr(error)
    return None


@pytest.mark.anyio
async def test_an_odd_argument_gets_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = {}
    with memory_provider() as sync:
        sync.upload(b"x", key="a")
        media = Provider(sync)
        for method, fine in ARGUMENTS.items():
            function = getattr(media, method, None)
            if function is None:
                continue
            given = {name: "target" if v == "TARGET" else v for name, v in fine.items()}
            for name in given:
                for what in ODD:
                    said = await _complaint(function, **given | {name: ANYTHING[what]})
                    if said is not None:
                        found[f"{method}({name}={what})"] = said
        for source in (Awaited(), _broken()):
            said = await _complaint(media.upload, source=source, key="k")
            found |= {} if said is None else {type(source).__name__: said}
    assert found == {}
