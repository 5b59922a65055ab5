from __future__ import annotations

import _queue
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from vitest_python.posix.stat import parse_stat

from .reaping import alive, eventually
from .running import TOKEN, Failed, Runner, Worker

PLAIN = "import os\ndef pid(): return os.getpid()\ndef echo(value): return value\n"
THREAD = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), name='busy', daemon=True).start()\n"
CHANNEL = "import grpc\nchannel = grpc.insecure_channel('unix:/nowhere')\n"


def is_asleep(pid: int) -> bool:
    stat = parse_stat(Path(f"/proc/{pid}/stat").read_bytes())
    return stat is not None and stat.state == "S"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_starts_workers(runner: Runner, method: str) -> None:
    forkserver = runner.start(runner.write("python/plain.py", PLAIN), method=method)
    assert forkserver.hello["hello"] == "vitest-python"
    assert forkserver.hello["token"] == TOKEN
    ready = forkserver.until("ready", "failed")
    assert (ready["startMethod"], ready["fallback"]) == (method, None)
    assert ready["modules"] == [{"name": "plain", "file": str(runner.root / "python/plain.py")}]
    first, second = runner.worker(forkserver, "w1"), runner.worker(forkserver, "w2")
    assert first.call("plain.pid") == first.pid != second.pid == second.call("plain.pid")
    assert first.control.hello["role"] == "worker"


def test_tells_of_every_module_before_it_is_imported(runner: Runner) -> None:
    forkserver = runner.start(runner.write("a.py", PLAIN), runner.write("b.py", PLAIN))
    assert [forkserver.read() for _ in range(2)] == [
        {"event": "importing", "module": "a"},
        {"event": "importing", "module": "b"},
    ]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_kills_a_worker_and_reports_its_end(runner: Runner, method: str) -> None:
    forkserver = runner.start(runner.write("plain.py", PLAIN), method=method)
    worker = runner.worker(forkserver)
    forkserver.say(op="kill", id="w1")
    exited = forkserver.until("exited")
    assert exited == {"event": "exited", "id": "w1", "pid": worker.pid, "status": None, "signal": "SIGKILL"}


def test_reports_a_crash(runner: Runner) -> None:
    forkserver = runner.start(runner.write("crash.py", "import os\ndef crash(): os.abort()\n"))
    runner.worker(forkserver).start("crash.crash")
    assert forkserver.until("exited")["signal"] == "SIGABRT"
    assert "Fatal Python error: Aborted" in runner.log("w1")


def test_an_aborted_worker_is_reported_with_the_library_that_its_call_waits_in(runner: Runner) -> None:
    text = "import _queue, pathlib, time\nready = pathlib.Path(__file__).with_name('ready')\n"
    text += "def wait(): ready.touch(); _queue.SimpleQueue().get()\ndef sleep(): ready.touch(); time.sleep(60)\n"
    forkserver = runner.start(runner.write("waits.py", text))
    # Some interpreters have the module built in, and then no library is to be seen.
    file = getattr(_queue, "__file__", None)
    for function, library in {"wait": file and Path(file).name, "sleep": None}.items():
        worker = runner.worker(forkserver, function)
        worker.start(f"waits.{function}")
        eventually((runner.root / "ready").exists)
        (runner.root / "ready").unlink()
        eventually(partial(is_asleep, worker.pid))
        forkserver.say(op="abort", id=function)
        exited = forkserver.until("exited")
        assert (exited["signal"], exited.get("waitsIn")) == ("SIGABRT", library)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_lets_a_worker_leave_in_order(runner: Runner, method: str) -> None:
    text = "import atexit, threading\ndef be_polite():\n"
    text += "    atexit.register(lambda: print('bye', threading.current_thread().name))\n"
    forkserver = runner.start(runner.write("polite.py", text), method=method)
    worker = runner.worker(forkserver)
    worker.call("polite.be_polite")
    worker.control.say(op="exit")
    exited = forkserver.until("exited")
    assert (exited["status"], exited["signal"]) == (0, None)
    assert "bye MainThread" in runner.log("w1")


def test_leaves_with_its_workers(runner: Runner) -> None:
    forkserver = runner.start(runner.write("plain.py", PLAIN))
    worker = runner.worker(forkserver)
    forkserver.say(op="exit")
    assert forkserver.until("exited")["pid"] == worker.pid
    assert runner.process is not None and runner.process.wait(timeout=5) == 0


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_worker_dies_with_its_forkserver(runner: Runner, method: str) -> None:
    worker = runner.worker(runner.start(runner.write("plain.py", PLAIN), method=method))
    worker.start("plain.echo", 1)
    assert runner.process is not None
    runner.process.kill()
    eventually(lambda: not alive(worker.pid), seconds=1)


def test_everybody_leaves_when_the_runner_is_gone(runner: Runner) -> None:
    forkserver = runner.start(runner.write("plain.py", PLAIN))
    worker = runner.worker(forkserver)
    worker.control.close()
    assert forkserver.until("exited")["status"] == 0
    forkserver.close()
    assert runner.process is not None and runner.process.wait(timeout=5) == 0


@pytest.mark.parametrize(
    ("text", "kind", "message", "shown"),
    [
        ("import nowhere_to_be_found\n", "ModuleNotFoundError", "No module named 'nowhere_to_be_found'", "line 1"),
        ("x = 1\ndef broken(:\n", "SyntaxError", "invalid syntax", "line 2"),
        ("def f():\n    raise ValueError('no')\nf()\n", "ValueError", "no", "in f"),
        ("import sys\nsys.exit('bye')\n", "SystemExit", "bye", "line 2"),
    ],
)
def test_says_why_a_module_cannot_be_imported(runner: Runner, text: str, kind: str, message: str, shown: str) -> None:
    failed = runner.start(runner.write("python/broken.py", text)).until("ready", "failed")
    assert failed["event"] == "failed"
    failure = failed["failure"]
    assert (failure["type"], failure["module"]) == (kind, "broken")
    assert message in failure["message"]
    assert shown in failure["traceback"] and "python/broken.py" in failure["traceback"]
    assert "vitest_python" not in failure["traceback"] and "importlib" not in failure["traceback"]
    assert runner.process is not None and runner.process.wait(timeout=5) == 1


def test_says_why_a_worker_cannot_import_a_module(runner: Runner) -> None:
    forkserver = runner.start(runner.write("broken.py", "1 / 0\n"), method="spawn")
    assert forkserver.until("ready", "failed")["event"] == "ready"
    forkserver.say(op="fork", id="w1")
    failed = runner.accept().until("ready", "failed")
    assert (failed["failure"]["type"], failed["failure"]["module"]) == ("ZeroDivisionError", "broken")
    assert forkserver.until("exited")["status"] == 1


@pytest.mark.parametrize(("text", "how"), [(THREAD, "thread 'busy'"), (CHANNEL, "gRPC channel")])
def test_spawns_where_a_module_made_forking_unsafe(runner: Runner, text: str, how: str) -> None:
    forkserver = runner.start(runner.write("fine.py", PLAIN), runner.write("unsafe.py", text + PLAIN))
    ready = forkserver.until("ready", "failed")
    assert ready["startMethod"] == "spawn"
    assert "importing unsafe" in ready["fallback"] and how in ready["fallback"]
    worker = runner.worker(forkserver)
    assert worker.call("unsafe.pid") == worker.pid


def test_forks_where_a_module_has_a_pool_of_blas_threads(runner: Runner) -> None:
    text = "import numpy\nnumpy.ones((500, 500)) @ numpy.ones((500, 500))\n" + PLAIN
    forkserver = runner.start(runner.write("matrix.py", text), OPENBLAS_NUM_THREADS="2")
    assert forkserver.until("ready", "failed")["fallback"] is None
    assert runner.worker(forkserver).call("matrix.echo", 1) == 1


def test_gives_each_worker_its_own_random_numbers(runner: Runner) -> None:
    text = "import random, numpy\ndef draw(): return [random.random(), float(numpy.random.random())]\n"
    forkserver = runner.start(runner.write("chance.py", text))
    assert forkserver.until("ready", "failed")["event"] == "ready"
    first, second = (runner.worker(forkserver, name).call("chance.draw") for name in ("w1", "w2"))
    assert first[0] != second[0] and first[1] != second[1]


def test_loses_nothing_that_was_printed_before_a_kill(runner: Runner) -> None:
    text = "import logging, os, signal\nlogging.basicConfig()\nprint('imported')\ndef die():\n"
    text += "    print('print', end='')\n    logging.warning('log')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    forkserver = runner.start(runner.write("talks.py", text))
    assert forkserver.until("ready")["event"] == "ready"
    runner.worker(forkserver).start("talks.die")
    assert forkserver.until("exited")["signal"] == "SIGKILL"
    assert runner.log("w1") == "print\x1b_vp;w\x1b\\WARNING:root:log\n\x1b_vp;o\x1b\\"
    assert "imported" in runner.log("forkserver-1")


SERVICE = """
import grpc
def register(server):
    handler = grpc.unary_unary_rpc_method_handler(lambda request, context: request[::-1])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("app.Mirror", {"Turn": handler}),))
number = 3
def broken(server): raise ValueError("no servicer today")
"""


def test_serves_the_users_servicers_behind_the_token(runner: Runner) -> None:
    runner.write("app/__init__.py", "")
    runner.write("app/mirror.py", SERVICE)
    forkserver = runner.start(services=("app.mirror:register",))
    assert forkserver.until("ready", "failed")["event"] == "ready"
    worker = runner.worker(forkserver)
    turn = worker.method("/app.Mirror/Turn")
    assert turn(b"abc", metadata=(("x-vitest-python-token", TOKEN),), timeout=10) == b"cba"
    with pytest.raises(Exception, match="UNAUTHENTICATED"):
        turn(b"abc", timeout=10)


@pytest.mark.parametrize(
    ("service", "message"),
    [
        ("mirror:nothing", "mirror has no 'nothing'"),
        ("mirror:number", "is not a function but int"),
        ("mirror", "not of the form module:function"),
        ("absent:register", "No module named 'absent'"),
    ],
)
def test_says_why_a_service_cannot_be_found(runner: Runner, service: str, message: str) -> None:
    runner.write("mirror.py", SERVICE)
    failed = runner.start(services=(service,)).until("ready", "failed")
    assert failed["event"] == "failed"
    assert message in failed["failure"]["message"]


def test_says_that_a_service_could_not_be_registered(runner: Runner) -> None:
    runner.write("mirror.py", SERVICE)
    forkserver = runner.start(services=("mirror:broken",))
    forkserver.until("ready")
    forkserver.say(op="fork", id="w1")
    failed = runner.accept().until("ready", "failed")
    assert (failed["failure"]["type"], failed["failure"]["message"]) == ("ValueError", "no servicer today")


def test_leaves_when_it_is_refused(runner: Runner) -> None:
    runner.start(runner.write("plain.py", PLAIN), answer={"refused": "other protocol"})
    assert runner.process is not None and runner.process.wait(timeout=10) == 1
    assert "refused by the runner: other protocol" in runner.log("forkserver-1")


def test_stays_quiet_about_health_where_it_can_serve_it(runner: Runner) -> None:
    runner.start(runner.write("plain.py", PLAIN)).until("ready")
    assert runner.log("forkserver-1") == ""


def test_lists_a_package_with_modules_on_demand(runner: Runner) -> None:
    runner.write("app/__init__.py", "from app.inner import shared\n")
    runner.write("app/inner.py", "def shared(): return 'shared'\n")
    runner.write("app/tools/__init__.py", "import os\n")
    runner.write("app/tools/deep.py", "from . import other\ndef fn(): return other.value\n")
    runner.write("app/tools/other.py", "value = 7\n")
    runner.write("app/bad.py", "import missing_thing\n")
    forkserver = runner.start("app")
    forkserver.until("ready")
    worker = runner.worker(forkserver)
    assert worker.call("app.shared") == "shared"
    assert worker.call("app.tools.deep.fn") == 7
    for name, problem in (
        ("app.tools.os.getpid", "NotExported"),
        ("app.none.fn", "UnknownName"),
        ("app.bad.f", "missing_thing"),
    ):
        with pytest.raises(Failed, match=problem):
            worker.call(name)


def test_imports_a_file_of_a_package_by_its_real_name(runner: Runner) -> None:
    runner.write("lib/pkg/__init__.py", "")
    runner.write("lib/pkg/sibling.py", "value = 5\n")
    file = runner.write("lib/pkg/part.py", "from .sibling import value\ndef get(): return [value, __name__]\n")
    forkserver = runner.start(file)
    assert forkserver.until("ready", "failed")["modules"][0]["name"] == "part"
    worker = runner.worker(forkserver)
    assert worker.call("part.get") == worker.call("pkg.part.get") == [5, "pkg.part"]


def test_ends_with_the_forkserver_stopped(runner: Runner) -> None:
    forkserver = runner.start(runner.write("plain.py", PLAIN))
    forkserver.until("ready")
    worker: Worker = runner.worker(forkserver)
    assert runner.process is not None
    os.kill(runner.process.pid, signal.SIGSTOP)
    time.sleep(0.05)
    assert worker.call("plain.echo", 2) == 2
    runner.process.kill()
    eventually(lambda: not alive(worker.pid), seconds=1)
    assert Path(runner.directory).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="workers of a cluster run on Linux")
def test_a_worker_measures_its_memory_although_a_test_has_replaced_open(runner: Runner) -> None:
    source = """
import builtins
def replace(): builtins.open = None
"""
    forkserver = runner.start(runner.write("m.py", source))
    forkserver.until("ready")
    worker = runner.worker(forkserver)
    worker.call("m.replace")
    worker.control.say(op="measure")
    assert worker.control.until("measured")["resident"] > 1_000_000
