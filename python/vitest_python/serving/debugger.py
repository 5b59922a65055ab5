"""Lets an editor attach to this worker, by debugpy of the user's environment."""

from __future__ import annotations

import functools
import importlib
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from ..common.breakpoints import explain_breakpoints
from ..common.control import Control

_HOST = "127.0.0.1"
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_POLL_SECONDS = 0.01
# On Python 3.11 and later, debugpy warns of the standard library's frozen modules, in which it can't stop.
_QUIET = "PYDEVD_DISABLE_FILE_VALIDATION"


class Debugger:
    """Starts debugpy before the first call, because its threads would forbid to fork before."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._beginning = threading.Lock()
        self._begun = False
        self._released = threading.Event()

    def begin(self) -> None:
        """Before the first call, listen, and wait until an editor has attached or `go_on` was called."""
        if self._begun:
            return
        with self._beginning:
            if not self._begun:
                debugpy = _import()
                self._control.send({"event": "debuggable", "port": _listen(debugpy)})
                while not debugpy.is_client_connected() and not self._released.wait(_POLL_SECONDS):
                    pass
                self._control.send({"event": "begun"})
                self._begun = True

    def go_on(self) -> None:
        """End the wait; from any thread. An editor may attach later."""
        self._released.set()

    def wrap(self, behaviour: Callable[..., Any], _streaming: bool) -> Callable[..., Any]:
        """Return a behaviour of a servicer that begins in the same way."""

        @functools.wraps(behaviour)
        def begun(*arguments: Any) -> Any:
            self.begin()
            return behaviour(*arguments)

        return begun


def _import() -> Any:
    quiet, hook = os.environ.get(_QUIET), sys.breakpointhook
    os.environ[_QUIET] = "1"
    try:
        debugpy = importlib.import_module("debugpy")
        # It isn't imported as a whole before the first use of a function.
        debugpy.configure(subProcess=False)
        return debugpy
    finally:
        # debugpy's own hook waits forever if no editor is attached.
        sys.breakpointhook = hook
        # The user's own child processes don't need it.
        if quiet is None:
            del os.environ[_QUIET]
        else:
            os.environ[_QUIET] = quiet


def _listen(debugpy: Any) -> int:
    """Listen in this process, without an adapter process, and without patches of `fork` and `exec`."""
    with socket.socket() as free:
        free.bind((_HOST, 0))
        port: int = free.getsockname()[1]
    debugpy.listen((_HOST, port), in_process_debug_adapter=True)
    _hide_our_frames()
    explain_breakpoints(functools.partial(_stop, debugpy))
    return port


def _stop(debugpy: Any) -> bool:
    if not debugpy.is_client_connected():
        return False
    debugpy.breakpoint()
    return True


def _hide_our_frames() -> None:
    """Leave this package out of stacks and steps, as debugpy does with itself."""
    api = importlib.import_module("_pydevd_bundle.pydevd_api").PyDevdAPI()
    pydb = importlib.import_module("_pydevd_bundle.pydevd_constants").get_global_debugger()
    hidden = getattr(pydb.dont_trace_external_files, "start_patterns", ())
    ends = getattr(pydb.dont_trace_external_files, "end_patterns", ())
    api.set_dont_trace_start_end_patterns(pydb, (*hidden, _PACKAGE), ends)
