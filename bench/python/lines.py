"""A script as people write it today: reads and writes JSON lines."""

import json
import sys

import numpy  # noqa: F401  # as in what it is compared with

for line in sys.stdin:
    print(json.dumps(json.loads(line)), flush=True)
