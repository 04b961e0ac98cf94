"""As whom, at which server, on which bucket: the first signed requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from urllib.parse import urlsplit

from bucketry import (
    AccessDenied,
    BadCredentials,
    BucketNotFound,
    ClockSkew,
    Credentials,
    NotFound,
    RateLimited,
    StorageError,
    Unavailable,
    WrongRegion,
)
from bucketry.doctor import Finding, Probe
from bucketry_s3.doctor.asking import Asker
from bucketry_s3.doctor.codes import found
from bucketry_s3.protocol.markup import read_time

_SKEWED = 900
_DRIFTING = 60
"""Seconds of difference to the server's clock: the first is more than servers accept."""

_KEYS = {
    "expired-token": {"ExpiredToken", "SecurityTokenExpired", "TokenRefreshRequired"},
    "unknown-key": {"InvalidAccessKeyId", "XAdminUserNotFound"},
    "wrong-secret": {"InvalidSignature", "SignatureDoesNotMatch"},
    "wrong-token": {
        *("AccessKeyIdAndSecurityTokenNotMatch", "InvalidSecurityToken", "InvalidToken"),
        *("InvalidTokenId",),
    },
}
_KEY_CAUSES = {
    "expired-token": "the temporary credentials have expired",
    "unknown-key": "the server does not know the access key",
    "wrong-secret": "the server computes another signature, as it does for a wrong secret",
    "wrong-token": "the session token does not belong to the access key",
}
_TEMPORARY = "ASIA"
"""How access keys begin that need a session token (AWS IAM User Guide, unique identifiers)."""

_BLOCKED = {
    *("AccountNotActivated", "AccountProblem", "AllAccessDisabled", "BucketDisable"),
    *("InArrearOrInsufficientBalance", "InDebt", "InDebtOverdue", "InvalidPayer", "NotEntitled"),
    *("NotSignedUp", "UserAccountProblem", "UserDisable", "UserSuspended"),
}
FULL = {
    *("AttachmentFull", "BandwidthLimitExceeded", "BucketMaxSizeExceeded"),
    *("CloudTotalAliveSizeQuotaExceed", "InsufficientStorage", "QuotaExceeded"),
    *("StorageLimitExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull"),
}
"""Codes that say that there is no room."""


class Account:
    """Looks at credentials, server and bucket."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def probes(self) -> list[Probe]:
        """Return the probes."""
        return [
            Probe("credentials", self.credentials),
            Probe("server", self.server, ("tls", "connection", "credentials")),
            Probe("access", self.access, ("server",)),
        ]

    def credentials(self) -> Iterator[Finding]:
        """There is a key pair, it can be sent, and it lives long enough."""
        try:
            pair = self._asker.key_pair()
        except BadCredentials as error:
            yield found("no-credentials", "no credentials can be had", evidence=error.reason)
            return
        parts = {"access key id": pair.access_key_id, "secret access key": pair.secret_access_key}
        for what, text in parts.items():
            if not text or text != text.strip(" \t\r\n\"'") or not text.isprintable():
                yield found(
                    "malformed-key", f"the {what} has blanks, quotes or line breaks around it"
                )
        fixed = self._asker.settings.credentials
        if isinstance(fixed, Credentials) and fixed.session_token is not None:
            yield found(
                "temporary-credentials",
                "a session token is written into the configuration, and will run out",
            )
        if pair.expires is not None:
            left = (pair.expires - datetime.now(UTC)).total_seconds()
            if left <= 0:
                yield found("expired-token", _KEY_CAUSES["expired-token"])
            elif left < self._asker.options.signed_url_expires:
                yield found(
                    "short-lived-credentials",
                    f"the credentials live {left:,.0f} seconds more, signed URLs are meant to live "
                    f"{self._asker.options.signed_url_expires:,}",
                )

    def server(self) -> Iterator[Finding]:
        """It is an S3 server, knows the key pair, and has the bucket."""
        asker = self._asker
        error: StorageError | None = None
        try:
            asker.ask("ListObjectsV2", Prefix=asker.bench.folder, MaxKeys=1)
        except AccessDenied as denied:
            asker.may_list = False
            error = denied if denied.code in _BLOCKED or denied.code is None else None
        except StorageError as failed:
            error = failed
        drift = list(self._clock())
        if error is not None:
            yield self._explained(error) if not drift or drift[0].code != "clock-skew" else drift[0]
            return
        yield from drift

    def _clock(self) -> Iterator[Finding]:
        told = read_time(self._asker.date) if self._asker.date else None
        if told is None:
            return
        offset = (datetime.now(UTC) - told).total_seconds()
        if abs(offset) < _DRIFTING:
            return
        way = "ahead of" if offset > 0 else "behind"
        cause = f"this machine's clock is {abs(offset):,.0f} seconds {way} the server's"
        if abs(offset) > _SKEWED:
            yield found("clock-skew", f"{cause}, more than a signature may differ")
        else:
            yield found("clock-drift", f"{cause}, by which signed URLs live longer or shorter")

    def _explained(self, error: StorageError) -> Finding:
        status = error.status or 0
        foreign = error.code is None and not isinstance(error, WrongRegion | RateLimited)
        if foreign and 300 <= status < 400:
            return found("redirected", "the endpoint sends requests elsewhere", evidence=error)
        if foreign and status in (400, 401, 403):  # S3 says why, in a document of its own
            return found("not-s3", "what answers there is no S3 server", evidence=error)
        if isinstance(error, BadCredentials):
            code = next((c for c, names in _KEYS.items() if error.code in names), "bad-credentials")
            cause = _KEY_CAUSES.get(code, "the key pair is not accepted")
            pair = self._asker.key_pair()
            if pair.access_key_id.startswith(_TEMPORARY) and not pair.session_token:
                code, cause = "wrong-token", "the access key is a temporary one, without its token"
            return found(code, cause, evidence=error)
        if isinstance(error, ClockSkew):
            return found("clock-skew", "this machine's clock is too far off", evidence=error)
        if isinstance(error, WrongRegion):
            return found("wrong-region", "the bucket lives in another region", evidence=error)
        if isinstance(error, AccessDenied):
            return found("account-blocked", "the account is blocked", evidence=error)
        if isinstance(error, RateLimited):
            return found("rate-limited", "the server asks for fewer requests", evidence=error)
        other = self._other_way(error)
        if other is not None:
            return other
        if isinstance(error, BucketNotFound):
            return self._missing(error)
        if isinstance(error, Unavailable):
            return _unavailable(error)
        if error.status == 404:
            return found("wrong-path", "there is S3, but not at this address", evidence=error)
        return found("failed", "listing the bucket fails", evidence=error)

    def _other_way(self, error: StorageError) -> Finding | None:
        """Return whether the bucket is there in the other style of addressing."""
        asker = self._asker
        style = asker.other_addressing
        host = urlsplit(asker.settings.endpoint).hostname or ""
        if isinstance(error, RateLimited) or (style == "virtual" and _is_address(host)):
            return None
        try:
            asker.ask("ListObjectsV2", place=asker.place(style), attempts=1, MaxKeys=1)
        except StorageError:
            return None
        return found(
            "wrong-addressing",
            f"the bucket is not there in {asker.settings.addressing} style, and is in the other",
            remedy=f'Set `addressing = "{style}"`.',
            evidence=error,
        )

    def _missing(self, error: StorageError) -> Finding:
        close = get_close_matches(self._asker.options.bucket, self._asker.buckets() or (), n=1)
        near = f"; there is {close[0]}" if close else ""
        return found("no-such-bucket", f"the server has no such bucket{near}", evidence=error)

    def access(self) -> Iterator[Finding]:
        """Something is allowed there."""
        asker = self._asker
        if asker.may_list:
            return
        try:
            asker.put("access.txt")
            return
        except AccessDenied as error:
            denied: StorageError = error
        except StorageError:
            return  # another probe tells of it
        try:
            asker.head(asker.bench.key("access.txt"))
        except NotFound:
            return
        except StorageError:
            pass
        owned = asker.buckets()
        if owned is not None and asker.options.bucket not in owned:
            cause = "the bucket is somebody else's: all is denied, and it is none of the account's"
        else:
            cause = (
                "all is denied, listing, writing and looking: the bucket is somebody else's, or "
                "the key pair has no rights in it"
            )
        yield found("foreign-bucket", cause, evidence=denied)


def _unavailable(error: StorageError) -> Finding:
    if "not S3's" in error.reason or (error.status or 0) in range(200, 500):
        return found("not-s3", "what answers there is no S3 server", evidence=error)
    if error.status is not None:
        return found("server-trouble", "the server fails on its side", evidence=error)
    return found("no-answer", "the connection breaks before an answer comes", evidence=error)


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdigit() or ":" in host
