"""Environment variables that a process of a run carries; see docs/handshake.md."""

RUN_ID_VARIABLE = "VITEST_PYTHON_RUN_ID"
LEASE_VARIABLE = "VITEST_PYTHON_LEASE"
