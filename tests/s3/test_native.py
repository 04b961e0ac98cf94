"""Native parameters: the family's tables against botocore's model, its requests against boto3's."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import botocore.session
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bucketry import InvalidHeader, InvalidInput, Provider, hookimpl
from bucketry_s3 import S3Request
from bucketry_s3.protocol.operations import OPERATIONS
from bucketry_s3.protocol.params import PARAMS
from bucketry_s3.protocol.requests import Place, request_for
from bucketry_s3.testing import StandIn
from s3.models import model, shape_of

PLACE = Place.of("https://s3.example.com", "media", "path")

LEFT_OUT = {
    "VersioningConfiguration.MFADelete": "takes the code of a device each time",
    "CreateBucketConfiguration.Bucket": "belongs to directory buckets",
    "CreateBucketConfiguration.Location": "belongs to directory buckets",
    "CreateBucketConfiguration.Tags": "a bucket's tags are its owner's",
    "ContentLength": "the body tells its length, and nobody may tell another",
    "RestoreRequest.OutputLocation": "belongs to S3 Select, which takes no new customers",
    "RestoreRequest.SelectParameters": "belongs to S3 Select",
    "RestoreRequest.Type": "has one value, SELECT",
}
"""What boto3 takes and the family does not, and why."""

NEWEST = "ChecksumXXHASH3"
"""A parameter of the newest model that the tables were written from; older SDKs know fewer."""

LOCATIONS = {"uri": "path", "querystring": "query", "header": "header", "headers": "metadata"}
TYPES = {
    "string": ("text", "source", "key"), "integer": ("integer",), "long": ("integer",),
    "boolean": ("boolean",), "timestamp": ("http-date", "iso-date"), "list": ("words",),
    "map": ("map",),
}  # fmt: skip


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_parameter_of_boto3_is_known_and_none_besides(operation: str) -> None:
    members = shape_of(operation, "input").members
    known = set(PARAMS[operation])

    assert set(members) - set(LEFT_OUT) <= known
    if NEWEST in shape_of("PutObject", "input").members:
        assert known <= set(members)
    for name, member in members.items():
        if name in LEFT_OUT:
            continue
        param, told = PARAMS[operation][name], member.serialization
        if "location" in told and told["location"] != "uri":
            place = LOCATIONS[told["location"]]
            assert (param.where, param.name) == (place, told["name"]), name
            assert param.type in TYPES[member.type_name], name
            iso = told.get("timestampFormat") == "iso8601"
            assert iso == (param.type == "iso-date"), name
        elif name == "Body":
            assert param.where == "body"
        elif name == "Policy":
            assert param.where == "text"
        elif "location" not in told:
            assert param.payload is not None
            assert told["name"] == param.payload.root
            _same_shape(name, member, param.payload.shape)


def _same_shape(place: str, theirs: Any, ours: Any) -> None:
    if theirs.type_name != "structure":
        iso = theirs.serialization.get("timestampFormat") == "iso8601"
        wanted = {"string": "text", "long": "integer", "timestamp": "iso-time" if iso else "time"}
        assert ours in (wanted.get(theirs.type_name, theirs.type_name), "xsi:type"), place
        return
    for name, member in theirs.members.items():
        path = f"{place}.{name}"
        if path in LEFT_OUT:
            continue
        kind = ours.members[name]
        if member.type_name != "list":
            _same_shape(path, member, kind)
            continue
        wire = member.serialization.get("name", name)
        if member.serialization.get("flattened"):
            assert (kind.tag, kind.inside) == (wire, ""), path
        else:
            assert (kind.tag, kind.inside) == (member.member.serialization["name"], wire), path
        _same_shape(f"{path}[]", member.member, kind.of)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_methods_and_subresources_are_those_of_the_model(operation: str) -> None:
    http = model().operation_model(operation).http
    _, _, query = http["requestUri"].partition("?")

    assert http["method"] == OPERATIONS[operation].method
    assert parse_qsl(query, keep_blank_values=True) == list(OPERATIONS[operation].query)


# -- the same calls through both ---------------------------------------------------------------


class Caught(Exception):
    """Carries a request out of boto3 before anything is sent."""


def _catch(request: Any, **_: object) -> None:
    raise Caught(request)


@cache
def client() -> Any:
    session = botocore.session.Session()
    session.set_credentials("AK", "SK")
    made: Any = session.create_client(
        "s3",
        region_name="eu-west-3",
        endpoint_url="https://s3.example.com",
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    made.meta.events.register("before-send.s3", _catch)
    return made


HEADER_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
# XML has no place for the two that are excluded.
ANY_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


def _values(place: str, member: Any) -> Any:
    header = member.serialization.get("location") in ("header", "headers")
    if place.endswith("CopySource"):
        point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports"
        source = {"Bucket": st.sampled_from(["other", point]), "Key": ANY_TEXT}
        return st.fixed_dictionaries(source, optional={"VersionId": HEADER_TEXT})
    if place == "Bucket":
        return st.just("media")
    if place == "EncodingType":
        return st.just("url")
    match member.type_name:
        case "blob":
            return st.binary(max_size=20)
        case "integer" | "long":
            return st.integers(1, 2**31)
        case "boolean":
            return st.booleans()
        case "timestamp":
            return MOMENTS
        case "map":
            names = st.text("abcdefgh-", min_size=1, max_size=8)
            return st.dictionaries(names, HEADER_TEXT, max_size=3)
        case "list":
            return st.lists(_values(f"{place}[]", member.member), min_size=1, max_size=3)
        case "structure":
            return _members(place, member)
    if member.enum and not header:
        return st.sampled_from(list(member.enum))
    return HEADER_TEXT if header else ANY_TEXT


# With an algorithm and no digest boto3 makes one by itself, as a trailer; the family never does.
_MADE_BY_BOTO3 = {"ChecksumAlgorithm"}


def _members(place: str, shape: Any, skip: frozenset[str] = frozenset()) -> Any:
    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for name, member in shape.members.items():
        path = f"{place}.{name}" if place else name
        if name in skip or path in LEFT_OUT:
            continue
        kind = required if name in shape.required_members or name == "EncodingType" else optional
        kind[name] = _values(path, member)
    return st.fixed_dictionaries(required, optional=optional)


@cache
def _calls(operation: str) -> Any:
    shape = shape_of(operation, "input")
    made = "requestAlgorithmMember" in (model().operation_model(operation).http_checksum or {})
    # boto3 forgets to encode a customer's key for ListParts.
    raw = {"SSECustomerKey"} if operation == "ListParts" else set()
    return _members("", shape, frozenset(raw | (_MADE_BY_BOTO3 if made else set())))


# What the SDK puts on every request by itself, and what the signature brings.
_OF_THE_SDK = {
    "amz-sdk-invocation-id", "amz-sdk-request", "authorization", "content-length", "expect",
    "user-agent", "x-amz-content-sha256", "x-amz-date", "x-amz-user-agent",
}  # fmt: skip
# Where S3 demands a digest of the body, boto3 sends CRC32 and the family Content-MD5.
_DIGESTS = {"content-md5", "x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm"}


def _plain(headers: Mapping[str, Any], without: set[str]) -> dict[str, str]:
    texts = {
        name.lower(): value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in headers.items()
    }
    # Older releases of boto3 write booleans as Python does.
    lower = {"True": "true", "False": "false"}
    return {name: lower.get(text, text) for name, text in texts.items() if name not in without}


def _tree(text: bytes) -> Any:
    def walk(element: ElementTree.Element) -> Any:
        inner = sorted((walk(child) for child in element), key=repr)
        return element.tag, dict(element.attrib), element.text or "", inner

    return walk(ElementTree.fromstring(text)) if text else None


def _sent_by_boto3(operation: str, params: dict[str, Any]) -> Any:
    call = getattr(client(), botocore.xform_name(operation))
    with pytest.raises(Caught) as caught:
        call(**params)
    return caught.value.args[0]


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_call_becomes_the_request_that_boto3_would_send(operation: str, data: Any) -> None:
    params = data.draw(_calls(operation))
    theirs = _sent_by_boto3(operation, dict(params))
    ours: S3Request = request_for(PLACE, operation, params)

    url = urlsplit(theirs.url)
    body = theirs.body.read() if hasattr(theirs.body, "read") else theirs.body or b""
    assert (ours.method, ours.path) == (theirs.method, url.path)
    assert sorted(ours.query) == sorted(parse_qsl(url.query, keep_blank_values=True))
    without = _OF_THE_SDK | (_DIGESTS if OPERATIONS[operation].digest else set())
    sent = _plain(theirs.headers, without)
    assert ours.host == sent.pop("host", ours.host)  # not every release names it
    assert _plain(ours.headers, without) == sent
    if PARAMS[operation].keys() & {"Body", "Policy"}:
        assert bytes(ours.body) == body
    else:
        assert _tree(bytes(ours.body)) == _tree(body)


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "params", "reason"),
    [
        ("PutObject", {"CacheControll": "x"}, "PutObject has no 'CacheControll'; did you mean "
         "CacheControl?"),
        ("PutObject", {"Zzz": "x"}, "PutObject has no 'Zzz'$"),
        ("UploadPart", {"CacheControl": "x"}, "UploadPart has no 'CacheControl'"),
        ("PutObject", {"CacheControl": 3}, "CacheControl must be text, not int"),
        ("PutObject", {"CacheControl": None}, "CacheControl must be text, not NoneType"),
        ("PutObject", {"BucketKeyEnabled": "yes"}, "BucketKeyEnabled must be true or false"),
        ("PutObject", {"Expires": "tomorrow"}, "Expires must be a time"),
        ("CopyObject", {"CopySource": {"Bucket": "b"}}, "CopySource must be text or a mapping"),
        ("CopyObject", {}, "CopyObject needs CopySource"),
        ("UploadPart", {"UploadId": "u"}, "UploadPart needs PartNumber"),
        ("DeleteObjects", {"Delete": {"Objects": [{}]}}, r"Delete.Objects\[0\] needs Key"),
        ("DeleteObjects", {"Delete": {}}, "Delete needs Objects"),
        ("DeleteObjects", {"Delete": {"Objects": [{"Key": "k", "Kye": "x"}]}},
         r"Delete.Objects\[0\] has no 'Kye'; it has Key"),
        ("DeleteObjects", {"Delete": {"Objects": "k"}}, "Delete.Objects must be a list, not str"),
        ("PutObjectTagging", {"Tagging": "a=b"}, "Tagging must be a mapping, not str"),
    ],
)  # fmt: skip
def test_what_boto3_refuses_is_refused_with_a_word_on_what_to_write(
    operation: str, params: dict[str, Any], reason: str
) -> None:
    whole = {"Bucket": "media", "Key": "k", **params}
    if operation == "DeleteObjects":
        del whole["Key"]
    with pytest.raises(botocore.exceptions.ParamValidationError):
        getattr(client(), botocore.xform_name(operation))(**whole)
    with pytest.raises(InvalidInput, match=f"(?m)the native parameters are refused: {reason}"):
        request_for(PLACE, operation, whole)


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"WriteOffsetBytes": True}, "WriteOffsetBytes must be a whole number"),
        ({"Metadata": {"a": 1}}, "Metadata must be a mapping of text to text"),
        ({"Body": "text"}, "Body must be"),
    ],
)
def test_what_boto3_would_guess_at_is_refused_too(params: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        request_for(PLACE, "PutObject", {"Bucket": "media", "Key": "k", **params})


@pytest.mark.parametrize("value", ["caf\u00e9", "a\r\nb", "a\0b", "\u20ac"])
def test_text_that_no_header_can_carry_is_refused(value: str) -> None:
    for params in ({"CacheControl": value}, {"Metadata": {"a": value}}):
        with pytest.raises(InvalidHeader):
            request_for(PLACE, "PutObject", {"Bucket": "media", "Key": "k", **params})


@pytest.mark.parametrize(
    ("given_time", "sent"),
    [
        (datetime(2026, 11, 24, 12, 0, 0, 999, tzinfo=UTC), "Tue, 24 Nov 2026 12:00:00 GMT"),
        ("2026-11-24T12:00:00Z", "Tue, 24 Nov 2026 12:00:00 GMT"),
        ("2026-11-24T13:00:00+01:00", "Tue, 24 Nov 2026 12:00:00 GMT"),
        ("Tue, 24 Nov 2026 12:00:00 GMT", "Tue, 24 Nov 2026 12:00:00 GMT"),
        (1795521600, "Tue, 24 Nov 2026 12:00:00 GMT"),
    ],
)
def test_a_time_may_be_written_as_for_boto3(given_time: Any, sent: str) -> None:
    params = {"Bucket": "media", "Key": "k", "Expires": given_time}

    assert sent == request_for(PLACE, "PutObject", params).headers["Expires"]
    assert sent.encode() == _sent_by_boto3("PutObject", params).headers["Expires"]


def test_a_customers_key_that_comes_with_its_md5_is_sent_as_it_is() -> None:
    params = {"Bucket": "media", "Key": "k", "SSECustomerKey": "aaa", "SSECustomerKeyMD5": "bbb"}

    headers = request_for(PLACE, "GetObject", params).headers

    assert {"aaa", "bbb"} == set(headers.values())


class Redirects:
    """Wraps operations and puts into their parameters what leads elsewhere."""

    def __init__(self, **params: object) -> None:
        self._params = params

    def _redirect(self, params: dict[str, Any]) -> Generator[None, Any, Any]:
        params.update(self._params)
        return (yield)

    @hookimpl(wrapper=True)
    def bucketry_upload(self, params: dict[str, Any]) -> Generator[None, Any, Any]:
        return (yield from self._redirect(params))

    @hookimpl(wrapper=True)
    def bucketry_copy(self, params: dict[str, Any]) -> Generator[None, Any, Any]:
        return (yield from self._redirect(params))

    @hookimpl(wrapper=True)
    def bucketry_delete(self, params: dict[str, Any]) -> Generator[None, Any, Any]:
        return (yield from self._redirect(params))

    @hookimpl(wrapper=True)
    def bucketry_open(self, params: dict[str, Any]) -> Generator[None, Any, Any]:
        return (yield from self._redirect(params))


@pytest.mark.parametrize(
    "params",
    [
        {"Key": "elsewhere"},
        {"Bucket": "others"},
        {"CopySource": "others/secret"},
        {"CopySource": {"Bucket": "others", "Key": "secret"}},
        {"Body": b"others"},
    ],
)
def test_no_wrapper_leads_an_operation_elsewhere(
    open_on: Callable[..., Provider], server: StandIn, params: dict[str, object]
) -> None:
    media = open_on()
    media.upload(b"x", key="a")
    redirected = media.with_layer(Redirects(**params))
    for operation in (
        lambda: redirected.upload(b"y", key="b"),
        lambda: redirected.copy("a", "c"),
        lambda: redirected.delete("a"),
        lambda: redirected.delete_many(["a", "b"]),
        lambda: redirected.read("a"),
    ):
        with pytest.raises(InvalidInput, match="nobody sets"):
            operation()
    assert list(server.objects("media")) == ["a"]
