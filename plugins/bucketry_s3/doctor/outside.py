"""What somebody without a key pair can do: everybody, the holder of a signed URL, a browser."""

from __future__ import annotations

from collections.abc import Iterator

from bucketry import SignRequest, StorageError
from bucketry.doctor import Finding, Probe
from bucketry_s3.doctor.asking import BODY, Asker
from bucketry_s3.doctor.codes import found
from bucketry_s3.protocol.urls import bucket_base, object_url

_SECRET = b"What the holder of a signed PUT must not get to see.\n"


class Outside:
    """Looks at the bucket's own address, from outside."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._base = bucket_base(
            asker.settings.endpoint,
            asker.profile.bucket_of(asker.options),
            asker.settings.addressing,
        )

    def probes(self) -> list[Probe]:
        """Return the probes."""
        return [
            Probe("everybody", self.everybody, ("put", "access")),
            Probe("unsigned-headers", self.unsigned_headers, ("put", "access", "signed-upload")),
        ]

    def everybody(self) -> Iterator[Finding]:
        """Nobody without a key pair lists or writes, or reads what is private."""
        asker = self._asker
        listing = asker.send_plain(f"{self._base}?list-type=2&max-keys=1")
        if listing and listing.status == 200 and b"ListBucketResult" in listing.body:
            yield found(
                "open-listing", "everybody can list the bucket, and so find all that is in it",
                severity="error" if asker.options.visibility == "private" else None,
            )  # fmt: skip
        key = asker.bench.key("everybody.txt")
        written = asker.send_plain(object_url(self._base, key), "PUT", BODY)
        if written and written.status == 200 and self._is_there(key, BODY):
            yield found("open-writing", "everybody can write into the bucket")
        if asker.options.base_url and asker.options.visibility == "private":
            read = asker.send_plain(object_url(self._base, asker.put("direct.txt")))
            if read and read.status == 200 and read.body == BODY:
                yield found(
                    "not-private",
                    "objects are declared private, and everybody can read them at the bucket's own "
                    "address, past `base_url`",
                )

    def _is_there(self, key: str, body: bytes) -> bool:
        try:
            there: bytes = self._asker.ask("GetObject", Key=key)["Body"]
        except StorageError:
            return False
        return there == body

    def unsigned_headers(self) -> Iterator[Finding]:
        """A signed PUT cannot be made a copy of another object by a header that nobody signed."""
        asker = self._asker
        source = asker.put("secret.txt", Body=_SECRET)
        target = asker.bench.key("stolen.txt")
        signed = asker.context.hooks.bucketry_sign(
            request=SignRequest(key=target, method="PUT", expires_in=60)
        )
        copying = {"x-amz-copy-source": f"/{asker.options.bucket}/{source}"}
        answer = asker.send_plain(signed, "PUT", b"", **copying)
        if answer and answer.status == 200 and self._is_there(target, _SECRET):
            yield found(
                "unsigned-headers",
                "the holder of a signed PUT can read any object by adding a header that is not "
                "signed (x-amz-copy-source)",
            )
            return
        if asker.capabilities.acl.value != "object" or asker.options.acl == "public-read":
            return
        answer = asker.send_plain(signed, "PUT", BODY, **{"x-amz-acl": "public-read"})
        opened = asker.send_plain(object_url(self._base, target))
        published = answer and answer.status == 200 and opened and opened.body == BODY
        if published and self._closed(source):
            yield found(
                "unsigned-headers",
                "the holder of a signed PUT can publish what it stores by adding a header that "
                "is not signed (x-amz-acl)",
            )

    def _closed(self, key: str) -> bool:
        """Return whether an object that nobody has published does not open."""
        answer = self._asker.send_plain(object_url(self._base, key))
        return answer is not None and answer.status != 200
