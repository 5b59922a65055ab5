"""Tables of pandas, pyarrow and polars cross by value, and come back with their dtypes and labels."""

from __future__ import annotations

import datetime
import re
import struct
import subprocess
import sys
from typing import Any

import numpy
import ormsgpack
import pandas
import polars
import pyarrow
import pytest

from vitest_python.errors import BadArguments
from vitest_python.values import codes, decode, encode

from .lending import back, reason_of

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
    pandas.testing.assert_frame_equal(back(frame), frame, check_column_type=False)


@pytest.mark.parametrize("dtype", ["int8", "uint64", "float16", "float32", "bool", "complex128", "timedelta64[s]"])
def test_a_series_comes_back_with_its_dtype(dtype: str) -> None:
    series = pandas.Series(numpy.array([0, 1, 1], dtype=dtype), name="s")
    pandas.testing.assert_series_equal(decode(encode(series)), series)


MOMENTS = pandas.to_datetime(["2026-01-01T12:00:00.123456789", None])


@pytest.mark.parametrize(
    "series",
    [
        pandas.Series(pandas.Categorical(["a", None, "b"])),
        pandas.Series(pandas.Categorical([3, 1, 3])),
        pandas.Series(MOMENTS.tz_localize("Europe/Berlin")),
        pandas.Series(MOMENTS.tz_localize("UTC").as_unit("s")),
        pandas.Series(MOMENTS - MOMENTS[0]),
        pandas.Series([1, None, 2**62], dtype="Int64"),
        pandas.Series([1, None], dtype="UInt8"),
        pandas.Series([0.5, None], dtype="Float64"),
        pandas.Series([True, None], dtype="boolean"),
        pandas.Series(["a", None], dtype="string"),
        pandas.Series(pandas.period_range("2026-01", periods=2, freq="M")),
        pandas.Series([1, None], dtype="int64[pyarrow]"),
        pandas.Series([1, "a", None, 0.5, [1]], dtype=object),
    ],
    ids=lambda series: str(series.dtype),
)
@pytest.mark.parametrize("inside", ["series", "frame", "index"])
def test_a_column_of_any_dtype_comes_back_with_it(series: Any, inside: str) -> None:
    if inside == "series":
        pandas.testing.assert_series_equal(back(series), series)
    elif inside == "frame":
        pandas.testing.assert_frame_equal(back(series.to_frame("x")), series.to_frame("x"))
    elif series.dtype != object:
        frame = pandas.DataFrame({"n": range(len(series))}, index=pandas.Index(series))
        pandas.testing.assert_frame_equal(back(frame), frame)


COUNTS = pandas.DataFrame({"k": ["a", "b", "a"], "l": [1, 1, 2], "v": [1, 2, 3]})


@pytest.mark.parametrize(
    "frame",
    [
        FRAME.set_index("name").head(1),
        COUNTS.groupby("k")[["v"]].sum(),
        COUNTS.groupby(["k", "l"])[["v"]].sum(),
        COUNTS.set_index(["k", "l"]).head(0),
        COUNTS.pivot_table(index="k", columns="l", values="v"),
        COUNTS.groupby("k").agg({"v": ["sum", "mean"]}),
        COUNTS.rename_axis("row"),
        COUNTS.rename_axis(columns="field"),
        COUNTS[::2],
        pandas.DataFrame([[1, 2]], columns=[0, 1]),
        pandas.DataFrame({"t": [1]}, index=pandas.DatetimeIndex(["2026-01-01"], name="when")),
        pandas.DataFrame(index=["a", "b"]),
    ],
    ids=[
        "named index",
        "group",
        "groups",
        "no rows of several levels",
        "pivot",
        "aggregates",
        "named range",
        "named columns",
        "some of a range",
        "numbers as names",
        "moments as labels",
        "no columns",
    ],
)
def test_labels_and_their_names_come_back(frame: Any) -> None:
    again = back(frame)
    if len(frame) == 0:
        assert list(again.index.names) == list(frame.index.names)
        return
    pandas.testing.assert_frame_equal(again, frame, check_column_type=False, check_index_type=False, check_freq=False)


@pytest.mark.parametrize(
    "series",
    [COUNTS["k"].value_counts(), COUNTS.groupby("k")["v"].sum(), COUNTS.iloc[0], pandas.Series([1], name=("a", 1))],
    ids=["counts", "group", "row", "name of two levels"],
)
def test_the_usual_series_come_back(series: Any) -> None:
    pandas.testing.assert_series_equal(back(series), series)


def test_pandas_chooses_the_dtype_anew_if_it_does_not_know_its_name() -> None:
    texts = pandas.Series(["a", None], dtype=pandas.ArrowDtype(pyarrow.string()))
    assert back(texts).tolist() == ["a", pandas.NA]
    lists = pandas.Series([[1, 2], None], dtype=pandas.ArrowDtype(pyarrow.list_(pyarrow.int64())))
    assert back(lists).tolist() == [[1, 2], None]


def test_sparse_columns_arrive_dense_and_intervals_as_texts() -> None:
    assert back(pandas.Series(pandas.arrays.SparseArray([0, 1]))).tolist() == [0, 1]
    assert back(pandas.Series(pandas.interval_range(0, 2))).tolist() == ["(0, 1]", "(1, 2]"]
    assert back(pandas.cut(pandas.Series([1, 3]), [0, 2, 4])).tolist() == ["(0, 2]", "(2, 4]"]


def test_scalars_of_pandas_are_those_of_python() -> None:
    sent = {
        "local": pandas.Timestamp("2026-01-02T03:04:05.000006"),
        "moment": pandas.Timestamp("2026-01-02T03:04:05+02:00"),
        "none": pandas.NaT,
        "missing": pandas.NA,
        "span": pandas.Timedelta("1h"),
        "period": pandas.Period("2026-01", "M"),
        "interval": pandas.Interval(0, 1),
    }
    assert json_like(sent) == {
        "local": "2026-01-02T03:04:05.000006",
        "moment": 1767315845,
        "none": None,
        "missing": None,
        "span": [0, 3600, 0],
        "period": "2026-01",
        "interval": "(0, 1]",
    }
    assert json_like(pandas.Timestamp("2026-01-02T03:04:05.000006007")) == "2026-01-02T03:04:05.000006007"
    assert back(pandas.Timedelta("-1h")) == datetime.timedelta(hours=-1)
    assert "no whole number of microseconds" in reason_of(pandas.Timedelta(1, "ns"))


def json_like(value: object) -> Any:
    def read(code: int, data: bytes) -> Any:
        if code == codes.DATETIME:
            return data.decode()
        return struct.unpack(">Q", data)[0] if code == codes.TIMESTAMP else ormsgpack.unpackb(data)

    return ormsgpack.unpackb(encode(value), ext_hook=read)


def test_records_of_a_frame_cross() -> None:
    frame = pandas.DataFrame({"d": pandas.to_datetime(["2026-01-01", None]), "n": [1, 2]})
    assert back(frame.to_dict("records")) == [
        {"d": datetime.datetime(2026, 1, 1), "n": 1},
        {"d": None, "n": 2},
    ]


def test_an_index_and_an_array_of_pandas_are_columns() -> None:
    assert back(pandas.Index(["a", "b"])) == ["a", "b"]
    assert back(pandas.array([1, None], dtype="Int64")).tolist() == [1, pandas.NA]


class Derived(pandas.DataFrame):  # type: ignore[misc]
    pass


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (pandas.DataFrame([[1, 2]], columns=["a", "a"]), "more than one column named 'a'"),
        (Derived({"a": [1]}), "of a class derived from pandas' own"),
        (FRAME.groupby("ok"), "JavaScript has no counterpart"),
        (polars.LazyFrame({"a": [1]}), "it has not been computed; return .collect()"),
    ],
    ids=["names twice", "derived", "group", "lazy"],
)
def test_the_rest_stays_in_python_with_the_reason(value: Any, reason: str) -> None:
    assert reason in reason_of(value)


def test_a_value_that_cannot_be_sent_is_named_with_its_column() -> None:
    with pytest.raises(TypeError, match=re.escape("result['f'][1]: complex cannot be sent: JavaScript has no complex")):
        encode(pandas.DataFrame({"f": pandas.Series([1, 2j], dtype=object)}))


@pytest.mark.parametrize("kind", [polars.DataFrame, lambda columns: polars.Series("a", columns["a"])])
def test_polars_crosses_as_an_arrow_table(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = encode(kind({"a": ["x", None]}))
    table = decode(sent)
    assert table.to_pydict() == {"a": ["x", None]}
    assert str(table.schema.field("a").type) == "large_string", "apache-arrow reads no string views"
    monkeypatch.delitem(sys.modules, "pyarrow")
    assert decode(sent).equals(polars.DataFrame({"a": ["x", None]}))


@pytest.mark.parametrize("batch", [False, True])
def test_an_arrow_table_comes_back_with_its_schema(batch: bool) -> None:
    schema = pyarrow.schema(
        [("id", pyarrow.int32()), ("tags", pyarrow.list_(pyarrow.string()))], metadata={"made": "by a test"}
    )
    table = pyarrow.table([[1, None], [["a"], []]], schema=schema)
    again = back(table.to_batches()[0] if batch else table)
    assert again.equals(table, check_metadata=True)


def test_a_text_that_is_missing_is_none() -> None:
    sent = ormsgpack.unpackb(encode(FRAME["name"]), ext_hook=lambda _, data: ormsgpack.unpackb(data))
    assert sent == [["a", None, "ü"], "name", None, []]


def test_nothing_is_imported_for_it() -> None:
    program = (
        "import sys; from vitest_python.values import decode, encode; decode(encode([1, {'a': b'x'}])); "
        "print([name for name in ('numpy', 'pandas', 'pyarrow', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_a_table_for_who_has_not_imported_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = encode(FRAME), encode(FRAME["count"]), encode(pyarrow.table({"a": [1]}))
    for library in ("pandas", "pyarrow", "polars"):
        monkeypatch.delitem(sys.modules, library)
    for data, what in zip(encoded, ("a DataFrame needs pandas", "a Series needs pandas", "pyarrow"), strict=True):
        with pytest.raises(BadArguments, match=what):
            decode(data)
