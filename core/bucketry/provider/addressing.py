"""Addresses: permanent, signed, for uploads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from bucketry.errors import InvalidExpiry, InvalidInput, InvalidKey, Unsupported
from bucketry.headers import (
    check_header_name,
    check_header_value,
    check_kept_value,
    check_response,
    content_disposition,
)
from bucketry.model import Method, ObjectInfo, SignedUrl, SignRequest, UploadTicket
from bucketry.provider.arguments import check_text, each_key, key_of, text_or_none
from bucketry.provider.ground import Ground
from bucketry.provider.perform import perform
from bucketry.texts import plain, shown

_METHODS = get_args(Method)

# They frame or route a request, or have a field of their own.
_NOT_SIGNED_ALONG = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def check_request(request: SignRequest, ground: Ground) -> SignRequest:
    """Return the request, or raise `InvalidInput` that says what is wrong with it."""
    method = request.method
    _check_expiry(request.expires_in, ground)
    if request.stable is not None:
        _check_stable(request, request.stable, ground)
    response, headers = request.response, request.headers
    for given in (response, headers):
        if type(given) is not dict and not isinstance(given, Mapping):
            raise InvalidInput("response headers and request headers are mappings of text")
    if response:
        check_response(response)
        if method not in ("GET", "HEAD"):
            raise InvalidInput(
                f"download_name and response= are for GET and HEAD, not for {method}"
            )
    for name, text in (("version", request.version), ("content_type", request.content_type)):
        if text is not None and not check_kept_value(name, text):
            raise InvalidInput(f"{name} is empty; None stands for any")
    if request.version is not None and method in ("PUT", "POST"):
        raise InvalidInput("an upload makes a version; it cannot name one")
    if headers:
        _check_headers(headers)
    if request.content_type is not None and method not in ("PUT", "POST"):
        raise InvalidInput("content_type limits an upload; for GET use response=")
    smallest, largest = request.min_size, request.max_size
    if type(smallest) is not int or smallest or largest is not None:
        _check_sizes(smallest, largest)
    return request


def _check_sizes(smallest: int, largest: int | None) -> None:
    for size in (smallest, 0 if largest is None else largest):
        if isinstance(size, bool) or not isinstance(size, int):
            raise InvalidInput(f"a size is a number of bytes (an int), not {type(size).__name__}")
    if smallest < 0 or (largest is not None and largest < smallest):
        raise InvalidInput("sizes are bytes, min_size not above max_size")


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if check_header_name(name).lower() in _NOT_SIGNED_ALONG:
            raise InvalidInput(f"the header {shown(name)} cannot be signed along")
        check_header_value(f"header {name}", value)


def _check_expiry(seconds: object, ground: Ground) -> None:
    limit = ground.max_expires_in
    if type(seconds) is int and 1 <= seconds <= limit:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= limit:
        shown = repr(seconds) if isinstance(seconds, int | float) else type(seconds).__name__
        raise InvalidExpiry(
            f"a signed URL lives 1 to {limit:,} seconds, given as an int; {shown} is not possible"
        )


def _check_stable(request: SignRequest, stable: object, ground: Ground) -> None:
    if isinstance(stable, bool) or not isinstance(stable, int) or stable < 1:
        raise InvalidExpiry("stable is a number of seconds, 1 or more, given as an int")
    if request.method not in ("GET", "HEAD"):
        raise InvalidInput(f"stable is for GET and HEAD, not for {request.method}")
    limit = ground.max_expires_in
    if request.life > limit:
        raise InvalidExpiry(
            f"a signed URL lives {limit:,} seconds at most, expires_in and stable together; "
            f"{request.expires_in:,} and {stable:,} are not possible"
        )


def _expires_in(seconds: int | None, ground: Ground) -> int:
    return ground.options.signed_url_expires if seconds is None else seconds


def _check_can_sign(method: Method, ground: Ground) -> None:
    methods = ground.capabilities.presign.value
    if methods is not None and method not in methods:
        raise Unsupported(
            f"{ground.vendor.title} signs {', '.join(sorted(methods))} only",
            provider=ground.name,
            vendor=ground.vendor.name,
            operation="sign",
        )


def _prepared(request: SignRequest, ground: Ground) -> SignRequest:
    return ground.ask.prepare_signing(request, check_request, ground)


def url(ground: Ground, key: str | ObjectInfo, expires_in: int | None, stable: int | None) -> str:
    """Return an address that opens the object."""
    address = None
    if stable is None and type(key) is str:
        address = ground.quick.url(key, expires_in)
    if address is not None:
        return address
    object_key = ground.root.existing(key := key_of(key))
    with perform(ground, "url", key) as operation:
        if ground.ask.is_private(object_key):
            request = SignRequest.plain_get(object_key, _expires_in(expires_in, ground), stable)
            signed = ground.ask.sign(_prepared(check_request(request, ground), ground))
            operation.answer = signed
            return signed.reveal()
        address = operation.answer = ground.ask.object_url(object_key)
    return address


def object_url(ground: Ground, key: str | ObjectInfo) -> str:
    """Return the object's permanent address."""
    object_key = ground.root.existing(key := key_of(key))
    with perform(ground, "url", key) as operation:
        address = operation.answer = ground.ask.object_url(object_key)
    return address


def is_private(ground: Ground, key: str | ObjectInfo) -> bool:
    """Return whether the object opens only with a signed URL."""
    object_key = ground.root.existing(key := key_of(key))
    with perform(ground, "is_private", key) as operation:
        private = operation.answer = ground.ask.is_private(object_key)
    return private


def key_of_url(ground: Ground, address: str) -> str | None:
    """Return the key of which `address` is a permanent address, today's or another, exactly."""
    address = check_text("a URL", address)
    with perform(ground, "url", None, {"url": address}) as operation:
        object_key = ground.ask.key_of_url(address)
        if object_key is None:
            return None
        try:
            key = ground.root.strip(object_key)
            ground.root.join(key)
        except InvalidKey:
            return None
        ours = ground.ask.object_url(object_key) == address
        if not ours and address not in ground.ask.other_urls(object_key):
            return None
        operation.answer = key
    return key


def sign(
    ground: Ground,
    key: str | ObjectInfo,
    *,
    method: Method,
    expires_in: int | None,
    download_name: str | None,
    response: Mapping[str, str] | None,
    content_type: str | None,
    version: str | None,
    stable: int | None,
) -> SignedUrl:
    """Return a signed URL for one method on one key."""
    given_method: object = method
    # By type and identity: whatever else an argument is may answer a comparison as it likes.
    if (
        (type(given_method) is str and given_method == "GET" and type(key) is str)
        and (download_name is None and response is None and content_type is None)
        and (version is None and stable is None)
    ):
        quickly = ground.quick.sign(key, expires_in)
        if quickly is not None:
            return quickly
        _check_expiry(seconds := _expires_in(expires_in, ground), ground)
        request = SignRequest.plain_get(ground.root.existing(key), seconds)
    else:
        check_text("method", method)
        if method == "POST":
            raise InvalidInput("a form upload needs its limits; use upload_ticket")
        if method not in _METHODS:
            raise InvalidInput(f"{shown(method)} cannot be signed; GET, HEAD, PUT and DELETE can")
        key = key_of(key)
        request = SignRequest(
            key=ground.root.join(key) if method == "PUT" else ground.root.existing(key),
            method=method,
            expires_in=_expires_in(expires_in, ground),
            response=_wanted(response, download_name),
            content_type=text_or_none("content_type", content_type),
            version=text_or_none("version", version),
            stable=stable,
        )
        check_request(request, ground)
    with perform(ground, "sign", key, request) as operation:
        _check_can_sign(method, ground)
        signed = operation.answer = ground.ask.sign(_prepared(request, ground))
    return signed


def _wanted(response: Mapping[str, str] | None, download_name: str | None) -> dict[str, str]:
    """Return the headers that the answer shall carry."""
    if response is not None and not isinstance(response, Mapping):
        raise InvalidInput(f"response is a mapping, not {type(response).__name__}")
    given = {} if response is None else response
    wanted = {name: plain(v) if isinstance(v, str) else v for name, v in given.items()}
    if download_name is not None:
        wanted["content_disposition"] = content_disposition(
            check_text("download_name", download_name)
        )
    return wanted


def sign_many(
    ground: Ground,
    keys: Iterable[str | ObjectInfo],
    expires_in: int | None,
    stable: int | None,
) -> dict[str, SignedUrl]:
    """Sign GET for many keys at once."""
    seconds = _expires_in(expires_in, ground)
    check_request(SignRequest.plain_get("", seconds, stable), ground)
    _check_can_sign("GET", ground)
    asked = [key if type(key) is str else key_of(key) for key in each_key(keys)]
    quickly = _quickly(ground, asked, seconds) if stable is None else None
    if quickly is not None:
        return quickly
    object_keys = {key: ground.root.existing(key) for key in asked}
    with perform(ground, "sign", None, {"keys": list(object_keys.values())}) as operation:
        signed = operation.answer = {
            key: ground.ask.sign(
                _prepared(SignRequest.plain_get(object_key, seconds, stable), ground)
            )
            for key, object_key in object_keys.items()
        }
    return signed


def _quickly(ground: Ground, keys: Iterable[str], seconds: int) -> dict[str, SignedUrl] | None:
    sign = ground.quick.sign
    found = {}
    for key in keys:
        signed = sign(key, seconds)
        if signed is None:
            return None
        found[key] = signed
    return found


def upload_ticket(
    ground: Ground,
    key: str,
    *,
    content_type: str | None,
    min_size: int,
    max_size: int | None,
    expires_in: int | None,
) -> UploadTicket:
    """Return what somebody else needs to upload one object directly."""
    sized = {"size"} if max_size is not None or min_size else set()
    promised = ground.service.promised
    # Only a PUT can be held to the configuration, and only a form to sizes.
    post = ground.capabilities.post_policy.value == "yes" and bool(sized or not promised)
    key = key_of(key)
    request = SignRequest(
        key=ground.root.join(key),
        method="POST" if post else "PUT",
        expires_in=_expires_in(expires_in, ground),
        content_type=text_or_none("content_type", content_type),
        min_size=min_size,
        max_size=max_size,
    )
    check_request(request, ground)
    with perform(ground, "sign", key, request) as operation:
        if not post:
            _check_can_sign("PUT", ground)
        request = _prepared(request, ground)
        signed = ground.ask.sign(request)
        asked = {"key"} | ({"content_type"} if request.content_type is not None else set())
        sized = {"size"} if request.max_size is not None or request.min_size else set()
        kept = promised & signed.keeps
        ticket = operation.answer = UploadTicket(
            key=ground.root.strip(request.key),
            signed=signed,
            enforced=kept | asked | (sized if post else set()),
            unenforced=(promised - kept) | (set() if post else sized),
        )
    return ticket
