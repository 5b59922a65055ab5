"""Evaluates one annotation at a time, so that a name that is missing costs one type and not the whole signature."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, ForwardRef


class _Missing(type):
    """Stands for a name that can't be evaluated. It supports the operations of annotations."""

    dotted: str

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return missing(f"{cls.dotted}.{name}")

    def __getitem__(cls, _: object) -> Any:
        return cls

    def __call__(cls, *_: object, **__: object) -> Any:
        return cls


def missing(dotted: str) -> Any:
    """Returns a stand-in for a dotted name that can't be evaluated."""
    return _Missing(dotted, (), {"dotted": dotted})


def missing_name(kind: object) -> str | None:
    """The dotted name that the stand-in is for; None for anything else."""
    return kind.dotted if isinstance(kind, _Missing) else None


class Unevaluated(Exception):
    """An annotation that can't be evaluated. The text says why."""


class Scope:
    """The names that an annotation may use: those of its module, its class and its type parameters."""

    def __init__(self, module: ModuleType | None, names: Mapping[str, Any] | None = None) -> None:
        self.module = module
        self._names = dict(names or {})
        self._globals: dict[str, Any] = vars(module) if module else {}
        self._hidden: dict[str, str] | None = None

    def within(self, owner: object) -> Scope:
        """Returns the scope of a class or function: its type parameters and, for a class, its names as well."""
        names = dict(self._names)
        if isinstance(owner, type):
            names.update({name: value for name, value in vars(owner).items() if not name.startswith("__")})
        names.update({parameter.__name__: parameter for parameter in getattr(owner, "__type_params__", ())})
        inner = Scope(self.module, names)
        inner._globals = (
            getattr(inspect.unwrap(owner), "__globals__", self._globals) if callable(owner) else self._globals
        )
        return inner

    def evaluate(self, annotation: Any) -> Any:
        """Returns the type that an annotation means: strings and forward references are evaluated.

        Raises Unevaluated.
        """
        if isinstance(annotation, ForwardRef):
            annotation = annotation.__forward_arg__
        for _ in range(3):
            if not isinstance(annotation, str):
                return annotation
            annotation = self._eval(annotation)
        raise Unevaluated(f"{annotation!r} is a string within strings")

    def _eval(self, text: str) -> Any:
        try:
            return eval(compile(text.strip(), "<annotation>", "eval"), dict(self._globals), _Names(self))
        except Exception as error:
            raise Unevaluated(f"{text} can't be evaluated: {type(error).__name__}") from None

    def find(self, name: str) -> Any:
        """Returns the object that a name means, or a stand-in for it."""
        if name in self._names:
            return self._names[name]
        if name in self._globals:
            return self._globals[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        dotted = self._type_checking().get(name, name)
        return _imported(dotted)

    def _type_checking(self) -> dict[str, str]:
        if self._hidden is None:
            self._hidden = _imports_of(self.module)
        return self._hidden


class _Names(dict[str, Any]):
    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def __missing__(self, name: str) -> Any:
        return self._scope.find(name)


def _imports_of(module: ModuleType | None) -> dict[str, str]:
    """The imports of a module's source, with those under `if TYPE_CHECKING:`, which never run."""
    try:
        tree = ast.parse(inspect.getsource(module)) if module else ast.Module([], [])
    except (OSError, TypeError, SyntaxError):
        return {}
    package = getattr(module, "__package__", "") or ""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                found[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            found.update({name.asname or name.name: f"{base}.{name.name}" for name in node.names})
    return found


def _imported(dotted: str) -> Any:
    """The object that a dotted name means, if its module has been imported by anyone. Nothing is imported for it."""
    if dotted in sys.modules:
        return sys.modules[dotted]
    module, _, name = dotted.rpartition(".")
    found = getattr(sys.modules.get(module), name, None) if module else None
    return missing(dotted) if found is None else found


def annotations_of(owner: object) -> dict[str, Any]:
    """The annotations of a function or class as they are written, without evaluating all of them at once."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return dict(annotationlib.get_annotations(owner, format=annotationlib.Format.FORWARDREF))
    if isinstance(owner, type):
        return dict(vars(owner).get("__annotations__", {}))
    return dict(getattr(owner, "__annotations__", None) or {})
