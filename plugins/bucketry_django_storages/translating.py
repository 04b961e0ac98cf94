"""From the options of one storage to flat ones, and what to say of each that has no counterpart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from bucketry.config import Fault, Hint, Settings, Translation, Vendors

Path = tuple[str | int, ...]

_ANY = "s3"  # the vendor that stands for any server
_AWS = "aws"

_PARAMETERS: Path = ("object_parameters",)
_EXPIRES = 3600
"""Seconds that its signed addresses live where no setting says."""

_MOST_AT_ONCE = 32
"""Most that `multipart.concurrency` can be."""


def _no_last_slash(text: str) -> str:
    return text.rstrip("/")


def _tags(text: Any) -> Any:
    return dict(parse_qsl(text, keep_blank_values=True)) if isinstance(text, str) else text


def _path_only(verify: Any) -> Any:
    return verify if isinstance(verify, str) else ""


def _bounded(number: Any) -> Any:
    return min(number, _MOST_AT_ONCE) if isinstance(number, int) else number


_RENAMED: tuple[tuple[Path, Path, Any], ...] = (
    (("bucket_name",), ("bucket",), None),
    (("region_name",), ("region",), None),
    (("endpoint_url",), ("endpoint",), _no_last_slash),
    (("location",), ("root_path",), _no_last_slash),
    (("verify",), ("ca_bundle",), _path_only),
    (("default_acl",), ("acl",), None),
    ((*_PARAMETERS, "ACL"), ("acl",), None),
    ((*_PARAMETERS, "StorageClass"), ("storage_class",), None),
    ((*_PARAMETERS, "ServerSideEncryption"), ("encryption", "type"), None),
    ((*_PARAMETERS, "SSEKMSKeyId"), ("encryption", "kms_key_id"), None),
    ((*_PARAMETERS, "ChecksumAlgorithm"), ("checksum_algorithm",), None),
    ((*_PARAMETERS, "Tagging"), ("tags",), _tags),
    (("transfer_config", "multipart_chunksize"), ("multipart", "part_size"), None),
    (("transfer_config", "max_concurrency"), ("multipart", "concurrency"), _bounded),
)
"""In this order, of which a later one wins over an earlier one."""

_CREDENTIALS: tuple[tuple[Path, Path], ...] = (
    (("access_key",), ("credentials", "access_key_id")),
    (("secret_key",), ("credentials", "secret_access_key")),
    (("security_token",), ("credentials", "session_token")),
)

# Options of botocore's Config that have a counterpart on AWS.
_CLIENT_S3 = ("client_config", "s3")
_ENDPOINT_KINDS: tuple[tuple[Path, str], ...] = (
    ((*_CLIENT_S3, "use_accelerate_endpoint"), "accelerate"),
    (("client_config", "use_dualstack_endpoint"), "dual_stack"),
    (("client_config", "use_fips_endpoint"), "fips"),
)

_LEFT_OUT = {
    "file_name_charset": "has no effect, in django-storages neither; remove it",
    "max_memory_size": "is not needed: a file is read as a stream; remove it",
    "proxies": "is not taken over: name the proxy in the environment, as HTTPS_PROXY, and what "
    "goes past it in NO_PROXY",
    "gzip": "is not taken over: files are stored as they are; let the CDN compress, or compress "
    "before saving and store ContentEncoding with the file. What is stored compressed stays so, "
    "and browsers read it, but the storage's open() gives the compressed bytes",
}
"""Option to why it has no counterpart and what to do."""

_CLIENT = ("s3", "signature_version", "use_dualstack_endpoint", "use_fips_endpoint")


def translate(written: Settings, vendors: Vendors) -> Translation:
    """Return the flat settings of one storage; the endpoint's host says which vendor is meant."""
    flat = Settings({}, {(): written.origin(())})
    for source, target, change in _RENAMED:
        written.carry(source, flat, target, change)
    faults = [*_credentials(written, flat), *_vendor(written, flat, vendors)]
    if ("provider",) in flat.unknown or flat.get(("provider",)) not in vendors.names():
        return Translation(settings=flat, faults=faults)
    _parameters(written, flat)
    _choose_addressing(written, flat)
    hints = [*_addresses(written, flat), *_uploads(written, flat), *_left_out(written)]
    hints += _acl(flat, vendors)
    return Translation(settings=flat, hints=hints, faults=faults)


def _credentials(written: Settings, flat: Settings) -> Iterator[Fault]:
    profile = written.get(("session_profile",))
    given = [source for source, _ in _CREDENTIALS[:2] if written.get(source)]
    given += [source for source, _ in _CREDENTIALS[:2] if source in written.unknown]
    if profile and given:
        sentence = "stands beside a key pair, which django-storages refuses, too; remove one"
        yield Fault(written.origin(("session_profile",)).path, sentence)
    elif profile:
        written.carry(("session_profile",), flat, ("credentials", "profile"))
    elif given:
        for source, target in _CREDENTIALS:
            written.carry(source, flat, target)
    else:  # what boto3 finds by itself
        flat.put(("credentials",), "ambient", written.derived(()))


def _vendor(written: Settings, flat: Settings, vendors: Vendors) -> Iterator[Fault]:
    if ("endpoint",) in flat.unknown:
        flat.unknown.add(("provider",))
        return
    if flat.get(("endpoint",)) is None:
        flat.put(("provider",), _AWS, written.derived(()))
        return
    fault = vendors.choose(flat, written.derived(("endpoint_url",)), _ANY)
    if fault is not None:
        flat.unknown.add(("provider",))
        yield fault


def _parameters(written: Settings, flat: Settings) -> None:
    """Take over the other parameters of uploads as they are."""
    flat.origins["extra_params", "upload"] = written.origin(_PARAMETERS)
    taken = {source[1] for source, _, _ in _RENAMED if source[:1] == _PARAMETERS}
    for name in written.get(_PARAMETERS) or {}:
        if name not in taken:
            written.carry((*_PARAMETERS, name), flat, ("extra_params", "upload", name))


def _choose_addressing(written: Settings, flat: Settings) -> None:
    styles: tuple[Path, ...] = (("addressing_style",), (*_CLIENT_S3, "addressing_style"))
    for source in styles:
        if written.get(source) in ("path", "virtual"):
            written.carry(source, flat, ("addressing",))
    for place, option in _ENDPOINT_KINDS:
        if written.get(place) is True:
            written.carry(place, flat, (option,))


def _addresses(written: Settings, flat: Settings) -> Iterator[Hint]:
    """Set how addresses are made, and say what a signer of CloudFront's becomes."""
    signed = written.get(("querystring_auth",)) is not False
    domain = written.get(("custom_domain",))
    pair = written.get(("cloudfront_key_id",)) and written.get(("cloudfront_key",))
    cloudfront = pair or written.get(("cloudfront_signer",))
    if domain and signed and cloudfront:
        name = "cloudfront_signer" if written.get(("cloudfront_signer",)) else "cloudfront_key"
        sentence = (
            "signs by a layer here: write bucketry_cdn.CloudFront(address, key_id, private_key) in "
            "a module and name it in overrides; until then addresses are signed for the bucket"
        )
        yield Hint(written.origin((name,)).path, sentence)
        domain = None
    elif cloudfront:
        name = "cloudfront_signer" if written.get(("cloudfront_signer",)) else "cloudfront_key"
        sentence = "is not used without custom_domain and querystring_auth; remove it"
        yield Hint(written.origin((name,)).path, sentence)
    if domain:
        scheme = written.get(("url_protocol",)) or "https:"
        origin = written.derived(("custom_domain",))
        flat.put(("base_url",), f"{scheme}//{str(domain).rstrip('/')}", origin)
        if signed:
            sentence = "gives addresses that are not signed: whoever serves it must let them pass"
            yield Hint(origin.path, f"{sentence}, as before")
    public = bool(domain) or not signed
    source = ("custom_domain",) if domain else ("querystring_auth",)
    where = source if written.get(source) is not None else ()
    flat.put(("visibility",), "public" if public else "private", written.derived(where))
    if not public:
        flat.put(("signed_url_expires",), _EXPIRES, written.derived(()))
        written.carry(("querystring_expire",), flat, ("signed_url_expires",))


def _uploads(written: Settings, flat: Settings) -> Iterator[Hint]:
    if written.get(("use_threads",)) is False:
        flat.put(("multipart", "concurrency"), 1, written.derived(("use_threads",)))
    most = written.get(("transfer_config", "max_concurrency"))
    if isinstance(most, int) and most > _MOST_AT_ONCE:
        sentence = f"is {_MOST_AT_ONCE} at most, for each upload"
        yield Hint(written.origin(("transfer_config", "max_concurrency")).path, sentence)


def _left_out(written: Settings) -> Iterator[Hint]:
    """Say of each option without a counterpart why it has none and what to do."""
    for option, sentence in _LEFT_OUT.items():
        if written.get((option,)):
            yield Hint(written.origin((option,)).path, sentence)
    verify = written.get(("verify",))
    if verify is False:
        sentence = "is not taken over: certificates are always verified; name your own in ca_bundle"
        yield Hint(written.origin(("verify",)).path, sentence)
    if written.get(("use_ssl",)) is False and not written.get(("endpoint_url",)):
        sentence = "is not taken over: requests to AWS go over TLS; remove it"
        yield Hint(written.origin(("use_ssl",)).path, sentence)
    for path in (("signature_version",), ("client_config", "signature_version")):
        if written.get(path) not in (None, "", "s3v4"):
            sentence = (
                "is not taken over: signatures are always version 4, which every vendor takes"
            )
            yield Hint(written.origin(path).path, f"{sentence}; remove it")
    for name in written.get(("client_config",)) or {}:
        if name not in _CLIENT:
            sentence = (
                "is not taken over: bucketry has connections, retries and timeouts of its own; how "
                "long one operation may take is the option deadline"
            )
            yield Hint(written.origin(("client_config", name)).path, sentence)
    for name in written.get(("transfer_config",)) or {}:
        if name == "multipart_threshold":
            sentence = "is not taken over: what is larger than one part goes in parts"
            yield Hint(written.origin(("transfer_config", name)).path, sentence)


def _acl(flat: Settings, vendors: Vendors) -> Iterator[Hint]:
    """Leave out an ACL where the vendor has none."""
    able = vendors.load(flat.get(("provider",))).capabilities
    if not flat.get(("acl",)) or able.acl.value not in ("none", "ignored"):
        return
    place = flat.origin(("acl",)).path
    refused = [fault.sentence for fault in vendors.faults(flat) if fault.path == place]
    if refused:
        flat.drop(("acl",))
        yield Hint(place, f"is not sent: {refused[0]}")
