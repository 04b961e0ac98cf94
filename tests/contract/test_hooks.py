"""The hooks are documented where people look, and their examples run."""

from __future__ import annotations

import ast
import doctest
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bucketry import ProviderHooks, hookspecs
from bucketry.host.audit import HOOKS, audit, hooks_of
from bucketry_s3 import S3Hooks
from bucketry_s3 import hookspecs as s3_hookspecs
from snippets import ROOT, run

FAMILY = [name for name in vars(S3Hooks) if name.startswith("bucketry_")]
WITH_FAMILY = hooks_of((S3Hooks,))

# Each hook with its class, the module its example is found in, and the hooks that a layer in it may
# have.
DOCUMENTED = [
    *((hook, ProviderHooks, hookspecs, HOOKS) for hook in HOOKS),
    *((hook, S3Hooks, s3_hookspecs, WITH_FAMILY) for hook in FAMILY),
]


@pytest.mark.parametrize(("hook", "spec"), [one[:2] for one in DOCUMENTED])
def test_a_docstring_says_when_what_none_and_how_to_wrap(hook: str, spec: type) -> None:
    text = inspect.cleandoc(vars(spec)[hook].__doc__)
    summary, *paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    assert summary.endswith(".")
    assert [part.partition(":")[0] for part in paragraphs] == [
        "Asked when",
        "Answer",
        "As a wrapper",
        "Example",
    ]
    assert " None: " in paragraphs[1]


@pytest.mark.parametrize(("hook", "spec", "module", "hooks"), DOCUMENTED)
def test_an_example_runs_and_is_a_layer(
    hook: str, spec: type, module: ModuleType, hooks: Any
) -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(
        vars(spec)[hook], hook, module, globs={"hookimpl": hookspecs.hookimpl}
    )
    assert example.examples
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    result = runner.run(example, clear_globs=False)
    assert result.failed == 0
    layers = [value for value in example.globs.values() if _is_layer(value, hooks)]
    assert layers
    for layer in layers:
        audit(layer(), "", hooks)
        assert hasattr(layer, hook)


def _is_layer(value: object, hooks: Any) -> bool:
    return isinstance(value, type) and any(name in hooks for name in vars(value))


def test_the_code_on_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace = run("docs/hooks.md")
    media = namespace["media"]
    assert media.object_url("campaign/summer") == "https://go.example.com/summer"
    assert media.object_url("other") == "http://127.0.0.1:8900/other"
    wrapped = media.with_layer(namespace["CacheForAYear"]())
    assert wrapped.upload(b"x", key="a.png").size == 1


@pytest.mark.parametrize("hook", HOOKS)
def test_some_test_is_about_each_hook(hook: str) -> None:
    """A name in code counts, one in this file or in a comment does not."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        if path == Path(__file__) or hook not in path.read_text("utf-8"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = (
                (isinstance(node, ast.FunctionDef) and node.name == hook)
                or (isinstance(node, ast.Constant) and node.value == hook)
                or (isinstance(node, ast.Attribute) and node.attr == hook)
            )
            if named:
                return
    pytest.fail(f"no test names {hook}")
