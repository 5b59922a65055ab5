"""A hand-written gRPC server with the messages of the bridge and nothing behind it.

Arguments: the path of its socket, and the directory with the generated messages.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy

sys.path.append(sys.argv[2])
from vitest_python._gen.bridge_pb2 import (
    CallReply,
    CallRequest,
    ClientFrame,
    WorkerFrame,
)

UNLIMITED = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
]
CHUNK = 1 << 20
_made: dict[int, bytes] = {}


def make(count: int) -> bytes:
    if count not in _made:
        _made[count] = numpy.random.default_rng(1).bytes(count)
    return _made[count]


def answer(data: bytes) -> bytes:
    """Answers `make N` with N bytes, a large value with its size, and any other value with the value itself."""
    if data.startswith(b"make "):
        return make(int(data[5:]))
    return data if len(data) < CHUNK else b"%d" % len(data)


def unary(request: CallRequest, _context: grpc.ServicerContext) -> CallReply:
    return CallReply(value=answer(request.arguments))


def echo(
    frames: Iterator[ClientFrame], _context: grpc.ServicerContext
) -> Iterator[WorkerFrame]:
    for frame in frames:
        yield WorkerFrame(call=frame.call, value=frame.start.arguments)


def chunks(
    frames: Iterator[ClientFrame], _context: grpc.ServicerContext
) -> Iterator[WorkerFrame]:
    """Passes large values in pieces of 1 MB, in both directions. An empty piece ends a value."""
    received: list[bytes] = []
    for frame in frames:
        if frame.start.arguments:
            received.append(frame.start.arguments)
            continue
        value = memoryview(answer(b"".join(received)))
        received = []
        for at in range(0, len(value), CHUNK):
            yield WorkerFrame(call=frame.call, item=bytes(value[at : at + CHUNK]))
        yield WorkerFrame(call=frame.call, value=b"")


def main() -> None:
    stream = (ClientFrame.FromString, WorkerFrame.SerializeToString)
    server = grpc.server(ThreadPoolExecutor(8), options=UNLIMITED)
    methods = {
        "Call": grpc.unary_unary_rpc_method_handler(
            unary, CallRequest.FromString, CallReply.SerializeToString
        ),
        "Session": grpc.stream_stream_rpc_method_handler(echo, *stream),
    }
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("vitest_python.v1.Bridge", methods),)
    )
    chunked = {"Session": grpc.stream_stream_rpc_method_handler(chunks, *stream)}
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("bench.Chunks", chunked),)
    )
    server.add_insecure_port(f"unix:{sys.argv[1]}")
    server.start()
    print("ready", flush=True)
    sys.stdin.read()


main()
