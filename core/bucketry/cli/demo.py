"""The main job on the embedded default, in a few seconds and without an account: demo."""

from __future__ import annotations

import struct
import tempfile
import urllib.error
import urllib.request
import zlib
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from time import sleep as wait
from typing import Any

from attrs import define, field, frozen
from rich.console import Console
from rich.text import Text

from bucketry import Provider, hookimpl, open_provider
from bucketry.cli import output
from bucketry.cli.serving import local_server
from bucketry.cli.settings import Settings, command

PUBLIC = "public/gradient.png"
PRIVATE = "private/gradient.png"
SHORT = 2
"""Seconds that the URL lives which is to expire. One second could be over within milliseconds,
because lives are counted in whole seconds."""

ON_R2 = """
The same on Cloudflare R2, once its bucket and keys are filled in:

  bucketry init r2
  bucketry put gradient.png --key private/gradient.png
  bucketry sign private/gradient.png"""


class PublicFolder:
    """A layer: what is below ``public/`` opens for everybody, the rest with a signature only."""

    @hookimpl
    def bucketry_is_private(self, key: str) -> bool:
        """Go by the folder."""
        return not key.startswith("public/")


@command
def demo(settings: Settings) -> int:
    """Store, open, sign and delete a file, and prove each step.

    A temporary folder and the bundled server on a free port are all it needs. The exit code is not
    0 if any step behaves otherwise than it says.
    """
    steps = Steps(settings)
    with tempfile.TemporaryDirectory(prefix="bucketry-demo-") as folder:
        picture = Path(folder, "gradient.png")
        picture.write_bytes(png())
        with local_server(port=0) as server:
            configured = {
                "provider": "local",
                "directory": f"{folder}/files",
                "base_url": server.url,
            }
            with open_provider(configured).with_layer(PublicFolder()) as media:
                server.mount(media)
                _show(steps, media, picture)
    if settings.json:
        output.emit({"ok": not steps.failed, "steps": steps.done})
    elif steps.failed:
        steps.console.print(f"\n{steps.failed} of {len(steps.done)} steps were not as they should.")
    else:
        steps.console.print(ON_R2, highlight=False)
    return output.FAILED if steps.failed else 0


def _show(steps: Steps, media: Provider, picture: Path) -> None:
    data = picture.read_bytes()
    served = (200, "image/png", data)

    public = media.upload(picture, key=PUBLIC)
    steps.show(
        f"stored {public.key}",
        f"{public.size:,} bytes, ETag {public.etag}, {'public' if public.public else 'private'}",
        public.size == len(data) and public.public,
    )
    steps.fetch("its URL opens for everybody", public.url, served)

    private = media.upload(picture, key=PRIVATE)
    steps.fetch(f"stored {private.key}; its plain URL is refused", private.url, 403)
    short = media.sign(PRIVATE, expires_in=SHORT)
    steps.fetch("a signed URL opens it", media.sign(PRIVATE).reveal(), served)
    steps.fetch(f"one that lives {SHORT} seconds does too", short.reveal(), served)
    steps.fetch("a signed URL with one character changed is refused", _tampered(media), 403)
    left = short.expires_at - datetime.now(UTC) if short.expires_at else None
    with steps.console.status("waiting for the short one to expire ..."):
        wait(max(0.0, left.total_seconds() + 0.05) if left else 0.0)
    steps.fetch("the short one has expired and is refused", short.reveal(), 403)

    media.delete(PUBLIC)
    media.delete(PRIVATE)
    steps.fetch("deleted: the URL finds nothing", public.url, 404)
    left_over = [info.key for info in media.list()]
    steps.show("nothing is left", f"{len(left_over)} objects in the listing", not left_over)


def _tampered(media: Provider) -> str:
    url = media.sign(PRIVATE).reveal()
    return url[:-1] + ("0" if url[-1] != "0" else "1")


@define
class Steps:
    """Shows each claim with what was seen, and keeps count of those that were not true."""

    settings: Settings
    done: list[dict[str, Any]] = field(factory=list)
    console: Console = field(init=False)

    def __attrs_post_init__(self) -> None:
        hidden = self.settings.json
        self.console = Console(
            no_color=self.settings.no_color or None, quiet=hidden, highlight=False, soft_wrap=True
        )

    @property
    def failed(self) -> int:
        """How many claims were not true."""
        return sum(not step["holds"] for step in self.done)

    def show(self, claim: str, seen: str, holds: bool) -> None:
        """Show a claim, what was seen, and whether that bears it out."""
        self.done.append({"claim": claim, "seen": seen, "holds": holds})
        mark = ("ok    ", "green") if holds else ("FAIL  ", "bold red")
        self.console.print(Text.assemble(mark, claim, (f"\n      {seen}", "dim")))

    def fetch(self, claim: str, url: str, expected: int | tuple[int, str, bytes]) -> None:
        """Fetch `url` through the server; it must give that status, or status, type and bytes."""
        answer = fetch(url)
        if isinstance(expected, int):
            holds = answer.status == expected
        else:
            holds = (answer.status, answer.content_type, answer.body) == expected
        told = f"{answer.content_type}, {len(answer.body):,} bytes"
        if answer.content_type == "text/plain":
            told = answer.body.decode("utf-8", "replace").strip()
        self.show(claim, f"GET {url}\n      {answer.status}: {told}", holds)


@frozen
class Answer:
    """What the server said."""

    status: int
    content_type: str
    body: bytes


def fetch(url: str) -> Answer:
    """GET `url`, past any proxy that is configured; a refusal is an answer too."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as response:
            return _answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error.read())


def _answer(status: int, headers: Message, body: bytes) -> Answer:
    return Answer(status, headers.get_content_type(), body)


def png(side: int = 96) -> bytes:
    """Return a picture of `side` x `side` pixels with a colour gradient (W3C PNG, 8-bit RGB)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = b"".join(
        b"\0" + bytes(v for x in range(side) for v in (255 * x // side, 255 * y // side, 160))
        for y in range(side)
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
