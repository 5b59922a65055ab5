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
