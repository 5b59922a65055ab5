"""Starts a program of this package in an interpreter that looks to user code as if nothing had been started before.

The program and its configuration come on standard input. So `sys.argv` is `['']`, `__main__` has no file and no names,
and neither `ps` nor the environment shows a path, a token or an argument of this package.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

from .protocol import RUN_DIRECTORY_VARIABLE

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
# The working directory goes first: it may have a file whose name is that of a module of the standard library.
_CODE = """\
import sys
if "" in sys.path:
    sys.path.remove("")
import importlib, json
package, module, config = json.loads(bytes.fromhex(text))
sys.path.insert(0, package)
importlib.import_module(module).main(config)
"""
# In a namespace of its own, so that no name is left in `__main__`. Text as hexadecimal needs no quotes.
_SCRIPT = f"exec(compile({_CODE!r}, '<stdin>', 'exec'), {{'text': 'TEXT'}})\n"
_PROGRAMS = {
    "coverage": "vitest_python.reporting.reporter",
    "driver": "vitest_python.cluster.driver",
    "forkserver": "vitest_python.forkserver.forkserver",
    "inspector": "vitest_python.inspection.inspector",
    "worker": "vitest_python.serving.worker",
}


def open_script(program: str, config: dict[str, Any]) -> int:
    """A descriptor to start `python` with as its standard input. The caller closes it.

    Args:
        program: `coverage`, `driver`, `forkserver`, `inspector` or `worker`
        config: what its `main` takes
    """
    text = json.dumps([_PACKAGE, _PROGRAMS[program], config]).encode().hex()
    with _open_unnamed() as file:
        file.write(_SCRIPT.replace("TEXT", text).encode())
        file.flush()
        file.seek(0)
        return os.dup(file.fileno())


def _open_unnamed() -> IO[bytes]:
    """A file that has room for everything; a pipe would have to be written to meanwhile."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("script"), "wb")
    import tempfile

    return tempfile.TemporaryFile()


def hide() -> None:
    """Called first thing by a program that was started in this way: takes away the traces of its start."""
    # At the end, where this package's directory hides no module of the user.
    sys.path.remove(_PACKAGE)
    sys.path.append(_PACKAGE)
    # A program on standard input has this name, one on the command line has none.
    vars(sys.modules["__main__"]).pop("__file__", None)
    # `/proc/PID/environ` still has it.
    os.environ.pop(RUN_DIRECTORY_VARIABLE, None)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    if null != 0:
        os.close(null)
