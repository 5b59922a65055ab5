"""The program behind `vitest-python types`: imports the modules, and lists the functions that tests can call."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

from ..common.config import Config
from ..common.exit import exit_in_order
from ..common.start import connect, start_program
from ..posix.lines import JsonLine
from ..program.program import ImportFailed, Program, find_entries, find_sources, import_program
from ..program.sources import Sources
from .classes import UNDESCRIBED, describe_class
from .names import callables, definer
from .records import describe_record
from .signatures import describe_function
from .types import Describer


def main(given: dict[str, Any]) -> NoReturn:
    """Send the description, or how an import failed, with the configuration that docs/protocol.md describes."""
    config = start_program(given)
    sys.dont_write_bytecode = True
    control = connect("inspector", config)
    control.send(inspect(config, lambda module: control.send({"event": "importing", "module": module})))
    exit_in_order()


def inspect(config: Config, before: Callable[[str], None]) -> JsonLine:
    """Import the modules, and return the line that describes them or says how an import failed.

    Args:
        before: called with the name of each module before it is imported
    """
    if config.overlay:
        sys.path.append(config.overlay)
    # It needs a package of the overlay.
    from ..failures.failure import describe_start

    try:
        return {"event": "ready", "program": describe_program(config, import_program(config, before))}
    except ImportFailed as failed:
        return {"event": "failed", "failure": describe_start(failed.error, failed.module)}


def describe_program(config: Config, program: Program) -> dict[str, Any]:
    """Return the functions, and the classes that their types name."""
    describer = Describer()
    names = [entry.name for entry in find_entries(config)]
    sources = find_sources(config)
    functions = {
        name: describe_function(describer, found, owner) if _is_own(sources, owner, name) else UNDESCRIBED
        for name, found, owner in callables(program.resolver, names)
    }
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "modules": sorted(names),
        "functions": functions,
        "classes": _classes(describer, sources),
    }


def _is_own(sources: Sources, owner: type | None, name: str) -> bool:
    """Whether a function is none of a class, or a method that a class of the program itself defines."""
    if owner is None:
        return True
    base = definer(owner, name.rpartition(".")[2])
    return bool(sources.file_of(sys.modules.get(base.__module__)))


def _classes(describer: Describer, sources: Sources) -> dict[str, Any]:
    classes: dict[str, Any] = {}
    # Describing one class may name more.
    while waiting := [name for name in describer.named if name not in classes]:
        for name in waiting:
            what, kind, arguments = describer.named[name]
            if what == "record":
                classes[name] = describe_record(describer, kind, arguments)
            else:
                classes[name] = describe_class(describer, kind, sources)
    return classes
