"""Control dependence: on which choices it depends whether a block runs, and from where it is come to.

After Ferrante, Ottenstein and Warren, "The Program Dependence Graph and Its Use in Optimization" (1987): a choice
decides about the blocks from each of its ways up the tree of post-dominators to where the ways have met again.
There are two sorts of choices: the test at the end of a block, and whether an instruction of a protected block raises.
Implicit exceptions are ways only for the choice that asks about them; otherwise code in a `try` would depend on
everything before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from truthline.facts.code import Attr, Block, Call, DelItem, Enter, Instruction, Item, Raise, Unpack
from truthline.program.engine.blocks import Dominance
from truthline.program.engine.units import Unit

_MAY_RAISE = (Attr, Call, DelItem, Enter, Item, Unpack)
_EXIT = 0
_NORMALLY, _RAISING = -1, -2


class Choice(NamedTuple):
    """A block and which way is taken from it: a successor by its place, or whether it raises."""

    block: int
    way: int

    @property
    def is_test(self) -> bool:
        """Whether the test at the end of the block is asked, and not whether the block raises."""
        return self.way >= 0


def may_raise(instruction: Instruction) -> bool:
    """Whether an instruction is looked at as one that raises without a `raise`."""
    return isinstance(instruction, _MAY_RAISE)


class Control:
    """The choices in one body."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._successors = [self._ways(block) for block in unit.code.blocks]
        self._after = Dominance(_reversed(self._successors))
        self._deciding: dict[int, set[Choice]] = {}
        self._reached = frozenset(unit.dominance.dominated(0))
        for number in self._reached:
            self._decide(number, unit.code.blocks[number])

    def deciding(self, block: int) -> frozenset[Choice]:
        """The choices on which it depends directly whether control comes to a block."""
        return frozenset(self._deciding.get(block, ()))

    def choosing(self, block: int) -> frozenset[Choice]:
        """The choices on which it depends from which of its predecessors control comes to a block."""
        unit = self.unit
        arriving = [
            self.deciding(before) | set(self._leading(before, block))
            for before in unit.predecessors[block]
            if before in self._reached
        ]
        if len(arriving) < 2:
            return frozenset()
        return frozenset().union(*arriving) - frozenset.intersection(*arriving)

    def _leading(self, before: int, block: int) -> Iterable[Choice]:
        """The ways from one block straight to another."""
        successors = self._successors[before]
        if len(successors) > 1:
            yield from (Choice(before, way) for way, successor in enumerate(successors) if successor == block)
        if self._raises(before):
            handled = block in self.unit.code.blocks[before].handlers
            yield Choice(before, _RAISING if handled else _NORMALLY)

    def _ways(self, block: Block) -> tuple[int, ...]:
        """Where control goes from a block by the text: a `raise` in a `try` goes to the handler."""
        last = self.unit.code.instructions[block.registers[-1]] if block.registers else None
        return block.handlers if isinstance(last, Raise) else tuple(dict.fromkeys(block.successors))

    def _raises(self, number: int) -> bool:
        block = self.unit.code.blocks[number]
        instructions = self.unit.code.instructions
        return bool(block.handlers) and any(may_raise(instructions[register]) for register in block.registers)

    def _decide(self, number: int, block: Block) -> None:
        successors = self._successors[number]
        if len(successors) > 1:
            self._mark({Choice(number, way): (one,) for way, one in enumerate(successors)})
        if self._raises(number):
            self._mark({Choice(number, _NORMALLY): successors, Choice(number, _RAISING): block.handlers})

    def _mark(self, ways: dict[Choice, tuple[int, ...]]) -> None:
        """Each way decides about the blocks that stand on it before all ways have met."""
        paths = {choice: [self._path(start) for start in starts] or [[]] for choice, starts in ways.items()}
        every = [set(path) for starts in paths.values() for path in starts]
        met = set.intersection(*every) if every else set()
        for choice, starts in paths.items():
            for path in starts:
                for block in path:
                    if block in met:
                        break
                    self._deciding.setdefault(block, set()).add(choice)

    def _path(self, block: int) -> list[int]:
        """A block and those that stand on every way from it to the end, nearest first."""
        found = []
        current: int | None = block + 1
        while current is not None and current != _EXIT:
            found.append(current - 1)
            current = self._after.nearest(current)
        return found


def _reversed(successors: list[tuple[int, ...]]) -> list[Block]:
    """The graph against the ways of control; its first block is the end, to which endless loops are taken to lead."""
    sources: list[list[int]] = [[] for _ in successors]
    for number, following in enumerate(successors):
        for one in following:
            sources[one].append(number)
    ends = [number for number, following in enumerate(successors) if not following]
    seen: set[int] = set()
    _reach(ends, sources, seen)
    for number in range(len(successors) - 1, -1, -1):
        if number not in seen:
            ends.append(number)
            _reach([number], sources, seen)
    first = Block((), tuple(end + 1 for end in ends))
    return [first, *(Block((), tuple(one + 1 for one in before)) for before in sources)]


def _reach(starts: list[int], sources: list[list[int]], seen: set[int]) -> None:
    pending = list(starts)
    while pending:
        number = pending.pop()
        if number not in seen:
            seen.add(number)
            pending += sources[number]
