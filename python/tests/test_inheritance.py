"""What imports have made: who finalizes it, and which descriptors workers have for themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .running import Runner

FINALIZED = """
import atexit, functools, os, tempfile, threading, weakref
HERE = os.path.dirname(__file__)
def note(what):
    with open(os.path.join(HERE, "ends.txt"), "a") as file:
        file.write(f"{what} {'import' if os.getpid() == PID else 'worker'}\\n")
PID = os.getpid()
class Thing:
    def __init__(self, name): self.name = name
    def __del__(self): note(self.name)
thing = Thing("del")
scratch = tempfile.TemporaryDirectory(prefix="svc-")
held = Thing("finalized")
weakref.finalize(held, note, "finalize")
atexit.register(note, "atexit")
atexit.register(functools.partial(note, "partial"))
threading._register_atexit(note, "threading")
@atexit.register
def decorated(): note("decorated")
@atexit.register
def forgotten(): note("forgotten")
atexit.unregister(forgotten)
made = []
def directory(): return os.path.isdir(scratch.name)
def rebind():
    global thing, held
    thing = held = None
def make():
    atexit.register(note, "later atexit")
    made.append(Thing("later del"))
    made.append(open(os.path.join(HERE, "buffered.txt"), "w"))
    made[-1].write("buffered")
"""


def ends(runner: Runner) -> list[str]:
    file = runner.root / "ends.txt"
    return file.read_text().splitlines() if file.exists() else []


def test_what_import_registered_is_done_once_by_the_process_that_imported(runner: Runner) -> None:
    forkserver = runner.start(runner.write("service.py", FINALIZED))
    assert forkserver.until("ready", "failed")["fallback"] is None
    for name in ("w1", "w2"):
        worker = runner.worker(forkserver, name)
        assert worker.call("service.directory") is True
        worker.call("service.rebind")
        worker.control.say(op="exit")
        assert forkserver.until("exited")["status"] == 0
    assert ends(runner) == []
    forkserver.say(op="exit")
    assert runner.process is not None and runner.process.wait(timeout=10) == 0
    done = ["threading", "decorated", "partial", "atexit", "finalize", "del", "finalized"]
    assert sorted(ends(runner)) == sorted(f"{what} import" for what in done)
    assert ends(runner)[0] == "threading import" and ends(runner)[1] == "decorated import"


def test_what_a_worker_made_is_done_by_the_worker(runner: Runner) -> None:
    forkserver = runner.start(runner.write("service.py", FINALIZED))
    worker = runner.worker(forkserver)
    worker.call("service.make")
    worker.control.say(op="exit")
    assert forkserver.until("exited")["status"] == 0
    assert ends(runner) == ["later atexit worker", "later del worker"]
    assert (runner.root / "buffered.txt").read_text() == "buffered"


def test_a_spawned_worker_does_what_its_own_import_registered(runner: Runner) -> None:
    forkserver = runner.start(runner.write("service.py", FINALIZED), method="spawn")
    worker = runner.worker(forkserver)
    worker.control.say(op="exit")
    assert forkserver.until("exited")["status"] == 0
    assert "atexit import" in ends(runner) and "del import" in ends(runner)


LIBRARIES = """
import atexit, logging, multiprocessing, os, weakref
import multiprocessing.util, concurrent.futures.process, concurrent.futures.thread
import machinery
CONTEXT = multiprocessing.get_context("fork")
made = []
class Thing: pass
def use():
    made.append(CONTEXT.Pool(1))
    made.append(Thing())
    weakref.finalize(made[-1], print, "finalize of the worker")
    made.append(concurrent.futures.ProcessPoolExecutor(2, CONTEXT))
    list(made[-1].map(abs, [1, -2]))
    return [process.pid for process in made[0]._pool] + list(made[-1]._processes)
"""
# A library outside of the project's own sources.
MACHINERY = """
import atexit
def clear(): print("machinery is cleared")
atexit.register(clear)
"""


def test_the_machinery_of_libraries_ends_in_every_worker(runner: Runner, tmp_path: Path) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    (packages / "machinery.py").write_text(MACHINERY)
    forkserver = runner.start(runner.write("uses.py", LIBRARIES), PYTHONPATH=str(packages))
    assert forkserver.until("ready", "failed")["fallback"] is None
    for name in ("w1", "w2"):
        worker = runner.worker(forkserver, name)
        pids = worker.call("uses.use")
        worker.control.say(op="exit", within=5_000)
        assert forkserver.until("exited")["status"] == 0
        assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}/exe")]
        assert "machinery is cleared" in runner.log(name)
        assert "finalize of the worker" in runner.log(name)


FILES = """import os, tempfile
HERE = os.path.dirname(__file__)
lines = open(__file__)
first = lines.readline()
log = open(os.path.join(HERE, "log.txt"), "a")
log.write("of import;")
raw = os.open(__file__, os.O_RDONLY)
os.lseek(raw, 7, os.SEEK_SET)
unlinked = tempfile.TemporaryFile()
unlinked.write(b"0123456789"); unlinked.flush(); unlinked.seek(5)
directory = os.open(HERE, os.O_RDONLY)
nothing, chance = open(os.devnull, "w"), open("/dev/urandom", "rb")
def read(): return [lines.readline(), os.read(raw, 2).decode(), unlinked.read().decode()]
def write(text): log.write(text)
def inheritable(): return [os.get_inheritable(raw), len(os.listdir(directory)) > 0]
"""


def test_each_worker_has_files_opened_at_import_for_itself(runner: Runner) -> None:
    forkserver = runner.start(runner.write("files.py", FILES))
    assert forkserver.until("ready", "failed")["fallback"] is None
    for name in ("w1", "w2"):
        worker = runner.worker(forkserver, name)
        assert worker.call("files.inheritable") == [False, True]
        worker.call("files.write", f"of {name};")
        worker.control.say(op="exit")
        assert forkserver.until("exited")["status"] == 0
    assert (runner.root / "log.txt").read_text() == "of import;of w1;of w2;"


def test_the_offset_stays_where_import_left_it(runner: Runner) -> None:
    forkserver = runner.start(runner.write("files.py", FILES))
    expected = ["HERE = os.path.dirname(__file__)\n", FILES[7:9], "56789"]
    assert runner.worker(forkserver, "w1").call("files.read") == expected
    assert runner.worker(forkserver, "w2").call("files.read") == expected


SHARED = [
    ("a, b = socket.socketpair()", "a pair of connected sockets"),
    ("a = socket.create_server(('127.0.0.1', 0))", "a socket that listens at 127.0.0.1:"),
    (
        "a = socket.create_server(('127.0.0.1', 0)); b = socket.create_connection(a.getsockname())\nc = a.accept()\n"
        "a.close()",
        "a connection to 127.0.0.1:",
    ),
    ("a, b = os.pipe()", "a pipe"),
    ("import select; a = select.epoll()", "an epoll descriptor"),
    ("import asyncio; a = asyncio.new_event_loop()", "an epoll descriptor"),
    ("a = os.open('/dev/fuse', os.O_RDWR)", "the device /dev/fuse"),
]


@pytest.mark.parametrize(("opens", "what"), SHARED)
def test_spawns_if_workers_would_share_what_import_opened(runner: Runner, opens: str, what: str) -> None:
    if "/dev/fuse" in opens and not os.access("/dev/fuse", os.W_OK):
        pytest.skip("there is no such device")
    runner.write("database.py", f"import os, socket\n{opens}\n")
    forkserver = runner.start(
        runner.write("app.py", "import database\ndef pid():\n    import os\n    return os.getpid()\n")
    )
    ready = forkserver.until("ready", "failed")
    assert ready["startMethod"] == "spawn"
    assert ready["fallback"].startswith(f"importing database opened {what}")
    assert "@worker.on_start" in ready["fallback"] and "os.register_at_fork" in ready["fallback"]
    assert runner.worker(forkserver).call("app.pid")


SERVED = """
import os, socket
{hook}
def connect():
    global a, b
    a, b = socket.socketpair()
connect()
def exchange(text):
    a.sendall(text.encode())
    b.settimeout(0.2)
    return b.recv(100).decode()
"""


@pytest.mark.parametrize(
    "hook",
    [
        "os.register_at_fork(after_in_child=lambda: connect())",
        "from vitest_python import worker\n@worker.on_start\ndef start(): connect()",
    ],
)
@pytest.mark.parametrize("place", ["served", "main"])
def test_forks_if_the_module_renews_what_it_opened(runner: Runner, hook: str, place: str) -> None:
    runner.write("served.py", SERVED.format(hook=hook if place == "served" else ""))
    text = (
        "import os\nimport served\n"
        if place == "served"
        else f"import os\nconnect = lambda: served.connect()\n{hook}\nimport served\n"
    )
    forkserver = runner.start(runner.write("main.py", text + "def exchange(text): return served.exchange(text)\n"))
    assert forkserver.until("ready", "failed")["fallback"] is None
    first, second = runner.worker(forkserver, "w1"), runner.worker(forkserver, "w2")
    assert first.call("main.exchange", "one") == "one"
    assert second.call("main.exchange", "two") == "two"


def test_a_hook_for_something_else_serves_no_other_module(runner: Runner) -> None:
    runner.write("other.py", "import os, random\nos.register_at_fork(after_in_child=random.seed)\n")
    forkserver = runner.start(runner.write("a.py", "import other\n"), runner.write("served.py", SERVED.format(hook="")))
    assert forkserver.until("ready", "failed")["startMethod"] == "spawn"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_hook_that_raises_keeps_the_worker_from_starting(runner: Runner, method: str) -> None:
    text = "from vitest_python import worker\n@worker.on_start\ndef connect(): raise OSError('no database')\n"
    forkserver = runner.start(runner.write("hooked.py", text), method=method)
    forkserver.until("ready")
    forkserver.say(op="fork", id="w1")
    failed = runner.accept().until("ready", "failed")
    assert (failed["failure"]["type"], failed["failure"]["message"]) == ("OSError", "no database")
    assert "in connect" in failed["failure"]["traceback"]


def test_a_hook_is_not_called_outside_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text(
        "from vitest_python import worker\n@worker.on_start\ndef connect(): print('no')\n"
    )
    python = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", "import alone; alone.connect; print('yes')"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": python}, capture_output=True, text=True
    )
    assert done.stdout == "yes\n"
