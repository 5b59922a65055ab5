"""Objects of libraries cross as docs/values.md says, or stay in Python with the reason."""

from __future__ import annotations

import array
import collections
import datetime
import fractions
import ipaddress
import pathlib
import sqlite3
import sys
import types
from typing import Any, Literal

import attr
import attrs
import msgspec
import numpy
import pydantic
import pydantic.v1
import pytest
import sqlalchemy
from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2

from vitest_python._gen import bridge_pb2
from vitest_python.values import encode

from .lending import back, reason_of


class Derived(numpy.ndarray):
    pass


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_arrays_of_numpys_own_subclasses_are_arrays(tmp_path: pathlib.Path) -> None:
    mapped = numpy.memmap(tmp_path / "a", dtype="f4", mode="w+", shape=(2, 2))
    mapped[:] = 1
    for value in (mapped, mapped[:1, :1], numpy.matrix([[7]]), numpy.zeros((2, 0)).view(numpy.matrix)):
        again = back(value)
        assert type(again) is numpy.ndarray
        assert (again.shape, again.dtype) == (value.shape, value.dtype)
        assert (again == value).all()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (
            numpy.ma.array([1, 2, 3], mask=[0, 1, 0]),
            "masked elements, which no number stands for; return .filled(value)",
        ),
        (numpy.ma.array([1, 2]), "masked elements"),
        (numpy.ma.masked, "masked elements"),
        (numpy.ma.array([1.0, 2.0], mask=[1, 1]).mean(), "masked elements"),
        (numpy.char.array(["a", "b"]), "no typed array holds elements of the dtype <U1; return .tolist()"),
        (numpy.rec.array([(1, 2.0)], dtype="i4,f8"), "no typed array holds elements of the dtype"),
        (numpy.array([object()]), "no typed array holds elements of the dtype object"),
        (numpy.zeros(2).view(Derived), "a subclass of numpy.ndarray, which may hold more than its elements"),
        (numpy.array([(1, 2.0)], dtype="i4,f8")[0], "JavaScript has no number or text for the dtype"),
        (numpy.longdouble(1), "JavaScript has no number or text for the dtype"),
        (numpy.complex64(1j), "JavaScript has no complex numbers; return [z.real, z.imag]"),
        (numpy.timedelta64(5, "Y"), "it has no fixed length"),
        (numpy.timedelta64(5), "it has no fixed length"),
        (numpy.timedelta64(5, "ns"), "no whole number of microseconds"),
        (numpy.datetime64("20000-01-01", "s"), "after the year 9999"),
        (numpy.datetime64(1, "ps"), "finer than a nanosecond"),
        (numpy.random.default_rng(1), "JavaScript has no counterpart of its class"),
        (3 + 4j, "JavaScript has no complex numbers"),
        ((number for number in [1]), "one by one; call it with python.stream, or return list(…)"),
        (map(str, [1]), "one by one"),
        (range(10**9), "it has 1,000,000,000 elements; at most 1,000,000 are sent"),
        (len, "JavaScript has no counterpart of a function"),
        (int, "JavaScript has no counterpart of a class"),
        (sys, "JavaScript has no counterpart of a module"),
        (object(), "JavaScript has no counterpart of its class"),
        (ValueError("x"), "JavaScript has no counterpart of its class"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_the_reason_is_said(value: object, reason: str) -> None:
    assert reason in reason_of(value)
    with pytest.raises(TypeError, match=r"^result\['a'\]\[0\]: \S+ cannot be sent: \w"):
        encode({"a": [value]})


def test_moments_of_numpy_are_those_of_python() -> None:
    assert back(numpy.datetime64("2020-01-02T03:04:05")) == datetime.datetime(2020, 1, 2, 3, 4, 5)
    assert back(numpy.datetime64("2020-01-02T03:04:05.000006000", "ns")) == datetime.datetime(2020, 1, 2, 3, 4, 5, 6)
    assert back(numpy.datetime64("1969-12-31T23:59:59.999999", "us")).microsecond == 999_999
    assert back(numpy.datetime64("2020-01-02")) == datetime.date(2020, 1, 2)
    assert back(numpy.datetime64("2020-01")) == datetime.date(2020, 1, 1)
    assert b"2020-01-02T03:04:05.000006007" in encode(numpy.datetime64("2020-01-02T03:04:05.000006007"))
    assert back([numpy.datetime64("NaT"), numpy.timedelta64("NaT")]) == [None, None]
    assert back(numpy.timedelta64(90, "m")) == datetime.timedelta(minutes=90)
    assert back(numpy.timedelta64(-1_000, "ns")) == datetime.timedelta(microseconds=-1)


@attrs.define
class Attrs:
    name: str
    _hidden: int = 1


@attr.s(auto_attribs=True)
class OldAttrs:
    inner: Attrs


class Struct(msgspec.Struct, rename="camel", tag="user"):
    user_id: int
    nick: str | msgspec.UnsetType = msgspec.UNSET
    when: datetime.date | None = None


class Listed(msgspec.Struct, array_like=True):
    x: int
    y: int


class Aliased(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(serialize_by_alias=True)
    user_id: int = pydantic.Field(alias="userId")


class Plain(pydantic.BaseModel):
    user_id: int = pydantic.Field(alias="userId")
    kind: Literal["a"] = "a"

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def twice(self) -> int:
        return 2 * self.user_id


class Root(pydantic.RootModel[list[int]]):
    pass


class Broken(pydantic.BaseModel):
    x: int = 1

    @pydantic.model_serializer
    def dump(self) -> dict[str, int]:
        raise ValueError("not today")


class First(pydantic.v1.BaseModel):
    user_id: int = pydantic.v1.Field(alias="userId")


class FirstRoot(pydantic.v1.BaseModel):
    __root__: list[int]


def test_models_are_named_as_in_their_own_json() -> None:
    assert back(OldAttrs(Attrs("a"))) == {"inner": {"name": "a", "_hidden": 1}}
    assert back([Struct(1), Listed(1, 2)]) == [{"type": "user", "userId": 1, "when": None}, [1, 2]]
    assert back([Aliased(userId=1), Plain(userId=1)]) == [{"userId": 1}, {"user_id": 1, "kind": "a", "twice": 2}]
    assert back([Root([1]), First(userId=1), FirstRoot(__root__=[1])]) == [[1], {"user_id": 1}, [1]]


def test_a_model_that_cannot_be_dumped_stays_with_the_reason() -> None:
    assert "converting it raised" in reason_of(Broken())
    assert "not today" in reason_of(Broken())


def test_messages_of_protobuf_are_their_json_mapping() -> None:
    frame = bridge_pb2.WorkerFrame(call=7, value=b"ab")
    assert back(frame) == {"call": "7", "value": "YWI="}
    moment = timestamp_pb2.Timestamp(seconds=1)
    assert back([moment, duration_pb2.Duration(seconds=2)]) == ["1970-01-01T00:00:01Z", "2s"]
    structure = struct_pb2.Struct()
    structure.update({"a": [1, None]})
    assert back([structure, wrappers_pb2.Int32Value(value=3)]) == [{"a": [1.0, None]}, 3]


def test_rows_of_databases_are_objects_by_column() -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.row_factory = sqlite3.Row
        assert back(connection.execute("select 1 as a, 'x' as b").fetchall()) == [{"a": 1, "b": "x"}]
        twice = connection.execute("select 1 as a, 2 as a").fetchone()
    connection.close()
    assert "more than one column named 'a'" in reason_of(twice)
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connected:
        query = sqlalchemy.text("select 1 as a, 'x' as b")
        assert back(connected.execute(query).all()) == [{"a": 1, "b": "x"}]
        assert back(connected.execute(query).mappings().all()) == [{"a": 1, "b": "x"}]
        assert "more than one" in reason_of(connected.execute(sqlalchemy.text("select 1 as a, 2 as a")).one())
        assert "one by one" in reason_of(connected.execute(query))
    engine.dispose()


def test_collections_are_lists_and_dicts() -> None:
    numbers = {"a": 1, "b": 2}
    assert back([collections.deque([1, 2]), numbers.keys(), numbers.values(), numbers.items()]) == [
        [1, 2],
        ["a", "b"],
        [1, 2],
        [["a", 1], ["b", 2]],
    ]
    assert back(
        [types.MappingProxyType(numbers), collections.UserDict(numbers), collections.ChainMap({}, numbers)]
    ) == [*[numbers] * 3]
    assert back(
        [collections.OrderedDict(numbers), collections.Counter("aa"), collections.defaultdict(int, numbers)]
    ) == [
        numbers,
        {"a": 2},
        numbers,
    ]
    assert back([collections.UserList([1]), collections.UserString("a"), types.SimpleNamespace(a=1)]) == [
        *([1], "a", {"a": 1})
    ]
    assert back([range(2, 8, 3), collections.OrderedDict(numbers).keys()]) == [[2, 5], ["a", "b"]]


def test_what_has_one_text_is_that_text() -> None:
    assert back(
        [
            fractions.Fraction(1, 3),
            pathlib.PurePosixPath("a/b"),
            ipaddress.ip_address("::1"),
            ipaddress.ip_network("10.0.0.0/8"),
        ]
    ) == ["1/3", "a/b", "::1", "10.0.0.0/8"]


@pytest.mark.parametrize("code", "bBhHiIlLqQfd")
def test_an_array_of_the_standard_library_is_a_numpy_array(code: str) -> None:
    again = back(array.array(code, [1, 2]))
    assert again.tolist() == [1, 2]
    assert (again.dtype.kind, again.dtype.itemsize) == (numpy.dtype(code).kind, array.array(code).itemsize)


class FakeTensor:
    """Behaves as torch.Tensor does; the nightly checks have the real one."""

    is_quantized = False

    def __init__(self, array: Any, device: str = "cpu", layout: str = "strided") -> None:
        self.array = array
        self.device = types.SimpleNamespace(type=device.partition(":")[0], __str__=lambda: device)
        self.layout = layout

    def detach(self) -> FakeTensor:
        return self

    resolve_conj = resolve_neg = detach

    def numpy(self) -> Any:
        if self.array is None:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.array


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.SimpleNamespace(Tensor=FakeTensor, nn=types.SimpleNamespace(Parameter=FakeTensor), strided="strided")
    monkeypatch.setitem(sys.modules, "torch", module)
    monkeypatch.setattr(FakeTensor, "__module__", "torch")


@pytest.mark.usefixtures("torch")
def test_tensors_on_the_cpu_are_arrays() -> None:
    assert back(FakeTensor(numpy.array([[1.0, 2.0]]))).tolist() == [[1, 2]]
    assert "return tensor.cpu()" in reason_of(FakeTensor(numpy.array([1]), device="cuda:0"))
    assert "return tensor.to_dense()" in reason_of(FakeTensor(numpy.array([1]), layout="sparse"))
    assert "converting it raised TypeError: Got unsupported ScalarType BFloat16" in reason_of(FakeTensor(None))
