"""A provider's operations as spans of OpenTelemetry: put `TracingLayer` on it.

Names follow OpenTelemetry's semantic conventions for object stores and RPC clients, as far as they
go; what they have no name for begins with ``bucketry.``. A span is a whole operation, which may
send several requests, so it names no single method of S3.

>>> import bucketry
>>> from bucketry_otel import TracingLayer
>>> from opentelemetry.sdk.trace import TracerProvider
>>> media = bucketry.open_provider({"provider": "local", "directory": "/tmp/bucketry-doc"})
>>> media = media.with_layer(TracingLayer(TracerProvider()))
>>> media.exists("no/such.txt")
False
"""

from __future__ import annotations

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider, get_tracer
from opentelemetry.util.types import AttributeValue

from bucketry.layers import Event, Watching

__all__ = ["TracingLayer"]


class TracingLayer(Watching):
    """Makes a client span of each operation, below the span that is current where it begins."""

    def __init__(self, tracers: TracerProvider | None = None, *, keys: bool = False) -> None:
        """Trace with `tracers`, the global ones if None; `keys` puts keys into spans, too."""
        super().__init__(lambda event: None, keys=keys)
        self._tracer = get_tracer("bucketry", tracer_provider=tracers)

    def began(self, event: Event) -> Span:
        """Start a span."""
        attributes: dict[str, AttributeValue] = {
            "bucketry.provider": event.provider,
            "bucketry.vendor": event.vendor,
            "bucketry.operation": event.operation,
        }
        if event.bucket:
            attributes |= {"rpc.system.name": "aws-api", "aws.s3.bucket": event.bucket}
            if event.key is not None:
                attributes["aws.s3.key"] = event.key
        elif event.key is not None:
            attributes["bucketry.key"] = event.key
        name = f"{event.operation} {event.provider}"
        return self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)

    def ended(self, event: Event, begun: Span | None) -> None:
        """End the span."""
        if begun is None:
            return
        attributes: dict[str, AttributeValue] = {
            "bucketry.bytes": event.bytes,
            "bucketry.attempts": event.attempts,
            "bucketry.outcome": event.outcome,
        }
        if event.quirks:
            attributes["bucketry.quirks"] = event.quirks
        if event.status is not None:
            attributes["http.response.status_code"] = event.status
        if event.request_id and event.bucket:
            attributes["aws.request_id"] = event.request_id
        if not event.expected:
            attributes["error.type"] = event.code or event.outcome
            begun.set_status(Status(StatusCode.ERROR, event.outcome))
        begun.set_attributes(attributes)
        begun.end()
