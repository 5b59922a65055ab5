"""What Python sends is what it was: the encoder's own shortcuts are not taken where they lose something."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import enum
import math
import re
import struct
import sys
from typing import NamedTuple

import numpy
import ormsgpack
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as some

from vitest_python.errors import BadArguments
from vitest_python.values import decode, encode

from .lending import Lender, back, plain


def timestamp(data: bytes) -> tuple[int, int]:
    """Seconds and nanoseconds, as the MessagePack specification lays them out."""
    if len(data) == 8:
        value = struct.unpack(">Q", data)[0]
        return value & (2**34 - 1), value >> 34
    nanoseconds, seconds = struct.unpack(">Iq", data)
    return seconds, nanoseconds


@given(some.datetimes(timezones=some.just(datetime.timezone.utc)))
def test_a_moment_keeps_its_microseconds(moment: datetime.datetime) -> None:
    seconds, nanoseconds = ormsgpack.unpackb(encode(moment), ext_hook=lambda tag, data: timestamp(data))
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    assert epoch + datetime.timedelta(seconds=seconds, microseconds=nanoseconds / 1000) == moment


class Color(enum.Enum):
    RED = "red"


class Level(str, enum.Enum):
    LOW = "low"


@dataclasses.dataclass
class Point:
    x: int
    _hidden: tuple[int, ...] = (1,)


class Pair(NamedTuple):
    left: object
    right: object


class Model(pydantic.BaseModel):
    when: datetime.date
    secret: str = pydantic.Field(exclude=True, default="s")


hashable = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | some.text()
    | some.binary()
    | some.decimals(allow_nan=False)
    | some.uuids()
    | some.dates()
    | some.datetimes()
    | some.times()
    | some.timedeltas()
)
values = some.recursive(
    hashable | some.floats(allow_nan=False, width=32),
    lambda inner: (
        some.lists(inner)
        | some.dictionaries(some.text(), inner)
        | some.dictionaries(some.tuples(some.integers(), hashable) | some.integers(), inner, min_size=1)
        | some.sets(hashable)
    ),
)


@given(values)
def test_every_kind_of_value_is_read_again_as_it_was(value: object) -> None:
    assert back(value) == value


def test_zero_and_one_keep_their_sign_and_their_type() -> None:
    assert math.copysign(1, back(-0.0)) == -1
    assert [type(item) for item in back([1.0, 1, True])] == [float, int, bool]


def test_classes_with_fields_are_dicts_of_all_of_them() -> None:
    assert back([Point(1), Pair(1, {2}), Color.RED, Level.LOW, {Level.LOW: 1}]) == [
        {"x": 1, "_hidden": [1]},
        {"left": 1, "right": {2}},
        "red",
        "low",
        {"low": 1},
    ]
    assert back(Model(when=datetime.date(2026, 1, 2))) == {"when": datetime.date(2026, 1, 2)}


def test_what_has_no_counterpart_becomes_a_reference_once() -> None:
    lender = Lender()
    stays = object()
    # The integer among the keys takes a second attempt.
    (code, payload), _ = plain([stays, {1: 2}], lender)
    number, kind, text, _ = ormsgpack.unpackb(payload)
    assert (code, number, kind) == (0x48, 0, "object")
    assert text.startswith("<object object")
    assert lender.references == [stays]
    assert decode(b"\xd4\x48\x00", lender) is stays


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"a": [1, object()]}, "result['a'][1]: object cannot be sent"),
        ({1: {(2, 3): [object()]}}, "result[1][(2, 3)][0]: object cannot be sent"),
        ([Point(object())], "result[0]['x']: object cannot be sent"),  # type: ignore[arg-type]
        ({"a": "\ud800"}, "result['a']: a string that is not valid Unicode cannot be sent"),
        ([numpy.array([object()])], "result[0]: numpy.ndarray cannot be sent"),
        (numpy.zeros(2, dtype="i4,f8"), "result: numpy.ndarray cannot be sent"),
        ([3 + 4j], "result[0]: complex cannot be sent"),
    ],
)
def test_what_cannot_be_sent_is_named_with_its_place(value: object, sentence: str) -> None:
    with pytest.raises(TypeError, match=re.escape(sentence)):
        encode(value)


def test_arrays_cross_in_their_own_order_whatever_their_layout() -> None:
    for dtype in [
        "i1",
        "u1",
        ">i2",
        "<u2",
        ">i4",
        "u4",
        ">i8",
        "u8",
        "f2",
        ">f4",
        "f8",
        "?",
        ">c8",
        "c16",
        ">M8[ns]",
        "m8[s]",
    ]:
        cube = numpy.arange(24).reshape(2, 3, 4).astype(dtype)
        for array in (
            cube,
            cube.T,
            cube[:, ::2],
            cube[0, 0, 0:0],
            numpy.array(cube[1, 1, 1]),
            numpy.asfortranarray(cube),
        ):
            again = back(array)
            assert again.dtype == array.dtype.newbyteorder("=")
            assert again.shape == array.shape
            assert (again == array).all()
            assert again.flags.writeable


def test_numpy_scalars_are_numbers() -> None:
    sent = [
        numpy.float32(1.5),
        numpy.int64(-3),
        numpy.bool_(True),
        numpy.float16(0.5),
        numpy.str_("a"),
        numpy.bytes_(b"b"),
    ]
    assert [(type(item), item) for item in back(sent)] == [
        *[(float, 1.5), (int, -3), (bool, True), (float, 0.5), (str, "a"), (bytes, b"b")]
    ]


@given(
    some.binary().filter(lambda data: b"\xdd" not in data)
    | some.lists(some.sampled_from([*b"\xc1\xc7\xd4\xdc\xde\xdb\x44\x4e\x53\x4d\x42\x91", 0])).map(bytes)
)
def test_any_bytes_are_a_value_or_an_error(data: bytes) -> None:
    with contextlib.suppress(BadArguments):
        decode(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xc1", "the arguments cannot be read"),
        (b"\x93\x01", "end of file"),
        (b"\xd4\x79\x00", "the extension 0x79 is not known"),
        (b"\xd4\x48\x00", "this call carries none"),
        (b"\xd4\x42\x00", "this call carries none"),
        (b"\xc7\x03\x64abc", "'abc' is no date.fromisoformat"),
        (b"\x91" * 100_000, "the arguments cannot be read"),
        (b"\xc7\x03\x53\x91\x80\xc0", "the arguments cannot be read"),
        (b"\xc7\x02\x53\x91\x80", "a Set with a dict in it"),
    ],
)
def test_malformed_bytes_are_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(BadArguments, match=re.escape(sentence)):
        decode(data)


@pytest.mark.parametrize(
    "value",
    [
        [0.1 * number for number in range(2_000)],
        b"\xdd\xff" * 50_000,
        ["\u07ff" * 40] * 500,
        list(range(0xDD, 100_000, 3)),
        {str(number): "\u0760\xff" for number in range(70_000)},
    ],
)
def test_what_only_looks_like_a_count_that_is_too_large_is_read(value: object) -> None:
    assert decode(encode(value)) == value


def test_what_does_not_fit_into_a_message_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["vitest_python.values.encode"], "_MAX_MESSAGE", 1000)
    assert len(encode(b"x" * 900)) < 1000
    with pytest.raises(TypeError, match="GiB do not fit into the message of a unary call; open a session"):
        encode(b"x" * 1000)
