"""JSON for files that people read in a diff: what fits into a line stands in one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

WIDTH = 100


def json_text(value: Any) -> str:
    """Return `value` as JSON: a member per line, short ones that follow each other together."""
    return "\n".join(_lines(value, "", "")) + "\n"


def _lines(value: Any, indent: str, name: str) -> Iterator[str]:
    """Yield the lines of one value; `name` is what stands in front of it, ``"name": ``."""
    whole = f"{indent}{name}{json.dumps(value, ensure_ascii=False)}"
    if len(whole) < WIDTH or not value or not isinstance(value, dict | list):
        yield whole
        return
    if isinstance(value, dict):
        ends, members = "{}", [(f"{json.dumps(key)}: ", below) for key, below in value.items()]
    else:
        ends, members = "[]", [("", below) for below in value]
    yield f"{indent}{name}{ends[0]}"
    deeper, line = indent + " ", ""
    for number, (below_name, below) in enumerate(members):
        comma = "," if number < len(members) - 1 else ""
        *head, last = _lines(below, deeper, below_name)
        if not head and len(line) + len(last) - len(deeper) + 2 < WIDTH and line:
            line += f" {last[len(deeper) :]}{comma}"
            continue
        if line:
            yield line
        yield from head
        line = last + comma
        if head:
            yield line
            line = ""
    if line:
        yield line
    yield f"{indent}{ends[1]}"
