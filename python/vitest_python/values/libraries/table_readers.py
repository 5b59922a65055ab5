"""Makes tables from TypeScript again. pandas, pyarrow and polars are used only if the process has imported them."""

from __future__ import annotations

import io
import sys
from typing import Any


def dataframe_from(names: list[Any], index: Any, index_names: list[Any], column_names: list[Any], *columns: Any) -> Any:
    """Raises ValueError if pandas hasn't been imported."""
    pandas = _imported("pandas", "a DataFrame")
    frame = pandas.DataFrame(dict(enumerate(columns)), index=_index_from(index, index_names))
    simple = not column_names and all(type(name) is str for name in names)
    frame.columns = names if simple else _index_from(names, column_names)
    if index is None and index_names:
        frame.index = frame.index.set_names(index_names)
    return frame


def series_from(values: Any, name: Any, index: Any, index_names: list[Any]) -> Any:
    """Raises ValueError if pandas hasn't been imported."""
    pandas = _imported("pandas", "a Series")
    series = pandas.Series(values, name=_label(name), index=_index_from(index, index_names))
    if index is None and index_names:
        series.index = series.index.set_names(index_names)
    return series


def column_from(dtype: str, values: list[Any]) -> Any:
    """A column of a dtype of pandas' own; the list itself if pandas isn't imported, or doesn't know the name."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return values
    try:
        return pandas.array(values, dtype=pandas.api.types.pandas_dtype(dtype))
    except TypeError:
        return values  # `list<item: int64>[pyarrow]`


def table_from(ipc: bytes) -> Any:
    """A pyarrow.Table, or a polars.DataFrame if only polars has been imported. Raises ValueError if neither has."""
    if "pyarrow" not in sys.modules and "polars" in sys.modules:
        return sys.modules["polars"].read_ipc_stream(io.BytesIO(ipc))
    return _imported("pyarrow", "an Arrow table").ipc.open_stream(ipc).read_all()


def _index_from(labels: Any, names: list[Any]) -> Any:
    if labels is None:
        return None
    pandas = sys.modules["pandas"]
    if isinstance(labels, list) and labels and all(isinstance(label, list) for label in labels):
        return pandas.MultiIndex.from_tuples(map(_label, labels), names=names or None)
    if len(names) > 1:
        return pandas.MultiIndex.from_arrays([[] for _ in names], names=names)
    index = pandas.Index(labels)
    return index.set_names(names) if names else index


def _label(name: Any) -> Any:
    return tuple(name) if isinstance(name, list) else name


def _imported(library: str, what: str) -> Any:
    if library not in sys.modules:
        raise ValueError(f"{what} needs {library}, and this process has not imported it")
    return sys.modules[library]
