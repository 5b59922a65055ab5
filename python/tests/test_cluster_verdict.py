"""The verdict about a cluster, with a cluster that only plays one."""

from __future__ import annotations

import threading
import time
from concurrent import futures
from typing import Any

import grpc
import pytest

from vitest_python.cluster.access import refuses_strangers
from vitest_python.cluster.verdict import doubt, judge_cluster, merge_orphans

SAME = {"bootId": "b", "pidNamespace": "pid:[1]", "uid": 7}
FACTS = {**SAME, "ip": "10.0.0.1", "tree": "abcdefg"}
CLEAN = {**SAME, "orphans": [], "cleanSweeps": 2, "unreadable": [], "looked": 9}
ORPHAN = {"pid": 5, "startTime": "1", "command": "daemon"}
ORIGIN = {"clusterId": "c", "session": "s"}


class Failed(Exception):
    """Stands for Ray's error of a task that has failed."""

    cause = OSError(28, "No space left on device")


class Silence(Exception):
    """Stands for each of Ray's errors."""


class Actor:
    def __init__(self, finished: Any) -> None:
        self.finish = self
        self.finished = finished

    def remote(self) -> Any:
        return self.finished


class FakeCluster:
    def __init__(self, swept: Any = CLEAN, origin: Any = ORIGIN, nodes: Any = ("n0",), left: Any = ()) -> None:
        self.swept, self.origin, self.alive, self.left = swept, origin, nodes, left
        self.killed: list[Any] = []

    def sweep(self, _node: str, _package: bytes, _tree: str, _since: str, _keep: list[str]) -> Any:
        return self.swept

    def wait(self, answer: Any, timeout: float) -> Any:
        assert timeout >= 0
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kill(self, actor: Any) -> None:
        self.killed.append(actor)

    def describe(self) -> Any:
        return self.wait(self.origin, 0)

    def nodes(self) -> Any:
        return list(self.alive)

    def actors_left(self) -> Any:
        return list(self.left)


FINISHED: dict[str, Any] = {"orphans": [], "problem": None}


def judge(finished: Any = FINISHED, **of_cluster: Any) -> tuple[dict[str, Any], str | None]:
    cluster: Any = FakeCluster(**of_cluster)
    actor = Actor(finished)
    ended, verdict = judge_cluster(cluster, ORIGIN, {0: ("n0", actor, FACTS)}, b"", 1.0, [])
    assert cluster.killed == ([] if "has not been swept" in str(ended["problem"]) else [actor])
    return ended, verdict["problem"]


def test_a_run_is_clean_if_everything_confirms_it() -> None:
    ended, problem = judge()
    assert (ended["problem"], ended["orphans"], problem) == (None, [], None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bootId": "other"}, "bootId changed"),
        ({"pidNamespace": "pid:[2]"}, "pidNamespace changed"),
        ({"uid": 0}, "uid changed"),
        ({"unreadable": [4]}, "can't be read"),
        ({"cleanSweeps": 1}, "no two sweeps"),
    ],
)
def test_a_sweep_that_proves_nothing_is_doubted(change: dict[str, Any], reason: str) -> None:
    assert reason in str(doubt(FACTS, {**CLEAN, **change}))


def test_a_node_that_did_not_say_where_it_is_is_doubted() -> None:
    assert doubt({}, CLEAN) is not None


def test_a_sweep_without_an_answer_is_a_problem() -> None:
    ended, _ = judge(swept=Silence())
    assert ended["problem"] == "its sweep has not answered (Silence)"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Failed("task failed\n\n  File 'x'"), "its sweep has failed (OSError: [Errno 28] No space left on device)"),
        (TimeoutError("Get timed out: some object(s) not ready."), "its sweep has not answered within 31 seconds"),
    ],
)
def test_the_reason_for_which_a_sweep_has_failed_is_told(error: Exception, says: str) -> None:
    ended, _ = judge(swept=error)
    assert ended["problem"] == says


def test_an_orphan_counts_as_killed_only_if_a_sweep_has_proven_it() -> None:
    for swept in (Silence(), {**CLEAN, "cleanSweeps": 1}, {**CLEAN, "bootId": "other"}):
        ended, _ = judge(finished={"orphans": [ORPHAN], "problem": "its reaper does not answer"}, swept=swept)
        assert ended["orphans"] == [{**ORPHAN, "killed": False}]


def test_a_tree_that_ended_without_the_run_is_a_problem_even_if_its_node_is_clean() -> None:
    ended, _ = judge(finished=Silence())
    assert ended["problem"] == "its actor has not answered (Silence)"
    ended, _ = judge(finished={"orphans": [], "problem": "its reaper ended during the run"})
    assert ended["problem"] == "its reaper ended during the run"


def test_orphans_of_tree_and_sweep_are_joined() -> None:
    ended, _ = judge(finished={"orphans": [ORPHAN], "problem": None})
    assert ended["orphans"] == [{**ORPHAN, "killed": True}]
    alive = {**ORPHAN, "killed": False}
    assert merge_orphans([ORPHAN], [alive], is_proof=True) == [alive]


@pytest.mark.parametrize(
    ("of_cluster", "reason"),
    [
        ({"origin": {**ORIGIN, "session": "later"}}, "the head of the cluster was replaced"),
        ({"origin": {**ORIGIN, "clusterId": "other"}}, "the head of the cluster was replaced"),
        ({"origin": Silence("gone")}, "does not answer (Silence: gone)"),
        ({"nodes": ("n1",)}, "has lost 1 of the nodes"),
        ({"left": ("a1",)}, "1 actors of the run are left"),
    ],
)
def test_the_word_of_a_cluster_that_is_not_the_same_proves_nothing(of_cluster: dict[str, Any], reason: str) -> None:
    _, problem = judge(**of_cluster)
    assert reason in str(problem)


@pytest.mark.parametrize("request_name", ["describe", "kill", "sweep", "nodes", "actors_left"])
def test_a_head_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, request_name: str) -> None:
    released = threading.Event()
    monkeypatch.setattr(FakeCluster, request_name, lambda *_: released.wait(30))
    cluster: Any = FakeCluster()
    began = time.monotonic()
    trees: Any = {0: ("n0", Actor({"orphans": [ORPHAN], "problem": None}), FACTS)}
    ended, verdict = judge_cluster(cluster, ORIGIN, trees, b"", 1, [])
    released.set()
    assert time.monotonic() - began < 15
    assert "does not answer (TimeoutError" in str(verdict["problem"])
    # The tree has told of it before. Only a sweep proves that it is gone.
    assert ended["orphans"] == [{**ORPHAN, "killed": request_name in ("nodes", "actors_left")}]
    assert (ended["problem"] is None) == (request_name in ("nodes", "actors_left"))


@pytest.mark.parametrize("change", [{"session": "later"}, {"clusterId": "other"}])
def test_nothing_is_asked_of_another_head(change: dict[str, Any]) -> None:
    ended, problem = judge(origin={**ORIGIN, **change}, swept=AssertionError("asked"), nodes=(), left=("a1",))
    assert ended["problem"] == "it has not been swept: the head of the cluster was replaced during the run"
    assert problem == "the head of the cluster was replaced during the run"


@pytest.mark.parametrize(
    ("code", "refuses"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, True),
        (grpc.StatusCode.UNIMPLEMENTED, False),
        (None, False),
    ],
)
def test_only_a_refusal_shows_that_a_cluster_refuses_strangers(code: Any, refuses: bool) -> None:
    def answer(_request: bytes, context: grpc.ServicerContext) -> bytes:
        if code is not None:
            context.abort(code, "no")
        return b""

    class Head(grpc.GenericRpcHandler):  # type: ignore[misc,unused-ignore]
        def service(self, _details: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(answer)

    server = grpc.server(futures.ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers((Head(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        assert refuses_strangers(f"127.0.0.1:{port}") is refuses
    finally:
        server.stop(None).wait()


def test_a_head_that_is_not_there_is_no_refusal() -> None:
    assert refuses_strangers("127.0.0.1:1") is False
