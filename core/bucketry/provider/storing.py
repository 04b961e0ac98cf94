"""Operations that store, copy and remove."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Unpack

import attrs

from bucketry.errors import (
    InvalidInput,
    Rejected,
)
from bucketry.model import (
    Deleted,
    Progress,
    StoredObject,
    Swept,
)
from bucketry.provider.base import each_key
from bucketry.provider.reading import LIST_PAGE, Listing
from bucketry.source import Body, Source
from bucketry.uploads import UploadOptions, build_upload, check_extra_params


class Storing(Listing):
    """Upload, replace, copy, move, delete, sweep."""

    def upload(
        self, source: Body, *, key: str | None = None, **options: Unpack[UploadOptions]
    ) -> StoredObject:
        """Store `source` and return what was stored.

        `source` is bytes, a `pathlib.Path`, a file open in binary mode, or an iterator of bytes of
        unknown length. Without `key`, the configured strategy names it; keep the answer's `key`.
        Memory stays below part size x (concurrency + 2) + 40 MiB whatever the source's length.

        Raises `InvalidInput` before anything is sent; `AlreadyExists`, `PreconditionFailed`,
        `SourceChanged` and the rest of `StorageError` with nothing new visible.
        """
        with Source(source) as opened:
            object_key = "" if key is None else self._root.join(key)
            upload = build_upload(object_key, opened, options)
            if key is None:
                with self._operation("upload", None):
                    key = self._answers.key(
                        self._hooks.bucketry_build_key(upload=upload), "bucketry_build_key"
                    )
                upload = attrs.evolve(upload, key=self._root.join(key))
            with self._operation("upload", key):
                params = self._answers.params(
                    self._hooks.bucketry_put_params(upload=upload), "bucketry_put_params"
                )
                stored = self._answers.stored(
                    self._hooks.bucketry_upload(upload=upload, params=params),
                    upload.key,
                    "bucketry_upload",
                )
                return self._completed(stored)

    def replace(
        self,
        key: str,
        source: Body,
        *,
        new_key: str | None = None,
        **options: Unpack[UploadOptions],
    ) -> StoredObject:
        """Put `source` in the place of the object `key`, whatever `prevent_overwrite` says.

        With `new_key` the new object is stored there first and the old one deleted afterwards, so
        that caches of the old address go stale on their own. Pass `if_match` with the old ETag to
        replace only the version you know; it does not go with `new_key`.
        """
        self._root.join(key)
        if new_key is None or new_key == key:
            options["prevent_overwrite"] = False
            return self.upload(source, key=key, **options)
        if options.get("if_match") is not None:
            raise InvalidInput(
                "if_match looks at the object that is written over, not at an old one"
            )
        stored = self.upload(source, key=new_key, **options)
        self.delete(key)
        return stored

    def _completed(self, stored: StoredObject) -> StoredObject:
        """Fill in what only the facade knows, and translate the key."""
        key = self._root.strip(stored.key)
        return attrs.evolve(
            stored,
            key=key,
            object_key=stored.key,
            provider=self.name,
            url=self._object_url(stored.key),
            public=not self._is_private(stored.key),
        )

    def copy(
        self, source: str, target: str, *, extra_params: Mapping[str, Any] | None = None
    ) -> StoredObject:
        """Copy an object inside the bucket, metadata included, on the vendor's side."""
        with self._operation("copy", source):
            source_key, target_key = self._root.join(source), self._root.join(target)
            if source_key == target_key:
                raise InvalidInput(f"source and target are the same key {source!r}")
            stored = self._answers.stored(
                self._hooks.bucketry_copy(
                    source=source_key,
                    target=target_key,
                    params=check_extra_params(extra_params or {}),
                ),
                target_key,
                "bucketry_copy",
            )
            return self._completed(stored)

    def move(self, source: str, target: str) -> StoredObject:
        """Copy, then delete the source. A failure in between leaves both, never neither."""
        stored = self.copy(source, target)
        self.delete(source)
        return stored

    def delete(self, key: str, *, extra_params: Mapping[str, Any] | None = None) -> None:
        """Delete one object. A key that does not exist is fine, as in S3."""
        with self._operation("delete", key):
            outcome = self._delete([self._root.join(key)], extra_params)
            if outcome.failures:
                failure = outcome.failures[0]
                raise Rejected(failure.reason, code=failure.code)

    def delete_many(
        self, keys: Iterable[str], *, extra_params: Mapping[str, Any] | None = None
    ) -> Deleted:
        """Delete many objects in as few requests as the vendor allows; an outcome for each key.

        A bad key is refused before anything is deleted. What could not be deleted is in
        `failures`; nothing is raised for it.
        """
        object_keys = [self._root.join(key) for key in each_key(keys)]
        if not object_keys:
            return Deleted(keys=())
        with self._operation("delete", None):
            outcome = self._delete(object_keys, extra_params)
        return Deleted(
            keys=[self._root.strip(key) for key in outcome.keys],
            failures=[attrs.evolve(f, key=self._root.strip(f.key)) for f in outcome.failures],
        )

    def delete_prefix(self, folder: str, *, progress: Progress | None = None) -> Deleted:
        """Delete every object in `folder` and below. ``photos`` spares ``photos-old/a.png``.

        The empty folder is refused: to empty a provider, delete its folders. `progress` is called
        with the number of objects deleted.
        """
        prefix = self._root.join(folder.removesuffix("/")) + "/"
        deleted: list[str] = []
        failures = []
        tried: set[str] = set()
        before = -1
        with self._operation("delete", folder):
            # Until nothing new is listed: MinIO lists what is below an object only without that.
            while len(tried) > before:
                before = len(tried)
                keys = (
                    info.key
                    for page in self._pages(prefix, "", "")
                    for info in page.objects
                    if info.key not in tried
                )
                while batch := list(islice(keys, LIST_PAGE)):
                    tried.update(batch)
                    outcome = self._delete(batch, None)
                    deleted += [self._root.strip(key) for key in outcome.keys]
                    failures += [
                        attrs.evolve(f, key=self._root.strip(f.key)) for f in outcome.failures
                    ]
                    if progress is not None:
                        progress(len(outcome.keys))
        return Deleted(keys=deleted, failures=failures)

    def _delete(self, keys: Sequence[str], extra: Mapping[str, Any] | None) -> Deleted:
        return self._answers.deleted(
            self._hooks.bucketry_delete(keys=keys, params=check_extra_params(extra or {})),
            keys,
            "bucketry_delete",
        )

    def sweep(
        self, *, older_than: timedelta = timedelta(days=1), dry_run: bool = False
    ) -> Sequence[Swept]:
        """Remove multipart uploads that were begun more than `older_than` ago and never finished.

        A killed process leaves them behind; they are billed and in no listing. Only those under
        the root path are touched. With `dry_run` they are only listed.
        """
        if older_than < timedelta(0):
            raise InvalidInput("older_than is a time span back from now, not negative")
        with self._operation("sweep", None):
            swept = self._answers.swept(
                self._hooks.bucketry_sweep(
                    prefix=self._root.prefix,
                    older_than=datetime.now(UTC) - older_than,
                    dry_run=dry_run,
                ),
                self._root.prefix,
                "bucketry_sweep",
            )
            return [attrs.evolve(one, key=self._root.strip(one.key)) for one in swept]
