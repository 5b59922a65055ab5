"""The threads that read or write frames at this moment.

The garbage collector runs finalizers of the user on any thread. On one of these, a finalizer that waited for the test
would wait forever: the thread has to go on before the answer can be read.
"""

from __future__ import annotations

# The real one, before the user's modules are imported: gevent puts another in its place.
from threading import get_ident

reading: set[int] = set()
# Two sets, because a thread that reads may write.
writing: set[int] = set()


def is_busy() -> bool:
    """Return whether this thread reads or writes frames."""
    thread = get_ident()
    return thread in reading or thread in writing
