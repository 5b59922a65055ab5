"""Calls, streams, callbacks and references between a test and a worker."""
