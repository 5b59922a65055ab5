"""Calls, streams, callbacks and handles between a test and a worker."""
