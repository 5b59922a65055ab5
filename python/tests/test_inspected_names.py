"""The functions that `vitest-python types` lists."""

from __future__ import annotations

from pathlib import Path

from .inspecting import describe


def test_lists_what_can_be_called_and_nothing_else(tmp_path: Path) -> None:
    described = describe(
        tmp_path,
        "app",
        files={
            "app/__init__.py": """
            from os import system
            from .inner import exported, other
            __all__ = ["exported", "own"]
            def own(): ...
            def _private(): ...
            CONSTANT = 1
            """,
            "app/inner.py": "def exported(): ...\ndef other(): ...\n",
            "app/broken.py": "raise RuntimeError('not importable')\n",
        },
    )
    names = set(described["functions"])
    assert {"app.own", "app.exported", "app.inner.exported", "app.other"} <= names
    assert not {"app.system", "app._private", "app.CONSTANT"} & names
    assert described["modules"] == ["app"]


def test_says_why_a_module_cannot_be_imported(tmp_path: Path) -> None:
    failed = describe(tmp_path, m="print('loud')\nraise ValueError('no database')\n")["failure"]
    assert (failed["module"], failed["type"], failed["message"]) == ("m", "ValueError", "no database")
    assert "m.py" in failed["traceback"]
