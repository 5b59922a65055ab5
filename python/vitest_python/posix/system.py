"""The only place that checks the platform."""

from __future__ import annotations

import sys

DARWIN: bool = sys.platform == "darwin"
"""Whether this is macOS, which has no /proc, pidfd, PDEATHSIG, subreaper or control groups; see `posix.darwin`."""
