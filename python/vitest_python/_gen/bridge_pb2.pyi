from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Verb(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALL: _ClassVar[Verb]
    GET: _ClassVar[Verb]
    EVAL: _ClassVar[Verb]
    EXEC: _ClassVar[Verb]
    DRAWN: _ClassVar[Verb]

class CallbackVerb(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INVOKE: _ClassVar[CallbackVerb]
    NEXT: _ClassVar[CallbackVerb]
    CLOSE: _ClassVar[CallbackVerb]
CALL: Verb
GET: Verb
EVAL: Verb
EXEC: Verb
DRAWN: Verb
INVOKE: CallbackVerb
NEXT: CallbackVerb
CLOSE: CallbackVerb

class Hello(_message.Message):
    __slots__ = ("protocol", "token", "lease_id", "pid")
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    protocol: int
    token: str
    lease_id: str
    pid: int
    def __init__(self, protocol: _Optional[int] = ..., token: _Optional[str] = ..., lease_id: _Optional[str] = ..., pid: _Optional[int] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("refusal", "shares_memory")
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    SHARES_MEMORY_FIELD_NUMBER: _ClassVar[int]
    refusal: str
    shares_memory: bool
    def __init__(self, refusal: _Optional[str] = ..., shares_memory: bool = ...) -> None: ...

class ClientFrame(_message.Message):
    __slots__ = ("call", "seed", "start", "credit", "cancel", "answer", "forget", "unreadable", "chunk")
    CALL_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    FORGET_FIELD_NUMBER: _ClassVar[int]
    UNREADABLE_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    call: int
    seed: Seed
    start: Start
    credit: Credit
    cancel: Cancel
    answer: Answer
    forget: Forget
    unreadable: Unreadable
    chunk: Chunk
    def __init__(self, call: _Optional[int] = ..., seed: _Optional[_Union[Seed, _Mapping]] = ..., start: _Optional[_Union[Start, _Mapping]] = ..., credit: _Optional[_Union[Credit, _Mapping]] = ..., cancel: _Optional[_Union[Cancel, _Mapping]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ..., forget: _Optional[_Union[Forget, _Mapping]] = ..., unreadable: _Optional[_Union[Unreadable, _Mapping]] = ..., chunk: _Optional[_Union[Chunk, _Mapping]] = ...) -> None: ...

class Seed(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: int
    def __init__(self, value: _Optional[int] = ...) -> None: ...

class Start(_message.Message):
    __slots__ = ("name", "arguments", "stream", "credit", "verb", "reference", "keep", "limited", "trace")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    VERB_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    KEEP_FIELD_NUMBER: _ClassVar[int]
    LIMITED_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    name: str
    arguments: bytes
    stream: bool
    credit: int
    verb: Verb
    reference: int
    keep: bool
    limited: bool
    trace: TraceContext
    def __init__(self, name: _Optional[str] = ..., arguments: _Optional[bytes] = ..., stream: bool = ..., credit: _Optional[int] = ..., verb: _Optional[_Union[Verb, str]] = ..., reference: _Optional[int] = ..., keep: bool = ..., limited: bool = ..., trace: _Optional[_Union[TraceContext, _Mapping]] = ...) -> None: ...

class TraceContext(_message.Message):
    __slots__ = ("traceparent", "tracestate", "baggage")
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    TRACESTATE_FIELD_NUMBER: _ClassVar[int]
    BAGGAGE_FIELD_NUMBER: _ClassVar[int]
    traceparent: str
    tracestate: str
    baggage: str
    def __init__(self, traceparent: _Optional[str] = ..., tracestate: _Optional[str] = ..., baggage: _Optional[str] = ...) -> None: ...

class Timing(_message.Message):
    __slots__ = ("began", "queue", "run", "encode")
    BEGAN_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    ENCODE_FIELD_NUMBER: _ClassVar[int]
    began: float
    queue: float
    run: float
    encode: float
    def __init__(self, began: _Optional[float] = ..., queue: _Optional[float] = ..., run: _Optional[float] = ..., encode: _Optional[float] = ...) -> None: ...

class Credit(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: int
    def __init__(self, items: _Optional[int] = ...) -> None: ...

class Cancel(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Answer(_message.Message):
    __slots__ = ("callback", "value", "end", "failure")
    CALLBACK_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    callback: int
    value: bytes
    end: End
    failure: ScriptFailure
    def __init__(self, callback: _Optional[int] = ..., value: _Optional[bytes] = ..., end: _Optional[_Union[End, _Mapping]] = ..., failure: _Optional[_Union[ScriptFailure, _Mapping]] = ...) -> None: ...

class ScriptFailure(_message.Message):
    __slots__ = ("name", "message", "stack", "exception")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STACK_FIELD_NUMBER: _ClassVar[int]
    EXCEPTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    message: str
    stack: str
    exception: int
    def __init__(self, name: _Optional[str] = ..., message: _Optional[str] = ..., stack: _Optional[str] = ..., exception: _Optional[int] = ...) -> None: ...

class Unreadable(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Chunk(_message.Message):
    __slots__ = ("buffer", "data")
    BUFFER_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    buffer: int
    data: bytes
    def __init__(self, buffer: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class Forget(_message.Message):
    __slots__ = ("references",)
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    references: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, references: _Optional[_Iterable[int]] = ...) -> None: ...

class WorkerFrame(_message.Message):
    __slots__ = ("call", "value", "item", "end", "failure", "callback", "unreadable", "chunk", "timing", "printed")
    CALL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    CALLBACK_FIELD_NUMBER: _ClassVar[int]
    UNREADABLE_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    PRINTED_FIELD_NUMBER: _ClassVar[int]
    call: int
    value: bytes
    item: bytes
    end: End
    failure: PythonFailure
    callback: Callback
    unreadable: Unreadable
    chunk: Chunk
    timing: Timing
    printed: int
    def __init__(self, call: _Optional[int] = ..., value: _Optional[bytes] = ..., item: _Optional[bytes] = ..., end: _Optional[_Union[End, _Mapping]] = ..., failure: _Optional[_Union[PythonFailure, _Mapping]] = ..., callback: _Optional[_Union[Callback, _Mapping]] = ..., unreadable: _Optional[_Union[Unreadable, _Mapping]] = ..., chunk: _Optional[_Union[Chunk, _Mapping]] = ..., timing: _Optional[_Union[Timing, _Mapping]] = ..., printed: _Optional[int] = ...) -> None: ...

class Callback(_message.Message):
    __slots__ = ("callback", "target", "verb", "arguments", "trace")
    CALLBACK_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    VERB_FIELD_NUMBER: _ClassVar[int]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    callback: int
    target: int
    verb: CallbackVerb
    arguments: bytes
    trace: TraceContext
    def __init__(self, callback: _Optional[int] = ..., target: _Optional[int] = ..., verb: _Optional[_Union[CallbackVerb, str]] = ..., arguments: _Optional[bytes] = ..., trace: _Optional[_Union[TraceContext, _Mapping]] = ...) -> None: ...

class End(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PythonFailure(_message.Message):
    __slots__ = ("type", "message", "frames", "cause", "notes", "traceback", "bases", "arguments", "group", "number", "callback")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    BASES_FIELD_NUMBER: _ClassVar[int]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CALLBACK_FIELD_NUMBER: _ClassVar[int]
    type: str
    message: str
    frames: _containers.RepeatedCompositeFieldContainer[Frame]
    cause: PythonFailure
    notes: _containers.RepeatedScalarFieldContainer[str]
    traceback: str
    bases: _containers.RepeatedScalarFieldContainer[str]
    arguments: bytes
    group: _containers.RepeatedCompositeFieldContainer[PythonFailure]
    number: int
    callback: int
    def __init__(self, type: _Optional[str] = ..., message: _Optional[str] = ..., frames: _Optional[_Iterable[_Union[Frame, _Mapping]]] = ..., cause: _Optional[_Union[PythonFailure, _Mapping]] = ..., notes: _Optional[_Iterable[str]] = ..., traceback: _Optional[str] = ..., bases: _Optional[_Iterable[str]] = ..., arguments: _Optional[bytes] = ..., group: _Optional[_Iterable[_Union[PythonFailure, _Mapping]]] = ..., number: _Optional[int] = ..., callback: _Optional[int] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("file", "line", "column", "function", "source", "repeated")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REPEATED_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    column: int
    function: str
    source: str
    repeated: int
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., function: _Optional[str] = ..., source: _Optional[str] = ..., repeated: _Optional[int] = ...) -> None: ...

class CallRequest(_message.Message):
    __slots__ = ("name", "arguments")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    arguments: bytes
    def __init__(self, name: _Optional[str] = ..., arguments: _Optional[bytes] = ...) -> None: ...

class CallReply(_message.Message):
    __slots__ = ("value", "failure")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    value: bytes
    failure: PythonFailure
    def __init__(self, value: _Optional[bytes] = ..., failure: _Optional[_Union[PythonFailure, _Mapping]] = ...) -> None: ...
