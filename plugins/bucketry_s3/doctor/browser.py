"""What a page in a browser can do with the bucket: CORS, held against what uploads need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from attrs import frozen

from bucketry import SignedUrl, SignRequest, StorageError
from bucketry.browsing import Answer
from bucketry.doctor import Finding, Probe
from bucketry_s3.doctor.asking import BODY, Asker
from bucketry_s3.doctor.codes import found

TYPE = "image/png"
"""The type of an upload that a browser has to ask leave for."""


@frozen
class Page:
    """A page: where it is from, and what it means to do. One that nobody has named only uploads."""

    origin: str
    reads: bool
    uploads: bool


class Browser:
    """Looks as a browser does: it asks leave, and hides from the page what is not exposed."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def probes(self) -> list[Probe]:
        """Return the probe."""
        return [Probe("cors", self.cors, ("put", "access", "signed-link"))]

    def _page(self) -> Page | None:
        """Return the page that was named, else the first that the bucket's rules name."""
        if self._asker.bench.origin is not None:
            return Page(self._asker.bench.origin, reads=True, uploads=True)
        for rule in self._rules():
            for origin in rule.get("AllowedOrigins", ()):
                methods = rule.get("AllowedMethods", ())
                return Page(
                    origin.replace("*", "https://www.example.com" if origin == "*" else "www"),
                    reads="GET" in methods,
                    uploads="PUT" in methods,
                )
        return None

    def _rules(self) -> Iterable[Mapping[str, list[str]]]:
        """Return the bucket's rules, none where it has none or does not tell."""
        with suppress(StorageError):
            rules: list[dict[str, list[str]]] = self._asker.ask("GetBucketCors")["CORSRules"]
            return rules
        return ()

    def cors(self) -> Iterator[Finding]:
        """A page may read, upload, and see the ETag of what it has uploaded."""
        page = self._page()
        if page is None:
            return
        if page.reads:
            yield from self._reads(page.origin)
        if page.uploads:
            yield from self._uploads(page.origin)

    def _signed(self, key: str, method: str, content_type: str | None = None) -> SignedUrl:
        request = SignRequest(
            key=key,
            method="PUT" if method == "PUT" else "GET",
            expires_in=60,
            content_type=content_type,
        )
        return self._asker.context.hooks.bucketry_sign(request=request)

    def _reads(self, origin: str) -> Iterator[Finding]:
        signed = self._signed(self._asker.put("page.png"), "GET")
        answer = self._asker.send_plain(signed, "GET", None, Origin=origin)
        if not _lets_in(answer, origin):
            yield found(
                "cors-read", f"a page from {origin} may not read (fetch, fonts, canvas)",
                evidence=_shown(answer),
            )  # fmt: skip

    def _uploads(self, origin: str) -> Iterator[Finding]:
        signed = self._signed(self._asker.bench.key("from-a-page.png"), "PUT", TYPE)
        wanted = sorted(name.lower() for name in signed.headers)
        # A browser asks before it sends, without what it wants to send.
        url = signed.reveal()
        asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        naming = {"Access-Control-Request-Headers": ",".join(wanted)}
        allowed = self._asker.send_plain(url, "OPTIONS", None, **asked, **naming)
        if not _lets_in(allowed, origin) or not _allows(allowed, wanted):
            bare = self._asker.send_plain(url, "OPTIONS", None, **asked)
            if _lets_in(bare, origin):
                yield found(
                    "cors-headers",
                    f"a page from {origin} may upload, but not with the headers that a signed PUT "
                    f"needs: {', '.join(wanted)}",
                    evidence=_shown(allowed),
                )
            else:
                yield found(
                    "cors-upload", f"a page from {origin} may not upload", evidence=_shown(allowed)
                )
            return
        answer = self._asker.send_plain(signed, "PUT", BODY, Origin=origin)
        exposed = _names(answer, "access-control-expose-headers")
        if answer is not None and answer.status == 200 and not exposed & {"etag", "*"}:
            yield found(
                "cors-etag",
                f"a page from {origin} does not get to see the ETag of what it uploads",
                evidence=_shown(answer),
            )


def _lets_in(answer: Answer | None, origin: str) -> bool:
    if answer is None or answer.status >= 400:
        return False
    return answer.headers.get("access-control-allow-origin") in ("*", origin)


def _allows(answer: Answer | None, wanted: Iterable[str]) -> bool:
    allowed = _names(answer, "access-control-allow-headers")
    return "*" in allowed or allowed.issuperset(wanted)


def _names(answer: Answer | None, header: str) -> set[str]:
    text = "" if answer is None else answer.headers.get(header, "")
    return {name.strip().lower() for name in text.split(",")}


def _shown(answer: Answer | None) -> str:
    if answer is None:
        return "nothing answers"
    told = {n: v for n, v in answer.headers.items() if n.startswith("access-control-")}
    return f"HTTP {answer.status} with " + (
        ", ".join(f"{name}: {value}" for name, value in told.items()) or "no word on CORS"
    )
