from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitest_python.errors import NotCallable, NotExported, PrivateName, UnknownName
from vitest_python.program.resolve import FunctionResolver

identifiers = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)


def module(name: str, **contents: object) -> ModuleType:
    made = ModuleType(name)
    for key, value in contents.items():
        setattr(made, key, value)
    return made


def offered(name: str = "m", **contents: object) -> FunctionResolver:
    resolver = FunctionResolver()
    resolver.add(module(name, **contents), name)
    return resolver


def own(name: str = "m") -> object:
    def function() -> str:
        return "own"

    function.__module__ = name
    return function


@given(st.text(max_size=30))
def test_any_text_is_resolved_or_refused(text: str) -> None:
    with pytest.raises((UnknownName, PrivateName, NotExported, NotCallable)):
        offered(fn=own()).resolve(f"x{text}")


@given(identifiers, st.lists(identifiers, min_size=1, max_size=4), st.integers(0, 3))
def test_refuses_an_underscore_at_any_level(name: str, parts: list[str], place: int) -> None:
    parts.insert(place % (len(parts) + 1), "_private")
    with pytest.raises(PrivateName):
        offered(name).resolve(".".join([name, *parts]))


@given(st.lists(identifiers, min_size=2, max_size=5, unique=True))
def test_the_longest_listed_prefix_wins(parts: list[str]) -> None:
    resolver = FunctionResolver()
    for length in range(1, len(parts)):
        name = ".".join(parts[:length])
        resolver.add(module(name, fn=own(name)), name)
    for length in range(1, len(parts)):
        name = ".".join(parts[:length])
        if parts[length : length + 1] != ["fn"]:
            assert resolver.resolve(f"{name}.fn").__module__ == name


def test_functions_in_all_can_be_called() -> None:
    import math
    from os import system

    assert offered(system=system, __all__=["system"]).resolve("m.system") is system
    with pytest.raises(NotExported, match=r"add 'system' to m\.__all__"):
        offered(system=system).resolve("m.system")
    with pytest.raises(NotExported, match="math"):
        offered(math=math).resolve("m.math.sqrt")


def test_refuses_a_module_that_is_an_attribute_of_a_class() -> None:
    import os

    kind = type("Kind", (), {"os": os, "__module__": "m"})
    with pytest.raises(NotExported):
        offered(Kind=kind).resolve("m.Kind.os.system")
