from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vitest_python.bridge.stream_state import StreamEvent, StreamPhase, transition

from .state_tables import rows_of

# `-`: the event is impossible in this phase. `phase:action`: the next phase, and what to do if anything.
# This is for streams with credit.
TABLE = """
         step         grant        item           sent            stop       fail        abort       cancel
ready    working:ask  ready        -              -               -          ended:fail  ended:fail  closing:close
parked   -            working:ask  -              -               -          ended:fail  ended:fail  closing:close
working  -            working      working:send   ready:continue  ended:end  ended:fail  ended:fail  closing:interrupt
closing  closing      closing      closing:close  closing:close   ended:end  ended:fail  ended:end   closing:interrupt
ended    ended        ended        -              -               -          -           -           ended
"""


@pytest.mark.parametrize(("phase", "event", "cell"), rows_of(TABLE))
def test_each_event_in_each_phase(phase: StreamPhase, event: StreamEvent, cell: str) -> None:
    if cell == "-":
        with pytest.raises(RuntimeError, match=f"that is {phase} got the event '{event}'"):
            transition(phase, event, 1)
        return
    following, _, action = cell.partition(":")
    assert transition(phase, event, 1) == (
        following,
        action or "none",
    )


def test_the_table_is_complete() -> None:
    pairs = {(phase, event) for phase, event, _ in rows_of(TABLE)}
    assert pairs == set(product(get_args(StreamPhase), get_args(StreamEvent)))


@pytest.mark.parametrize(("phase", "event", "cell"), rows_of(TABLE))
def test_without_credit_asks_for_nothing_and_does_the_same_otherwise(
    phase: StreamPhase, event: StreamEvent, cell: str
) -> None:
    if cell == "-":
        return
    step = transition(phase, event, 0)
    if cell == "working:ask":
        assert step == ("parked", "none")
    else:
        assert step == transition(phase, event, 1)


@given(
    some.sampled_from(get_args(StreamPhase)),
    some.lists(some.tuples(some.sampled_from(get_args(StreamEvent)), some.integers(0, 1)), max_size=20),
)
def test_a_stream_ends_once_and_is_asked_for_nothing_afterwards(
    phase: StreamPhase, events: list[tuple[StreamEvent, int]]
) -> None:
    ended = phase == "ended"
    for event, credit in events:
        try:
            phase, action = transition(phase, event, credit)
        except RuntimeError:
            continue
        assert not ended or action == "none"
        ended = ended or action in ("end", "fail")
        assert ended is (phase == "ended")
