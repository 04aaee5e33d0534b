"""Questions about the blocks of a body: which stand on every way to which, and which control can come back to.

Handlers count as successors. Both answers take little more than linear time: a function may be of any length.
"""

from __future__ import annotations

from collections.abc import Sequence

from truthline.facts.code import Block


def ways_out(block: Block) -> tuple[int, ...]:
    """The blocks to which control can go from a block, by an exception too."""
    return (*block.successors, *block.handlers)


class Dominance:
    """Which blocks stand on every way from the first to another.

    After Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems" (2005): semi-dominators with path
    compression, then nearest common ancestors ("SemiNCA"). The tree is numbered so that what a block dominates is
    an interval.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        order, parents = _depth_first(blocks)
        nearest = _nearest(blocks, order, parents)
        sizes = [1] * len(order)
        for number in range(len(order) - 1, 0, -1):
            sizes[nearest[number]] += sizes[number]
        starts, following = [0] * len(order), [1] * len(order)
        for number in range(1, len(order)):
            starts[number] = following[nearest[number]]
            following[nearest[number]] += sizes[number]
            following[number] = starts[number] + 1
        self._intervals = {block: (starts[number], sizes[number]) for number, block in enumerate(order)}
        self._blocks = [0] * len(order)
        for block, (start, _) in self._intervals.items():
            self._blocks[start] = block
        self._nearest = {order[number]: order[nearest[number]] for number in range(1, len(order))}

    def nearest(self, block: int) -> int | None:
        """The last other block that stands on every way to this one; None for the first."""
        return self._nearest.get(block)

    def dominates(self, one: int, other: int) -> bool:
        """Whether `one` stands on every way to `other`, or is the same; not where control cannot come to them."""
        first, second = self._intervals.get(one), self._intervals.get(other)
        return first is not None and second is not None and first[0] <= second[0] < first[0] + first[1]

    def dominated(self, one: int) -> list[int]:
        """The block, and those to which it stands on every way."""
        start, size = self._intervals.get(one, (0, 0))
        return self._blocks[start : start + size]


def _depth_first(blocks: Sequence[Block]) -> tuple[list[int], list[int]]:
    """The blocks in the order in which they are first come to, and for each the place of the one before it."""
    order: list[int] = []
    parents: list[int] = []
    seen: set[int] = set()
    pending = [(0, 0)]
    while pending:
        block, parent = pending.pop()
        if block in seen:
            continue
        seen.add(block)
        order.append(block)
        parents.append(parent)
        pending += [(following, len(order) - 1) for following in reversed(ways_out(blocks[block]))]
    return order, parents


def _nearest(blocks: Sequence[Block], order: list[int], parents: list[int]) -> list[int]:
    """For each place in the order, that of the nearest dominator."""
    place = {block: number for number, block in enumerate(order)}
    incoming: list[list[int]] = [[] for _ in order]
    for number, block in enumerate(order):
        for following in ways_out(blocks[block]):
            incoming[place[following]].append(number)
    semi = list(range(len(order)))
    forest = _Forest(parents, semi)
    for number in range(len(order) - 1, 0, -1):
        reached = [one if one <= number else semi[forest.best(one, number + 1)] for one in incoming[number]]
        semi[number] = min(parents[number], *reached) if reached else parents[number]
    nearest = list(parents)
    for number in range(1, len(order)):
        while nearest[number] > semi[number]:
            nearest[number] = nearest[nearest[number]]
    return nearest


class _Forest:
    """The part of the depth-first tree that is done with, its paths compressed."""

    def __init__(self, parents: list[int], semi: list[int]) -> None:
        self._above = list(parents)
        self._semi = semi
        self._best = list(range(len(parents)))

    def best(self, number: int, linked: int) -> int:
        """The place with the smallest semi-dominator from `number` up to the last that is at least `linked`."""
        path = []
        while self._above[number] >= linked:
            path.append(number)
            number = self._above[number]
        for below in reversed(path):
            above = self._above[below]
            if self._semi[self._best[above]] < self._semi[self._best[below]]:
                self._best[below] = self._best[above]
            self._above[below] = self._above[above]
            number = below
        return self._best[number]


def looping(blocks: Sequence[Block]) -> frozenset[int]:
    """The blocks that control can come back to (strongly connected components, after Tarjan)."""
    found: set[int] = set()
    numbers: dict[int, int] = {}
    lowest: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in range(len(blocks)):
        pending = [(root, iter(ways_out(blocks[root])))] if root not in numbers else []
        while pending:
            block, following = pending[-1]
            if block not in numbers:
                numbers[block] = lowest[block] = len(numbers)
                stack.append(block)
                on_stack.add(block)
            for other in following:
                if other not in numbers:
                    pending.append((other, iter(ways_out(blocks[other]))))
                    break
                if other in on_stack:
                    lowest[block] = min(lowest[block], numbers[other])
            else:
                pending.pop()
                if pending:
                    lowest[pending[-1][0]] = min(lowest[pending[-1][0]], lowest[block])
                if lowest[block] == numbers[block]:
                    found |= _component(blocks, block, stack, on_stack)
    return frozenset(found)


def _component(blocks: Sequence[Block], root: int, stack: list[int], on_stack: set[int]) -> set[int]:
    """Takes a finished component off the stack; empty where it is a block that does not lead to itself."""
    component = {stack.pop()}
    while root not in component:
        component.add(stack.pop())
    on_stack -= component
    return component if len(component) > 1 or root in ways_out(blocks[root]) else set()
