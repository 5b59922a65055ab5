"""numpy's arrays and scalars, without importing numpy."""

from __future__ import annotations

import sys
from typing import Any

from .codes import NDARRAY
from .coding import ValueEncoder

# Kinds of dtype that a typed array can hold, and the name under which each crosses.
_KINDS = "biufcMm"
_NAMES = {"float16": "float32"}
# For those who have not imported numpy.
_FORMATS = {
    **{"int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I"},
    **{"int64": "q", "uint64": "Q", "float32": "f", "float64": "d", "bool": "?"},
}


def substitute_numpy(value: Any, encoder: ValueEncoder) -> object:
    """NotImplemented for objects, records, texts, and numbers of more than 64 bits."""
    if type(value).__name__ == "ndarray":
        return array_extension(value, encoder)
    dtype = getattr(value, "dtype", None)
    if dtype is None or dtype.kind not in "biufSU":
        return NotImplemented
    plain = value.item()
    return plain if type(plain).__module__ == "builtins" else NotImplemented


def array_extension(array: Any, encoder: ValueEncoder) -> object:
    """dtype, shape, and the elements: little-endian, in C order."""
    dtype = array.dtype
    if dtype.kind not in _KINDS or dtype.itemsize > (16 if dtype.kind == "c" else 8):
        return NotImplemented
    name = dtype.newbyteorder("=").name
    crossing = _crossing(dtype, name)
    # Not `ascontiguousarray`, which gives an array without dimensions one.
    elements = array.astype(crossing, order="C", copy=False)
    data = memoryview(elements.view(_plain(crossing)).reshape(-1)).cast("B") if elements.size else b""
    return encoder.extension(NDARRAY, [name, list(array.shape), encoder.buffer(data)])


def array_from(name: str, shape: list[int], data: bytes | bytearray | memoryview) -> Any:
    """A numpy array where numpy has been imported, otherwise a memoryview of the same shape; writable both."""
    own = data if isinstance(data, (bytearray, memoryview)) and not memoryview(data).readonly else bytearray(data)
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return _view_from(name, shape, own)
    array = numpy.frombuffer(own, f"<{numpy.dtype(_NAMES.get(name, name)).str[1:]}").reshape(shape)
    return array.astype(name, copy=False)


def _view_from(name: str, shape: list[int], own: bytearray | memoryview) -> Any:
    if name not in _FORMATS:
        raise ValueError(f"an array of {name} needs numpy, and this process has not imported it")
    flat: Any = memoryview(own).cast("B")
    if 0 in shape or not shape:
        return flat.cast(_FORMATS[name])
    return flat.cast(_FORMATS[name], shape)


def _crossing(dtype: Any, name: str) -> str:
    """The dtype that crosses, for `astype`."""
    return f"<{dtype.str[1:]}" if name not in _NAMES else "<f4"


def _plain(crossing: str) -> str:
    """One that the buffer protocol knows: it has no moments and durations."""
    return "<i8" if crossing[1] in "Mm" else crossing
