from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import grpc
import ormsgpack
import pytest

from .reaping import eventually
from .running import TOKEN, Failed, Worker


def failure_of(worker: Worker, name: str, *arguments: object) -> Failed:
    with pytest.raises(Failed) as caught:
        worker.call(name, *arguments)
    return caught.value


@pytest.mark.parametrize("value", [None, True, 1, -(2**63), 2**64 - 1, 1.5, "é", b"\0", [1, [2]], {"a": {"b": []}}])
def test_returns_what_was_given(worker: Worker, value: object) -> None:
    assert worker.call("embeddings.echo", value) == value


def test_takes_positional_and_keyword_arguments(worker: Worker) -> None:
    assert worker.call("embeddings.embed", ["a", "bb"]) == [1, 2]
    assert worker.call("embeddings.embed", words=["a", "bb"], scale=2) == [2, 4]


def test_calls_methods_of_classes_and_instances(worker: Worker) -> None:
    assert worker.call("embeddings.Index.build", 2) == [0, 1]
    assert worker.call("embeddings.index.build", 2) == [0, 1]


def test_runs_on_the_main_thread_with_the_lease_in_the_environment(worker: Worker) -> None:
    assert worker.call("embeddings.thread") is True
    assert worker.call("embeddings.pid") == worker.pid
    assert worker.call("embeddings.environment", "VITEST_PYTHON_LEASE") == "l1"


def test_keeps_the_token_from_the_user(worker: Worker) -> None:
    assert worker.call("embeddings.environment", "VITEST_PYTHON_TOKEN") is None


def test_lets_a_synchronous_function_run_its_own_loop(worker: Worker) -> None:
    assert worker.call("embeddings.run") == "inner"
    waiting = worker.start("embeddings.later", 0.1, "outer")
    assert worker.call("embeddings.run") == "inner"
    assert worker.result(waiting) == "outer"


def test_lets_coroutines_overtake_each_other(worker: Worker) -> None:
    slow = worker.start("embeddings.later", 2, "slow")
    fast = worker.start("embeddings.later", 0.001, "fast")
    assert worker.result(fast) == "fast"
    assert worker.silent(slow)
    assert worker.result(slow) == "slow"


def test_lets_tasks_of_a_finished_coroutine_go_on(worker: Worker) -> None:
    worker.call("embeddings.background")
    eventually(lambda: "background" in worker.call("embeddings.closings"))


def test_sends_arrays_and_tuples_as_arrays(worker: Worker) -> None:
    sent = {
        name: getattr(part, "tolist", lambda part=part: part)()
        for name, part in worker.call("embeddings.arrays").items()
    }
    assert sent == {"a": [0, 1, 2], "m": [[1, 0], [0, 1]], "f": 0.5, "t": [1, 2]}


def test_names_the_path_of_a_value_that_cannot_be_sent(worker: Worker) -> None:
    assert "result[0]['model']['y']: a string that is not valid Unicode" in str(
        failure_of(worker, "embeddings.unsendable")
    )
    assert worker.call("embeddings.huge") == {"n": 2**70}


@pytest.mark.parametrize("arguments", [b"\xc1", b"\x01", b"\x91", b"\x81\x01\x02"])
def test_fails_only_the_call_whose_arguments_are_broken(worker: Worker, arguments: bytes) -> None:
    with pytest.raises(Failed, match="BadArguments"):
        worker.result(worker.start_raw("embeddings.echo", arguments))
    assert worker.call("embeddings.echo", 1) == 1


def test_distinguishes_wrong_arguments_from_a_type_error_inside(worker: Worker) -> None:
    wrong = failure_of(worker, "embeddings.embed")
    assert str(wrong) == (
        "TypeError: missing a required argument: 'words'; "
        "the signature is embeddings.embed(words: list[str], scale: float = 1) -> list[float]"
    )
    assert list(wrong.failure.frames) == []
    inside = failure_of(worker, "embeddings.wrong_inside")
    assert "signature" not in str(inside)
    assert inside.failure.frames[0].function == "wrong_inside"


def test_shows_where_the_users_code_failed(worker: Worker) -> None:
    failure = failure_of(worker, "embeddings.fail_inside", "cat").failure
    assert (failure.type, failure.message) == ("embeddings.TooLong", "cat is too long")
    assert [frame.function for frame in failure.frames] == ["fail_inside", "_inner"]
    last = failure.frames[-1]
    assert last.file.endswith("/python/embeddings.py")
    assert last.source == '    raise TooLong(f"{word} is too long")'
    assert last.column == (5 if sys.version_info >= (3, 11) else 0)
    assert "vitest_python" not in failure.traceback
    assert failure.traceback.endswith("embeddings.TooLong: cat is too long\n")


def test_shows_causes_and_notes(worker: Worker) -> None:
    failure = failure_of(worker, "embeddings.fail", "cat").failure
    assert (failure.cause.type, failure.cause.message) == ("KeyError", "'key'")
    assert "direct cause" in failure.traceback
    assert list(failure.notes) == (["look here"] if sys.version_info >= (3, 11) else [])


@pytest.mark.parametrize("name", ["leave", "leave_later", "interrupt"])
def test_survives_system_exit_and_keyboard_interrupt(worker: Worker, name: str) -> None:
    assert failure_of(worker, f"embeddings.{name}").failure.type in ("SystemExit", "KeyboardInterrupt")
    assert worker.call("embeddings.pid") == worker.pid


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("embeddings.ecko", "UnknownName: embeddings has no 'ecko' .did you mean echo"),
        ("echo", "UnknownName: 'echo' is not of the form module.function .did you mean embeddings.echo"),
        (
            "embedings.echo",
            "UnknownName: no module 'embedings' is listed in the option modules .did you mean embeddings",
        ),
        ("", "UnknownName"),
        ("embeddings", "NotCallable: embeddings is a module"),
        ("embeddings.number", "NotCallable"),
        ("embeddings._private", "PrivateName"),
        ("embeddings.Index._secret", "PrivateName"),
        ("embeddings.echo.__globals__.clear", "PrivateName"),
        ("embeddings.system", "NotExported.*posix"),
        ("embeddings.os.system", "NotExported"),
        ("os.system", "UnknownName"),
    ],
)
def test_calls_only_functions_that_the_module_offers(worker: Worker, name: str, problem: str) -> None:
    with pytest.raises(Failed, match=f"vitest_python.{problem}"):
        worker.call(name, "true")


def test_serves_unary_calls_too(worker: Worker) -> None:
    reply = worker.unary("embeddings.embed", ormsgpack.packb([["cat"]]), (("x-vitest-python-token", TOKEN),))
    assert ormsgpack.unpackb(reply.value) == [3]
    reply = worker.unary("embeddings.fail", b"\x91\x01", (("x-vitest-python-token", TOKEN),))
    assert reply.failure.type == "embeddings.TooLong"


@pytest.mark.parametrize("metadata", [(), (("x-vitest-python-token", "wrong"),)])
@pytest.mark.parametrize("method", ["/vitest_python.v1.Bridge/Call", "/grpc.health.v1.Health/Check", "/no.Such/Thing"])
def test_refuses_calls_without_the_token(worker: Worker, metadata: tuple[tuple[str, str], ...], method: str) -> None:
    call = worker.method(method)
    with pytest.raises(grpc.RpcError) as caught:
        call(b"", metadata=metadata, timeout=10)
    assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert "x-vitest-python-token" in str(caught.value.details())


def test_refuses_a_session_without_the_token_before_its_first_frame(worker: Worker) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        next(worker.channel.stream_stream("/vitest_python.v1.Bridge/Session")(iter([]), timeout=10))
    assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_serves_health_and_reflection(worker: Worker) -> None:
    from grpc_health.v1 import health_pb2
    from grpc_reflection.v1alpha import reflection_pb2

    metadata = (("x-vitest-python-token", TOKEN),)
    check = worker.method("/grpc.health.v1.Health/Check")
    answer = check(health_pb2.HealthCheckRequest(service="").SerializeToString(), metadata=metadata, timeout=10)
    assert health_pb2.HealthCheckResponse.FromString(answer).status == health_pb2.HealthCheckResponse.SERVING
    reflect: Any = worker.method("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", stream=True)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    found = next(reflect(iter([request.SerializeToString()]), metadata=metadata, timeout=10))
    services = reflection_pb2.ServerReflectionResponse.FromString(found).list_services_response.service
    assert "vitest_python.v1.Bridge" in {service.name for service in services}


def test_ends_a_call_that_the_client_left(worker: Worker) -> None:
    other = Worker(worker.control, worker.address)
    other.start("embeddings.later", 60, "never")
    counting = other.start("embeddings.count", 10, stream=1)
    # Both have begun: an item has come, and the loop, which runs tasks in order, has run a later one.
    assert other.next(counting).WhichOneof("kind") == "item"
    assert other.call("embeddings.later", 0, "done") == "done"
    before = worker.call("embeddings.closings")
    other.channel.close()
    eventually(lambda: len(worker.call("embeddings.closings")) >= len(before) + 2)


def test_sigint_between_calls_loses_none_of_them(worker: Worker) -> None:
    """Control: with Python's own handler, KeyboardInterrupt loses a call that was just taken from the queue."""
    for word in map(str, range(300)):
        os.kill(worker.pid, signal.SIGINT)
        assert worker.call("embeddings.embed", [word]) is not None


def test_sigint_interrupts_the_users_code(worker: Worker) -> None:
    timer = threading.Timer(0.3, os.kill, (worker.pid, signal.SIGINT))
    timer.start()
    assert failure_of(worker, "embeddings.sleep", 30).failure.type == "KeyboardInterrupt"
    assert worker.call("embeddings.embed", ["cat"]) is not None
