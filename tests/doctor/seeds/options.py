"""What the configuration promises."""

from __future__ import annotations

from bucketry_s3.testing import (
    Bucket,
    without_header,
)
from doctor.seeds.plot import Plot, free_port, seed, website


@seed("declared public, and closed", "not-public")
def not_public(plot: Plot) -> None:
    plot.options["visibility"] = "public"
    plot.vendor = "aws"


@seed("declared private, and open", "not-private")
def not_private(plot: Plot) -> None:
    plot.bucket = Bucket(name="media", public=True)
    plot.vendor = "aws"


@seed("declared private, and published by its ACL", "not-private")
def published(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.options |= {"acl": "public-read", "visibility": "private"}


@seed("private behind base_url, and open beside it", "not-private")
def open_beside(plot: Plot) -> None:
    plot.bucket = Bucket(name="media", public=True)
    plot.vendor = "aws"
    plot.later.append(lambda server: plot.options.update(base_url=f"{server.endpoint}/media"))


@seed("the bucket has ACLs switched off", "acl-switched-off")
def acl_off(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.bucket = Bucket(name="media", acls=False)
    plot.options |= {"acl": "public-read", "visibility": "public"}


@seed("base_url serves another bucket", "base-url-elsewhere")
def base_url_elsewhere(plot: Plot) -> None:
    plot.options["visibility"] = "public"
    plot.later.append(lambda server: plot.options.update(base_url=f"{server.endpoint}/other"))


@seed("base_url serves a website", "base-url-elsewhere")
def base_url_website(plot: Plot) -> None:
    port = website(plot, 200, b"<html>Welcome</html>", tls=False)
    plot.options |= {"visibility": "public", "base_url": f"http://localhost:{port}"}


@seed("nobody serves base_url", "base-url-unreachable")
def base_url_unreachable(plot: Plot) -> None:
    plot.options |= {"visibility": "public", "base_url": f"https://localhost:{free_port()}"}


@seed("encryption has no effect", "encryption-ignored")
def encryption_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["encryption"] = {"AES256": "ignored"}
    plot.options["encryption"] = {"type": "AES256"}


@seed("encryption is refused", "encryption-refused")
def encryption_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["encryption"] = {"AES256": "no"}
    plot.options["encryption"] = {"type": "AES256"}


@seed("the storage class is refused", "storage-class-refused")
def class_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["storage_classes"] = frozenset({"STANDARD"})
    plot.options["storage_class"] = "STANDARD_IA"


@seed("the storage class has no effect", "storage-class-ignored")
def class_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.options["storage_class"] = "STANDARD_IA"
    for operation in ("HeadObject", "GetObject"):
        plot.faults.append((operation, without_header("x-amz-storage-class")))


@seed("tags have no effect", "tags-ignored")
def tags_ignored(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["tagging"] = "ignored"
    plot.options["tags"] = {"team": "web"}


@seed("the checksum is refused", "checksum-refused")
def checksum_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["checksums"] = dict.fromkeys(
        ("CRC32", "CRC32C", "SHA1", "CRC64NVME"), "verified"
    ) | {"SHA256": "refused"}
    plot.options["checksum_algorithm"] = "SHA256"


@seed("extra parameters are refused", "params-refused")
def params_refused(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.personality["storage_classes"] = frozenset({"STANDARD"})
    plot.options["extra_params"] = {"upload": {"StorageClass": "STANDARD_IA"}}


@seed("an extra parameter is not known there", "params-refused")
def unknown_param(plot: Plot) -> None:
    plot.options["extra_params"] = {"upload": {"GrantRead": "id=nobody"}}
