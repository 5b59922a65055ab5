"""Sets coverage.py up for a run: the user's own configuration, and where the code to measure is."""

from __future__ import annotations

import glob
import os
import sys
from typing import Any

from ..common.config import Config
from ..errors import CoverageUnavailable
from ..program.load import file_of, locate
from ..program.program import find_sources
from ..program.sources import Sources

OLDEST = (7, 6)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Warnings about the way in which this package uses it.
_EXPECTED = ("already-imported", "module-not-measured", "module-not-imported", "no-data-collected", "no-sysmon")


def children_file(config: Config) -> str:
    """Return how the names of the data files begin that child processes write, if the user wants them measured."""
    return f"{config.run_directory}/children"


def make_coverage(config: Config, data_file: str | None = None) -> Any:
    """Return a `coverage.Coverage` that saves nothing by itself. Its own children use `data_file`.

    Raises CoverageUnavailable, and coverage.py's own errors if the user's configuration of it is wrong.
    """
    coverage = _import(config)
    made = coverage.Coverage(data_file=data_file, branch=True, messages=False)
    made._warn_preimported_source = False
    settings = made.config
    settings.parallel = True
    settings.sigterm = False
    settings.disable_warnings = [*settings.disable_warnings, *_EXPECTED]
    settings.run_omit = [
        *(settings.run_omit or ()),
        f"{_PACKAGE}/*",
        *([f"{config.overlay}/*"] if config.overlay else ()),
    ]
    include = patterns(config)
    if include:
        settings.source, settings.source_pkgs = None, []
        settings.run_include = include
    elif not (settings.source or settings.run_include or settings.source_pkgs):
        settings.source = find_packages(config)
    return made


def _import(config: Config) -> Any:
    if config.debug and sys.version_info < (3, 12):
        raise CoverageUnavailable(
            "before Python 3.12, coverage.py and the debugger cannot be used together, because both need sys.settrace; "
            "turn one of them off: python({ coverage: false }) or python({ debug: false })"
        )
    try:
        import coverage

        version = coverage.version_info[:2]
    except (ImportError, AttributeError):
        raise CoverageUnavailable(
            f"coverage.py is not installed for {sys.executable}; install it: {sys.executable} -m pip install coverage"
        ) from None
    if version < OLDEST:
        raise CoverageUnavailable(
            f"coverage.py {coverage.__version__} is too old; install 7.6 or newer: "
            f"{sys.executable} -m pip install --upgrade coverage"
        )
    return coverage


def patterns(config: Config) -> list[str]:
    """Return the patterns of the option `coverage.include` as absolute paths; a directory stands for all its files."""
    given = (config.coverage or {}).get("include") or ()
    paths = [os.path.normpath(os.path.join(config.root, pattern)) for pattern in given]
    return [f"{path}/**" if os.path.isdir(path) else path for path in paths]


def matching_files(config: Config) -> list[str]:
    """Return the Python files that the patterns match, also those that are never imported."""
    found = {file for pattern in patterns(config) for file in glob.glob(pattern, recursive=True)}
    return sorted(file for file in found if file.endswith(".py"))


def find_packages(config: Config) -> list[str]:
    """Return the directories of the packages of the listed modules, as far as they are the user's own."""
    sources = find_sources(config)
    services = tuple(service.partition(":")[0] for service in config.services)
    names = dict.fromkeys((*config.modules, *services))
    return sorted({_package(file) for file in _files(tuple(names), config.root, sources)})


def _files(modules: tuple[str, ...], root: str, sources: Sources) -> list[str]:
    return [file for entry in locate(modules, root) if sources.has(file := file_of(entry))]


def _package(file: str) -> str:
    directory = os.path.dirname(file)
    while os.path.isfile(os.path.join(os.path.dirname(directory), "__init__.py")):
        directory = os.path.dirname(directory)
    return directory
