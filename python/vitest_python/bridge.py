"""The Bridge service of proto/vitest_python/v1/bridge.proto."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import grpc

from ._gen.bridge_pb2 import CallReply, CallRequest, ClientFrame, PythonFailure, WorkerFrame
from .call import Call
from .executor import Executor
from .resolve import Names
from .session import Session

SERVICE = "vitest_python.v1.Bridge"


def add_bridge(server: grpc.Server, executor: Executor, names: Names) -> None:
    """Adds the service; its calls run on the executor."""

    def session(frames: Iterator[ClientFrame], context: grpc.ServicerContext) -> Iterator[WorkerFrame]:
        opened = Session(executor, names)
        context.add_callback(opened.stop)
        return opened.run(frames)

    def call(request: CallRequest, context: grpc.ServicerContext) -> CallReply:
        reply = _UnaryReply()
        made = Call(executor, names, reply, request.name, request.arguments)
        context.add_callback(made.cancel_soon)
        executor.submit(made.begin)
        return reply.wait()

    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "Session": grpc.stream_stream_rpc_method_handler(
            session, ClientFrame.FromString, WorkerFrame.SerializeToString
        ),
        "Call": grpc.unary_unary_rpc_method_handler(call, CallRequest.FromString, CallReply.SerializeToString),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))


class _UnaryReply:
    def __init__(self) -> None:
        self._answer: SimpleQueue[CallReply] = SimpleQueue()

    def wait(self) -> CallReply:
        return self._answer.get()

    def value(self, data: bytes) -> None:
        self._answer.put(CallReply(value=data))

    def item(self, data: bytes) -> None:
        raise AssertionError("a call of one value has no items")

    def end(self) -> None:
        raise AssertionError("a call of one value has a value at its end")

    def failure(self, failure: PythonFailure) -> None:
        self._answer.put(CallReply(failure=failure))
