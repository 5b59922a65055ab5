"""Sessions with invalid frames, with callbacks, and with references."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import grpc
import ormsgpack
import pytest

from vitest_python._gen.bridge_pb2 import (
    CALL,
    EVAL,
    EXEC,
    GET,
    Answer,
    Cancel,
    Chunk,
    ClientFrame,
    Credit,
    End,
    Forget,
    PythonFailure,
    ScriptFailure,
    Start,
)
from vitest_python.values.codes import BUFFER

from .running import TOKEN, Failed, Runner, Worker

BRIDGE = "/vitest_python.v1.Bridge/Session"
KEY = ("x-vitest-python-token", TOKEN)


def test_refuses_another_protocol_and_names_both(worker: Worker) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        call: Any = worker.channel.stream_stream(BRIDGE)
        next(call(iter([]), metadata=(KEY, ("x-vitest-python-protocol", "7")), timeout=10))
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "protocol 7" in str(caught.value.details())
    assert "and this worker 1" in str(caught.value.details())


def test_an_unreadable_frame_ends_only_its_session(worker: Worker) -> None:
    from vitest_python._gen.bridge_pb2 import WorkerFrame

    session: Any = worker.channel.stream_stream(BRIDGE, response_deserializer=WorkerFrame.FromString)
    frame = next(session(iter([b"\x08\x01\x12\xff\xff\xff"]), metadata=(KEY,), timeout=10))
    assert (frame.call, frame.failure.type) == (0, "vitest_python.BadFrame")
    assert "a frame of 6 bytes cannot be read" in frame.failure.message
    assert worker.call("embeddings.echo", 1) == 1


def test_an_unknown_kind_of_frame_fails_only_its_call(worker: Worker) -> None:
    call = worker.send_raw(lambda number: ClientFrame(call=number))
    with pytest.raises(Failed, match="does not know"):
        worker.result(call)


def test_refuses_a_call_number_that_is_in_use(worker: Worker) -> None:
    call = worker.start("embeddings.later", 0.2, "first")
    worker.again(ClientFrame(call=call, start=Start(name="embeddings.echo")))
    with pytest.raises(Failed, match="started twice"):
        worker.result(call)


@pytest.mark.parametrize("seed", range(30))
def test_random_frames_neither_block_nor_kill_the_worker(worker: Worker, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(40):
        worker.send_raw(lambda number: _any_frame(dice, number))
    assert worker.call("embeddings.embed", ["cat"]) == [3]


def test_a_buffer_may_come_in_chunks_before_its_call(worker: Worker) -> None:
    for part in (b"one ", b"two ", b"three"):
        worker.again(ClientFrame(chunk=Chunk(buffer=7, data=part)))
    arguments = ormsgpack.packb([ormsgpack.Ext(BUFFER, ormsgpack.packb(7))])
    assert worker.result(worker.send_raw(_echo_of(arguments))) == b"one two three"
    # A buffer can be used only once.
    with pytest.raises(Failed, match="buffer 7 was not sent"):
        worker.result(worker.send_raw(_echo_of(arguments)))


def _echo_of(arguments: bytes) -> Callable[[int], ClientFrame]:
    return lambda number: ClientFrame(call=number, start=Start(name="embeddings.echo", arguments=arguments))


_TAGS = (0xDD, 0xDF, 0xDC, 0xDE, 0xFF, 0xFF, 0x92, 0x82, 0xA1, 0xC4, 0xC7, 0xC9, 0xD9, 0x42, 0x44, 0x53, 0x4E)


@pytest.mark.parametrize("seed", range(20))
def test_random_arguments_fail_only_their_call(worker: Worker, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(60):
        junk = bytes(dice.choice([*_TAGS, dice.randrange(256)]) for _ in range(dice.randrange(1, 60)))
        worker.start_raw("embeddings.echo", junk)
    assert worker.call("embeddings.embed", ["cat"]) == [3]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("ddffffffff01", "a list of 4,294,967,295"),
        ("91ddffffffff", "a list of 4,294,967,295"),
        ("91c70653ddffffffff01", "a list of 4,294,967,295"),
        ("9181a161dfffffffff", "a dict of 4,294,967,295"),
        ("dd00ffffff" * 1000, "a list of 16,777,215"),
        # Otherwise the end mark after each message would be read as a part of the count.
        ("91ddff", "too early"),
        ("910191", "bytes follow its end"),
        ("9101c0", "bytes follow its end"),
    ],
)
def test_arguments_with_a_wrong_length_fail_only_their_call(worker: Worker, arguments: str, sentence: str) -> None:
    with pytest.raises(Failed, match=sentence):
        worker.result(worker.start_raw("embeddings.echo", bytes.fromhex(arguments)))
    assert worker.call("embeddings.embed", ["cat"]) == [3]


def _any_frame(dice: random.Random, number: int) -> ClientFrame:
    some = dice.choice([0, 1, number, 2**60])
    junk = dice.randbytes(dice.randrange(12))
    names = ["embeddings.echo", "embeddings.count", "embeddings", "", "1 +", "x" * 1000, "\u2028"]
    start = Start(
        name=dice.choice(names),
        arguments=dice.choice([junk, b"", ormsgpack.packb([3]), ormsgpack.packb({"value": 1})]),
        stream=dice.random() < 0.3,
        credit=dice.choice([0, 1, 16]),
        verb=dice.choice([CALL, GET, EVAL, EXEC]),
        reference=dice.choice([0, 0, some]),
        keep=dice.random() < 0.3,
    )
    failure = ScriptFailure(name="Error", message="", stack="", exception=some)
    return dice.choice(
        [
            ClientFrame(call=number, start=start),
            ClientFrame(call=number, start=start),
            ClientFrame(call=some, credit=Credit(items=dice.choice([0, 1, 2**31]))),
            ClientFrame(call=number, cancel=Cancel()),
            ClientFrame(answer=Answer(callback=some, value=junk)),
            ClientFrame(answer=Answer(callback=some, failure=failure)),
            ClientFrame(answer=Answer(callback=some, end=End())),
            ClientFrame(answer=Answer(callback=some)),
            ClientFrame(forget=Forget(references=[some, 5])),
            ClientFrame(chunk=Chunk(buffer=some, data=junk)),
        ]
    )


def test_a_unary_call_cannot_carry_functions(worker: Worker) -> None:
    arguments = ormsgpack.packb([ormsgpack.Ext(0x46, ormsgpack.packb([1, "llm"]))])
    reply = worker.unary("embeddings.echo", arguments, (KEY,))
    assert "llm" in reply.failure.message
    assert isinstance(reply.failure, PythonFailure)


def test_a_blocked_call_does_not_stop_the_health_service(worker: Worker) -> None:
    from grpc_health.v1 import health_pb2

    call = worker.start("embeddings.sleep", 60)
    check = worker.channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    assert check(health_pb2.HealthCheckRequest(), metadata=(KEY,), timeout=30).status == 1
    worker.cancel(call)
    with pytest.raises(Failed, match="Interrupted"):
        worker.result(call)


CALLBACKS = """
import asyncio, gc, time
ended = []
def echo(value): return value
def endings(): return ended
async def give_up(cb):
    try: await asyncio.wait_for(cb(), 0.1)
    except asyncio.TimeoutError: return "gave up"
async def forever():
    try: await asyncio.sleep(1000)
    finally: ended.append("forever")
async def awaits(cb):
    try: return await cb()
    except RuntimeError as error: return repr(error.__cause__)
async def blocks(cb): return cb.sync()
def large(cb): cb(b"x" * 300_000)
class Slow:
    def __repr__(self):
        time.sleep(1)
        return "slow"
def slow(): return Slow()
def stop(): raise StopIteration
def bad(): raise ValueError
def twice(cb): cb(); cb()
def count_errors():
    gc.collect()
    return sum(type(one) is ValueError for one in gc.get_objects())
"""


@pytest.fixture(params=["auto", "grpc"])
def caller(runner: Runner, request: pytest.FixtureRequest) -> Worker:
    forkserver = runner.start(runner.write("m.py", CALLBACKS), transport=request.param)
    forkserver.until("ready")
    return runner.worker(forkserver)


def begin(worker: Worker, name: str) -> int:
    """Start a call with a function of the client among its arguments, and return its number."""
    return worker.start_raw(name, ormsgpack.packb([ormsgpack.Ext(0x46, ormsgpack.packb([1, "cb"]))]))


def asked(worker: Worker) -> int:
    """Return the callback that Python waits for."""
    return worker.next(0).callback.callback


def answer(worker: Worker, callback: int) -> None:
    worker.again(ClientFrame(answer=Answer(callback=callback, value=ormsgpack.packb(None))))


def test_ignores_an_answer_that_a_coroutine_no_longer_awaits(caller: Worker) -> None:
    call = begin(caller, "m.give_up")
    callback = asked(caller)
    assert caller.result(call) == "gave up"
    answer(caller, callback)
    assert caller.call("m.echo", 1) == 1


def test_the_end_of_a_session_cancels_its_calls(caller: Worker) -> None:
    caller.start("m.forever")
    call = begin(caller, "m.give_up")
    asked(caller)
    assert caller.result(call) == "gave up"
    caller.hang_up()
    until = time.monotonic() + 10
    endings: object = None
    while endings != ["forever"] and time.monotonic() < until:
        endings = ormsgpack.unpackb(caller.unary("m.endings", b"", (KEY,)).value)
    assert endings == ["forever"]


def test_a_stop_iteration_thrown_back_into_a_coroutine_becomes_a_cause(caller: Worker) -> None:
    call = begin(caller, "m.awaits")
    callback = asked(caller)
    number = caller.next(caller.start("m.stop")).failure.number
    failure = ScriptFailure(name="Error", message="x", stack="", exception=number)
    caller.again(ClientFrame(answer=Answer(callback=callback, failure=failure)))
    assert caller.result(call) == "StopIteration()"


def test_a_coroutine_that_blocks_for_a_callback_is_interrupted(caller: Worker) -> None:
    call = begin(caller, "m.blocks")
    asked(caller)
    caller.cancel(call)
    caller.cancel(call)
    assert caller.next(call).failure.type == "vitest_python.Interrupted"


def test_an_interrupt_tears_no_frame(caller: Worker) -> None:
    ends = set()
    for delay in range(40):
        call = begin(caller, "m.large")
        time.sleep(delay / 10_000)
        caller.cancel(call)
        ends.add(caller.next(call).failure.type)
        assert caller.call("m.echo", 1) == 1
    # A call that is cancelled before its begin sends nothing.
    assert "vitest_python.Interrupted" in ends


def test_interrupting_a_blocked_coroutine_interrupts_no_other_call(caller: Worker) -> None:
    call = begin(caller, "m.blocks")
    asked(caller)
    other = caller.send_raw(lambda number: ClientFrame(call=number, start=Start(name="m.slow", keep=True)))
    time.sleep(0.3)
    caller.cancel(call)
    caller.cancel(call)
    assert caller.next(other).WhichOneof("kind") == "value"
    assert caller.next(call).failure.type == "vitest_python.Interrupted"


def test_remembers_a_limited_number_of_exceptions(caller: Worker) -> None:
    for _ in range(150):
        call = begin(caller, "m.twice")
        answer(caller, asked(caller))
        second = asked(caller)
        caller.next(caller.start("m.bad"))
        answer(caller, second)
        caller.next(call)
    assert caller.call("m.count_errors") <= 110
