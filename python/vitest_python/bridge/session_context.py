"""What the calls of one session have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any

from .. import values
from .._gen.bridge_pb2 import EVAL, EXEC, GET, Start
from ..errors import BadArguments
from ..program.inline import Inline
from ..program.resolve import FunctionResolver
from ..values.type_name import type_name
from .buffers import Buffers
from .callbacks import Callbacks
from .references import References
from .remote import Function, Items


class SessionContext:
    """The functions and objects that a session may use, and how its values travel."""

    def __init__(self, resolver: FunctionResolver) -> None:
        self._resolver = resolver
        self._references = References()
        self._inline = Inline(resolver.modules)
        self.callbacks: Callbacks | None = None
        """None for a unary call, whose client cannot be asked anything."""
        self.buffers: Buffers | None = None
        """None for a unary call: all of it is in one message."""

    def prepare(self, start: Start) -> tuple[Callable[..., Any], list[Any], dict[str, Any]]:
        """The function that a call is about, and its arguments. Raises what keeps it from being called."""
        arguments, keywords = values.decode_arguments(start.arguments, self)
        if start.verb in (EVAL, EXEC):
            mode = "eval" if start.verb == EVAL else "exec"
            return partial(self._inline.run, start.name, keywords, mode), [], {}
        if start.verb == GET:
            return partial(_attribute, self._references.get(start.reference), start.name), [], {}
        if start.reference == 0:
            return self._resolver.resolve(start.name), arguments, keywords
        return _attribute(self._references.get(start.reference), start.name), arguments, keywords

    def forget(self, references: list[int]) -> None:
        """The client uses them no more."""
        self._references.forget(references)

    def encode(self, value: object, keep: bool = False) -> bytes:
        """MessagePack of a result; with `keep`, of a reference to it."""
        return values.encode_reference(value, self) if keep else values.encode(value, self)

    def decode(self, data: bytes) -> Any:
        """The value that the client sent."""
        return values.decode(data, self)

    # What the codec asks of a session; see values.Carrier.

    def export_reference(self, value: object) -> int:
        """See Carrier."""
        return self._references.keep(value)

    def import_reference(self, id: int) -> object:
        """See Carrier."""
        return self._references.get(id)

    def import_function(self, id: int, name: str) -> Function:
        """See Carrier."""
        return Function(self._asked(name), id, name)

    def import_iterable(self, id: int) -> Items:
        """See Carrier."""
        return Items(self._asked("an iterable"), id)

    def export_buffer(self, data: memoryview) -> bytes | None:
        """See Carrier."""
        return None if self.buffers is None else self.buffers.export(data)

    def import_buffer(self, descriptor: bytes, writable: bool = False) -> memoryview | bytes:
        """See Carrier."""
        if self.buffers is None:
            raise BadArguments("a unary call takes no buffers beside its message; open a session")
        return self.buffers.load(descriptor, writable)

    def _asked(self, what: str) -> Callbacks:
        if self.callbacks is None:
            raise BadArguments(f"{what} cannot be sent with a unary call, which has no way back; open a session")
        return self.callbacks


def _attribute(value: object, path: str) -> Any:
    if path == "":
        return value
    try:
        return attrgetter(path)(value)
    except AttributeError as error:
        # In the words of Python, which names what is near; but without frames of ours it would have none.
        raise AttributeError(f"{type_name(type(value))}: {error}") from None
