"""Content that a browser could run, by policy: saved instead of opened, or refused.

Put on by the configuration's `content_policy`, above every other layer, so that none of them can
undo it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import attrs

from bucketry.errors import InvalidInput, InvalidSource
from bucketry.headers import as_attachment
from bucketry.hookspecs import hookimpl
from bucketry.layers.sniffing import LENGTH, Sniffer
from bucketry.media_types import UNKNOWN, is_active
from bucketry.model import ObjectInfo, SignRequest, StoredObject, Upload
from bucketry.vendor import ContentPolicy


class ContentPolicyLayer:
    """Holds uploads, changes of headers and signed URLs to a `ContentPolicy`.

    Bytes are looked at as far as the first 4 KiB, and not where a Content-Encoding hides them.
    Whoever uploads directly sends bytes that nobody here has seen: there the type counts alone.
    """

    def __init__(self, policy: ContentPolicy, header_params: Mapping[str, str]) -> None:
        """`header_params` are the vendor's; see `bucketry.vendor.Vendor`.

        `PluginError` where the library that knows the signatures is not installed.
        """
        self._policy = policy
        self._params = header_params
        self._also = frozenset(kind.lower() for kind in policy.also)
        self._sniffer = None if policy.mismatch == "allow" else Sniffer()

    @hookimpl(wrapper=True)
    def bucketry_prepare_upload(self) -> Generator[None, Upload, Upload]:
        """Look at the bytes, and see to type and disposition."""
        upload = yield
        content_type = self._true_type(upload)
        disposition = self._disposition(content_type, upload.content_disposition)
        if (content_type, disposition) == (upload.content_type, upload.content_disposition):
            return upload
        return attrs.evolve(upload, content_type=content_type, content_disposition=disposition)

    @hookimpl(wrapper=True)
    def bucketry_put_params(self) -> Generator[None, dict[str, Any], dict[str, Any]]:
        """See to what native parameters have changed since."""
        params = yield
        self._hold(params)
        return params

    @hookimpl(wrapper=True)
    def bucketry_copy(self, params: dict[str, Any]) -> Generator[None, StoredObject, StoredObject]:
        """See to new headers of a copy."""
        self._hold(params)
        return (yield)

    @hookimpl(wrapper=True)
    def bucketry_set_headers(
        self, changes: dict[str, Any]
    ) -> Generator[None, ObjectInfo, ObjectInfo]:
        """See to new headers of an object; a disposition alone cannot be judged."""
        if changes.get("content_type") is not None:
            disposition = self._disposition(
                changes["content_type"], changes.get("content_disposition")
            )
            if disposition is not None:
                changes["content_disposition"] = disposition
        elif "content_disposition" in changes:
            self._check_named(changes["content_disposition"], "content_type")
        return (yield)

    @hookimpl(wrapper=True)
    def bucketry_prepare_signing(self) -> Generator[None, SignRequest, SignRequest]:
        """See to what an upload may be, and to what an answer is told to be."""
        request = yield
        if self._policy.active == "allow":
            return request
        if request.method in ("PUT", "POST"):
            return self._upload_request(request)
        return self._answer_request(request)

    def _upload_request(self, request: SignRequest) -> SignRequest:
        if request.content_type is None and self._policy.active == "refuse":
            raise InvalidInput(
                "a direct upload may be of any type and content_policy takes none that a browser "
                "could run; name its content_type"
            )
        given = next(
            (n for n in request.headers if n.lower() == "content-disposition"),
            "Content-Disposition",
        )
        # Where any type may come, one that a browser could run may.
        disposition = self._disposition(
            request.content_type or "text/html", request.headers.get(given)
        )
        if disposition is None:
            return request
        return attrs.evolve(request, headers={**request.headers, given: disposition})

    def _answer_request(self, request: SignRequest) -> SignRequest:
        wanted = request.response.get("content_disposition")
        content_type = request.response.get("content_type")
        if content_type is None:
            self._check_named(wanted, "response content_type")
            return request
        disposition = self._disposition(content_type, wanted)
        if disposition is None or disposition == wanted:
            return request
        response = {**request.response, "content_disposition": disposition}
        return attrs.evolve(request, response=response)

    def _check_named(self, disposition: str | None, name: str) -> None:
        """Refuse to have shown what may be anything."""
        if self._policy.active != "allow" and (disposition or "attachment")[:10] != "attachment":
            raise InvalidInput(
                f"content_policy has active content saved, and {disposition!a} would have it "
                f"shown; name the {name} with it"
            )

    def _hold(self, params: dict[str, Any]) -> None:
        """See to native parameters."""
        content_type = params.get(self._params.get("content_type", ""))
        if isinstance(content_type, str):
            name = self._params["content_disposition"]
            disposition = self._disposition(content_type, params.get(name))
            if disposition is not None:
                params[name] = disposition

    def _true_type(self, upload: Upload) -> str:
        """Return the type of an upload, corrected where its bytes say something else."""
        declared = upload.content_type
        if self._sniffer is None or upload.content_encoding not in (None, "identity"):
            return declared
        kind = declared.partition(";")[0].strip().lower()
        true = self._sniffer.belied(kind, upload.source.peek(LENGTH))
        if true is None:
            return declared
        if self._policy.mismatch == "refuse" and kind != UNKNOWN:
            seen = "" if true == UNKNOWN else f", they look like {true}"
            raise InvalidSource(
                f"the bytes are no {kind}{seen}; content_policy takes no such file: "
                "upload it under its own type"
            )
        return true

    def _disposition(self, content_type: str, disposition: str | None) -> str | None:
        """Return the disposition that content of a type gets, unchanged where it is harmless."""
        kind = content_type.partition(";")[0].strip().lower()
        active = is_active(content_type) or kind in self._also
        if not active or self._policy.active == "allow":
            return disposition
        if self._policy.active == "refuse":
            raise InvalidInput(
                f"content_policy takes no {kind}, because a browser could run it; "
                'convert the file, or have it saved instead: active = "attachment"'
            )
        return as_attachment(disposition)
