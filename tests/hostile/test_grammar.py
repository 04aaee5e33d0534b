"""Programs that hypothesmith makes from Python's grammar and from LibCST's nodes: strange, and all of them syntax."""

import pytest
from hypothesis import given
from tests.hostile.test_fuzz import bounded, comes_back, reads_alike

hypothesmith = pytest.importorskip("hypothesmith")
PROGRAMS = hypothesmith.from_grammar() | hypothesmith.from_node()


@bounded
@given(PROGRAMS)
def test_the_second_parser_reads_what_the_first_reads(text: str) -> None:
    reads_alike(text)


@bounded
@given(PROGRAMS)
def test_facts_come_back_as_they_were_stored(text: str) -> None:
    comes_back(text)
