"""Which modules are cleared at the end of a process, and in which order."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from vitest_python.program.finalize import UsersModules
from vitest_python.program.sources import Sources

Load = Callable[[str], ModuleType]


class Thing:
    """Tells when it is cleared."""

    def __init__(self, name: str, ended: list[str]) -> None:
        self._name, self._ended = name, ended

    def __del__(self) -> None:
        self._ended.append(self._name)


@pytest.fixture
def ended() -> list[str]:
    return []


@pytest.fixture
def load(tmp_path: Path, ended: list[str]) -> Iterator[Load]:
    """Loads a module of the user, which has a Thing."""
    hook, before = threading.excepthook, list(sys.modules)

    def load(name: str) -> ModuleType:
        module = sys.modules[name] = ModuleType(name)
        module.__file__ = str(tmp_path / f"{name}.py")
        vars(module)["thing"] = Thing(name, ended)
        return module

    yield load
    threading.excepthook = hook
    for name in set(sys.modules) - set(before):
        del sys.modules[name]


@pytest.fixture
def modules(tmp_path: Path) -> UsersModules:
    return UsersModules(Sources([str(tmp_path)], None))


def test_the_newest_is_cleared_first(modules: UsersModules, load: Load, ended: list[str]) -> None:
    load("first")
    load("second")
    modules.note()
    load("third")
    load("fourth")
    modules.clear()
    assert ended == ["fourth", "third", "second", "first"]


def test_modules_that_are_no_longer_loaded_stay(modules: UsersModules, load: Load) -> None:
    gone, replaced = load("gone"), load("replaced")
    modules.note()
    del sys.modules["gone"]
    now = load("replaced")
    modules.clear()
    assert vars(now)["thing"] is None
    assert vars(gone)["thing"] is not None
    assert vars(replaced)["thing"] is not None


def test_all_are_found_if_the_last_module_is_no_longer_loaded(
    modules: UsersModules, load: Load, ended: list[str]
) -> None:
    load("first")
    kept = load("last")
    modules.note()
    del sys.modules["last"]
    load("later")
    modules.clear()
    assert ended == ["later", "first"]
    assert vars(kept)["thing"] is not None


def test_all_are_found_without_a_note(modules: UsersModules, load: Load, ended: list[str]) -> None:
    load("first")
    load("second")
    modules.clear()
    assert ended == ["second", "first"]


def test_only_later_modules_and_the_users_are_looked_at(
    modules: UsersModules, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load("first")
    modules.note()
    later = load("later")
    seen: list[ModuleType | None] = []
    look = Sources.file_of

    def note(self: Sources, module: ModuleType | None) -> set[str]:
        seen.append(module)
        return look(self, module)

    monkeypatch.setattr(Sources, "file_of", note)
    modules.clear()
    assert seen == [later, first]
