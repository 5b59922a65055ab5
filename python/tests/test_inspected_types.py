"""Annotations as `vitest-python types` describes them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from .inspecting import describe

HEAD = """
import enum, collections, datetime, decimal, pathlib, uuid
from collections.abc import *
from dataclasses import dataclass
from typing import *
T = TypeVar("T")
Id = NewType("Id", int)
class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"
class Row(NamedTuple):
    a: int
class Options(TypedDict, total=False):
    currency: str
@dataclass
class Item:
    name: str
    parent: "Item | None" = None
class Model:
    pass
"""

ANNOTATIONS: dict[str, dict[str, Any]] = {
    "int": {"type": "int"},
    "None": {"type": "none"},
    "bytes": {"type": "bytes"},
    "list[int]": {"type": "list", "of": {"type": "int"}},
    "List['int']": {"type": "list", "of": {"type": "int"}},
    "tuple[int, ...]": {"type": "list", "of": {"type": "int"}},
    "tuple[int, str]": {"type": "tuple", "of": [{"type": "int"}, {"type": "str"}]},
    "tuple[()]": {"type": "tuple", "of": []},
    "dict[int, str]": {"type": "dict", "key": {"type": "int"}, "value": {"type": "str"}},
    "Mapping[str, list[bool]]": {
        "type": "dict",
        "key": {"type": "str"},
        "value": {"type": "list", "of": {"type": "bool"}},
    },
    "collections.Counter[str]": {"type": "dict", "key": {"type": "str"}, "value": {"type": "int"}},
    "frozenset[str]": {"type": "set", "of": {"type": "str"}},
    "Iterable[int]": {"type": "iterable", "of": {"type": "int"}},
    "Sequence[int]": {"type": "sequence", "of": {"type": "int"}},
    "AsyncIterator[int]": {"type": "async_iterator", "of": {"type": "int"}},
    "Optional[int]": {"type": "union", "of": [{"type": "int"}, {"type": "none"}]},
    "Union[int, Optional[str]]": {"type": "union", "of": [{"type": "int"}, {"type": "str"}, {"type": "none"}]},
    "Literal['a', 2, None]": {
        "type": "union",
        "of": [{"type": "literal", "value": "a"}, {"type": "literal", "value": 2}, {"type": "none"}],
    },
    "Annotated[int, 'positive']": {"type": "int"},
    "Id": {"type": "int"},
    "Color": {
        "type": "enum",
        "name": "Color",
        "of": {"type": "union", "of": [{"type": "literal", "value": "red"}, {"type": "literal", "value": "blue"}]},
    },
    "datetime.datetime": {"type": "datetime"},
    "decimal.Decimal": {"type": "class", "name": "Decimal"},
    "uuid.UUID": {"type": "class", "name": "Uuid"},
    "pathlib.Path": {"type": "text"},
    "Callable[[int], str]": {"type": "callable", "parameters": [{"type": "int"}], "returns": {"type": "str"}},
    "Callable[..., None]": {"type": "callable", "parameters": None, "returns": {"type": "none"}},
    "Awaitable[int]": {"type": "int"},
    "Row": {"type": "record", "name": "m.Row"},
    "Options": {"type": "record", "name": "m.Options"},
    "Item": {"type": "record", "name": "m.Item"},
    "Model": {"type": "object", "name": "m.Model"},
    "NoReturn": {"type": "never"},
    "Any": {"type": "unknown"},
    "T": {"type": "unknown", "why": "the type variable T can be any type"},
}


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_describes_every_kind_of_annotation(tmp_path: Path, future: str) -> None:
    functions = "".join(f"def f{n}() -> {text}: ...\n" for n, text in enumerate(ANNOTATIONS))
    described = describe(tmp_path, m=f"{future}{HEAD}{functions}")
    found = {text: described["functions"][f"m.f{n}"]["calls"][0] for n, text in enumerate(ANNOTATIONS)}
    for text, expected in ANNOTATIONS.items():
        assert found[text]["returns"] == expected, text
    assert found["AsyncIterator[int]"]["yields"] == {"type": "int"}


def test_a_bad_name_costs_one_type(tmp_path: Path) -> None:
    source = """
    from __future__ import annotations
    from typing import TYPE_CHECKING
    if TYPE_CHECKING:
        import numpy as np
        from hidden import Thing
    def f(a: Thing, b: list[int], c: Nope | None, d: list["Thing"], e: "1 +") -> np.ndarray: ...
    """
    call = describe(tmp_path, m=source)["functions"]["m.f"]["calls"][0]
    a, b, c, d, e = (parameter["type"] for parameter in call["parameters"])
    assert a == {"type": "unknown", "why": "hidden.Thing isn't imported when the program runs"}
    assert b == {"type": "list", "of": {"type": "int"}}
    assert c["of"][1] == {"type": "none"}
    assert d["of"] == a
    assert e == {"type": "unknown", "why": "1 + can't be evaluated: SyntaxError"}
    assert call["returns"] == {"type": "ndarray"}


def test_required_keys_are_read_from_annotations(tmp_path: Path) -> None:
    source = """
    from __future__ import annotations
    from typing import *
    try:
        from typing import NotRequired, Required
    except ImportError:
        from typing_extensions import NotRequired, Required
    class Base(TypedDict):
        a: int
        b: NotRequired[str]
    class More(Base, total=False):
        c: int
        d: Required[Annotated[int, 1]]
    def f() -> More: ...
    """
    fields = describe(tmp_path, m=source)["classes"]["m.More"]["fields"]
    assert {field["name"]: field["required"] for field in fields} == {"a": True, "b": False, "c": False, "d": True}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is new in Python 3.12")
def test_describes_type_parameters_and_aliases(tmp_path: Path) -> None:
    source = """
    type Pair[T] = tuple[T, T]
    type Tree = dict[str, "Tree"] | int
    def f[T: int](x: T) -> Pair[str]: ...
    def tree() -> Tree: ...
    """
    functions = describe(tmp_path, m=source)["functions"]
    assert functions["m.f"]["calls"][0]["returns"] == {"type": "tuple", "of": [{"type": "str"}, {"type": "str"}]}
    assert functions["m.f"]["calls"][0]["parameters"][0]["type"] == {"type": "int"}
    assert functions["m.tree"]["calls"][0]["returns"]["type"] == "union"


def test_describes_classes_of_libraries(tmp_path: Path) -> None:
    source = """
    import attrs, msgspec, numpy as np, numpy.typing as npt, pandas as pd, polars as pl, pyarrow as pa
    from pydantic import BaseModel, Field, RootModel, computed_field
    @attrs.define
    class A:
        x: int
    class S(msgspec.Struct, rename="camel"):
        my_field: int
        other: str | msgspec.UnsetType = msgspec.UNSET
    class M(BaseModel):
        x: int
        hidden: str = Field(exclude=True)
        @computed_field
        @property
        def double(self) -> int: return 2
    class L(RootModel[list[int]]): pass
    Arrays = tuple[np.ndarray, npt.NDArray[np.float32], np.int64]
    def f() -> tuple[A, S, M, L]: ...
    def arrays() -> Arrays: ...
    def tables() -> tuple[pd.DataFrame, pa.Table, pl.DataFrame]: ...
    """
    described = describe(tmp_path, m=source)
    of = {name: call["calls"][0]["returns"].get("of") for name, call in described["functions"].items()}
    assert of["m.arrays"] == [
        {"type": "ndarray"},
        {"type": "ndarray", "dtype": "float32"},
        {"type": "int", "dtype": "int64"},
    ]
    assert [part["name"] for part in of["m.tables"]] == ["DataFrame", "ArrowTable", "ArrowTable"]
    classes = described["classes"]
    assert [field["name"] for field in classes["m.A"]["fields"]] == ["x"]
    assert [(field["name"], field["required"]) for field in classes["m.S"]["fields"]] == [
        ("myField", True),
        ("other", False),
    ]
    assert [field["name"] for field in classes["m.M"]["fields"]] == ["x", "double"]
    assert classes["m.L"]["is"] == {"type": "list", "of": {"type": "int"}}
