"""The program that turns the records of a run into coverage.py's JSON report."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NoReturn

from ..common.config import Config
from ..common.exit import exit_in_order
from ..common.start import connect, start_program
from ..measuring.settings import CHILDREN, RECORDS, make_coverage, matching_files
from .contexts import Contexts


def main(given: dict[str, Any]) -> NoReturn:
    """Write the report, with the configuration that docs/protocol.md describes, and send `ready` or `failed`."""
    config = start_program(given)
    sys.dont_write_bytecode = True
    control = connect("coverage", config)
    try:
        report(config, f"{config.run_directory}/coverage.json")
        control.send({"event": "ready"})
    except Exception as error:
        failure = {"type": type(error).__name__, "message": str(error), "traceback": "", "module": None}
        control.send({"event": "failed", "failure": failure})
    exit_in_order()


def report(config: Config, file: str) -> None:
    """Write the report of everything that the processes of the run have recorded. Raises coverage.py's own errors."""
    from coverage.exceptions import NoDataError

    coverage = make_coverage(config)
    coverage.config.patch, coverage.config.concurrency = [], ["thread"]
    # Afterwards, it knows the files that were never imported.
    coverage.start()
    coverage.stop()
    data = coverage.get_data()
    coverage.combine(glob.glob(f"{config.run_directory}/{CHILDREN}.*"), keep=True)
    children = {path: set(data.lines(path) or ()) for path in data.measured_files()}
    contexts = _add_records(config, data, coverage.config.branch)
    for path, found in children.items():
        contexts.add("", path, found)
    with open(f"{config.run_directory}/contexts.json", "w") as output:
        json.dump(contexts.describe(), output, separators=(",", ":"))
    data.touch_files(matching_files(config))
    try:
        coverage.json_report(outfile=file, ignore_errors=True, pretty_print=False, show_contexts=False)
    except NoDataError:
        with open(file, "w") as empty:
            json.dump({"files": {}}, empty)


def _add_records(config: Config, data: Any, has_branches: bool) -> Contexts:
    reruns = (config.coverage or {}).get("reruns")
    contexts = Contexts()
    ran: defaultdict[str, set[Any]] = defaultdict(set)
    tracers: dict[str, str] = {}
    for record in _records(f"{config.run_directory}/{RECORDS}"):
        tracers |= record["tracers"]
        if record["end"]:
            contexts.end(record["lease"])
        for file, numbers in record.get("arcs" if has_branches else "lines", {}).items():
            is_outdated = _changed_since(file, record["since"])
            if is_outdated:
                contexts.add_outdated(record["lease"], file)
            else:
                contexts.add(record["lease"], file, numbers)
            if not (is_outdated and reruns):
                ran[file].update(zip(numbers[::2], numbers[1::2], strict=True) if has_branches else numbers)
    # coverage.py refuses to mix both, even if one is empty.
    if has_branches:
        data.add_arcs(ran)
    else:
        data.add_lines(ran)
    data.add_file_tracers({file: tracer for file, tracer in tracers.items() if file in ran})
    return contexts


def _records(path: str) -> Iterator[dict[str, Any]]:
    with open(path) as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                continue  # an empty line, or its process was killed while it wrote


def _changed_since(file: str, since: float) -> bool:
    """Whether the lines of a record are those of an older version."""
    return not os.path.exists(file) or os.stat(file).st_mtime > since
