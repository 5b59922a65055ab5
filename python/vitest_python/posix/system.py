"""The one place that asks for the platform."""

from __future__ import annotations

import sys

DARWIN: bool = sys.platform == "darwin"
"""macOS: no /proc, pidfd, PDEATHSIG, subreaper or control group; `vitest_python.darwin` has what there is instead."""
