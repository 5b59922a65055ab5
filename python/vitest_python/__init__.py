"""The Python side of vitest-environment-python: reaper, forkserver and workers.

Your modules need none of this, but they may import `tool`, `worker` and `JavaScriptError`. In a worker you can import
them even if this package isn't installed.
"""

import os

from .authoring import tool, worker
from .errors import JavaScriptError
from .posix.protocol import PROTOCOL

# The npm package has the rooms that few runs need in an archive.
__path__.append(os.path.join(os.path.realpath(__path__[0]), "../../dist/python-rooms.zip/vitest_python"))

__all__ = ["PROTOCOL", "JavaScriptError", "tool", "worker"]
