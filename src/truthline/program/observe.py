"""Whether what is read of a state goes any further than back into the state.

A flow may warm a cache. So a read counts only when its value is returned, raised, stored elsewhere or passed
out, or when it chooses between ways that differ in one of these. Flow of values is followed forward
through the registers of one function at a time; functions of the state's own modules hand on what they return.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from truthline.facts.code import (
    Attr,
    Bind,
    Build,
    BuildDict,
    Call,
    Const,
    DelItem,
    Instruction,
    Item,
    Leave,
    MakeFunction,
    Next,
    Phi,
    Raise,
    Register,
    Return,
    SetAttr,
    SetItem,
    StoreCell,
    StoreGlobal,
    Test,
    Yield,
    YieldFrom,
)
from truthline.program.engine.reach import reaches
from truthline.program.engine.units import Unit, operands
from truthline.program.engine.values import Context, External, Value
from truthline.program.slices import Slice
from truthline.program.states import StateObjects

_RETURNS = (Return, Yield, YieldFrom)


class Observation:
    """What one context does with a state."""

    __slots__ = ("observed", "reads", "returned", "writes")

    def __init__(self) -> None:
        self.reads: dict[Register, str] = {}
        self.writes: dict[Register, str] = {}
        self.observed: set[Register] = set()
        self.returned: set[Register] = set()


class Observer:
    """Looks at the contexts of a slice for one state."""

    def __init__(self, part: Slice, state: StateObjects) -> None:
        self.slice = part
        self.state = state
        self.containers = state.containers()
        self._known: dict[Context, Observation] = {}
        self._inside: dict[Context, tuple[Context, ...]] = {}

    # -- one context --------------------------------------------------------------------------

    def of(self, context: Context) -> Observation:
        """What a context itself reads and writes, and what of it gets out."""
        found = self._known.get(context)
        if found is None:
            found = self._known[context] = Observation()
            self._accesses(context, found)
            for source in [*found.reads, *self._returning_calls(context)]:
                self._follow(context, source, found)
            found.observed.update(filter(partial(_only_asks_whether_it_is_there, context.unit), found.reads))
        return found

    def _accesses(self, context: Context, found: Observation) -> None:
        for register in self.slice.executable(context):
            for mode, container, _ in self.slice.effects(context, register).touches:
                holder = self.containers.get(container)
                if holder is not None:
                    (found.reads if mode == "read" else found.writes).setdefault(register, holder)
            name = self.state.observed_name(context, register)
            if name is not None:
                found.reads.setdefault(register, name)
        if context.unit.name == "__init__":
            return  # a new object's first contents: nobody's state is written
        for kind in (StoreGlobal, SetAttr):
            for register, _ in context.unit.find(kind):
                name = (
                    self.state.stored_name(context, register) if reaches(self.slice.engine, context, register) else None
                )
                if name is not None:
                    found.writes.setdefault(register, name)

    def _returning_calls(self, context: Context) -> Iterable[Register]:
        """Calls of the state's functions that return what they observed."""
        for register in self.slice.executable(context):
            for target in self.slice.effects(context, register).targets:
                if self.state.holds(target.unit) and target is not context and self.of(target).returned:
                    yield register
                    break

    def _follow(self, context: Context, source: Register, found: Observation) -> None:
        tainted = {source}
        pending = [source]
        while pending:
            register = pending.pop()
            for user in context.unit.uses.get(register, ()):
                for reached in self._use(context, source, register, user, found):
                    if reached not in tainted:
                        tainted.add(reached)
                        pending.append(reached)

    def _use(
        self, context: Context, source: Register, register: Register, user: Register, found: Observation
    ) -> Iterable[Register]:
        """Where a tainted register goes: the registers that it taints; what gets out is noted."""
        instruction = context.unit.code.instructions[user]
        if isinstance(instruction, _RETURNS):
            found.returned.add(source)
        elif isinstance(instruction, (Raise, StoreCell, MakeFunction)):
            found.observed.add(source)
        elif isinstance(instruction, (StoreGlobal, SetAttr)):
            if instruction.value == register and self.state.stored_name(context, user) is None:
                found.observed.add(source)
        elif isinstance(instruction, SetItem):
            yield from self._stored(context, source, register, instruction, found)
        elif isinstance(instruction, Test):
            yield from self._chooses(context, source, user, found)
        elif isinstance(instruction, Call):
            yield from self._passed(context, source, register, user, found)
        elif isinstance(instruction, Bind):
            found.observed.add(source)
        elif not isinstance(instruction, (DelItem, Leave)):
            yield user

    def _stored(
        self, context: Context, source: Register, register: Register, store: SetItem, found: Observation
    ) -> Iterable[Register]:
        if register == store.base or self._is_state(context, store.base):
            return
        base = context.unit.code.instructions[store.base]
        if isinstance(base, (Build, BuildDict)):
            yield store.base
        elif not isinstance(base, (Item, Attr, Next)) or not self._from_state(context, store.base):
            found.observed.add(source)

    def _is_state(self, context: Context, register: Register) -> bool:
        values = self.slice.engine.value(context, register)
        return bool(values) and all(value in self.containers for value in values)

    def _from_state(self, context: Context, register: Register) -> bool:
        """Whether a register is taken out of the state (a container within it)."""
        seen: set[Register] = set()
        pending = [register]
        while pending:
            one = pending.pop()
            if one in seen:
                continue
            seen.add(one)
            if self._is_state(context, one):
                return True
            pending.extend(operands(context.unit.code.instructions[one]))
        return False

    def _passed(
        self, context: Context, source: Register, register: Register, user: Register, found: Observation
    ) -> Iterable[Register]:
        effects = self.slice.effects(context, user)
        outside = [target for target in effects.targets if not self.state.holds(target.unit)]
        call = context.unit.code.instructions[user]
        callees = self.slice.engine.value(context, call.func) if isinstance(call, Call) else frozenset()
        if outside or any(_leaves(value) for value in callees) or (effects.unknown and not effects.targets):
            found.observed.add(source)
            return
        yield user
        if isinstance(call, Call) and register != call.func:
            yield from self._filled(context, call)

    def _filled(self, context: Context, call: Call) -> Iterable[Register]:
        """`xs.append(tainted)` taints `xs`, unless that is the state itself."""
        func = context.unit.code.instructions[call.func]
        if isinstance(func, Attr) and not self._is_state(context, func.base):
            base = context.unit.code.instructions[func.base]
            if isinstance(base, (Build, BuildDict)):
                yield func.base

    # -- choices ------------------------------------------------------------------------------

    def _chooses(self, context: Context, source: Register, test: Register, found: Observation) -> Iterable[Register]:
        unit = context.unit
        for number, block in enumerate(unit.code.blocks):
            if block.test != test:
                continue
            regions = [_region(unit, number, successor) for successor in block.successors]
            for region in regions:
                for inside in region:
                    for register in unit.code.blocks[inside].registers:
                        self._chosen(context, source, register, found)
            yield from _joined(unit, number, set().union(*regions))

    def _chosen(self, context: Context, source: Register, register: Register, found: Observation) -> None:
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, Return):
            if not _always_none(context.unit):
                found.returned.add(source)
        elif isinstance(instruction, Raise):
            if instruction.value is not None:
                found.observed.add(source)
        elif isinstance(instruction, _RETURNS):
            found.returned.add(source)
        elif isinstance(instruction, (StoreGlobal, SetAttr)) and not self._stays_inside(context, register, instruction):
            found.observed.add(source)

    def _stays_inside(self, context: Context, register: Register, instruction: StoreGlobal | SetAttr) -> bool:
        return self.state.stored_name(context, register) is not None or self._builds_state(context, instruction)

    def _builds_state(self, context: Context, instruction: StoreGlobal | SetAttr) -> bool:
        """Creating the holder on first use."""
        value = instruction.value
        return any(self.state.defined_here(one) for one in self.slice.engine.value(context, value))

    # -- calls into the state's modules -------------------------------------------------------

    def inside(self, context: Context) -> tuple[Context, ...]:
        """A context of the state's modules and all that it executes there."""
        found = self._inside.get(context)
        if found is None:
            reached: dict[Context, None] = {context: None}
            pending = [context]
            while pending:
                for _, target in self.slice.edges(pending.pop()):
                    if self.state.holds(target.unit) and target not in reached:
                        reached[target] = None
                        pending.append(target)
            found = self._inside[context] = tuple(reached)
        return found


def _only_asks_whether_it_is_there(unit: Unit, register: Register) -> bool:
    """Whether an item is taken that nobody uses: what it says is that it is there, or a KeyError."""
    return isinstance(unit.code.instructions[register], Item) and not unit.uses.get(register)


def _leaves(value: Value) -> bool:
    return isinstance(value, External) and not value.path.startswith(("logging.", "builtins."))


def _region(unit: Unit, branch: int, successor: int) -> set[int]:
    """The blocks that are reached only by way of one successor of a branch."""
    comes_from = [
        number
        for number, block in enumerate(unit.code.blocks)
        if successor in block.successors and not unit.dominance.dominates(successor, number)
    ]
    if comes_from != [branch]:
        return set()
    return set(unit.dominance.dominated(successor))


def _joined(unit: Unit, branch: int, regions: set[int]) -> Iterable[Register]:
    """The phis where the ways of a branch come together: their value tells which way was taken."""
    targets: set[int] = set()
    for number in regions | {branch}:
        targets |= {one for one in unit.code.blocks[number].successors if one not in regions}
    for target in sorted(targets):
        for register in unit.code.blocks[target].registers:
            if isinstance(unit.code.instructions[register], Phi):
                yield register


def _always_none(unit: Unit) -> bool:
    returns = [instruction for _, instruction in unit.find(Return)]
    return all(_is_none(unit.code.instructions[one.value]) for one in returns)


def _is_none(instruction: Instruction) -> bool:
    return isinstance(instruction, Const) and instruction.value is None
