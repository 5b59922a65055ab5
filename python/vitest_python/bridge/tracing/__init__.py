"""Spans of calls and streams, and the trace context that comes with them."""
