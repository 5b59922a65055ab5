"""The Python side of vitest-environment-python: reaper, forkserver and workers."""

PROTOCOL = 1
"""Number of the lines in docs/handshake.md and of the messages in proto/; both sides must have the same."""
