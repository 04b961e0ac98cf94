"""The page of the embedded provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, get_args

from bucketry import Capabilities, Fact, InvalidKey, SchemaFile, Vendor
from bucketry.keys import RootPath, base_fault
from bucketry.model import ChecksumAlgorithm, EncryptionType
from bucketry_local.disk import unsuitable
from bucketry_local.layer import HEADER_PARAMS, LocalLayer
from bucketry_local.listing import OWN
from bucketry_local.options import LocalOptions

T = TypeVar("T")


def _fact(value: T, note: str = "") -> Fact[T]:
    return Fact(value, "code", "plugins/bucketry_local", "2026-11", note)


# Spelled as boto3 does, like all parameters here.
_PROTECTED_PARAMS = frozenset({"Body", "Bucket", "CopySource", "Delete", "Key"})

_ONE_OPERATION = "an upload is one operation, whatever its size"

CAPABILITIES = Capabilities(
    acl=_fact("none"),
    canned_acls=_fact(frozenset()),
    addressing=_fact(frozenset({"path"})),
    checksums=_fact(
        dict.fromkeys(get_args(ChecksumAlgorithm), "refused"),
        "SHA-256 is always kept and told by head",
    ),
    checksum_trailers=_fact("no"),
    batch_delete=_fact("yes"),
    put_if_absent=_fact("enforced"),
    put_if_match=_fact("enforced"),
    complete_if_absent=_fact("enforced", _ONE_OPERATION),
    complete_if_match=_fact("enforced", _ONE_OPERATION),
    delete_if_match=_fact("enforced"),
    if_match_etag=_fact("quoted", "taken without quotes too"),
    encryption=_fact(dict.fromkeys(get_args(EncryptionType), "no"), "encrypt the file system"),
    tagging=_fact("yes"),
    storage_classes=_fact(frozenset()),
    multipart=_fact("no", _ONE_OPERATION),
    copy=_fact("yes"),
    presign=_fact(frozenset({"GET", "HEAD", "PUT", "DELETE"})),
    presign_seconds_max=_fact(604_800),
    post_policy=_fact("no"),
    public_url=_fact("yes", "while the WSGI app runs at base_url"),
    versioning=_fact("no"),
    cors=_fact("no"),
    lifecycle=_fact("no"),
    policy=_fact("no"),
    server=_fact("bucketry_local"),
)


def _check(options: LocalOptions) -> Iterator[tuple[str, str]]:
    reason = unsuitable()
    if reason:
        yield "provider", f"cannot be local here: {reason}; use WSL, or a server such as MinIO"
    fault = base_fault(options.base_url)
    if fault:
        yield "base_url", fault
    try:
        Path(options.directory).expanduser()
    except RuntimeError:
        yield "directory", "begins with a home that this system does not know; write it out"
    try:
        RootPath(options.root_path)
    except InvalidKey as error:
        yield "root_path", str(error)
    if options.root_path.partition("/")[0].casefold() == OWN:
        yield "root_path", f"must not be {OWN}, where the store keeps its own files"


def _slips(options: LocalOptions) -> Iterator[tuple[str, str]]:
    """What a shell would have replaced is part of the name here."""
    if re.search(r"\$\w|\$\{|%\w+%", options.directory):
        yield (
            "directory",
            "is taken as it is written, '$' and '%' too; write it out, or "
            '{ env = "NAME" } for a variable\'s value',
        )


vendor = Vendor(
    name="local",
    title="Files on disk",
    summary="Plain files in a folder of this machine, for development, tests and small sites; "
    "a bundled WSGI app serves them and checks signed URLs.",
    options=LocalOptions,
    schema=SchemaFile(package="bucketry_schemas", path="local.schema.json"),
    capabilities=CAPABILITIES,
    protected_params=_PROTECTED_PARAMS,
    header_params={name: native for native, name in HEADER_PARAMS.items()},
    layers=lambda options, context: [LocalLayer(options, context)],
    docs_url="docs/local.md",
    check=_check,
    slips=_slips,
)
