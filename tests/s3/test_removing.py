"""Deletes of many keys: an outcome for each, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bucketry import BadCredentials, BucketNotFound, Provider, RateLimited
from bucketry_s3.testing import Reply, StandIn

Open = Callable[..., Provider]

KEYS = [f"k{number}" for number in range(6)]
SLOW = Reply.error(503, "SlowDown")


@pytest.fixture
def filled(server: StandIn) -> StandIn:
    for key in KEYS:
        server.put("media", key, b"x")
    return server


def in_twos(open_on: Open, **options: object) -> Provider:
    return open_on(capabilities={"batch_delete_limit": 2}, **options)


def one_by_one(open_on: Open) -> Provider:
    return open_on(capabilities={"batch_delete": "no"})


@pytest.mark.parametrize("opened", [in_twos, one_by_one])
def test_an_outage_in_the_middle_tells_what_is_gone_and_what_is_not(
    filled: StandIn, open_on: Open, opened: Callable[[Open], Provider]
) -> None:
    """And it is waited for once, not once for each key that is left."""
    filled.faults.add("DeleteObjects", SLOW, nth=2, times=None)
    filled.faults.add("DeleteObject", SLOW, nth=3, times=None)

    outcome = opened(open_on).delete_many(KEYS)

    assert KEYS[:2] == list(outcome.keys)
    assert KEYS[2:] == [failure.key for failure in outcome.failures]
    assert {"SlowDown"} == {failure.code for failure in outcome.failures}
    assert outcome.failures[-1].reason.startswith("not tried: ")
    assert set(KEYS[2:]) == set(filled.objects("media"))


@pytest.mark.parametrize("opened", [in_twos, one_by_one])
def test_an_outage_at_the_start_is_raised(
    filled: StandIn, open_on: Open, opened: Callable[[Open], Provider]
) -> None:
    filled.faults.add("DeleteObjects", SLOW, times=None)
    filled.faults.add("DeleteObject", SLOW, times=None)

    with pytest.raises(RateLimited):
        opened(open_on).delete_many(KEYS)
    assert set(KEYS) == set(filled.objects("media"))


def test_a_refusal_of_one_key_does_not_stop_the_others(filled: StandIn, open_on: Open) -> None:
    filled.faults.add("DeleteObject", Reply.error(403, "AccessDenied", "locked"), nth=2)

    outcome = one_by_one(open_on).delete_many(KEYS)

    assert [("k1", "locked", "AccessDenied")] == [
        (failure.key, failure.reason, failure.code) for failure in outcome.failures
    ]
    assert {"k1"} == set(filled.objects("media"))


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"bucket": "nowhere"}, BucketNotFound),
        (
            {"credentials": {"access_key_id": "AKIANOBODY", "secret_access_key": "x"}},
            BadCredentials,
        ),
    ],
)
@pytest.mark.parametrize("batches", ["yes", "no"])
def test_a_wrong_setting_is_one_error_and_no_list_of_failures(
    filled: StandIn, open_on: Open, batches: str, options: dict[str, object], kind: type[Exception]
) -> None:
    provider = open_on(capabilities={"batch_delete": batches}, **options)

    with pytest.raises(kind):
        provider.delete_many(KEYS)
    assert 1 == len(filled.requests)


def test_a_server_without_batches_is_asked_once_whether_it_has_them(
    filled: StandIn, open_on: Open
) -> None:
    filled.faults.add("DeleteObjects", Reply.error(501, "NotImplemented"), times=None)

    outcome = in_twos(open_on).delete_many(KEYS)

    assert KEYS == list(outcome.keys)
    assert ["DeleteObjects", *["DeleteObject"] * 6] == [r.operation for r in filled.requests]


def test_an_error_without_a_key_is_about_all_that_nothing_is_said_of(
    filled: StandIn, open_on: Open
) -> None:
    body = (
        b"<DeleteResult><Deleted><Key>k0</Key></Deleted>"
        b"<Error><Code>AccessDenied</Code><Message>half a disk</Message></Error></DeleteResult>"
    )
    filled.faults.add("DeleteObjects", Reply(200, body))

    outcome = open_on().delete_many(["k0", "k1", "k2"])

    assert ["k0"] == list(outcome.keys)
    assert [("k1", "half a disk"), ("k2", "half a disk")] == [
        (failure.key, failure.reason) for failure in outcome.failures
    ]


@pytest.mark.parametrize("code", ["InternalError", "SlowDown"])
def test_a_key_that_the_server_was_too_busy_for_is_deleted_by_itself(
    filled: StandIn, open_on: Open, code: str
) -> None:
    body = (
        f"<DeleteResult><Error><Key>k0</Key><Code>{code}</Code></Error>"
        "<Deleted><Key>k1</Key></Deleted></DeleteResult>"
    )
    filled.faults.add("DeleteObjects", Reply(200, body.encode()))
    filled.faults.add("DeleteObject", Reply.error(503, "SlowDown"))

    outcome = open_on().delete_many(["k0", "k1"])

    assert (["k0", "k1"], []) == (list(outcome.keys), list(outcome.failures))
    assert "k0" not in filled.objects("media")


def test_a_key_that_the_answer_names_in_another_spelling_is_deleted_by_itself(
    filled: StandIn, open_on: Open
) -> None:
    other = Reply(200, b"<DeleteResult><Deleted><Key>k%30</Key></Deleted></DeleteResult>")
    filled.faults.add("DeleteObjects", other)
    filled.faults.add("DeleteObject", Reply.error(403, "AccessDenied", "locked"), nth=2)

    outcome = open_on().delete_many(["k0", "k1"])

    assert ["k0"] == list(outcome.keys)
    assert [("k1", "locked")] == [(one.key, one.reason) for one in outcome.failures]


def test_a_key_with_an_error_is_not_deleted_though_it_is_named_so(
    filled: StandIn, open_on: Open
) -> None:
    body = (
        b"<DeleteResult><Deleted><Key>k0</Key></Deleted><Deleted><Key>k1</Key></Deleted>"
        b"<Error><Key>k1</Key><Code>AccessDenied</Code></Error></DeleteResult>"
    )
    filled.faults.add("DeleteObjects", Reply(200, body))

    outcome = open_on().delete_many(["k0", "k1"])

    assert (["k0"], ["k1"]) == (list(outcome.keys), [f.key for f in outcome.failures])


def test_a_key_that_is_named_twice_has_one_outcome(filled: StandIn, open_on: Open) -> None:
    outcome = open_on().delete_many(["k0", "k0", "k1", "nothing"])

    assert {"k0", "k1", "nothing"} == set(outcome.keys)
    assert not outcome.failures
    assert set(KEYS[2:]) == set(filled.objects("media"))


def test_a_batch_that_a_proxy_answers_is_looked_up(filled: StandIn, open_on: Open) -> None:
    filled.faults.add("DeleteObjects", Reply(200, b"<html>OK</html>"))

    outcome = open_on().delete_many(["k0", "nothing"])

    assert ["nothing"] == list(outcome.keys)
    assert [("k0", "it is still there after the delete")] == [
        (failure.key, failure.reason) for failure in outcome.failures
    ]
