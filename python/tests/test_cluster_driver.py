"""The driver without Ray: a cluster of this file stands in for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from vitest_python.cluster import cluster
from vitest_python.cluster.cluster import Cluster, ClusterProblem
from vitest_python.cluster.driver import Driver


class Lines:
    """A control socket that keeps the lines."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, line: dict[str, Any]) -> None:
        self.sent.append(line)


class EmptyCluster:
    """A cluster in which no node has the resources."""

    def describe(self) -> dict[str, Any]:
        return {}

    def candidates(self) -> list[dict[str, Any]]:
        return []


def test_a_tree_that_cannot_be_placed_is_named_with_the_reason() -> None:
    lines: Any = Lines()
    empty: Any = EmptyCluster()
    config: Any = None
    driver = Driver(config, {"silence": 3_000, "keep": []}, lines, empty)
    assert driver._place({"op": "place", "node": 0, "tree": "abcdefg", "timeout": 1_000}) is None
    (line,) = lines.sent
    assert (line["event"], line["node"], line["tree"]) == ("place-failed", 0, "abcdefg")
    assert "only 0 nodes of the cluster have the resources" in line["message"]


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (ConnectionError("no cluster at this address"), True),
        (RuntimeError("no raylet here"), True),
        (ValueError("runtime_env has no member pipp"), False),
    ],
)
def test_an_error_about_an_option_is_not_followed_by_the_remedy_for_another(
    error: Exception, remedy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def init(**_options: Any) -> None:
        raise error

    monkeypatch.setattr(cluster, "_import_ray", lambda: SimpleNamespace(init=init))
    with pytest.raises(ClusterProblem, match=str(error)) as caught:
        Cluster({"address": "auto"}, "abcdefg")
    assert ("ray start" in str(caught.value)) is remedy
