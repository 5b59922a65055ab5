from __future__ import annotations

import subprocess
import sys

from .reaping import PACKAGE


def drawn(program: str) -> str:
    """What a fresh interpreter prints; numpy is imported once in each, so that its state is its own."""
    imports = "import random\nfrom vitest_python.execution.seed import seed"
    code = f"import sys; sys.path.insert(0, {PACKAGE!r})\n{imports}\n{program}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


DRAW = "print(random.random(), numpy.random.rand())"


def test_the_same_seed_draws_the_same_numbers_and_another_one_others() -> None:
    program = "import numpy, numpy.random; seed({}); " + DRAW
    assert drawn(program.format(7)) == drawn(program.format(7)) != drawn(program.format(8))


def test_numpy_that_is_imported_later_draws_as_if_it_had_been_there() -> None:
    early = drawn("import numpy, numpy.random; seed(7); " + DRAW)
    assert drawn("seed(8); seed(7); import numpy; " + DRAW) == early


def test_unseeded_numbers_differ() -> None:
    assert drawn("import numpy; " + DRAW) != drawn("import numpy; " + DRAW)
