"""Runs the inspection on files that a test writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from vitest_python.posix.protocol import PROTOCOL

_PACKAGE = str(Path(__file__).parent.parent)
_SCRIPT = """
import json, sys
package, config = json.loads(bytes.fromhex("{text}"))
sys.path.insert(0, package)
from vitest_python.common.config import read_config
from vitest_python.inspection.inspector import inspect
line = inspect(read_config(config), lambda module: None)
print()
print(json.dumps(line))
"""


def describe(
    directory: Path, *modules: str, m: str | None = None, files: dict[str, str] | None = None
) -> dict[str, Any]:
    """What the program prints for these files. In a process of its own, as the command runs it."""
    for name, text in (files or {"m.py": m or ""}).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    config = {
        "protocol": PROTOCOL,
        "id": "types",
        "runId": "",
        "token": "",
        "runDirectory": "",
        "control": "",
        "parent": 1,
        "root": str(directory),
        "modules": modules or ["./m.py"],
        "startMethod": "spawn",
    }
    text = json.dumps([_PACKAGE, config]).encode().hex()
    run = subprocess.run(
        [sys.executable, "-"],
        input=_SCRIPT.replace("{text}", text),
        capture_output=True,
        text=True,
        cwd=directory,
        timeout=60,
        check=False,
    )
    assert run.stdout.strip(), run.stderr
    line: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return line.get("program", line)  # type: ignore[no-any-return]
