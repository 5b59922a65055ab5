"""The state that the calls of one session share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any

from .. import values
from .._gen.bridge_pb2 import DRAWN, EVAL, EXEC, GET, Start
from ..errors import BadArguments
from ..execution.seed import drawn
from ..program.inline import Inline
from ..program.resolve import FunctionResolver
from ..values.type_name import type_name
from .buffer_transport import BufferTransport
from .callbacks import Callbacks
from .references import References
from .remote import Function, Items


class SessionContext:
    """Finds the functions and objects that calls use, and encodes and decodes their values."""

    def __init__(self, resolver: FunctionResolver) -> None:
        self._resolver = resolver
        self._references = References()
        self._inline = Inline(resolver.modules)
        self.callbacks: Callbacks | None = None
        """None for a unary call, which can't send callbacks."""
        self.buffers: BufferTransport | None = None
        """None for a unary call, which has only one message."""

    def prepare(self, start: Start) -> tuple[Callable[..., Any], list[Any], dict[str, Any]]:
        """Return the function to call and its arguments. Raises the reason if it can't be called."""
        if start.verb != DRAWN:
            self._resolver.before_call()
        arguments, keywords = values.decode_arguments(start.arguments, self)
        if start.verb in (EVAL, EXEC):
            mode = "eval" if start.verb == EVAL else "exec"
            return partial(self._inline.run, start.name, keywords, mode), [], {}
        if start.verb == GET:
            return partial(_attribute, self._references.get(start.reference), start.name), [], {}
        if start.verb == DRAWN:
            return drawn, [], {}
        if start.reference == 0:
            return self._resolver.resolve(start.name), arguments, keywords
        return _attribute(self._references.get(start.reference), start.name), arguments, keywords

    def forget(self, references: list[int]) -> None:
        """Release references that the client no longer uses."""
        self._references.forget(references)

    def encode(self, value: object, keep: bool = False) -> bytes:
        """Encode a result as MessagePack; if `keep` is true, a reference to it."""
        return values.encode_reference(value, self) if keep else values.encode(value, self)

    def decode(self, data: bytes) -> Any:
        """Decode a value from the client."""
        return values.decode(data, self)

    # The methods of values.Carrier.

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
            raise BadArguments("a unary call cannot carry buffers outside of its message; open a session")
        return self.buffers.load(descriptor, writable)

    def _asked(self, what: str) -> Callbacks:
        if self.callbacks is None:
            raise BadArguments(f"a unary call cannot carry {what}, because it cannot call back; open a session")
        return self.callbacks


def _attribute(value: object, path: str) -> Any:
    if path == "":
        return value
    try:
        return attrgetter(path)(value)
    except AttributeError as error:
        # Python's own message suggests similar names. The type comes first, because no frame shows where it happened.
        raise AttributeError(f"{type_name(type(value))}: {error}") from None
