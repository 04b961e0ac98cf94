"""Spans, and that their names are OpenTelemetry's."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import bucketry
from bucketry_otel import TracingLayer
from bucketry_s3.testing import Reply, StandIn, localhost_names


class Traced:
    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))

    def spans(self) -> tuple[ReadableSpan, ...]:
        spans = self.exporter.get_finished_spans()
        self.exporter.clear()
        return spans


@pytest.fixture
def traced() -> Traced:
    return Traced()


@pytest.fixture
def server() -> Any:
    with localhost_names(), StandIn(buckets=["media"]) as running:
        yield running


def test_an_operation_is_a_client_span(traced: Traced, server: StandIn) -> None:
    with bucketry.open_provider(server.configuration()) as provider:
        media = provider.with_layer(TracingLayer(traced.tracers))
        server.faults.add("PutObject", Reply.error(503, "SlowDown"))
        media.upload(b"12345", key="a.txt")
    (span,) = traced.spans()
    assert (span.name, span.kind) == ("upload aws", SpanKind.CLIENT)
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes or {}) == {
        "rpc.system.name": "aws-api",
        "aws.s3.bucket": "media",
        "bucketry.provider": "aws",
        "bucketry.vendor": "aws",
        "bucketry.operation": "upload",
        "bucketry.bytes": 5,
        "bucketry.attempts": 2,
        "bucketry.outcome": "ok",
    }
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time > span.start_time


def test_a_failure_is_an_error_without_its_sentence(traced: Traced, server: StandIn) -> None:
    server.faults.add("GetObject", Reply.error(403, "AccessDenied", "arn:aws:iam::1:user/x"))
    with bucketry.open_provider(server.configuration()) as provider:
        media = provider.with_layer(TracingLayer(traced.tracers, keys=True))
        with pytest.raises(bucketry.AccessDenied):
            media.read("a.txt")
    (span,) = traced.spans()
    told = dict(span.attributes or {})
    assert (told["error.type"], told["http.response.status_code"]) == ("AccessDenied", 403)
    assert told["aws.s3.key"] == "a.txt"
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "AccessDenied")
    assert span.events == ()
    assert "arn:" not in span.to_json()


def test_what_is_not_there_is_no_error(traced: Traced, tmp_path: Path) -> None:
    provider = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    assert not provider.with_layer(TracingLayer(traced.tracers, keys=True)).exists("a")
    (span,) = traced.spans()
    assert span.status.status_code is StatusCode.UNSET
    told = dict(span.attributes or {})
    assert told["bucketry.outcome"] == "NotFound"
    assert told["bucketry.key"] == "a"
    assert not [name for name in told if name.startswith(("aws.", "rpc."))]


def test_a_span_stands_below_the_one_that_is_current(traced: Traced, tmp_path: Path) -> None:
    provider = bucketry.open_provider({"provider": "local", "directory": str(tmp_path)})
    media = provider.with_layer(TracingLayer(traced.tracers))
    with traced.tracers.get_tracer("app").start_as_current_span("request") as request:
        media.upload(b"x", key="a")
        pages = media.pages()
        next(pages)
    list(pages)
    upload, _, listing = traced.spans()
    for span in (upload, listing):
        assert span.parent is not None
        assert span.parent.span_id == request.get_span_context().span_id
    assert listing.name == "list local"


def test_names_are_those_of_the_conventions(traced: Traced, server: StandIn) -> None:
    conventions = "opentelemetry.semconv._incubating.attributes"
    groups = [
        importlib.import_module(f"{conventions}.{name}_attributes")
        for name in ("aws", "error", "http", "rpc")
    ]
    known = {value for group in groups for value in vars(group).values() if isinstance(value, str)}
    if "rpc.system.name" not in known:
        pytest.skip("these conventions are older than the names used")
    server.faults.add("GetObject", Reply.error(403, "AccessDenied"))
    with bucketry.open_provider(server.configuration()) as provider:
        media = provider.with_layer(TracingLayer(traced.tracers, keys=True))
        with pytest.raises(bucketry.AccessDenied):
            media.read("a.txt")
    (span,) = traced.spans()
    used = {name for name in span.attributes or {} if not name.startswith("bucketry.")}
    assert {"aws.s3.bucket", "aws.s3.key", "rpc.system.name", "error.type"} <= used
    assert used <= known
