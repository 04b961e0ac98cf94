"""The reference is whole: every option, every method, every error."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest

import bucketry
from bucketry import errors
from bucketry.host.catalog import installed

DOCS = Path(__file__).parents[2] / "docs"
ERRORS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, errors.BucketryError)
]


def headings(page: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", (DOCS / page).read_text("utf-8"), re.M)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_knows_its_section(kind: type[errors.BucketryError]) -> None:
    made: Any = ("x", [ValueError()]) if kind is errors.ManyFailed else ("x",)
    error = kind.__new__(kind, *made)
    address, _, anchor = error.docs.partition("#")
    assert address == f"{errors.DOCS}/errors.md"
    assert anchor in [heading.lower() for heading in headings("errors.md")]


def test_an_error_of_a_plugin_leads_to_the_kind_it_is() -> None:
    class Locked(bucketry.Rejected):
        """A plugin's own."""

    assert Locked("x").docs.endswith("/errors.md#rejected")


def test_the_address_is_the_projects() -> None:
    urls = dict(url.split(", ", 1) for url in metadata("bucketry").get_all("Project-URL") or ())
    assert urls["Documentation"] == errors.DOCS


def test_every_option_of_every_vendor_has_a_section() -> None:
    catalog = installed()
    told = set(headings("reference/configuration.md"))
    for name in catalog.names():
        kind: Any = catalog.load(name).options
        options = {field.alias for field in kind.__attrs_attrs__}
        assert options <= told, name


def test_the_page_says_what_the_option_is() -> None:
    text = (DOCS / "reference/configuration.md").read_text("utf-8")
    section = text[text.index("### signed_url_expires\n") :].partition("\n###")[0]
    assert "A whole number from 1 to 604,800." in section
    assert "Default: `900`." in section
    assert "every vendor." in section
    directory = text[text.index("### directory\n") :].partition("\n###")[0]
    assert "- For: `local`." in directory


def test_every_method_has_a_section() -> None:
    told = set(headings("reference/api.md"))
    public = {f"Provider.{n}" for n in vars(bucketry.Provider) if not n.startswith("_")}
    assert public <= told
    text = (DOCS / "reference/api.md").read_text("utf-8")
    section = text[text.index("### Provider.upload\n") :].partition("\n### ")[0]
    assert "    cache_control: str | None = None,\n" in section
    assert "- `tags`: up to 10 object tags." in section


@pytest.mark.parametrize("name", ["upload", "upload_many", "replace", "open"])
def test_help_shows_the_options_of_an_upload(name: str) -> None:
    for provider in (bucketry.Provider, __import__("bucketry.aio").aio.Provider):
        method = getattr(provider, name)
        parameters = inspect.signature(method).parameters
        assert str(parameters["prevent_overwrite"]) == "prevent_overwrite: 'bool | None' = None"
        assert not any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        assert "    tags: up to 10 object tags." in (inspect.getdoc(method) or "")


def test_a_misspelt_option_names_the_nearest(tmp_path: Path) -> None:
    media = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    for wrong, right in (("content_typ", "content_type"), ("keys", "key"), ("tag", "tags")):
        with pytest.raises(bucketry.InvalidInput, match=f"did you mean '{right}'"):
            media.upload(b"x", **{wrong: "x"})  # type: ignore[arg-type]
