"""Dominators and loops, held against their definitions on graphs of any shape."""

from hypothesis import given, settings
from hypothesis import strategies as st

from truthline.facts.code import Block
from truthline.program.engine.blocks import Dominance, looping, ways_out


@st.composite
def graphs(draw: st.DrawFn) -> list[Block]:
    count = draw(st.integers(1, 9))
    numbers = st.integers(0, count - 1)
    successors = st.lists(numbers, max_size=2).map(tuple)
    handlers = st.lists(numbers, max_size=1).map(tuple)
    return [Block((), draw(successors), None, draw(handlers)) for _ in range(count)]


def reached(blocks: list[Block], starts: tuple[int, ...], without: int = -1) -> set[int]:
    found: set[int] = set()
    pending = [start for start in starts if start != without]
    while pending:
        number = pending.pop()
        if number not in found:
            found.add(number)
            pending += [one for one in ways_out(blocks[number]) if one != without]
    return found


@given(graphs())
@settings(deadline=None)
def test_a_block_dominates_what_cannot_be_reached_without_it(blocks: list[Block]) -> None:
    dominance = Dominance(blocks)
    every = reached(blocks, (0,))
    for one in range(len(blocks)):
        expected = every - reached(blocks, (0,), without=one)
        assert set(dominance.dominated(one)) == expected
        assert {other for other in range(len(blocks)) if dominance.dominates(one, other)} == expected


@given(graphs())
@settings(deadline=None)
def test_a_block_loops_if_it_can_be_reached_from_itself(blocks: list[Block]) -> None:
    expected = {one for one in range(len(blocks)) if one in reached(blocks, ways_out(blocks[one]))}
    assert looping(blocks) == expected
