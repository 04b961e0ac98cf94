"""A bucket is set up as it was shown, and nothing of its owner's gets lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from bucketry import (
    AccessDenied,
    InvalidInput,
    PluginError,
    PreconditionFailed,
    Provider,
    Unavailable,
    Unsupported,
    hookimpl,
)
from bucketry.setup import Applied, SetupPlan, Step, Wanted, apply, plan
from bucketry_s3.testing import AWS_LIKE, Account, Bucket, CorsRule, Drop, Reply, StandIn
from standin.wire import call, client_for

Open = Callable[..., Provider]

PAGE = "https://www.example.com"
ALL = Wanted(origins=(PAGE,), uploads=True, versioning=True)
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def statuses(made: SetupPlan) -> dict[str, str]:
    return {step.name: step.status for step in made.steps}


def step(made: SetupPlan, name: str) -> Step:
    return next(step for step in made.steps if step.name == name)


def set_up(provider: Provider, wanted: Wanted) -> Applied:
    applied = apply(provider, plan(provider, wanted))
    applied.raise_failure()
    return applied


# -- from nothing to done --------------------------------------------------


@pytest.mark.parametrize("bucket", ["media", "new"])
def test_it_is_shown_first_then_done_and_then_there_is_nothing_to_do(
    server: StandIn, open_on: Open, owner: Any, bucket: str
) -> None:
    provider = open_on(server, bucket, root_path="up")
    before = plan(provider, ALL)
    changing = ["PUT", "POST", "DELETE"]
    assert not [one for one in server.requests if one.method in changing]

    applied = apply(provider, before)

    assert [one.name for one in applied.done] == [one.name for one in before.changes]
    assert {one.status for one in applied.done} == {"in place"}
    assert (applied.failed, applied.left) == (None, ())
    writes = sum(one.method in changing for one in server.requests)
    again = plan(provider, ALL)
    assert set(statuses(again).values()) == {"in place"}
    assert apply(provider, again) == Applied()
    assert sum(one.method in changing for one in server.requests) == writes
    # Another client sees the same.
    assert owner.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = owner.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rules[0]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rules[0]["Filter"] == {"Prefix": "up/"}
    block = owner.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(BLOCKS, True)
    owners = owner.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owners == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_a_bucket_is_made_in_its_region(open_on: Open) -> None:
    with StandIn(AWS_LIKE, region="eu-west-3") as server:
        provider = open_on(server)
        made = plan(provider)
        assert step(made, "bucket").wanted == {"LocationConstraint": "eu-west-3"}
        set_up(provider, Wanted())
        where = client_for(server, region="eu-west-3").get_bucket_location(Bucket="media")
        assert where["LocationConstraint"] == "eu-west-3"


def test_what_shall_be_public_is_read_by_all_and_no_more(server: StandIn, open_on: Open) -> None:
    public = open_on(server, visibility="public", root_path="up")
    set_up(public, Wanted())
    stored = public.upload(b"x", key="a.txt")
    server.put("media", "elsewhere", b"y")
    assert call(server, "GET", "/media/up/a.txt").status == 200
    assert stored.public
    assert call(server, "GET", "/media/elsewhere").status == 403

    set_up(open_on(server, root_path="up"), Wanted())  # private again
    assert call(server, "GET", "/media/up/a.txt").status == 403


def test_a_root_path_stands_for_itself_alone(server: StandIn, open_on: Open) -> None:
    public = open_on(server, visibility="public", root_path="a*b?$")
    set_up(public, Wanted())
    public.upload(b"x", key="a.txt")
    server.put("media", "aXb1$/a.txt", b"y")
    assert call(server, "GET", "/media/a%2Ab%3F%24/a.txt").status == 200
    assert call(server, "GET", "/media/aXb1%24/a.txt").status == 403


def test_objects_that_acls_open_are_let_through(server: StandIn, open_on: Open) -> None:
    server_closed = open_on(server)
    set_up(server_closed, Wanted())
    public = open_on(server, visibility="public", acl="public-read")
    made = plan(public)
    assert "public reads" not in [one.name for one in made.changes]
    set_up(public, Wanted())
    public.upload(b"x", key="a.txt")
    assert call(server, "GET", "/media/a.txt").status == 200


def test_a_bucket_behind_a_cdn_is_left_as_open_as_it_is(server: StandIn, open_on: Open) -> None:
    cdn = open_on(server, visibility="public", base_url="https://cdn.example.com")
    assert "public access" not in statuses(plan(cdn))
    assert statuses(plan(cdn))["public reads"] == "in place"


@pytest.mark.parametrize(
    "more",
    [
        {"Action": ["s3:GetObject", "s3:PutObject"]},
        {"Action": "s3:*"},
        {"Resource": ["arn:aws:s3:::media/up/*", "arn:aws:s3:::media/*"]},
    ],
)
def test_our_own_rules_allow_and_remove_what_they_are_for_and_no_more(
    server: StandIn, open_on: Open, owner: Any, more: dict[str, Any]
) -> None:
    public = open_on(server, visibility="public", root_path="up")
    set_up(public, Wanted())
    policy = json.loads(owner.get_bucket_policy(Bucket="media")["Policy"])
    rules = owner.get_bucket_lifecycle_configuration(Bucket="media")["Rules"]
    owner.put_bucket_policy(
        Bucket="media", Policy=json.dumps({**policy, "Statement": [policy["Statement"][0] | more]})
    )
    owner.put_bucket_lifecycle_configuration(
        Bucket="media", LifecycleConfiguration={"Rules": [rules[0] | {"Expiration": {"Days": 1}}]}
    )

    set_up(public, Wanted())
    assert policy == json.loads(owner.get_bucket_policy(Bucket="media")["Policy"])
    assert rules == owner.get_bucket_lifecycle_configuration(Bucket="media")["Rules"]


# -- the owner's own rules --------------------------------------------------

OWN_CORS: dict[str, Any] = {
    "ID": "theirs",
    "AllowedOrigins": ["https://*.example.com"],
    "AllowedMethods": ["GET", "DELETE"],
    "ExposeHeaders": ["x-amz-meta-colour"],
}
OWN_RULE: dict[str, Any] = {
    "ID": "theirs",
    "Status": "Enabled",
    "Filter": {"Prefix": "logs/"},
    "Expiration": {"Days": 30},
}
OWN_STATEMENT = {
    "Sid": "Theirs",
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": ["s3:DeleteObject"],
    "Resource": ["arn:aws:s3:::media/keep/*"],
}


def test_rules_of_the_owners_own_stay(server: StandIn, open_on: Open, owner: Any) -> None:
    owner.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": [OWN_CORS]})
    owner.put_bucket_lifecycle_configuration(
        Bucket="media", LifecycleConfiguration={"Rules": [OWN_RULE]}
    )
    own = {"Version": "2012-10-17", "Id": "own", "Statement": [OWN_STATEMENT]}
    owner.put_bucket_policy(Bucket="media", Policy=json.dumps(own))
    provider = open_on(server, visibility="public")

    set_up(provider, ALL)
    assert OWN_CORS in owner.get_bucket_cors(Bucket="media")["CORSRules"]
    assert OWN_RULE in owner.get_bucket_lifecycle_configuration(Bucket="media")["Rules"]
    policy = json.loads(owner.get_bucket_policy(Bucket="media")["Policy"])
    assert (policy["Id"], policy["Statement"][0]) == ("own", OWN_STATEMENT)
    assert len(policy["Statement"]) == 2

    other = attrs.evolve(ALL, origins=("https://other.example.org",), unfinished_days=3)
    set_up(open_on(server), other)
    rules = owner.get_bucket_cors(Bucket="media")["CORSRules"]
    assert [rule["ID"] for rule in rules] == ["bucketry", "theirs"]
    assert rules[0]["AllowedOrigins"] == ["https://other.example.org"]
    assert json.loads(owner.get_bucket_policy(Bucket="media")["Policy"]) == own
    days = [
        rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
        for rule in owner.get_bucket_lifecycle_configuration(Bucket="media")["Rules"]
    ]
    assert days == [None, 3]


def test_a_policy_of_ours_alone_goes_away_whole(server: StandIn, open_on: Open, owner: Any) -> None:
    set_up(open_on(server, visibility="public"), Wanted())
    set_up(open_on(server), Wanted())
    with pytest.raises(owner.exceptions.ClientError, match="NoSuchBucketPolicy"):
        owner.get_bucket_policy(Bucket="media")


def test_a_page_sees_what_it_saw_before_and_what_uploads_need(
    server: StandIn, open_on: Open, owner: Any
) -> None:
    """The first rule that fits a request counts: ours may not hide what theirs allowed."""
    owner.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": [OWN_CORS]})
    server.put("media", "a", b"x")
    set_up(open_on(server), ALL)

    def asked(method: str) -> dict[str, str]:
        headers = {"Origin": PAGE, "Access-Control-Request-Method": method}
        headers["Access-Control-Request-Headers"] = "content-type,x-amz-acl"
        return dict(call(server, "OPTIONS", "/media/a", headers=headers).headers)

    exposed = asked("PUT")["Access-Control-Expose-Headers"].lower()
    assert {"etag", "location", "x-amz-meta-colour"} == set(exposed.split(", "))
    headers = {"Origin": PAGE, "Access-Control-Request-Method": "DELETE"}
    assert call(server, "OPTIONS", "/media/a", headers=headers).status == 200


def test_rules_that_do_already_are_not_doubled(server: StandIn, open_on: Open, owner: Any) -> None:
    enough = {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "HEAD", "PUT", "POST"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["etag", "location"],
    }
    owner.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": [enough]})
    sooner = {
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
    }
    owner.put_bucket_lifecycle_configuration(
        Bucket="media", LifecycleConfiguration={"Rules": [sooner]}
    )
    made = plan(open_on(server, root_path="up"), ALL)
    assert statuses(made)["cors"] == statuses(made)["unfinished uploads"] == "in place"


@pytest.mark.parametrize(
    "other",
    [
        {"Status": "Disabled"},
        {"Filter": {"Prefix": "elsewhere/"}},
        {"Filter": {"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}},
        {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 8}},
    ],
)
def test_a_rule_that_does_less_is_not_enough(
    server: StandIn, open_on: Open, owner: Any, other: dict[str, Any]
) -> None:
    rule = {
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    change = {"Rules": [{**rule, **other}]}
    owner.put_bucket_lifecycle_configuration(Bucket="media", LifecycleConfiguration=change)
    assert statuses(plan(open_on(server)))["unfinished uploads"] == "change"


# -- a plan is what is applied --------------------------------------------------


def test_what_has_changed_in_between_is_not_overwritten(
    server: StandIn, open_on: Open, owner: Any
) -> None:
    provider = open_on(server)
    made = plan(provider, ALL)
    owner.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": [OWN_CORS]})

    applied = apply(provider, made)

    assert applied.failed == step(made, "cors")
    with pytest.raises(PreconditionFailed, match="'cors' has changed since the plan was made"):
        applied.raise_failure()
    assert [one.name for one in applied.left] == ["unfinished uploads"]
    assert owner.get_bucket_cors(Bucket="media")["CORSRules"] == [OWN_CORS]
    assert statuses(plan(provider, ALL))["cors"] == "change"


def test_a_bucket_that_somebody_made_in_between_is_not_touched(open_on: Open) -> None:
    with StandIn(AWS_LIKE) as server:
        provider = open_on(server)
        made = plan(provider, ALL)
        client_for(server).create_bucket(Bucket="media")
        applied = apply(provider, made)
        assert applied.failed == step(made, "bucket")
        assert applied.done == ()


def test_a_half_applied_plan_says_what_stands_and_goes_on(server: StandIn, open_on: Open) -> None:
    provider = open_on(server)
    server.faults.add("PutBucketVersioning", Reply.error(403, "AccessDenied"))
    applied = apply(provider, plan(provider, ALL))
    assert [one.name for one in applied.done] == ["owners", "public access"]
    assert applied.failed is not None
    assert applied.failed.name == "versions"
    assert [one.name for one in applied.left] == ["cors", "unfinished uploads"]

    again = plan(provider, ALL)
    assert [one.name for one in again.changes] == ["versions", "cors", "unfinished uploads"]
    apply(provider, again).raise_failure()
    assert plan(provider, ALL).changes == ()


def test_an_answer_that_is_lost_costs_nothing(server: StandIn, open_on: Open) -> None:
    provider = open_on(server)
    server.faults.add("PutBucketCors", Drop("answer"))
    assert set_up(provider, ALL).failed is None


def test_a_server_that_only_says_yes_is_caught(
    server: StandIn, open_on: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bucketry_s3.setup.planning._PAUSES", (0.01,))
    provider = open_on(server)
    made = plan(provider, ALL).without("owners", "public access", "versions")
    server.faults.add("PutBucketCors", Reply(200))
    applied = apply(provider, made)
    cors = next(one for one in applied.done if one.name == "cors")
    assert (cors.status, cors.present) == ("change", None)
    assert "shows something else" in cors.hint


def test_only_a_plan_is_applied(server: StandIn, open_on: Open) -> None:
    with pytest.raises(InvalidInput, match="a plan is applied, not dict"):
        apply(open_on(server), {})  # type: ignore[arg-type]


def test_a_plan_is_for_one_bucket(server: StandIn, open_on: Open) -> None:
    made = plan(open_on(server, "other"), ALL)
    with pytest.raises(InvalidInput, match="made for 'other of aws'"):
        apply(open_on(server), made)


def test_a_step_that_no_layer_knows_is_unsupported(server: StandIn, open_on: Open) -> None:
    provider = open_on(server)
    unknown = Step(name="replication", status="change", wanted={})
    made = attrs.evolve(plan(provider), steps=(unknown,))
    with pytest.raises(Unsupported, match="no layer applies the step 'replication'"):
        apply(provider, made).raise_failure()


# -- what cannot be looked at --------------------------------------------------


def test_a_right_that_is_missing_is_named_with_its_statement(open_on: Open) -> None:
    account = Account(
        access_key_id="AKIALIMITED000000001",
        secret_access_key="limited",
        policy={
            "Statement": [
                {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::media"},
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::media"},
                {"Effect": "Deny", "Action": "s3:GetBucketCORS", "Resource": "*"},
            ]
        },
    )
    with StandIn(AWS_LIKE, buckets=["media"], accounts=[account]) as server:
        pair = {
            "access_key_id": account.access_key_id,
            "secret_access_key": account.secret_access_key,
        }
        provider = open_on(server, credentials=pair)
        made = plan(provider, ALL)
        cors = step(made, "cors")
        assert cors.status == "unread"
        granting = (
            '{"Effect": "Allow", "Action": ["s3:GetBucketCORS"], '
            '"Resource": ["arn:aws:s3:::media"]}'
        )
        assert cors.hint == f"It needs s3:GetBucketCORS; this statement grants it: {granting}"
        with pytest.raises(AccessDenied) as caught:
            apply(provider, made).raise_failure()
        assert "s3:PutBucketOwnershipControls" in caught.value.hint


def test_a_server_that_is_away_is_an_error_and_no_plan(server: StandIn, open_on: Open) -> None:
    provider = open_on(server, deadline=1)
    server.faults.add("GetBucketCors", Reply(503), times=None)
    with pytest.raises(Unavailable):
        plan(provider, ALL)


# -- vendors with less --------------------------------------------------


def test_what_the_server_does_not_have_has_a_way_of_its_own(open_on: Open) -> None:
    lacking: dict[str, Any] = {"cors": "no", "lifecycle": "no", "policy": "no"}
    plain = attrs.evolve(AWS_LIKE.habits, public_access_block=False, ownership_controls=False)
    without = attrs.evolve(AWS_LIKE, name="s3", habits=plain, **lacking)
    with StandIn(without, buckets=["media"]) as server:
        made = plan(open_on(server, visibility="public"), ALL)
        assert statuses(made) == {
            "bucket": "in place",
            "public reads": "by hand",
            "versions": "change",
            "cors": "by hand",
            "unfinished uploads": "by hand",
        }
        assert "Run `bucketry sweep` once a day" in step(made, "unfinished uploads").hint


def test_a_new_bucket_on_such_a_server_is_set_up_all_the_same(open_on: Open) -> None:
    plain = attrs.evolve(AWS_LIKE.habits, public_access_block=False, ownership_controls=False)
    with StandIn(attrs.evolve(AWS_LIKE, name="s3", habits=plain)) as server:
        provider = open_on(server)
        told = {one.name: one.status for one in set_up(provider, ALL).done}
        assert told.pop("owners") == told.pop("public access") == "not there"
        assert set(told.values()) == {"in place"}
        assert plan(provider, ALL).changes == ()


def test_there_is_nothing_to_set_up_on_disk(tmp_path: Any) -> None:
    import bucketry

    local = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    assert plan(local, ALL).steps == ()


# -- what is asked for --------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"origins": ["www.example.com"]}, "'www.example.com' is no origin"),
        ({"origins": ["https://www.example.com/shop"]}, "is no origin"),
        ({"origins": ["https://*.*.example.com"]}, "one [*] may stand for a part"),
        ({"origins": "https://www.example.com"}, "say several as a list"),
        ({"origins": [7]}, "7 is no origin"),
        ({"uploads": True}, "need the origins"),
        ({"unfinished_days": 0}, "from 1 to 365"),
        ({"unfinished_days": True}, "from 1 to 365"),
        ({"uses": ["walk"]}, "'walk' is no use; there are"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        Wanted(**wrong)


def test_origins_are_what_browsers_send() -> None:
    wanted = Wanted(origins=["https://WWW.Example.com:443", "http://a:80/", "https://b:8443"])
    assert wanted.origins == ("https://www.example.com", "http://a", "https://b:8443")


def test_steps_are_left_out_by_name(server: StandIn, open_on: Open) -> None:
    made = plan(open_on(server), ALL)
    assert "cors" not in statuses(made.without("cors"))
    with pytest.raises(InvalidInput, match="there is no step 'cor'; there are bucket, "):
        made.without("cor")


def test_a_step_shows_what_it_changes(server: StandIn, open_on: Open) -> None:
    server_cors = CorsRule(origins=("*",), methods=("GET",))
    with StandIn(AWS_LIKE, buckets=[Bucket(name="media", cors=(server_cors,))]) as other:
        shown = step(plan(open_on(other), ALL), "cors").diff()
    assert '+      "ID": "bucketry",' in shown
    assert not [line for line in shown.splitlines() if line.startswith("-  ")]
    assert step(plan(open_on(server)), "bucket").diff() == ""


# -- layers --------------------------------------------------


class House:
    """A layer that has its own way with public access, and writes down what is changed."""

    def __init__(self) -> None:
        self.log: list[tuple[str, Any]] = []

    @hookimpl(wrapper=True)
    def bucketry_plan_setup(self) -> Any:
        made = yield
        return made.without("public access")

    @hookimpl(wrapper=True)
    def bucketry_apply_setup(self, step: Step) -> Any:
        after = yield
        self.log.append((step.name, after.status))
        return after


def test_a_layer_changes_a_plan_and_sees_it_applied(server: StandIn, open_on: Open) -> None:
    house = House()
    provider = open_on(server).with_layer(house)
    set_up(provider, Wanted())
    assert house.log == [("owners", "in place"), ("unfinished uploads", "in place")]


def test_a_layers_step_that_nobody_applies_is_refused(server: StandIn, open_on: Open) -> None:
    class Twice:
        @hookimpl(wrapper=True)
        def bucketry_plan_setup(self) -> Any:
            made = yield
            return attrs.evolve(made, steps=made.steps * 2)

        @hookimpl(wrapper=True)
        def bucketry_apply_setup(self, step: Step) -> Any:
            yield
            return attrs.evolve(step, name="another")

    provider = open_on(server).with_layer(Twice())
    with pytest.raises(PluginError, match="two steps have the same name"):
        plan(provider)
    with pytest.raises(PluginError, match="it answered for 'another', not for 'owners'"):
        apply(provider, plan(open_on(server)))
