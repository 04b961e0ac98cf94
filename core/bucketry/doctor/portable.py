"""The probes that need nothing but a provider's own methods: they work for every vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from bucketry.browsing import Answer, NoAnswer
from bucketry.doctor.bench import Bench
from bucketry.doctor.codes import because, found
from bucketry.doctor.values import Finding, Probe
from bucketry.errors import NotFound, StorageError, Unsupported
from bucketry.model import Method, SignedUrl
from bucketry.provider import addressing, listing, reading, removing, storing
from bucketry.provider.ground import Ground

SAMPLE = b"Stored by `bucketry doctor` to look at this bucket; it deletes it again.\n"
TYPE = "text/plain; charset=utf-8"
ODD_NAME = "å b+c&d=100%25.txt"
METADATA = {"looked-at-by": "doctor"}

Look = Iterator[Finding]


class Portable:
    """Looks through a provider's methods, at its own options and capabilities."""

    def __init__(self, ground: Ground, bench: Bench) -> None:
        self._ground = ground
        self._bench = bench

    def probes(self) -> list[Probe]:
        """Return the probes, from the outside in."""
        reachable = ("access", "options")
        return [
            Probe("slips", self.slips),
            Probe("write", self.write, reachable),
            Probe("read", self.read, ("write",)),
            Probe("list", self.list, ("write",)),
            Probe("names", self.names, ("read",)),
            Probe("delete", self.delete, ("write",)),
            Probe("copy", self.copy, ("read",)),
            Probe("link", self.link, ("served", "read")),
            Probe("signed-link", self.signed_link, ("served", "read")),
            Probe("closed", self.closed, ("served", "read")),
            Probe("signed-upload", self.signed_upload, ("signed-link", "read")),
            Probe("form-upload", self.form_upload, ("signed-link", "read")),
            Probe("unfinished", self.unfinished, ("access",)),
        ]

    def _put(self, name: str) -> str:
        key = self._bench.name(name)
        options = {"content_type": TYPE, "metadata": METADATA, "prevent_overwrite": False}
        stored = storing.upload(self._ground, SAMPLE, key, options)
        self._bench.versioned |= stored.version is not None
        return key

    def slips(self) -> Look:
        """Options that are accepted and look like a slip."""
        slips: Callable[[Any], Any] | None = self._ground.vendor.slips
        for path, sentence in slips(self._ground.options) if slips else ():
            yield found("unlikely-option", f"{path} {sentence}")

    def write(self) -> Look:
        """An upload, with all that is configured."""
        try:
            self._put("probe.txt")
        except StorageError as error:
            yield because(error, "an upload as it is configured", "write")

    def read(self) -> Look:
        """The same bytes, type and metadata come back."""
        key = self._bench.name("probe.txt")
        try:
            same = reading.read(self._ground, key, {}) == SAMPLE
            info = reading.head(self._ground, key, {})
        except StorageError as error:
            yield because(error, "reading what was just uploaded", "read")
            return
        if not same:
            yield found("bytes-changed", "an object is read with other bytes than it was sent with")
        lost = [] if info.content_type == TYPE else [f"its type is told as {info.content_type}"]
        if info.metadata != METADATA:
            lost.append("its metadata are missing")
        if lost:
            yield found("headers-lost", f"an object loses what is told of it: {', '.join(lost)}")

    def list(self) -> Look:
        """What was uploaded is listed."""
        key = self._bench.name("probe.txt")
        try:
            listed = listed_in(self._ground, self._bench)
        except StorageError as error:
            yield because(error, "listing", "list")
            return
        if key not in listed:
            yield found("cannot-list", "a listing lacks an object that is there")

    def names(self) -> Look:
        """A name with what URLs encode arrives as it is."""
        key = self._bench.name(ODD_NAME)
        try:
            self._put(ODD_NAME)
            arrived = reading.read(self._ground, key, {}) == SAMPLE
        except StorageError as error:
            yield found(
                "names-changed",
                f"an object cannot be named {ODD_NAME!r}, and a plain name is no trouble",
                evidence=error,
            )
            return
        listed: list[str] = []
        with suppress(StorageError):  # listing has a probe of its own
            listed = listed_in(self._ground, self._bench)
        if not arrived or (listed and key not in listed):
            yield found("names-changed", f"the name {ODD_NAME!r} arrives as another")

    def delete(self) -> Look:
        """What is deleted is gone."""
        key = self._put("gone.txt")
        try:
            removing.delete(self._ground, key, None, None, None)
        except StorageError as error:
            yield because(error, "deleting", "delete")
            return
        try:
            there = reading.exists(self._ground, key, {})
        except StorageError:
            return  # without the right to list, what is not there is denied
        if there:
            yield found("cannot-delete", "a deleted object is still there")

    def copy(self) -> Look:
        """A copy on the storage's own side."""
        if self._ground.capabilities.copy.value == "no":
            return
        target = self._bench.name("copy.txt")
        try:
            storing.copy(self._ground, self._bench.name("probe.txt"), target, None, False)
        except StorageError as error:
            yield because(error, "copying inside the bucket", "copy")

    # -- what others open ----------------------------------------------------------------------

    def _open(self, target: SignedUrl | str) -> Answer | str:
        """Return what answers; where that is a redirect, what it leads to."""
        try:
            answer = self._bench.http.send(target)
            for _ in range(3):
                onward = answer.headers.get("location", "")
                if answer.status not in (301, 302, 307, 308) or "://" not in onward:
                    break
                answer = self._bench.http.send(onward)
        except NoAnswer as error:
            return str(error)
        return answer

    def _sign(self, key: str, method: Method = "GET", content_type: str | None = None) -> SignedUrl:
        return addressing.sign(
            self._ground, key, method=method, content_type=content_type, expires_in=None,
            download_name=None, response=None, version=None, stable=None,
        )  # fmt: skip

    def _signed(self, key: str) -> SignedUrl | None:
        try:
            signed = self._sign(key)
        except Unsupported:
            return None
        return signed if signed.signed else None

    def link(self) -> Look:
        """The plain address opens what is public, or what is served at base_url."""
        key = self._bench.name("probe.txt")
        private = addressing.is_private(self._ground, key)
        if private and (self._signed(key) or not self._ground.options.base_url):
            return
        answer = self._open(addressing.object_url(self._ground, key))
        if _is_sample(answer):
            return
        evidence = _shown("GET", answer)
        if self._ground.options.base_url:
            yield self._base_url(answer, evidence)
        else:
            yield found(
                "not-public",
                "objects are declared public, and their plain URL does not open",
                evidence=evidence,
            )

    def signed_link(self) -> Look:
        """A signed URL opens its object."""
        signed = self._signed(self._bench.name("probe.txt"))
        if signed is None:
            return
        answer = self._open(signed)
        if not _is_sample(answer):
            yield found(
                "signed-link",
                "a signed URL does not open its object",
                evidence=_shown("GET", answer),
            )

    def _base_url(self, answer: Answer | str, evidence: str) -> Finding:
        if isinstance(answer, str):
            return found("base-url-unreachable", "nothing answers at `base_url`", evidence=evidence)
        said = {200: "it serves something else under the object's key"}.get(
            answer.status, f"it answers {answer.status} for an object that is there"
        )
        return found(
            "base-url-elsewhere", f"`base_url` does not serve this bucket: {said}",
            evidence=evidence,
        )  # fmt: skip

    def closed(self) -> Look:
        """A private object does not open without a signature."""
        key = self._bench.name("probe.txt")
        if not addressing.is_private(self._ground, key) or self._signed(key) is None:
            return  # what stands at base_url decides by itself who may read
        answer = self._open(addressing.object_url(self._ground, key))
        if _is_sample(answer):
            yield found(
                "not-private",
                "objects are declared private, and everybody can read them at their plain address",
                evidence=_shown("GET", answer),
            )

    def signed_upload(self) -> Look:
        """A signed PUT stores its body."""
        key = self._bench.name("signed.txt")
        try:
            signed = self._sign(key, "PUT", TYPE)
        except Unsupported:
            return
        yield from self._uploaded(
            "signed-upload", key, lambda: self._bench.http.send(signed, body=SAMPLE)
        )

    def form_upload(self) -> Look:
        """A form stores its file, where the vendor has them."""
        if self._ground.capabilities.post_policy.value != "yes":
            return
        key = self._bench.name("form.txt")
        ticket = addressing.upload_ticket(
            self._ground, key, content_type=TYPE, min_size=0, max_size=len(SAMPLE), expires_in=None
        )
        yield from self._uploaded(
            "form-upload", key, lambda: self._bench.http.post_form(ticket.signed, SAMPLE)
        )

    def _uploaded(self, code: str, key: str, send: Callable[[], Answer]) -> Look:
        what = "a signed PUT" if code == "signed-upload" else "an upload by form"
        try:
            answer = send()
        except NoAnswer as error:
            yield found(code, f"{what} reaches nobody", evidence=error)
            return
        if not 200 <= answer.status < 300:
            yield found(code, f"{what} is refused", evidence=_shown("the upload", answer))
            return
        try:
            same = reading.read(self._ground, key, {}) == SAMPLE
        except NotFound:
            same = False
        if not same:
            yield found(code, f"{what} is answered as a success, and its body is not there")

    def unfinished(self) -> Look:
        """No uploads in parts are lying about."""
        try:
            swept = removing.sweep(self._ground, timedelta(0), dry_run=True)
        except StorageError as error:
            yield because(error, "listing unfinished uploads", "list-uploads")
            return
        swept = [one for one in swept if not one.key.startswith(self._bench.folder)]
        day_ago = datetime.now(UTC) - timedelta(days=1)
        old = [one for one in swept if one.started < day_ago]
        if old:
            yield found(
                "unfinished-uploads",
                f"{_uploads(len(old))} begun more than a day ago and never finished; their parts "
                "are billed and in no listing",
                evidence=f"the oldest is of {min(one.started for one in old):%Y-%m-%d}",
            )
        elif swept:
            yield found(
                "uploads-under-way", f"{_uploads(len(swept))} begun in the last day and not done"
            )


def listed_in(ground: Ground, bench: Bench) -> list[str]:
    """Return the keys in the bench's folder."""
    pages = listing.pages(ground, f"{bench.folder}/", "", "")
    return [info.key for page in pages for info in page.objects]


def _is_sample(answer: Answer | str) -> bool:
    return not isinstance(answer, str) and answer.status == 200 and answer.body == SAMPLE


def _uploads(count: int) -> str:
    return "1 upload in parts was" if count == 1 else f"{count} uploads in parts were"


def _shown(asked: str, answer: Answer | str) -> str:
    """Return an answer as evidence: its status, and the beginning of what it says, or why none."""
    if isinstance(answer, str):
        return answer
    said = " ".join(answer.body[:300].decode("utf-8", "replace").split())
    return f"{asked} was answered HTTP {answer.status}: {said[:200]}".rstrip(": ")
