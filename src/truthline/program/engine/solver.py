"""A demand-driven fixpoint: nodes whose values grow, and are computed again when what they read has grown.

A node is computed when it is first read, depth first as far as the stack allows; afterwards a worklist
brings all nodes to the least fixpoint. Values never shrink, so the order does not matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any

_DEEPEST = 90
_VALUES_A_STEP = 2048
"""Copying so many values takes as long as computing a node does on average."""


class Node:
    """A growing set.

    `compute` is None for a set that only others push into; `place` is the instruction it stands for.
    """

    __slots__ = ("compute", "notes", "place", "queued", "readers", "started", "values")

    def __init__(self, compute: Callable[[], Iterable[Any]] | None, place: Any = None) -> None:
        self.compute = compute
        self.place = place
        self.values: frozenset[Any] = frozenset()
        self.readers: dict[Node, None] = {}
        self.started = False
        self.queued = False
        self.notes: Notes | None = None


class Notes:
    """What else came out when an instruction was computed: contexts called, externals called, reasons, touches."""

    __slots__ = ("externals", "imports", "targets", "touches", "unknown")

    def __init__(self) -> None:
        self.targets: dict[Any, None] = {}
        self.externals: dict[str, None] = {}
        self.imports: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.touches: dict[tuple[str, Any, Any], None] = {}


class Solver:
    """Runs nodes.

    `budget` bounds the work: a step is a computation, or the values that large sets are copied with when they grow.
    Afterwards `exhausted` is set and nodes stay as they are.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.spent = 0
        self._nodes: dict[Hashable, Node] = {}
        self._stack: list[Node] = []
        self._queue: deque[Node] = deque()
        self._postponed: dict[Node, tuple[frozenset[Any], Callable[[], bool] | None]] = {}

    @property
    def exhausted(self) -> bool:
        """Whether the budget was spent before the fixpoint."""
        return self.spent >= self.budget

    def node(self, key: Hashable, compute: Callable[[], Iterable[Any]] | None) -> Node:
        """The node of that key."""
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Node(compute)
        return found

    def read(self, node: Node) -> frozenset[Any]:
        """The node's values so far; the node being computed will be computed again when they grow."""
        if self._stack:
            node.readers[self._stack[-1]] = None
        if not node.started and node.compute is not None:
            if len(self._stack) < _DEEPEST:
                self._compute(node)
            else:
                self._enqueue(node)
        return node.values

    def push(self, node: Node, values: Iterable[Any]) -> None:
        """Adds values to a node. Making them may push into it too, so they are made first."""
        added = frozenset(values)
        if not added <= node.values:
            node.values |= added
            self.spent += (len(added) + len(node.values)) // _VALUES_A_STEP
            for reader in node.readers:
                self._enqueue(reader)

    def notes(self) -> Notes:
        """The notes of the node being computed."""
        node = self._stack[-1]
        if node.notes is None:
            node.notes = Notes()
        return node.notes

    def place(self) -> Any:
        """The instruction that is being computed; None where the innermost question is another."""
        for node in reversed(self._stack):
            if node.place is not None:
                return node.place
        return None

    def solve(self, node: Node) -> frozenset[Any]:
        """The node's values at the fixpoint."""
        self.read(node)
        if not self._stack:
            self.settle()
        return node.values

    def settle(self) -> None:
        """Computes until nothing grows any more, or the budget is spent."""
        while self._queue or self._postponed:
            if not self._queue:
                self._stand_in()
                continue
            node = self._queue.popleft()
            node.queued = False
            self._compute(node)

    def postpone(self, node: Node, values: Iterable[Any], still: Callable[[], bool] | None = None) -> None:
        """Lets `values` stand in for what a node holds, if it is still empty when nothing else grows any more.

        So "nothing is known" is said only when all has been looked at, and does not depend on the order of the work.
        `still` tells whether they are wanted then.
        """
        if not node.values:
            self._postponed.setdefault(node, (frozenset(values), still))

    def _stand_in(self) -> None:
        postponed, self._postponed = self._postponed, {}
        wanted = [
            (node, values)
            for node, (values, still) in postponed.items()
            if not node.values and (still is None or still())
        ]
        for node, values in wanted:
            self.push(node, values)

    def _enqueue(self, node: Node) -> None:
        if not node.queued and node.compute is not None:
            node.queued = True
            self._queue.append(node)

    def _compute(self, node: Node) -> None:
        node.started = True
        if self.spent >= self.budget or node.compute is None:
            return
        self.spent += 1
        self._stack.append(node)
        try:
            values = node.compute()
            self.push(node, values)
        finally:
            self._stack.pop()
