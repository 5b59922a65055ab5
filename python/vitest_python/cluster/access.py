"""Whether a cluster refuses strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Anyone who can reach a cluster without authentication can run any code on it.
_QUESTION = "/ray.rpc.NodeInfoGcsService/CheckAlive"
_TIMEOUT_SECONDS = 5.0


def refuses_strangers(address: str) -> bool:
    """Ask the head of the cluster a harmless question without a token, and return whether it refuses to answer.

    The configuration of this process says nothing about the cluster: a cluster without authentication accepts
    tokens, too.

    Args:
        address: host and port of the head
    """
    import grpc

    with grpc.insecure_channel(address) as channel:
        try:
            ask: Callable[..., Any] = channel.unary_unary(_QUESTION)
            ask(b"", timeout=_TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            # Any other error says nothing about authentication, so it isn't a refusal.
            return bool(error.code() == grpc.StatusCode.UNAUTHENTICATED)
    return False
