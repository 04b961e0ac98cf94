"""The S3 family: plain S3 behaviour for every vendor that speaks it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import attrs

from bucketry import (
    AccessDenied,
    AmbientCredentials,
    ByteRange,
    Credentials,
    Deleted,
    LayerContext,
    ObjectInfo,
    ObjectReader,
    ObjectVersion,
    Page,
    PluginError,
    SignedUrl,
    SignRequest,
    StorageError,
    StoredObject,
    Swept,
    Upload,
    hookimpl,
)
from bucketry.model import SigningFrame
from bucketry.once import once
from bucketry.vendor import match_host
from bucketry_s3 import objects
from bucketry_s3.hookspecs import S3Hooks, expected
from bucketry_s3.options import S3Options
from bucketry_s3.profile import Profile
from bucketry_s3.protocol import presigned
from bucketry_s3.protocol.deadline import Deadline
from bucketry_s3.protocol.signing import KeyPair, Presigner, binding_headers
from bucketry_s3.protocol.urls import bases, bucket_base, key_of_url, object_url
from bucketry_s3.protocol.wire import S3Answer, S3Request, check_headers
from bucketry_s3.settings import ClientSettings, settings_fault

if TYPE_CHECKING:
    from bucketry.doctor import Bench, Probe
    from bucketry.setup.values import SetupPlan, Step, Wanted
    from bucketry_s3.objects.bucket import Bucket
    from bucketry_s3.setup.planning import BucketSetup


class S3Layer:
    """Answers every hook with plain S3; a vendor's page and layers say what differs.

    `profile` names the endpoints, `context.capabilities` what the vendor can do. Nothing is sent
    and no client is made before the first operation.
    """

    tells_text = True  # what it tells of objects is made of text, so that nobody looks again

    def __init__(
        self,
        options: S3Options,
        profile: Profile,
        context: LayerContext,
        ambient: Callable[[], KeyPair],
    ) -> None:
        """`ambient` gives the key pair that the SDK's own chain has at this moment."""
        self._options = options
        self._ambient = ambient
        self._profile = profile
        self._context = context
        self._fixed: tuple[Credentials, KeyPair] | None = None

    @once
    def settings(self) -> ClientSettings:
        """The client settings of this provider, asked for once."""
        hook = "bucketry_s3_client_settings"
        answer = self._hooks.bucketry_s3_client_settings(options=self._options)
        settings = expected(answer, ClientSettings, hook)
        fault = settings_fault(settings, allow_http=self._options.allow_http)
        if fault:
            raise PluginError(hook, fault)
        return settings

    @once
    def bucket(self) -> Bucket:
        """The bucket that everything is done on."""
        from bucketry_s3.objects.bucket import Bucket
        from bucketry_s3.objects.budget import PartBudget
        from bucketry_s3.protocol.requests import Place

        settings = self.settings
        place = Place.of(settings.endpoint, self._bucket_name, settings.addressing)
        most = self._options.multipart.concurrency
        parts = self._context.share(("bucketry_s3.parts", most), lambda: PartBudget(most))
        return Bucket(self._carry, place, self._options, self._context.capabilities, parts)

    def close(self) -> None:
        """End what is under way: an upload in parts then removes them."""
        if "bucket" in vars(self):
            self.bucket.end()

    @once
    def _hooks(self) -> S3Hooks:
        return cast(S3Hooks, self._context.hooks)

    def key_pair(self) -> KeyPair:
        """Return the key pair of this moment."""
        pair = self._hooks.bucketry_s3_credentials(settings=self.settings)
        return expected(pair, KeyPair, "bucketry_s3_credentials")

    def _carry(self, request: S3Request, deadline: Deadline) -> S3Answer:
        answer = self._hooks.bucketry_s3_send(request=request, deadline=deadline)
        return expected(answer, S3Answer, "bucketry_s3_send")

    @once
    def _presigner(self) -> Presigner:
        bound = binding_headers(self._context.capabilities, self._options.acl)
        place = (self._own_base, self._bucket_name, self.settings.region)
        return Presigner(*place, time.time, ahead=self._ahead, bound=bound)

    def _ahead(self) -> int:
        """Return the seconds that the server's clock is ahead, as its refusals have shown."""
        return round(self.bucket.clock_offset) if "bucket" in vars(self) else 0

    @once
    def _bucket_name(self) -> str:
        return self._profile.bucket_of(self._options)

    @once
    def _own_base(self) -> str:
        """The bucket's address at its endpoint."""
        settings = self.settings
        return bucket_base(settings.public_endpoint, self._bucket_name, settings.addressing)

    @once
    def _public_base(self) -> str:
        """The address in front of every key: `base_url`, the vendor's own, or the endpoint's."""
        if self._options.base_url:
            return self._options.base_url.rstrip("/")
        own = "" if self._options.public_endpoint else self._profile.public_base_of(self._options)
        return own or self._own_base

    @hookimpl
    def bucketry_s3_client_settings(self) -> ClientSettings:
        """Take endpoint, region and addressing from the configuration, else from the profile."""
        options = self._options
        endpoint = self._profile.endpoint_of(options).rstrip("/")
        return ClientSettings(
            endpoint=endpoint,
            public_endpoint=(options.public_endpoint or endpoint).rstrip("/"),
            region=self._profile.signing_region_of(options),
            addressing=options.addressing or self._profile.addressing,
            credentials=options.credentials,
            ca_bundle=options.ca_bundle,
        )

    @hookimpl
    def bucketry_s3_credentials(self, settings: ClientSettings) -> KeyPair:
        """Give a fixed pair, or the SDK's where the configuration names its chain."""
        credentials = settings.credentials
        if isinstance(credentials, AmbientCredentials):
            return self._ambient()
        if self._fixed is None or self._fixed[0] is not credentials:
            self._fixed = (credentials, KeyPair.of(credentials))
        return self._fixed[1]

    # Registered first of all, so asked last of the wrappers: it sees what all of them have done.
    @hookimpl(wrapper=True)
    def bucketry_s3_send(self, request: S3Request) -> Generator[None, S3Answer, S3Answer]:
        """Check the headers that layers have added, before any transport sees them."""
        check_headers(request.headers)
        return (yield)

    @hookimpl
    def bucketry_put_params(self, upload: Upload) -> dict[str, Any]:
        """Spell the upload's options as boto3 does."""
        return objects.native.put_params(self.bucket, upload)

    @hookimpl
    def bucketry_upload(self, upload: Upload, params: dict[str, Any]) -> StoredObject:
        """Store in one request or in parts."""
        return objects.writing.store(self.bucket.begin(), upload, params)

    @hookimpl
    def bucketry_delete(
        self, keys: Sequence[str], params: dict[str, Any], if_match: str | None, version: str | None
    ) -> Deleted:
        """Delete one by one or in batches."""
        bucket = self.bucket.begin()
        if version is not None:
            params = {**params, "VersionId": version}
        if if_match is not None:
            params = {**params, "IfMatch": objects.native.if_match(bucket.capabilities, if_match)}
        return objects.removing.delete(bucket, keys, params)

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        """Append the key to the public address."""
        return object_url(self._public_base, key)

    def url_front(self) -> str:
        """Return what `bucketry_object_url` puts in front of a percent-encoded key."""
        return f"{self._public_base}/"

    @once
    def _other_bases(self) -> list[str]:
        """Both styles of the server's own host, and what else the vendor serves the bucket under.

        Other tools have stored the addresses that are not used here.
        """
        endpoints = {self.settings.endpoint, self.settings.public_endpoint}
        found: set[str] = set()
        if self._is_at_vendor:
            endpoints.add(self._profile.endpoint_of(attrs.evolve(self._options, endpoint=None)))
            found.update(self._profile.other_bases_of(self._options))
            found.update(filter(None, [self._profile.public_base_of(self._options)]))
        found.update(*(bases(one.rstrip("/"), self._bucket_name) for one in endpoints if one))
        return sorted(found - {self._public_base})

    @property
    def _is_at_vendor(self) -> bool:
        """Whether requests go to a host of the vendor's, not to a server of the user's own."""
        host = urlsplit(self.settings.endpoint).hostname or ""
        return match_host(self._context.vendor.endpoint_hosts, host) is not None

    @hookimpl
    def bucketry_key_of_url(self, url: str) -> str | None:
        """Take the public address away again, or another one of the bucket's."""
        found = (key_of_url(base, url) for base in (self._public_base, *self._other_bases))
        return next((key for key in found if key is not None), None)

    @hookimpl
    def bucketry_other_urls(self, key: str) -> list[str]:
        """Name the addresses that `bucketry_object_url` does not make."""
        return [object_url(base, key) for base in self._other_bases]

    @hookimpl
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        """Sign with SigV4; `base_url` is read unsigned, because its host could not verify."""
        if self._options.base_url and request.method in ("GET", "HEAD"):
            return SignedUrl(
                url=object_url(self._public_base, request.key), method=request.method, signed=False
            )
        return presigned.sign(self._presigner, request, self.key_pair(), self._promises)

    @once
    def _promises(self) -> tuple[presigned.Promise, ...]:
        return tuple(objects.direct.promises(self._options))

    def signing_frame(self, expires_in: int, second: int) -> SigningFrame | None:
        """Return what the plain GETs that `bucketry_sign` signs in this second have in common."""
        if self._options.base_url or not self._context.alone("bucketry_s3_credentials"):
            return None  # whoever gives key pairs may give another one to each caller
        return self._presigner.frame(expires_in, self.key_pair(), second + self._ahead())

    @hookimpl
    def bucketry_check_signed(self, signed: SignedUrl, request: SignRequest) -> str | None:
        """Make the signature once more and compare."""
        return presigned.difference(
            self._presigner, signed, request, self.key_pair(), self._promises
        )

    @hookimpl
    def bucketry_head(self, key: str, version: str | None, params: dict[str, Any]) -> ObjectInfo:
        """HeadObject."""
        native_params = objects.reading.native_params(version, params)
        return objects.reading.head(self.bucket.begin(), key, native_params)

    @hookimpl
    def bucketry_open(
        self, key: str, byte_range: ByteRange | None, version: str | None, params: dict[str, Any]
    ) -> ObjectReader:
        """GetObject."""
        native_params = objects.reading.native_params(version, params)
        return objects.reading.open_object(self.bucket.begin(), key, byte_range, native_params)

    @hookimpl
    def bucketry_versions(self, prefix: str, page_size: int) -> Iterator[ObjectVersion]:
        """ListObjectVersions."""
        return objects.listing.versions(self.bucket.begin(), prefix, page_size)

    @hookimpl
    def bucketry_set_headers(self, key: str, changes: dict[str, Any]) -> ObjectInfo:
        """CopyObject onto itself, or parts of it."""
        return objects.changing.set_headers(self.bucket.begin(), key, changes)

    @hookimpl
    def bucketry_restore(self, key: str, days: int, params: dict[str, Any]) -> bool:
        """RestoreObject."""
        return objects.changing.restore(self.bucket.begin(), key, days, params)

    @hookimpl
    def bucketry_list(
        self, prefix: str, delimiter: str, start_after: str, page_size: int
    ) -> Iterator[Page]:
        """ListObjectsV2."""
        return objects.listing.pages(self.bucket.begin(), prefix, delimiter, start_after, page_size)

    @hookimpl
    def bucketry_copy(
        self, source: str, target: str, params: dict[str, Any], prevent_overwrite: bool
    ) -> StoredObject:
        """CopyObject, or parts of it."""
        return objects.copying.copy(
            self.bucket.begin(), source, target, params, prevent_overwrite=prevent_overwrite
        )

    @hookimpl
    def bucketry_sweep(self, prefix: str, older_than: datetime, dry_run: bool) -> list[Swept]:
        """ListMultipartUploads and abort."""
        return objects.listing.sweep(self.bucket.begin(), prefix, older_than, dry_run)

    @hookimpl
    def bucketry_diagnose(self, bench: Bench) -> list[Probe]:
        """Look at the way to the server, the account, the bucket and what others can do there."""
        from bucketry_s3.doctor import Asker, probes

        place = (self._options, self._profile, self.settings, self._context)
        return probes(Asker(bench, *place, self.key_pair, self._carry))

    def _setup(self) -> BucketSetup:
        from bucketry_s3.setup.planning import BucketSetup

        return BucketSetup(self.bucket.begin(), self._profile, self._context.vendor.title)

    @hookimpl
    def bucketry_plan_setup(self, wanted: Wanted) -> SetupPlan:
        """Read what S3 has operations for, and plan."""
        return self._setup().plan(wanted)

    @hookimpl
    def bucketry_apply_setup(self, step: Step) -> Step:
        """Write one step, and read it again."""
        return self._setup().apply(step)

    @hookimpl
    def bucketry_explain_error(self, error: StorageError) -> str:
        """Give the vendor's own hint, else the family's, and of a denial the right it takes."""
        from bucketry_s3.protocol.errors import HINTS, hint_for

        hint = hint_for(error, self._profile.hints)
        if isinstance(error, AccessDenied) and hint == HINTS["AccessDenied"]:
            from bucketry_s3.setup.rights import right_for

            return f"{hint} {right_for(error.operation, self._options, self._profile)}".rstrip()
        return hint
