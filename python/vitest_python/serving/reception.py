"""Receives the frames of a session: on the main thread while it has no work, otherwise on the session's own thread."""

from __future__ import annotations

import traceback

# The real ones, before the user's modules are imported.
from socket import MSG_DONTWAIT
from threading import Lock, get_ident

from ..bridge import busy
from ..bridge.framing import MessageReader, TooLong
from ..bridge.session import Session, refusal
from ..execution.executor import Executor
from ..execution.watch import IS_SUPPORTED, make_poll
from ..posix.sockets import CHUNK_BYTES


class Reception:
    """Hands each frame to the session as soon as it has arrived, so calls can be cancelled while user code runs."""

    def __init__(self, descriptor: int, reader: MessageReader, session: Session) -> None:
        self._descriptor = descriptor
        self._reader = reader
        self._session = session
        # Two threads may find that the same frame has arrived.
        self._reading = Lock()

    def run(self, executor: Executor) -> None:
        """Receive until the session ends."""
        try:
            self._hand_over()
            if IS_SUPPORTED:
                self._share(executor)
            else:
                while self._receive():
                    pass
        finally:
            # Afterwards, the main thread doesn't touch the connection any more.
            with self._reading:
                self._session.stop()

    def _share(self, executor: Executor) -> None:
        # A bound method is another object each time.
        read = self._receive_on_main
        # The main thread's wait comes first, and so it is woken first.
        executor.watch(self._descriptor, read)
        try:
            poll = make_poll(self._descriptor)
            while self._receive(MSG_DONTWAIT):
                poll()
        finally:
            executor.unwatch(self._descriptor, read)

    def _receive_on_main(self) -> bool:
        try:
            return self._receive(MSG_DONTWAIT)
        except BaseException:
            # Memory is short, or a signal handler of the user has raised an error. Part of a frame may be lost.
            traceback.print_exc()
            self._session.stop()
            return False

    def _receive(self, flags: int = 0) -> bool:
        """Receive the frames that have arrived; False if the session has ended."""
        thread = get_ident()
        try:
            # Inside, because a signal handler of the user may raise an error at any time.
            busy.reading.add(thread)
            with self._reading:
                return self._receive_alone(flags)
        finally:
            busy.reading.discard(thread)

    def _receive_alone(self, flags: int) -> bool:
        if self._session.stopped:
            return False
        try:
            # No thread may be woken for bytes that stay behind.
            while (received := self._reader.receive(flags)) > 0:
                self._hand_over()
                if received < CHUNK_BYTES or self._session.stopped:
                    break
            else:
                self._session.stop()
        except BlockingIOError:
            pass  # the other thread was faster
        return not self._session.stopped

    def _hand_over(self) -> None:
        try:
            while not self._session.stopped and (message := self._reader.take()) is not None:
                self._session.receive(message)
        except TooLong as error:
            self._session.send(refusal(0, str(error)))
            self._session.stop()
