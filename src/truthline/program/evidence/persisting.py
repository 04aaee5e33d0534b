"""Whether a function can return success without having written a table: the ways through its body, one by one.

A way is followed from block to block with what it has settled so far: whether the table is written, which value each
join has taken, and which tests have said yes. An exception leaves a block before anything in it has happened; one out
of a commit, and a rollback, undo what was written. A loop over items is taken to have an item.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from typing import Literal

import msgspec

from truthline.facts.code import (
    Attr,
    Await,
    Call,
    Compare,
    Const,
    Enter,
    Hint,
    Leave,
    Narrow,
    Next,
    Phi,
    Register,
    Return,
    Test,
    Unary,
)
from truthline.program.engine.reach import reaches
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context, External, Instance, Value
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.success import Outcomes
from truthline.program.evidence.tables import Table
from truthline.program.evidence.terms import Site

Persists = Literal["always", "success", "not"]
"""A call writes whenever it returns, whenever it returns a true value, or there is a way on which it does not."""
_MOST_STATES = 6_000
_DEEPEST = 12
_COMMITS = ("commit", "acommit", "flush")
_UNDOES = ("rollback", "arollback")


MayWrite = Callable[[Context, Register], bool]
"""Whether a call of which not every target is known could be the write."""


class _State(msgspec.Struct, frozen=True):
    """Where a way stands: the block, the block before it, and what is settled.

    `taken` are the arguments of joins, `truths` the answers of tests, both by register.
    """

    block: int
    before: int
    written: bool = False
    taken: frozenset[tuple[Register, Register]] = frozenset()
    truths: frozenset[tuple[Register, bool]] = frozenset()


class Lapse(msgspec.Struct, frozen=True):
    """A way that returns success without having written: the tests that it passes, and the return at its end."""

    tests: tuple[Register, ...]
    returned: Register


class Persisting:
    """The writes to one piece of evidence, in the slice of its producers."""

    def __init__(
        self, queries: Queries, tables: tuple[Table, ...], may_write: Callable[[Context, Register], bool]
    ) -> None:
        self.queries = queries
        self.engine = queries.engine
        self.outcomes = Outcomes(queries)
        self._tables = tables
        self._may_write = may_write
        self._known: dict[tuple[Context, tuple[Site, ...]], Persists] = {}
        self._writing: dict[tuple[Context, Register, tuple[Site, ...]], Persists] = {}

    def lapses(self, context: Context, stack: tuple[Site, ...] = ()) -> list[Lapse]:
        """Every return of success that is not preceded by a write, with the shortest way to it."""
        found: dict[Register, Lapse] = {}
        for state, tests, returned in self._ways(context, stack):
            if self._is_lapse(context, state, returned, stack):
                found.setdefault(returned, Lapse(tests, returned))
        return [found[register] for register in sorted(found)]

    def persists(self, context: Context, stack: tuple[Site, ...]) -> Persists:
        """What a call of a function does to the table; one that calls itself must come to an end by another way."""
        key = (context, stack)
        found = self._known.get(key)
        if found is None:
            self._known[key] = "always"
            found = self._known[key] = self._judge(context, stack) if len(stack) <= _DEEPEST else "not"
        return found

    def _judge(self, context: Context, stack: tuple[Site, ...]) -> Persists:
        unwritten = [(state, returned) for state, _, returned in self._ways(context, stack) if not state.written]
        if not unwritten:
            return "always"
        if any(self._is_lapse(context, state, returned, stack) for state, returned in unwritten):
            return "not"
        return "success"

    def _is_lapse(self, context: Context, state: _State, returned: Register, stack: tuple[Site, ...]) -> bool:
        """Whether a way that ends there says that it has succeeded, although it has not written."""
        if state.written:
            return False
        instruction = context.unit.code.instructions[returned]
        if not isinstance(instruction, Return):
            return False
        value = self._resolved(context.unit, state, instruction.value)
        if self.persists_at(context, value, stack) == "success":
            return False
        return not self.outcomes.is_failure(context, value, dict(state.truths), stack)

    # -- ways ---------------------------------------------------------------------------------

    def _ways(
        self, context: Context, stack: tuple[Site, ...]
    ) -> Iterable[tuple[_State, tuple[Register, ...], Register]]:
        """The states in which ways end in a return, the tests on the way, and the return."""
        start = _State(0, -1)
        pending: deque[tuple[_State, tuple[Register, ...]]] = deque([(start, ())])
        seen = {start}
        while pending and len(seen) < _MOST_STATES:
            state, tests = pending.popleft()
            state, returned, following = self._through(context, state, stack)
            if returned is not None:
                yield state, tests, returned
            test = context.unit.code.blocks[state.block].test
            passed = (*tests, test) if test is not None else tests
            for one in following:
                if one not in seen:
                    seen.add(one)
                    pending.append((one, passed))

    def _through(
        self, context: Context, state: _State, stack: tuple[Site, ...]
    ) -> tuple[_State, Register | None, list[_State]]:
        """Goes through a block: the state at its end, the return in it, and the states that follow."""
        unit = context.unit
        block = unit.code.blocks[state.block]
        if block.registers and not reaches(self.engine, context, block.registers[0]):
            return state, None, []
        state = self._joined(unit, state)
        following = [
            self._thrown(context, state, handler) for handler in block.handlers if self._can_raise(unit, state)
        ]
        for register in block.registers:
            state = self._done(context, state, register, stack)
            if isinstance(unit.code.instructions[register], Return):
                return state, register, following
        return state, None, following + list(self._onward(context, state, stack))

    def _joined(self, unit: Unit, state: _State) -> _State:
        """The values that the joins at the head of a block take on this way."""
        taken = dict(state.taken)
        for register in unit.code.blocks[state.block].registers:
            phi = unit.code.instructions[register]
            if isinstance(phi, Phi):
                argument = _argument(unit, phi, state.before)
                if argument is not None:
                    taken[register] = taken.get(argument, argument)
                else:
                    taken.pop(register, None)
        return msgspec.structs.replace(state, taken=frozenset(taken.items()))

    def _can_raise(self, unit: Unit, state: _State) -> bool:
        executable = set(unit.executable)
        return any(register in executable for register in unit.code.blocks[state.block].registers)

    def _thrown(self, context: Context, state: _State, handler: int) -> _State:
        """An exception leaves the block before anything in it has happened; out of a commit, nothing is kept."""
        registers = context.unit.code.blocks[state.block].registers
        undone = any(self._is_called(context, register, _COMMITS) for register in registers)
        return _State(handler, state.block, state.written and not undone, state.taken, state.truths)

    def _done(self, context: Context, state: _State, register: Register, stack: tuple[Site, ...]) -> _State:
        """An instruction is executed."""
        if self._is_called(context, register, _UNDOES):
            return msgspec.structs.replace(state, written=False)
        if state.written or self.persists_at(context, register, stack) != "always":
            return state
        return msgspec.structs.replace(state, written=not self._is_suppressed(context, register))

    def _onward(self, context: Context, state: _State, stack: tuple[Site, ...]) -> Iterable[_State]:
        """The states after a block, by the answers that its test can give on this way."""
        unit = context.unit
        block = unit.code.blocks[state.block]
        asked = unit.code.instructions[block.test] if block.test is not None else None
        if isinstance(asked, Next) and len(block.successors) == 2:
            entered = state.before < 0 or not unit.dominance.dominates(state.block, state.before)
            yield from (self._moved(state, successor) for successor in block.successors[: 1 if entered else 2])
        elif isinstance(asked, Test) and len(block.successors) == 2:
            for answer, successor in zip((True, False), block.successors, strict=True):
                told = self._told(context, state, asked.value, answer, stack)
                if told is not None:
                    yield self._moved(told, successor)
        else:
            yield from (self._moved(state, successor) for successor in block.successors)

    def _moved(self, state: _State, block: int) -> _State:
        return msgspec.structs.replace(state, block=block, before=state.block)

    def _told(
        self, context: Context, state: _State, register: Register, answer: bool, stack: tuple[Site, ...]
    ) -> _State | None:
        """What an answer tells; None where it cannot be given on this way."""
        register = self._resolved(context.unit, state, register)
        known = dict(state.truths).get(register)
        constant = context.unit.code.instructions[register]
        if known is None and isinstance(constant, Const):
            known = bool(constant.value)
        if known is not None and known != answer:
            return None
        subject, says_true = self._subject(context.unit, state, register, answer)
        succeeded = says_true and self.persists_at(context, subject, stack) == "success"
        truths = state.truths | {(register, answer), (subject, says_true)}
        return msgspec.structs.replace(state, truths=truths, written=state.written or succeeded)

    def _subject(self, unit: Unit, state: _State, register: Register, answer: bool) -> tuple[Register, bool]:
        """What is asked, and whether the answer says that it is true: `not x`, `x is None`, `x == False`."""
        instruction = unit.code.instructions[register]
        if isinstance(instruction, Unary) and instruction.op == "not":
            return self._subject(unit, state, self._resolved(unit, state, instruction.operand), not answer)
        if isinstance(instruction, Compare) and instruction.op in ("is", "eq"):
            right = unit.code.instructions[instruction.right]
            if isinstance(right, Const):
                equal = answer != instruction.negated
                return self._resolved(unit, state, instruction.left), equal == bool(right.value)
        return register, answer

    def _resolved(self, unit: Unit, state: _State, register: Register) -> Register:
        """The register that a copy stands for on this way."""
        taken = dict(state.taken)
        for _ in range(_DEEPEST):
            instruction = unit.code.instructions[register]
            if register in taken:
                register = taken[register]
            elif isinstance(instruction, (Narrow, Await)):
                register = instruction.value if isinstance(instruction, Narrow) else instruction.base
            elif isinstance(instruction, Hint) and instruction.value is not None:
                register = instruction.value
            else:
                break
        return register

    # -- writes -------------------------------------------------------------------------------

    def persists_at(self, context: Context, register: Register, stack: tuple[Site, ...]) -> Persists:
        """What an instruction does to the table."""
        key = (context, register, stack)
        found = self._writing.get(key)
        if found is None:
            found = self._writing[key] = self._find(context, register, stack)
        return found

    def _find(self, context: Context, register: Register, stack: tuple[Site, ...]) -> Persists:
        if register not in context.unit.executable:
            return "not"
        if self._raises(context, register):
            return "always"
        queries = self.queries.of_call((context, register), stack)
        if queries is not None:
            every = all(one.unread or any(one.writes_of(table) for table in self._tables) for one in queries)
            return "always" if every else "not"
        callees = self.queries.passing.callees(context, register)
        if callees:
            return _least({self.persists(callee, (*stack, (context, register))) for callee in callees})
        if not self.engine.execute(context, register).unknown:
            return "not"
        siblings = [one for one in self._siblings(context) if self.queries.passing.callees(one, register)]
        if siblings:  # nothing is known here of a receiver that is known where the function is called otherwise
            return _least({self.persists_at(one, register, stack) for one in siblings})
        return "always" if self._may_write(context, register) else "not"

    def _raises(self, context: Context, register: Register) -> bool:
        """Whether a call is one of an attribute of None: no way goes on from there."""
        call = context.unit.code.instructions[register]
        callees = self.engine.value(context, call.func) if isinstance(call, Call) else ()
        outside = [callee.path for callee in callees if isinstance(callee, External)]
        return 0 < len(callees) == len(outside) and all(path.startswith("builtins.NoneType.") for path in outside)

    def _siblings(self, context: Context) -> list[Context]:
        """The other contexts of the slice in which the same function runs."""
        return [one for one in self.queries.slice.arrivals if one.unit is context.unit and one is not context]

    def _is_called(self, context: Context, register: Register, names: tuple[str, ...]) -> bool:
        """Whether an instruction calls a method of one of these names of something outside."""
        call = context.unit.code.instructions[register]
        func = context.unit.code.instructions[call.func] if isinstance(call, Call) else None
        if not isinstance(func, Attr) or func.name not in names:
            return False
        return not self.queries.passing.callees(context, register)

    def _is_suppressed(self, context: Context, register: Register) -> bool:
        """Whether an exception of the instruction is swallowed by `with suppress(...)` around it."""
        unit = context.unit
        left = {leave.base: number for number, leave in unit.find(Leave)}
        entered = [(number, enter.base) for number, enter in unit.find(Enter)]
        around = [base for number, base in entered if number < register < left.get(base, 0)]
        return any(_suppresses(value) for base in around for value in self.engine.value(context, base))


def _least(found: Collection[Persists]) -> Persists:
    """What several targets of a call have in common."""
    return "not" if "not" in found else "success" if "success" in found else "always"


def _argument(unit: Unit, phi: Phi, before: int) -> Register | None:
    """The argument that a join takes after a block; in a handler, the last that was settled when that block began."""
    if phi.sources:
        arguments = {arg for arg, source in zip(phi.args, phi.sources, strict=True) if source == before}
        return arguments.pop() if len(arguments) == 1 else None
    places = {arg: place for arg in phi.args if (place := unit.place(arg)) is not None}
    settled = [
        arg for arg, (number, _) in places.items() if number != before and unit.dominance.dominates(number, before)
    ]
    last: Register | None = None
    for arg in settled:
        if last is None or unit.dominance.dominates(places[last][0], places[arg][0]):
            last = arg
    return last


def _suppresses(value: Value) -> bool:
    if isinstance(value, Instance):
        return value.cls.unit.symbol == "contextlib:suppress"
    if isinstance(value, Class):
        return False
    return isinstance(value, External) and value.path.startswith("contextlib.suppress")
