"""Each question to the layers, and what its answer must be besides what every one must."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from bucketry.errors import InvalidInput, StorageError, Unsupported
from bucketry.headers import check_header_name, check_header_value, check_param_values
from bucketry.host.addresses import CLOCK_SLACK
from bucketry.host.answers import Answers
from bucketry.host.layers import LayerStack
from bucketry.model import (
    ByteRange,
    Deleted,
    ObjectInfo,
    ObjectReader,
    ObjectVersion,
    Page,
    SignedUrl,
    SignRequest,
    StoredObject,
    Swept,
    Upload,
)

if TYPE_CHECKING:
    from bucketry.doctor import Bench, Probe
    from bucketry.setup.values import SetupPlan, Step, Wanted

T = TypeVar("T")

_NONE: Mapping[str, Any] = {}


class Ask(Answers):
    """Asks one provider's layers. Keys are object keys, the root path is part of them."""

    def __init__(self, stack: LayerStack, prefix: str, protected_params: Set[str]) -> None:
        """`prefix` is the root path's; nobody sets `protected_params`."""
        super().__init__(stack)
        self._hooks = stack.hooks
        self._prefix = prefix
        self._protected = protected_params
        # Only the bottom layer has these mostly, and it changes nothing.
        self._prepares_uploads = not stack.alone("bucketry_prepare_upload")
        self._prepares_signing = not stack.alone("bucketry_prepare_signing")
        self._private: bool | None = None
        self._reads_signatures = bool(stack.asked("bucketry_check_signed"))

    # -- uploads -----------------------------------------------------------------------------

    def prepare_upload(self, upload: Upload, check: Callable[[Upload], Upload]) -> Upload:
        """Return the upload as the layers want it, looked at again with `check`."""
        if not self._prepares_uploads:
            return upload
        hook = "bucketry_prepare_upload"
        prepared = self._expect(self._hooks.bucketry_prepare_upload(upload=upload), Upload, hook)
        self._untouched(upload, hook)
        if prepared.source is not upload.source:
            raise self._bad(hook, "it changed the source, and the bytes are the caller's")
        if prepared.key:
            self._inside(self._key(prepared.key, hook), self._prefix, hook)
        elif upload.key:
            raise self._bad(hook, "it took the key away")
        if prepared is not upload:
            with self._blaming(hook):
                prepared = check(prepared)
        return prepared

    def build_key(self, upload: Upload) -> str:
        """Return a key that may be stored, relative to the root path."""
        hook = "bucketry_build_key"
        key = self._key(self._hooks.bucketry_build_key(upload=upload), hook)
        self._untouched(upload, hook)
        return key

    def put_params(self, upload: Upload) -> dict[str, Any]:
        """Return native parameters that touch neither the place nor the shape of the request."""
        hook = "bucketry_put_params"
        params: dict[str, Any] = self._expect(
            self._hooks.bucketry_put_params(upload=upload), dict, hook
        )
        self._untouched(upload, hook)
        if not self._protected.isdisjoint(params):
            taken = sorted(self._protected & params.keys())
            raise self._bad(hook, f"it answered {', '.join(taken)}, which nobody may set")
        try:  # not `_blaming`: every upload passes here
            check_param_values("parameter", params)
        except InvalidInput as error:
            raise self._bad(hook, str(error)) from None
        return params

    def upload(self, upload: Upload, params: dict[str, Any]) -> StoredObject:
        """Return what was stored under the upload's key, and under no other."""
        hook = "bucketry_upload"
        answer = self._hooks.bucketry_upload(upload=upload, params=params)
        return self._stored(answer, upload.key, hook)

    def copy(
        self, source: str, target: str, params: dict[str, Any], *, prevent_overwrite: bool
    ) -> StoredObject:
        """Return what was stored under the target, and under no other key."""
        hook = "bucketry_copy"
        answer = self._hooks.bucketry_copy(
            source=source, target=target, params=params, prevent_overwrite=prevent_overwrite
        )
        return self._stored(answer, target, hook)

    # -- looking and removing ----------------------------------------------------------------

    def head(
        self, key: str, version: str | None = None, params: Mapping[str, Any] = _NONE
    ) -> ObjectInfo:
        """Return what is known of the object, or of a version of it."""
        hook = "bucketry_head"
        if version or params:
            self._can(hook, version=version, params=params)
        answer = self._hooks.bucketry_head(key=key, version=version, params=dict(params))
        return self._described(answer, key, version, hook)

    def open(
        self,
        key: str,
        byte_range: ByteRange | None,
        version: str | None = None,
        params: Mapping[str, Any] = _NONE,
    ) -> ObjectReader:
        """Return a reader of the object, or of a version of it."""
        hook = "bucketry_open"
        if version or params:
            self._can(hook, version=version, params=params)
        answer = self._hooks.bucketry_open(
            key=key, byte_range=byte_range, version=version, params=dict(params)
        )
        reader = self._expect(answer, ObjectReader, hook)
        try:
            self._described(reader.info, key, version, hook)
        except BaseException:
            reader.close()
            raise
        return reader

    def _can(self, hook: str, **arguments: object) -> None:
        """Refuse what the layers would pass over, because none of them has the argument."""
        for name, value in arguments.items():
            if value and not self._stack.takes(hook, name):
                raise Unsupported(f"{name} cannot be given here: no layer of {hook} looks at it")

    def versions(self, prefix: str, page_size: int) -> Iterator[ObjectVersion]:
        """Yield versions of what starts with `prefix`."""
        hook = "bucketry_versions"
        answer = self._hooks.bucketry_versions(prefix=prefix, page_size=page_size)
        for one in self._expect(answer, Iterator, hook):
            version = self._sound(one, ObjectVersion, hook)
            self._inside(version.key, prefix, hook)
            self._parts(version, hook, latest=bool, is_deleted=bool)
            yield version

    def set_headers(self, key: str, changes: Mapping[str, Any]) -> ObjectInfo:
        """Return what is known of the object whose headers were changed."""
        hook = "bucketry_set_headers"
        answer = self._hooks.bucketry_set_headers(key=key, changes=dict(changes))
        return self._about(key, self._sound(answer, ObjectInfo, hook), hook)

    def restore(self, key: str, days: int, params: Mapping[str, Any]) -> bool:
        """Return whether the object is readable already."""
        hook = "bucketry_restore"
        answer = self._hooks.bucketry_restore(key=key, days=days, params=dict(params))
        return self._expect(answer, bool, hook)

    def pages(
        self, prefix: str, delimiter: str, start_after: str, page_size: int
    ) -> Iterator[Page]:
        """Yield pages with nothing in them but what starts with `prefix`."""
        hook = "bucketry_list"
        answer = self._hooks.bucketry_list(
            prefix=prefix, delimiter=delimiter, start_after=start_after, page_size=page_size
        )
        for page in self._expect(answer, Iterator, hook):
            yield self._page(page, prefix, hook)

    def delete(
        self,
        keys: Sequence[str],
        params: Mapping[str, Any],
        if_match: str | None = None,
        version: str | None = None,
    ) -> Deleted:
        """Return an outcome for each key that was to be deleted, and for no other."""
        hook = "bucketry_delete"
        self._can(hook, if_match=if_match, version=version)
        answer = self._hooks.bucketry_delete(
            keys=[*keys], params=dict(params), if_match=if_match, version=version
        )
        return self._outcomes(self._expect(answer, Deleted, hook), keys, hook)

    def sweep(self, older_than: datetime, *, dry_run: bool) -> list[Swept]:
        """Return unfinished uploads under the root path."""
        hook = "bucketry_sweep"
        answer = self._hooks.bucketry_sweep(
            prefix=self._prefix, older_than=older_than, dry_run=dry_run
        )
        swept = [self._expect(one, Swept, hook) for one in self._expect(answer, Sequence, hook)]
        for one in swept:
            self._inside(one.key, self._prefix, hook)
        return swept

    # -- addresses ---------------------------------------------------------------------------

    def object_url(self, key: str) -> str:
        """Return the object's permanent address."""
        hook = "bucketry_object_url"
        return self._url(self._hooks.bucketry_object_url(key=key), hook)

    def is_private(self, key: str) -> bool:
        """Return whether the object opens only with a signed URL."""
        if self._private is not None:
            return self._private
        hook = "bucketry_is_private"
        private = self._expect(self._hooks.bucketry_is_private(key=key), bool, hook)
        if self._stack.alone(hook):
            self._private = private  # the configuration alone says so, and of all keys
        return private

    def key_of_url(self, url: str) -> str | None:
        """Return the object key that a layer sees behind `url`; it is not proven yet."""
        answer: object = self._hooks.bucketry_key_of_url(url=url)
        return None if answer is None else self._expect(answer, str, "bucketry_key_of_url")

    def other_urls(self, key: str) -> list[object]:
        """Return further URLs that the object is known under."""
        hook = "bucketry_other_urls"
        return list(self._expect(self._hooks.bucketry_other_urls(key=key), Sequence, hook))

    def prepare_signing(
        self, request: SignRequest, check: Callable[[SignRequest, T], SignRequest], given: T
    ) -> SignRequest:
        """Return the request as the layers want it, looked at again with `check`, `given` along."""
        if not self._prepares_signing:
            return request
        hook = "bucketry_prepare_signing"
        answer = self._hooks.bucketry_prepare_signing(request=request)
        prepared = self._expect(answer, SignRequest, hook)
        if prepared.method != request.method:
            raise self._bad(hook, f"it changed the method to {prepared.method!a}")
        if prepared is not request:
            if prepared.key != request.key:
                self._inside(self._key(prepared.key, hook), self._prefix, hook)
            with self._blaming(hook):
                prepared = check(prepared, given)
        return prepared

    def sign(self, request: SignRequest) -> SignedUrl:
        """Return a signed URL that can be used as it is and allows no more than was asked for."""
        hook = "bucketry_sign"
        answer = self._hooks.bucketry_sign(request=request)
        if self._stack.signed.untouched(answer, request, proven=True):
            return answer
        signed = self._expect(answer, SignedUrl, hook)
        self._parts(signed, hook, headers=Mapping)
        self._url(signed.reveal(), hook)
        if signed.method != request.method:
            raise self._bad(hook, f"it signed {signed.method!r}, not {request.method}")
        fields = signed.reveal_fields()
        if signed.headers or fields:
            with self._blaming(hook):
                for name, header in signed.headers.items():
                    check_header_value(check_header_name(name), header)
                check_param_values("field", fields)
        if not signed.signed:
            return self._marked(signed, checked=False)
        expires_at: object = signed.expires_at
        if not isinstance(expires_at, datetime) or expires_at.tzinfo is None:
            raise self._bad(
                hook, "a signed URL needs expires_at with a time zone, an unsigned one signed=False"
            )
        if expires_at.timestamp() > time.time() + request.life + CLOCK_SLACK:
            raise self._bad(hook, f"it signed for longer than {request.life} seconds")
        if self._reads_signatures and self._stack.signed.untouched(signed, request):
            return signed  # straight from the layer that would be asked to read it
        return self._marked(signed, checked=self._carries(signed, request))

    @staticmethod
    def _marked(signed: SignedUrl, *, checked: bool) -> SignedUrl:
        return signed if signed.checked == checked else attrs.evolve(signed, checked=checked)

    def _carries(self, signed: SignedUrl, request: SignRequest) -> bool:
        """Return whether the signature allows what is told; False if nobody can read it."""
        hook = "bucketry_check_signed"
        answer: object = self._hooks.bucketry_check_signed(signed=signed, request=request)
        if answer is None:
            return False
        difference = self._expect(answer, str, hook)
        if difference:
            raise self._bad("bucketry_sign", difference)
        return True

    # -- finding out what is wrong, setting up ------------------------------------------------

    def diagnose(self, bench: Bench) -> list[Probe]:
        """Return what all layers want to look at, those of the lowest first."""
        from bucketry.doctor import Probe

        hook = "bucketry_diagnose"
        answers = self._expect(self._hooks.bucketry_diagnose(bench=bench), list, hook)
        return [
            self._expect(probe, Probe, hook)
            for answer in reversed(answers)
            for probe in self._expect(answer, Sequence, hook)
        ]

    def plan_setup(self, wanted: Wanted) -> SetupPlan:
        """Return a plan whose steps have names of their own."""
        from bucketry.setup.values import SetupPlan

        hook = "bucketry_plan_setup"
        plan = self._expect(self._hooks.bucketry_plan_setup(wanted=wanted), SetupPlan, hook)
        names = [step.name for step in plan.steps]
        if len(set(names)) < len(names):
            raise self._bad(hook, "two steps have the same name")
        return plan

    def apply_setup(self, step: Step) -> Step:
        """Return the step as it is afterwards."""
        from bucketry.setup.values import Step

        hook = "bucketry_apply_setup"
        after = self._expect(self._hooks.bucketry_apply_setup(step=step), Step, hook)
        if after.name != step.name:
            raise self._bad(hook, f"it answered for {after.name!a}, not for {step.name!a}")
        return after

    def explain_error(self, error: StorageError) -> str:
        """Return the layers' hint; layers that fail at it must not hide the error itself."""
        hook = "bucketry_explain_error"
        try:
            return self._expect(self._hooks.bucketry_explain_error(error=error), str, hook)
        except Exception as failure:
            return (
                f"(No hint: {hook} failed with {type(failure).__name__}; "
                f"asked {self._asked(hook)}.)"
            )
