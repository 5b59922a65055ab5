"""How a worker ends, and the children that user code forks: as in plain Python."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from .reaping import alive, eventually
from .running import TOKEN, Runner

EXECUTOR = """
import atexit, concurrent.futures, os, threading, time
EXECUTORS = []
atexit.register(print, "atexit")
threading._register_atexit(print, "threading")
def square(x): return x * x
def open_executor():
    executor = concurrent.futures.ProcessPoolExecutor(2)
    EXECUTORS.append(executor)
    assert list(executor.map(square, [1, 2])) == [1, 4]
    return list(executor._processes)
def open_threads(): EXECUTORS.append(concurrent.futures.ThreadPoolExecutor(1)); EXECUTORS[-1].submit(time.sleep, 0.1)
def thread(seconds):
    threading.Thread(target=lambda: (time.sleep(seconds), print("thread"))).start()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_an_executor_that_is_left_open_leaves_no_process(runner: Runner, method: str) -> None:
    forkserver = runner.start(runner.write("mod.py", EXECUTOR), method=method)
    worker = runner.worker(forkserver)
    pids = worker.call("mod.open_executor")
    assert all(map(alive, pids))
    worker.control.say(op="exit", within=5_000)
    assert forkserver.until("exited")["status"] == 0
    eventually(lambda: not any(map(alive, pids)), seconds=1)


def test_exit_functions_run_in_the_order_of_an_interpreter(runner: Runner) -> None:
    forkserver = runner.start(runner.write("mod.py", EXECUTOR), method="spawn")
    worker = runner.worker(forkserver)
    worker.call("mod.open_threads")
    worker.call("mod.thread", 0.2)
    worker.control.say(op="exit", within=5_000)
    assert forkserver.until("exited")["status"] == 0
    assert runner.log("w1").split() == ["threading", "thread", "atexit"]


def test_a_thread_that_goes_on_does_not_keep_the_exit_functions_from_running(runner: Runner) -> None:
    forkserver = runner.start(runner.write("mod.py", EXECUTOR), method="spawn")
    worker = runner.worker(forkserver)
    worker.call("mod.thread", 60)
    began = time.monotonic()
    worker.control.say(op="exit", within=5_000)
    assert forkserver.until("exited")["status"] == 0
    assert time.monotonic() - began < 5
    assert "threads that are still running" in runner.log("w1")
    assert runner.log("w1").endswith("atexit\n")


# Each ends in a child; in plain Python that child's end is what the interpreter makes of it.
CHILDREN = """
import asyncio, atexit, os, pty, sys, threading
def fork(how):
    pid = os.fork()
    if pid == 0:
        return how()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
def raises(): raise ValueError("in the child")
def interrupted(): raise KeyboardInterrupt
def text(): sys.exit("text")
def pushes():
    atexit.register(os._exit, 9)
ends = {"returns": lambda: 7, "raises": raises, "exit": lambda: sys.exit(3), "none": sys.exit, "text": text,
        "large": lambda: sys.exit(259), "interrupted": interrupted, "atexit": pushes}
def call(how): return fork(ends[how])
async def later(how):
    await asyncio.sleep(0)
    return fork(ends[how])
def stream(how):
    yield fork(ends[how])
def thread(how):
    found = []
    worker = threading.Thread(target=lambda: found.append(fork(ends[how])))
    worker.start(); worker.join()
    return found[0]
if __name__ == "__main__":
    print(call(sys.argv[1]))
"""
ENDS = ["returns", "raises", "exit", "none", "text", "large", "interrupted", "atexit"]


@pytest.mark.parametrize("how", ENDS)
def test_a_forked_child_ends_as_in_plain_python(runner: Runner, how: str) -> None:
    file = runner.write("children.py", CHILDREN)
    plain = subprocess.run([sys.executable, file, how], cwd=runner.root, capture_output=True, text=True, timeout=20)
    status = int(plain.stdout.split()[-1])
    worker = runner.worker(runner.start(file))
    assert worker.call("children.call", how) == status
    # It has not taken the worker's connections along.
    assert worker.call("children.call", how) == status
    printed = runner.log("w1")
    for line in plain.stderr.splitlines()[-1:]:
        assert line in printed
    assert "vitest_python" not in printed


@pytest.mark.parametrize("how", ["returns", "raises", "exit"])
@pytest.mark.parametrize("kind", ["later", "thread"])
def test_so_it_does_in_a_coroutine_and_in_a_thread(runner: Runner, kind: str, how: str) -> None:
    worker = runner.worker(runner.start(runner.write("children.py", CHILDREN)))
    # A thread that raises ends itself, and not its program.
    expected = {"returns": 0, "raises": 1, "exit": 3} if kind == "later" else {"returns": 0, "raises": 0, "exit": 0}
    assert worker.call(f"children.{kind}", how) == expected[how]
    assert worker.call(f"children.{kind}", how) == expected[how]


def test_so_it_does_in_a_stream(runner: Runner) -> None:
    worker = runner.worker(runner.start(runner.write("children.py", CHILDREN)))
    for how, status in {"returns": 0, "raises": 1, "exit": 3}.items():
        assert worker.items(worker.start("children.stream", how, stream=9)) == [status]


IMPORTED = """
import os, sys
pid = os.fork()
if pid == 0 and sys.platform and {how!r} == "exit": sys.exit(3)
if pid == 0 and {how!r} == "raises": raise ValueError("in the child")
STATUS = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pid else None
def status(): return STATUS
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize(("how", "status"), [("returns", 0), ("exit", 3), ("raises", 1)])
def test_a_child_that_import_forks_does_not_become_a_second_forkserver(
    runner: Runner, method: str, how: str, status: int
) -> None:
    forkserver = runner.start(runner.write("imported.py", IMPORTED.format(how=how)), method=method)
    assert forkserver.until("ready", "failed")["event"] == "ready"
    assert runner.worker(forkserver).call("imported.status") == status


SERVICER = """
import grpc, os, sys
def end(request):
    pid = os.fork()
    if pid == 0:
        if request == b"raises": raise ValueError("in the child")
        if request == b"exit": sys.exit(3)
        return b"the child's"
    return str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode()
def stream(request, context):
    yield end(request)
def register(server):
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("app.Forks", {
        "Call": grpc.unary_unary_rpc_method_handler(lambda request, context: end(request)),
        "Stream": grpc.unary_stream_rpc_method_handler(stream),
    }),))
"""


@pytest.mark.parametrize(("how", "status"), [(b"returns", b"0"), (b"exit", b"3"), (b"raises", b"1")])
def test_a_child_of_a_servicer_never_answers_for_it(runner: Runner, how: bytes, status: bytes) -> None:
    runner.write("forks.py", SERVICER)
    worker = runner.worker(runner.start(services=("forks:register",)))
    metadata = (("x-vitest-python-token", "s3cret"),)
    assert worker.method("/app.Forks/Call")(how, metadata=metadata, timeout=10) == status
    streams: Any = worker.channel.unary_stream("/app.Forks/Stream")
    assert list(streams(how, metadata=metadata, timeout=10)) == [status]


def test_a_child_between_fork_and_exec_is_let_be(runner: Runner) -> None:
    text = "import os, subprocess\ndef run():\n"
    text += (
        "    return subprocess.run(['sh', '-c', 'exit 4'], preexec_fn=os.getpid, start_new_session=True).returncode\n"
    )
    worker = runner.worker(runner.start(runner.write("plain.py", text)))
    assert worker.call("plain.run") == 4


MANY_CHILDREN = """
import os
def fork(count):
    def child():
        pid = os.fork()
        if pid == 0: os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return [child() for _ in range(count)], "GRPC_ENABLE_FORK_SUPPORT" in os.environ
"""


@pytest.mark.parametrize("transport", ["auto", "grpc"])
def test_children_end_well_while_a_grpc_call_is_under_way(runner: Runner, transport: str) -> None:
    forkserver = runner.start(runner.write("many.py", MANY_CHILDREN), transport=transport)
    worker = runner.worker(forkserver)
    watch: Any = worker.channel.unary_stream("/grpc.health.v1.Health/Watch")
    updates = watch(b"", metadata=(("x-vitest-python-token", TOKEN),), timeout=60)
    assert next(updates)
    # With gRPC's own handlers, every fifth child or so dies of a segmentation fault.
    assert worker.call("many.fork", 40) == [[0] * 40, False]
    assert "fork_posix" not in runner.log("w1")
    updates.cancel()
