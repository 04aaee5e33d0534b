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

from truthline.facts.code import (
    Attr,
    Await,
    Binary,
    Block,
    Call,
    Compare,
    Const,
    DelItem,
    Enter,
    Instruction,
    Item,
    Next,
    Raise,
    Test,
    Unpack,
)
from truthline.program.engine.blocks import Dominance
from truthline.program.engine.units import Unit

_MAY_RAISE = (Attr, Binary, Call, Compare, DelItem, Enter, Item, Unpack)
_ALWAYS_ANSWERED = frozenset(("eq", "ne", "is"))
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
    return isinstance(instruction, _MAY_RAISE) and not (
        isinstance(instruction, Compare) and instruction.op in _ALWAYS_ANSWERED
    )


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
            self._every_choice(before) | self.leading(before, block)
            for before in unit.predecessors[block]
            if before in self._reached
        ]
        if len(arriving) < 2:
            return frozenset()
        return frozenset().union(*arriving) - frozenset.intersection(*arriving)

    def _every_choice(self, block: int) -> frozenset[Choice]:
        """The choices on which it depends, through any number of others, whether control comes to a block."""
        found: set[Choice] = set()
        pending, seen = [block], {block}
        while pending:
            for choice in self._deciding.get(pending.pop(), ()):
                found.add(choice)
                if choice.block not in seen:
                    seen.add(choice.block)
                    pending.append(choice.block)
        return frozenset(found)

    def leading(self, before: int, block: int) -> frozenset[Choice]:
        """The ways from one block straight to another."""
        return frozenset(self._leading(before, block))

    def _leading(self, before: int, block: int) -> Iterable[Choice]:
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


def says_present(unit: Unit, choice: Choice) -> bool | None:
    """Whether a way is taken where what is asked is there, or where it is missing; None where the text does not say.

    A row is there if it is true or not None, a count if it is more than zero, a query if it does not raise.
    """
    if not choice.is_test:
        return choice.way == _NORMALLY
    block = unit.code.blocks[choice.block]
    asked = unit.code.instructions[block.test] if block.test is not None else None
    if isinstance(asked, Next):
        return choice.way == 0
    tested = unit.code.instructions[asked.value] if isinstance(asked, Test) else None
    if isinstance(tested, (Call, Await)):
        return choice.way == 0
    present = _compares_present(unit, tested) if isinstance(tested, Compare) else None
    return None if present is None else present == (choice.way == 0)


def _compares_present(unit: Unit, compare: Compare) -> bool | None:
    """Whether a comparison with None or zero is true of what is there."""
    other = unit.code.instructions[compare.right]
    if not isinstance(other, Const):
        return None
    if compare.op == "is" and other.value is None:
        return compare.negated
    if other.value == 0 and compare.op in ("gt", "ne"):
        return True
    if other.value == 1 and compare.op == "ge":
        return True
    return False if other.value == 0 and compare.op in ("eq", "le") else None


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
