"""The how-to pages about setting up run as they stand there."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable
from typing import Any

import click
import pytest

import bucketry
import snippets
from bucketry import Provider
from bucketry.cli.app import root
from bucketry.cli.settings import Settings
from bucketry_s3.testing import StandIn
from snippets import ROOT, blocks

PAGES = ("private-bucket", "public-bucket-with-cdn", "vendor-setup")


@pytest.fixture
def run(
    server: StandIn, open_on: Callable[..., Provider], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], dict[str, Any]]:
    """Give a function that runs a page's Python on a stand-in, with the page's configuration."""

    def page(name: str) -> dict[str, Any]:
        path = f"docs/howto/{name}.md"
        (text,) = blocks(path, "toml")
        told = tomllib.loads(text)["providers"]["media"]
        kept = {n: v for n, v in told.items() if n in ("visibility", "base_url", "root_path")}
        media = open_on(server, **kept)
        monkeypatch.setattr(bucketry, "open_provider", lambda name: media)
        return snippets.run(path)

    return page


def test_a_private_bucket(
    run: Callable[[str], dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    page = run("private-bucket")
    assert [step.name for step in page["applied"].done] == [
        "owners", "public access", "cors", "unfinished uploads",
    ]  # fmt: skip
    assert '"s3:PutObject"' in capsys.readouterr().out


def test_a_public_bucket_with_a_cdn(
    run: Callable[[str], dict[str, Any]], server: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    page = run("public-bucket-with-cdn")
    assert capsys.readouterr().out.splitlines()[0] == "('https://cdn.example.com/',)"
    told: list[Any] = []
    page["app"]({}, lambda status, headers: told.append(dict(headers)))
    policy = told[0]["Content-Security-Policy"]
    assert "img-src 'self' https://cdn.example.com/;" in policy
    assert f"{server.endpoint}/media/" in policy.partition("connect-src")[2]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_pages_parses(page: str) -> None:
    path = f"docs/howto/{page}.md"
    lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
    lines += re.findall(r"`(bucketry [^`]+)`", (ROOT / path).read_text("utf-8"))
    assert len(lines) > 2
    for line in lines:
        _, name, *arguments = shlex.split(line, comments=True)
        parent = click.Context(root, obj=Settings())
        command = root.get_command(parent, name)
        assert command is not None
        command.make_context(name, arguments, parent=parent)
