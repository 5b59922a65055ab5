"""The program `signal`: reads one `signal` line and writes one `signalled` line. For runs whose reaper is gone."""

from __future__ import annotations

import json
import sys

from ..posix.killing.send_signal import answer_signal


def main(_arguments: list[str]) -> None:
    """Handle one line. Exits 0 even if no signal could be sent, because the outcomes say so."""
    print(json.dumps(answer_signal(json.loads(sys.stdin.readline()))), flush=True)
