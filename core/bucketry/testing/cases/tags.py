"""Object tags: written as they were given, within S3's limits.

There is no call that reads tags, but S3 tells their number with an object: where a control object
shows that the server does so, the number is looked at.
"""

from __future__ import annotations

from bucketry.errors import (
    InvalidHeader,
    InvalidInput,
    StorageError,
    UnsupportedOptionWarning,
)
from bucketry.testing.case import case, has
from bucketry.testing.expect import holds, raises, refusal, require_answer, same
from bucketry.testing.store import Store

TAGGED = has("tagging", "yes")
COUNT = "x-amz-tagging-count"


def _told(store: Store, name: str) -> str | None:
    return store.http.send(store.provider.sign(store.key(name))).headers.get(COUNT)


def _check_count(store: Store, count: int) -> None:
    try:
        store.put("control", extra_params={"Tagging": "control=1"})
    except (InvalidInput, StorageError):
        return  # the vendor spells its native parameters in another way
    if _told(store, "control") is not None:
        same(_told(store, "object.bin"), str(count), "the number of tags that a GET tells")


@case("tags", needs=TAGGED)
def accepted(store: Store) -> None:
    """Tags are stored with the object."""
    store.put(tags={"team": "web", "tier": "gold"})
    _check_count(store, 2)


@case("tags", needs=(TAGGED, has("multipart", "yes")))
def of_large_objects(store: Store) -> None:
    """Tags of an upload in parts are stored as those of a small one are."""
    store.put(body=store.large(), tags={"team": "web", "tier": "gold"})
    _check_count(store, 2)


@case("tags", needs=TAGGED)
def special_characters(store: Store) -> None:
    """Tags with blanks and the signs that S3 allows are stored; none breaks another."""
    store.put(tags={"who is": "Ann + Bob = 2", "path": "a/b:c@d", "x_y.z-": "1"})
    _check_count(store, 3)


@case("tags", needs=TAGGED)
def other_scripts(store: Store) -> None:
    """Tags in other scripts are stored, or refused and nothing is stored."""
    try:
        store.put(tags={"Größe": "klein", "色": "赤"})
    except StorageError as error:
        require_answer(error)
        same(store.names(), [], "the names listed after the refusal")
    else:
        _check_count(store, 2)


@case("tags", needs=TAGGED)
def of_greatest_number(store: Store) -> None:
    """Ten tags are stored."""
    store.put(tags={f"tag-{number}": "1" for number in range(10)})
    _check_count(store, 10)


@case("tags")
def too_many(store: Store) -> None:
    """Eleven tags are refused before anything is sent."""
    tags = {f"tag-{number}": "1" for number in range(11)}
    raises(InvalidHeader, "eleven tags", store.put, tags=tags)
    same(store.names(), [], "the names listed after the refusal")


@case("tags")
def too_long(store: Store) -> None:
    """A tag without a name, a name over 128 and a value over 256 characters are refused."""
    for tags in ({"": "1"}, {"n" * 129: "1"}, {"a": "v" * 257}):
        raises(InvalidHeader, "a tag beyond the limits", store.put, tags=tags)
    same(store.names(), [], "the names listed after the refusals")


@case("tags")
def line_break(store: Store) -> None:
    """A line break or NUL in a tag is refused before anything is sent."""
    for tags in ({"a": "b\r\nc"}, {"a\n": "b"}, {"a": "\0"}):
        raises(InvalidHeader, f"the tag {tags}", store.put, tags=tags)
    same(store.names(), [], "the names listed after the refusals")


@case("tags", needs=has("tagging", "no"))
def never_dropped_in_silence(store: Store) -> None:
    """Where there are no tags, asking for them is refused or warned of, never just dropped."""
    told = refusal("an upload with tags", store.put, tags={"team": "web"})
    if isinstance(told, UnsupportedOptionWarning):
        holds("tag" in str(told).lower(), f"the warning does not name the tags: {told}")
    else:
        same(store.names(), [], "the names listed after the refusal")
