"""Parameters, methods, streams and overloads as `vitest-python types` describes them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .inspecting import describe


def test_describes_parameters_methods_and_streams(tmp_path: Path) -> None:
    source = '''
    import functools
    from vitest_python import tool
    class Model:
        size: int
        @property
        def name(self) -> str: ...
        def predict(self, value: float) -> float:
            """Predicts."""
        @classmethod
        def load(cls, path: str) -> "Model": ...
        @staticmethod
        def parse(text) -> int: ...
    def f(a, /, b: int, *rest: str, c: bool = True, **more: float): ...
    def count(n: int):
        yield n
    @tool(name="letters", stream=True)
    def _letters(text: str) -> list[str]: ...
    @functools.lru_cache
    def cached(x: int) -> int: ...
    half = functools.partial(f, 1)
    shared = Model()
    '''
    described = describe(tmp_path, m=source)
    functions = described["functions"]
    parameters = functions["m.f"]["calls"][0]["parameters"]
    assert [(p["name"], p["kind"], p["optional"]) for p in parameters] == [
        ("a", "positional", False),
        ("b", "either", False),
        ("rest", "rest", False),
        ("c", "keyword", True),
        ("more", "more", False),
    ]
    assert functions["m.count"]["calls"][0]["yields"] == {"type": "unknown"}
    assert functions["m.letters"]["calls"][0]["yields"] == {"type": "str"}
    assert functions["m.cached"]["calls"][0]["returns"] == {"type": "int"}
    assert functions["m.Model.load"]["calls"][0]["returns"] == {"type": "object", "name": "m.Model"}
    assert functions["m.Model.predict"]["calls"][0]["parameters"][0]["type"] == {"type": "object", "name": "m.Model"}
    assert functions["m.Model.parse"]["calls"][0]["parameters"][0]["type"] == {"type": "unknown"}
    assert [p["name"] for p in functions["m.shared.predict"]["calls"][0]["parameters"]] == ["value"]
    model = described["classes"]["m.Model"]
    assert model["attributes"] == {"name": {"type": "str"}, "size": {"type": "int"}}
    assert [p["name"] for p in model["methods"]["predict"]["calls"][0]["parameters"]] == ["value"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 doesn't remember overloads")
def test_describes_overloads(tmp_path: Path) -> None:
    source = """
    from typing import overload
    @overload
    def get(key: str) -> int: ...
    @overload
    def get(key: str, default: str) -> str: ...
    def get(key, default=None): ...
    """
    calls = describe(tmp_path, m=source)["functions"]["m.get"]["calls"]
    assert [call["returns"]["type"] for call in calls] == ["int", "str"]
