"""Markers that are due: whether each way past what asks for one comes past a call that logs it.

A duty begins at an instruction (the call of a decision, a write of evidence, the failure of one) and ends with the
marker. The ways are those of `evidence.passages`; calls are entered with the standing that they are made in, and come
back with every standing in which they can end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.evidence.passages import End, Passages, Taken, Told
from truthline.program.evidence.persisting import COMMITS, UNDOES, is_called
from truthline.program.evidence.success import Outcomes, returns_values
from truthline.program.evidence.terms import Place, Site
from truthline.program.logs.clauses import fails_as_expected
from truthline.program.logs.emitted import Emissions, arguments

Standing = Literal["before", "due", "done"]
"""Nothing is owed yet; the marker is due; it is logged, or need not be any more."""
Kind = Literal["decision", "success", "failure"]
"""What the marker tells: that a decision was made, that evidence was persisted, that it was not."""
Begins = Callable[[Context, Register, tuple[Site, ...]], bool]
_DEEPEST = 10


class Lapse(msgspec.Struct, frozen=True):
    """A way that leaves a function with the marker still due: where the duty began, the tests, and how it leaves."""

    context: Context
    began: Register | None
    tests: tuple[Register, ...]
    last: Register


class _On(msgspec.Struct, frozen=True):
    """A way's standing, and the instruction at which the duty began in this function."""

    standing: Standing
    began: Register | None = None


class _Exit(msgspec.Struct, frozen=True):
    """How a call can end: with what standing, and whether it says that it has succeeded; `raised` by an exception."""

    standing: Standing
    says: bool | None = None
    raised: bool = False


class Duty:
    """One marker, in one slice."""

    loops_have_items = False

    def __init__(self, emissions: Emissions, kind: Kind, marker: str, begins: Begins) -> None:
        self.emissions = emissions
        self.engine = emissions.engine
        self.kind = kind
        self.marker = marker
        self._begins = begins
        self._passing = emissions.queries.passing
        self._outcomes = Outcomes(emissions.queries)
        self._passages: Passages[_On] = Passages(self.engine, self)
        self._exits: dict[tuple[Context, Standing, tuple[Site, ...]], frozenset[_Exit]] = {}
        self._entered: set[tuple[Context, Standing]] = set()
        self._beginning: dict[tuple[Context, Register, tuple[Site, ...]], bool] = {}
        self._raising: dict[Context, bool] = {}
        self._concerned: frozenset[Context] | None = None
        self._marks: bool | None = None

    def lapses(self, context: Context, start: Standing = "before", stack: tuple[Site, ...] = ()) -> list[Lapse]:
        """The ways out of a function on which the marker is still due, one for each place at which they leave.

        Where the duty began in a function that was called and came back with it, the place is there.
        """
        found: dict[tuple[Context, Register], Lapse] = {}
        for end in self._passages.ends(context, _On(start), stack):
            if self._is_lapse(context, end, stack):
                for lapse in self._deepest(context, end, stack):
                    found.setdefault((lapse.context, lapse.last), lapse)
        return list(found.values())

    def _deepest(self, context: Context, end: End[_On], stack: tuple[Site, ...]) -> Iterable[Lapse]:
        began = end.standing.began
        if began is not None and len(stack) < _DEEPEST and not self._begins_at(context, began, stack):
            inner = [
                lapse
                for callee in self._concerned_callees(context, began)
                for lapse in self.lapses(callee, "before", (*stack, (context, began)))
            ]
            if inner:
                yield from inner
                return
        yield Lapse(context, began, end.tests, end.last)

    def _is_lapse(self, context: Context, end: End[_On], stack: tuple[Site, ...]) -> bool:
        standing = end.standing.standing
        if end.value is None:  # by an exception
            is_open = _is_written(context.unit, end.last) or not self._is_ever_logged()
            return self.kind == "failure" and standing == "due" and is_open
        if self.kind == "decision":
            return standing == "due"
        fails = self._outcomes.is_failure(context, end.value, dict(end.truths), stack)
        if self.kind == "success":
            return standing == "due" and not fails
        return standing == "due" or (standing == "before" and fails)

    def _is_ever_logged(self) -> bool:
        """Whether the slice logs the marker anywhere: then its author has thought of what fails silently."""
        if self._marks is None:
            self._marks = any(True for _ in self.emissions.of(self.marker))
        return self._marks

    # -- what instructions do -----------------------------------------------------------------

    def raised(self, context: Context, register: Register, standing: _On, stack: tuple[Site, ...]) -> Iterable[_On]:
        """What comes out of an instruction by an exception."""
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, ir.Raise):
            yield standing
        if not isinstance(instruction, ir.Call):
            if self.kind == "decision" and fails_as_expected(self.emissions.outside, context, register):
                yield standing
            return
        begun = self._begun(context, register, standing, stack)
        callees = self._concerned_callees(context, register)
        if callees:
            for one in self._called(callees, context, register, begun, stack):
                if one.raised:
                    yield self._after(one.standing, begun, register)
        elif self._can_raise(context, register, instruction) or (
            self.kind == "decision" and fails_as_expected(self.emissions.outside, context, register)
        ):
            yield self._failed(context, register, standing, begun, stack)

    def _failed(self, context: Context, register: Register, standing: _On, begun: _On, stack: tuple[Site, ...]) -> _On:
        """An instruction itself has raised: a write is not done; a decision was asked."""
        if self.kind == "decision":
            return begun
        is_write = self._begins_at(context, register, stack)
        if not (is_write or is_called(self._passing, context, register, COMMITS)):
            return standing
        if self.kind == "success":
            return _On("before")
        return standing if standing.standing == "done" and not is_write else _On("due", register)

    def done(
        self, context: Context, register: Register, standing: _On, stack: tuple[Site, ...], taken: Taken
    ) -> Iterable[Told[_On]]:
        """An instruction has come to its end."""
        begun = self._begun(context, register, standing, stack)
        if self.kind == "success" and is_called(self._passing, context, register, UNDOES):
            begun = _On("before")
        if self._is_marked(context, register, stack, taken):
            yield self._marked(begun), None
            return
        callees = self._concerned_callees(context, register)
        if not callees:
            yield self._finished(context, register, standing, begun, stack), None
            return
        exits = [one for one in self._called(callees, context, register, begun, stack) if not one.raised]
        for one in sorted(exits, key=repr):
            yield self._after(one.standing, begun, register), one.says

    def _finished(
        self, context: Context, register: Register, standing: _On, begun: _On, stack: tuple[Site, ...]
    ) -> _On:
        """After an instruction that has nothing to do with the marker; a write makes good an attempt that failed."""
        if self.kind != "failure":
            return begun
        is_made_good = standing.standing == "due" and self._begins_at(context, register, stack)
        return _On("before") if is_made_good else standing

    def _marked(self, standing: _On) -> _On:
        """After the marker: a new decision is a new duty, and success that was claimed too early tells nothing."""
        if self.kind == "decision" or (self.kind == "success" and standing.standing == "before"):
            return _On("before")
        return _On("done")

    def answered(
        self, context: Context, subject: Register, says_true: bool, standing: _On, stack: tuple[Site, ...]
    ) -> _On | None:
        """A test of whether a level is enabled is no way around a marker."""
        call = context.unit.code.instructions[subject]
        func = context.unit.code.instructions[call.func] if isinstance(call, ir.Call) else None
        if isinstance(func, ir.Attr) and func.name == "isEnabledFor" and not says_true:
            return None
        return standing

    def _after(self, standing: Standing, before: _On, register: Register) -> _On:
        if standing == before.standing:
            return before
        return _On(standing, register if standing == "due" else None)

    def _begun(self, context: Context, register: Register, standing: _On, stack: tuple[Site, ...]) -> _On:
        if standing.standing == "done" or not self._begins_at(context, register, stack):
            return standing
        return _On("due", register)

    def _begins_at(self, context: Context, register: Register, stack: tuple[Site, ...]) -> bool:
        key = (context, register, stack)
        found = self._beginning.get(key)
        if found is None:
            is_possible = context.unit.can_execute(register)
            found = self._beginning[key] = is_possible and self._begins(context, register, stack)
        return found

    def _is_marked(self, context: Context, register: Register, stack: tuple[Site, ...], taken: Taken) -> bool:
        call = context.unit.code.instructions[register]
        if not isinstance(call, ir.Call):
            return False
        place = Place(context, register, stack)
        given = tuple(map(taken, arguments(call)))
        if self.emissions.is_emitting(context, register):
            return bool(self.emissions.says(place, self.marker, given))
        if self.emissions.is_named_so(context, register) and not self._concerned_callees(context, register):
            return bool(self.emissions.says(place, self.marker, given))
        return False

    # -- calls --------------------------------------------------------------------------------

    def _called(
        self, callees: Iterable[Context], context: Context, register: Register, begun: _On, stack: tuple[Site, ...]
    ) -> Iterable[_Exit]:
        inner = (*stack, (context, register))
        found = {one: None for callee in callees for one in self.exits(callee, begun.standing, inner)}
        if any(one not in self._all_concerned() for one in self._callees(context, register)):
            found[_Exit(begun.standing)] = None  # another function may be meant, which has nothing to do with it
        return found

    def exits(self, context: Context, start: Standing, stack: tuple[Site, ...]) -> frozenset[_Exit]:
        """How a call can end; one that calls itself must come to an end by another way."""
        key = (context, start, stack)
        found = self._exits.get(key)
        if found is None:
            if (context, start) in self._entered:
                return frozenset()
            self._entered.add((context, start))
            if len(stack) > _DEEPEST:
                found = frozenset((_Exit(start),))
            else:
                ends = self._passages.ends(context, _On(start), stack)
                found = frozenset(self._exit(context, end, stack) for end in ends)
            self._entered.discard((context, start))
            self._exits[key] = found
        return found

    def _exit(self, context: Context, end: End[_On], stack: tuple[Site, ...]) -> _Exit:
        standing = end.standing.standing
        if end.value is None:
            return _Exit(standing, None, raised=True)
        if self.kind == "decision" or not returns_values(context.unit):
            return _Exit(standing)
        fails = self._outcomes.is_failure(context, end.value, dict(end.truths), stack)
        return _Exit(standing, not fails)

    def _concerned_callees(self, context: Context, register: Register) -> list[Context]:
        """The functions that a call runs in which the duty can begin or be met."""
        concerned = self._all_concerned()
        return [one for one in self._callees(context, register) if one in concerned]

    def _callees(self, context: Context, register: Register) -> Iterable[Context]:
        """What an instruction runs; a generator around a `with` counts where that ends, and not where it begins."""
        unit = context.unit
        instruction = unit.code.instructions[register]
        found = self._passing.callees(context, register)
        if isinstance(instruction, ir.Enter):
            return [one for one in found if not one.unit.code.is_generator]
        if isinstance(instruction, ir.Leave):
            entered = [one for one, enter in unit.find(ir.Enter) if enter.base == instruction.base]
            suspended = [callee for one in entered for callee in self._passing.callees(context, one)]
            return (*found, *(one for one in suspended if one.unit.code.is_generator))
        return found

    def _all_concerned(self) -> frozenset[Context]:
        if self._concerned is None:
            self._concerned = frozenset()
            found: set[Context] = set()
            pending = [context for context in self.emissions.slice.arrivals if self._is_concerned(context)]
            while pending:
                context = pending.pop()
                if context not in found:
                    found.add(context)
                    pending += [caller for caller, _ in self._passing.callers(context)]
            self._concerned = frozenset(found)
        return self._concerned

    def _is_concerned(self, context: Context) -> bool:
        for register in context.unit.executable:
            if self._begins_at(context, register, ()):
                return True
            if isinstance(context.unit.code.instructions[register], ir.Call):
                place = Place(context, register)
                if (
                    self.emissions.is_emitting(context, register)
                    and self.emissions.says(place, self.marker) is not False
                ):
                    return True
        return False

    # -- exceptions ---------------------------------------------------------------------------

    def _can_raise(self, context: Context, register: Register, call: ir.Call) -> bool:
        """Whether it is to be reckoned with that a call raises: it asks a database or the like, or contains `raise`."""
        if self.emissions.outside.only_logs(context, register, call):
            return False
        if self._passing.callees(context, register):
            return any(self._contains_raise(one) for one in self._passing.callees(context, register))
        if self.emissions.queries.at(context, register):
            func = context.unit.code.instructions[call.func]
            return not (isinstance(func, ir.Attr) and func.name in ("add", "add_all"))
        return self.emissions.outside.is_external(context, call) and self.emissions.outside.writes(
            context, register, call
        )

    def _contains_raise(self, context: Context) -> bool:
        found = self._raising.get(context)
        if found is None:
            self._raising[context] = False
            unit = context.unit
            says_so = any(one.value is not None for _, one in unit.find(ir.Raise))
            calls = [(register, call) for register, call in unit.find(ir.Call) if unit.place(register)]
            found = says_so or any(self._can_raise(context, register, call) for register, call in calls)
            self._raising[context] = found
        return found


def _is_written(unit: Unit, register: Register) -> bool:
    """Whether a `raise` stands in the text: not what lets pass an exception that no clause has caught."""
    instruction = unit.code.instructions[register]
    line, column, end_line, end_column = unit.code.where(register)
    is_bare = (end_line, end_column) == (line, column + len("raise"))
    return isinstance(instruction, ir.Raise) and (instruction.value is not None or is_bare)
