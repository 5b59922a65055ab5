"""Plays random sequences of everything that can happen to calls. Each call must end exactly once."""

from __future__ import annotations

import inspect
import signal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from vitest_python.execution import interrupt

from .call_model import Kind, PlayedCall, Step, SteppedExecutor

KINDS: list[tuple[Kind, bool]] = [
    ("value", False),
    ("coroutine", False),
    ("generator", True),
    ("async generator", True),
    ("coroutine of generator", True),
    ("coroutine of coroutine", False),
    # These use the wrong method for the function.
    ("generator", False),
    ("coroutine", True),
]
STEPS: list[Step] = [
    *("item", "item", "item", "item", "unsendable", "raise", "raise cancelled"),
    *("cancel", "cancel in thread", "grant", "work", "sleep", "stubborn", "stubborn"),
]
Plan = tuple[tuple[Kind, bool], int, list[Step]]
PLANS = some.tuples(
    some.sampled_from(KINDS), some.integers(0, 4), some.lists(some.sampled_from(STEPS), min_size=1, max_size=8)
)
# More turns than the longest script needs after its call was cancelled.
MAX_TURNS = 2_000


class Calls(RuleBasedStateMachine):
    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self._handler = signal.getsignal(signal.SIGINT)
        interrupt.interrupt_only_user_code()
        self.executor = SteppedExecutor()
        self.played: list[PlayedCall] = []

    @initialize(target=calls, plans=some.lists(PLANS, min_size=2, max_size=4))
    def begin(self, plans: list[Plan]) -> Any:
        return multiple(*map(self.start, plans))

    @rule(target=calls, plan=PLANS)
    def start(self, plan: Plan) -> PlayedCall:
        (kind, stream), credit, script = plan
        played = PlayedCall(self.executor, kind, stream, credit, script)
        self.played.append(played)
        self.executor.submit(played.call.begin)
        return played

    @rule(turns=some.integers(1, 8))
    def work(self, turns: int) -> None:
        for _ in range(turns):
            self.executor.turn()

    @rule(played=calls, items=some.integers(0, 3))
    def grant(self, played: PlayedCall, items: int) -> None:
        played.grant(items)

    @rule(played=calls)
    def cancel(self, played: PlayedCall) -> None:
        played.cancel_in_thread()

    @rule()
    def cancel_all_tasks(self) -> None:
        self.executor.cancel_all_tasks()

    @rule()
    def end_session(self) -> None:
        for played in self.played:
            played.call.cancel_soon()

    @invariant()
    def no_call_sends_more_than_it_may(self) -> None:
        for played in self.played:
            frames = played.reply.frames
            assert frames.count("item") <= played.granted
            last = [frame for frame in frames if frame != "item"]
            assert len(last) <= 1
            assert frames[-1:] == last or not last
            assert (played.call._state == "ended") is bool(last)
            assert not played.sent_late
            stream = played.call._stream
            assert stream is None or stream._credit >= 0

    @invariant()
    def no_call_that_has_ended_is_interrupted(self) -> None:
        assert interrupt.running() is None
        for played in self.played:
            assert played.call._state != "ended" or played.call not in interrupt._requested

    def teardown(self) -> None:
        try:
            self._end_everything()
        finally:
            for generator in [each for played in self.played for each in played.generators]:
                generator.close()
            signal.signal(signal.SIGINT, self._handler)
            self.executor.close()

    def _end_everything(self) -> None:
        self.end_session()
        turns = 0
        while not all(played.call._state == "ended" for played in self.played):
            turns += 1
            assert turns < MAX_TURNS, [(played.call._state, played.script) for played in self.played]
            self.executor.turn()
        while not self.executor.idle:
            self.executor.turn()
        self.no_call_sends_more_than_it_may()
        self.no_call_that_has_ended_is_interrupted()
        for played in self.played:
            # If a call is interrupted before its generator can be closed, the garbage collector closes the generator.
            if played.reply.frames[-1] != "failure vitest_python.Interrupted":
                assert all(inspect.getgeneratorstate(each) == inspect.GEN_CLOSED for each in played.generators)


Calls.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestCalls = Calls.TestCase
