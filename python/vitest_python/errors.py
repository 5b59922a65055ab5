"""What a caller may be told that is not an exception of the user's own code."""

from __future__ import annotations


class _Refusal(Exception):
    def __init_subclass__(cls) -> None:
        # The caller reads the name in a test's output: our files' layout means nothing there.
        cls.__module__ = "vitest_python"


class UnknownName(_Refusal):
    """No such module, function or class."""


class PrivateName(_Refusal):
    """A name with a leading underscore."""


class NotExported(_Refusal):
    """Something that the module only imported."""


class NotCallable(_Refusal):
    """A name that stands for no function or class."""


class ModuleProblem(_Refusal):
    """An entry of `modules` or `services` that cannot be used as it is."""


class WrongMethod(_Refusal):
    """A generator was called, or something else streamed."""


class BadArguments(_Refusal):
    """Arguments that are not MessagePack, or neither an array nor a map."""


class Cancelled(_Refusal):
    """The caller gave up before the function was called."""


class UnknownReference(_Refusal):
    """A reference that was released, or that never was."""


class SessionEnded(_Refusal):
    """Python wanted something of a test that is over."""


class TimedOut(TimeoutError):
    """A call took longer than its function allows: `tool(timeout=…)`."""

    __module__ = "vitest_python"


class JavaScriptError(Exception):
    """What a function of the test threw, or the promise that it returned was rejected with.

    `name` is the error's (`TypeError`), `stack` its JavaScript stack.
    """

    __module__ = "vitest_python"

    def __init__(self, name: str, message: str, stack: str, callback: int) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.name = name
        self.stack = stack
        self.callback = callback
