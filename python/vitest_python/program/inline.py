"""Runs Python code that is written in the test itself: `python.eval` and `python.exec`."""

from __future__ import annotations

import ast
import inspect
import itertools
import linecache
import sys
import textwrap
from collections.abc import Mapping
from types import ModuleType
from typing import Any

# Tracebacks can show the lines of this many sources.
_MAX_SOURCES = 100


class Inline:
    """The namespace of one session. `eval` sees what `exec` defines, and both see the listed modules by name.

    Of a module with a dotted name they see the top package: `app` for `app.tools`, as after `import app.tools`.
    """

    def __init__(self, modules: Mapping[str, ModuleType]) -> None:
        tops = {name.partition(".")[0] for name in modules}
        packages = {name: sys.modules[name] for name in tops if name in sys.modules}
        plain = {name: module for name, module in modules.items() if name.isidentifier()}
        self._namespace: dict[str, Any] = {"__name__": "__vitest__", **packages, **plain}

    def run(self, source: str, values: Mapping[str, object], mode: str) -> Any:
        """Return the value of an expression (`eval`) or None (`exec`), or an awaitable of it if the source awaits.

        Raises SyntaxError and any error of the source.
        """
        text = textwrap.dedent(source).strip("\n")
        text = text.strip() if mode == "eval" else text
        code = compile(text, _remember(text, mode), mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        # Into the globals, because nested scopes don't see the locals of evaluated code.
        self._namespace.update(values)
        result = eval(code, self._namespace)
        return result if mode == "eval" or code.co_flags & inspect.CO_COROUTINE else None


_numbers = itertools.count(1)


def _remember(source: str, mode: str) -> str:
    number = next(_numbers)
    name = f"<python.{mode} {number}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    for kind in ("eval", "exec"):
        linecache.cache.pop(f"<python.{kind} {number - _MAX_SOURCES}>", None)
    return name
