"""The judgement about the trees of a cluster, with a cluster that only plays one."""

from __future__ import annotations

import time
from typing import Any

import pytest

from vitest_python.cluster import survey
from vitest_python.cluster.cluster import ClusterProblem
from vitest_python.cluster.survey import Survey

HERE = {"bootId": "b", "pidNamespace": "pid:[1]", "uid": 7}
ORPHAN = {"pid": 5, "startTime": "1", "command": "daemon", "lease": "l1"}
ORIGIN = {"clusterId": "c", "session": "s"}
NODES = [{"id": "n0", "ip": "10.0.0.1"}, {"id": "n1", "ip": "10.0.0.2"}]
ENDED = {"orphans": [{**ORPHAN, "killed": True}], "cleanSweeps": 2, "unreadable": []}


def tree(owner: str, *processes: dict[str, Any]) -> dict[str, Any]:
    return {"owner": owner, "run": "runrunr", "ip": "10.0.0.1", "directory": "/t/x", "processes": list(processes)}


def answer(trees: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
    return {**HERE, "trees": trees or {}, "strays": [], "unreadable": [], **other}


class Silence(Exception):
    """Stands for each of Ray's errors."""


class FakeCluster:
    """Its nodes give their answers in turn, the last one again and again."""

    address = "10.0.0.1:6379"
    nodes = NODES

    def __init__(self, n0: Any = None, n1: Any = None, owned: Any = ((),), origins: Any = (ORIGIN,)) -> None:
        self.answers = {"n0": list(n0 or [answer()]), "n1": list(n1 or [answer()])}
        self.owned, self.origins = list(owned), list(origins)
        self.ended: list[str] = []
        self.looks = 0

    def candidates(self) -> Any:
        return self.nodes

    def describe(self) -> Any:
        origin = self.next(self.origins)
        if origin is None:
            time.sleep(5)
        return self.wait(origin, 0)

    def owned_trees(self) -> set[str]:
        return set(self.next(self.owned))

    def start_task(self, node: str, _package: bytes, function: str, *arguments: Any) -> Any:
        if function == "trees.end_tree":
            self.ended += arguments
            return ENDED
        self.looks += 1
        return self.next(self.answers[node])

    def wait(self, found: Any, timeout: float) -> Any:
        assert timeout >= 0
        if isinstance(found, Exception):
            raise found
        return found

    def next(self, answers: list[Any]) -> Any:
        return answers.pop(0) if len(answers) > 1 else answers[0]


class Clock:
    """Time that passes only while the survey pauses, however busy the machine is."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "time", Clock())


def judge(reap: bool = False, **of_cluster: Any) -> tuple[dict[str, Any], FakeCluster]:
    cluster: Any = FakeCluster(**of_cluster)
    return Survey(cluster).run(reap), cluster


def test_a_cluster_without_trees_is_clean_and_each_node_was_looked_at() -> None:
    found, cluster = judge()
    assert (found["orphans"], found["problems"], found["nodes"]) == ([], [], ["10.0.0.1", "10.0.0.2"])
    assert cluster.looks == 2


def test_a_process_of_a_tree_without_an_owner_is_an_orphan() -> None:
    found, cluster = judge(n0=[answer({"t": tree("dead", ORPHAN)})])
    expected = {**ORPHAN, "node": "10.0.0.1", "run": "runrunr", "tree": "t", "killed": False}
    assert (found["orphans"], found["problems"], cluster.ended) == ([expected], [], [])


def test_each_user_of_a_machine_judges_its_own_processes() -> None:
    found, _ = judge(n1=[answer(unreadable=[9])])
    assert found["problems"] == []
    found, _ = judge(n1=[{**answer(unreadable=[9]), "uid": 8}])
    assert found["problems"] == ["node 10.0.0.2: pid 9 can't be read"]


def test_a_cluster_without_a_living_node_is_not_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCluster, "nodes", [])
    found, _ = judge()
    assert found["problems"] == ["the cluster lists no living node"]


@pytest.mark.parametrize("owner", ["dead", "unknown"])
def test_an_orphan_is_killed_only_if_that_is_asked_for(owner: str) -> None:
    found, cluster = judge(True, n0=[answer({"t": tree(owner, ORPHAN)})])
    assert [orphan["killed"] for orphan in found["orphans"]] == [True]
    assert (cluster.ended, found["problems"]) == (["/t/x"], [])


@pytest.mark.parametrize(
    ("owner", "owned"),
    [
        # The cluster lists its actor.
        ("unknown", ("t",)),
        # A restarted head, or that of another cluster on the same machine, doesn't know the actor.
        ("alive", ()),
        ("alive", ("t",)),
    ],
)
def test_a_tree_with_a_living_owner_is_left_alone(owner: str, owned: Any) -> None:
    found, cluster = judge(
        True, n0=[answer({"t": tree(owner, ORPHAN)} if owned else {"t": tree(owner)})], owned=[owned]
    )
    assert (found["orphans"], found["problems"], found["living"], cluster.ended) == ([], [], ["t"], [])


def test_a_tree_that_ends_by_itself_is_no_orphan() -> None:
    looks = [answer({"t": tree("dead", ORPHAN)})] * 3 + [answer()]
    found, cluster = judge(n0=looks)
    assert (found["orphans"], found["problems"]) == ([], [])
    assert cluster.looks == 8


def test_trees_that_go_on_ending_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "GRACE_SECONDS", 2 * survey.WATCH_SECONDS)
    found, _ = judge(n0=[answer({"t": tree("dead", ORPHAN)})])
    assert found["problems"] == ["node 10.0.0.1: the tree t has lost its actor, and is still ending"]


def test_an_actor_that_has_ended_and_is_still_listed_is_unknown() -> None:
    found, cluster = judge(True, n0=[answer({"t": tree("dead", ORPHAN)})], owned=[("t",)])
    assert found["problems"] == ["node 10.0.0.1: the tree t has lost its actor, and the cluster still lists it"]
    assert (found["orphans"], cluster.ended) == ([], [])


def test_a_node_that_does_not_answer_is_unknown_and_is_not_asked_again() -> None:
    found, cluster = judge(n0=[Silence()], n1=[answer({"t": tree("dead", ORPHAN)})])
    assert found["problems"] == ["node 10.0.0.1: it has not answered (Silence)"]
    assert found["nodes"] == ["10.0.0.2"] and len(found["orphans"]) == 1
    assert len(cluster.answers["n0"]) == 1 and cluster.looks > 2


def test_a_process_of_a_machine_with_two_nodes_is_told_once() -> None:
    same = answer({"t": tree("dead", ORPHAN)}, unreadable=[9])
    found, _ = judge(n0=[same], n1=[same])
    assert (len(found["orphans"]), found["problems"]) == (1, ["node 10.0.0.1: pid 9 can't be read"])
    # Control: the same numbers in two containers.
    found, _ = judge(n0=[same], n1=[{**answer(unreadable=[9]), "pidNamespace": "pid:[2]"}])
    assert len(found["problems"]) == 2


def test_nodes_that_share_a_directory_judge_the_trees_of_their_own() -> None:
    elsewhere = {**answer({"t": tree("elsewhere")}), "pidNamespace": "pid:[2]"}
    mine = answer({"t": tree("dead", ORPHAN)})
    for first, second in ((elsewhere, mine), (mine, elsewhere)):
        found, _ = judge(n0=[first], n1=[second])
        assert (len(found["orphans"]), found["elsewhere"]) == (1, [])
    found, _ = judge(n0=[elsewhere])
    assert (found["orphans"], found["elsewhere"]) == ([], ["t"])


def test_a_stray_is_unknown() -> None:
    found, _ = judge(n0=[answer(strays=[{**ORPHAN, "run": "abcdefg"}])])
    (problem,) = found["problems"]
    assert problem.startswith("node 10.0.0.1: pid 5 (daemon) has the marks of run abcdefg, whose directory is gone")


def test_the_directories_of_dead_trees_are_removed_with_the_orphans() -> None:
    gone = {"t": tree("dead")}
    assert judge(True, n0=[answer(gone)])[1].ended == ["/t/x"]
    assert judge(False, n0=[answer(gone)])[1].ended == []
    # Nothing is known about a directory without a record: an actor may be about to write it.
    assert judge(True, n0=[answer({"t": tree("unknown")})])[1].ended == []


def test_a_tree_whose_sweep_is_not_clean_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENDED, "cleanSweeps", 1)
    monkeypatch.setitem(ENDED, "orphans", [{**ORPHAN, "killed": False}])
    found, _ = judge(True, n0=[answer({"t": tree("dead", ORPHAN)})])
    assert [orphan["killed"] for orphan in found["orphans"]] == [False]
    assert found["problems"] == ["node 10.0.0.1: the tree t is not proven ended"]


def test_a_head_that_was_replaced_meanwhile_proves_nothing() -> None:
    found, _ = judge(origins=[ORIGIN, {**ORIGIN, "session": "later"}])
    assert found["problems"] == ["the head of the cluster was replaced meanwhile"]


def test_a_head_that_does_not_answer_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "ANSWER_SECONDS", 1)
    with pytest.raises(ClusterProblem, match=r"does not answer \(TimeoutError: no answer within 1 seconds\)"):
        judge(origins=[ORIGIN, None])
    with pytest.raises(ClusterProblem, match=r"does not answer \(Silence: \)"):
        judge(origins=[Silence()])
