"""What the vendor's page promises and nobody asks for by name: held against the server itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, get_args

import attrs

from bucketry import (
    AccessDenied,
    AlreadyExists,
    Fact,
    IntegrityError,
    PreconditionFailed,
    SignRequest,
    StorageError,
)
from bucketry.browsing import NoAnswer
from bucketry.doctor import Finding, Probe
from bucketry.limits import cite
from bucketry.model import ChecksumAlgorithm
from bucketry_s3.doctor.asking import BODY, Asker
from bucketry_s3.doctor.codes import found
from bucketry_s3.doctor.options import asked_for
from bucketry_s3.protocol.checksums import checksum, checksum_param

OTHER = BODY.upper()
"""What an upload would write over `BODY` that should not."""

STALE = "0" * 32
"""The ETag of no object here."""

_HELD = (PreconditionFailed, AlreadyExists)


class Promises:
    """Looks at conditions, digests, parts and what else the vendor's facts say."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._open: dict[str, str] = {}
        asker.bench.at_the_end(self._end)

    def probes(self) -> list[Probe]:
        """Return the probes."""
        written = ("put", "access")
        return [
            Probe("conditions", self.conditions, written),
            Probe("checksums", self.checksums, written),
            Probe("parts", self.parts, (*written, "options")),
            Probe("abort", self.abort, (*written, "parts")),
            Probe("batch", self.batch, (*written, "delete")),
            Probe("facts", self.facts, written),
        ]

    # -- conditions ----------------------------------------------------------------------------

    def conditions(self) -> Iterator[Finding]:
        """A condition that is said to be enforced is: a server that passes over it overwrites."""
        asker, able = self._asker, self._asker.capabilities
        key = asker.put("condition.txt")
        stale = self._stale()
        asked: list[tuple[Fact[Any], str, Callable[[], Any]]] = [
            (
                able.put_if_absent, "If-None-Match on an upload",
                lambda: asker.ask("PutObject", Key=key, Body=OTHER, IfNoneMatch="*"),
            ),
            (
                able.put_if_match, "If-Match on an upload",
                lambda: asker.ask("PutObject", Key=key, Body=OTHER, IfMatch=stale),
            ),
            (
                able.delete_if_match, "If-Match on a delete",
                lambda: asker.ask("DeleteObject", Key=key, IfMatch=stale),
            ),
        ]  # fmt: skip
        for fact, what, send in asked:
            if fact.value == "enforced":
                yield from self._held(fact, what, send)

    def _stale(self) -> str:
        unquoted = self._asker.capabilities.if_match_etag.value == "unquoted"
        return STALE if unquoted else f'"{STALE}"'

    def _held(self, fact: Fact[Any], what: str, send: Callable[[], Any]) -> Iterator[Finding]:
        try:
            send()
        except _HELD:
            return
        except AccessDenied:
            return  # the right to do it at all has a probe of its own
        except StorageError as error:
            yield _contradicted(f"{what} is refused, and held to be enforced {cite(fact)}", error)
            return
        yield found(
            "condition-ignored",
            f"the server passes over {what}, and does what it should not have done",
            evidence=f"held to be enforced {cite(fact)}",
        )

    # -- digests -------------------------------------------------------------------------------

    def checksums(self) -> Iterator[Finding]:
        """A digest that goes with an upload is looked at: a wrong one is refused."""
        asker, fact = self._asker, self._asker.capabilities.checksums
        configured = asker.options.checksum_algorithm
        for algorithm in get_args(ChecksumAlgorithm):
            if (fact.value or {}).get(algorithm) == "verified" or algorithm == configured:
                yield from self._verified(algorithm)

    def _verified(self, algorithm: ChecksumAlgorithm) -> Iterator[Finding]:
        asker, fact = self._asker, self._asker.capabilities.checksums
        name = checksum_param(algorithm)
        try:
            asker.put("digest.txt", attempts=1, **{name: checksum(algorithm, OTHER)})
        except IntegrityError:
            return
        except StorageError:
            try:
                asker.put("digest.txt", **{name: checksum(algorithm, BODY)})
            except StorageError as error:
                if algorithm != asker.options.checksum_algorithm:  # of which `options` tells
                    yield _contradicted(
                        f"{algorithm} is refused, and held to be verified {cite(fact)}", error
                    )
            return
        yield found(
            "checksum-ignored",
            f"an upload whose {algorithm} is wrong is stored: nobody compares it",
            evidence=f"held to be verified {cite(fact)}" if fact.known else "",
        )

    # -- parts ---------------------------------------------------------------------------------

    def parts(self) -> Iterator[Finding]:
        """A large upload can be begun, looked at and ended, with all that is configured."""
        asker, able = self._asker, self._asker.capabilities
        if able.multipart.value == "no":
            return
        key = asker.bench.key("parts.txt")
        doing = "begun"
        try:
            upload = self._begun(key, everything=True)
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

    def _begun(self, key: str, *, everything: bool = False) -> str:
        asker = self._asker
        params: dict[str, Any] = {}
        for asked in asked_for(asker) if everything else ():
            if asked.name in ("acl", "tags", "encryption", "storage-class"):
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
            (able.complete_if_match, "If-Match", {"IfMatch": self._stale()}),
        ]
        for fact, what, condition in conditions:
            if fact.value != "enforced":
                continue
            with suppress(StorageError):
                asker.put("parts.txt")
            send = partial(asker.ask, "CompleteMultipartUpload", **ending, **condition)
            told = list(self._held(fact, f"{what} at the end of an upload in parts", send))
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

    # -- what else is said of the vendor -------------------------------------------------------

    def batch(self) -> Iterator[Finding]:
        """Many keys are deleted in one request, where the vendor has that."""
        asker, fact = self._asker, self._asker.capabilities.batch_delete
        if fact.value != "yes":
            return
        gone = {"Objects": [{"Key": asker.bench.key("batch.txt")}], "Quiet": False}
        try:
            outcome = asker.ask("DeleteObjects", Delete=gone)
        except AccessDenied as error:
            yield found("denied-delete", "deleting many keys at once is denied", evidence=error)
        except StorageError as error:
            yield _contradicted(f"deleting many keys in one request fails {cite(fact)}", error)
        else:
            for failure in outcome.get("Errors", ()):
                yield found(
                    "denied-delete" if failure.get("Code") == "AccessDenied" else "cannot-delete",
                    "deleting many keys at once fails",
                    evidence=failure.get("Code", ""),
                )

    def facts(self) -> Iterator[Finding]:
        """What bucketry relies on without being asked."""
        asker = self._asker
        if asker.capabilities.tagging.value == "yes" and not asker.options.tags:
            yield from self._tagging()
        yield from self._range()
        yield from self._longest()

    def _range(self) -> Iterator[Finding]:
        key = self._asker.put("range.txt")
        try:
            part = self._asker.ask("GetObject", Key=key, Range="bytes=2-4")["Body"]
        except StorageError as error:
            with suppress(StorageError):  # reading at all has a probe of its own
                self._asker.ask("GetObject", Key=key)
                yield found("no-ranges", "a part of an object cannot be read", evidence=error)
            return
        if part != BODY[2:5]:
            yield found("no-ranges", "a part of an object cannot be read: the whole comes")

    def _longest(self) -> Iterator[Finding]:
        """A URL that is signed for the longest time that is told works."""
        asker, fact = self._asker, self._asker.capabilities.presign_seconds_max
        if fact.value is None or asker.options.base_url or asker.key_pair().session_token:
            return
        key = asker.put("longest.txt")
        request = SignRequest(key=key, method="GET", expires_in=fact.value)
        with suppress(NoAnswer):
            answer = asker.bench.http.send(asker.context.hooks.bucketry_sign(request=request))
            short = attrs.evolve(request, expires_in=60)
            usual = asker.bench.http.send(asker.context.hooks.bucketry_sign(request=short))
            if answer.status != 200 and usual.status == 200:
                yield _contradicted(
                    f"no URL can be signed for {fact.value:,} seconds {cite(fact)}",
                    f"HTTP {answer.status}",
                )

    def _tagging(self) -> Iterator[Finding]:
        asker, fact = self._asker, self._asker.capabilities.tagging
        try:
            key = asker.put("tagged.txt", Tagging="a=1")
            tags = asker.ask("GetObjectTagging", Key=key)["TagSet"]
        except AccessDenied:
            return  # who configures no tags needs no right to them
        except StorageError as error:
            yield _contradicted(f"object tags are refused, and held to work {cite(fact)}", error)
            return
        if not tags:
            yield _contradicted(f"object tags are dropped, and held to work {cite(fact)}", "")


def _contradicted(cause: str, evidence: object) -> Finding:
    return found(
        "fact-contradicted", f"the vendor's page is contradicted: {cause}", evidence=evidence
    )
