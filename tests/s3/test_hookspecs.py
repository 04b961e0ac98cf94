"""The family's hooks are on its page, as all others are on theirs."""

from __future__ import annotations

import inspect
import re
from typing import Any

import bucketry_s3.objects
from bucketry.host.audit import audit, hooks_of
from bucketry_s3 import S3Hooks
from snippets import ROOT, blocks, run

PAGE = (ROOT / "docs/s3.md").read_text("utf-8")
HOOKS = [name for name in vars(S3Hooks) if name.startswith("bucketry_")]


def _spec(hook: str) -> Any:
    return vars(S3Hooks)[hook]


def test_the_page_has_each_hook_with_its_signature() -> None:
    assert re.findall(r"^### (bucketry_\w+)$", PAGE, re.MULTILINE) == HOOKS
    for hook in HOOKS:
        assert f"def {hook}{inspect.signature(_spec(hook))}".replace("'", "") in PAGE


def test_the_pages_layer_is_one() -> None:
    page = "docs/s3.md"
    namespace = run(page, [text for text in blocks(page) if "import hookimpl\n" in text])
    audit(namespace["Tagged"](), "", hooks_of((S3Hooks,)))


def test_what_a_room_does_not_have_is_no_missing_module() -> None:
    assert not hasattr(bucketry_s3.objects, "nothing")
    assert inspect.ismodule(bucketry_s3.objects.copying)
