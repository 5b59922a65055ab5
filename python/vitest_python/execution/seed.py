"""Seeds random number generators, so that a test draws the same numbers in every run with the same seed."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_NUMPY = "numpy.random"
_seeded: int | None = None
_IDS = "opentelemetry.sdk.trace.id_generator"


def seed(value: int) -> None:
    """Seed `random` and the legacy generator of `numpy.random`, now or as soon as it is imported.

    `value` has 32 bits. Generators that the user's code creates itself, such as `random.Random()` or `default_rng()`,
    aren't seeded.
    """
    global _seeded
    _seeded = value
    own_ids()
    random.seed(value)
    numpy = sys.modules.get(_NUMPY)
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _SeedOnImport)]
    if numpy is not None:
        numpy.seed(value)
    else:
        sys.meta_path.insert(0, _SeedOnImport(value))


def own_ids() -> None:
    """Let OpenTelemetry draw the IDs of spans from the system, if it has been imported.

    From the seeded generator, a retry of a test would draw the IDs of its first try again, and a span would change the
    numbers of the test.
    """
    ids: Any = sys.modules.get(_IDS)
    if ids is not None and getattr(ids, "random", None) is random:
        ids.random = random.SystemRandom()


def drawn() -> bool:
    """Return whether the generators that `seed` seeds have left the state that it gave them."""
    if _seeded is None:
        return False
    numpy = sys.modules.get(_NUMPY)
    return random.getstate() != random.Random(_seeded).getstate() or (
        numpy is not None and _state(numpy) != _state(numpy.RandomState(_seeded))
    )


def _state(generator: Any) -> tuple[object, ...]:
    state = generator.get_state()
    return (state[1].tobytes(), *state[2:]) if state[0] == "MT19937" else (state[0],)


class _SeedOnImport:
    """An import hook that seeds numpy's generator as soon as its module has run."""

    def __init__(self, value: int) -> None:
        self._value = value

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        spec = PathFinder.find_spec(name, path, target) if name == _NUMPY else None
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_seed(module: Any) -> None:
            execute(module)
            module.seed(self._value)

        spec.loader.exec_module = execute_and_seed  # type: ignore[method-assign]
        return spec
