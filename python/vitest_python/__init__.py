"""The Python side of vitest-environment-python: reaper, forkserver and workers.

Your modules need none of this, but they may import `tool`, `worker` and `JavaScriptError`. In a worker you can import
them even if this package isn't installed.
"""

from .authoring import tool, worker
from .errors import JavaScriptError
from .posix.protocol import PROTOCOL

__all__ = ["PROTOCOL", "JavaScriptError", "tool", "worker"]
