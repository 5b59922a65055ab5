"""Reads docstrings in Google's, NumPy's and Sphinx' style."""

from __future__ import annotations

import inspect
import re
from typing import TypedDict


class Doc(TypedDict):
    """A docstring in parts. Parts that it lacks are empty."""

    summary: str
    parameters: dict[str, str]
    returns: str
    raises: list[tuple[str, str]]


_GOOGLE = re.compile(
    r"^(Args|Arguments|Parameters|Params|Returns?|Yields?|Raises|Attributes|Keyword Args|Keyword Arguments"
    r"|Examples?|Notes?|See Also|References|Warnings?|Warns|Todo):\s*$"
)
_PARAMETERS = {
    "args",
    "arguments",
    "parameters",
    "params",
    "keyword args",
    "keyword arguments",
    "other parameters",
    "attributes",
}
_RETURNS = {"return", "returns", "yield", "yields"}
_FIELD = re.compile(
    r"^:(param|parameter|arg|argument|key|keyword|returns?|yields?|raises?|except|exception|rtype|type)\b([^:]*):\s*(.*)$"
)


def parse(text: str | None) -> Doc:
    """Returns the parts of a docstring."""
    doc = Doc(summary="", parameters={}, returns="", raises=[])
    lines = inspect.cleandoc(text or "").splitlines()
    summary: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        google = _GOOGLE.match(line)
        numpy = index + 1 < len(lines) and line.strip() != "" and re.fullmatch(r"\s*-{3,}\s*", lines[index + 1])
        if google or numpy:
            name = (google.group(1) if google else line.strip()).lower()
            body, index = _section(lines, index + (1 if google else 2), numpy=bool(numpy))
            _read_section(doc, name, body, numpy=bool(numpy))
        elif field := _FIELD.match(line):
            more, index = _continuation(lines, index + 1)
            _read_field(doc, field.group(1), field.group(2).split(), " ".join([field.group(3), *more]).strip())
        else:
            summary.append(line)
            index += 1
    doc["summary"] = "\n".join(summary).strip()
    return doc


def _section(lines: list[str], index: int, *, numpy: bool) -> tuple[list[str], int]:
    body: list[str] = []
    while index < len(lines):
        line = lines[index]
        ends = index + 1 < len(lines) and bool(re.fullmatch(r"-{3,}\s*", lines[index + 1])) if numpy else False
        if ends or (not numpy and line.strip() and not line.startswith((" ", "\t"))):
            break
        body.append(line)
        index += 1
    return body, index


def _continuation(lines: list[str], index: int) -> tuple[list[str], int]:
    more: list[str] = []
    while index < len(lines) and lines[index].startswith((" ", "\t")):
        more.append(lines[index].strip())
        index += 1
    return more, index


def _entries(body: list[str]) -> list[tuple[str, list[str]]]:
    """The entries of a section: a line, and the more deeply indented lines below it."""
    filled = [line for line in body if line.strip()]
    if not filled:
        return []
    least = min(len(line) - len(line.lstrip()) for line in filled)
    entries: list[tuple[str, list[str]]] = []
    for line in filled:
        if len(line) - len(line.lstrip()) == least:
            entries.append((line.strip(), []))
        else:
            entries[-1][1].append(line.strip())
    return entries


def _read_section(doc: Doc, name: str, body: list[str], *, numpy: bool) -> None:
    entries = _entries(body)
    if name in _PARAMETERS:
        for head, more in entries:
            names, text = _split_numpy(head, more) if numpy else _split_google(head, more)
            for each in names.split(","):
                doc["parameters"][each.strip().lstrip("*")] = text
    elif name in _RETURNS:
        lines = [line for head, more in entries for line in ([] if numpy and more else [head]) + more]
        doc["returns"] = " ".join(lines)
    elif name == "raises":
        for head, more in entries:
            names, text = (head, " ".join(more)) if numpy else _split_google(head, more)
            doc["raises"].append((names.strip(), text))
    else:
        doc["summary"] = doc["summary"]


def _split_google(head: str, more: list[str]) -> tuple[str, str]:
    before, _, after = head.partition(":")
    return re.sub(r"\s*\(.*\)\s*$", "", before).strip(), " ".join([after.strip(), *more]).strip()


def _split_numpy(head: str, more: list[str]) -> tuple[str, str]:
    return head.partition(" :")[0].partition(":")[0].strip(), " ".join(more)


def _read_field(doc: Doc, field: str, words: list[str], text: str) -> None:
    if field.startswith(("return", "yield")):
        doc["returns"] = text
    elif field.startswith(("raise", "exce")):
        doc["raises"].append((words[-1] if words else "", text))
    elif field not in ("rtype", "type") and words:
        doc["parameters"][words[-1].lstrip("*")] = text
