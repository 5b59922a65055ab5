"""Reports the files that calls of the user's servicers use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import grpc

from ...program.program import Program
from ..usage import Usage


class UsageInterceptor(grpc.ServerInterceptor):  # type: ignore[misc,unused-ignore]
    """Notes the use of the user's servicers."""

    def __init__(self, usage: Usage, program: Program) -> None:
        self._usage = usage
        self._modules = [sys.modules.get(register.__module__) for _, register in program.registers]

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """See grpc.ServerInterceptor."""
        if not handler_call_details.method.startswith(("/vitest_python.", "/grpc.")):
            self._usage.note(*self._modules)
        return continuation(handler_call_details)
