"""What a call of some functions can execute: their slice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from truthline.facts.code import Register
from truthline.program.engine.calls import suspended
from truthline.program.engine.engine import Engine
from truthline.program.engine.reach import reaches
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context, Instance, Value

Arrival = tuple[Context, Register] | None
"""From where a context is first reached: the calling context and instruction; None for an entry."""
Touch = tuple[str, Instance, Value | None]
"""Mode, container, and the key of what is taken out where it is known."""


class Effects:
    """What an instruction does through models: contexts of analysed code, containers touched, reasons, imports."""

    __slots__ = ("imports", "targets", "touches", "unknown")

    def __init__(self) -> None:
        self.targets: dict[Context, None] = {}
        self.touches: dict[Touch, None] = {}
        self.unknown: dict[str, None] = {}
        self.imports: dict[str, None] = {}

    def add(self, other: Effects) -> None:
        """Takes in what another instruction does."""
        self.targets.update(other.targets)
        self.touches.update(other.touches)
        self.unknown.update(other.unknown)
        self.imports.update(other.imports)


class Slice:
    """The contexts of analysed code that the entries can execute, with the shortest way to each.

    Models are looked through: what `map(f, xs)` calls is called by the instruction that calls `map`.
    """

    def __init__(self, engine: Engine, entries: Iterable[Context]) -> None:
        self.engine = engine
        self.entries = tuple(entries)
        self.arrivals: dict[Context, Arrival] = {}
        self._effects: dict[tuple[Context, Register], Effects] = {}
        self._model_effects: dict[Context, Effects] = {}
        spent = -1
        while spent != engine.solver.spent:
            spent = engine.solver.spent
            self._walk()
            engine.solver.settle()

    def _walk(self) -> None:
        self._effects.clear()
        self._model_effects.clear()
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
        for register in self.followed(context):
            targets = self.effects(context, register).targets
            for target in sorted(targets, key=repr) if len(targets) > 1 else targets:
                yield register, target
        if self.arrivals.get(context, ()) is None:
            yield from self._handed_back(context)

    def executable(self, context: Context) -> Iterable[Register]:
        """The instructions that can execute other code and that control can come to, in the order of the text."""
        yield from self.engine.serving.places(context, self._is_entry(context))
        yield from (register for register in context.unit.executable if reaches(self.engine, context, register))

    def followed(self, context: Context) -> Iterable[Register]:
        """Those of them into which the slice goes: all."""
        return self.executable(context)

    def _is_entry(self, context: Context) -> bool:
        return self.arrivals.get(context, ()) is None and self.engine.is_entry(context.unit)

    def _handed_back(self, context: Context) -> Iterable[tuple[Register, Context]]:
        """A coroutine or generator that an entry returns runs in the hands of whoever called the entry."""
        for value in sorted(self.engine.returned(context), key=repr):
            waiting = suspended(value)
            if waiting is not None and waiting is not context:
                yield context.unit.executable[-1] if context.unit.executable else 0, waiting

    def effects(self, context: Context, register: Register) -> Effects:
        """What an instruction does."""
        key = (context, register)
        found = self._effects.get(key)
        if found is None:
            found = self._effects[key] = self._find_effects(context, register)
        return found

    def _find_effects(self, context: Context, register: Register) -> Effects:
        found = Effects()
        around = self.engine.serving.notes(context, register, self._is_entry(context))
        for notes in (self.engine.execute(context, register), *around):
            found.touches.update(notes.touches)
            found.unknown.update(notes.unknown)
            found.imports.update(notes.imports)
            for target in notes.targets:
                if target.unit.model:
                    found.add(self._through_model(target))
                elif target.unit.code.kind != "module":
                    found.targets[target] = None
        return found

    def _through_model(self, context: Context) -> Effects:
        found = self._model_effects.get(context)
        if found is None:
            found = self._model_effects[context] = Effects()
            reached: dict[Context, None] = {context: None}
            pending = [context]
            while pending:
                inner = pending.pop()
                for register in inner.unit.executable:
                    notes = self.engine.execute(inner, register)
                    found.touches.update(notes.touches)
                    found.unknown.update(notes.unknown)
                    found.imports.update(notes.imports)
                    for target in notes.targets:
                        if not target.unit.model:
                            found.targets[target] = None
                        elif target not in reached:
                            reached[target] = None
                            pending.append(target)
        return found

    @property
    def units(self) -> set[Unit]:
        """The functions of the analysed code in the slice."""
        return {context.unit for context in self.arrivals if context.unit.is_function}

    def path(self, context: Context) -> list[tuple[Context, Register]]:
        """The calls that lead from an entry to a context, first to last."""
        steps: list[tuple[Context, Register]] = []
        arrival = self.arrivals[context]
        while arrival is not None:
            steps.append(arrival)
            arrival = self.arrivals[arrival[0]]
        return steps[::-1]
