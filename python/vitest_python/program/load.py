"""Imports the user's modules: files of the project, or dotted names."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ..errors import ModuleProblem


@dataclass(frozen=True)
class Entry:
    """One entry of `modules`, found but not imported."""

    entry: str
    """As the user wrote it."""
    name: str
    """What its functions are called by: `embeddings.embed`."""
    module: str
    """Its real dotted name; the same as `name` but for a file inside a package."""
    file: str | None
    """Absolute path; None for a dotted name."""
    path: str
    """The directory that must be on `sys.path`."""


def locate(entries: tuple[str, ...], root: str) -> list[Entry]:
    """Find every entry without importing any.

    Raises ModuleProblem if a file doesn't exist, can't be imported under its name or hides a module of the standard
    library, or if two entries have the same name.
    """
    located: dict[str, Entry] = {}
    for text in entries:
        entry = _locate_file(text, root) if text.endswith(".py") else Entry(text, text, text, None, root)
        other = located.setdefault(entry.name, entry)
        if other is not entry:
            raise ModuleProblem(
                f"two modules would be called {entry.name!r}: {other.entry} and {entry.entry}; "
                "rename one, or list it by its dotted name"
            )
    return list(located.values())


def _locate_file(entry: str, root: str) -> Entry:
    # Not resolved: a link into a package is a module beside the link, as for Python itself.
    file = Path(os.path.abspath(os.path.join(root, entry)))
    if not file.is_file():
        raise ModuleProblem(f"{entry} does not exist: there is no file {file}")
    is_package = file.name == "__init__.py"
    parts = [file.parent.name if is_package else file.stem]
    directory = file.parent.parent if is_package else file.parent
    while (directory / "__init__.py").is_file():
        parts.insert(0, directory.name)
        directory = directory.parent
    name = parts[-1]
    if "." in name:
        raise ModuleProblem(f"{entry} cannot be imported: a dot in a module's name means a package; rename the file")
    if len(parts) == 1 and name in sys.stdlib_module_names:
        raise ModuleProblem(f"{entry} hides the module {name!r} of Python's standard library; rename the file")
    return Entry(entry, name, ".".join(parts), str(file), str(directory))


def extend_path(entries: list[Entry], root: str) -> None:
    """Put the entries' directories, in their order, and then the root at the front of `sys.path`."""
    wanted = list(dict.fromkeys([entry.path for entry in entries if entry.file] + [root]))
    sys.path[:0] = [path for path in wanted if path not in sys.path]


def load(entry: Entry) -> ModuleType:
    """Import the entry. Raises any error of its code, and ModuleProblem if another module has its name."""
    if entry.file is None:
        return importlib.import_module(entry.module)
    loaded = sys.modules.get(entry.module)
    if loaded is None:
        loaded = importlib.import_module(entry.module) if "." in entry.module else _load_file(entry, entry.file)
    found = getattr(loaded, "__file__", None)
    if found is None or not Path(found).exists() or not Path(found).samefile(entry.file):
        raise ModuleProblem(
            f"{entry.entry} has the name of another module, {entry.module!r} ({found or 'built in'}), "
            "which is imported already; rename the file"
        )
    return loaded


def _load_file(entry: Entry, file: str) -> ModuleType:
    # By its path, not by a search: the directory of another entry may hold a file of the same name.
    spec = importlib.util.spec_from_file_location(
        entry.module,
        file,
        submodule_search_locations=[str(Path(file).parent)] if Path(file).name == "__init__.py" else None,
    )
    if spec is None or spec.loader is None:
        raise ModuleProblem(f"{entry.entry} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[entry.module] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(entry.module, None)
        raise
    return sys.modules[entry.module]


def file_of(entry: Entry) -> str:
    """Return the entry's file without importing anything; empty if it has no file or can't be found."""
    if entry.file:
        return entry.file
    loaded = sys.modules.get(entry.module)
    if loaded is not None:
        return getattr(loaded, "__file__", None) or ""
    search = [entry.path, *sys.path]
    name, spec = "", None
    for part in entry.module.split("."):
        name = f"{name}.{part}" if name else part
        spec = importlib.machinery.PathFinder.find_spec(name, search)
        if spec is None:
            return ""
        search = list(spec.submodule_search_locations or [])
    return spec.origin or "" if spec and spec.has_location else ""
