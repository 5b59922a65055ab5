"""Who may call a worker, and for which lease."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import grpc

TOKEN_KEY = "x-vitest-python-token"
LEASE_KEY = "x-vitest-python-lease"
LEASE_VARIABLE = "VITEST_PYTHON_LEASE"


class TokenInterceptor(grpc.ServerInterceptor):  # type: ignore[misc,unused-ignore]
    """Refuses every call without the run's token, and puts the caller's lease into the environment."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._lease = ""
        self._refusal: grpc.RpcMethodHandler[Any, Any] = grpc.stream_stream_rpc_method_handler(_refuse)

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """See grpc.ServerInterceptor."""
        metadata: dict[str, str | bytes] = dict(handler_call_details.invocation_metadata or ())
        given = metadata.get(TOKEN_KEY, "")
        if not hmac.compare_digest(given if isinstance(given, bytes) else given.encode(), self._token):
            return self._refusal
        lease = metadata.get(LEASE_KEY, "")
        if lease and lease != self._lease:
            self._lease = str(lease)
            os.environ[LEASE_VARIABLE] = self._lease
        return continuation(handler_call_details)


def _refuse(_requests: Iterator[Any], context: grpc.ServicerContext) -> NoReturn:
    # The most general kind of handler: it need not wait for a first message, whatever the method.
    context.abort(
        grpc.StatusCode.UNAUTHENTICATED,
        f"this worker belongs to a test run: send its token as the metadata {TOKEN_KEY}",
    )
