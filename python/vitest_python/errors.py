"""Exceptions that tests can get although the user's own code didn't raise them.

In a test, each is a `PythonError` whose `pythonType` is `vitest_python.` and the name of the class. Example::

    await expect(python.call('models.embedd', [])).rejects.toThrowPython('vitest_python.UnknownName')
"""

from __future__ import annotations


class _BridgeError(Exception):
    def __init_subclass__(cls) -> None:
        # Test output shows the full name, and the layout of our files would mean nothing there.
        cls.__module__ = "vitest_python"


class UnknownName(_BridgeError):
    """There is no such module, function or class."""


class PrivateName(_BridgeError):
    """The name starts with an underscore."""


class NotExported(_BridgeError):
    """The module only imports this name. Add the name to the module's `__all__` to export it."""


class NotCallable(_BridgeError):
    """The name refers to something that isn't callable."""


class ModuleProblem(_BridgeError):
    """An entry of `modules` or `services`, or the option `reset`, can't be used."""


class WrongMethod(_BridgeError):
    """A test used `python.call` for a stream, or `python.stream` for something else."""


class BadArguments(_BridgeError):
    """The arguments can't be decoded, or this call can't carry them."""


class Cancelled(_BridgeError):
    """The test cancelled the call before its function was called."""


class UnknownReference(_BridgeError):
    """A reference that has been released or never existed."""


class SessionEnded(_BridgeError):
    """Python used a function or an iterable of a test that has ended."""


class TimedOut(TimeoutError):
    """A call took longer than its function's `tool(timeout=…)` allows."""

    __module__ = "vitest_python"


class JavaScriptError(Exception):
    """A function of the test threw an error, or its promise was rejected.

    Attributes:
        name: The JavaScript error's name, such as `TypeError`.
        stack: Its JavaScript stack.
        callback: Number of the callback, by which the test finds the original error.

    Example:
        ::

            from vitest_python import JavaScriptError

            def train(on_epoch):
                try:
                    on_epoch(1)
                except JavaScriptError as error:
                    print(error.name, error.stack)
    """

    __module__ = "vitest_python"

    def __init__(self, name: str, message: str, stack: str, callback: int) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.name = name
        self.stack = stack
        self.callback = callback


class CoverageUnavailable(_BridgeError):
    """coverage.py can't be used here."""


class ThreadsPatched(ImportError):
    """A module has replaced Python's threads, as gevent does; a worker needs real ones."""

    __module__ = "vitest_python"
