from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vitest_python.errors import ModuleProblem
from vitest_python.program.load import extend_path, file_of, load, locate


@pytest.fixture(autouse=True)
def keep_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", sys.modules)


def write(base: Path, name: str, text: str = "") -> None:
    (base / name).parent.mkdir(parents=True, exist_ok=True)
    (base / name).write_text(text)


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        (("nowhere.py",), "nowhere.py does not exist: there is no file /"),
        (("a/same.py", "b/same.py"), "two modules would be called 'same': a/same.py and b/same.py"),
        (("same", "a/same.py"), "two modules would be called 'same'"),
        (("json.py",), "json.py hides the module 'json' of Python's standard library"),
        (("dotted.name.py",), "a dot in a module's name"),
    ],
)
def test_refuses_entries_with_ambiguous_names(tmp_path: Path, entries: tuple[str, ...], problem: str) -> None:
    for name in ("a/same.py", "b/same.py", "json.py", "dotted.name.py"):
        write(tmp_path, name)
    with pytest.raises(ModuleProblem, match=problem):
        locate(entries, str(tmp_path))


def test_refuses_a_file_that_hides_an_installed_module(tmp_path: Path) -> None:
    write(tmp_path, "ormsgpack.py")
    [entry] = locate(("ormsgpack.py",), str(tmp_path))
    import ormsgpack  # noqa: F401

    with pytest.raises(ModuleProblem, match=r"name of another module, 'ormsgpack' \(.*site-packages"):
        load(entry)


def test_imports_exactly_the_listed_file(tmp_path: Path) -> None:
    write(tmp_path, "a/one_listed.py", "import sibling_listed\n")
    write(tmp_path, "a/sibling_listed.py")
    write(tmp_path, "a/two_listed.py", "value = 'wrong'\n")
    write(tmp_path, "b/two_listed.py", "value = 'right'\n")
    entries = locate(("./a/one_listed.py", "b/two_listed.py"), str(tmp_path))
    extend_path(entries, str(tmp_path))
    assert sys.path[:3] == [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path)]
    load(entries[0])
    assert load(entries[1]).value == "right"


def test_finds_files_without_importing(tmp_path: Path) -> None:
    write(tmp_path, "unimported/__init__.py", "1 / 0\n")
    write(tmp_path, "unimported/part.py", "1 / 0\n")
    entries = locate(("unimported.part", "unimported", "nowhere.at.all"), str(tmp_path))
    extend_path(entries, str(tmp_path))
    assert [file_of(entry) for entry in entries] == [
        str(tmp_path / "unimported/part.py"),
        str(tmp_path / "unimported/__init__.py"),
        "",
    ]
