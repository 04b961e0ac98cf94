"""Answers in a form that is rare and legal, or nearly legal; batches; downloads taken up again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faults.acts import breaks, forms, framing, lies, strangers
from faults.proxy import Act, Strike
from faults.table import ANY, LOOK, READ, XML_ANSWERS, Fault, Spot, always, once

_MIXED: Sequence[Spot] = [
    ("upload", "PutObject"),
    ("exists", "HeadObject"),
    ("read", "GetObject"),
    ("list", "ListObjectsV2"),
    ("upload parts", "CompleteMultipartUpload"),
    ("delete", "DeleteObject"),
]


def forms_rows() -> Iterator[Fault]:
    """Heads and documents."""
    for name, act in {
        "no reason": forms.no_reason,
        "names in small letters": forms.small_names,
        "no blanks behind colons": forms.no_blanks,
        "many blanks": forms.many_blanks,
        "blanks behind values": forms.blanks_behind,
        "close told": forms.close_told,
    }.items():
        yield once(name, act, _MIXED)
        yield always(name, act, [("upload parts", "UploadPart")], "ok")
    yield once("chunks with trailers", forms.chunked_with_trailers, [*READ, *XML_ANSWERS])
    yield once("spaces before the document", forms.spaces_first, XML_ANSWERS)
    for name, act in {
        "no reason, no blank": forms.no_reason_no_blank,
        "letters beyond ASCII": forms.latin,
        "empty line first": forms.blank_line_first,
        "blank before a colon": forms.blank_before_colon,
        "NUL in a header": forms.nul_in_header,
        "two ETags": forms.etag_twice,
        "HTTP/2.0": forms.protocol_two,
        "status of four digits": forms.long_status,
    }.items():
        yield once(name, act, _MIXED, "")
    yield Fault(
        name="body to a HEAD, then", act=forms.body_to_head, on=[*ANY, *READ], warm=True, must="ok"
    )
    yield once("body to a HEAD", forms.body_to_head, LOOK, "")
    documents: Sequence[Spot] = [*XML_ANSWERS, ("list folders", "ListObjectsV2")]
    for name, act in {
        "comment": forms.with_comment,
        "newlines": forms.with_newlines,
        "names unknown": forms.with_unknown,
        "namespace with a prefix": forms.with_prefix,
        "byte order mark": forms.with_mark,
    }.items():
        yield always(f"document with a {name}", act, documents, "ok")
    yield once("document in UTF-16", forms.in_utf16, documents, "", orphans=True)
    yield once("document twice", forms.twice_over, documents, "", orphans=True)
    yield once("spaces, then an error", forms.error_behind_spaces, XML_ANSWERS)
    yield always("spaces, then an error", forms.error_behind_spaces, XML_ANSWERS[1:])


def batches_rows() -> Iterator[Fault]:
    """What is told of a batch of deletes."""
    batch: Sequence[Spot] = [("delete many", "DeleteObjects"), ("delete prefix", "DeleteObjects")]
    for name, act in {
        "other keys": forms.batch_other_keys,
        "a key is missing": forms.batch_one_missing,
        "no keys": forms.batch_empty,
        "an error though deleted": forms.batch_error_though_deleted,
        "an error without a key": forms.batch_error_without_key,
    }.items():
        yield once(f"batch: {name}", act, batch, "")


def resumed_rows() -> Iterator[Fault]:
    """What may come when the rest of an object is asked for."""
    then: dict[str, Act] = {
        "a login page": lies.page(200),
        "a page with an ETag": lies.page(200, lies.LOGIN, (*lies.HTML, lies.STRONG)),
        "404 page": lies.page(404),
        "503": lies.error(503, "SlowDown"),
        "a reset": breaks.reset_unapplied,
        "a wrong bit": framing.flip_answer,
        "half again": breaks.half_body,
        "other bytes as 200": lies.range_ignored,
        "another range": lies.range_shifted,
        "compressed": framing.compressed,
        "chunks": framing.chunked,
        "a tail missing": framing.cut_answer,
    }
    surely_ok = ("503", "a reset", "half again", "chunks")
    for name, act in then.items():
        # Of a range there is no digest, so that a wrong bit in it cannot be told.
        on = [spot for spot in READ if (name, spot[0]) != ("a wrong bit", "open range")]
        yield Fault(
            name=f"half a body, then {name}",
            act=act,
            on=on,
            must="ok" if name in surely_ok else "",
            more=[Strike("GetObject", breaks.half_body), Strike("GetObject", act, nth=2)],
        )
    yield Fault(
        name="half a body, then another object",
        on=READ,
        act=strangers.other_after_half,
        more=[Strike("GetObject", strangers.other_after_half, times=2)],
    )
