"""Acts that lie: pages of middleboxes, statuses, headers and documents that S3 does not send."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.utils import formatdate

from faults.proxy import Act, Exchange
from faults.wire import Answer, Headers

HTML = (("Content-Type", "text/html; charset=utf-8"),)
LOGIN = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>...</form></body></html>"
)
WEAK = ("ETag", 'W/"54-9Wk1z4cH8cQh0nYv0Qm8w2kq8mA"')
STRONG = ("ETag", '"5d41402abc4b2a76b9719d911017c592"')
AMZ = ("x-amz-request-id", "0000000000000001")
XML = (("Content-Type", "application/xml"), AMZ)


def page(status: int, body: bytes = LOGIN, headers: Headers = HTML, *, apply: bool = False) -> Act:
    """Answer this instead of the server; with `apply` the request takes effect all the same."""

    def act(x: Exchange) -> None:
        if apply:
            x.apply()
        else:
            x.body()
        answer = Answer(status, headers)
        x.answer(answer if status in (204, 304) else answer.with_body(body))

    return act


def error(
    status: int,
    code: str,
    *headers: tuple[str, str],
    apply: bool = False,
    date: float | None = None,
) -> Act:
    """Answer with S3's own document of an error."""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code>'
        "<Message>Said on purpose.</Message><RequestId>0000000000000001</RequestId></Error>"
    ).encode()

    def act(x: Exchange) -> None:
        now = ("Date", formatdate(time.time() + (date or 0), usegmt=True))
        page(status, body, (*XML, now, *headers), apply=apply)(x)

    return act


def changed(change: Callable[[Answer], Answer]) -> Act:
    """Apply, and tell what `change` makes of the answer."""

    def act(x: Exchange) -> None:
        x.answer(change(x.apply()))

    return act


def header(name: str, value: str | None) -> Act:
    """Replace a header of the answer; None takes it away."""
    return changed(lambda answer: answer.with_header(name, value))


def status(number: int) -> Act:
    """Apply, and answer with another status."""
    return changed(lambda a: Answer(number, a.headers, a.body, a.reason))


def status_unapplied(number: int, *headers: tuple[str, str]) -> Act:
    """Apply nothing, and answer with this status, an empty body and an ETag."""
    return page(number, b"", (AMZ, *headers))


def rewritten(pattern: str, replacement: str) -> Act:
    """Replace text in the answer's document."""

    def change(body: bytes) -> bytes:
        text = body.decode()
        assert re.search(pattern, text, re.S), f"{pattern} is not in {text[:300]}"
        return re.sub(pattern, replacement, text, flags=re.S).encode()

    return changed(lambda answer: answer.edited(change))


def document(text: str) -> Act:
    """Answer 200 with this document, nothing applied."""
    return page(200, text.encode(), XML)


def to_elsewhere(number: int, same: bool = False) -> Act:
    """Redirect to another host, or to the very same address."""

    def act(x: Exchange) -> None:
        x.body()
        host = x.request.header("host") if same else "elsewhere.invalid"
        where = f"https://{host}{x.request.target}"
        x.answer(
            Answer(number, (*XML, ("Location", where))).with_body(
                b"<Error><Code>TemporaryRedirect</Code><Message>m</Message>"
                b"<Endpoint>elsewhere.invalid</Endpoint></Error>"
            )
        )

    return act


def half_as_206(x: Exchange) -> None:
    """Answer 206 with the first half, though no range was asked for."""
    answer = x.apply()
    size = len(answer.body)
    half = answer.with_body(answer.body[: size // 2])
    half = half.with_header("Content-Range", f"bytes 0-{size // 2 - 1}/{size}")
    x.answer(Answer(206, half.headers, half.body, "Partial Content"))


def range_ignored(x: Exchange) -> None:
    """Answer a range with 200 and bytes from another place."""
    answer = x.apply()
    body = bytes(len(answer.body))
    plain = answer.with_header("Content-Range", None).with_body(body)
    x.answer(Answer(200, plain.headers, plain.body, "OK"))


def range_shifted(x: Exchange) -> None:
    """Answer 206 for another range than was asked for."""
    x.answer(x.apply().with_header("Content-Range", "bytes 0-9/10"))


def bomb() -> str:
    """Return XML whose entities grow without bound."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><ListBucketResult>&a9;</ListBucketResult>'
