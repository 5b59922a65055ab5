"""What a module that tests call may say of itself, and ask of its worker. None of it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from .posix.protocol import LEASE_VARIABLE, RUN_ID_VARIABLE

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Result = TypeVar("_Result")
_SPEC = "__vitest_tool__"


class Spec(NamedTuple):
    """What `tool` was told."""

    timeout: float | None = None
    stream: bool = False


_PLAIN = Spec()
_start_hooks: list[Callable[[], object]] = []
_aliases: dict[str, dict[str, str]] = {}
"""For each module, the name that was given and the function's own."""


def tool(
    *, name: str | None = None, timeout: float | None = None, stream: bool = False
) -> Callable[[_Function], _Function]:
    """Says how tests call a function; the function itself stays as it is, also outside of a run.

    Args:
        name: what tests call it by, after the module's name; of a function at the top of its module, which may be
            private. Default: its own name. It does not lose that.
        timeout: seconds after which a call is interrupted and fails with `vitest_python.TimedOut`, a `TimeoutError`,
            unless the caller sets a `timeout`. Of a stream: from its start to its end. Default: none.
        stream: whether it is for `python.stream` only, which then takes whatever the function returns that can be
            iterated over, a list too. Default: a generator or an iterator is streamed, everything else is called.

    Raises:
        ValueError: `name` is no public name, or `timeout` no positive number.
        TypeError: `name` for a function that is not at the top of its module.
    """
    if name is not None and (not name.isidentifier() or name.startswith("_")):
        raise ValueError(f"tool(name={name!r}): write a name of Python without an underscore in front")
    if timeout is not None and not timeout > 0:
        raise ValueError(f"tool(timeout={timeout!r}): write a number of seconds, more than 0")

    def mark(function: _Function) -> _Function:
        setattr(function, _SPEC, Spec(timeout, stream))
        if name is not None:
            if function.__qualname__ != function.__name__:
                raise TypeError(f"tool(name={name!r}): {function.__qualname__} is not at the top of its module")
            _aliases.setdefault(function.__module__, {})[name] = function.__name__
        return function

    return mark


def spec_of(function: object) -> Spec:
    """What `tool` was told of this function; of a function without it, the defaults."""
    spec = getattr(function, _SPEC, _PLAIN)
    return spec if isinstance(spec, Spec) else _PLAIN


def aliases_of(module: str) -> dict[str, str]:
    """The names that `tool` gave to functions of this module, and the functions' own."""
    return _aliases.get(module, {})


class _Worker:
    """What a worker knows of itself."""

    @property
    def run_id(self) -> str | None:
        """ID of the run that this process belongs to; None outside of a run."""
        return os.environ.get(RUN_ID_VARIABLE)

    @property
    def lease(self) -> str | None:
        """ID of the lease that this process serves, or served last; by default a lease is one test.

        None before the first: while modules are imported, and outside of a run.
        """
        return os.environ.get(LEASE_VARIABLE)

    def on_start(self, function: Callable[[], _Result]) -> Callable[[], _Result]:
        """Has a function called once in every worker, before its first call, on the main thread; a decorator.

        It is the place for what workers must not share: connections, threads, event loops. What the function raises
        keeps the worker from starting. Outside of a run it is not called.

        Example:
            >>> @worker.on_start
            ... def connect() -> None:
            ...     global connection
            ...     connection = psycopg.connect(DSN)
        """
        _start_hooks.append(function)
        return function


worker = _Worker()
"""This process, as far as it is a worker; anywhere else everything of it is None."""


def start_hooks() -> list[Callable[[], object]]:
    """The functions of `worker.on_start`, in the order in which they were given."""
    return list(_start_hooks)


def start_hook_files() -> set[str]:
    """The files that these functions are written in."""
    return {code.co_filename for code in (getattr(hook, "__code__", None) for hook in _start_hooks) if code is not None}
