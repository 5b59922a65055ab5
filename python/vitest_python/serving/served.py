"""Everything that the sockets of a worker serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..execution.executor import Executor
from ..program.program import Program
from ..program.resolve import FunctionResolver
from .usage import Usage

if TYPE_CHECKING:
    from .debugger import Debugger


@dataclass(frozen=True)
class Served:
    """The program of a worker, and the parts that each call of it goes through."""

    token: str
    program: Program
    resolver: FunctionResolver
    executor: Executor
    usage: Usage | None
    """None if the runner doesn't watch files."""
    debugger: Debugger | None
    """None if nothing is to be debugged."""
