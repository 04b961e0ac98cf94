"""Metrics as a scrape sees them."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

import bucketry
from bucketry_prometheus import PrometheusLayer


def test_what_is_scraped(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    for name in ("one", "two"):
        config = {"provider": "local", "directory": str(tmp_path / name)}
        provider = bucketry.open_provider(name, config={"providers": {name: config}})
        media = provider.with_layer(PrometheusLayer(registry))
        media.upload(b"12345", key="secret-name.txt")
        media.exists("secret-name-too.txt")
    media.read("secret-name.txt")
    scraped = generate_latest(registry).decode()
    lines = scraped.splitlines()
    for line in (
        'bucketry_operations_total{operation="upload",outcome="ok",provider="one"} 1.0',
        'bucketry_operations_total{operation="head",outcome="NotFound",provider="two"} 1.0',
        'bucketry_bytes_total{operation="upload",provider="one"} 5.0',
        'bucketry_bytes_total{operation="read",provider="two"} 5.0',
        'bucketry_attempts_total{operation="upload",provider="one"} 0.0',
        'bucketry_operation_seconds_count{operation="upload",provider="two"} 1.0',
    ):
        assert line in lines
    assert "secret-name" not in scraped


def test_a_configuration_switches_it_on_for_several_providers(tmp_path: Path) -> None:
    config = {
        "provider": "local",
        "directory": str(tmp_path),
        "overrides": ["bucketry_prometheus:PrometheusLayer"],
    }
    for _ in range(2):
        bucketry.open_provider(config).exists("a")
