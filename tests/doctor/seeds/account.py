"""The key pair, the clock, the account."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from bucketry import hookimpl
from bucketry_s3 import KeyPair
from bucketry_s3.testing import (
    Account,
    Bucket,
    Reply,
)
from doctor.seeds.plot import Plot, seed


@seed("the clock is an hour behind", "clock-skew")
def skewed(plot: Plot) -> None:
    plot.server["clock"] = lambda: datetime.now(UTC) + timedelta(hours=1)


@seed("the clock is an hour ahead", "clock-skew")
def skewed_ahead(plot: Plot) -> None:
    plot.server["clock"] = lambda: datetime.now(UTC) - timedelta(hours=1)


@seed("the clock is five minutes off", "clock-drift")
def drifting(plot: Plot) -> None:
    plot.server["clock"] = lambda: datetime.now(UTC) + timedelta(minutes=5)


def _credentials(plot: Plot, **changed: str) -> None:
    plot.options["credentials"] = {
        "access_key_id": "AKIASTANDINEXAMPLE01",
        "secret_access_key": "stand-in/secret+key/only-good-on-loopback",
    } | changed


@seed("the access key is unknown", "unknown-key")
def unknown_key(plot: Plot) -> None:
    _credentials(plot, access_key_id="AKIASOMEBODYELSES000")


@seed("the secret is wrong", "wrong-secret")
def wrong_secret(plot: Plot) -> None:
    _credentials(plot, secret_access_key="something-else-altogether")


@seed("a line break is at the end of the secret", "malformed-key")
def line_break(plot: Plot) -> None:
    plot.layers.append(_Pair(secret_access_key="stand-in/secret+key/only-good-on-loopback\n"))


class _Pair:
    """Gives this key pair."""

    def __init__(self, **parts: Any) -> None:
        self.pair = KeyPair(
            **{
                "access_key_id": "AKIASTANDINEXAMPLE01",
                "secret_access_key": "stand-in/secret+key/only-good-on-loopback",
            }
            | parts
        )

    @hookimpl
    def bucketry_s3_credentials(self) -> KeyPair:
        return self.pair


def _temporary(plot: Plot, expires: datetime) -> None:
    plot.server["accounts"] = [
        Account(
            access_key_id="ASIATEMPORARY",
            secret_access_key="temporary",
            session_token="token",
            expires=expires,
        )
    ]


@seed("the session token has expired", "temporary-credentials", "expired-token")
def expired_token(plot: Plot) -> None:
    _temporary(plot, datetime.now(UTC) - timedelta(minutes=1))
    _credentials(
        plot, access_key_id="ASIATEMPORARY", secret_access_key="temporary", session_token="token"
    )


@seed("the session token is written down", "temporary-credentials")
def written_token(plot: Plot) -> None:
    _temporary(plot, datetime.now(UTC) + timedelta(hours=1))
    _credentials(
        plot, access_key_id="ASIATEMPORARY", secret_access_key="temporary", session_token="token"
    )


@seed("the session token belongs to another key", "temporary-credentials", "wrong-token")
def wrong_token(plot: Plot) -> None:
    _temporary(plot, datetime.now(UTC) + timedelta(hours=1))
    _credentials(
        plot, access_key_id="ASIATEMPORARY", secret_access_key="temporary", session_token="other"
    )


@seed("a temporary key has no session token", "wrong-token")
def token_missing(plot: Plot) -> None:
    _temporary(plot, datetime.now(UTC) + timedelta(hours=1))
    _credentials(plot, access_key_id="ASIATEMPORARY", secret_access_key="temporary")


@seed("credentials die before signed URLs", "short-lived-credentials")
def short_lived(plot: Plot) -> None:
    expires = datetime.now(UTC) + timedelta(minutes=5)
    _temporary(plot, expires)
    plot.layers.append(
        _Pair(
            access_key_id="ASIATEMPORARY",
            secret_access_key="temporary",
            session_token="token",
            expires=expires,
        )
    )


@seed("there are no credentials on this machine", "no-credentials")
def no_credentials(plot: Plot) -> None:
    plot.options["credentials"] = "ambient"
    nowhere = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "HOME": os.devnull,
    }
    gone = [name for name in os.environ if name.startswith("AWS_") and name not in nowhere]
    plot.around.enter_context(mock.patch.dict(os.environ, nowhere))
    for name in gone:
        plot.around.enter_context(mock.patch.dict(os.environ, {name: ""}))


@seed("the account's bills are not paid", "account-blocked")
def in_debt(plot: Plot) -> None:
    plot.deny("ListObjectsV2", "PutObject", code="InDebt")


@seed("the region is another", "wrong-region")
def wrong_region(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.server["region"] = "eu-central-1"
    plot.options["region"] = "eu-west-1"


@seed("the region has a slip", "unlikely-option", "wrong-region")
def slip(plot: Plot) -> None:
    plot.vendor = "aws"
    plot.server["region"] = "eu-west-3"
    plot.options["region"] = "eu-wset-3"


@seed("the server sends to another region", "wrong-region")
def other_region(plot: Plot) -> None:
    onward = {"x-amz-bucket-region": "eu-central-1", "Location": "https://elsewhere.example/"}
    plot.faults.append(("ListObjectsV2", Reply(301, headers=onward)))


@seed("the bucket is missing", "no-such-bucket")
def missing_bucket(plot: Plot) -> None:
    plot.bucket = Bucket(name="medias")


@seed("the bucket is somebody else's", "foreign-bucket")
def foreign_bucket(plot: Plot) -> None:
    plot.deny("ListObjectsV2", "PutObject", "HeadObject", "GetObject", "HeadBucket")


@seed("only hosts of buckets are served", "wrong-addressing")
def virtual_only(plot: Plot) -> None:
    plot.personality["addressing"] = frozenset({"virtual"})
    plot.options["addressing"] = "path"


@seed("only paths are served", "wrong-addressing")
def path_only(plot: Plot) -> None:
    plot.personality["addressing"] = frozenset({"path"})
    plot.options["addressing"] = "virtual"
