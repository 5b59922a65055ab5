"""Reports the place in which a user's servicer raised an exception. gRPC itself reports only the exception's text."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, NoReturn

import grpc

from ..._gen.bridge_pb2 import Frame, PythonFailure
from ...common.bounded import bounded, safe_text
from ...common.metadata import FAILURE_KEY
from ...failures.failure import describe
from .servicers import Behaviour

_MAX_BYTES = 6_000
"""By default, gRPC clients accept 8 KiB of trailing metadata, and base64 adds a third to our part of it."""
_MAX_FRAMES = 8
_MAX_TEXT = 1_000
_LIBRARIES = ("/lib/python3", "/site-packages/", "/dist-packages/")


def report_failures(behaviour: Behaviour, streaming: bool) -> Behaviour:
    """If a user's servicer raises, add the place to the status and the exception to the trailing metadata."""
    return _iterating(behaviour) if streaming else _calling(behaviour)


class _Located(Exception):
    """Has the message and the place of the servicer's exception. gRPC uses its text for the status."""


def _calling(behaviour: Behaviour) -> Behaviour:
    @functools.wraps(behaviour)
    def call(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return behaviour(request, context)
        except Exception as error:
            _raise_located(error, context)

    return call


def _iterating(behaviour: Behaviour) -> Behaviour:
    @functools.wraps(behaviour)
    def iterate(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        try:
            yield from behaviour(request, context)
        except Exception as error:
            _raise_located(error, context)

    return iterate


def _raise_located(error: Exception, context: grpc.ServicerContext) -> NoReturn:
    if _is_from_grpc(error, context):
        raise error
    failure = describe(error)
    _add_trailing(context, _shortened(failure))
    raise _Located(f"{safe_text(error, 'message', str, _MAX_TEXT)}{_place(failure)}") from error


def _is_from_grpc(error: Exception, context: grpc.ServicerContext) -> bool:
    """Return whether `abort` raised it, or the request iterator because the client is gone."""
    # grpcio has no public way to find out.
    state = getattr(context, "_state", None)
    return getattr(state, "aborted", False) or error in getattr(state, "rpc_errors", ())


def _place(failure: PythonFailure) -> str:
    frames = list(reversed(failure.frames))
    at = next((frame for frame in frames if not any(part in frame.file for part in _LIBRARIES)), None)
    at = at or next(iter(frames), None)
    return f"; {failure.type} in {at.function} ({at.file}:{at.line})" if at else ""


def _shortened(failure: PythonFailure) -> PythonFailure:
    """Return a copy without traceback, causes and arguments, which fits into trailing metadata."""
    short = PythonFailure(
        type=bounded(failure.type, _MAX_TEXT),
        message=bounded(failure.message, _MAX_TEXT),
        frames=[_short_frame(frame) for frame in failure.frames[-_MAX_FRAMES:]],
        bases=[bounded(base, _MAX_TEXT) for base in failure.bases[:_MAX_FRAMES]],
        notes=[bounded(note, _MAX_TEXT) for note in failure.notes[:1]],
    )
    while short.frames and short.ByteSize() > _MAX_BYTES:
        del short.frames[0]
    return short


def _short_frame(frame: Frame) -> Frame:
    short = Frame()
    short.CopyFrom(frame)
    short.source = bounded(frame.source, _MAX_TEXT)
    return short


def _add_trailing(context: grpc.ServicerContext, failure: PythonFailure) -> None:
    given = context.trailing_metadata() if hasattr(context, "trailing_metadata") else None
    context.set_trailing_metadata((*(given or ()), (FAILURE_KEY, failure.SerializeToString())))
