from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from vitest_python._gen.bridge_pb2 import PythonFailure
from vitest_python.common.metadata import FAILURE_KEY

from .running import TOKEN, Runner

MODULE = """
import grpc

def _fail(request, context):
    context.set_trailing_metadata((("x-own", "kept"),))
    raise ValueError("in the servicer")

def _stream(request, context):
    yield b"one"
    raise LookupError("late")

def _collect(requests, context):
    raise KeyError(b"".join(requests).decode())

def _chat(requests, context):
    for request in requests:
        raise RuntimeError(request.decode())
        yield

def _abort(request, context):
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, "as meant")

def _big(request, context):
    raise ValueError("e" * 100_000)

class Odd(Exception):
    def __str__(self):
        raise RuntimeError

def _odd(request, context):
    raise Odd

def register(server):
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("t.T", {
        "Fail": grpc.unary_unary_rpc_method_handler(_fail),
        "Abort": grpc.unary_unary_rpc_method_handler(_abort),
        "Big": grpc.unary_unary_rpc_method_handler(_big),
        "Odd": grpc.unary_unary_rpc_method_handler(_odd),
        "Stream": grpc.unary_stream_rpc_method_handler(_stream),
        "Collect": grpc.stream_unary_rpc_method_handler(_collect),
        "Chat": grpc.stream_stream_rpc_method_handler(_chat),
    }),))
"""


@pytest.fixture
def channel(runner: Runner) -> Iterator[grpc.Channel]:
    runner.write("mod.py", MODULE)
    forkserver = runner.start(services=("mod:register",))
    assert forkserver.until("ready", "failed")["event"] == "ready"
    yield runner.worker(forkserver).channel


def failure_of(channel: grpc.Channel, name: str, *requests: bytes) -> tuple[Any, PythonFailure | None]:
    """The error of a call, and the exception in its trailing metadata."""
    streams: Any = channel.stream_stream(f"/t.T/{name}")
    with pytest.raises(grpc.RpcError) as caught:
        list(streams(iter(requests or (b"a",)), metadata=(("x-vitest-python-token", TOKEN),), timeout=10))
    error: Any = caught.value
    found = dict(error.trailing_metadata()).get(FAILURE_KEY)
    return error, None if found is None else PythonFailure.FromString(found)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("Fail", "in the servicer", "ValueError in _fail"),
        ("Stream", "late", "LookupError in _stream"),
        ("Collect", "'a'", "KeyError in _collect"),
        ("Chat", "a", "RuntimeError in _chat"),
    ],
)
def test_says_where_each_kind_of_servicer_raised(channel: grpc.Channel, name: str, text: str, place: str) -> None:
    error, failure = failure_of(channel, name)
    assert error.code() is grpc.StatusCode.UNKNOWN
    assert f": {text}; {place} (" in error.details()
    assert re.search(r"mod\.py:\d+\)$", error.details())
    assert failure is not None
    assert [frame.function for frame in failure.frames] == [place.split()[-1]]


def test_keeps_trailing_metadata_of_the_servicer(channel: grpc.Channel) -> None:
    assert dict(failure_of(channel, "Fail")[0].trailing_metadata())["x-own"] == "kept"


def test_leaves_abort_as_it_is(channel: grpc.Channel) -> None:
    error, failure = failure_of(channel, "Abort")
    assert (error.code(), error.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "as meant")
    assert failure is None


def test_fits_into_trailing_metadata(channel: grpc.Channel) -> None:
    error, failure = failure_of(channel, "Big")
    assert "ValueError in _big (" in error.details()
    assert failure is not None and len(failure.message) < 1_100


def test_survives_an_exception_without_a_text(channel: grpc.Channel) -> None:
    error, failure = failure_of(channel, "Odd")
    assert "mod.Odd in _odd (" in error.details()
    assert failure is not None and failure.type == "mod.Odd"
