"""Lets the main thread read sockets while it has no work, so that a call arrives without another thread."""

from __future__ import annotations

from collections.abc import Callable

# The real ones, before the user's modules are imported: gevent removes `epoll`.
from os import read, write
from threading import Lock

try:
    from os import EFD_CLOEXEC, EFD_NONBLOCK, eventfd
    from select import EPOLLEXCLUSIVE, EPOLLIN, epoll
except ImportError:  # macOS: each session's own thread reads its socket
    IS_SUPPORTED = False
else:
    IS_SUPPORTED = True

_ONE = (1).to_bytes(8, "little")


def make_poll(descriptor: int) -> Callable[[], object]:
    """Return a function that waits until a watched socket can be read while the main thread doesn't wait for it."""
    waiting = epoll()
    waiting.register(descriptor, EPOLLIN | EPOLLEXCLUSIVE)
    return waiting.poll


class Watch:
    """The sockets that the main thread reads, and a way to wake it while it waits for them.

    Linux wakes one waiter for each arrival (EPOLLEXCLUSIVE), the first that has registered. So the thread that waits
    with `make_poll` sleeps on, unless the main thread is busy or has left something unread.
    """

    def __init__(self) -> None:
        self._reads: dict[int, Callable[[], bool]] = {}
        self._changing = Lock()
        self._waiting = False
        if IS_SUPPORTED:
            self._epoll = epoll()
            self._waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)
            self._epoll.register(self._waker, EPOLLIN)

    def __bool__(self) -> bool:
        return bool(self._reads)

    def add(self, descriptor: int, read: Callable[[], bool]) -> None:
        """Have `read` called if the socket can be read, until it returns False; from any thread.

        The main thread may have to be woken.
        """
        with self._changing:
            self._epoll.register(descriptor, EPOLLIN | EPOLLEXCLUSIVE)
            self._reads[descriptor] = read

    def remove(self, descriptor: int, read: Callable[[], bool]) -> None:
        """Undo `add`, if it wasn't undone before. Must be called before the socket is closed."""
        with self._changing:
            # A second call may come so late that another socket has the number.
            if self._reads.get(descriptor) is read:
                del self._reads[descriptor]
                self._epoll.unregister(descriptor)

    def wake(self) -> None:
        """End the current `wait`; from any thread."""
        if self._waiting:
            write(self._waker, _ONE)

    def wait(self, is_due: Callable[[], bool]) -> None:
        """Wait for a socket or for `wake`, unless something `is_due` already, and read the sockets."""
        self._waiting = True
        try:
            # Checked after the assignment, because `wake` checks the flag after something has become due.
            ready = [] if is_due() else self._epoll.poll()
        finally:
            self._waiting = False
        for descriptor, _ in ready:
            if descriptor == self._waker:
                self._forget_wakes()
            elif (read_socket := self._reads.get(descriptor)) is not None and not read_socket():
                self.remove(descriptor, read_socket)

    def _forget_wakes(self) -> None:
        try:
            read(self._waker, len(_ONE))
        except BlockingIOError:
            pass  # a wait inside this one was faster
