"""Protocol number and environment variables of a run; see docs/protocol.md."""

PROTOCOL = 1
"""Number of the lines in docs/protocol.md and of the messages in proto/; both sides must have the same."""

RUN_ID_VARIABLE = "VITEST_PYTHON_RUN_ID"
LEASE_VARIABLE = "VITEST_PYTHON_LEASE"
