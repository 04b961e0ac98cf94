"""Acts on listings that contradict themselves."""

from __future__ import annotations

import re

from faults.acts.lies import XML, changed, rewritten
from faults.proxy import Act, Exchange
from faults.wire import Answer

_ENTRY = re.compile(r"<Contents>.*?</Contents>", re.S)


def _entries(change: object) -> Act:
    """Replace the list of entries by what `change` makes of it."""

    def edit(body: bytes) -> bytes:
        text = body.decode()
        found = _ENTRY.findall(text)
        assert found
        first = text.index(found[0])
        last = text.rindex(found[-1]) + len(found[-1])
        return (text[:first] + "".join(change(found)) + text[last:]).encode()  # type: ignore[operator]

    return changed(lambda answer: answer.edited(edit))


unsorted = _entries(lambda found: found[::-1])
twice = _entries(lambda found: [found[0], *found])
half = _entries(lambda found: found[: len(found) // 2])
none_but_truncated = _entries(lambda found: [])
foreign = _entries(lambda found: [*found, found[-1].replace("<Key>list/", "<Key>zzz/")])
no_key = _entries(lambda found: [*found, "<Contents><Size>1</Size></Contents>"])
no_size = _entries(lambda found: [re.sub("<Size>.*?</Size>", "", found[0]), *found[1:]])
size_word = _entries(
    lambda found: [re.sub("<Size>.*?</Size>", "<Size>big</Size>", found[0]), *found[1:]]
)
date_word = _entries(
    lambda found: [
        re.sub(
            "<LastModified>.*?</LastModified>", "<LastModified>gestern</LastModified>", found[0]
        ),
        *found[1:],
    ]
)
no_etag = _entries(lambda found: [re.sub("<ETag>.*?</ETag>", "", entry) for entry in found])
other_bucket = rewritten("<Name>[^<]*</Name>", "<Name>another</Name>")
other_prefix = rewritten("<Prefix>[^<]*</Prefix>", "<Prefix>other/</Prefix>")
wrong_count = rewritten("<KeyCount>[^<]*</KeyCount>", "<KeyCount>7</KeyCount>")
not_truncated = rewritten("<IsTruncated>true", "<IsTruncated>false")
truncated_missing = rewritten("<IsTruncated>true</IsTruncated>", "")
truncated_capital = rewritten("<IsTruncated>true", "<IsTruncated>True")
truncated_word = rewritten("<IsTruncated>true", "<IsTruncated>maybe")
token_missing = rewritten("<NextContinuationToken>.*?</NextContinuationToken>", "")


def looping(x: Exchange) -> None:
    """Give the same two tokens in turn, for ever."""
    answer = x.apply()
    turn = "B" if "continuation-token=A" in x.request.target else "A"
    text = answer.body.decode()
    text = re.sub("<IsTruncated>[a-z]*<", "<IsTruncated>true<", text)
    text = re.sub("<NextContinuationToken>.*?</NextContinuationToken>", "", text)
    text = text.replace(
        "</IsTruncated>", f"</IsTruncated><NextContinuationToken>{turn}</NextContinuationToken>"
    )
    x.answer(answer.with_body(text.encode()))


def endless_empty(x: Exchange) -> None:
    """Give empty pages, each with a new token, for ever."""
    x.body()
    token = str(len(x.proxy.seen))
    body = (
        "<ListBucketResult><Name>media</Name><Prefix>list/</Prefix><KeyCount>0</KeyCount>"
        "<MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated>"
        f"<NextContinuationToken>{token}</NextContinuationToken></ListBucketResult>"
    )
    _document(x, body)


def _document(x: Exchange, body: str) -> None:
    x.answer(Answer(200, XML).with_body(body.encode()))


def foreign_folder(x: Exchange) -> None:
    """Answer with keys of another folder, which were not asked for."""
    answer = x.apply()
    x.answer(answer.edited(lambda body: body.replace(b"<Key>folder/", b"<Key>folder2/")))
