"""What the vendor's page promises and nobody asks for by name: held against the server itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
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
from bucketry_s3.objects.native import if_match
from bucketry_s3.protocol.checksums import checksum, checksum_param

OTHER = BODY.upper()
"""What an upload would write over `BODY` that should not."""

STALE = "0" * 32
"""The ETag of no object here."""

_HELD = (PreconditionFailed, AlreadyExists)


class Promises:
    """Looks at conditions, digests and what else the vendor's facts say."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def probes(self) -> list[Probe]:
        """Return the probes."""
        stored = ("put", "access")
        return [
            Probe("conditions", self.conditions, stored),
            Probe("checksums", self.checksums, stored),
            Probe("batch", self.batch, (*stored, "delete")),
            Probe("facts", self.facts, stored),
        ]

    # -- conditions ----------------------------------------------------------------------------

    def conditions(self) -> Iterator[Finding]:
        """A condition that is said to be enforced is: a server that passes over it overwrites."""
        asker, able = self._asker, self._asker.capabilities
        key = asker.put("condition.txt")
        stale = if_match(able, STALE)
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
                yield from held(fact, what, send)
        if able.put_if_match.value == "enforced":
            yield from self._met(able.if_match_etag)

    def _met(self, form: Fact[Any]) -> Iterator[Finding]:
        """A condition that holds lets an upload through."""
        asker = self._asker
        key = asker.put("matching.txt")
        try:
            etag = if_match(asker.capabilities, asker.head(key)["ETag"])
            asker.ask("PutObject", Key=key, Body=OTHER, IfMatch=etag)
        except PreconditionFailed as error:
            yield contradicted(
                "an upload that names the right ETag is refused, which is written "
                f"{form.value or 'quoted'} {cite(form)}",
                error,
            )
        except StorageError:
            return  # the right to read, and to write, have probes of their own

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
                    yield contradicted(
                        f"{algorithm} is refused, and held to be verified {cite(fact)}", error
                    )
            return
        yield found(
            "checksum-ignored",
            f"an upload whose {algorithm} is wrong is stored: nobody compares it",
            evidence=f"held to be verified {cite(fact)}" if fact.known else "",
        )

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
            yield contradicted(f"deleting many keys in one request fails {cite(fact)}", error)
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
            short = attrs.evolve(request, expires_in=asker.options.signed_url_expires)
            usual = asker.bench.http.send(asker.context.hooks.bucketry_sign(request=short))
            if answer.status != 200 and usual.status == 200:
                yield contradicted(
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
            yield contradicted(f"object tags are refused, and held to work {cite(fact)}", error)
            return
        if not tags:
            yield contradicted(f"object tags are dropped, and held to work {cite(fact)}", "")


def held(fact: Fact[Any], what: str, send: Callable[[], Any]) -> Iterator[Finding]:
    """Send what a condition forbids, and tell if it is done."""
    try:
        send()
    except _HELD:
        return
    except AccessDenied:
        return  # the right to do it at all has a probe of its own
    except StorageError as error:
        yield contradicted(f"{what} is refused, and held to be enforced {cite(fact)}", error)
        return
    yield found(
        "condition-ignored",
        f"the server passes over {what}, and does what it should not have done",
        evidence=f"held to be enforced {cite(fact)}",
    )


def contradicted(cause: str, evidence: object) -> Finding:
    """Return the finding that the vendor's page says otherwise."""
    return found(
        "fact-contradicted", f"the vendor's page is contradicted: {cause}", evidence=evidence
    )
