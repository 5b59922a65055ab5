"""The Python side of vitest-environment-python: reaper, forkserver and workers.

A module that tests call needs nothing of this. It may import `tool`, `worker` and `JavaScriptError`;
inside of a worker they are there without being installed.
"""

from .authoring import tool, worker
from .errors import JavaScriptError
from .posix.protocol import PROTOCOL

__all__ = ["PROTOCOL", "JavaScriptError", "tool", "worker"]
