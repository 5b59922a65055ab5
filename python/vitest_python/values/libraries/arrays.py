"""numpy's arrays and scalars, and torch's tensors. Neither library is imported here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ..codes import NDARRAY
from ..forms import Bytes, Extension, Stays
from ..moments import of_datetime64, of_timedelta64

# Kinds of dtype that a typed array can hold.
_KINDS = "biufcMm"
# The dtype that an array of another one crosses as.
_CROSSING = {"float16": "float32"}
# For a process that hasn't imported numpy.
_FORMATS = {
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
    "bool": "?",
}


def numpy_rule(kind: type) -> Callable[[Any], object] | None:
    """Returns how values of a class of numpy, or derived from one, are sent."""
    numpy = sys.modules["numpy"]
    masked = sys.modules.get("numpy.ma")
    if masked is not None and issubclass(kind, masked.MaskedArray):
        return _masked
    if issubclass(kind, numpy.ndarray):
        return array_of if kind.__module__.partition(".")[0] == "numpy" else _foreign_array
    return _scalar if issubclass(kind, numpy.generic) else None


def torch_rule(kind: type) -> Callable[[Any], object] | None:
    """Returns how values of a class of torch are sent."""
    torch = sys.modules["torch"]
    return _tensor if kind in (torch.Tensor, torch.nn.Parameter) else None


def array_of(array: Any, name: str = "") -> Extension | Stays:
    """The dtype (`name`, if it is not numpy's), the shape, and the elements: little-endian, in C order."""
    dtype = array.dtype
    if dtype.kind not in _KINDS or dtype.itemsize > (16 if dtype.kind == "c" else 8):
        return Stays(f"no typed array holds elements of the dtype {dtype}; return .tolist()")
    plain_name = dtype.newbyteorder("=").name
    crossing = "<f4" if plain_name in _CROSSING else f"<{dtype.str[1:]}"
    # Not `ascontiguousarray`, which gives an array without dimensions one.
    elements = array.__array__().astype(crossing, order="C", copy=False)
    data = memoryview(elements.view(_plain(crossing)).reshape(-1)).cast("B") if elements.size else b""
    return Extension(NDARRAY, [name or plain_name, list(array.shape), Bytes(data)])


def array_from(name: str, shape: list[int], data: bytes | bytearray | memoryview) -> Any:
    """Returns a numpy array, or a memoryview of the same shape if numpy isn't imported; writable both."""
    own = data if isinstance(data, (bytearray, memoryview)) and not memoryview(data).readonly else bytearray(data)
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return _view_from(name, shape, own)
    if ", " in name:
        return _zoned_from(name, numpy.frombuffer(own, "<i8"))
    array = numpy.frombuffer(own, f"<{numpy.dtype(_CROSSING.get(name, name)).str[1:]}").reshape(shape)
    return array.astype(name, copy=False)


def _zoned_from(name: str, moments: Any) -> Any:
    """`datetime64[us, Europe/Berlin]`, which pandas alone has."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        raise ValueError(f"an array of {name} needs pandas, and this process has not imported it")
    unit = name.partition("[")[2].partition(",")[0]
    utc = pandas.DatetimeIndex(moments.view(f"<M8[{unit}]")).tz_localize("UTC")
    return utc.tz_convert(name.partition(", ")[2].rstrip("]"))


def _view_from(name: str, shape: list[int], own: bytearray | memoryview) -> Any:
    if name not in _FORMATS:
        raise ValueError(f"an array of {name} needs numpy, and this process has not imported it")
    flat: Any = memoryview(own).cast("B")
    if 0 in shape or not shape:
        return flat.cast(_FORMATS[name])
    return flat.cast(_FORMATS[name], shape)


def _plain(crossing: str) -> str:
    """A dtype that the buffer protocol knows: it has no moments and durations."""
    return "<i8" if crossing[1] in "Mm" else crossing


def _masked(_: object) -> Stays:
    return Stays("it may have masked elements, which no number stands for; return .filled(value) or .compressed()")


def _foreign_array(array: Any) -> Stays:
    why = "it is of a subclass of numpy.ndarray, which may hold more than its elements"
    return Stays(f"{why}; return numpy.asarray(value)")


def _scalar(value: Any) -> object:
    kind = value.dtype.kind
    if kind in "Mm":
        return of_datetime64(value) if kind == "M" else of_timedelta64(value)
    if kind == "c":
        return Stays("JavaScript has no complex numbers; return [z.real, z.imag]")
    plain = value.item() if kind in "biufSU" else value
    if type(plain).__module__ == "builtins":
        return plain
    return Stays(f"JavaScript has no number or text for the dtype {value.dtype}")


def _tensor(tensor: Any) -> object:
    if tensor.device.type != "cpu":
        return Stays(f"it is on the device {tensor.device}; return tensor.cpu()")
    if tensor.layout is not sys.modules["torch"].strided or tensor.is_quantized:
        return Stays("it is sparse or quantized; return tensor.to_dense() or tensor.dequantize()")
    return array_of(tensor.detach().resolve_conj().resolve_neg().numpy())
