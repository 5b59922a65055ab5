"""Nesting crosses to a fixed depth, whatever is nested, and beyond it there is an error of one sentence."""

from __future__ import annotations

import collections
import dataclasses
import re
import types
from collections.abc import Callable
from typing import Any

import pytest

from vitest_python.values import decode, encode

from .lending import Lender


@dataclasses.dataclass
class Node:
    value: int
    next: object


AROUND: dict[str, tuple[Callable[[Any], object], Callable[[Any], Any]]] = {
    "lists": (lambda inner: [inner], lambda value: value[0]),
    "tuples": (lambda inner: (inner,), lambda value: value[0]),
    "dicts": (lambda inner: {"a": inner}, lambda value: value["a"]),
    "dicts with integer keys": (lambda inner: {1: inner}, lambda value: value[1]),
    "dataclasses": (lambda inner: Node(1, inner), lambda value: value["next"]),
    "frozensets": (lambda inner: frozenset([inner]), lambda value: next(iter(value))),
    "deques": (lambda inner: collections.deque([inner]), lambda value: value[0]),
    "read-only dicts": (lambda inner: types.MappingProxyType({"a": inner}), lambda value: value["a"]),
}


def nested(levels: int, around: Callable[[Any], object]) -> object:
    value: object = "end"
    for _ in range(levels):
        value = around(value)
    return value


def levels_of(value: Any, inside: Callable[[Any], Any]) -> int:
    levels = 0
    while value != "end":
        value = inside(value)
        levels += 1
    return levels


@pytest.mark.parametrize("kind", AROUND)
@pytest.mark.parametrize("levels", [1, 63, 64, 65, 255, 300, 1_000, 2_000])
def test_nesting_crosses(kind: str, levels: int) -> None:
    around, inside = AROUND[kind]
    assert levels_of(decode(encode(nested(levels, around))), inside) == levels


@pytest.mark.parametrize("kind", AROUND)
@pytest.mark.parametrize("levels", [2_001, 5_000, 20_000])
def test_deeper_nesting_is_an_error_of_one_sentence_with_the_place_and_the_limit(kind: str, levels: int) -> None:
    sentence = r"^result.{40,70}….{40,70} is nested more than 2,000 levels deep and cannot be sent$"
    with pytest.raises(TypeError, match=sentence) as raised:
        encode(nested(levels, AROUND[kind][0]))
    assert len(str(raised.value)) < 200


def test_a_deep_value_with_references_lends_each_once() -> None:
    lender = Lender()
    stays = object()
    encode([nested(500, lambda inner: [inner, {1: stays}])], lender)
    assert lender.references == [stays]


def test_what_stays_deep_inside_is_named_with_its_place() -> None:
    value = nested(70, lambda inner: [object()] if inner == "end" else [inner])
    with pytest.raises(TypeError, match=r"^result(\[0\]){13}.*(\[0\]){13}: object cannot be sent: JavaScript has no"):
        encode(value)


@pytest.mark.parametrize(
    ("around", "sentence"),
    [
        (lambda cycle: [cycle], "result[0]['again'] is result again: "),
        (lambda cycle: {1: [{"a": cycle}]}, "result[1][0]['a']['again'] is result again: "),
        (lambda cycle: Node(1, (cycle,)), "result['next'][0]['again'] is result again: "),
    ],
)
def test_a_cycle_is_refused_with_its_place(around: Callable[[Any], object], sentence: str) -> None:
    again: dict[str, object] = {}
    again["again"] = around(again)
    sentence += "a value that contains itself is nested more than 2,000 levels deep and cannot be sent"
    with pytest.raises(TypeError, match=f"^{re.escape(sentence)}$"):
        encode(again["again"])


def test_a_cycle_that_begins_deep_inside_is_refused_soon() -> None:
    first: dict[str, Any] = {}
    last = first
    for _ in range(1_000):
        last["next"] = {"previous": last}
        last = last["next"]
    with pytest.raises(TypeError, match=re.escape("result['next']['previous'] is result again")):
        encode(first)
    ring: list[object] = []
    ring.append(nested(150, lambda inner: [ring] if inner == "end" else [inner]))
    with pytest.raises(TypeError, match=re.escape("[0] is result['ring'] again: a value that contains itself")):
        encode({"ring": ring})


def test_the_same_value_in_two_places_is_no_cycle() -> None:
    shared = {1: [1]}
    assert decode(encode([shared, shared, {"a": shared}])) == [{1: [1]}, {1: [1]}, {"a": {1: [1]}}]


def test_parts_that_are_missing_are_refused() -> None:
    from vitest_python.errors import BadArguments

    with pytest.raises(BadArguments, match="the part 1 is not known"):
        decode(b"\xd4\x52\x01")
