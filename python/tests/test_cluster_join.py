"""What is said if a cluster can't be joined. Ray's own words come from Ray 2.60."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from vitest_python.cluster import cluster
from vitest_python.cluster.cluster import Cluster, ClusterProblem

MISMATCH = """Version mismatch: The cluster was started with:
    Ray: 2.60.0
    Python: 3.11.7
This process on 10.0.0.7 was started with:
    Ray: 2.59.0
    Python: 3.11.7
"""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError(MISMATCH), "Run the tests with the versions of the cluster"),
        (ConnectionError("Could not find any running Ray instance."), "make it one: `ray start --address=<head>:6379"),
    ],
)
def test_the_remedy_fits_the_reason(error: Exception, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = join(error, monkeypatch)
    assert f"Cannot join the Ray cluster at 'auto': {type(error).__name__}: {error}\n" in message
    assert told in message


def test_a_wrong_option_has_no_other_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    message = join(ValueError("pip must be a list"), monkeypatch)
    assert message == "Cannot join the Ray cluster at 'auto': ValueError: pip must be a list"


def join(error: Exception, monkeypatch: pytest.MonkeyPatch) -> str:
    def init(**_: object) -> None:
        raise error

    monkeypatch.setattr(cluster, "_import_ray", lambda: SimpleNamespace(init=init))
    with pytest.raises(ClusterProblem) as raised:
        Cluster({"address": "auto"}, "abcdefg")
    return str(raised.value)
