"""Checks the token and the protocol of every call, and notes its lease."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import grpc

from ...common.metadata import LEASE_KEY, PROTOCOL_KEY, TOKEN_KEY
from ...posix.protocol import LEASE_VARIABLE, PROTOCOL, protocol_mismatch


class TokenInterceptor(grpc.ServerInterceptor):  # type: ignore[misc,unused-ignore]
    """Refuses calls without the run's token or with another protocol, and puts the caller's lease into `os.environ`.

    Other clients, such as grpcurl, don't have to send a protocol.
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._lease = ""
        self._stranger = _refusal(
            grpc.StatusCode.UNAUTHENTICATED,
            f"this worker belongs to a test run: send its token as the metadata {TOKEN_KEY}",
        )

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """See grpc.ServerInterceptor."""
        metadata: dict[str, str | bytes] = dict(handler_call_details.invocation_metadata or ())
        given = metadata.get(TOKEN_KEY, "")
        if not hmac.compare_digest(given if isinstance(given, bytes) else given.encode(), self._token):
            return self._stranger
        protocol = metadata.get(PROTOCOL_KEY, str(PROTOCOL))
        if protocol != str(PROTOCOL):
            return _refusal(
                grpc.StatusCode.FAILED_PRECONDITION,
                protocol_mismatch("the test process", protocol, "this worker"),
            )
        lease = metadata.get(LEASE_KEY, "")
        if lease and lease != self._lease:
            self._lease = str(lease)
            os.environ[LEASE_VARIABLE] = self._lease
        return continuation(handler_call_details)


def _refusal(code: grpc.StatusCode, sentence: str) -> grpc.RpcMethodHandler[Any, Any]:
    def refuse(_requests: Iterator[Any], context: grpc.ServicerContext) -> NoReturn:
        context.abort(code, sentence)

    # The most general kind of handler refuses any method, and doesn't wait for a first message.
    return grpc.stream_stream_rpc_method_handler(refuse)
