"""Calls a function, and explains a TypeError if the arguments don't match the signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from . import interrupt


def invoke(
    function: Callable[..., Any],
    name: str,
    arguments: list[Any],
    keywords: dict[str, Any],
    call: interrupt.Interruptible,
) -> Any:
    """Call the function and return its result. Raises its errors, and TypeError if the arguments are wrong."""
    previous = interrupt.enter(call)
    try:
        return function(*arguments, **keywords)
    except TypeError as error:
        # If there is no frame below this one, the function was never entered.
        if error.__traceback__ is None or error.__traceback__.tb_next is not None:
            raise
        explained = _explain(function, name, arguments, keywords)
        if explained is None:
            raise
    finally:
        interrupt.leave(previous)
    raise TypeError(explained)


def _explain(function: Callable[..., Any], name: str, arguments: list[Any], keywords: dict[str, Any]) -> str | None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*arguments, **keywords)
    except TypeError as error:
        return f"{error}; the signature is {name}{signature}"
    return None
