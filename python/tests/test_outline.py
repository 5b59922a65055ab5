"""The outline of a file: which edit changes which function."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vitest_python.reporting.outline import find_bodies
from vitest_python.reporting.outline import outline as outline_of

SOURCE = b'''\
import os

RATE = 2


@os.fspath
def plain(a, b=RATE):
    """Text."""
    return a


def short(): return 1


class Shop:
    size = 3

    def method(self):
        def inner():
            return 2

        return inner

    @property
    def price(self):
        return 1

    @price.setter
    def price(self, value):
        self.value = value


if RATE:
    async def later():
        await plain
else:
    class Other:
        def method(self): ...
'''
NAMES = ["plain", "short", "Shop.method", "Shop.price", "Shop.price#2", "later", "Other.method"]


def outline(source: bytes) -> Any:
    """Return the outline of a file."""
    return outline_of(source, find_bodies(source))


def changed(old: bytes, new: bytes) -> list[str] | str:
    """Return the functions that an edit changes, or `rest` if it changes more."""
    before, after = outline(SOURCE), outline(SOURCE.replace(old, new))
    assert SOURCE.replace(old, new) != SOURCE
    if before["rest"] != after["rest"]:
        return "rest"
    return [name for name in before["functions"] if before["functions"][name] != after["functions"][name]]


def test_finds_functions_and_methods_but_no_functions_inside() -> None:
    assert [body.name for body in find_bodies(SOURCE)] == NAMES


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"return a", b"b = a\n    return b", ["plain"]),
        (b"Text.", b"Other text.", ["plain"]),
        (b"short(): return 1", b"short(): return 3", ["short"]),
        (b"return 2", b"return 3", ["Shop.method"]),
        (b"self.value = value", b"pass", ["Shop.price#2"]),
        (b"await plain", b"return", ["later"]),
        (b"...", b"return 0", ["Other.method"]),
        (b"RATE = 2", b"RATE = 3", "rest"),
        (b"b=RATE", b"b=1", "rest"),
        (b"@os.fspath", b"@os.fsencode", "rest"),
        (b"size = 3", b"size = 4", "rest"),
        (b"def short", b"def longer", "rest"),
        (b"async def", b"def", "rest"),
        (b"\n\ndef short(): return 1\n", b"", "rest"),
        (b"class Other", b"class Another", "rest"),
    ],
)
def test_tells_which_functions_an_edit_changes(old: bytes, new: bytes, expected: list[str] | str) -> None:
    assert changed(old, new) == expected


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_knows_all_ends_of_lines(ending: bytes) -> None:
    assert [body.name for body in find_bodies(SOURCE.replace(b"\n", ending))] == NAMES
    edited = SOURCE.replace(b"return 2", b"return 3").replace(b"\n", ending)
    assert outline(edited)["rest"] == outline(SOURCE.replace(b"\n", ending))["rest"]


def test_counts_bytes_as_the_parser_does() -> None:
    one = 'def f(): return "ä", 1\nX = 1\n'.encode()
    assert outline(one)["rest"] == outline(one.replace(b", 1", b", 2"))["rest"]
    assert outline(one)["rest"] != outline(one.replace(b"X = 1", b"X = 2"))["rest"]


def test_is_a_program(tmp_path: Path) -> None:
    programs = Path(__file__).parent.parent
    file = tmp_path / "some.py"
    command = [sys.executable, "-I", "-S", str(programs), "outline", str(file)]
    file.write_bytes(SOURCE)
    assert json.loads(subprocess.check_output(command)) == outline(SOURCE)
    file.write_text("def broken(:")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
