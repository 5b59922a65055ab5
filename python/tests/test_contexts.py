"""Which lease has run which lines and functions."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

from vitest_python.posix.protocol import LEASE_VARIABLE

from .measured import (
    COVERAGE,
    PRICES,
    finish,
    report,
)
from .running import Runner


def contexts(runner: Runner) -> Any:
    """Return the lines and functions by lease, after `report`."""
    return json.loads((runner.directory / "contexts.json").read_text())


def test_tells_what_each_lease_has_run(runner: Runner) -> None:
    # In place of a test process, of which each lease would be a session.
    begin = f"import os\n\ndef begin(lease):\n    os.environ[{LEASE_VARIABLE!r}] = lease\n"
    forkserver = runner.start(runner.write("prices.py", PRICES), runner.write("leases.py", begin), coverage=COVERAGE)
    forkserver.until("ready")
    one, other = runner.worker(forkserver), runner.worker(forkserver, "w2")
    one.call("leases.begin", "l1")
    one.call("prices.total", [1])
    one.control.say(op="flush")
    one.control.until("flushed")
    one.call("leases.begin", "l2")
    one.call("prices.total", [], True)
    finish(one)
    other.call("leases.begin", "l3")
    other.call("prices.threaded", 3)
    os.kill(other.pid, signal.SIGKILL)
    report(runner)
    found = contexts(runner)
    assert found["ended"] == ["l1", "l2"]
    file = found["files"][str(runner.root / "prices.py")]
    functions = ["Basket.__init__", "Basket.total", "total"]
    assert file["leases"]["l1"] == {"lines": [8, 11, 12, 13, 15, 16, 18, 22], "functions": functions}
    assert 17 in file["leases"]["l2"]["lines"] and 13 not in file["leases"]["l2"]["lines"]
    assert "l3" not in file["leases"]
    assert file["leases"][""]["functions"] == []
    assert file["outdated"] == []
