"""Programs that step away from the process that starts them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vitest_python.cluster.node import step_away as step_away_module
from vitest_python.cluster.node.step_away import step_away

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Ray's nodes are Linux machines")

PACKAGE = str(Path(__file__).parent.parent)

ADOPTER = """
import sys
sys.path.insert(0, sys.argv[1])
import os
from vitest_python.cluster.node.step_away import find_adopter
print(find_adopter(), os.getppid())
"""
# Adopts what its descendants leave, as Ray can.
ADOPTING = """
import ctypes, subprocess, sys
if sys.argv[3] == "yes":
    ctypes.CDLL(None).prctl(36, 1)
print(subprocess.run([sys.executable, "-c", *sys.argv[1:3]], capture_output=True, text=True, check=True).stdout)
"""


@pytest.mark.parametrize("adopts", ["yes", "no"])
def test_an_adopting_parent_is_found(adopts: str) -> None:
    argv = [sys.executable, "-c", ADOPTING, ADOPTER, PACKAGE, adopts]
    found, parent = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    assert (found == parent) is (adopts == "yes")


def test_a_program_that_is_not_started_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_away_module, "_STEP_AWAY", "import time; time.sleep(60)")
    monkeypatch.setattr(step_away_module, "_SECONDS", 0.2)
    with pytest.raises(TimeoutError, match=r"starts sleep has not done so within 0\.2 s"):
        step_away(["sleep"], {})
