"""The phases of a stream, and the one function that changes them."""

from __future__ import annotations

from typing import Literal, NamedTuple

# Strings, because every item goes through these phases and Python 3.11 takes long to find a member of an enum.
StreamPhase = Literal[
    "ready",  # the next step is due, and the iterator isn't running
    "parked",  # the caller allows no more items
    "working",  # the iterator is making an item, or that item is being sent
    "closing",  # the caller gave up: the iterator is closed now, or as soon as it yields
    "ended",  # the iterator will never run again
]

StreamEvent = Literal[
    "step",  # it is the stream's turn
    "grant",  # the caller allows more items
    "item",  # the iterator yielded an item
    "sent",  # the item has been sent
    "stop",  # the iterator has no more items, or it has been closed
    "fail",  # the iterator raised an error, or an item couldn't be sent
    "abort",  # the stream's task ended with CancelledError, whether or not the caller gave up
    "cancel",  # the caller gave up; it may do so at any time and more than once
]

StreamAction = Literal[
    "none",
    "ask",  # ask the iterator for an item, which costs one credit
    "send",  # send the item
    "continue",  # take the next step
    "close",  # close the iterator, which isn't running
    "interrupt",  # stop the iterator, which is running, if that is possible from here
    "end",  # end the call
    "fail",  # fail the call with the error
]


class StreamStep(NamedTuple):
    """What an event leads to."""

    phase: StreamPhase
    action: StreamAction = "none"


def transition(phase: StreamPhase, event: StreamEvent, credit: int) -> StreamStep:
    """Return the next phase and what to do.

    Args:
        phase: The stream's phase before the event.
        event: What happened.
        credit: How many items the caller allows, including those that it has just granted.

    Raises:
        RuntimeError: The event is impossible in this phase.
    """
    try:
        step = _STEPS[phase, event]
    except KeyError:
        raise RuntimeError(f"a stream that is {phase} got the event {event!r}") from None
    return step if credit > 0 or step is not _ASK else _PARK


_ASK = StreamStep("working", "ask")
_PARK = StreamStep("parked")

_STEPS: dict[tuple[StreamPhase, StreamEvent], StreamStep] = {
    ("ready", "step"): _ASK,
    # This step was queued before the caller gave up.
    ("closing", "step"): StreamStep("closing"),
    ("ended", "step"): StreamStep("ended"),
    ("ready", "grant"): StreamStep("ready"),
    ("parked", "grant"): _ASK,
    ("working", "grant"): StreamStep("working"),
    ("closing", "grant"): StreamStep("closing"),
    ("ended", "grant"): StreamStep("ended"),
    ("working", "item"): StreamStep("working", "send"),
    ("closing", "item"): StreamStep("closing", "close"),
    ("working", "sent"): StreamStep("ready", "continue"),
    ("closing", "sent"): StreamStep("closing", "close"),
    ("working", "stop"): StreamStep("ended", "end"),
    ("closing", "stop"): StreamStep("ended", "end"),
    # A task can be cancelled or interrupted at any time, not only while it makes an item.
    ("ready", "fail"): StreamStep("ended", "fail"),
    ("parked", "fail"): StreamStep("ended", "fail"),
    ("working", "fail"): StreamStep("ended", "fail"),
    ("closing", "fail"): StreamStep("ended", "fail"),
    ("ready", "abort"): StreamStep("ended", "fail"),
    ("parked", "abort"): StreamStep("ended", "fail"),
    ("working", "abort"): StreamStep("ended", "fail"),
    ("closing", "abort"): StreamStep("ended", "end"),
    ("ready", "cancel"): StreamStep("closing", "close"),
    ("parked", "cancel"): StreamStep("closing", "close"),
    ("working", "cancel"): StreamStep("closing", "interrupt"),
    ("closing", "cancel"): StreamStep("closing", "interrupt"),
    ("ended", "cancel"): StreamStep("ended"),
}
