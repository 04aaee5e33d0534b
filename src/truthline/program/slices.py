"""What a call of some functions can execute: their slice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from truthline.facts.code import Register
from truthline.program.engine.calls import suspended
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context

Arrival = tuple[Context, Register] | None
"""From where a context is first reached: the calling context and instruction; None for an entry."""


class Slice:
    """The contexts that the entries can execute, with the shortest way to each."""

    def __init__(self, engine: Engine, entries: Iterable[Context]) -> None:
        self.engine = engine
        self.entries = tuple(entries)
        self.arrivals: dict[Context, Arrival] = {}
        size = -1
        while size != len(self.arrivals):
            size = len(self.arrivals)
            self._walk()
            engine.solver.settle()

    def _walk(self) -> None:
        self.arrivals = dict.fromkeys(self.entries)
        queue = deque(self.entries)
        while queue:
            context = queue.popleft()
            for register, target in self.edges(context):
                if target not in self.arrivals:
                    self.arrivals[target] = (context, register)
                    queue.append(target)

    def edges(self, context: Context) -> Iterable[tuple[Register, Context]]:
        """What a context executes, instruction by instruction, in the order of the text."""
        for register in context.unit.executable:
            self.engine.value(context, register)
            targets = self.engine.notes(context, register).targets
            for target in sorted(targets, key=repr) if len(targets) > 1 else targets:
                if target.unit.code.kind != "module":
                    yield register, target
        if context in self.arrivals and self.arrivals[context] is None:
            yield from self._handed_back(context)

    def _handed_back(self, context: Context) -> Iterable[tuple[Register, Context]]:
        """A coroutine or generator that an entry returns runs in the hands of whoever called the entry."""
        for value in sorted(self.engine.returned(context), key=repr):
            waiting = suspended(value)
            if waiting is not None and waiting is not context:
                yield context.unit.executable[-1] if context.unit.executable else 0, waiting

    @property
    def units(self) -> set[Unit]:
        """The functions of the analysed code in the slice."""
        return {context.unit for context in self.arrivals if not context.unit.model and context.unit.is_function}

    def path(self, context: Context) -> list[tuple[Context, Register]]:
        """The calls that lead from an entry to a context, first to last."""
        steps: list[tuple[Context, Register]] = []
        arrival = self.arrivals[context]
        while arrival is not None:
            steps.append(arrival)
            arrival = self.arrivals[arrival[0]]
        return steps[::-1]
