from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .certificates import MakePair, Pair, make_pair
from .running import Runner, Worker

EMBEDDINGS = """
import asyncio, dataclasses, os, sys, threading, time
from os import system
import numpy

def echo(value): return value
def thread(): return threading.current_thread() is threading.main_thread()
def environment(name): return os.environ.get(name)
def pid(): return os.getpid()
def random():
    import random
    return [random.random(), float(numpy.random.random())]

def embed(words: list[str], scale: float = 1) -> list[float]:
    return [len(word) * scale for word in words]

def run():
    async def inner():
        await asyncio.sleep(0.001)
        return "inner"
    return asyncio.run(inner())

async def later(seconds, value):
    try:
        await asyncio.sleep(seconds)
        return value
    except asyncio.CancelledError:
        closed.append("later")
        raise

async def background():
    async def work():
        await asyncio.sleep(0.05)
        closed.append("background")
    kept.add(asyncio.create_task(work()))

closed = []
kept = set()
made = []
def closings(): return closed
def made_so_far(): return len(made)

def count(upto):
    try:
        for number in range(upto):
            made.append(number)
            yield number
    finally:
        closed.append("count")

async def acount(upto):
    try:
        for number in range(upto):
            await asyncio.sleep(0)
            made.append(number)
            yield number
    finally:
        closed.append("acount")

def sleep(seconds): time.sleep(seconds)
def leave(): sys.exit(3)
async def leave_later(): sys.exit(3)
def interrupt(): raise KeyboardInterrupt

class TooLong(ValueError): pass

def _inner(word):
    raise TooLong(f"{word} is too long")

def fail(word):
    try:
        {}["key"]
    except KeyError as error:
        problem = TooLong("outer")
        if hasattr(problem, "add_note"): problem.add_note("look here")
        raise problem from error

def fail_inside(word): return _inner(word)
def wrong_inside(): return len()
def bad_item():
    try:
        yield 1
        yield "\\ud800"
    finally:
        closed.append("bad_item")

@dataclasses.dataclass
class Point:
    x: int
    y: object

def unsendable(): return [{"model": Point(1, "\\ud800")}]
def huge(): return {"n": 2 ** 70}
def arrays(): return {"a": numpy.arange(3), "m": numpy.eye(2).T, "f": numpy.float32(0.5), "t": (1, 2)}

class Index:
    @staticmethod
    def build(n): return list(range(n))
    _secret = build

index = Index()
_private = echo
number = 3
def say(text): print(text)
"""


@pytest.fixture
def runner() -> Iterator[Runner]:
    # Not tmp_path: a Unix socket's path has little room.
    with tempfile.TemporaryDirectory(prefix="vp-") as directory:
        made = Runner(Path(directory))
        yield made
        made.close()


@pytest.fixture(scope="module", params=["auto", "grpc"])
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """A worker whose session goes over the transport of the parameter."""
    with tempfile.TemporaryDirectory(prefix="vp-") as directory:
        made = Runner(Path(directory))
        forkserver = made.start(made.write("python/embeddings.py", EMBEDDINGS), transport=request.param)
        assert forkserver.until("ready", "failed")["fallback"] is None
        yield made.worker(forkserver)
        made.close()


@pytest.fixture
def pair(tmp_path: Path) -> MakePair:
    """Make a key and its certificate."""

    def make(name: str) -> Pair:
        return make_pair(tmp_path, name)

    return make
