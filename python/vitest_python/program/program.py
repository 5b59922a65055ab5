"""Imports the user's modules and finds their functions and servicers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..authoring import start_hooks
from ..common.config import Config
from ..common.forked import end_if_forked
from ..errors import ModuleProblem, NotCallable, NotExported, PrivateName, ThreadsPatched, UnknownName
from .load import Entry, extend_path, load, locate
from .patched_threads import explain_patched_threads, threads_patched_by
from .resolve import FunctionResolver
from .sources import Imports, Sources


class ImportFailed(Exception):
    """Importing the user's module `module` raised `error`, or an entry of `modules` or `services` is unusable."""

    def __init__(self, module: str, error: BaseException) -> None:
        super().__init__(module)
        self.module = module
        self.error = error


@dataclass
class Program:
    """The functions and servicers of a worker."""

    resolver: FunctionResolver = field(default_factory=FunctionResolver)
    registers: list[tuple[str, Callable[[Any], Any]]] = field(default_factory=list)
    """The entries of `services`, with the functions that they name."""
    imports: Imports | None = None
    """Which files import which; None if `watch` is off."""


def find_entries(config: Config) -> list[Entry]:
    """Return the entries of `modules` without importing them. Raises ImportFailed if one can't be used."""
    try:
        return locate(config.modules, config.root)
    except ModuleProblem as error:
        raise ImportFailed("", error) from None


def find_sources(config: Config) -> Sources:
    """Return the user's files: those below the root and those beside a listed module."""
    entries = [os.path.abspath(os.path.join(config.root, entry)) for entry in config.modules if entry.endswith(".py")]
    files = map(os.path.dirname, entries)
    return Sources([config.root, *files], config.overlay)


def import_program(
    config: Config,
    before: Callable[[str], None] = lambda _module: None,
    after: Callable[[str], None] = lambda _module: None,
) -> Program:
    """Import all modules and services of the config, calling `before` and `after` with the name of each module.

    Raises ImportFailed, even if a module calls `sys.exit`.
    """
    entries = find_entries(config)
    services = [_find_service(service, config.root) for service in config.services]
    extend_path([*entries, *(entry for _, entry, _ in services)], config.root)
    program = Program()
    if config.watch:
        program.imports = Imports(find_sources(config))
        program.imports.listen()
    for entry in entries:
        program.resolver.add(_import(entry, before, after), *{entry.name, entry.module})
    for service, entry, attribute in services:
        module = sys.modules.get(entry.module) or _import(entry, before, after)
        program.registers.append((service, _find_register(service, module, attribute)))
    if config.reset is not None:
        _check_reset(config.reset, program.resolver)
    return program


def _import(entry: Entry, before: Callable[[str], None], after: Callable[[str], None]) -> Any:
    before(entry.name)
    try:
        module = load(entry)
    except BaseException as error:
        end_if_forked(error)
        raise ImportFailed(entry.name, error) from None
    end_if_forked()
    if threads_patched_by():
        raise ImportFailed(entry.name, ThreadsPatched(explain_patched_threads(entry.name)))
    after(entry.name)
    return module


def call_start_hooks() -> None:
    """Calls the functions of `worker.on_start`. Raises ImportFailed if one of them raises."""
    for hook in start_hooks():
        try:
            hook()
        except BaseException as error:
            end_if_forked(error)
            raise ImportFailed("", error) from None
        end_if_forked()


def _find_service(service: str, root: str) -> tuple[str, Entry, str]:
    module, colon, attribute = service.rpartition(":")
    try:
        if not colon or not module or not attribute:
            raise ModuleProblem(f"services: {service!r} is not of the form module:function")
        return service, locate((module,), root)[0], attribute
    except ModuleProblem as error:
        raise ImportFailed(module, error) from None


def _check_reset(name: str, resolver: FunctionResolver) -> None:
    try:
        resolver.resolve(name)
    except (UnknownName, PrivateName, NotExported, NotCallable) as error:
        raise ImportFailed("", ModuleProblem(f"reset: {error}")) from None


def _find_register(service: str, module: Any, attribute: str) -> Callable[[Any], Any]:
    found = module
    try:
        for part in attribute.split("."):
            found = getattr(found, part)
    except AttributeError:
        error = ModuleProblem(f"services: {service!r} doesn't exist: {module.__name__} has no {attribute!r}")
        raise ImportFailed(module.__name__, error) from None
    if not callable(found):
        error = ModuleProblem(f"services: {service!r} is not a function but {type(found).__qualname__}")
        raise ImportFailed(module.__name__, error)
    return found  # type: ignore[no-any-return]
