"""Describes types, signatures, docstrings and names for `vitest-python types`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from vitest_python.inspection.docstrings import parse
from vitest_python.posix.protocol import PROTOCOL

_PACKAGE = str(Path(__file__).parent.parent)
_SCRIPT = """
import json, sys
package, config = json.loads(bytes.fromhex("{text}"))
sys.path.insert(0, package)
from vitest_python.common.config import read_config
from vitest_python.inspection.inspector import inspect
line = inspect(read_config(config), lambda module: None)
print()
print(json.dumps(line))
"""


def describe(
    directory: Path, *modules: str, m: str | None = None, files: dict[str, str] | None = None
) -> dict[str, Any]:
    """What the program prints for these files. In a process of its own, as the command runs it."""
    for name, text in (files or {"m.py": m or ""}).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    config = {
        "protocol": PROTOCOL,
        "id": "types",
        "runId": "",
        "token": "",
        "runDirectory": "",
        "control": "",
        "parent": 1,
        "root": str(directory),
        "modules": modules or ["./m.py"],
        "startMethod": "spawn",
    }
    text = json.dumps([_PACKAGE, config]).encode().hex()
    run = subprocess.run(
        [sys.executable, "-"],
        input=_SCRIPT.replace("{text}", text),
        capture_output=True,
        text=True,
        cwd=directory,
        timeout=60,
        check=False,
    )
    assert run.stdout.strip(), run.stderr
    line: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return line.get("program", line)  # type: ignore[no-any-return]


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


def test_lists_what_can_be_called_and_nothing_else(tmp_path: Path) -> None:
    described = describe(
        tmp_path,
        "app",
        files={
            "app/__init__.py": """
            from os import system
            from .inner import exported, other
            __all__ = ["exported", "own"]
            def own(): ...
            def _private(): ...
            CONSTANT = 1
            """,
            "app/inner.py": "def exported(): ...\ndef other(): ...\n",
            "app/broken.py": "raise RuntimeError('not importable')\n",
        },
    )
    names = set(described["functions"])
    assert {"app.own", "app.exported", "app.inner.exported", "app.other"} <= names
    assert not {"app.system", "app._private", "app.CONSTANT"} & names
    assert described["modules"] == ["app"]


def test_says_why_a_module_cannot_be_imported(tmp_path: Path) -> None:
    failed = describe(tmp_path, m="print('loud')\nraise ValueError('no database')\n")["failure"]
    assert (failed["module"], failed["type"], failed["message"]) == ("m", "ValueError", "no database")
    assert "m.py" in failed["traceback"]


@pytest.mark.parametrize(
    "text",
    [
        "Sums.\n\nArgs:\n    items (list): What was\n        bought.\n    *rest: More.\n\nReturns:\n    The sum.\n"
        "\nRaises:\n    ValueError: If empty.\n",
        "Sums.\n\nParameters\n----------\nitems : list\n    What was\n    bought.\n*rest\n    More.\n\n"
        "Returns\n-------\nint\n    The sum.\n\nRaises\n------\nValueError\n    If empty.\n",
        "Sums.\n\n:param list items: What was\n    bought.\n:param rest: More.\n:returns: The sum.\n"
        ":raises ValueError: If empty.\n",
    ],
    ids=["google", "numpy", "sphinx"],
)
def test_reads_docstrings(text: str) -> None:
    assert parse(text) == {
        "summary": "Sums.",
        "parameters": {"items": "What was bought.", "rest": "More."},
        "returns": "The sum.",
        "raises": [("ValueError", "If empty.")],
    }
