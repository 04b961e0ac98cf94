"""Which probes run, in which order, and what becomes of what they find and of what they store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

import bucketry
from bucketry import AccessDenied, PluginError, Provider, Unavailable, hookimpl
from bucketry.doctor import Bench, Finding, Probe
from conformance.places import on_disk

SECRET = "a-secret-nobody-may-see"


@pytest.fixture(scope="module")
def media() -> Iterator[Provider]:
    with on_disk(signing_key=SECRET * 2) as provider:
        yield provider


class Looking:
    """A layer with probes of its own."""

    def __init__(self, *probes: Probe) -> None:
        self.probes = probes

    @hookimpl
    def bucketry_diagnose(self) -> list[Probe]:
        return list(self.probes)


def _finding(code: str = "odd", severity: Any = "error", **parts: str) -> Finding:
    return Finding(
        code=code, severity=severity, **{"cause": "something is odd", "remedy": "Mend it."} | parts
    )


def _finds(*findings: Finding) -> Callable[[], Iterable[Finding]]:
    return lambda: findings


def _codes(provider: Provider, *layers: object) -> list[str]:
    for layer in layers:
        provider = provider.with_layer(layer)
    return [finding.code for finding in provider.diagnose().findings]


def test_a_healthy_provider_has_no_finding_and_keeps_nothing(media: Provider) -> None:
    media.upload(b"mine", key="mine.txt")
    diagnosis = media.diagnose()
    assert diagnosis.findings == ()
    assert diagnosis.ok
    assert diagnosis.passed_over == {}
    assert {"write", "read", "list", "delete", "signed-link"} <= set(diagnosis.looked)
    assert [info.key for info in media.list()] == ["mine.txt"]


def test_every_layer_adds_probes_and_each_finding_says_which_one_found_it(media: Provider) -> None:
    lower = Looking(Probe("lower", _finds(_finding("a", "warning"))))
    upper = Looking(Probe("upper", _finds(_finding("b", "note"))))
    diagnosis = media.with_layer(lower).with_layer(upper).diagnose()
    assert [(f.code, f.probe) for f in diagnosis.findings] == [("a", "lower"), ("b", "upper")]
    assert diagnosis.ok


def test_a_layer_without_anything_to_look_at_answers_none(media: Provider) -> None:
    class Nothing:
        @hookimpl
        def bucketry_diagnose(self, bench: Bench) -> None:
            assert bench.folder.startswith("bucketry-doctor-")

    assert _codes(media, Nothing()) == []


def test_a_probe_takes_the_place_of_one_of_its_name_from_below(media: Provider) -> None:
    other = Looking(Probe("list", _finds(_finding("mine", "note"))))
    assert _codes(media, other) == ["mine"]


def test_a_wrapper_takes_probes_out(media: Provider) -> None:
    class Without:
        @hookimpl(wrapper=True)
        def bucketry_diagnose(self) -> Any:
            yield
            return []

    looked = media.with_layer(Looking(Probe("x", _finds()))).with_layer(Without()).diagnose().looked
    assert "x" not in looked
    assert "write" in looked  # the host's own are none of a layer's


@pytest.mark.parametrize(
    ("severity", "passed_over"),
    [("error", {"second": "first", "third": "first"}), ("warning", {}), ("note", {})],
)
def test_an_error_makes_what_needs_it_pointless(
    media: Provider, severity: str, passed_over: dict[str, str]
) -> None:
    def unexpected() -> Iterable[Finding]:
        if severity == "error":
            raise AssertionError("it was asked all the same")
        return ()

    layer = Looking(
        Probe("third", unexpected, ("second",)),
        Probe("second", unexpected, ("nobody-has-this", "first")),
        Probe("first", _finds(_finding("odd", severity))),
    )
    diagnosis = media.with_layer(layer).diagnose()
    assert [finding.code for finding in diagnosis.findings] == ["odd"]
    assert diagnosis.passed_over == passed_over
    assert {"first", "second", "third"} - set(diagnosis.looked) == set(passed_over)


def test_probes_that_need_each_other_are_refused(media: Provider) -> None:
    layer = Looking(Probe("a", _finds(), ("b",)), Probe("b", _finds(), ("a",)))
    with pytest.raises(PluginError, match="circle"):
        media.with_layer(layer).diagnose()


@pytest.mark.parametrize("answer", ["a text", [_finding()], [None]])
def test_what_is_no_probe_is_refused(media: Provider, answer: Any) -> None:
    class Wrong:
        @hookimpl
        def bucketry_diagnose(self) -> Any:
            return answer

    with pytest.raises(PluginError, match="bucketry_diagnose"):
        media.with_layer(Wrong()).diagnose()


def _raising(error: Exception) -> Looking:
    def look() -> Iterable[Finding]:
        raise error

    return Looking(Probe("breaks", look))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AccessDenied("no"), "failed"),
        (Unavailable("gone"), "server-trouble"),
        (bucketry.ClockSkew("late"), "clock-skew"),
        (ZeroDivisionError("oops"), "broken-layer"),
    ],
)
def test_the_failure_of_a_probe_is_a_finding_and_ends_nothing(
    media: Provider, error: Exception, code: str
) -> None:
    diagnosis = media.with_layer(_raising(error)).diagnose()
    (finding,) = diagnosis.findings
    assert (finding.code, finding.probe) == (code, "breaks")
    assert getattr(error, "reason", str(error)) in finding.evidence
    assert "signed-upload" in diagnosis.looked


def test_no_secret_is_told(media: Provider) -> None:
    url = "https://x.example/a?X-Amz-Signature=0123456789abcdef"
    finding = _finding(cause=f"it says {SECRET * 2}", remedy=url, evidence=f"{SECRET * 2} {url}")
    for layer in (
        Looking(Probe("tells", _finds(finding))),
        _raising(ZeroDivisionError(SECRET * 2)),
        _raising(AccessDenied(f"no, {SECRET * 2} {url}")),
    ):
        told = str(media.with_layer(layer).diagnose())
        assert SECRET not in told
        assert "0123456789abcdef" not in told


def test_the_layers_own_refusal_is_no_word_of_the_storage(media: Provider) -> None:
    class AppendOnly:
        @hookimpl
        def bucketry_delete(self) -> None:
            raise PermissionError("this archive is append-only")

    diagnosis = media.with_layer(AppendOnly()).diagnose()
    assert [f.code for f in diagnosis.findings] == ["broken-layer", "left-behind"]
    for finding in diagnosis.findings:
        assert "append-only" in finding.evidence
    for info in list(media.list("bucketry-doctor-")):
        media.delete(info)


def test_who_watches_is_told_of_each_probe(media: Provider) -> None:
    seen: list[tuple[str, int]] = []
    layer = Looking(Probe("odd", _finds(_finding("odd", "note"))))
    diagnosis = media.with_layer(layer).diagnose(on_probe=lambda n, f: seen.append((n, len(f))))
    assert [name for name, _ in seen] == list(diagnosis.looked)
    assert ("odd", 1) in seen


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_nothing_is_left_when_it_is_interrupted(
    media: Provider, interrupt: type[BaseException]
) -> None:
    undone: list[str] = []

    class Stopping:
        def __init__(self) -> None:
            self.bench: Bench | None = None

        def look(self) -> Iterable[Finding]:
            assert self.bench is not None
            media.upload(b"x", key=self.bench.name("half-done.txt"))
            self.bench.at_the_end(lambda: undone.append("first"))
            self.bench.at_the_end(lambda: undone.append("last"))
            raise interrupt

        @hookimpl
        def bucketry_diagnose(self, bench: Bench) -> list[Probe]:
            self.bench = bench
            return [Probe("stopping", self.look, ("read",))]

    with pytest.raises(interrupt):
        media.with_layer(Stopping()).diagnose()
    assert list(media.list("bucketry-doctor-")) == []
    assert undone == ["last", "first"]


def test_the_root_path_is_kept_to(media: Provider) -> None:
    keys: list[str] = []

    class Watching:
        @hookimpl(wrapper=True)
        def bucketry_upload(self, upload: Any, params: Any) -> Any:
            keys.append(upload.key)
            return (yield)

    inside = media.with_options(root_path="deep/down").with_layer(Watching())
    assert inside.diagnose().findings == ()
    assert keys
    assert all(key.startswith("deep/down/bucketry-doctor-") for key in keys)


@pytest.mark.parametrize(
    "origin", ["www.example.com", "https://a.example/page", "*", "https://*.a.example"]
)
def test_what_is_no_origin_is_refused(media: Provider, origin: str) -> None:
    with pytest.raises(bucketry.InvalidInput, match=r"https://www\.example\.com"):
        media.diagnose(origin=origin)
