"""The beginning of each program that the runner or the forkserver starts."""

from __future__ import annotations

from typing import Any

from ..posix.bootstrap import hide
from ..posix.prctl import die_with_parent
from .config import Config, read_config
from .control import Control
from .output import write_through


def start_program(given: dict[str, Any]) -> Config:
    """Hide how this process was started, tie its life to its parent's, and return its configuration.

    Args:
        given: the configuration as docs/protocol.md describes it
    """
    hide()
    config = read_config(given)
    die_with_parent(config.parent)
    write_through()
    return config


def connect(role: str, config: Config) -> Control:
    """Connect to the runner. Raises OSError if it isn't listening, SystemExit if it refuses."""
    control = Control(config.control)
    control.hello(role, config)
    control.welcome()
    return control
