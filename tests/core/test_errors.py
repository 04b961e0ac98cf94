"""Errors: what they say, what they hide, and that they survive a process boundary."""

from __future__ import annotations

import copy
import pickle
import re
from traceback import format_exception
from typing import Any

import pytest

import bucketry
from bucketry import (
    AccessDenied,
    BucketryError,
    ConfigError,
    InvalidInput,
    InvalidKey,
    ManyFailed,
    NotFound,
    PluginError,
    Problem,
    RateLimited,
    SourceChanged,
    StorageError,
    Unavailable,
    Unconfirmed,
    errors,
)
from bucketry.errors import redact


def _classes(root: type[BaseException]) -> set[type[Any]]:
    return {root}.union(*(_classes(child) for child in root.__subclasses__()))


def _shipped() -> set[type[Any]]:
    return {kind for kind in _classes(BucketryError) if kind.__module__ == "bucketry.errors"}


def test_the_tree_drawn_in_the_documentation_is_the_tree() -> None:
    drawn: dict[str, str] = {}
    ancestors = ["BucketryError"]
    for line in str(errors.__doc__).splitlines():
        branch = re.match(r"^    ([│ ]*)[├└]── (\w+)", line)
        if branch:
            depth = len(branch[1]) // 4 + 1
            ancestors[depth:] = [branch[2]]
            drawn[branch[2]] = ancestors[depth - 1]
    assert drawn == {
        kind.__name__: kind.__bases__[0].__name__ for kind in _shipped() - {BucketryError}
    }


def test_every_error_is_a_public_name() -> None:
    assert {kind.__name__ for kind in _shipped()} <= set(bucketry.__all__)


def test_bad_input_is_a_value_error_and_no_storage_error() -> None:
    assert issubclass(InvalidInput, ValueError)
    assert not issubclass(InvalidInput, StorageError)


def test_only_what_may_pass_by_itself_is_retryable() -> None:
    retryable = {kind for kind in _shipped() if getattr(kind, "retryable", False)}
    assert retryable == {RateLimited, Unavailable, Unconfirmed}


def test_a_full_sentence() -> None:
    error = AccessDenied(
        "Access Denied.",
        provider="media",
        vendor="r2",
        operation="upload",
        key="a/b.png",
        hint="Give the token the permission Object Read & Write.",
        code="AccessDenied",
        status=403,
        request_id="4442587FB7D0A2F9",
    )
    assert str(error) == (
        "r2 \"media\": upload of 'a/b.png' failed: Access Denied (AccessDenied, HTTP 403, "
        "request id 4442587FB7D0A2F9). Give the token the permission Object Read & Write."
    )


def test_a_short_sentence() -> None:
    assert str(StorageError("no route to host")) == (
        "operation failed: no route to host (StorageError)."
    )


def test_the_sentence_tells_whether_to_retry_and_what_may_have_happened() -> None:
    error = Unavailable("timed out", operation="delete", key="k", may_have_applied=True)
    assert str(error) == (
        "delete of 'k' failed: timed out (Unavailable). It may have taken effect. "
        "Retrying may help."
    )


def test_the_vendors_code_is_told_where_it_says_more_than_the_type() -> None:
    assert "(NotFound, NoSuchKey, HTTP 404)" in str(NotFound("gone", code="NoSuchKey", status=404))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "GET https://s3.example/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIDEXAMPLE%2F20261124%2Fauto%2Fs3%2Faws4_request"
            "&X-Amz-Expires=900&X-Amz-Security-Token=FwoG%2B&X-Amz-Signature=0123abcd failed",
            "GET https://s3.example/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=***&X-Amz-Expires=900&X-Amz-Security-Token=***"
            "&X-Amz-Signature=*** failed",
        ),
        (
            "https://s3.example/k?AWSAccessKeyId=AKID&Expires=1&Signature=a%2Fb=",
            "https://s3.example/k?AWSAccessKeyId=***&Expires=1&Signature=***",
        ),
        ("https://blob.example/k?se=1&sig=abc%3D", "https://blob.example/k?se=1&sig=***"),
        ("'https://s3.example/k?x-amz-signature=ab'", "'https://s3.example/k?x-amz-signature=***'"),
        (
            "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261124/auto/s3/aws4_request, "
            "SignedHeaders=host, Signature=0123",
            "Authorization: AWS4-HMAC-SHA256 Credential=*** SignedHeaders=host, Signature=***",
        ),
        ("nothing to hide: a=b&c=d", "nothing to hide: a=b&c=d"),
    ],
)
def test_signatures_are_taken_out_of_every_text(text: str, shown: str) -> None:
    assert redact(text) == shown
    error = StorageError(text, hint=text)
    assert (error.reason, error.hint) == (shown, shown)
    assert "0123abcd" not in repr(error)
    assert "0123abcd" not in str(error)
    evolved = StorageError("x").evolve(reason=text, hint=text)
    assert (evolved.reason, evolved.hint) == (shown, shown)


def _sample(kind: type[Any]) -> BucketryError:
    if kind is PluginError or issubclass(kind, PluginError):
        return PluginError("acme (bucketry-acme 1.0)", "it cannot be loaded")
    if issubclass(kind, ConfigError):
        return ConfigError([Problem(path="a.b", sentence="is missing", file="x", line=1, column=2)])
    if issubclass(kind, StorageError):
        sample: StorageError = kind(
            "because", provider="media", vendor="r2", operation="head", key="k", hint="Do that.",
            code="X", status=400, request_id="r", may_have_applied=True,
        )  # fmt: skip
        return sample
    if issubclass(kind, ManyFailed):
        return ManyFailed("upload_many: 2 of 3 failed", [NotFound("gone"), InvalidKey("odd")])
    other: BucketryError = kind("because")
    return other


@pytest.mark.parametrize("kind", sorted(_shipped(), key=str))
def test_every_error_is_pickled_whole(kind: type[Any]) -> None:
    error = _sample(kind)
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)


def test_a_pickled_error_leaves_its_cause_behind() -> None:
    """The exception of an SDK may hold a request with its signature."""
    error = NotFound("gone")
    error.__cause__ = ValueError("Signature=secret")
    assert b"secret" not in pickle.dumps(error)
    assert pickle.loads(pickle.dumps(error)).__cause__ is None


def test_notes_go_along() -> None:
    error = NotFound("gone")
    error.add_note("seen in the morning")
    for twin in (pickle.loads(pickle.dumps(error)), error.evolve(provider="media")):
        assert twin.__notes__ == [f"See {error.docs}", "seen in the morning"]


def test_evolve_changes_only_what_is_named() -> None:
    cause = OSError("reset")
    try:
        raise Unavailable("timed out", code="X", status=503, request_id="r") from cause
    except Unavailable as error:
        evolved = error.evolve(provider="media", key="k")
        traceback = error.__traceback__
        original = error
    assert evolved is not original
    assert type(evolved) is Unavailable
    assert vars(evolved) == {
        "reason": "timed out", "provider": "media", "vendor": "", "operation": "", "key": "k",
        "hint": "", "code": "X", "status": 503, "request_id": "r", "may_have_applied": False,
        "__notes__": [f"See {evolved.docs}"],
    }  # fmt: skip
    assert evolved.__cause__ is cause
    assert evolved.__traceback__ is traceback
    assert (original.provider, original.key) == ("", None)
    assert "media" in str(evolved)


def test_evolve_refuses_what_is_no_field() -> None:
    with pytest.raises(TypeError, match="bucket"):
        NotFound("gone").evolve(bucket="media")


def test_tracebacks_show_where_more_is_said_once_a_kind() -> None:
    """The text of an error stays one sentence, for logs and for answers to clients."""
    members = [NotFound("gone"), NotFound("gone, too"), InvalidKey("bad")]
    alone = "".join(format_exception(members[0]))
    assert str(members[0]) == "operation failed: gone (NotFound)."
    assert alone.endswith("\nSee https://bucketry.example/docs/errors.md#notfound\n")

    group = "".join(format_exception(ManyFailed("3 of 4 failed", members)))
    assert group.count("See https://bucketry.example/docs/errors.md#notfound\n") == 1
    assert group.count("See https://bucketry.example/docs/errors.md#invalidkey\n") == 1


def test_a_group_is_taken_apart_again_and_again() -> None:
    errors = [NotFound("gone"), NotFound("gone, too"), NotFound("as well"), InvalidKey("bad")]
    missing, others = ManyFailed("4 failed", errors).split(NotFound)
    assert missing is not None
    assert missing.exceptions == tuple(errors[:3])
    assert others is not None
    assert others.exceptions == (errors[3],)
    assert missing.split(lambda error: error is errors[2])[1] is not None


def test_an_error_that_was_made_in_another_way_goes_into_a_group() -> None:
    class Odd(NotFound):
        def __init__(self) -> None:
            Exception.__init__(self, "odd")

    assert len(ManyFailed("2 failed", [Odd(), Odd()]).exceptions) == 2


class QuotaExceeded(StorageError):
    """A plugin's own error, built from its own arguments."""

    def __init__(self, used: int, limit: int) -> None:
        super().__init__(f"{used} of {limit} bytes are used")
        self.used = used


def test_a_plugins_own_error_is_evolved_and_pickled_too() -> None:
    error = QuotaExceeded(10, 9).evolve(provider="media")
    assert isinstance(error, QuotaExceeded)
    assert (error.used, error.provider) == (10, "media")
    assert str(error) == '"media": operation failed: 10 of 9 bytes are used (QuotaExceeded).'
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert isinstance(twin, QuotaExceeded)
        assert (twin.used, str(twin)) == (10, str(error))


def test_problems_are_shown_with_their_place() -> None:
    known = Problem(path="providers.media.bucket", sentence="is missing", file="b.toml", line=3,
                    column=1)  # fmt: skip
    unknown = Problem(path="", sentence="is no table")
    assert str(known) == "b.toml:3:1: providers.media.bucket: is missing"
    assert str(unknown) == "is no table"
    error = ConfigError([known, unknown])
    assert error.problems == (known, unknown)
    assert str(error) == f"{known}\n{unknown}"


def test_a_plugin_error_names_the_plugin_first() -> None:
    error = PluginError("acme (bucketry-acme 1.0)", "offered twice")
    assert str(error) == "acme (bucketry-acme 1.0): offered twice"
    assert (error.plugin, error.reason) == ("acme (bucketry-acme 1.0)", "offered twice")


def test_a_key_cannot_steer_the_terminal_through_a_message() -> None:
    assert "\x1b" not in str(SourceChanged("x", key="a\x1b[31m"))
