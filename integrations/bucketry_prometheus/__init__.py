"""A provider's operations as metrics of Prometheus: put `PrometheusLayer` on it.

>>> import bucketry
>>> from bucketry_prometheus import PrometheusLayer
>>> from prometheus_client import CollectorRegistry
>>> registry = CollectorRegistry()
>>> media = bucketry.open_provider({"provider": "local", "directory": "/tmp/bucketry-doc"})
>>> media = media.with_layer(PrometheusLayer(registry))
>>> media.exists("no/such.txt")
False
>>> labels = {"provider": "local", "operation": "head", "outcome": "NotFound"}
>>> registry.get_sample_value("bucketry_operations_total", labels)
1.0
"""

from __future__ import annotations

from functools import cache

from attrs import frozen
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

from bucketry.layers import Event, Watching

__all__ = ["PrometheusLayer"]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


@frozen
class _Metrics:
    operations: Counter
    seconds: Histogram
    bytes: Counter
    attempts: Counter


@cache
def _metrics(registry: CollectorRegistry) -> _Metrics:
    """Return the metrics of a registry, which takes each name once for all providers."""
    where = ("provider", "operation")
    return _Metrics(
        Counter(
            "bucketry_operations",
            "Operations by how they ended: ok, or the name of the error.",
            (*where, "outcome"),
            registry=registry,
        ),
        Histogram(
            "bucketry_operation_seconds",
            "How long operations took, retries included.",
            where,
            buckets=_SECONDS,
            registry=registry,
        ),
        Counter("bucketry_bytes", "Bytes of objects stored and read.", where, registry=registry),
        Counter(
            "bucketry_attempts",
            "Requests sent, those that were tried again included.",
            where,
            registry=registry,
        ),
    )


class PrometheusLayer(Watching):
    """Counts operations, their seconds, bytes and attempts; labels never hold a key."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        """Count in `registry`; several providers may share it."""
        super().__init__(self._count)
        self._metrics = _metrics(registry)

    def _count(self, event: Event) -> None:
        metrics, where = self._metrics, (event.provider, event.operation)
        metrics.operations.labels(*where, event.outcome).inc()
        metrics.seconds.labels(*where).observe(event.seconds)
        metrics.bytes.labels(*where).inc(event.bytes)
        metrics.attempts.labels(*where).inc(event.attempts)
