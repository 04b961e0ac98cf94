"""What the vendor promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bucketry_s3.testing import (
    OpenUpload,
    StoredBytes,
)
from doctor.seeds.plot import Plot, seed


@seed("a wrong checksum is stored", "checksum-ignored")
def checksum_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["checksums"] = dict.fromkeys(
        ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"), "ignored"
    )


@seed("If-None-Match is passed over", "condition-ignored")
def condition_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["put_if_absent"] = "ignored"


@seed("If-Match is passed over", "condition-ignored")
def if_match_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["put_if_match"] = "ignored"


@seed("a conditional end of parts is passed over", "condition-ignored")
def complete_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["complete_if_absent"] = "ignored"


@seed("a conditional delete is passed over", "condition-ignored")
def delete_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["delete_if_match"] = "ignored"


@seed("one checksum of five is not looked at", "checksum-ignored")
def one_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["checksums"] = dict.fromkeys(
        ("CRC32", "CRC32C", "SHA1", "CRC64NVME"), "verified"
    ) | {"SHA256": "ignored"}


@seed("one checksum of five is refused", "fact-contradicted")
def one_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["checksums"] = dict.fromkeys(
        ("CRC32", "CRC32C", "SHA1", "SHA256"), "verified"
    ) | {"CRC64NVME": "refused"}


@seed("URLs live no day", "fact-contradicted")
def short_urls(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["presign_seconds_max"] = 3600


@seed("conditions are refused", "fact-contradicted")
def condition_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["put_if_absent"] = "refused"


@seed("no uploads in parts", "cannot-parts")
def no_parts(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["multipart"] = "no"


@seed("the right ETag is written in another way", "fact-contradicted")
def other_etag(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["if_match_etag"] = "unquoted"


@seed("large bodies are refused in words of S3", "small-bodies")
def too_large(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["put_size_max"] = 1_000_000


@seed("tags are refused with parts", "tags-refused")
def no_tags_in_parts(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["multipart_tagging"] = "no"
    plot.options["tags"] = {"team": "web"}


@seed("encryption has no effect on parts", "encryption-ignored")
def no_encryption_in_parts(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["multipart_encryption"] = "ignored"
    plot.options["encryption"] = {"type": "AES256"}


@seed("no deletes of many", "fact-contradicted")
def no_batches(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.deny("DeleteObjects", code="NotImplemented", status=501)


@seed("tags are refused though none are configured", "fact-contradicted")
def no_tags(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["tagging"] = "no"


@seed("no copies", "cannot-copy")
def no_copies(plot: Plot) -> None:
    plot.deny("CopyObject", code="NotImplemented", status=501)


@seed("uploads in parts are lying about", "unfinished-uploads")
def unfinished(plot: Plot) -> None:
    began = datetime.now(UTC) - timedelta(days=3)
    nothing = StoredBytes(data=b"", etag="", modified=began)
    plot.bucket.uploads["1"] = OpenUpload(
        key="film.mp4", upload_id="1", started=began, template=nothing
    )
