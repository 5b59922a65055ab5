"""`signal`: one `signal` line in, one `signalled` line out, for runs that have no reaper any more."""

from __future__ import annotations

import json
import sys

from ..posix.send_signal import answer_signal


def main(_arguments: list[str]) -> None:
    """Exits 0 also where nothing could be sent: the outcomes say so."""
    print(json.dumps(answer_signal(json.loads(sys.stdin.readline()))), flush=True)
