"""Runs the user's servicers on gRPC's threads, and ends the children that they fork."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import thread as pools
from typing import Any

import grpc

from ...common.forked import end_if_forked

Behaviour = Callable[..., Any]
_OURS = ("/vitest_python.", "/grpc.")


class ServerThreads(ThreadPoolExecutor):
    """gRPC's threads. At its end, Python doesn't wait for them, because an open session blocks its thread."""

    def _adjust_thread_count(self) -> None:
        super()._adjust_thread_count()
        for thread in self._threads:
            pools._threads_queues.pop(thread, None)  # type: ignore[attr-defined]


class ServicerInterceptor(grpc.ServerInterceptor):  # type: ignore[misc,unused-ignore]
    """Wraps the behaviours of the user's servicers, and leaves our own and gRPC's as they are."""

    def __init__(self, wrap: Callable[[Behaviour, bool], Behaviour]) -> None:
        """Create the interceptor.

        Args:
            wrap: gets a behaviour, and whether it streams responses; returns the one that takes its place.
        """
        self._wrap = wrap

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """See grpc.ServerInterceptor."""
        handler = continuation(handler_call_details)
        if handler is None or handler_call_details.method.startswith(_OURS):
            return handler
        kind = f"{_kind(handler.request_streaming)}_{_kind(handler.response_streaming)}"
        make: Callable[..., grpc.RpcMethodHandler[Any, Any]] = getattr(grpc, f"{kind}_rpc_method_handler")
        behaviour = self._wrap(getattr(handler, kind), handler.response_streaming)
        return make(behaviour, handler.request_deserializer, handler.response_serializer)


def _kind(streaming: bool) -> str:
    return "stream" if streaming else "unary"


def guard_forks(behaviour: Behaviour, streaming: bool) -> Behaviour:
    """End a child process that a servicer has forked as soon as the servicer returns or raises an error in it.

    gRPC doesn't work in such a child.
    """

    @functools.wraps(behaviour)
    def guarded(*arguments: Any) -> Any:
        try:
            response = behaviour(*arguments)
        except BaseException as error:
            end_if_forked(error)
            raise
        end_if_forked()
        return _guard_responses(response) if streaming else response

    return guarded


def _guard_responses(responses: Iterable[Any]) -> Iterator[Any]:
    iterator = iter(responses)
    while True:
        try:
            response = next(iterator)
        except StopIteration:
            end_if_forked()
            return
        except BaseException as error:
            end_if_forked(error)
            raise
        end_if_forked()
        yield response
