"""Traces of calls: with OpenTelemetry in Python, without it, and OpenTelemetry in a forkserver."""

from __future__ import annotations

import ormsgpack
import pytest

from vitest_python._gen.bridge_pb2 import ClientFrame, Start, TraceContext, WorkerFrame

from .running import Runner, Worker

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"

SETUP = """
import asyncio, contextvars, os, random
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter, SpanExportResult
from vitest_python import worker
HERE = os.path.dirname(__file__)
class Exporter(SpanExporter):
    def export(self, spans):
        with open(os.path.join(HERE, "spans.txt"), "a") as file:
            for span in spans:
                parent = span.parent.span_id if span.parent else 0
                file.write(f"{span.name} {span.context.trace_id:032x} {parent:016x}\\n")
        return SpanExportResult.SUCCESS
def set_up(processor):
    provider = TracerProvider()
    provider.add_span_processor(processor(Exporter()))
    trace.set_tracer_provider(provider)
kept = contextvars.ContextVar("kept", default=0)
def work(): return trace.get_current_span().get_span_context().is_valid
def keep(value): kept.set(value)
def kept_value(): return kept.get()
def count(upto):
    for item in range(upto):
        yield trace.get_current_span().get_span_context().span_id
def leave_open(upto):
    with trace.get_tracer("mine").start_as_current_span("open") as span:
        for _ in range(upto):
            yield trace.get_current_span() is span
def draw():
    random.seed(1)
    with trace.get_tracer("mine").start_as_current_span("mine"):
        return random.random() == random.Random(1).random()
class Wrong(Exception):
    def __str__(self): raise RuntimeError("no text")
def fail(): raise Wrong
"""
SIMPLE = SETUP + "set_up(SimpleSpanProcessor)\n"
BATCH = SETUP + "set_up(BatchSpanProcessor)\n"
HOOK = SETUP + "@worker.on_start\ndef start(): set_up(BatchSpanProcessor)\n"


def spans(runner: Runner) -> list[str]:
    file = runner.root / "spans.txt"
    return file.read_text().splitlines() if file.exists() else []


def traced(worker: Worker, name: str, *arguments: object, credit: int = 0, flags: str = "01") -> int:
    trace = TraceContext(traceparent=f"00-{TRACE}-{PARENT}-{flags}")
    packed = ormsgpack.packb(list(arguments))
    start = Start(name=name, arguments=packed, stream=credit > 0, credit=credit, trace=trace)
    return worker.send_raw(lambda call: ClientFrame(call=call, start=start))


def value(frame: WorkerFrame) -> object:
    return ormsgpack.unpackb(frame.value or frame.item)


def test_sends_no_times_unless_the_call_is_traced(worker: Worker) -> None:
    assert not worker.next(worker.start("embeddings.echo", 1)).HasField("timing")


def test_sends_the_times_of_a_traced_call_without_opentelemetry(worker: Worker) -> None:
    timing = worker.next(traced(worker, "embeddings.sleep", 0.05)).timing
    assert timing.began > 1e12
    assert 50 <= timing.run < 5_000
    assert 0 <= timing.queue < 5_000
    assert 0 <= timing.encode < 5_000


def test_sends_times_with_a_failure_and_with_the_end_of_a_stream(worker: Worker) -> None:
    failed = worker.next(traced(worker, "embeddings.fail", "word"))
    assert failed.WhichOneof("kind") == "failure" and failed.HasField("timing")
    stream = traced(worker, "embeddings.count", 1, credit=10)
    assert not worker.next(stream).HasField("timing")
    ended = worker.next(stream)
    assert ended.WhichOneof("kind") == "end" and ended.HasField("timing")


@pytest.fixture
def simple(runner: Runner) -> Worker:
    forkserver = runner.start(runner.write("service.py", SIMPLE))
    assert forkserver.until("ready", "failed")["fallback"] is None
    return runner.worker(forkserver)


def test_continues_the_trace_and_sends_no_times(runner: Runner, simple: Worker) -> None:
    answer = simple.next(traced(simple, "service.work"))
    assert value(answer) is True and not answer.HasField("timing")
    assert spans(runner) == [f"service.work {TRACE} {PARENT}"]
    # Nothing of it is left for a call that isn't traced.
    assert simple.call("service.work") is False


def test_sends_times_if_the_span_is_not_recorded(runner: Runner, simple: Worker) -> None:
    answer = simple.next(traced(simple, "service.work", flags="00"))
    assert value(answer) is True and answer.HasField("timing")
    assert spans(runner) == []


def test_is_not_stopped_by_a_context_that_it_cannot_read(simple: Worker) -> None:
    start = Start(name="service.work", arguments=b"\x90", trace=TraceContext(traceparent="00-x-y-z"))
    answer = simple.next(simple.send_raw(lambda call: ClientFrame(call=call, start=start)))
    assert value(answer) is False and answer.HasField("timing")


def test_keeps_other_context_variables_for_the_next_call(simple: Worker) -> None:
    simple.next(traced(simple, "service.keep", 7))
    assert value(simple.next(traced(simple, "service.kept_value"))) == 7
    assert simple.call("service.kept_value") == 7


def test_keeps_the_spans_of_generators_apart(simple: Worker) -> None:
    one = traced(simple, "service.count", 2, credit=1)
    other = traced(simple, "service.leave_open", 2, credit=1)
    first = value(simple.next(one))
    assert value(simple.next(other)) is True
    simple.credit(one, 5)
    simple.credit(other, 5)
    assert value(simple.next(one)) == first
    assert value(simple.next(other)) is True
    assert simple.call("service.work") is False


def test_draws_ids_from_the_system(simple: Worker) -> None:
    assert value(simple.next(traced(simple, "service.draw"))) is True


def test_an_error_of_opentelemetry_does_not_replace_that_of_the_function(runner: Runner, simple: Worker) -> None:
    failed = simple.next(traced(simple, "service.fail"))
    assert failed.failure.type == "service.Wrong"
    assert spans(runner) == [f"service.fail {TRACE} {PARENT}"]


def test_names_the_remedy_for_a_processor_that_starts_a_thread(runner: Runner) -> None:
    forkserver = runner.start(runner.write("service.py", BATCH))
    fallback = forkserver.until("ready", "failed")["fallback"]
    assert "importing service started the thread 'Otel" in fallback
    assert "set OpenTelemetry up in a hook of vitest_python (@worker.on_start), or choose" in fallback


def test_a_hook_forks_and_exports_every_span(runner: Runner) -> None:
    forkserver = runner.start(runner.write("service.py", HOOK))
    assert forkserver.until("ready", "failed")["fallback"] is None
    for name in ("w1", "w2"):
        worker = runner.worker(forkserver, name)
        worker.next(traced(worker, "service.work"))
        worker.control.say(op="exit")
        assert forkserver.until("exited")["status"] == 0
    assert spans(runner) == [f"service.work {TRACE} {PARENT}"] * 2
