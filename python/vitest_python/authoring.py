"""Optional helpers for your modules: `tool` sets how tests call a function, `worker` describes its process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from .posix.protocol import CLUSTER_RUN_VARIABLE, LEASE_VARIABLE, RUN_ID_VARIABLE

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Result = TypeVar("_Result")
_SPEC = "__vitest_tool__"


class Spec(NamedTuple):
    """The arguments of `tool` that apply to each call."""

    timeout: float | None = None
    stream: bool = False


_PLAIN = Spec()
_start_hooks: list[Callable[[], object]] = []
_aliases: dict[str, dict[str, str]] = {}
"""By module: the names given by `tool`, with the functions' own names."""


def tool(
    *, name: str | None = None, timeout: float | None = None, stream: bool = False
) -> Callable[[_Function], _Function]:
    """Set how tests call a function. The function itself doesn't change, so other code can use it as before.

    You don't need this decorator to make a function callable.

    Args:
        name: The name that tests call the function by, after the module's name. The function must be at the top of
            its module, but it may be private. Its own name stays callable if it is public. Default: no other name.
        timeout: Seconds after which a call is interrupted and fails with `vitest_python.TimedOut`, which is a
            `TimeoutError`. For a stream, the time from its start to its end. It doesn't apply if the test sets a
            `timeout` for the call. Default: no limit.
        stream: Whether tests must use `python.stream`, which then accepts any iterable that the function returns,
            such as a list. Default: False, so tests stream generators and iterators, and call everything else.

    Returns:
        A decorator that returns the function itself.

    Raises:
        ValueError: `name` isn't an identifier or starts with an underscore, or `timeout` isn't positive.
        TypeError: `name` is given for a function that isn't at the top of its module.

    Example:
        ::

            from vitest_python import tool

            @tool(name="search", timeout=2.5)
            def _search(query: str) -> list[str]: ...
    """
    if name is not None and (not name.isidentifier() or name.startswith("_")):
        raise ValueError(f"tool(name={name!r}): use a Python identifier that doesn't start with an underscore")
    if timeout is not None and not timeout > 0:
        raise ValueError(f"tool(timeout={timeout!r}): use a number of seconds greater than 0")

    def mark(function: _Function) -> _Function:
        setattr(function, _SPEC, Spec(timeout, stream))
        if name is not None:
            if function.__qualname__ != function.__name__:
                raise TypeError(
                    f"tool(name={name!r}): {function.__qualname__} is not at the top of its module; leave `name` out"
                )
            _aliases.setdefault(function.__module__, {})[name] = function.__name__
        return function

    return mark


def spec_of(function: object) -> Spec:
    """Return the function's `Spec`, with the defaults if it isn't decorated by `tool`."""
    spec = getattr(function, _SPEC, _PLAIN)
    return spec if isinstance(spec, Spec) else _PLAIN


def aliases_of(module: str) -> dict[str, str]:
    """Return the names that `tool` gave to functions of this module, with the functions' own names."""
    return _aliases.get(module, {})


class _Worker:
    """Describes this process if it is a worker. Outside of a run, every attribute is None.

    Example:
        ::

            from vitest_python import worker

            database = f"test_{worker.lease}"
    """

    @property
    def run_id(self) -> str | None:
        """ID of the run that this process belongs to: 7 characters of `[0-9a-z]`. None outside of a run."""
        return os.environ.get(CLUSTER_RUN_VARIABLE) or os.environ.get(RUN_ID_VARIABLE)

    @property
    def lease(self) -> str | None:
        """ID of the lease that this process serves, or served last. By default, each test has a lease of its own.

        None if the process hasn't served a lease yet, which is so while modules are imported, and outside of a run.
        """
        return os.environ.get(LEASE_VARIABLE)

    def on_start(self, function: Callable[[], _Result]) -> Callable[[], _Result]:
        """Call a function once in every worker, on the main thread, before the worker's first call.

        Use this decorator for everything that workers must not share, such as connections, threads and event loops.
        If the function raises an error, the worker doesn't start. Outside of a run, the function isn't called.

        Args:
            function: Takes no arguments. Its result is ignored.

        Returns:
            The function itself.

        Example:
            ::

                from vitest_python import worker

                @worker.on_start
                def connect() -> None:
                    global connection
                    connection = psycopg.connect(DSN)
        """
        _start_hooks.append(function)
        return function


worker = _Worker()
"""This process. Outside of a run, every attribute is None."""


def start_hooks() -> list[Callable[[], object]]:
    """Return the functions of `worker.on_start`, in the order in which they were registered."""
    return list(_start_hooks)


def start_hook_files() -> set[str]:
    """Return the files that define these functions."""
    return {code.co_filename for code in (getattr(hook, "__code__", None) for hook in _start_hooks) if code is not None}
