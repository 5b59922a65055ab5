"""The protocol number and the environment variables of a run; see docs/protocol.md."""

PROTOCOL = 1
"""Version of the lines in docs/protocol.md and of the messages in proto/. Both sides must have the same one."""


def protocol_mismatch(peer: str, version: object, here: str) -> str:
    """Return the message for a peer that uses another version."""
    return (
        f"{peer} speaks protocol {version} and {here} {PROTOCOL}: "
        "two versions of vitest-environment-python are installed. Install one."
    )


RUN_ID_VARIABLE = "VITEST_PYTHON_RUN_ID"
CLUSTER_RUN_VARIABLE = "VITEST_PYTHON_CLUSTER_RUN_ID"
"""The ID of the run, on a node of a cluster, where RUN_ID_VARIABLE holds that of the node's tree of processes."""
RUN_DIRECTORY_VARIABLE = "VITEST_PYTHON_RUN_DIRECTORY"
LEASE_VARIABLE = "VITEST_PYTHON_LEASE"
LISTEN_VARIABLE = "VITEST_PYTHON_LISTEN"
"""Where workers listen, on a machine that isn't the runner's. No program of the run gets it in its environment."""
