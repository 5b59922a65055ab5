"""Encodes tables of pandas, pyarrow and polars. None of them is imported here."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

from ..codes import ARROW, COLUMN, DATAFRAME, SERIES
from ..forms import Bytes, Extension, Stays
from ..moments import of_pandas_timedelta, of_timestamp
from .arrays import array_of

_LAZY = Stays("it has not been computed; return .collect()")


def pandas_rule(kind: type) -> Callable[[Any], object] | None:
    """Returns how values of a class of pandas, or derived from one, are sent."""
    pandas = sys.modules["pandas"]
    for base, rule in (
        (pandas.Timestamp, of_timestamp),
        (pandas.Timedelta, of_pandas_timedelta),
        ((type(pandas.NaT), type(pandas.NA)), lambda _: None),
        ((pandas.Period, pandas.Interval), str),
    ):
        if issubclass(kind, base):
            return rule
    if issubclass(kind, (pandas.DataFrame, pandas.Series)):
        return {pandas.DataFrame: _frame, pandas.Series: _series}.get(kind, _derived)
    if issubclass(kind, (pandas.Index, pandas.api.extensions.ExtensionArray)):
        return lambda value: _column(pandas.Index(value))
    return None


def arrow_rule(kind: type) -> Callable[[Any], object] | None:
    """A table or a batch of pyarrow, as a stream in Arrow's IPC format; a scalar as its value."""
    pyarrow = sys.modules["pyarrow"]
    if issubclass(kind, (pyarrow.Table, pyarrow.RecordBatch)):
        return _arrow_table
    return (lambda value: value.as_py()) if issubclass(kind, pyarrow.Scalar) else None


def polars_rule(kind: type) -> Callable[[Any], object] | None:
    """A frame or a series of polars, as a stream in Arrow's IPC format."""
    polars = sys.modules["polars"]
    if issubclass(kind, polars.LazyFrame):
        return lambda _: _LAZY
    if issubclass(kind, polars.Series):
        return lambda value: _polars_frame(value.to_frame())
    return _polars_frame if issubclass(kind, polars.DataFrame) else None


def _arrow_table(value: Any) -> Extension:
    pyarrow = sys.modules["pyarrow"]
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, value.schema) as writer:
        writer.write(value)
    return Extension(ARROW, [Bytes(memoryview(sink.getvalue()).cast("B"))])


def _polars_frame(frame: Any) -> Extension:
    sink = io.BytesIO()
    # Not polars' newer kinds of columns, which apache-arrow for JavaScript doesn't read.
    frame.write_ipc_stream(sink, compat_level=sys.modules["polars"].CompatLevel.oldest())
    return Extension(ARROW, [Bytes(sink.getbuffer())])


def _derived(_: object) -> Stays:
    return Stays("it is of a class derived from pandas' own, which may hold more; return pandas.DataFrame(value)")


def _frame(frame: Any) -> object:
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        return Stays(f"it has more than one column named {twice!r}")
    names, columns = [], []
    for name, series in frame.items():
        column = _column(series)
        if isinstance(column, Stays):
            return Stays(f"its column {name!r} stays: {column.reason}")
        names.append(name)
        columns.append(column)
    index = _index(frame.index, implied=len(names) > 0)
    if isinstance(index, Stays):
        return Stays(f"its index stays: {index.reason}")
    ahead = [names, index, _level_names(frame.index), _level_names(frame.columns)]
    steps = [".columns", ".index", ".index.names", ".columns.names", *(f"[{name!r}]" for name in names)]
    return Extension(DATAFRAME, [*ahead, *columns], steps.__getitem__)


def _series(series: Any) -> object:
    values, index = _column(series), _index(series.index)
    for part in (values, index):
        if isinstance(part, Stays):
            return part
    steps = ["", ".name", ".index", ".index.names"]
    return Extension(SERIES, [values, series.name, index, _level_names(series.index)], steps.__getitem__)


def _column(column: Any) -> object:
    """A typed array, a list, or a list with the name of its dtype, of a Series or an Index."""
    pandas = sys.modules["pandas"]
    dtype = column.dtype
    if isinstance(dtype, sys.modules["numpy"].dtype):
        return column.tolist() if dtype.kind == "O" else array_of(column.to_numpy())
    if isinstance(dtype, pandas.DatetimeTZDtype):
        return array_of(column.array.tz_convert(None).to_numpy(), str(dtype))
    if isinstance(dtype, pandas.SparseDtype):
        return array_of(sys.modules["numpy"].asarray(column.array))
    values = [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]
    name = str(dtype)
    # pandas makes its texts from a list of them, and intervals from no texts at all.
    if name == "str" or isinstance(dtype, pandas.IntervalDtype):
        return values
    return Extension(COLUMN, [name, values], lambda _: "")


def _index(index: Any, implied: bool = True) -> object:
    pandas = sys.modules["pandas"]
    if implied and isinstance(index, pandas.RangeIndex) and (index.start, index.step) == (0, 1):
        return None
    return index.tolist() if isinstance(index, pandas.MultiIndex) else _column(index)


def _level_names(index: Any) -> list[object]:
    names = list(index.names)
    return [] if all(name is None for name in names) else names
