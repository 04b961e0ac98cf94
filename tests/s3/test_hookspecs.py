"""The family's hooks are documented as all others are, and their examples run."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from bucketry.host.audit import audit, hooks_of
from bucketry_s3 import S3Hooks, hookspecs

PAGE = (Path(__file__).parents[2] / "docs/s3.md").read_text("utf-8")
HOOKS = [name for name in vars(S3Hooks) if name.startswith("bucketry_")]


def _spec(hook: str) -> Any:
    return vars(S3Hooks)[hook]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_docstring_says_when_what_none_and_how_to_wrap(hook: str) -> None:
    text = inspect.cleandoc(_spec(hook).__doc__)
    summary, *paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    assert summary.endswith(".")
    assert [part.partition(":")[0] for part in paragraphs] == [
        "Asked when",
        "Answer",
        "As a wrapper",
        "Example",
    ]
    assert " None: " in paragraphs[1]


@pytest.mark.parametrize("hook", HOOKS)
def test_an_example_runs_and_is_a_layer(hook: str) -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(_spec(hook), hook, hookspecs, globs={})
    result = doctest.DocTestRunner().run(example, clear_globs=False)
    assert result.failed == 0
    layers = [
        value for value in example.globs.values() if isinstance(value, type) and hook in vars(value)
    ]
    assert layers
    for layer in layers:
        audit(layer(), "", hooks_of((S3Hooks,)))


def test_the_page_has_each_hook_with_its_signature() -> None:
    assert re.findall(r"^### (bucketry_\w+)$", PAGE, re.MULTILINE) == HOOKS
    for hook in HOOKS:
        assert f"def {hook}{inspect.signature(_spec(hook))}".replace("'", "") in PAGE


def test_the_pages_layer_is_one() -> None:
    (block,) = re.findall(r"```python\n(from bucketry import hookimpl\n.*?)```", PAGE, re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(compile(block, "docs/s3.md", "exec"), namespace)
    audit(namespace["Tagged"](), "", hooks_of((S3Hooks,)))
