"""Large uploads: begun, filled, looked at, ended and taken back, with all that is configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from bucketry import AccessDenied, Fact, StorageError
from bucketry.doctor import Finding, Probe
from bucketry_s3.doctor.asking import BODY, Asker
from bucketry_s3.doctor.codes import found
from bucketry_s3.doctor.options import Asked, asked_for
from bucketry_s3.doctor.promises import STALE, held
from bucketry_s3.objects.native import if_match

_WITH_PARTS = ("acl", "tags", "encryption", "storage-class")
"""Options that count from the beginning of an upload in parts."""


class Parts:
    """Looks at uploads in parts; one small part is enough."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._open: dict[str, str] = {}
        asker.bench.at_the_end(self._end)

    def probes(self) -> list[Probe]:
        """Return the probes."""
        return [
            Probe("parts", self.parts, ("put", "access", "options")),
            Probe("abort", self.abort, ("put", "access", "parts")),
        ]

    def parts(self) -> Iterator[Finding]:
        """A large upload can be begun, looked at and ended, with all that is configured."""
        asker, able = self._asker, self._asker.capabilities
        if able.multipart.value == "no":
            return
        key = asker.bench.key("parts.txt")
        refused = list(self._refused(key))
        yield from refused
        if refused:
            return
        doing = "begun"
        try:
            upload = self._begun(key, *asked_for(asker))
            doing = "filled"
            part = asker.ask("UploadPart", Key=key, UploadId=upload, PartNumber=1, Body=BODY)
            doing = "looked at"
            yield from self._listed(key, upload)
            doing = "ended"
            yield from self._ended_twice(key, upload, part["ETag"])
        except StorageError as error:
            code = "denied-write" if isinstance(error, AccessDenied) else "cannot-parts"
            yield found(code, f"an upload in parts cannot be {doing}", evidence=error)
            return
        yield from self._kept(key)

    def _refused(self, key: str) -> Iterator[Finding]:
        """Each option is taken for large uploads, too."""
        for asked in asked_for(self._asker):
            if asked.name not in _WITH_PARTS:
                continue
            try:
                upload = self._begun(key, asked)
                self._asker.ask("AbortMultipartUpload", Key=key, UploadId=upload)
                del self._open[upload]
            except AccessDenied:
                return  # which the others below tell of
            except StorageError as error:
                with suppress(StorageError):
                    self._begun(key)  # without, it can be begun
                    yield found(
                        f"{asked.name}-refused",
                        f"`{asked.option}` is refused with uploads in parts",
                        evidence=error,
                    )

    def _begun(self, key: str, *options: Asked) -> str:
        asker = self._asker
        params: dict[str, Any] = {}
        for asked in options:
            if asked.name in _WITH_PARTS:
                params |= asked.params
        upload: str = asker.ask("CreateMultipartUpload", Key=key, **params)["UploadId"]
        self._open[upload] = key
        return upload

    def _end(self) -> None:
        """Take back what an interruption, or a failure, has left open."""
        for upload, key in self._open.items():
            self._asker.ask("AbortMultipartUpload", attempts=1, Key=key, UploadId=upload)

    def _listed(self, key: str, upload: str) -> Iterator[Finding]:
        try:
            self._asker.ask("ListParts", Key=key, UploadId=upload)
        except AccessDenied as error:
            yield found(
                "denied-list-parts", "listing the parts of an upload is denied", evidence=error
            )

    def _ended_twice(self, key: str, upload: str, etag: str) -> Iterator[Finding]:
        """End it under conditions that cannot hold, where these are enforced, then without."""
        asker, able = self._asker, self._asker.capabilities
        ending: dict[str, Any] = {
            "Key": key,
            "UploadId": upload,
            "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]},
        }
        conditions: list[tuple[Fact[Any], str, dict[str, Any]]] = [
            (able.complete_if_absent, "If-None-Match", {"IfNoneMatch": "*"}),
            (able.complete_if_match, "If-Match", {"IfMatch": if_match(able, STALE)}),
        ]
        for fact, what, condition in conditions:
            if fact.value != "enforced":
                continue
            with suppress(StorageError):
                asker.put("parts.txt")
            send = partial(asker.ask, "CompleteMultipartUpload", **ending, **condition)
            told = list(held(fact, f"{what} at the end of an upload in parts", send))
            yield from told
            if any(one.code == "condition-ignored" for one in told):
                del self._open[upload]  # it has ended it
                return
        asker.ask("CompleteMultipartUpload", **ending)
        del self._open[upload]

    def _kept(self, key: str) -> Iterator[Finding]:
        """What is configured counts for large uploads, too."""
        asker, able = self._asker, self._asker.capabilities
        known = {
            "tags": able.multipart_tagging,
            "encryption": able.multipart_encryption,
            "storage-class": able.multipart_storage_class,
        }
        try:
            told = asker.head(key)
        except StorageError:
            return
        for asked in asked_for(asker):
            fact = known.get(asked.name)
            if asked.honoured is None or fact is None or fact.value == "ignored":
                continue
            if not asked.honoured(told):
                yield found(
                    f"{asked.name}-ignored", f"`{asked.option}` has no effect on uploads in parts"
                )

    def abort(self) -> Iterator[Finding]:
        """An upload that fails can be taken back."""
        asker = self._asker
        if asker.capabilities.multipart.value == "no":
            return
        key = asker.bench.key("aborted.txt")
        upload = self._begun(key)
        try:
            asker.ask("AbortMultipartUpload", Key=key, UploadId=upload)
            del self._open[upload]
        except AccessDenied as error:
            yield found("denied-abort", "taking back an upload in parts is denied", evidence=error)
