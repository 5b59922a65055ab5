"""Tells the functions of a file from the rest of it, so that an edit can be traced to the functions that it changes."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Body(NamedTuple):
    """The body of a function or method. Functions inside it belong to it."""

    name: str
    """The qualified name, with a number if the file has several of that name."""
    begin: tuple[int, int]
    """Line, beginning with 1, and bytes into it."""
    end: tuple[int, int]


def find_bodies(source: bytes) -> list[Body]:
    """Return the bodies of the functions, in their order. Raises SyntaxError and ValueError."""
    bodies: list[Body] = []
    count: dict[str, int] = {}
    for qualified, function in _functions(ast.parse(source), ""):
        count[qualified] = count.get(qualified, 0) + 1
        name = qualified if count[qualified] == 1 else f"{qualified}#{count[qualified]}"
        first, last = function.body[0], function.body[-1]
        end = (last.end_lineno or last.lineno, last.end_col_offset or 0)
        bodies.append(Body(name, (first.lineno, first.col_offset), end))
    return sorted(bodies, key=lambda body: body.begin)


def outline(source: bytes, bodies: list[Body]) -> dict[str, object]:
    """Return a hash of each body in `functions`, by name, and in `rest` one of everything else, headers included."""
    # Only these end a line for Python's parser.
    lines = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    functions: dict[str, str] = {}
    rest: list[bytes] = []
    at = (1, 0)
    for body in bodies:
        rest.append(_between(lines, at, body.begin))
        functions[body.name] = _hash(_between(lines, body.begin, body.end))
        at = body.end
    rest.append(_between(lines, at, (len(lines), len(lines[-1]))))
    return {"rest": _hash(b"\0".join(rest)), "functions": functions}


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, _Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def _between(lines: list[bytes], begin: tuple[int, int], end: tuple[int, int]) -> bytes:
    (first, left), (last, right) = begin, end
    if first == last:
        return lines[first - 1][left:right]
    return b"\n".join([lines[first - 1][left:], *lines[first : last - 1], lines[last - 1][:right]])


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


def main(arguments: list[str]) -> None:
    """Print the outline of the file that is the argument, as JSON."""
    with open(arguments[0], "rb") as file:
        source = file.read()
    print(json.dumps(outline(source, find_bodies(source))))
