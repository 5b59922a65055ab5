"""pandas and Arrow, without importing them."""

from __future__ import annotations

import sys
from typing import Any

from .arrays import array_extension
from .codes import ARROW, DATAFRAME, SERIES
from .coding import ValueEncoder


def substitute_pandas(value: Any, encoder: ValueEncoder) -> object:
    """NotImplemented for what has no column of numbers, moments or plain objects, or an index of several levels."""
    kind = type(value).__name__
    if kind == "DataFrame" and value.columns.is_unique and all(type(name) is str for name in value.columns):
        columns = [[name, _column(value[name], encoder)] for name in value.columns]
        return _unless_strange(DATAFRAME, [columns, _index(value.index, encoder)], encoder)
    if kind == "Series" and (value.name is None or type(value.name) is str):
        parts = [_column(value, encoder), value.name, _index(value.index, encoder)]
        return _unless_strange(SERIES, parts, encoder)
    return NotImplemented


def substitute_arrow(value: Any, encoder: ValueEncoder) -> object:
    """A table or a batch as a stream in Arrow's IPC format."""
    pyarrow = sys.modules["pyarrow"]
    if type(value).__name__ not in ("Table", "RecordBatch"):
        return NotImplemented
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, value.schema) as writer:
        writer.write(value)
    return encoder.extension(ARROW, [encoder.buffer(memoryview(sink.getvalue()).cast("B"))])


def dataframe_from(columns: list[list[Any]], index: Any) -> Any:
    """Raises ValueError where pandas has not been imported."""
    pandas = _imported("pandas", "a DataFrame")
    return pandas.DataFrame(dict(columns), index=index, columns=[name for name, _ in columns])


def series_from(values: Any, name: str | None, index: Any) -> Any:
    """Raises ValueError where pandas has not been imported."""
    return _imported("pandas", "a Series").Series(values, name=name, index=index)


def table_from(ipc: bytes) -> Any:
    """Raises ValueError where pyarrow has not been imported."""
    return _imported("pyarrow", "an Arrow table").ipc.open_stream(ipc).read_all()


def _imported(library: str, what: str) -> Any:
    if library not in sys.modules:
        raise ValueError(f"{what} needs {library}, and this process has not imported it")
    return sys.modules[library]


def _column(column: Any, encoder: ValueEncoder) -> object:
    dtype = column.dtype
    if type(dtype).__module__.partition(".")[0] == "numpy":
        array = array_extension(column.to_numpy(), encoder)
        if array is not NotImplemented:
            return array
    # Of the other kinds only plain objects and texts are made again from their values alone.
    if str(dtype) == "str":
        return [None if missing else text for text, missing in zip(column, column.isna(), strict=True)]
    return column.tolist() if str(dtype) == "object" else NotImplemented


def _index(index: Any, encoder: ValueEncoder) -> object:
    if type(index).__name__ == "RangeIndex" and (index.start, index.step, index.name) == (0, 1, None):
        return None
    return NotImplemented if index.nlevels > 1 or index.name is not None else _column(index, encoder)


def _unless_strange(code: int, parts: list[Any], encoder: ValueEncoder) -> object:
    columns = [column for _, column in parts[0]] if code == DATAFRAME else [parts[0]]
    strange = any(part is NotImplemented for part in (*columns, parts[-1]))
    return NotImplemented if strange else encoder.extension(code, parts)
