"""The operations that are tried: what must be there before, what is called, what is right after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import field, frozen

from bucketry import ByteRange, Provider
from faults.bodies import (
    FOLDER,
    LARGE,
    MEDIUM,
    METADATA,
    OLD,
    OLD_ETAG,
    OTHER_ETAG,
    SMALL,
    STORED,
    STORED_ETAG,
    TYPE,
    digest,
    file_of,
    listed,
    pieces,
)


@frozen
class Held:
    """An object as the server holds it. A type of "" is any type."""

    data: bytes = field(repr=lambda data: f"<{len(data)} bytes>")
    content_type: str = ""
    metadata: Mapping[str, str] = field(factory=dict)

    def is_like(self, other: Held | None) -> bool:
        """Return whether this is what `other` wants."""
        return (
            other is not None
            and self.data == other.data
            and other.content_type in ("", self.content_type)
            and dict(self.metadata) == dict(other.metadata)
        )


State = Mapping[str, Held]


@frozen(kw_only=True)
class Operation:
    """One call of the public interface.

    Attributes:
        wires: the S3 operations that it consists of: where it can be struck.
        run: the call, in the client's process; what it returns travels as JSON.
        seeds: objects that are there before.
        uploads: keys of unfinished uploads that are there before.
        effect: what is under which key afterwards; None is nothing. Empty for what only reads.
        truth: the right answer, by the bucket's state; None where there is nothing to compare.
        refusal: the error that is the only right end, whatever happens on the way.
        moved: bytes that it moves at least, for which a deadline is longer.
    """

    name: str
    wires: Sequence[str]
    run: Callable[[Provider, Path], Any]
    seeds: Mapping[str, bytes] = field(factory=dict, repr=False)
    uploads: Sequence[str] = ()
    effect: Mapping[str, Held | None] = field(factory=dict, repr=False)
    truth: Callable[[State], Any] | None = None
    refusal: str = ""
    moved: int = 0


def _upload(p: Provider, _: Path) -> None:
    p.upload(SMALL, key="new.bin", content_type=TYPE, metadata=METADATA)


def _upload_medium(p: Provider, folder: Path) -> None:
    p.upload(file_of(folder, MEDIUM), key="medium.bin", content_type=TYPE)


def _upload_over(p: Provider, _: Path) -> None:
    p.upload(SMALL, key="old.bin", content_type=TYPE)


def _upload_same(p: Provider, _: Path) -> None:
    """The bytes that are there already, with another type."""
    p.upload(OLD, key="old.bin", content_type="text/other")


def _upload_parts(p: Provider, folder: Path) -> None:
    p.upload(file_of(folder, LARGE), key="large.bin", content_type=TYPE, metadata=METADATA)


def _upload_stream(p: Provider, _: Path) -> None:
    p.upload(pieces(LARGE), key="large.bin", content_type=TYPE)


def _create(p: Provider, _: Path) -> None:
    p.upload(SMALL, key="new.bin", content_type=TYPE, prevent_overwrite=True)


def _create_taken(p: Provider, _: Path) -> None:
    p.upload(SMALL, key="old.bin", content_type=TYPE, prevent_overwrite=True)


def _create_parts(p: Provider, folder: Path) -> None:
    p.upload(file_of(folder, LARGE), key="large.bin", prevent_overwrite=True)


def _if_match(p: Provider, _: Path) -> None:
    p.upload(SMALL, key="old.bin", content_type=TYPE, if_match=OLD_ETAG)


def _if_match_stale(p: Provider, _: Path) -> None:
    p.upload(SMALL, key="old.bin", if_match=OTHER_ETAG)


def _replace(p: Provider, _: Path) -> None:
    p.replace("old.bin", SMALL, new_key="new.bin", content_type=TYPE)


def _copy(p: Provider, _: Path) -> None:
    p.copy("old.bin", "new.bin")


def _move(p: Provider, _: Path) -> None:
    p.move("old.bin", "new.bin")


def _delete(p: Provider, _: Path) -> None:
    p.delete("old.bin")


def _delete_many(p: Provider, _: Path) -> list[str]:
    outcome = p.delete_many(sorted(FOLDER))
    return [failure.key for failure in outcome.failures]


def _delete_prefix(p: Provider, _: Path) -> list[str]:
    return [failure.key for failure in p.delete_prefix("folder").failures]


def _head(p: Provider, _: Path) -> list[Any]:
    info = p.head("stored.bin")
    return [info.key, info.size, info.etag in (STORED_ETAG, None)]


def _exists(p: Provider, _: Path) -> bool:
    return p.exists("stored.bin")


def _exists_not(p: Provider, _: Path) -> bool:
    return p.exists("missing.bin")


def _read(p: Provider, _: Path) -> str:
    return digest(p.read("stored.bin"))


def _read_missing(p: Provider, _: Path) -> str:
    return digest(p.read("missing.bin"))


def _open(p: Provider, _: Path) -> str:
    with p.open("stored.bin") as reader:
        read = []
        while piece := reader.read(10_000):
            read.append(piece)
        return digest(b"".join(read))


def _open_range(p: Provider, _: Path) -> str:
    with p.open("stored.bin", byte_range=ByteRange(start=100_000, stop=200_000)) as reader:
        return digest(reader.read())


def _download(p: Provider, folder: Path) -> str:
    p.download("stored.bin", folder / "target.bin")
    return digest((folder / "target.bin").read_bytes())


def _list(p: Provider, _: Path) -> str:
    return listed((info.key, info.size) for info in p.list("list/"))


def _list_folders(p: Provider, _: Path) -> list[Any]:
    pages = list(p.pages("", delimiter="/"))
    return [[o.key for page in pages for o in page.objects], [f for p in pages for f in p.folders]]


def _sweep(p: Provider, _: Path) -> list[str]:
    return sorted(one.key for one in p.sweep(older_than=timedelta(0)))


def _bytes_of(key: str, at: slice = slice(None)) -> Callable[[State], str | None]:
    return lambda state: digest(state[key].data[at]) if key in state else None


def _head_of(state: State) -> list[Any]:
    return ["stored.bin", len(state["stored.bin"].data), True]


def _list_of(state: State) -> str:
    return listed((k, len(state[k].data)) for k in sorted(state) if k.startswith("list/"))


_STORED = {"stored.bin": STORED}
_NEW = Held(SMALL, TYPE, METADATA)
_PARTS = ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")
_GONE: Mapping[str, None] = dict.fromkeys(FOLDER)

OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation(
            name="upload",
            wires=["PutObject"],
            run=_upload,
            effect={"new.bin": _NEW},
        ),
        Operation(
            name="upload 4 MiB",
            wires=["PutObject"],
            run=_upload_medium,
            effect={"medium.bin": Held(MEDIUM, TYPE)},
            moved=len(MEDIUM),
        ),
        Operation(
            name="upload over",
            wires=["PutObject"],
            run=_upload_over,
            seeds={"old.bin": OLD},
            effect={"old.bin": Held(SMALL, TYPE)},
        ),
        Operation(
            name="upload same bytes",
            wires=["PutObject"],
            run=_upload_same,
            seeds={"old.bin": OLD},
            effect={"old.bin": Held(OLD, "text/other")},
        ),
        Operation(
            name="upload parts",
            wires=[*_PARTS, "AbortMultipartUpload"],
            run=_upload_parts,
            effect={"large.bin": Held(LARGE, TYPE, METADATA)},
            moved=len(LARGE),
        ),
        Operation(
            name="upload stream",
            wires=_PARTS,
            run=_upload_stream,
            effect={"large.bin": Held(LARGE, TYPE)},
            moved=len(LARGE),
        ),
        Operation(
            name="create",
            wires=["PutObject"],
            run=_create,
            effect={"new.bin": Held(SMALL, TYPE)},
        ),
        Operation(
            name="create taken",
            wires=["PutObject"],
            run=_create_taken,
            seeds={"old.bin": OLD},
            effect={"old.bin": Held(SMALL, TYPE)},
            refusal="AlreadyExists",
        ),
        Operation(
            name="create parts",
            wires=["HeadObject", *_PARTS],
            run=_create_parts,
            effect={"large.bin": Held(LARGE)},
            moved=len(LARGE),
        ),
        Operation(
            name="if_match",
            wires=["PutObject"],
            run=_if_match,
            seeds={"old.bin": OLD},
            effect={"old.bin": Held(SMALL, TYPE)},
        ),
        Operation(
            name="if_match stale",
            wires=["PutObject"],
            run=_if_match_stale,
            seeds={"old.bin": OLD},
            effect={"old.bin": Held(SMALL)},
            refusal="PreconditionFailed",
        ),
        Operation(
            name="replace",
            wires=["PutObject", "DeleteObject"],
            run=_replace,
            seeds={"old.bin": OLD},
            effect={"new.bin": Held(SMALL, TYPE), "old.bin": None},
        ),
        Operation(
            name="copy",
            wires=["HeadObject", "CopyObject"],
            run=_copy,
            seeds={"old.bin": OLD},
            effect={"new.bin": Held(OLD)},
        ),
        Operation(
            name="copy parts",
            wires=[
                "HeadObject",
                "CreateMultipartUpload",
                "UploadPartCopy",
                "CompleteMultipartUpload",
            ],
            run=_copy,
            seeds={"old.bin": LARGE},
            effect={"new.bin": Held(LARGE)},
            moved=len(LARGE),
        ),
        Operation(
            name="move",
            wires=["HeadObject", "CopyObject", "DeleteObject"],
            run=_move,
            seeds={"old.bin": OLD},
            effect={"new.bin": Held(OLD), "old.bin": None},
        ),
        Operation(
            name="delete",
            wires=["DeleteObject"],
            run=_delete,
            seeds={"old.bin": OLD},
            effect={"old.bin": None},
        ),
        Operation(
            name="delete many",
            wires=["DeleteObjects"],
            run=_delete_many,
            seeds={**FOLDER, "folder2/0.txt": b"a"},
            effect=_GONE,
            truth=lambda _: [],
        ),
        Operation(
            name="delete prefix",
            wires=["ListObjectsV2", "DeleteObjects"],
            run=_delete_prefix,
            seeds={**FOLDER, "folder2/0.txt": b"a"},
            effect=_GONE,
            truth=lambda _: [],
        ),
        Operation(
            name="head",
            wires=["HeadObject"],
            run=_head,
            seeds={"stored.bin": STORED},
            truth=_head_of,
        ),
        Operation(
            name="exists",
            wires=["HeadObject"],
            run=_exists,
            seeds={"stored.bin": STORED},
            truth=lambda _: True,
        ),
        Operation(
            name="exists not",
            wires=["HeadObject"],
            run=_exists_not,
            truth=lambda _: False,
        ),
        Operation(
            name="read",
            wires=["GetObject"],
            run=_read,
            seeds=_STORED,
            truth=_bytes_of("stored.bin"),
            moved=len(STORED),
        ),
        Operation(
            name="read missing",
            wires=["GetObject"],
            run=_read_missing,
            truth=lambda _: None,
            refusal="NotFound",
        ),
        Operation(
            name="open",
            wires=["GetObject"],
            run=_open,
            seeds=_STORED,
            truth=_bytes_of("stored.bin"),
            moved=len(STORED),
        ),
        Operation(
            name="open range",
            wires=["GetObject"],
            run=_open_range,
            seeds=_STORED,
            truth=_bytes_of("stored.bin", slice(100_000, 200_000)),
            moved=len(STORED),
        ),
        Operation(
            name="download",
            wires=["GetObject"],
            run=_download,
            seeds=_STORED,
            truth=_bytes_of("stored.bin"),
            moved=len(STORED),
        ),
        Operation(
            name="list",
            wires=["ListObjectsV2"],
            run=_list,
            seeds={f"list/{number:05}": b"x" * (number % 7) for number in range(1_100)},
            truth=_list_of,
        ),
        Operation(
            name="list folders",
            wires=["ListObjectsV2"],
            run=_list_folders,
            seeds={**FOLDER, "a.txt": b"a", "z.txt": b"z"},
            truth=lambda _: [["a.txt", "z.txt"], ["folder/"]],
        ),
        Operation(
            name="sweep",
            wires=["ListMultipartUploads", "AbortMultipartUpload"],
            run=_sweep,
            uploads=["left-1.bin", "left-2.bin"],
            truth=lambda _: ["left-1.bin", "left-2.bin"],
        ),
    )
}
