"""The Python side of vitest-environment-python: reaper, forkserver and workers.

A module that tests call needs nothing of this. It may import `tool`, `worker` and `JavaScriptError`;
inside of a worker they are there without being installed.
"""

from .authoring import tool, worker
from .errors import JavaScriptError

__all__ = ["PROTOCOL", "JavaScriptError", "tool", "worker"]

PROTOCOL = 1
"""Number of the lines in docs/handshake.md and of the messages in proto/; both sides must have the same."""
