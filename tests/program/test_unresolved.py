"""Calls that could reach a state and that are not resolved: which are listed, and what is said of them."""

from pathlib import Path

import pytest
from tests.program.programs import analyse

STATE = "_cache = {}\n\n\nclass Cache:\n    def find(self, key, *more, **options):\n        return _cache.get(key)\n"


@pytest.mark.parametrize(
    ("call", "verdict"),
    [
        ("found.find(key)", "undecided"),
        ("found.find(key, 1, fresh=True)", "undecided"),
        ("found.find(key=key)", "undecided"),
        ("found.find(*key)", "undecided"),
        ("found.find()", "clean"),
        ("found.seek(key)", "clean"),
    ],
)
def test_a_call_counts_where_a_method_of_the_state_has_room_for_its_arguments(
    call: str, verdict: str, tmp_path: Path
) -> None:
    flow = f"def decide(found, key):\n    return {call}\n"
    assert analyse(tmp_path, {"app/state.py": STATE, "app/flow.py": flow}).verdict.verdict == verdict
