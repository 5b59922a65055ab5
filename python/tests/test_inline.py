"""Python in the test itself sees the listed modules as an import would bind them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from vitest_python.program.inline import Inline


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    package = tmp_path / "inline_app"
    (package / "inner").mkdir(parents=True)
    for directory in (package, package / "inner"):
        (directory / "__init__.py").touch()
    (package / "tools.py").write_text("def f(): return 1")
    (package / "inner" / "more.py").write_text("def g(): return 2")
    (tmp_path / "inline_plain.py").write_text("def h(): return 3")
    monkeypatch.syspath_prepend(tmp_path)
    names = ["inline_app.tools", "inline_app.inner.more", "inline_plain"]
    found = {name: importlib.import_module(name) for name in names}
    yield found
    for name in [name for name in sys.modules if name.startswith("inline_")]:
        del sys.modules[name]


def test_modules_with_dots_are_known_by_their_top_package(modules: dict[str, ModuleType]) -> None:
    inline = Inline(modules)
    for source in ("inline_app.tools.f()", "inline_app.inner.more.g() - 1", "inline_plain.h() - 2"):
        assert inline.run(source, {}, "eval") == 1


def test_only_top_names_are_there(modules: dict[str, ModuleType]) -> None:
    names = Inline(modules).run("[name for name in globals() if not name.startswith('_')]", {}, "eval")
    assert sorted(names) == ["inline_app", "inline_plain"]


def test_a_listed_module_comes_before_a_package_of_the_same_name(modules: dict[str, ModuleType]) -> None:
    file = ModuleType("inline_app")
    assert Inline({**modules, "inline_app": file}).run("inline_app", {}, "eval") is file
