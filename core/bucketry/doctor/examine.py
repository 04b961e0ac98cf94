"""One diagnosis: which probes, in which order, and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

import attrs

from bucketry.doctor.bench import Bench
from bucketry.doctor.codes import because, found, said
from bucketry.doctor.portable import Portable, listed_in
from bucketry.doctor.values import Diagnosis, Finding, Probe, Told
from bucketry.errors import PluginError, StorageError
from bucketry.provider import listing, removing
from bucketry.provider.ground import Ground


def examine(ground: Ground, origin: str | None, on_probe: Told | None) -> Diagnosis:
    """Look through the layers of a provider, and through its own methods."""
    bench = Bench(
        ground.root.prefix, origin=origin, ca_bundle=getattr(ground.options, "ca_bundle", None)
    )
    findings: list[Finding] = []
    looked: list[str] = []
    passed_over: dict[str, str] = {}
    blocked: dict[str, str] = {}
    try:
        for probe in _in_order([*Portable(ground, bench).probes(), *ground.ask.diagnose(bench)]):
            hindered = next((blocked[need] for need in probe.needs if need in blocked), None)
            if hindered is not None:
                passed_over[probe.name] = blocked[probe.name] = hindered
                continue
            new = tuple(_look(ground, probe))
            looked.append(probe.name)
            findings += new
            if any(finding.severity == "error" for finding in new):
                blocked[probe.name] = probe.name
            if on_probe is not None:
                on_probe(probe.name, new)
    finally:
        left = _clean(ground, bench, stored="access" not in blocked)
    if left:
        mask = ground.service.mask
        findings.append(
            found("left-behind", f"{bench.folder}/ could not be emptied", evidence=mask(left))
        )
    return Diagnosis(
        provider=ground.name,
        vendor=ground.vendor.name,
        findings=tuple(findings),
        looked=tuple(looked),
        passed_over=passed_over,
    )


def _in_order(probes: Iterable[Probe]) -> Iterator[Probe]:
    """Yield each behind what it needs; of one name the last, which is the top layer's."""
    by_name: dict[str, Probe] = {}
    for probe in probes:
        by_name[probe.name] = probe
    needs: Mapping[str, list[str]] = {
        name: [need for need in probe.needs if need in by_name] for name, probe in by_name.items()
    }
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise PluginError(
            "bucketry_diagnose", f"probes need each other in a circle: {', '.join(error.args[1])}"
        ) from None
    return (by_name[name] for name in order)


def _look(ground: Ground, probe: Probe) -> Iterator[Finding]:
    """Yield what a probe finds, without secrets. Its own failure is a finding, too."""
    mask = ground.service.mask
    try:
        for finding in probe.look() or ():
            yield attrs.evolve(
                finding,
                probe=probe.name,
                cause=mask(finding.cause),
                remedy=mask(finding.remedy),
                evidence=mask(finding.evidence),
            )
    except StorageError as error:
        told = ground.told(error, "diagnose")
        if isinstance(told, StorageError):
            yield attrs.evolve(because(told, f"the probe {probe.name}"), probe=probe.name)
    except Exception as error:
        told = ground.told(error, "diagnose")
        yield attrs.evolve(
            found(
                "broken-layer",
                f"the probe {probe.name} failed, which is no answer of the storage",
                evidence=said(told),
            ),
            probe=probe.name,
        )


def _clean(ground: Ground, bench: Bench, *, stored: bool) -> str:
    """Remove what was stored; return what went wrong, or ""."""
    wrong = ""
    for undo in bench.take_undo():
        try:
            undo()
        except Exception as error:
            wrong = said(error)
    if not stored:
        return wrong
    keys = bench.used
    with suppress(StorageError):  # who may not list deletes whatever there can be
        keys = listed_in(ground, bench)
    versions = _versions(ground, bench) if bench.versioned else []
    if bench.versioned and not versions:
        wrong = "the bucket keeps versions, which cannot be listed"
    wrong = _deleted(ground, versions or [(key, None) for key in keys]) or wrong
    # Where versions are kept, or once were, deletes leave marks.
    return _deleted(ground, _versions(ground, bench)) or wrong


def _versions(ground: Ground, bench: Bench) -> list[tuple[str, str | None]]:
    with suppress(StorageError):
        found_there = listing.versions(ground, f"{bench.folder}/")
        return [(one.key, one.version) for one in found_there]
    return []


def _deleted(ground: Ground, versions: Iterable[tuple[str, str | None]]) -> str:
    wrong = ""
    for key, version in versions:
        try:
            removing.delete(ground, key, None, None, version)
        except Exception as error:
            wrong = said(error)
            if isinstance(error, StorageError) and error.retryable:
                break  # the server is away, and the next one would wait as long
    return wrong
