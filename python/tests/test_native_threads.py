"""The library of a native thread that changes between waiting and running while it is looked at."""

from __future__ import annotations

import pytest

from vitest_python.forkserver import native_threads

LIBRARY = "/lib/libopenblas.so"


@pytest.mark.parametrize(
    ("running", "expected"),
    [
        # Before and after each look.
        ([True, True, True, False], LIBRARY),
        ([True, False, False, False], LIBRARY),
        ([False, True, False, False], LIBRARY),
        ([False, False], None),
    ],
)
def test_a_thread_that_was_running_at_any_moment_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, running: list[bool], expected: str | None
) -> None:
    found = [None, LIBRARY]
    monkeypatch.setattr(native_threads, "_is_running", lambda _: running.pop(0))
    monkeypatch.setattr(native_threads, "find_library", lambda _: found.pop(0))
    monkeypatch.setattr(native_threads, "name_of", lambda _: "python3")
    assert native_threads.name_library(7) == ("libopenblas.so" if expected else "python3")
