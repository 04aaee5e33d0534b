"""Whether a function can return success without having written a table.

An exception leaves an instruction before anything of it has happened; one out of a commit, and a rollback, undo what
was written. A loop over items is taken to have an item.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Literal

import msgspec

from truthline.facts.code import Attr, Call, Enter, Leave, Register
from truthline.program.engine.values import Class, Context, External, Function, Instance, Method, Value
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.passages import End, Passages, Taken, Told
from truthline.program.evidence.passing import Passing
from truthline.program.evidence.success import Outcomes
from truthline.program.evidence.tables import Table
from truthline.program.evidence.terms import Site

Persists = Literal["always", "success", "not"]
"""A call writes whenever it returns, whenever it returns a true value, or there is a way on which it does not."""
_DEEPEST = 12
COMMITS = ("commit", "acommit", "flush")
UNDOES = ("rollback", "arollback")


_LATER = frozenset(
    (
        "enqueue", "enqueue_in", "enqueue_at", "enqueue_call", "delay", "apply_async", "send_task", "add_task",
        "add_job", "call_later", "call_soon", "call_soon_threadsafe", "call_at", "defer", "defer_async", "on_commit",
    )
)  # fmt: skip
"""Methods that run what they are handed when the caller has long returned, if at all."""

MayWrite = Callable[[Context, Register], bool]
"""Whether a call of which not every target is known could be the write."""


class Lapse(msgspec.Struct, frozen=True):
    """A way that returns success without having written: the tests that it passes, and the return at its end."""

    tests: tuple[Register, ...]
    returned: Register


class Persisting:
    """The writes to one piece of evidence, in the slice of its producers: a way has written (True), or not."""

    loops_have_items = True

    def __init__(
        self, queries: Queries, tables: tuple[Table, ...], may_write: Callable[[Context, Register], bool]
    ) -> None:
        self.queries = queries
        self.engine = queries.engine
        self.outcomes = Outcomes(queries)
        self.passages = Passages(self.engine, self)
        self._tables = tables
        self._may_write = may_write
        self._known: dict[tuple[Context, tuple[Site, ...]], Persists] = {}
        self._writing: dict[tuple[Context, Register, tuple[Site, ...]], Persists] = {}

    def lapses(self, context: Context, stack: tuple[Site, ...] = ()) -> list[Lapse]:
        """Every return of success that is not preceded by a write, with the shortest way to it."""
        found: dict[Register, Lapse] = {}
        for end in self.passages.ends(context, False, stack):
            if self._is_lapse(context, end, stack):
                found.setdefault(end.last, Lapse(end.tests, end.last))
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
        ends = self.passages.ends(context, False, stack)
        unwritten = [end for end in ends if not end.standing and end.value is not None]
        if not unwritten:
            return "always"
        return "not" if any(self._is_lapse(context, end, stack) for end in unwritten) else "success"

    def _is_lapse(self, context: Context, end: End[bool], stack: tuple[Site, ...]) -> bool:
        """Whether a way that ends there says that it has succeeded, although it has not written."""
        if end.standing or end.value is None:
            return False
        if self.persists_at(context, end.value, stack) == "success":
            return False
        return not self.outcomes.is_failure(context, end.value, dict(end.truths), stack)

    # -- what instructions do -----------------------------------------------------------------

    def raised(self, context: Context, register: Register, standing: bool, stack: tuple[Site, ...]) -> Iterable[bool]:
        """An exception leaves an instruction before it has happened; out of a commit, nothing is kept."""
        if context.unit.can_execute(register):
            yield standing and not is_called(self.queries.passing, context, register, COMMITS)

    def done(
        self, context: Context, register: Register, standing: bool, stack: tuple[Site, ...], taken: Taken
    ) -> Iterable[Told[bool]]:
        """An instruction is executed."""
        if is_called(self.queries.passing, context, register, UNDOES):
            standing = False
        elif not standing and self.persists_at(context, register, stack) == "always":
            standing = not self._is_suppressed(context, register)
        yield standing, None

    def answered(
        self, context: Context, subject: Register, says_true: bool, standing: bool, stack: tuple[Site, ...]
    ) -> bool:
        """Success that is told says that it was written."""
        return standing or (says_true and self.persists_at(context, subject, stack) == "success")

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
        if self._runs_later(context, register):
            return "not"
        callees = self.queries.passing.callees(context, register)
        if callees:
            return _least({self.persists(callee, (*stack, (context, register))) for callee in callees})
        if not self.engine.execute(context, register).unknown:
            return "not"
        siblings = [one for one in self._siblings(context) if self.queries.passing.callees(one, register)]
        if siblings:  # nothing is known here of a receiver that is known where the function is called otherwise
            return _least({self.persists_at(one, register, stack) for one in siblings})
        return "always" if self._may_write(context, register) else "not"

    def _runs_later(self, context: Context, register: Register) -> bool:
        """Whether a call hands a function to a queue or scheduler outside, which runs it when this one has returned."""
        call = context.unit.code.instructions[register]
        func = context.unit.code.instructions[call.func] if isinstance(call, Call) else None
        if not isinstance(call, Call) or not isinstance(func, Attr) or func.name not in _LATER:
            return False
        return not any(_is_first_party(callee) for callee in self.engine.value(context, call.func))

    def _raises(self, context: Context, register: Register) -> bool:
        """Whether a call is one of an attribute of None: no way goes on from there."""
        call = context.unit.code.instructions[register]
        callees = self.engine.value(context, call.func) if isinstance(call, Call) else ()
        outside = [callee.path for callee in callees if isinstance(callee, External)]
        return 0 < len(callees) == len(outside) and all(path.startswith("builtins.NoneType.") for path in outside)

    def _siblings(self, context: Context) -> list[Context]:
        """The other contexts of the slice in which the same function runs."""
        return [one for one in self.queries.slice.arrivals if one.unit is context.unit and one is not context]

    def _is_suppressed(self, context: Context, register: Register) -> bool:
        """Whether an exception of the instruction is swallowed by `with suppress(...)` around it."""
        unit = context.unit
        left = {leave.base: number for number, leave in unit.find(Leave)}
        entered = [(number, enter.base) for number, enter in unit.find(Enter)]
        around = [base for number, base in entered if number < register < left.get(base, 0)]
        return any(_suppresses(value) for base in around for value in self.engine.value(context, base))


def is_called(passing: Passing, context: Context, register: Register, names: tuple[str, ...]) -> bool:
    """Whether an instruction calls a method of one of these names of something outside."""
    call = context.unit.code.instructions[register]
    func = context.unit.code.instructions[call.func] if isinstance(call, Call) else None
    if not isinstance(func, Attr) or func.name not in names:
        return False
    return not passing.callees(context, register)


def _least(found: Collection[Persists]) -> Persists:
    """What several targets of a call have in common."""
    return "not" if "not" in found else "success" if "success" in found else "always"


def _is_first_party(value: Value) -> bool:
    function = value.function if isinstance(value, Method) else value
    return isinstance(function, Function) and not function.unit.model


def _suppresses(value: Value) -> bool:
    if isinstance(value, Instance):
        return value.cls.unit.symbol == "contextlib:suppress"
    if isinstance(value, Class):
        return False
    return isinstance(value, External) and value.path.startswith("contextlib.suppress")
