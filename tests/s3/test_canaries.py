"""No secret in anything that is logged, stored, shown or raised, whatever operation it is.

Canaries are put where secrets are: keys, tokens, a customer's own key, a proxy's password, signed
URLs, the environment. Then every operation is run, well and badly, and everything that a log or a
crash reporter could get hold of is searched for them.
"""

from __future__ import annotations

import base64
import inspect
import json
import logging
import pickle
import re
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import attrs
import pytest

import bucketry
from bucketry import (
    BucketryError,
    ObjectReader,
    Operation,
    Outcomes,
    Provider,
    SignedUrl,
    SignRequest,
    StoredObject,
    Unsupported,
    Upload,
    hookimpl,
)
from bucketry_s3 import S3Answer, S3Request
from bucketry_s3.protocol.operations import OPERATIONS as ON_THE_WIRE
from bucketry_s3.testing import Account, Drop, Reply, StandIn
from s3.relay import Relay

KEY_ID = "AKIACANARY0000000001"
SECRET = "c4n4ry/secret+access/key"
TOKEN = "c4n4ry/session+token/c4n4ry"
CUSTOMER_KEY = "c4n4ry-0f-a-cust0mer-0123456789a"
PASSWORD = "c4n4ry-of-a-proxy"
ENVIRONMENT = "c4n4ry-of-the-environment"

TEXTS = {
    "secret key": SECRET,
    "session token": TOKEN,
    "session token, encoded": TOKEN.replace("/", "%2F").replace("+", "%2B"),
    "customer key": CUSTOMER_KEY,
    "customer key, as sent": base64.b64encode(CUSTOMER_KEY.encode()).decode(),
    "proxy password": PASSWORD,
    "proxy password, as sent": base64.b64encode(f"user:{PASSWORD}".encode()).decode(),
    "environment": ENVIRONMENT,
}
SIGNATURE = re.compile(r"(?i)signature['\"]?[=:] ?['\"]?[0-9a-f]{64}")
"""Of a header, a URL, a form."""

MIB = 1 << 20
CUSTOMERS = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": CUSTOMER_KEY}


def canaries_in(text: str) -> set[str]:
    found = {name for name, canary in TEXTS.items() if canary in text}
    return found | ({"signature"} if SIGNATURE.search(text) else set())


# -- where a secret can be read --------------------------------------------------------------------


def led_to(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, its causes and contexts (even suppressed ones), and members of a group."""
    pending, seen = [error], set[int]()
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        pending += [led for led in (one.__cause__, one.__context__) if led is not None]
        if isinstance(one, BaseExceptionGroup):
            pending += one.exceptions


def frames_of(error: BaseException) -> Iterator[FrameType]:
    for one in led_to(error):
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if frame.f_code.co_filename != __file__:
                yield frame


def places(error: BaseException) -> dict[str, str]:
    """Return all that a traceback, a crash reporter or a queue gets of an error, by its place."""
    told = {
        f"local {name!r} of {frame.f_code.co_qualname}": repr(value)
        for frame in frames_of(error)
        for name, value in frame.f_locals.items()
    }
    for number, one in enumerate(led_to(error)):
        told[f"error {number}"] = f"{one!r} {one} {vars(one)!r}"
        with suppress(Exception):
            told[f"error {number}, pickled"] = pickle.dumps(one).decode("latin-1")
    told["traceback"] = "".join(traceback.format_exception(error))
    return told


def shown_of(value: Any) -> dict[str, str]:
    """Return all that shows a value without being asked to reveal it, by its place."""
    kind = type(value).__name__
    told = {f"repr of {kind}": repr(value), f"text of {kind}": str(value)}
    if attrs.has(type(value)):
        told[f"asdict of {kind}"] = repr(attrs.asdict(value))
    with suppress(Exception):
        told[f"{kind}, pickled"] = pickle.dumps(value).decode("latin-1")
    with suppress(Exception):
        told[f"{kind} as JSON"] = json.dumps(value, default=str)
    if hasattr(value, "__getstate__"):
        told[f"state of {kind}"] = repr(value.__getstate__())
    return told


class Nosy:
    """Shows all that a layer gets to see, as a layer that logs would."""

    def __init__(self, *, strips: bool) -> None:
        self.told: dict[str, str] = {}
        self._strips = strips

    def _look(self, where: str, value: Any) -> None:
        self.told[f"{where}: {type(value).__name__}"] = f"{value!r} {value}"

    @hookimpl(wrapper=True)
    def bucketry_perform(self, operation: Operation) -> Generator[None, Any, Any]:
        self._look("perform", operation)
        answer = yield
        self._look(f"answer to {operation.name}", answer)
        return answer

    @hookimpl(wrapper=True)
    def bucketry_prepare_upload(self, upload: Upload) -> Generator[None, Upload, Upload]:
        self._look("prepare_upload", upload)
        return (yield)

    @hookimpl(wrapper=True)
    def bucketry_upload(self, upload: Upload) -> Generator[None, StoredObject, StoredObject]:
        self._look("upload", upload)
        return (yield)

    @hookimpl(wrapper=True)
    def bucketry_sign(self, request: SignRequest) -> Generator[None, SignedUrl, SignedUrl]:
        self._look("sign", request)
        answer = yield
        self._look("signed", answer)
        return answer

    @hookimpl(wrapper=True)
    def bucketry_s3_send(self, request: S3Request) -> Generator[None, S3Answer, S3Answer]:
        self._look("send", request)
        if self._strips:
            # The stand-in has no encryption with customers' keys.
            for name in [n for n in request.headers if "customer" in n]:
                del request.headers[name]
        answer = yield
        self._look("answer", answer)
        return answer


class Breaking:
    """A layer that is broken, deep inside."""

    @hookimpl(wrapper=True)
    def bucketry_s3_send(self, request: S3Request) -> Generator[None, S3Answer, S3Answer]:
        answer = yield
        if answer.status:
            answer.body.close(reuse=False)
            raise RuntimeError("the layer is broken")
        return answer


# -- every operation -------------------------------------------------------------------------------


def _large() -> Iterator[bytes]:
    yield from (bytes(MIB) for _ in range(6))


def _write(p: Provider) -> object:
    with p.open("k", "wb", extra_params=CUSTOMERS) as writer:
        writer.write(b"x")
    return writer


def _read_some(p: Provider) -> object:
    with p.open("k") as reader:
        reader.seek(1)
        reader.read(1)
        return reader


def _each(outcomes: Outcomes[Any]) -> object:
    (outcome,) = outcomes
    return outcome.get()


DO: Mapping[str, Callable[[Provider, Path], object]] = {
    "upload": lambda p, _: p.upload(b"xyz", key="k", extra_params=CUSTOMERS),
    "upload in parts": lambda p, _: p.upload(_large(), key="large", extra_params=CUSTOMERS),
    "upload_many": lambda p, _: _each(
        p.upload_many([("k", b"xyz", {"extra_params": CUSTOMERS})], extra_params=CUSTOMERS)
    ),
    "copy_many": lambda p, _: _each(p.copy_many([("k", "k6")])),
    "head_many": lambda p, _: _each(p.head_many(["k"])),
    "download_many": lambda p, folder: _each(p.download_many(["k"], folder / "targets")),
    "replace": lambda p, _: p.replace("r", b"xyz", new_key="r2", extra_params=CUSTOMERS),
    "copy": lambda p, _: p.copy("k", "k3", extra_params=CUSTOMERS),
    "move": lambda p, _: p.move("m", "m2"),
    "head": lambda p, _: p.head("k"),
    "exists": lambda p, _: p.exists("k"),
    "open": lambda p, _: _read_some(p),
    "open to write": lambda p, _: _write(p),
    "read": lambda p, _: p.read("k"),
    "download": lambda p, folder: p.download("k", folder / "target"),
    "versions": lambda p, _: list(p.versions()),
    "set_headers": lambda p, _: p.set_headers("k", content_type="a/b"),
    "restore": lambda p, _: _unsupported(p),
    "list": lambda p, _: list(p.list()),
    "pages": lambda p, _: list(p.pages("", delimiter="/")),
    "url": lambda p, _: str(p.url("k")).partition("?")[0],  # a signed one is asked for
    "object_url": lambda p, _: p.object_url("k"),
    "is_private": lambda p, _: p.is_private("k"),
    "key_of_url": lambda p, _: p.key_of_url(p.sign("k").reveal()),
    "sign": lambda p, _: p.sign("k", method="PUT"),
    "sign_many": lambda p, _: p.sign_many(["k"]),
    "upload_ticket": lambda p, _: p.upload_ticket("k", max_size=5),
    "with_layer": lambda p, _: p.with_layer(Nosy(strips=False)),
    "with_options": lambda p, _: p.with_options(deadline=3),
    "layer": lambda p, _: p.layer(Nosy),
    "delete": lambda p, _: p.delete("k2", extra_params={"MFA": CUSTOMER_KEY}),
    "delete_many": lambda p, _: p.delete_many(["k2", "k3"], extra_params={"MFA": CUSTOMER_KEY}),
    "delete_prefix": lambda p, _: p.delete_prefix("folder"),
    "sweep": lambda p, _: p.sweep(older_than=timedelta(0)),
    "diagnose": lambda p, _: p.diagnose(),
    "close": lambda p, _: p.close(),
}


def _unsupported(provider: Provider) -> None:
    provider.head("k")
    with suppress(Unsupported):  # the stand-in has no archive
        provider.restore("k", days=1, extra_params={"RequestPayer": "requester"})


WRONG: Mapping[str, Callable[[Provider, Path], object]] = {
    "upload": lambda p, _: p.upload(b"x", key="k", extra_params={**CUSTOMERS, "Nope": "x"}),
    "upload, typo": lambda p, _: p.upload(b"x", key="k", extra_parms=CUSTOMERS),  # type: ignore[call-arg]
    "upload, text": lambda p, _: p.upload("x", key="k", extra_params=CUSTOMERS),  # type: ignore[arg-type]
    "upload, list": lambda p, _: p.upload(b"x", key="k", extra_params=[CUSTOMER_KEY]),  # type: ignore[arg-type]
    "upload_many": lambda p, _: p.upload_many([("k", b"x")], extra_parms=CUSTOMERS),  # type: ignore[call-arg]
    "upload_many, own": lambda p, _: _each(
        p.upload_many([("k", b"x", {"extra_params": {**CUSTOMERS, "Nope": "x"}})])
    ),
    "upload_many, typo": lambda p, _: _each(p.upload_many([("k", b"x", {"parms": CUSTOMERS})])),
    "upload_many, shape": lambda p, _: _each(p.upload_many([CUSTOMERS])),  # type: ignore[list-item]
    "upload, line": lambda p, _: p.upload(
        b"x", key="k", extra_params={"SSECustomerKey": f"{CUSTOMER_KEY}\n"}
    ),
    "upload, bytes": lambda p, _: p.upload(
        b"x", key="k", extra_params={"SSECustomerKey": [CUSTOMER_KEY]}
    ),
    "replace": lambda p, _: p.replace("", b"x", extra_params=CUSTOMERS),
    "replace, both": lambda p, _: p.replace(
        "k", b"x", new_key="k2", if_match="x", extra_params=CUSTOMERS
    ),
    "copy": lambda p, _: p.copy("k", "k3", extra_params={**CUSTOMERS, "Nope": "x"}),
    "copy, same": lambda p, _: p.copy("k", "k", extra_params=CUSTOMERS),
    "delete": lambda p, _: p.delete("k", extra_params={"Nope": CUSTOMER_KEY}),
    "delete_many": lambda p, _: p.delete_many(["k"], extra_params={"Nope": CUSTOMER_KEY}),
    "open to write": lambda p, _: p.open("", "wb", extra_params=CUSTOMERS),
    "open to read": lambda p, _: p.open("k", extra_params=CUSTOMERS),
    "with_options": lambda p, _: p.with_options(
        credentials={"access_key_id": KEY_ID, "secret_access_key": SECRET, "typo": TOKEN}
    ),
    "with_options, customer": lambda p, _: p.with_options(
        extra_params={"upload": {"SSECustomerKey": CUSTOMER_KEY}, "nope": {}}
    ),
    "download": lambda p, folder: p.download("k", folder),
    "layer": lambda p, _: p.layer(str),
    "sign": lambda p, _: p.sign("k", response={"Nope": "x"}),
}


def test_every_operation_is_looked_at() -> None:
    public = {
        name
        for name, member in inspect.getmembers(Provider)
        if not name.startswith("_") and callable(member)
    }
    assert public <= {name.partition(" ")[0].partition(",")[0] for name in DO}


# -- the places ------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[StandIn]:
    account = Account(access_key_id=KEY_ID, secret_access_key=SECRET, session_token=TOKEN)
    with StandIn(buckets=["media"], accounts=[account]) as running:
        for key in ("k", "k2", "m", "r", "folder/a"):
            running.put("media", key, b"xyz")
        yield running


@pytest.fixture(params=["sockets", "boto3"])
def transport(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay(user="user", password=PASSWORD) as running:
        yield running


@pytest.fixture
def open_it(
    server: StandIn,
    relay: Relay,
    transport: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Callable[..., Provider]]:
    """Give a function that opens a provider, from a file and the environment, behind a proxy."""
    file = tmp_path / "bucketry.json"
    settings: dict[str, Any] = {
        "provider": "s3",
        "bucket": "media",
        "region": "us-east-1",
        "endpoint": server.endpoint,
        "ca_bundle": server.ca_bundle,
        "addressing": "path",
        "credentials": {
            "access_key_id": KEY_ID,
            "secret_access_key": {"env": "THE_SECRET"},
            "session_token": {"env": "THE_TOKEN"},
        },
        "multipart": {"part_size": 5 * MIB, "concurrency": 2},
        "extra_params": {"delete": {"MFA": CUSTOMER_KEY}},
        "deadline": 2,
        "transport": transport,
    }
    monkeypatch.setenv("THE_SECRET", SECRET)
    monkeypatch.setenv("THE_TOKEN", TOKEN)
    monkeypatch.setenv("ANOTHER_SECRET", ENVIRONMENT)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PASSWORD}@127.0.0.1:{relay.port}")
    opened = []

    def open_it(**changes: Any) -> Provider:
        file.write_text(json.dumps({"providers": {"media": {**settings, **changes}}}))
        opened.append(bucketry.open_provider("media", config=file))
        return opened[-1]

    yield open_it
    for provider in opened:
        provider.close()


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[dict[str, str]]:
    """Give a dictionary of all that is told, by its place; at its end no canary may be in it."""
    caplog.set_level(logging.DEBUG)
    texts: dict[str, str] = {}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield texts
    texts["log"] = caplog.text
    texts["log's arguments"] = repr([record.args for record in caplog.records])
    texts["warnings"] = repr([str(warning.message) for warning in warned])
    found = {place: canaries for place, text in texts.items() if (canaries := canaries_in(text))}
    assert {} == found


def answers_of(value: object) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif not isinstance(value, bytes | str):
        yield value


def test_the_canaries_can_be_found() -> None:
    assert {"secret key", "signature"} == canaries_in(f"{SECRET} Signature={'0' * 64}")
    assert {"signature"} == canaries_in(f"{{'x-amz-signature': '{'0' * 64}'}}")
    with pytest.raises(UnicodeDecodeError) as caught:
        TOKEN.encode("utf-16").decode("utf-8")
    assert {} == {n: t for n, t in places(caught.value).items() if canaries_in(t)}
    with pytest.raises(json.JSONDecodeError) as caught_too:
        json.loads(f'["{TOKEN}"')
    assert "local 's' of JSONDecoder.decode" in {
        place for place, text in places(caught_too.value).items() if canaries_in(text)
    }


def test_what_goes_well_shows_no_secret(
    open_it: Callable[..., Provider], relay: Relay, told: dict[str, str], tmp_path: Path
) -> None:
    nosy = Nosy(strips=True)
    provider = open_it().with_layer(nosy)
    for name, do in DO.items():
        for answer in answers_of(do(provider, tmp_path)):
            told |= {f"{name}: {place}": text for place, text in shown_of(answer).items()}
    assert relay.asked  # the proxy's password was used
    told |= nosy.told
    for value in (provider, provider.options, provider.hooks, provider.vendor):
        told |= shown_of(value)


@pytest.mark.parametrize("fault", ["refused", "denied by name", "broken layer"])
def test_what_fails_shows_no_secret(
    open_it: Callable[..., Provider],
    server: StandIn,
    told: dict[str, str],
    tmp_path: Path,
    fault: str,
) -> None:
    nosy = Nosy(strips=False)
    provider = open_it().with_layer(nosy)
    answer = Reply.error(403, "AccessDenied", "no")
    if fault == "denied by name":
        answer = Reply.error(403, "SignatureDoesNotMatch", f"{KEY_ID} {SECRET} {TOKEN}")
    if fault == "broken layer":
        provider = provider.with_layer(Breaking())
    for operation in ON_THE_WIRE:
        server.faults.add(operation, answer, times=None)

    failed = _fail(provider, DO, told, tmp_path)
    told |= nosy.told

    local = {"url", "object_url", "is_private", "key_of_url", "sign", "sign_many"}
    local |= {"upload_ticket", "with_layer", "with_options", "layer", "close"}
    assert DO.keys() - failed == local | {"diagnose"}  # what is wrong is its answer


def test_bad_input_shows_no_secret(
    open_it: Callable[..., Provider], told: dict[str, str], tmp_path: Path
) -> None:
    assert WRONG.keys() == _fail(open_it(), WRONG, told, tmp_path)


@pytest.mark.parametrize("fault", ["lost answer", "no proxy", "wrong password", "no server"])
def test_what_the_network_fails_shows_no_secret(
    open_it: Callable[..., Provider],
    server: StandIn,
    relay: Relay,
    told: dict[str, str],
    tmp_path: Path,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changes: dict[str, Any] = {"deadline": 1}
    if fault == "no server":
        changes["endpoint"] = "https://127.0.0.1:9"
    if fault == "no proxy":
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PASSWORD}@127.0.0.1:9")
    if fault == "wrong password":
        relay.wants("somebody", "else")
    for operation in ON_THE_WIRE:
        server.faults.add(operation, Drop("answer"), times=None)
    provider = open_it(**changes)

    some = {name: DO[name] for name in ("upload", "upload in parts", "read", "delete")}
    assert some.keys() == _fail(provider, some, told, tmp_path)


def _fail(
    provider: Provider,
    calls: Mapping[str, Callable[[Provider, Path], object]],
    told: dict[str, str],
    folder: Path,
) -> set[str]:
    """Call each, note all that its error tells, and return the names of those that failed."""
    failed = set()
    for name, call in calls.items():
        try:
            for answer in answers_of(call(provider, folder)):
                told |= {f"{name}: {place}": text for place, text in shown_of(answer).items()}
        except (BucketryError, RuntimeError, TypeError, ValueError) as error:
            failed.add(name)
            told |= {f"{name}: {place}": text for place, text in places(error).items()}
    return failed


def test_an_opened_reader_that_fails_shows_no_secret(
    open_it: Callable[..., Provider], server: StandIn, told: dict[str, str]
) -> None:
    server.put("media", "k", bytes(2 * MIB))
    reader: ObjectReader = open_it().open("k")
    server.faults.add("GetObject", Reply.error(403, "AccessDenied", "no"), times=None)
    reader.seek(MIB)
    with pytest.raises(BucketryError) as caught:
        reader.read(5)
    told |= places(caught.value)


def test_ambient_credentials_that_are_broken_show_no_secret(
    open_it: Callable[..., Provider],
    told: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    shared = tmp_path / "shared"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shared))
    for text in (
        f"[default]\naws_secret_access_key = {SECRET}\naws_access_key_id = {KEY_ID}\n",
        f"[default]\naws_secret_access_key = {SECRET}\n",
        f"[default\naws_secret_access_key = {SECRET}\n",
        f"aws_secret_access_key = {SECRET}\n",
    ):
        shared.write_text(text)
        provider = open_it(credentials="ambient")
        with pytest.raises(BucketryError) as caught:
            provider.upload(b"x", key="k")
        told |= {f"{text[:40]}: {place}": said for place, said in places(caught.value).items()}
