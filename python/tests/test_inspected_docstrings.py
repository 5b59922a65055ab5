"""Docstrings as `vitest-python types` reads them."""

from __future__ import annotations

import pytest

from vitest_python.inspection.docstrings import parse


@pytest.mark.parametrize(
    "text",
    [
        "Sums.\n\nArgs:\n    items (list): What was\n        bought.\n    *rest: More.\n\nReturns:\n    The sum.\n"
        "\nRaises:\n    ValueError: If empty.\n",
        "Sums.\n\nParameters\n----------\nitems : list\n    What was\n    bought.\n*rest\n    More.\n\n"
        "Returns\n-------\nint\n    The sum.\n\nRaises\n------\nValueError\n    If empty.\n",
        "Sums.\n\n:param list items: What was\n    bought.\n:param rest: More.\n:returns: The sum.\n"
        ":raises ValueError: If empty.\n",
    ],
    ids=["google", "numpy", "sphinx"],
)
def test_reads_docstrings(text: str) -> None:
    assert parse(text) == {
        "summary": "Sums.",
        "parameters": {"items": "What was bought.", "rest": "More."},
        "returns": "The sum.",
        "raises": [("ValueError", "If empty.")],
    }
