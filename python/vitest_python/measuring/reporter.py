"""The program that turns the records of a run into coverage.py's JSON report."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NoReturn

from ..common.config import Config, read_config
from ..common.control import Control
from ..common.exit import exit_in_order
from ..common.output import write_through
from ..posix.bootstrap import hide
from ..posix.prctl import die_with_parent
from .collector import Arc, record_file
from .settings import children_file, make_coverage, matching_files


def main(given: dict[str, Any]) -> NoReturn:
    """Write the report, with the configuration that docs/protocol.md describes, and send `ready` or `failed`."""
    hide()
    config = read_config(given)
    die_with_parent(config.parent)
    write_through()
    sys.dont_write_bytecode = True
    control = Control(config.control)
    control.hello("coverage", config)
    control.welcome()
    try:
        report(config, f"{config.run_directory}/coverage.json")
        control.send({"event": "ready"})
    except Exception as error:
        failure = {"type": type(error).__name__, "message": str(error), "traceback": "", "module": None}
        control.send({"event": "failed", "failure": failure})
    exit_in_order()


def report(config: Config, file: str) -> None:
    """Write coverage.py's JSON report of everything that the processes of the run have recorded.

    Raises coverage.py's own errors.
    """
    from coverage.exceptions import NoDataError

    coverage = make_coverage(config)
    coverage.config.patch = []
    coverage.config.concurrency = ["thread"]
    # Afterwards, it knows the files that were never imported.
    coverage.start()
    coverage.stop()
    data = coverage.get_data()
    coverage.combine(glob.glob(f"{children_file(config)}.*"), keep=True)
    arcs, tracers = _merge(config)
    data.add_arcs(arcs)
    data.add_file_tracers(tracers)
    data.touch_files(matching_files(config))
    try:
        coverage.json_report(outfile=file, ignore_errors=True, pretty_print=False, show_contexts=False)
    except NoDataError:
        with open(file, "w") as empty:
            json.dump({"files": {}}, empty)


def _merge(config: Config) -> tuple[dict[str, set[Arc]], dict[str, str]]:
    arcs: defaultdict[str, set[Arc]] = defaultdict(set)
    tracers: dict[str, str] = {}
    for record in _records(record_file(config.run_directory)):
        tracers |= record.get("tracers", {})
        for file, lines in record["arcs"].items():
            if not (config.watch and _changed_since(file, record["since"])):
                arcs[file].update(zip(lines[::2], lines[1::2], strict=True))
    return arcs, {file: tracer for file, tracer in tracers.items() if file in arcs}


def _records(file: str) -> Iterator[dict[str, Any]]:
    if not os.path.exists(file):
        return
    with open(file) as lines:
        for line in lines:
            try:
                if line != "\n":
                    yield json.loads(line)
            except ValueError:
                pass  # its process was killed while it wrote


def _changed_since(file: str, since: float) -> bool:
    """Whether the line numbers of the record are those of an older version."""
    try:
        return os.stat(file).st_mtime > since
    except OSError:
        return True
