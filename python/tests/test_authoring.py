from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitest_python import tool, worker
from vitest_python.authoring import aliases_of

from .reaping import PACKAGE
from .running import Failed, Runner, Worker

TOOLS = """
import asyncio, functools, time
from vitest_python import JavaScriptError, tool, worker

imported_in = (worker.run_id, worker.lease)

def told(): return [*imported_in, worker.run_id, worker.lease]

@tool(name="predict")
def _predict(value): return value + 1

@functools.lru_cache
@tool(name="cached")
def cached_(value): return value

@tool(timeout=0.5)
def sleep(seconds):
    time.sleep(seconds)
    return "awake"

@tool(timeout=0.5)
async def sleep_async(seconds):
    await asyncio.sleep(seconds)

@tool(timeout=0.5)
async def block(seconds):
    time.sleep(seconds)

@tool(timeout=0.5)
def swallow():
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        return "too late"

@tool(timeout=0.5)
def count():
    yield 1
    time.sleep(60)

@tool(stream=True)
def letters(text): return list(text)
"""


@pytest.fixture(scope="module", params=["fork", "spawn"])
def tools(request: pytest.FixtureRequest) -> Iterator[Worker]:
    with tempfile.TemporaryDirectory(prefix="vp-") as directory:
        runner = Runner(Path(directory))
        forkserver = runner.start(runner.write("tools.py", TOOLS), method=request.param, VITEST_PYTHON_RUN_ID="f0rk5rv")
        assert forkserver.until("ready", "failed")["event"] == "ready"
        yield runner.worker(forkserver)
        runner.close()


def test_modules_can_import_the_helpers_without_installing_them(tools: Worker) -> None:
    assert tools.call("tools.told") == ["f0rk5rv", None, "f0rk5rv", "l1"]


def test_tool_gives_another_name_even_to_a_private_function(tools: Worker) -> None:
    assert tools.call("tools.predict", 1) == 2
    assert tools.call("tools.cached", 1) == tools.call("tools.cached_", 1) == 1
    with pytest.raises(Failed, match="PrivateName"):
        tools.call("tools._predict", 1)
    with pytest.raises(Failed, match="did you mean predict"):
        tools.call("tools.predikt", 1)


@pytest.mark.parametrize("name", ["sleep", "sleep_async", "block"])
def test_a_time_limit_interrupts_the_function(tools: Worker, name: str) -> None:
    with pytest.raises(Failed, match=rf"tools.{name} took longer than the 0.5 s of its @tool") as caught:
        tools.call(f"tools.{name}", 60)
    failure = caught.value.failure
    assert failure.type == "vitest_python.TimedOut"
    assert "TimeoutError" in failure.bases
    assert name in [frame.function for frame in failure.frames]
    assert tools.call("tools.sleep", 0) == "awake"


def test_a_time_limit_fails_the_call_even_if_the_function_swallows_it(tools: Worker) -> None:
    with pytest.raises(Failed, match="TimedOut"):
        tools.call("tools.swallow")


def test_a_time_limit_covers_a_stream_from_start_to_end(tools: Worker) -> None:
    call = tools.start("tools.count", stream=16)
    with pytest.raises(Failed, match="TimedOut"):
        tools.items(call)


def test_any_iterable_is_a_stream_if_tool_says_so(tools: Worker) -> None:
    assert tools.items(tools.start("tools.letters", "ab", stream=16)) == ["a", "b"]
    with pytest.raises(Failed, match=r"tools.letters is a stream; use python.stream"):
        tools.call("tools.letters", "ab")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_modules_with_the_names_of_ours_do_not_interfere(method: str) -> None:
    with tempfile.TemporaryDirectory(prefix="vp-") as directory:
        runner = Runner(Path(directory))
        runner.write("elsewhere/vitest_python/__init__.py", "raise ImportError('not this one')")
        text = "from vitest_python import tool\n\n@tool(name='own')\ndef _own(): return __name__\n"
        names = ["tool", "worker", "authoring", "environment"]
        modules = [runner.write(f"{name}.py", text) for name in names]
        forkserver = runner.start(*modules, method=method, PYTHONPATH=str(runner.root / "elsewhere"))
        assert forkserver.until("ready", "failed")["event"] == "ready"
        worker = runner.worker(forkserver)
        assert [worker.call(f"{name}.own") for name in names] == names
        runner.close()


def test_tool_and_worker_work_outside_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VITEST_PYTHON_RUN_ID", raising=False)
    assert (worker.run_id, worker.lease) == (None, None)
    assert tool(timeout=1, stream=True)(len_of)("abc") == 3


def test_a_bare_interpreter_can_import_the_helpers() -> None:
    """`tool` needs neither gRPC nor modules that exist only on POSIX."""
    code = f"import sys; sys.path.insert(0, {PACKAGE!r}); from vitest_python import tool, worker; print(worker.run_id)"
    code += "; print(sorted({'grpc', 'resource', 'asyncio', 'ctypes'} & set(sys.modules)))"
    environment = {key: value for key, value in os.environ.items() if key != "VITEST_PYTHON_RUN_ID"}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "None\n[]\n"


@pytest.mark.parametrize("name", ["_private", "two words", ""])
def test_tool_refuses_a_name_that_cannot_be_called(name: str) -> None:
    with pytest.raises(ValueError, match="use a Python identifier"):
        tool(name=name)


@pytest.mark.parametrize("timeout", [0, -1])
def test_tool_refuses_a_time_limit_that_is_not_positive(timeout: float) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        tool(timeout=timeout)


def test_tool_refuses_a_name_for_a_nested_function() -> None:
    def inner() -> None: ...

    with pytest.raises(TypeError, match="is not at the top of its module"):
        tool(name="other")(inner)
    assert "other" not in aliases_of(__name__)


def len_of(text: str) -> int:
    return len(text)
