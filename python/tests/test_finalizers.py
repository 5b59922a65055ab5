"""Finalizers of the user that use functions of the test, at moments at which no thread could read the answer."""

from __future__ import annotations

from collections.abc import Iterator

import ormsgpack
import pytest

from vitest_python._gen.bridge_pb2 import Answer, ClientFrame

from .running import Runner, Worker

# The garbage collector can run anywhere. Here it runs at one place, and as often as possible.
MODULE = """
import gc
from {module} import {name}

original = {name}.{method}

def collect(self, *arguments):
    gc.collect()
    return original(self, *arguments)

{name}.{method} = collect
gc.disable()

class Asks:
    def __init__(self, ask): self.ask, self.me = ask, self
    def __del__(self): print("the test said", self.ask(), flush=True)

def drop(ask): Asks(ask)
def echo(value): return value
def drop_and_collect(ask):
    Asks(ask)
    gc.collect()
"""

PLACES = {
    "while a frame is read": ("vitest_python.bridge.session", "Session", "receive", "auto"),
    "while a frame is written": ("vitest_python.execution.executor", "Executor", "has_time", "auto"),
    "while gRPC reads a frame": ("vitest_python.bridge.session", "Session", "receive", "grpc"),
    "while gRPC waits for a frame": ("grpc._server", "_RequestIterator", "_raise_or_start_receive_message", "grpc"),
}


def begin(worker: Worker, name: str) -> int:
    """Start a call with a function of the client among its arguments, and return its number."""
    return worker.start_raw(name, ormsgpack.packb([ormsgpack.Ext(0x46, ormsgpack.packb([1, "ask"]))]))


@pytest.fixture(params=PLACES)
def worker(runner: Runner, request: pytest.FixtureRequest) -> Iterator[Worker]:
    module, name, method, transport = PLACES[request.param]
    source = MODULE.format(module=module, name=name, method=method)
    forkserver = runner.start(runner.write("m.py", source), transport=transport)
    forkserver.until("ready")
    yield runner.worker(forkserver)


def test_a_finalizer_that_interrupts_the_worker_fails_and_the_calls_go_on(worker: Worker, runner: Runner) -> None:
    worker.result(begin(worker, "m.drop"))
    for value in range(3):
        assert worker.call("m.echo", value) == value
    assert "while that reads or writes" in runner.log("w1")


def test_another_finalizer_gets_its_answer(worker: Worker, runner: Runner) -> None:
    call = begin(worker, "m.drop_and_collect")
    callback = worker.next(0).callback.callback
    worker.again(ClientFrame(answer=Answer(callback=callback, value=ormsgpack.packb("hello"))))
    worker.result(call)
    assert "the test said hello" in runner.log("w1")
