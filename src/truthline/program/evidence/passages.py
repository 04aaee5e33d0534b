"""The ways through a body, one by one, with what has happened on each of them.

A way is followed from block to block with the value that each join has taken, the tests that have been answered, and
its *standing*: what a question (`Course`) wants to know of it, such as whether a table is written. TL130 asks whether
evidence is written before success is said, TL601 whether a marker is logged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Generic, Protocol, TypeVar

import msgspec

from truthline.facts.code import (
    Attr,
    Await,
    Build,
    Call,
    Compare,
    Const,
    Hint,
    Item,
    Load,
    Narrow,
    Next,
    Param,
    Phi,
    Raise,
    Register,
    Return,
    Test,
    Unary,
    Unpack,
)
from truthline.program.engine.engine import Engine
from truthline.program.engine.reach import reaches
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.evidence.passed import passed_truth
from truthline.program.evidence.success import FLAGS
from truthline.program.evidence.terms import Site

_MOST_STATES = 6_000
_DEEPEST = 12
S = TypeVar("S")
Taken = Callable[[Register], Register]
"""What a register is a copy of on a way: the argument that a join has taken."""
Told = tuple[S, "bool | None"]
"""A standing after an instruction, and whether its result says that it has succeeded, where that is known."""


class Course(Protocol[S]):
    """What is followed along the ways, and what instructions do to it.

    `loops_have_items`: whether a loop over a collection of which nothing is known runs at least once.
    """

    loops_have_items: bool

    def raised(self, context: Context, register: Register, standing: S, stack: tuple[Site, ...]) -> Iterable[S]:
        """The standings in which an exception can come out of an instruction."""
        ...

    def done(
        self, context: Context, register: Register, standing: S, stack: tuple[Site, ...], taken: Taken
    ) -> Iterable[Told[S]]:
        """The standings after an instruction that has come to its end."""
        ...

    def answered(
        self, context: Context, subject: Register, says_true: bool, standing: S, stack: tuple[Site, ...]
    ) -> S | None:
        """The standing after a test of what a register holds; None where it cannot give this answer."""
        ...


class _State(msgspec.Struct, Generic[S], frozen=True):
    """Where a way stands: the block, the block before it, and what is settled.

    `taken` are the arguments of joins, `truths` the answers of tests, both by register.
    """

    block: int
    before: int
    standing: S
    taken: frozenset[tuple[Register, Register]] = frozenset()
    truths: frozenset[tuple[Register, bool]] = frozenset()


class End(msgspec.Struct, Generic[S], frozen=True):
    """How a way ends: its standing, the tests that it passes, and the instruction by which it leaves.

    That is a Return, or one out of which an exception comes that the body does not catch. `value` is what is returned
    on this way.
    """

    standing: S
    tests: tuple[Register, ...]
    last: Register
    value: Register | None
    truths: frozenset[tuple[Register, bool]]


class Passages(Generic[S]):
    """The ways through bodies under one question."""

    def __init__(self, engine: Engine, course: Course[S]) -> None:
        self.engine = engine
        self.course = course

    def ends(self, context: Context, start: S, stack: tuple[Site, ...]) -> Iterator[End[S]]:
        """The ends of the ways, those with the fewest blocks first."""
        first: _State[S] = _State(0, -1, start)
        pending: deque[tuple[_State[S], tuple[Register, ...]]] = deque([(first, ())])
        seen = {first}
        while pending and len(seen) < _MOST_STATES:
            state, tests = pending.popleft()
            following: list[_State[S]] = []
            yield from self._through(context, state, tests, stack, following)
            test = context.unit.code.blocks[state.block].test
            passed = (*tests, test) if test is not None else tests
            for one in following:
                if one not in seen:
                    seen.add(one)
                    pending.append((one, passed))

    def _through(
        self,
        context: Context,
        state: _State[S],
        tests: tuple[Register, ...],
        stack: tuple[Site, ...],
        following: list[_State[S]],
    ) -> Iterator[End[S]]:
        """Goes through a block: the ends in it, and the states that follow."""
        unit = context.unit
        block = unit.code.blocks[state.block]
        if block.registers and not reaches(self.engine, context, block.registers[0]):
            return
        states = [self._joined(unit, state)]
        for register in block.registers:
            for one in states:
                for thrown in self.course.raised(context, register, one.standing, stack):
                    following += [_State(to, state.block, thrown, one.taken, one.truths) for to in block.handlers]
                    if not block.handlers:
                        yield End(thrown, tests, register, None, one.truths)
            instruction = unit.code.instructions[register]
            if isinstance(instruction, Raise):
                return
            states = list(dict.fromkeys(after for one in states for after in self._done(context, one, register, stack)))
            if isinstance(instruction, Return):
                for one in states:
                    value = self._resolved(unit, one, instruction.value)
                    yield End(one.standing, tests, register, value, one.truths)
                return
        for one in states:
            following += self._onward(context, one, stack)

    def _done(
        self, context: Context, state: _State[S], register: Register, stack: tuple[Site, ...]
    ) -> Iterable[_State[S]]:
        taken = partial(self._resolved, context.unit, state)
        for standing, says in self.course.done(context, register, state.standing, stack, taken):
            truths = state.truths if says is None else state.truths | {(register, says)}
            yield msgspec.structs.replace(state, standing=standing, truths=truths)

    def _joined(self, unit: Unit, state: _State[S]) -> _State[S]:
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

    def _onward(self, context: Context, state: _State[S], stack: tuple[Site, ...]) -> Iterable[_State[S]]:
        """The states after a block, by the answers that its test can give on this way."""
        unit = context.unit
        block = unit.code.blocks[state.block]
        asked = unit.code.instructions[block.test] if block.test is not None else None
        if isinstance(asked, Next) and len(block.successors) == 2:
            entered = state.before < 0 or not unit.dominance.dominates(state.block, state.before)
            has_items = self.course.loops_have_items or self._has_items(unit, state, asked)
            ways = block.successors[:1] if entered and has_items else block.successors
            yield from (self._moved(state, successor) for successor in ways)
        elif isinstance(asked, Test) and len(block.successors) == 2:
            for answer, successor in zip((True, False), block.successors, strict=True):
                told = self._told(context, state, asked.value, answer, stack)
                if told is not None:
                    yield self._moved(told, successor)
        else:
            yield from (self._moved(state, successor) for successor in block.successors)

    def _has_items(self, unit: Unit, state: _State[S], asked: Next) -> bool:
        """Whether what is iterated over is a display that is not empty, or a `range` of some steps."""
        base = unit.code.instructions[self._resolved(unit, state, asked.base)]
        if isinstance(base, Call):
            return _counts(unit, base)
        return isinstance(base, Build) and len(base.items) > len(base.stars)

    def _moved(self, state: _State[S], block: int) -> _State[S]:
        return msgspec.structs.replace(state, block=block, before=state.block)

    def _told(
        self, context: Context, state: _State[S], register: Register, answer: bool, stack: tuple[Site, ...]
    ) -> _State[S] | None:
        """What an answer tells; None where it cannot be given on this way."""
        register = self._resolved(context.unit, state, register)
        truths = dict(state.truths)
        known = truths.get(register)
        constant = context.unit.code.instructions[register]
        if known is None and isinstance(constant, Const):
            known = bool(constant.value)
        elif known is None and isinstance(constant, Param) and stack:
            known = passed_truth(self.engine, stack[-1], context.unit, constant.index)
        subject, says_true = self._subject(context.unit, state, register, answer)
        if known not in (None, answer) or truths.get(subject) not in (None, says_true):
            return None
        standing = self.course.answered(context, subject, says_true, state.standing, stack)
        if standing is None:
            return None
        settled = state.truths | {(register, answer), (subject, says_true)}
        return msgspec.structs.replace(state, truths=settled, standing=standing)

    def _subject(self, unit: Unit, state: _State[S], register: Register, answer: bool) -> tuple[Register, bool]:
        """What is asked, and whether the answer says that it is true: `not x`, `x is None`, `x == False`, `x.ok`."""
        instruction = unit.code.instructions[register]
        if isinstance(instruction, Unary) and instruction.op == "not":
            return self._subject(unit, state, self._resolved(unit, state, instruction.operand), not answer)
        if isinstance(instruction, Compare) and instruction.op in ("is", "eq"):
            right = unit.code.instructions[instruction.right]
            if isinstance(right, Const):
                equal = answer != instruction.negated
                left = self._resolved(unit, state, instruction.left)
                return self._told_by(unit, state, left), equal == bool(right.value)
        return self._told_by(unit, state, register), answer

    def _told_by(self, unit: Unit, state: _State[S], register: Register) -> Register:
        """The result whose success a flag tells: `result.success`, `result["ok"]`, the first of a tuple."""
        instruction = unit.code.instructions[register]
        if isinstance(instruction, Attr) and instruction.name in FLAGS:
            return self._resolved(unit, state, instruction.base)
        if isinstance(instruction, Unpack) and instruction.index == 0 and instruction.count > 1:
            return self._resolved(unit, state, instruction.base)
        if isinstance(instruction, Item):
            key = unit.code.instructions[instruction.key]
            if isinstance(key, Const) and (key.value in FLAGS or key.value == 0) and key.value is not False:
                return self._resolved(unit, state, instruction.base)
        return register

    def _resolved(self, unit: Unit, state: _State[S], register: Register) -> Register:
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


def _counts(unit: Unit, call: Call) -> bool:
    """Whether a call is `range` of some written number of steps."""
    func, steps = unit.code.instructions[call.func], [unit.code.instructions[one] for one in call.args]
    counted = [one.value for one in steps if isinstance(one, Const) and isinstance(one.value, int)]
    if not isinstance(func, Load) or func.name != "range" or len(counted) < len(steps):
        return False
    return len(counted) in (1, 2) and bool(range(*counted))


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
