"""Continues the trace of a call in Python, with OpenTelemetry if the user's program has imported it."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from ..._gen.bridge_pb2 import EVAL, EXEC, Start, Timing, TraceContext, WorkerFrame
from ...execution.seed import own_ids
from ...values.type_name import type_name
from . import trace_context

T = TypeVar("T")


class CallTrace:
    """The trace of one call. It is created when the call arrives. All other methods run while the call's code runs."""

    def __init__(self, number: int, start: Start) -> None:
        self._number = number
        self._start = start
        self._received = time.time()
        self._began = self._received
        self._returned = 0.0
        self._context: Any = None
        """OpenTelemetry's context, in which the call's code goes on; None without OpenTelemetry."""
        self._span: Any = None
        self._is_recorded = False

    def begin(self) -> None:
        """Start the span of the function. An error of the user's sampler or span processors is printed."""
        self._began = time.time()
        api = sys.modules.get("opentelemetry.trace")
        if api is not None:
            try:
                self._start_span(api)
            except Exception:
                traceback.print_exc()

    def _start_span(self, api: Any) -> None:
        own_ids()
        parent = trace_context.read(self._start.trace)
        name = _name_of(self._start)
        service, _, method = name.rpartition(".")
        attributes = {
            "rpc.system": "vitest-python",
            "rpc.service": service,
            "rpc.method": method,
            "python.queue_ms": _ms(self._began - self._received),
        }
        tracer = api.get_tracer("vitest-environment-python")
        self._span = tracer.start_span(name, context=parent, kind=api.SpanKind.SERVER, attributes=attributes)
        self._context = api.set_span_in_context(self._span, parent)
        self._is_recorded = self._span.is_recording()

    def run(self, work: Callable[[], T]) -> T:
        """Run some of the call's code in its trace.

        The context is OpenTelemetry's own, and not a new `contextvars.Context`: other variables that the code sets must
        be there for the next call, traced or not. A generator finds its span active again at its next step.
        """
        outer = _current.set(self)
        api = sys.modules.get("opentelemetry.context") if self._context is not None else None
        token = api.attach(self._context) if api is not None else None
        try:
            return work()
        finally:
            if api is not None:
                self._context = api.get_current()
                api.detach(token)
            _current.reset(outer)

    def note_return(self) -> None:
        """The function is done, and its result is about to be encoded."""
        self._returned = time.time()

    def end(self, error: BaseException | None = None) -> None:
        """End the span. An error of the user's span processors is printed and doesn't change the call's result."""
        span, self._span = self._span, None
        if span is None:
            return
        try:
            if error is not None:
                _record(span, error)
        except Exception:  # the text of the error may raise one itself
            traceback.print_exc()
        finally:
            _end(span)

    def stamp(self, frame: WorkerFrame) -> None:
        """Add to the last frame of the call when it ran, unless Python has recorded that."""
        if not self._is_recorded:
            now = time.time()
            returned = self._returned or now
            frame.timing.CopyFrom(self._timing())
            frame.timing.run = _ms(returned - self._began)
            frame.timing.encode = _ms(now - returned)

    def stamp_callback(self, frame: WorkerFrame) -> None:
        """Add to a callback the span that it comes from."""
        frame.call = self._number
        if self._is_recorded:
            frame.callback.trace.CopyFrom(self._describe())
        else:
            frame.timing.CopyFrom(self._timing())

    def _describe(self) -> TraceContext:
        # A thread that the function has started has no span, unless the user has passed it on.
        return trace_context.describe() or trace_context.describe(self._context) or self._start.trace

    def _timing(self) -> Timing:
        return Timing(began=_ms(self._began), queue=_ms(self._began - self._received))


def current_trace() -> CallTrace | None:
    """Return the trace of the call whose code runs here."""
    return _current.get()


_current: ContextVar[CallTrace | None] = ContextVar("vitest_python.trace", default=None)


def _record(span: Any, error: BaseException) -> None:
    api: Any = sys.modules["opentelemetry.trace"]
    span.record_exception(error)
    span.set_status(api.Status(api.StatusCode.ERROR, f"{type_name(type(error))}: {error}"))


def _end(span: Any) -> None:
    try:
        span.end()
    except Exception:
        traceback.print_exc()


def _name_of(start: Start) -> str:
    if start.verb in (EVAL, EXEC):
        return "eval" if start.verb == EVAL else "exec"
    return f".{start.name}" if start.reference else start.name


def _ms(seconds: float) -> float:
    return seconds * 1_000
