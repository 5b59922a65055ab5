"""Reads and writes the contexts of OpenTelemetry, by its modules that the user's program has imported.

The propagators aren't used: they are in modules that importing OpenTelemetry doesn't import, and may be configured
for other formats.
"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import quote, unquote

from ..._gen.bridge_pb2 import TraceContext


def read(given: TraceContext) -> Any:
    """Return OpenTelemetry's context for a span of the client. `opentelemetry.trace` must have been imported."""
    api: Any = sys.modules["opentelemetry.trace"]
    context = sys.modules["opentelemetry.context"].get_current()
    fields = given.traceparent.split("-")
    if len(fields) >= 4:
        span = api.SpanContext(
            trace_id=int(fields[1], 16),
            span_id=int(fields[2], 16),
            is_remote=True,
            trace_flags=api.TraceFlags(int(fields[3], 16)),
            trace_state=api.TraceState.from_header([given.tracestate]) if given.tracestate else None,
        )
        context = api.set_span_in_context(api.NonRecordingSpan(span), context)
    baggage: Any = sys.modules.get("opentelemetry.baggage")
    for entry in given.baggage.split(",") if baggage is not None else ():
        name, equals, value = entry.partition(";")[0].partition("=")
        if equals:
            context = baggage.set_baggage(unquote(name.strip()), unquote(value.strip()), context)
    return context


def describe(context: Any = None) -> TraceContext | None:
    """Return the span and the baggage of a context for the client; None if it has no span.

    Args:
        context: the active one by default.
    """
    api: Any = sys.modules["opentelemetry.trace"]
    span = api.get_current_span(context).get_span_context()
    if not span.is_valid:
        return None
    baggage: Any = sys.modules.get("opentelemetry.baggage")
    entries = baggage.get_all(context) if baggage is not None else {}
    return TraceContext(
        traceparent=f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}",
        tracestate=span.trace_state.to_header(),
        baggage=",".join(f"{quote(name)}={quote(str(value))}" for name, value in entries.items()),
    )
