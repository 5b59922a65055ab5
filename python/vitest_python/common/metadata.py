"""The keys of the gRPC metadata between tests and workers; see docs/protocol.md."""

PROTOCOL_KEY = "x-vitest-python-protocol"
TOKEN_KEY = "x-vitest-python-token"
LEASE_KEY = "x-vitest-python-lease"
PID_KEY = "x-vitest-python-pid"
MEMORY_KEY = "x-vitest-python-memory"
# In the trailing metadata of a user's servicer that raised: a PythonFailure.
FAILURE_KEY = "x-vitest-python-failure-bin"
