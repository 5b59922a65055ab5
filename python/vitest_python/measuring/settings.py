"""Sets coverage.py up: the user's own configuration of it, and where the code to measure is."""

from __future__ import annotations

import glob
import os
import sys
from typing import Any

import vitest_python

from ..common.config import Config
from ..errors import CoverageUnavailable
from ..program.load import file_of, locate
from ..program.program import find_sources

RECORDS = "measured.jsonl"
"""The file in the run directory that all processes of a run add their records to."""
CHILDREN = "children"
"""How the data files begin that child processes write there, if the user wants them measured."""
_OLDEST = (7, 6)
# The directory of this package, and the archive with some of its rooms.
_OURS = [os.path.dirname(os.path.abspath(path)) for path in vitest_python.__path__]
# Warnings about the way in which this package uses it.
_EXPECTED = ("already-imported", "module-not-measured", "module-not-imported", "no-data-collected", "no-sysmon")


def make_coverage(config: Config, data_file: str | None = None) -> Any:
    """Return a `coverage.Coverage` that saves nothing by itself. Child processes use `data_file`.

    Raises CoverageUnavailable, and coverage.py's own errors about the user's configuration.
    """
    made = _import(config).Coverage(data_file=data_file, messages=False)
    made._warn_preimported_source = False
    settings = made.config
    settings.branch = settings.branch or not _refuses_branches(settings)
    settings.parallel, settings.sigterm = True, False
    settings.disable_warnings = [*settings.disable_warnings, *_EXPECTED]
    ours = [f"{path}/*" for path in (*_OURS, config.overlay) if path]
    settings.run_omit = [*(settings.run_omit or ()), *ours]
    if include := patterns(config):
        settings.source, settings.source_pkgs, settings.run_include = None, [], include
    elif not (settings.source or settings.run_include or settings.source_pkgs):
        settings.source = find_packages(config)
    return made


def _refuses_branches(settings: Any) -> bool:
    """Whether the user's configuration has `branch = false`, and not merely no `branch`."""
    file = settings.config_file
    if not file:
        return False
    read = type(settings)()
    read.branch = True
    # Other tools' files hold coverage.py's settings in sections with a prefix.
    is_shared = os.path.basename(file) in ("setup.cfg", "tox.ini", "pyproject.toml")
    read.from_file(file, lambda _warning: None, our_file=not is_shared)
    return not read.branch


def _import(config: Config) -> Any:
    pip = f"{sys.executable} -m pip install --upgrade coverage"
    if config.debug and sys.version_info < (3, 12):
        raise CoverageUnavailable(
            "before Python 3.12, coverage.py and the debugger both need sys.settrace; "
            "turn one of them off: python({ coverage: false }) or python({ debug: false })"
        )
    try:
        import coverage

        version = coverage.version_info[:2]
    except (ImportError, AttributeError):
        raise CoverageUnavailable(f"coverage.py is not installed for {sys.executable}; install it: {pip}") from None
    if version < _OLDEST:
        raise CoverageUnavailable(f"coverage.py {coverage.__version__} is too old; 7.6 or newer is needed: {pip}")
    return coverage


def patterns(config: Config) -> list[str]:
    """Return the option `coverage.include` as absolute patterns; a directory stands for everything below it."""
    given = (config.coverage or {}).get("include") or ()
    paths = [os.path.normpath(os.path.join(config.root, pattern)) for pattern in given]
    return [f"{path}/**" if os.path.isdir(path) else path for path in paths]


def matching_files(config: Config) -> list[str]:
    """Return the Python files that the patterns match, even if nothing imports them."""
    found = {file for pattern in patterns(config) for file in glob.glob(pattern, recursive=True)}
    return sorted(file for file in found if file.endswith(".py"))


def find_packages(config: Config) -> list[str]:
    """Return the directories of the packages of the listed modules, except those of libraries."""
    sources = find_sources(config)
    names = dict.fromkeys((*config.modules, *(service.partition(":")[0] for service in config.services)))
    files = map(file_of, locate(tuple(names), config.root))
    return sorted({_package(file) for file in files if sources.has(file)})


def _package(file: str) -> str:
    directory = os.path.dirname(file)
    while os.path.isfile(os.path.join(os.path.dirname(directory), "__init__.py")):
        directory = os.path.dirname(directory)
    return directory
