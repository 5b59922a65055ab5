from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitest_python.posix.cookie import ALPHABET, limit_of, run_id_of

run_ids = st.text(ALPHABET, min_size=7, max_size=7)


@given(run_ids)
def test_a_limit_encodes_its_run_id(run_id: str) -> None:
    limit = limit_of(run_id)
    assert run_id_of(limit) == run_id
    assert 2**62 <= limit < 2**63


@given(st.integers(min_value=-1, max_value=2**64))
def test_other_limits_encode_no_run_id(limit: int) -> None:
    run_id = run_id_of(limit)
    assert run_id is None or limit_of(run_id) == limit


@given(st.text(max_size=9).filter(lambda text: len(text) != 7 or not set(text) <= set(ALPHABET)))
def test_invalid_run_ids_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="run ID"):
        limit_of(text)
