"""pandas and Arrow cross by value where nothing is lost, and stay where they are where something would be."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy
import ormsgpack
import pandas
import pyarrow
import pytest

from vitest_python.errors import BadArguments
from vitest_python.values import decode, encode
from vitest_python.values.codes import REFERENCE

from .test_values import Lender

FRAME = pandas.DataFrame(
    {
        "count": [1, 2, 3],
        "score": [0.5, float("nan"), 1.5],
        "name": ["a", None, "ü"],
        "when": pandas.to_datetime(["2026-01-01", "1969-12-31", None]),
        "ok": [True, False, True],
    }
)


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.set_index(pandas.Index([3, 1, 2])),
        FRAME.set_index(pandas.Index(["x", "y", "z"])),
        FRAME[["count", "when"]].head(0),
        pandas.DataFrame({}),
        pandas.DataFrame({"b": [1], "a": [2]}),
    ],
    ids=["all kinds", "numbers as labels", "texts as labels", "no rows", "nothing", "order of the columns"],
)
def test_a_frame_comes_back_as_it_was(frame: Any) -> None:
    back = decode(encode(frame))
    pandas.testing.assert_frame_equal(back, frame, check_column_type=False)


@pytest.mark.parametrize("dtype", ["int8", "uint64", "float16", "float32", "bool", "complex128", "timedelta64[s]"])
def test_a_series_comes_back_with_its_dtype(dtype: str) -> None:
    series = pandas.Series(numpy.array([0, 1, 1], dtype=dtype), name="s")
    pandas.testing.assert_series_equal(decode(encode(series)), series)


@pytest.mark.parametrize(
    "value",
    [
        pandas.DataFrame({"c": pandas.Categorical(["a", "b"])}),
        pandas.DataFrame({"t": pandas.to_datetime(["2026-01-01"]).tz_localize("Europe/Berlin")}),
        pandas.DataFrame({"n": pandas.array([1, None], dtype="Int64")}),
        pandas.DataFrame([[1, 2]], columns=["a", "a"]),
        pandas.DataFrame([[1, 2]], columns=[0, 1]),
        FRAME.set_index(["count", "name"]),
        FRAME.set_index("name"),
        pandas.Series([1], name=("two", "levels")),
    ],
    ids=["categories", "time zone", "pandas' integers", "names twice", "numbers as names", "levels", "named", "tuple"],
)
def test_what_would_lose_something_stays_in_python(value: Any) -> None:
    lender = Lender()
    assert ormsgpack.unpackb(encode(value, lender), ext_hook=lambda code, _: code) == REFERENCE
    assert lender.references[0] is value


@pytest.mark.parametrize("batch", [False, True])
def test_an_arrow_table_comes_back_with_its_schema(batch: bool) -> None:
    schema = pyarrow.schema(
        [("id", pyarrow.int32()), ("tags", pyarrow.list_(pyarrow.string()))], metadata={"made": "by a test"}
    )
    table = pyarrow.table([[1, None], [["a"], []]], schema=schema)
    back = decode(encode(table.to_batches()[0] if batch else table))
    assert back.equals(table, check_metadata=True)


def test_a_text_that_is_missing_is_none() -> None:
    sent = ormsgpack.unpackb(encode(FRAME["name"]), ext_hook=lambda _, data: ormsgpack.unpackb(data))
    assert sent == [["a", None, "ü"], "name", None]


def test_nothing_is_imported_for_it() -> None:
    program = (
        "import sys; from vitest_python.values import decode, encode; decode(encode([1, {'a': b'x'}])); "
        "print([name for name in ('numpy', 'pandas', 'pyarrow', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_a_table_for_who_has_not_imported_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = encode(FRAME), encode(FRAME["count"]), encode(pyarrow.table({"a": [1]}))
    for library in ("pandas", "pyarrow"):
        monkeypatch.delitem(sys.modules, library)
    for data, what in zip(encoded, ("a DataFrame needs pandas", "a Series needs pandas", "pyarrow"), strict=True):
        with pytest.raises(BadArguments, match=what):
            decode(data)
