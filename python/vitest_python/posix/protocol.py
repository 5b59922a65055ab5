"""Protocol number and environment variables of a run; see docs/protocol.md."""

PROTOCOL = 1
"""Number of the lines in docs/protocol.md and of the messages in proto/; both sides must have the same."""


def protocol_mismatch(peer: str, version: object, here: str) -> str:
    """Says that a peer of another version cannot be talked to."""
    return (
        f"{peer} speaks protocol {version} and {here} {PROTOCOL}: "
        "two versions of vitest-environment-python are installed. Install one."
    )


RUN_ID_VARIABLE = "VITEST_PYTHON_RUN_ID"
LEASE_VARIABLE = "VITEST_PYTHON_LEASE"
