"""The program behind `vitest-python types`: imports the modules, and prints what tests can call as one line of JSON."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from ..common.config import Config, read_config
from ..posix.bootstrap import hide
from ..program.program import ImportFailed, Program, find_entries, find_sources, import_program
from ..program.sources import Sources
from .classes import UNDESCRIBED, describe_class
from .names import callables, definer
from .records import describe_record
from .signatures import describe_function
from .types import Describer


def main(given: dict[str, Any]) -> None:
    """Print the description, or how an import failed, to the standard output that this process was started with."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Anything that the modules print belongs to standard error.
    os.dup2(2, 1)
    hide()
    config = read_config(given)
    if config.overlay:
        sys.path.append(config.overlay)
    try:
        answer: dict[str, Any] = describe_program(config, import_program(config))
    except ImportFailed as failed:
        error = failed.error
        printed = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        answer = {"failed": {"module": failed.module, "type": type(error).__name__, "message": str(error)}}
        answer["failed"]["traceback"] = printed
    with output:
        output.write(f"\n{json.dumps(answer)}\n")


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
