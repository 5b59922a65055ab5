from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ormsgpack
import pytest

from vitest_python._gen.bridge_pb2 import PythonFailure
from vitest_python.failures.failure import describe

Group: Any = getattr(builtins, "ExceptionGroup", None)
needs_groups = pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")


def raised(error: BaseException) -> PythonFailure:
    try:
        raise error
    except BaseException as caught:
        return describe(caught)


def raised_by(function: Callable[..., Any], *arguments: Any) -> PythonFailure:
    try:
        function(*arguments)
    except BaseException as caught:
        return describe(caught)
    raise AssertionError("nothing was raised")


class Unprintable(Exception):
    def __str__(self) -> str:
        raise KeyError("no text")

    __repr__ = __str__


def test_arguments_cross_as_values_or_as_their_repr() -> None:
    failure = raised(ValueError("bad", 3, {"at": [1, None]}, print))
    assert ormsgpack.unpackb(failure.arguments) == ["bad", 3, {"at": [1, None]}, "<built-in function print>"]
    assert ormsgpack.unpackb(raised(ValueError()).arguments) == []


def test_bases_are_named_from_near_to_far() -> None:
    assert list(raised(FileNotFoundError(2, "none")).bases) == ["OSError", "Exception", "BaseException"]


def test_an_exception_that_cannot_be_printed_is_still_described() -> None:
    failure = raised(Unprintable(Unprintable()))
    assert failure.message == "<KeyError while its message was made>"
    assert ormsgpack.unpackb(failure.arguments) == ["<KeyError while its repr was made>"]
    assert failure.type.endswith("Unprintable")


def test_huge_texts_are_cut_with_a_note() -> None:
    failure = raised(ValueError("x" * 1_000_000, b"y" * 1_000_000, *range(1_000)))
    assert failure.message.endswith("more characters)")
    assert failure.ByteSize() < 200_000
    arguments = ormsgpack.unpackb(failure.arguments)
    assert len(arguments) == 100
    assert all(len(argument) < 1_100 for argument in arguments[:2])


def test_a_recursion_is_folded_as_python_does() -> None:
    def down(depth: int) -> int:
        return down(depth + 1)

    failure = raised_by(down, 0)
    assert failure.type == "RecursionError"
    assert "[Previous line repeated" in failure.traceback
    assert len(failure.frames) < 10
    assert max(frame.repeated for frame in failure.frames) > 800


def test_a_recursion_through_two_functions_keeps_both_ends() -> None:
    def ping(depth: int) -> None:
        pong(depth + 1)

    def pong(depth: int) -> None:
        ping(depth + 1)

    assert len(raised_by(ping, 0).frames) == 100


def test_a_cycle_of_causes_ends() -> None:
    one, two = ValueError("one"), TypeError("two")
    one.__cause__, two.__cause__ = two, one
    failure = raised(one)
    assert failure.cause.message == "two"
    assert not failure.cause.HasField("cause")


def test_a_long_chain_is_cut() -> None:
    error = ValueError("last")
    for number in range(500):
        following = ValueError(str(number))
        following.__cause__ = error
        error = following
    depth, at = 0, raised(error)
    while at.HasField("cause"):
        depth, at = depth + 1, at.cause
    assert depth == 20


@needs_groups
def test_a_group_keeps_its_nested_exceptions() -> None:
    inner = Group("inner", [KeyError("a")])
    failure = raised(Group("outer", [ValueError("b"), inner]))
    assert [member.type for member in failure.group] == ["ValueError", "ExceptionGroup"]
    assert failure.group[1].group[0].message == "'a'"


@needs_groups
def test_a_group_whose_exceptions_refer_to_each_other_stays_small() -> None:
    error: Exception = ValueError("leaf")
    for _ in range(12):
        error = Group("twice", [error, error])
    assert raised(error).ByteSize() < 300_000


@needs_groups
def test_invalid_notes_are_ignored() -> None:
    error: Any = ValueError("x")
    error.__notes__ = [3, Unprintable()]
    assert list(raised(error).notes) == ["3", "<KeyError while its note was made>"]


def test_a_syntax_error_points_into_the_imported_file(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("ok = 1\nvalue = (1 +\n")
    failure = raised_by(compile, file.read_text(), str(file), "exec")
    assert failure.type == "SyntaxError"
    at = failure.frames[-1]
    assert (at.file, at.line, at.source) == (str(file), 2, "value = (1 +")
    assert at.column > 0
