from __future__ import annotations

import time

import pytest

from .reaping import eventually
from .running import Failed, Worker


@pytest.fixture(params=["count", "acount"])
def counter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_sends_every_item_and_the_end(worker: Worker, counter: str) -> None:
    assert worker.items(worker.start(f"embeddings.{counter}", 5, stream=100)) == [0, 1, 2, 3, 4]


def test_makes_no_item_without_credit(worker: Worker, counter: str) -> None:
    before = worker.call("embeddings.made_so_far")
    stream = worker.start(f"embeddings.{counter}", 10, stream=2)
    worker.next(stream), worker.next(stream)
    time.sleep(0.1)
    assert worker.silent(stream)
    assert worker.call("embeddings.made_so_far") == before + 2
    worker.credit(stream, 3)
    for _ in range(3):
        assert worker.next(stream).WhichOneof("kind") == "item"
    time.sleep(0.05)
    assert worker.call("embeddings.made_so_far") == before + 5
    worker.credit(stream, 100)
    assert len(worker.items(stream)) == 5


def test_closes_the_generator_of_a_cancelled_stream(worker: Worker, counter: str) -> None:
    stream = worker.start(f"embeddings.{counter}", 10, stream=1)
    worker.next(stream)
    before = worker.call("embeddings.closings").count(counter)
    worker.cancel(stream)
    assert worker.next(stream).WhichOneof("kind") == "end"
    assert worker.call("embeddings.closings").count(counter) == before + 1


def test_lets_calls_through_while_a_stream_runs(worker: Worker, counter: str) -> None:
    stream = worker.start(f"embeddings.{counter}", 3000, stream=3001)
    worker.next(stream)
    assert worker.call("embeddings.echo", "between") == "between"
    assert len(worker.items(stream)) == 2999


def test_cancels_a_coroutine(worker: Worker) -> None:
    call = worker.start("embeddings.later", 60, "never")
    worker.call("embeddings.echo", 1)
    worker.cancel(call)
    with pytest.raises(Failed, match="CancelledError") as failed:
        worker.result(call)
    assert [frame.function for frame in failed.value.failure.frames][:1] == ["later"]
    eventually(lambda: "later" in worker.call("embeddings.closings"))


def test_does_not_begin_a_call_that_was_cancelled_while_it_waited(worker: Worker) -> None:
    worker.start("embeddings.sleep", 0.3)
    before = worker.start("embeddings.made_so_far")
    stream = worker.start("embeddings.count", 5, stream=5)
    worker.cancel(stream)
    with pytest.raises(Failed, match="Cancelled"):
        worker.items(stream)
    assert worker.call("embeddings.made_so_far") == worker.result(before)


def test_says_which_method_to_use(worker: Worker, counter: str) -> None:
    with pytest.raises(Failed, match=r"use python\.stream instead"):
        worker.call(f"embeddings.{counter}", 3)
    with pytest.raises(Failed, match=r"use python\.call instead"):
        worker.items(worker.start("embeddings.echo", [1], stream=3))


def test_ends_with_the_failure_of_an_item(worker: Worker) -> None:
    with pytest.raises(Failed, match="not valid Unicode"):
        worker.items(worker.start("embeddings.bad_item", stream=9))
    assert "bad_item" in worker.call("embeddings.closings")
