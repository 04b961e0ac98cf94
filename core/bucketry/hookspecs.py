"""THE contract: every question that a provider asks its layers.

A provider is a stack of layers: the family (plain S3, or files on disk), the vendor's own, and the
application's on top. Each question below goes to the top layer first. The first answer that is not
None wins; a layer that answers None passes the question on. A *wrapper* sees the answer from below
and returns it, changed or not: quirks are wrappers, replacements are plain hooks.

A layer is any object with methods marked by `hookimpl`. Arguments are named as here, in any order,
and may be left out; they have no defaults. Keys in hooks are object keys: the root path is part of
them. What a hook returns is checked again before it is used, so no layer can weaken the rules on
keys, headers, URLs and secrets. A layer that asks its own provider has a method
``bind(context)``, which returns the layer to use there; ``context.hooks`` are these hooks, every
layer included.

>>> from bucketry import hookimpl
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pluggy

from bucketry.errors import StorageError
from bucketry.model import (
    ByteRange,
    Deleted,
    ObjectInfo,
    ObjectReader,
    ObjectVersion,
    Operation,
    Page,
    SignedUrl,
    SignRequest,
    StoredObject,
    Swept,
    Upload,
)

if TYPE_CHECKING:  # rooms that are entered when a bucket is looked at or set up, and not before
    from bucketry.doctor import Bench, Probe
    from bucketry.setup.values import SetupPlan, Step, Wanted

PROJECT = "bucketry"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class ProviderHooks:
    """The hooks. The host calls them through a relay that has exactly these methods."""

    @hookspec(firstresult=True)
    def bucketry_prepare_upload(self, upload: Upload) -> Upload:
        """Change an upload before anything is done with it.

        Asked when: `upload` and `replace`, first of all. The upload is complete: what the caller
        left open is filled in from the configuration. `upload.key` is empty if it is to be named.

        Answer: the upload, changed with `attrs.evolve`: type, key, headers, metadata, whatever an
        upload can be told. The source stays the same object. Every check of an upload is made
        again on the answer. None: the layer below prepares; at the bottom it stays as it is.

        As a wrapper: change what the layers below have made of it.

        Example:
            >>> import attrs
            >>> class TextInUtf8:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_prepare_upload(self):
            ...         upload = yield
            ...         if upload.content_type != "text/plain":
            ...             return upload
            ...         return attrs.evolve(upload, content_type="text/plain; charset=utf-8")
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_build_key(self, upload: Upload) -> str:
        """Name an upload that came without a key.

        Asked when: `upload` is called without `key` and no layer has named it while it was
        prepared. `upload.key` is empty then, `upload.filename` the file's name or None;
        `upload.source.digest()` gives the SHA-256 of bytes and files.

        Answer: a key relative to the root path. None: the layer below names it; at the bottom
        stands the strategy that the configuration names in `key_strategy`.

        As a wrapper: put a folder in front.

        Example:
            >>> class PerTenant:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_build_key(self, upload):
            ...         return "tenant-7/" + (yield)
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_put_params(self, upload: Upload) -> dict[str, Any]:
        """Choose the native parameters of an upload.

        Asked when: before each upload, once the key is known and checked.

        Answer: a dictionary in the vendor's own spelling (for S3 that of boto3's `put_object`),
        without bucket, key and body, which nobody can change. None: the layer below decides.

        As a wrapper: add a parameter or take one out; only a wrapper can take one out.

        Example:
            >>> class CacheForAYear:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_put_params(self, upload):
            ...         params = yield
            ...         params.setdefault("CacheControl", "max-age=31536000, immutable")
            ...         return params
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_upload(self, upload: Upload, params: dict[str, Any]) -> StoredObject:
        """Store the bytes.

        Asked when: each upload, after `bucketry_put_params`.

        Answer: what was stored, proven by the vendor's answer; never before it is readable. None:
        the layer below stores it. Failures are raised as `StorageError`; then nothing new is
        visible and nothing is left behind. `upload.source.check_complete()`, called before anything
        is published, notices a file that changed while it was read.

        As a wrapper: measure, log, announce.

        Example:
            >>> class CountUploads:
            ...     count = 0
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_upload(self, upload, params):
            ...         stored = yield
            ...         self.count += 1
            ...         return stored
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_delete(
        self, keys: Sequence[str], params: dict[str, Any], if_match: str | None, version: str | None
    ) -> Deleted:
        """Delete objects.

        Asked when: `delete`, `delete_many`, `delete_prefix`, and the second half of `move`.
        `params` are native parameters in the vendor's own spelling, usually empty. With `if_match`
        there is one key, and only the object that has this ETag may go: else `PreconditionFailed`.
        With `version` there is one key, and this version of it goes for good. A layer without
        these two arguments is never asked for them.

        Answer: `Deleted` with an outcome for each key. A key that does not exist counts as
        deleted; what could not be deleted is a `Failure`, no exception. None: the layer below
        deletes.

        As a wrapper: refuse some keys, purge a CDN.

        Example:
            >>> from bucketry import Deleted, Failure
            >>> class KeepInvoices:
            ...     @hookimpl
            ...     def bucketry_delete(self, keys):
            ...         if any(key.startswith("invoices/") for key in keys):
            ...             return Deleted(keys=(), failures=[
            ...                 Failure(key=key, reason="invoices are kept ten years")
            ...                 for key in keys])
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_object_url(self, key: str) -> str:
        """Give an object's permanent, unsigned address.

        Asked when: `url` of a public provider, and before each upload and copy.

        Answer: an absolute http(s) URL with the key percent-encoded. The same key always has the
        same URL, because applications store it. None: the layer below builds it from `base_url`, or
        endpoint and bucket. A layer whose answers differ in the key alone may also have
        ``url_front()``, which gives what stands before the key. Where no other layer has a say,
        addresses are made of it.

        As a wrapper: move objects to another host.

        Example:
            >>> class Shards:
            ...     @hookimpl
            ...     def bucketry_object_url(self, key):
            ...         return f"https://img{len(key) % 4}.example.com/{key}"
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_key_of_url(self, url: str) -> str:
        """Find the object key behind a URL: the inverse of `bucketry_object_url`.

        Asked when: `key_of_url`. The answer counts only if `bucketry_object_url` builds the very
        same URL from it again, or `bucketry_other_urls` does, so a look-alike host is never taken
        for ours.

        Answer: the object key. None: not one of this layer's URLs.

        As a wrapper: undo what a wrapper of `bucketry_object_url` did.

        Example:
            >>> from urllib.parse import unquote
            >>> class Shards:
            ...     @hookimpl
            ...     def bucketry_key_of_url(self, url):
            ...         host, _, key = url.removeprefix("https://").partition("/")
            ...         if host.startswith("img") and host.endswith(".example.com"):
            ...             return unquote(key)
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_other_urls(self, key: str) -> Sequence[str]:
        """Name further permanent URLs that an object is, or was, known under.

        Asked when: `key_of_url`, for a URL that `bucketry_object_url` would not build today:
        applications have stored it before the address was changed.

        Answer: the URLs; `bucketry_key_of_url` finds their keys. None: the layer below knows, at
        last that there are none.

        As a wrapper: add those of a former address to the answer from below.

        Example:
            >>> class FormerCdn:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_other_urls(self, key):
            ...         known = yield
            ...         return [*known, f"https://old-cdn.example.com/{key}"]
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_is_private(self, key: str) -> bool:
        """Say whether an object opens only with a signed URL.

        Asked when: `url` must choose, `is_private`, and before each upload and copy.

        Answer: True or False. None: the layer below decides, at last the `visibility` setting.

        As a wrapper: rarely.

        Example:
            >>> class PublicThumbnails:
            ...     @hookimpl
            ...     def bucketry_is_private(self, key):
            ...         return False if key.startswith("thumbs/") else None
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_prepare_signing(self, request: SignRequest) -> SignRequest:
        """Change what is to be signed.

        Asked when: `sign`, `sign_many`, `upload_ticket`, and `url` of a private object, before
        `bucketry_sign`.

        Answer: the request, changed with `attrs.evolve`: another life, key, response header,
        content type, or further headers that are signed along. The method stays. Every check of a
        request is made again on the answer. None: the layer below prepares; at the bottom it stays
        as it is.

        As a wrapper: change what the layers below have made of it.

        Example:
            >>> import attrs
            >>> class InvoicesForAMinute:
            ...     @hookimpl
            ...     def bucketry_prepare_signing(self, request):
            ...         if "invoices/" in request.key:
            ...             return attrs.evolve(request, expires_in=60)
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_sign(self, request: SignRequest) -> SignedUrl:
        """Sign.

        Asked when: each `sign`, `sign_many`, `upload_ticket`, and `url` of a private object, once
        the request is prepared. No network is needed for it.

        Answer: `SignedUrl`, good for `request.expires_in` seconds or less; for POST with form
        fields; ``signed=False`` for an address that needs no signature. Its `keeps` names the
        options of the configuration (``acl``, ``prevent_overwrite`` ...) that whoever uploads with
        it cannot get round. None: the layer below signs. A layer whose plain GETs of one second
        differ in key and signature alone may also have ``signing_frame(expires_in, second)``, which
        gives a `bucketry.model.SigningFrame` or None. Of the lowest layer's, these URLs are made
        without asking it again.

        As a wrapper: put a CDN's host in front where it verifies signatures. Another life, key or
        header is asked for in `bucketry_prepare_signing`: behind the signature it would be a lie.

        Example:
            >>> from datetime import UTC, datetime, timedelta
            >>> from bucketry import SignedUrl
            >>> class ExternalSigner:
            ...     @hookimpl
            ...     def bucketry_sign(self, request):
            ...         if request.key.startswith("secret/"):
            ...             return SignedUrl(
            ...                 url=f"https://signer.example/{request.key}?token=...",
            ...                 method=request.method,
            ...                 expires_at=datetime.now(UTC) + timedelta(seconds=60))
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_check_signed(self, signed: SignedUrl, request: SignRequest) -> str:
        """Compare a signature with what is told of it.

        Asked when: a layer above the one that signs had a hand in `bucketry_sign`.

        Answer: ``""`` if the URL carries this layer's signature and that allows what `signed`
        tells and `request` asked for, and no more; a sentence that says what is different, and the
        operation fails. None: not this layer's signature; where nobody can read it the URL is
        passed on with ``checked=False``.

        As a wrapper: rarely.

        Example:
            >>> class ExternalSigner:
            ...     @hookimpl
            ...     def bucketry_check_signed(self, signed, request):
            ...         if signed.reveal().startswith("https://signer.example/"):
            ...             same = f".example/{request.key}?" in signed.reveal()
            ...             return "" if same else "it is signed for another key"
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_head(self, key: str, version: str | None, params: dict[str, Any]) -> ObjectInfo:
        """Look at an object without reading it.

        Asked when: `head` and `exists`, and to confirm a write whose answer was lost. `version` is
        the one to look at, None for the current one. `params` are native parameters, usually empty.
        Where no layer has these arguments, whoever gives one gets `Unsupported`.

        Answer: `ObjectInfo` with metadata. None: the layer below looks. A missing object is
        `NotFound`, and only that: 403 is not "absent".

        As a wrapper: cache.

        Example:
            >>> class CountHeads:
            ...     count = 0
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_head(self, key):
            ...         self.count += 1
            ...         return (yield)
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_open(
        self, key: str, byte_range: ByteRange | None, version: str | None, params: dict[str, Any]
    ) -> ObjectReader:
        """Open an object for reading.

        Asked when: `open`, `read` and `download`; `version` and `params` as in `bucketry_head`.

        Answer: `ObjectReader`; its `info.size` is the whole object's, for a range too, and of what
        it gives where it decrypts or unpacks. None: the layer below opens.

        As a wrapper: decrypt, or count bytes.

        Example:
            >>> class NoVideos:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_open(self, key, byte_range):
            ...         reader = yield
            ...         if (reader.info.content_type or "").startswith("video/"):
            ...             reader.close()
            ...             raise PermissionError("videos are served by the CDN only")
            ...         return reader
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_list(
        self, prefix: str, delimiter: str, start_after: str, page_size: int
    ) -> Iterator[Page]:
        """List objects.

        Asked when: `list`, `delete_prefix`. `prefix` is text, not a folder; `delimiter` is ``""``
        for a flat listing; `start_after` is ``""`` or the key to begin behind.

        Answer: an iterator of `Page`, fetched lazily, keys in the order of their UTF-8 bytes where
        the vendor sorts. None: the layer below lists.

        As a wrapper: hide objects.

        Example:
            >>> import attrs
            >>> class HideDrafts:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_list(self, prefix):
            ...         pages = yield
            ...         return (attrs.evolve(page, objects=[o for o in page.objects
            ...                                             if "draft" not in o.key])
            ...                 for page in pages)
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_copy(
        self, source: str, target: str, params: dict[str, Any], prevent_overwrite: bool
    ) -> StoredObject:
        """Copy an object inside the bucket without moving its bytes through here.

        Asked when: `copy` and `move`. `params` are native parameters, usually empty. With
        `prevent_overwrite` an object at the target is `AlreadyExists` and stays as it is.

        Answer: `StoredObject` of the target, which has the source's type and metadata. None: the
        layer below copies.

        As a wrapper: announce.

        Example:
            >>> class NoCopies:
            ...     @hookimpl
            ...     def bucketry_copy(self, source, target):
            ...         raise PermissionError("this archive is append-only")
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_versions(self, prefix: str, page_size: int) -> Iterator[ObjectVersion]:
        """List versions of objects, and the marks that deletes have left.

        Asked when: `versions`.

        Answer: an iterator, fetched lazily, the versions of a key together and the newest first.
        None: the layer below lists; at the bottom it is `Unsupported`.

        As a wrapper: hide some.

        Example:
            >>> class OldOnesOnly:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_versions(self):
            ...         versions = yield
            ...         return (one for one in versions if not one.latest)
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_set_headers(self, key: str, changes: dict[str, Any]) -> ObjectInfo:
        """Change headers and metadata of an object where it is.

        Asked when: `set_headers`. `changes` has some of content_type, cache_control,
        content_disposition, content_encoding, content_language and metadata; None takes a header
        away, metadata are replaced whole.

        Answer: what is known of the object afterwards. Bytes, tags, access and whatever is not
        named stay. None: the layer below changes; at the bottom it is `Unsupported`.

        As a wrapper: purge a CDN.

        Example:
            >>> class TypesStay:
            ...     @hookimpl
            ...     def bucketry_set_headers(self, key, changes):
            ...         if "content_type" in changes:
            ...             raise PermissionError("types do not change here")
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_restore(self, key: str, days: int, params: dict[str, Any]) -> bool:
        """Have an archived object brought back, so that it can be read for some days.

        Asked when: `restore`. `params` are native parameters, usually empty.

        Answer: True where it is readable already, False where it is on its way, which may take
        hours. None: the layer below restores; at the bottom it is `Unsupported`.

        As a wrapper: announce, because it costs.

        Example:
            >>> class NoRestores:
            ...     @hookimpl
            ...     def bucketry_restore(self):
            ...         raise PermissionError("ask the archivist")
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_sweep(self, prefix: str, older_than: datetime, dry_run: bool) -> Sequence[Swept]:
        """Remove multipart uploads that were begun and never finished.

        Asked when: `sweep`. They are billed and in no listing.

        Answer: those begun before `older_than` under `prefix`, removed unless `dry_run`. None: the
        layer below sweeps.

        As a wrapper: report.

        Example:
            >>> class NothingToSweep:
            ...     @hookimpl
            ...     def bucketry_sweep(self):
            ...         return ()
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_plan_setup(self, wanted: Wanted) -> SetupPlan:
        """Look at how the bucket is set up, and plan what is to be changed.

        Asked when: `bucketry setup` and `bucketry.setup.plan`. Nothing may be changed here.
        `wanted` is what shall be there beside what the options say.

        Answer: a `bucketry.setup.SetupPlan`; its steps are applied in their order. None: the layer
        below plans; at the bottom there is nothing to set up.

        As a wrapper: add steps of your own, change what a step writes, or take one out.

        Example:
            >>> import attrs
            >>> class RulesOfTheHouse:
            ...     '''Our platform team sets the public access of every bucket.'''
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_plan_setup(self):
            ...         plan = yield
            ...         kept = [step for step in plan.steps if step.name != "public access"]
            ...         return attrs.evolve(plan, steps=tuple(kept))
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_apply_setup(self, step: Step) -> Step:
        """Apply one step of a plan.

        Asked when: `bucketry.setup.apply`, for each step that changes something.

        Answer: the step as it is found to be afterwards. What is there now must be what the step
        says (`step.present`), else `PreconditionFailed`; what is written is `step.wanted`. None:
        the layer below applies it; at the bottom it is `Unsupported`.

        As a wrapper: write down who has changed what.

        Example:
            >>> class Logged:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_apply_setup(self, step):
            ...         after = yield
            ...         print(f"{step.name}: {step.present} -> {after.present}")
            ...         return after
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_explain_error(self, error: StorageError) -> str:
        """Say what to change at this vendor.

        Asked when: an operation has failed, before the error reaches the application. A failure
        here does not hide the error.

        Answer: one sentence, or ``""`` for nothing to add. None: the layer below explains.

        As a wrapper: add where to find help in your company.

        Example:
            >>> class OurRunbook:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_explain_error(self, error):
            ...         return ((yield) + " Runbook: https://wiki.example/storage").strip()
        """
        raise NotImplementedError

    @hookspec
    def bucketry_diagnose(self, bench: Bench) -> Sequence[Probe]:
        """Name what a diagnosis looks at.

        Asked when: `diagnose`, every layer, once. Nothing is to be sent yet: a probe does so when
        its `look` is called, after those that it needs. What it stores goes under keys of `bench`,
        which are deleted at the end. A `StorageError` out of it becomes a finding.

        Answer: probes, see `bucketry.doctor.Probe`. All answers count; a probe takes the place of
        one of the same name from a layer below. None: nothing to look at.

        As a wrapper: take some out; the answer is a list of all layers' answers, the top one first.

        Example:
            >>> from bucketry.doctor import Finding, Probe
            >>> class NightlyMaintenance:
            ...     def look(self):
            ...         yield Finding(code="maintenance", severity="note",
            ...             cause="the storage is switched off from 2 to 3 o'clock each night",
            ...             remedy="Move nightly jobs to another hour.")
            ...     @hookimpl
            ...     def bucketry_diagnose(self):
            ...         return [Probe("maintenance", self.look)]
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def bucketry_perform(self, operation: Operation) -> Any:
        """Watch an operation from its beginning to its end.

        Asked when: a method of the provider is called, around all other hooks. A listing ends
        when its iterator does, an opened object when its reader is closed. Where nobody watches,
        nothing is paid for it.

        Answer: none, this hook is for wrappers alone. They may refuse an operation by raising
        before they yield, as a circuit breaker does. What they return is not looked at: what is
        done is done. None: as good as anything else.

        As a wrapper: measure, trace, count, limit. ``yield`` gives what the operation answered and
        raises the error it ended with, provider, key and hint included.

        Example:
            >>> import time
            >>> class Stopwatch:
            ...     @hookimpl(wrapper=True)
            ...     def bucketry_perform(self, operation):
            ...         began = time.monotonic()
            ...         try:
            ...             yield
            ...         finally:
            ...             print(f"{operation.name} took {time.monotonic() - began:.1f} s")
        """
        raise NotImplementedError
