"""Finds a function by its dotted name. Tests may call only functions that a listed module defines or exports."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from ..authoring import aliases_of
from ..errors import NotCallable, NotExported, PrivateName, UnknownName

_MISSING = object()
# These know which module defined them. Other objects belong to the module that has them.
_DEFINED = (FunctionType, BuiltinFunctionType, MethodType, type)


def _nothing() -> None:
    pass


class FunctionResolver:
    """Looks names up in the listed modules, each of which may have several names."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}
        self.before_call: Callable[[], None] = _nothing
        """Called on the main thread before each call."""

    @property
    def modules(self) -> Mapping[str, ModuleType]:
        """The listed modules by all of their names."""
        return self._modules

    def add(self, module: ModuleType, *names: str) -> None:
        """Make the module's functions callable as `<name>.<function>`, for each name."""
        for name in names:
            self._modules[name] = module

    def resolve(self, name: str) -> Callable[..., Any]:
        """Return the function that `name` refers to.

        Raises UnknownName, PrivateName, NotExported or NotCallable. If the name leads to a submodule that hasn't been
        imported yet, its errors are raised too.
        """
        found = self.find(name)
        if not callable(found):
            raise NotCallable(f"{name} cannot be called: it is of type {type(found).__qualname__}")
        return found  # type: ignore[no-any-return]

    def find(self, name: str) -> Any:
        """Return what `name` refers to, whether or not it can be called. Raises the errors of `resolve`."""
        listed, parts = self._split(name)
        private = next((part for part in parts if part.startswith("_")), None)
        if private:
            raise PrivateName(f"{name} cannot be called: {private} is private, because it starts with an underscore")
        found: Any = listed
        for part in parts:
            found = _step(found, part, listed, name)
        return found

    def _split(self, name: str) -> tuple[ModuleType, list[str]]:
        prefix = name
        rest: list[str] = []
        while True:
            module = self._modules.get(prefix)
            if module is not None and rest:
                return module, rest
            if module is not None:
                raise NotCallable(f"{name} is a module; call one of its functions: {_listing(public_names(module))}")
            prefix, dot, last = prefix.rpartition(".")
            if not dot:
                raise UnknownName(self._unknown_module(name))
            rest = [last, *rest]

    def _unknown_module(self, name: str) -> str:
        known = sorted(self._modules)
        if "." not in name:
            found = [f"{module}.{name}" for module in known if name in public_names(self._modules[module])]
            hint = f" (did you mean {found[0]}?)" if found else ""
            return f"{name!r} is not of the form module.function{hint}; modules: {_listing(known)}"
        module = name.rpartition(".")[0]
        return f"no module {module!r} is listed in the option modules{_hint(module, known)}; modules: {_listing(known)}"


def _step(scope: Any, part: str, listed: ModuleType, name: str) -> Any:
    if isinstance(scope, ModuleType):
        part = aliases_of(scope.__name__).get(part, part)
    found = _attribute(scope, part, listed)
    if found is _MISSING:
        public = public_names(scope)
        where = scope.__name__ if isinstance(scope, (ModuleType, type)) else type(scope).__qualname__
        raise UnknownName(f"{where} has no {part!r}{_hint(part, public)}; its public names: {_listing(public)}")
    if isinstance(scope, ModuleType):
        if part not in getattr(scope, "__all__", ()) and not _belongs(found, scope, listed):
            raise NotExported(
                f"{name} cannot be called: {scope.__name__} only imports {part!r} from {_origin(found)}; "
                f"add {part!r} to {scope.__name__}.__all__ to export it"
            )
    elif isinstance(found, ModuleType):
        raise NotExported(f"{name} cannot be called: {part!r} is the module {found.__name__}")
    return found


def _attribute(scope: Any, part: str, listed: ModuleType) -> Any:
    found = getattr(scope, part, _MISSING)
    if found is not _MISSING or not isinstance(scope, ModuleType) or not hasattr(scope, "__path__"):
        return found
    submodule = f"{scope.__name__}.{part}"
    try:
        return importlib.import_module(submodule)
    except ModuleNotFoundError as error:
        if error.name == submodule:
            return _MISSING
        raise


def _belongs(found: Any, scope: ModuleType, listed: ModuleType) -> bool:
    origin = _origin(found)
    if isinstance(found, ModuleType):
        return _inside(origin, listed)
    if origin is None:
        return not isinstance(found, _DEFINED)
    return origin == scope.__name__ or _inside(origin, listed)


def _inside(origin: str | None, listed: ModuleType) -> bool:
    if not hasattr(listed, "__path__") or origin is None:
        return origin == listed.__name__
    return origin == listed.__name__ or origin.startswith(f"{listed.__name__}.")


def _origin(found: Any) -> str | None:
    if isinstance(found, ModuleType):
        return found.__name__
    if isinstance(found, _DEFINED):
        return getattr(found, "__module__", None)
    # functools.wraps stores the module on the instance. The class's own `__module__` says where the class is defined.
    origin = getattr(found, "__dict__", {}).get("__module__")
    return origin if isinstance(origin, str) else None


def public_names(scope: Any) -> list[str]:
    """Return the names that error messages offer: the functions of a module, or the attributes of anything else."""
    if not isinstance(scope, ModuleType):
        return sorted(name for name in dir(scope) if not name.startswith("_"))
    exported = getattr(scope, "__all__", None)
    if exported is None:
        exported = (
            name
            for name, value in vars(scope).items()
            if not name.startswith("_") and _belongs(value, scope, scope) and callable(value)
        )
    return sorted({*map(str, exported), *aliases_of(scope.__name__)})


def _hint(wrong: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(wrong, list(known), n=3)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def _listing(names: list[str]) -> str:
    if not names:
        return "none"
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")
