from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from vitest_python.bridge.call_state import CallEvent, CallState, transition

from .state_tables import rows_of

# `-`: the event is impossible in this state. `state:action`: the next state, and what to do if anything.
TABLE = """
                begin             await              settle       stream          cancel                 end
    waiting     running           -                  -            -               cancelled              -
    cancelled   cancelled:refuse  -                  -            -               cancelled              ended
    running     -                 awaiting           -            streaming       interrupted:interrupt  ended
    interrupted -                 cancelling:cancel  -            closing:cancel  interrupted:interrupt  ended
    awaiting    -                 -                  running      -               cancelling:cancel      -
    cancelling  -                 -                  interrupted  -               cancelling:interrupt   -
    streaming   -                 -                  -            -               closing:cancel         ended
    closing     -                 -                  -            -               closing:interrupt      ended
    ended       -                 -                  -            -               ended                  -
"""


@pytest.mark.parametrize(("state", "event", "cell"), rows_of(TABLE))
def test_each_event_in_each_state(state: CallState, event: CallEvent, cell: str) -> None:
    if cell == "-":
        with pytest.raises(RuntimeError, match=f"that is {state} got the event '{event}'"):
            transition(state, event)
        return
    following, _, action = cell.partition(":")
    assert transition(state, event) == (following, action or "none")


def test_the_table_is_complete() -> None:
    pairs = {(state, event) for state, event, _ in rows_of(TABLE)}
    assert pairs == set(product(get_args(CallState), get_args(CallEvent)))
