"""The states of a call, and the one function that changes them."""

from __future__ import annotations

from typing import Literal, NamedTuple

# Strings, because every call goes through these states and Python 3.11 takes long to find a member of an enum.
CallState = Literal[
    "waiting",  # in the executor's queue: the function hasn't been called
    "cancelled",  # waiting, and the caller gave up: the function will not be called
    "running",  # the function runs on the main thread, or its result is being sent
    "interrupted",  # running, and the caller gave up
    "awaiting",  # the function returned an awaitable, which runs as a task of the event loop
    "cancelling",  # awaiting, and the caller gave up
    "streaming",  # the function returned an iterator, and its items are being sent
    "closing",  # streaming, and the caller gave up
    "ended",  # the last frame of the call has been sent
]

CallEvent = Literal[
    "begin",  # the executor has reached the call
    "await",  # the function returned an awaitable, and its task has started
    "settle",  # the task is done
    "stream",  # the function returned an iterator
    "cancel",  # the caller gave up; it may do so at any time and more than once
    "end",  # a value, the end of a stream or a failure is about to be sent
]

CallAction = Literal[
    "none",
    "refuse",  # fail the call instead of calling its function
    "interrupt",  # interrupt the main thread if it runs the call's code
    "cancel",  # cancel the task or close the stream, on the main thread
]


class CallStep(NamedTuple):
    """What an event leads to."""

    state: CallState
    action: CallAction = "none"


def transition(state: CallState, event: CallEvent) -> CallStep:
    """Return the next state and what to do. Raises RuntimeError if the event is impossible in this state."""
    try:
        return _STEPS[state, event]
    except KeyError:
        raise RuntimeError(f"a call that is {state} got the event {event!r}") from None


_STEPS: dict[tuple[CallState, CallEvent], CallStep] = {
    ("waiting", "begin"): CallStep("running"),
    ("cancelled", "begin"): CallStep("cancelled", "refuse"),
    ("running", "await"): CallStep("awaiting"),
    ("interrupted", "await"): CallStep("cancelling", "cancel"),
    # An awaitable can return another awaitable or an iterator, so the call isn't over.
    ("awaiting", "settle"): CallStep("running"),
    ("cancelling", "settle"): CallStep("interrupted"),
    ("running", "stream"): CallStep("streaming"),
    ("interrupted", "stream"): CallStep("closing", "cancel"),
    ("waiting", "cancel"): CallStep("cancelled"),
    ("cancelled", "cancel"): CallStep("cancelled"),
    ("running", "cancel"): CallStep("interrupted", "interrupt"),
    ("interrupted", "cancel"): CallStep("interrupted", "interrupt"),
    # Coroutines and generators are cancelled by their own means first, and interrupted if the caller has to ask again.
    ("awaiting", "cancel"): CallStep("cancelling", "cancel"),
    ("cancelling", "cancel"): CallStep("cancelling", "interrupt"),
    ("streaming", "cancel"): CallStep("closing", "cancel"),
    ("closing", "cancel"): CallStep("closing", "interrupt"),
    ("ended", "cancel"): CallStep("ended"),
    ("cancelled", "end"): CallStep("ended"),
    ("running", "end"): CallStep("ended"),
    ("interrupted", "end"): CallStep("ended"),
    ("streaming", "end"): CallStep("ended"),
    ("closing", "end"): CallStep("ended"),
}
