"""Listing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from bucketry.errors import InvalidInput
from bucketry.headers import check_param_values
from bucketry.keys import MAX_KEY_BYTES, are_common, is_common
from bucketry.model import ObjectInfo, ObjectVersion, Page
from bucketry.model.objects import with_key
from bucketry.provider.arguments import check_text
from bucketry.provider.ground import Ground
from bucketry.provider.perform import perform

LIST_PAGE = 1000
"""Keys in one page of a listing; the most that S3 gives."""


def pages(ground: Ground, prefix: str, delimiter: str, start_after: str) -> Iterator[Page]:
    """Return pages of a listing. The operation begins with the first and ends with the iterator."""
    given = (("prefix", prefix), ("delimiter", delimiter), ("after", start_after))
    return _pages(ground, *(_search_text(name, text) for name, text in given))


def _search_text(name: str, text: str) -> str:
    text = check_text(name, text)
    if len(text) > MAX_KEY_BYTES:
        raise InvalidInput(f"{name} is longer than any key: {len(text):,} characters")
    check_param_values(name, text)
    return text


def _pages(ground: Ground, prefix: str, delimiter: str, start_after: str) -> Iterator[Page]:
    root = ground.root
    question = {"prefix": prefix, "delimiter": delimiter, "start_after": start_after}
    with perform(ground, "list", prefix or None, question, lasting=True) as operation:
        after = root.prefix + start_after if start_after else ""
        found = object_pages(ground, root.prefix + prefix, delimiter, after)
        while True:
            with operation.noted():
                page = next(found, None)
            if page is None:
                return
            yield Page(
                objects=_told_all(ground, page.objects),
                folders=[folder[len(root.prefix) :] for folder in page.folders],
            )


def object_pages(ground: Ground, prefix: str, delimiter: str, start_after: str) -> Iterator[Page]:
    """Yield pages with object keys."""
    root = ground.root.prefix
    for page in ground.ask.pages(prefix, delimiter, start_after, LIST_PAGE):
        # The root path itself may exist as a folder marker; it is no object of this provider.
        objects = [info for info in page.objects if info.key != root]
        yield page if len(objects) == len(page.objects) else attrs.evolve(page, objects=objects)


def versions(ground: Ground, prefix: str) -> Iterator[ObjectVersion]:
    """Return versions; the operation begins with the first and ends with the iterator."""
    return _versions(ground, _search_text("prefix", prefix))


def _versions(ground: Ground, prefix: str) -> Iterator[ObjectVersion]:
    root = ground.root
    with perform(ground, "versions", prefix or None, lasting=True) as operation:
        found = ground.ask.versions(root.prefix + prefix, LIST_PAGE)
        while True:
            with operation.noted():
                one = next(found, None)
            if one is None:
                return
            if one.key != root.prefix:
                yield attrs.evolve(one, key=root.strip(one.key))


def _told_all(ground: Ground, infos: Sequence[ObjectInfo]) -> Sequence[ObjectInfo]:
    root = len(ground.root.prefix)
    keys = [info.key[root:] for info in infos]
    if not are_common(keys):
        return [told(ground, info) for info in infos]
    return list(map(with_key, infos, keys)) if root else infos


def told(ground: Ground, info: ObjectInfo, key: str | None = None) -> ObjectInfo:
    """Return what is known of an object, under the application's key: `key` where it gave one."""
    if info.key is key:
        return info
    if not ground.root.prefix and is_common(info.key):
        return info
    key = ground.root.strip(info.key)
    return info if key is info.key else with_key(info, key)
