"""docs/compatibility.md has a row for every case of tests/libraries."""

from __future__ import annotations

from pathlib import Path

from .libraries.cases import CASES

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"


def test_the_table_of_libraries_has_every_case() -> None:
    rows = {f"| {case.library} | {case.does} | {case.starts} | {case.why} |" for case in CASES}
    assert rows - set(PAGE.read_text(encoding="utf-8").splitlines()) == set()
