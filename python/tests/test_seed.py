from __future__ import annotations

import subprocess
import sys

from .reaping import PACKAGE


def drawn(program: str) -> str:
    """Return the output of a fresh interpreter, which has its own state of numpy."""
    imports = "import random\nfrom vitest_python.execution.seed import seed"
    code = f"import sys; sys.path.insert(0, {PACKAGE!r})\n{imports}\n{program}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


DRAW = "print(random.random(), numpy.random.rand())"


def test_the_same_seed_draws_the_same_numbers() -> None:
    program = "import numpy, numpy.random; seed({}); " + DRAW
    assert drawn(program.format(7)) == drawn(program.format(7)) != drawn(program.format(8))


def test_seeds_numpy_even_if_it_is_imported_later() -> None:
    early = drawn("import numpy, numpy.random; seed(7); " + DRAW)
    assert drawn("seed(8); seed(7); import numpy; " + DRAW) == early


def test_unseeded_numbers_differ() -> None:
    assert drawn("import numpy; " + DRAW) != drawn("import numpy; " + DRAW)


def test_it_is_known_whether_numbers_were_drawn() -> None:
    program = (
        "from vitest_python.execution.seed import drawn; print(drawn()); seed(7); print(drawn()); {}; print(drawn())"
    )
    for draw in ("random.random()", "random.shuffle([1, 2])", "import numpy; numpy.random.rand()"):
        assert drawn(program.format(draw)).split() == ["False", "False", "True"]
    for quiet in ("import numpy", "random.Random(1).random()", "import numpy; numpy.random.default_rng().random()"):
        assert drawn(program.format(quiet)).split() == ["False", "False", "False"]
    again = "seed(7); from vitest_python.execution.seed import drawn; random.random(); seed(8); print(drawn())"
    assert drawn(f"import numpy; {again}") == "False\n"
