"""fsspec's file system for files on disk."""

from __future__ import annotations

from fsspec.implementations.local import LocalFileSystem

from benchmarks.place import Place


class Contestant:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.files = LocalFileSystem(auto_mkdir=True)

    def local_put_relaxed(self, keys: list[str], body: bytes) -> str:
        root = str(self.place.file("relaxed"))
        for key in keys:
            self.files.pipe_file(f"{root}/{key}", body)
        return root

    def local_list(self, root: str) -> list[tuple[str, int]]:
        start = len(root) + 1
        found = self.files.find(root, detail=True)
        return [(path[start:], info["size"]) for path, info in found.items()]
