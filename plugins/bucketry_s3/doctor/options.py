"""What the configuration asks of every object, one option at a time: taken, and honoured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import frozen

from bucketry import AccessDenied, InvalidInput, Rejected, StorageError, Unavailable
from bucketry.doctor import Finding, Probe
from bucketry_s3.doctor.account import FULL
from bucketry_s3.doctor.asking import BODY, Asker
from bucketry_s3.doctor.codes import found
from bucketry_s3.objects.native import stored_as, tagging
from bucketry_s3.protocol.checksums import checksum, checksum_param
from bucketry_s3.setup.rights import granting

LARGE = (1 << 20) + (1 << 16)
"""Bytes: more than nginx takes unless it is told to, less than anybody's part."""


@frozen
class Asked:
    """An option as it goes with an upload.

    `name` is that of its findings, `option` the configuration's; `honoured` says of what HEAD tells
    whether it took effect, None where HEAD does not tell.
    """

    name: str
    option: str
    params: Mapping[str, Any]
    honoured: Callable[[Mapping[str, Any]], bool] | None = None


def asked_for(asker: Asker) -> list[Asked]:
    """Return the options that are configured."""
    options = asker.options
    asked: list[Asked] = []
    if options.acl and asker.capabilities.acl.value != "none":
        asked.append(Asked("acl", "acl", {"ACL": options.acl}))
    if options.tags:
        asked.append(
            Asked(
                "tags", "tags", {"Tagging": tagging(options.tags)},
                lambda told: told.get("TagCount", 0) == len(options.tags),
            )
        )  # fmt: skip
    encryption = options.encryption
    if encryption is not None:
        asked.append(
            Asked(
                "encryption", "encryption", stored_as(None, None, encryption),
                lambda told: told.get("ServerSideEncryption") == encryption.type,
            )
        )  # fmt: skip
    if options.storage_class:
        asked.append(
            Asked(
                "storage-class", "storage_class", stored_as(None, options.storage_class, None),
                lambda told: told.get("StorageClass", "STANDARD") == options.storage_class,
            )
        )  # fmt: skip
    if options.checksum_algorithm:
        digest = checksum(options.checksum_algorithm, BODY)
        asked.append(
            Asked(
                "checksum", "checksum_algorithm",
                {checksum_param(options.checksum_algorithm): digest},
            )
        )  # fmt: skip
    if options.extra_params.upload:
        asked.append(Asked("params", "extra_params.upload", options.extra_params.of("upload")))
    return asked


class Writing:
    """Looks at uploads: a plain one, and one for each option."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._asked = asked_for(asker)

    def probes(self) -> list[Probe]:
        """Return the probes; `options` stands for all of them."""
        return [
            Probe("put", self.put, ("access",)),
            Probe("options", self.options, ("put",)),
            Probe("size", self.size, ("put",)),
        ]

    def put(self) -> Iterator[Finding]:
        """An upload with nothing but its bytes."""
        asker = self._asker
        try:
            key = asker.put("plain.txt")
        except AccessDenied as error:
            yield from self._denied(error)
            return
        except StorageError as error:
            if error.code in FULL or error.status == 507:
                yield found("storage-full", "there is no room for an upload", evidence=error)
            elif isinstance(error, Unavailable):
                yield found("server-trouble", "the server fails at an upload", evidence=error)
            else:
                yield found("cannot-write", "a plain upload fails", evidence=error)
            return
        try:
            told = asker.head(key)
        except StorageError:
            return  # reading has a probe of its own
        if told.get("ObjectLockMode") or told.get("ObjectLockRetainUntilDate"):
            yield found(
                "retained", "the bucket keeps what is stored for a time, and deletes nothing"
            )
        if told.get("Expiration"):
            yield found(
                "objects-expire",
                "the bucket deletes what is stored here by itself, by a lifecycle rule",
                evidence=told["Expiration"],
            )

    def size(self) -> Iterator[Finding]:
        """A body of more than a megabyte passes, which many proxies take no more than."""
        try:
            self._asker.put("large.bin", Body=bytes(LARGE), attempts=2)
        except StorageError as error:
            code = "storage-full" if error.code in FULL else "small-bodies"
            yield found(code, f"a body of {LARGE:,} bytes gets stuck", evidence=error)

    def _denied(self, error: AccessDenied) -> Iterator[Finding]:
        """Say which right is missing, or what the bucket's policy wants of an upload."""
        asker = self._asker
        wanted = {
            "encryption": {"ServerSideEncryption": "AES256"},
            "acl": {"ACL": "bucket-owner-full-control"},
        }
        for option, params in wanted.items():
            try:
                asker.put("wanted.txt", **params)
            except StorageError:
                continue
            if getattr(asker.options, option) is None:
                yield found(
                    f"{option}-required", f"the bucket denies uploads without {option}",
                    evidence=error,
                )  # fmt: skip
            return
        everything: dict[str, Any] = {}
        for one in self._asked:
            everything |= one.params
        if everything:
            try:
                asker.put("wanted.txt", **everything)
                return
            except StorageError:
                pass
        yield found(
            "denied-write",
            "uploading is denied",
            remedy=f"Give the key pair {granting('PutObject', asker.options, asker.profile)}.",
            evidence=error,
        )
        yield from self._denied_besides()

    def _denied_besides(self) -> Iterator[Finding]:
        """Say which other rights are missing, as far as that shows without an object."""
        asker = self._asker
        nothing = asker.bench.key("nothing.txt")
        asked = {"delete": "DeleteObject"} | ({"read": "GetObject"} if asker.may_list else {})
        for right, operation in asked.items():
            try:
                asker.ask(operation, Key=nothing)
            except AccessDenied as error:
                right_needed = granting(operation, asker.options, asker.profile)
                remedy = f"Give the key pair {right_needed}."
                yield found(
                    f"denied-{right}", f"to {right} is denied, too", remedy=remedy, evidence=error
                )
            except StorageError:
                continue

    def options(self) -> Iterator[Finding]:
        """Each option is taken, and honoured."""
        for asked in self._asked:
            yield from self._option(asked)

    def _option(self, asked: Asked) -> Iterator[Finding]:
        asker = self._asker
        try:
            key = asker.put(f"option-{asked.name}.txt", **asked.params)
        except StorageError as error:
            yield self._refused(asked, error)
            return
        except InvalidInput as error:
            yield found(f"{asked.name}-refused", f"`{asked.option}` cannot be sent", evidence=error)
            return
        if asked.honoured is None:
            return
        try:
            honoured = asked.honoured(asker.head(key))
            if not honoured and asked.name == "tags":  # not every server counts them for HEAD
                tags = asker.ask("GetObjectTagging", Key=key)["TagSet"]
                honoured = {t["Key"]: t["Value"] for t in tags} == dict(asker.options.tags)
        except StorageError:
            return
        if not honoured:
            yield found(
                f"{asked.name}-ignored",
                f"`{asked.option}` is accepted and has no effect",
            )

    def _refused(self, asked: Asked, error: StorageError) -> Finding:
        if error.code == "AccessControlListNotSupported":
            return found("acl-switched-off", "the bucket has ACLs switched off", evidence=error)
        if isinstance(error, AccessDenied) and asked.name in ("acl", "tags"):
            return found(f"denied-{asked.name}", f"`{asked.option}` is denied", evidence=error)
        if isinstance(error, Unavailable | Rejected) and error.code in FULL:
            return found("storage-full", "there is no room for an upload", evidence=error)
        return found(
            f"{asked.name}-refused", f"an upload with `{asked.option}` is refused", evidence=error
        )
