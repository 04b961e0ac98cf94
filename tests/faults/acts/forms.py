"""Answers in another form: legal and rare, or nearly legal."""

from __future__ import annotations

import re
from collections.abc import Callable

from faults.acts.framing import chunks
from faults.proxy import Act, Exchange
from faults.wire import Answer


def raw(change: Callable[[bytes], bytes]) -> Act:
    """Send what `change` makes of the answer's head, and its body behind it."""

    def act(x: Exchange) -> None:
        answer = x.apply()
        x.send(change(answer.head()) + (b"" if x.request.method == "HEAD" else answer.body))

    return act


no_reason = raw(lambda head: re.sub(rb"^(HTTP/1.1 \d+) [^\r]*", rb"\1 ", head))
no_reason_no_blank = raw(lambda head: re.sub(rb"^(HTTP/1.1 \d+) [^\r]*", rb"\1", head))
small_names = raw(
    lambda head: re.sub(rb"\r\n([A-Za-z-]+):", lambda m: b"\r\n" + m[1].lower() + b":", head)
)
no_blanks = raw(lambda head: head.replace(b": ", b":"))
many_blanks = raw(lambda head: re.sub(rb"\r\n([A-Za-z-]+): ", rb"\r\n\1: \t  ", head))
blanks_behind = raw(lambda head: re.sub(rb"(\r\n[A-Za-z-]+: [^\r]*)", rb"\1  ", head))
latin = raw(lambda head: head.replace(b"\r\n", b"\r\nX-Note: caf\xe9 \xff\r\n", 1))
blank_line_first = raw(lambda head: b"\r\n" + head)
blank_before_colon = raw(lambda head: head.replace(b"Content-Length:", b"Content-Length :"))
nul_in_header = raw(lambda head: head.replace(b"\r\n", b"\r\nX-Note: a\x00b\r\n", 1))
etag_twice = raw(lambda head: head.replace(b"\r\n", b'\r\nETag: "0123"\r\n', 1))
protocol_two = raw(lambda head: head.replace(b"HTTP/1.1", b"HTTP/2.0", 1))
long_status = raw(lambda head: re.sub(rb"^HTTP/1.1 (\d+)", rb"HTTP/1.1 \g<1>0", head))
close_told = raw(lambda head: head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))


def body_to_head(x: Exchange) -> None:
    """Answer HEAD with a body that does not belong there."""
    x.send(x.apply().head() + b"<html>a body</html>")


def chunked_with_trailers(x: Exchange) -> None:
    """Send chunks with extensions, and headers behind them."""
    answer = x.apply()
    head = answer.with_header("Content-Length", None).with_header("Transfer-Encoding", "chunked")
    body = chunks(answer.body).replace(b"\r\n", b';name="v;"\r\n', 1)
    x.send(head.head() + body.removesuffix(b"\r\n") + b"X-Amz-Trailer: yes\r\n\r\n")


def spaces_first(x: Exchange) -> None:
    """Send spaces for a while before the document, as S3 does to keep a connection."""
    answer = x.apply()
    declaration, _, rest = answer.body.partition(b"?>")
    if not rest:
        declaration, rest = b"", answer.body
    else:
        declaration += b"?>"
    plain = answer.with_header("Content-Length", None).with_header("Transfer-Encoding", "chunked")
    x.send(plain.head())
    for piece in (declaration, b"   \n", b"  ", rest):
        if piece:
            x.send(chunks(piece).removesuffix(b"0\r\n\r\n"))
            x.pause(0.1)
    x.send(b"0\r\n\r\n")


def _document(change: Callable[[str], bytes]) -> Act:
    def act(x: Exchange) -> None:
        x.answer(x.apply().edited(lambda body: change(body.decode())))

    return act


def _prefixed(text: str) -> bytes:
    """Put every name into a namespace with a prefix."""
    text = re.sub(r"<(/?)([A-Za-z])", r"<\1s3:\2", text.partition("?>")[2] or text)
    uri = "http://s3.amazonaws.com/doc/2006-03-01/"
    text = re.sub(r' xmlns="[^"]*"', "", text)
    return re.sub(r"<(s3:\w+)", rf'<\1 xmlns:s3="{uri}"', text, count=1).encode()


with_mark = _document(lambda text: b"\xef\xbb\xbf" + text.encode())
with_comment = _document(lambda text: (text + "<!-- served by node 7 -->\n").encode())
in_utf16 = _document(lambda text: (text.partition("?>")[2] or text).encode("utf-16"))
with_prefix = _document(_prefixed)
with_newlines = _document(lambda text: text.replace("><", ">\r\n  <").encode())
with_unknown = _document(
    lambda text: re.sub(r"(<[A-Z]\w*Result[^>]*>)", r"\1<New><Thing>1</Thing></New>", text).encode()
)
twice_over = _document(lambda text: (text + text.partition("?>")[2]).encode())


def error_behind_spaces(x: Exchange) -> None:
    """Say 200, then spaces, then that it failed; nothing is applied."""
    x.body()
    body = b"   \n  <Error><Code>InternalError</Code><Message>m</Message></Error>"
    head = (("Content-Type", "application/xml"), ("x-amz-request-id", "R1"))
    x.answer(Answer(200, head).with_body(body))


def _batch(change: Callable[[str], str]) -> Act:
    """Change what is told of a batch of deletes, all of which have happened."""

    def act(x: Exchange) -> None:
        x.answer(x.apply().edited(lambda body: change(body.decode()).encode()))

    return act


batch_other_keys = _batch(lambda text: text.replace("<Key>folder/", "<Key>other/"))
batch_one_missing = _batch(lambda text: re.sub(r"<Deleted>.*?</Deleted>", "", text, count=1))
batch_empty = _batch(lambda text: re.sub(r"<Deleted>.*</Deleted>", "", text, flags=re.S))
batch_error_though_deleted = _batch(
    lambda text: re.sub(
        r"<Deleted>(<Key>[^<]*</Key>).*?</Deleted>",
        r"<Error>\1<Code>InternalError</Code><Message>m</Message></Error>",
        text,
        count=1,
    )
)
batch_error_without_key = _batch(
    lambda text: re.sub(
        r"<Deleted>.*</Deleted>",
        "<Error><Code>InternalError</Code><Message>m</Message></Error>",
        text,
        flags=re.S,
    )
)
