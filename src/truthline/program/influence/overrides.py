"""Guarded writes that go ahead although the decision said no, or nobody asked it (TL116).

From each call of the decision, the ways that control can take are followed with what is known of the answer: open,
until something tests it, or no. Where it is yes, the way is of no more interest, but for the other side of an `or`
(`force or allowed(...)`), which lets through without asking. A way goes down into calls, and up to the callers of the
function that asked; what that function returns on this way is known to them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.model.finding import Step as WitnessStep
from truthline.model.finding import StepKind
from truthline.model.location import Location
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context, Instance
from truthline.program.influence.dependence import Dependence
from truthline.program.influence.graph import Node, Site
from truthline.program.influence.guarded import Guard, GuardedWrites
from truthline.program.influence.origins import Origins
from truthline.program.influence.running import block_of
from truthline.program.influence.unasked import Unasked
from truthline.program.influence.verdicts import ANY_PART, Fact, Facts, Truth, answered, arriving, parts, root, truth
from truthline.program.influence.walk import Walk
from truthline.program.places import Places
from truthline.program.slices import Slice

Answer = Literal["open", "no", "unasked"]
_MOST_STATES = 20_000
_LONGEST_ANSWER = 4


class Override(msgspec.Struct, frozen=True):
    """A guarded write that goes ahead.

    `answer` is what was known of the decision: it said "no", it is "open" because its result is not tested, or it is
    "unasked". `condition` is the text of the test that lets the write through, where one does.
    """

    guard: str
    answer: Answer
    condition: str | None
    location: Location
    symbol: str
    steps: tuple[WitnessStep, ...]


class _State(NamedTuple):
    """Where control is, and what is known there. `is_up`: the decision was asked in this call or below it."""

    context: Context
    block: int
    start: int
    answer: Answer
    facts: Facts
    is_up: bool


class _Move(NamedTuple):
    """How a state was come to: from another one, by an instruction."""

    state: _State
    register: Register | None = None


class Overrides:
    """Looks for overridden decisions in one slice."""

    def __init__(
        self,
        part: Slice,
        places: Places,
        dependence: Dependence,
        writes: GuardedWrites,
        calls: Iterable[tuple[Site, Context]],
    ) -> None:
        self.slice = part
        self.engine = part.engine
        self.places = places
        self.dependence = dependence
        self.sites = dependence.sites
        self.writes: dict[Site, Guard] = {}
        for context in part.arrivals:
            self.writes.update((write.site, write.guard) for write in writes.within(context))
        self.asking: dict[Site, list[Context]] = {}
        for site, target in calls:
            self.asking.setdefault(site, []).append(target)
        self._origins = Origins(dependence, self._is_answer)
        self._came: dict[_State, _Move | None] = {}
        self._queue: deque[_State] = deque()
        self._found: dict[Location, Override] = {}
        self._writing: dict[Context, bool] = {}

    def all(self) -> tuple[Override, ...]:
        """One override a write, in the order of the text."""
        if self.writes:
            for site, targets in self.asking.items():
                self._ask(site, targets)
            self._run()
            for site in Unasked(self.slice, self.sites, self.writes, self.asking).all():
                self._report(site, self.writes[site], None)
        ordered = sorted(self._found, key=lambda one: (one.file, one.span.line, one.span.column))
        return tuple(self._found[location] for location in ordered)

    # -- the decision -------------------------------------------------------------------------

    def _ask(self, site: Site, targets: list[Context]) -> None:
        if all(_only_raises(target.unit) for target in targets):  # who gets past the call has its consent
            refused = _after(site, "no", frozenset())
            self._came[refused] = None
            self._raise(refused)
            return
        for resumed in self._resumed(site, targets[0]):
            self._add(_after(resumed, "open", frozenset(self._answers(resumed))), None)

    def _resumed(self, site: Site, target: Context) -> Iterable[Site]:
        """Where control goes on after a call; after that of a coroutine function, where the coroutine is awaited."""
        if not target.unit.code.is_async:
            return [site]
        awaiting = self.slice.executable(site.context)
        return [Site(site.context, one) for one in awaiting if target in self.slice.effects(site.context, one).targets]

    def _answers(self, site: Site) -> Iterable[Fact]:
        """How the answer stands in what the decision returns: as it is, or first in a tuple, or in a field."""
        register = root(site.context.unit, site.register)
        values = self.engine.value(*site)
        objects = [one for one in values if isinstance(one, Instance) and one.cls.unit.name not in ("bool", "int")]
        if not objects:
            yield register, None, "as-answered"
        if any(one.cls.unit.name in ("tuple", "list") for one in objects):
            yield register, 0, "as-answered"
            yield register, None, "true"
            yield from ((register, place, "against-answer") for place in self._reasons(objects))
        elif objects:
            yield register, ANY_PART, "as-answered"

    def _reasons(self, answers: list[Instance]) -> Iterable[int]:
        """The places of a tuple that hold a collection of reasons: there is something in it where the answer is no."""
        for place in range(1, _LONGEST_ANSWER):
            held = [
                one for each in answers for one in self.engine.heap.item(each, self.engine.universe.constant(place))
            ]
            if held and all(isinstance(one, Instance) and one.cls.unit.name in ("list", "set", "dict") for one in held):
                yield place

    # -- the ways -----------------------------------------------------------------------------

    def _add(self, state: _State, move: _Move | None) -> None:
        if state not in self._came and len(self._came) < _MOST_STATES:
            self._came[state] = move
            self._queue.append(state)

    def _run(self) -> None:
        while self._queue:
            state = self._queue.popleft()
            if self._walk(state):
                self._leave(state)

    def _walk(self, state: _State) -> bool:
        """The instructions of a block; whether control comes to its end."""
        context = state.context
        for register in context.unit.code.blocks[state.block].registers[state.start :]:
            site = Site(context, register)
            instruction = context.unit.code.instructions[register]
            if site in self.writes:
                self._report(site, self.writes[site], state)
            if isinstance(instruction, ir.Return):
                self._return(state, register, instruction)
                return False
            if isinstance(instruction, ir.Raise):
                self._raise(state)
                return False
            if not self._down(state, site):
                return False  # it is asked again
        return True

    def _down(self, state: _State, site: Site) -> bool:
        """Into what an instruction calls; whether control goes on without the decision being asked again."""
        if self._asks(site):
            return False
        for target in self.slice.effects(*site).targets:
            if self._leads_to_write(target):
                inner = _State(target, 0, 0, state.answer, self._passed(state, site, target), False)
                self._add(inner, _Move(state, site.register))
        return True

    def _asks(self, site: Site) -> bool:
        """Whether an instruction asks the decision, itself or by what it calls."""
        within = [self.sites.within(target) for target in self.slice.effects(*site).targets]
        return site in self.asking or any(asked.context in one for one in within for asked in self.asking)

    def _leads_to_write(self, context: Context) -> bool:
        found = self._writing.get(context)
        if found is None:
            within = self.sites.within(context)
            found = self._writing[context] = any(site.context in within for site in self.writes)
        return found

    def _passed(self, state: _State, site: Site, target: Context) -> Facts:
        found: set[Fact] = set()
        for register, param in target.unit.find(ir.Param):
            passed = self.sites.arguments(site, target, param.index).plain
            if len(passed) == 1:
                found.update((register, part, known) for part, known in self._parts(state, passed[0]))
        return frozenset(found)

    def _parts(self, state: _State, register: Register) -> Iterable[tuple[int | str | None, Truth]]:
        return parts(state.context.unit, register, state.facts)

    def _leave(self, state: _State) -> None:
        """Over the end of a block, by the ways that are open."""
        block = state.context.unit.code.blocks[state.block]
        asked = state.context.unit.code.instructions[block.test] if block.test is not None else None
        if not isinstance(asked, ir.Test) or len(block.successors) < 2:
            for successor in dict.fromkeys(block.successors):
                self._go(state, successor)
            return
        known = truth(state.context.unit, asked.value, state.facts)
        yes, no = block.successors[0], block.successors[1]
        if known == "true":
            self._go(state, yes)
        elif known == "false":
            self._go(state, no)
        elif known is not None:
            refused = state._replace(answer="no", facts=answered(state.facts, False))
            self._go(refused, no if known == "as-answered" else yes, state)
            self._pass_by(state.context, yes if known == "as-answered" else no)
        elif state.answer == "no" or not self._is_about_answer(state.context, block.test):
            self._go(state, yes)
            self._go(state, no)

    def _go(self, state: _State, target: int, origin: _State | None = None) -> None:
        facts = arriving(state.context.unit, state.block, target, state.facts)
        self._add(state._replace(block=target, start=0, facts=facts), _Move(origin or state))
        if any(known == "as-answered" for _, _, known in facts - state.facts):
            self._pass_by(state.context, target)

    def _pass_by(self, context: Context, consented: int) -> None:
        """The ways past the decision by the other side of an `or`: a test that leads straight to where a yes does."""
        unit = context.unit
        asked = [block_of(unit, one) for one in self.slice.executable(context) if self._asks(Site(context, one))]
        later = _reachable(unit, asked)
        for before in unit.predecessors[consented]:
            block = unit.code.blocks[before]
            test = unit.code.instructions[block.test] if block.test is not None else None
            if asked and before not in later and isinstance(test, ir.Test) and len(block.successors) == 2:
                is_true: Truth = "true" if block.successors[0] == consented else "false"
                facts = frozenset(((root(unit, test.value), None, is_true),))
                self._add(_State(context, before, len(block.registers), "unasked", facts, True), None)

    def _return(self, state: _State, register: Register, one: ir.Return) -> None:
        if not state.is_up:
            return
        known = list(self._parts(state, one.value))
        for site in self.sites.calling(state.context):
            for resumed in self._resumed(site, state.context) if not site.context.unit.model else ():
                held = root(site.context.unit, resumed.register)
                facts = frozenset((held, part, said) for part, said in known)
                self._add(_after(resumed, state.answer, facts), _Move(state, register))

    def _raise(self, state: _State) -> None:
        handlers = state.context.unit.code.blocks[state.block].handlers
        for handler in handlers:
            self._go(state, handler)
        if handlers or not state.is_up:
            return
        for site in self.sites.calling(state.context):
            block = block_of(site.context.unit, site.register)
            for handler in site.context.unit.code.blocks[block].handlers:
                self._add(_State(site.context, handler, 0, state.answer, frozenset(), True), _Move(state))

    def _is_about_answer(self, context: Context, test: Register | None) -> bool:
        """Whether a test asks for something that comes from the decision, in a form that is not followed."""
        if test is None:
            return False
        walk = Walk(self.sites, self._origins.expand, self._origins.pass_in)
        walk.run([Node("value", context, test, mode="computed")])
        return any(self._is_answer(step.node) for step in walk.came_from)

    def _is_answer(self, node: Node) -> bool:
        return node.kind == "value" and node.context is not None and Site(node.context, node.register) in self.asking

    # -- findings -----------------------------------------------------------------------------

    def _report(self, site: Site, guard: Guard, state: _State | None) -> None:
        location = self.places.location(site.context.unit, site.register)
        known = self._found.get(location)
        answer: Answer = "unasked" if state is None else state.answer
        if known is not None and (known.answer == "no" or answer != "no"):
            return
        branches = list(self._branches(state)) if state is not None else []
        condition = next((text for text, _ in reversed(branches) if text is not None), None)
        steps = self._steps(site, state, [step for _, step in reversed(branches)])
        self._found[location] = Override(
            guard.name, answer, condition, location, site.context.unit.symbol, tuple(dict.fromkeys(steps))
        )

    def _branches(self, state: _State) -> Iterable[tuple[str | None, WitnessStep]]:
        """The tests and calls on the way back to the decision, last first; a text where one lets it through."""
        move = self._came[state]
        while move is not None:
            if move.register is None:
                yield from self._tested(move.state, state)
            else:
                returns = isinstance(move.state.context.unit.code.instructions[move.register], ir.Return)
                kind: StepKind = "value" if returns else "call"
                yield None, self.places.step(move.state.context.unit, move.register, kind)
            state = move.state
            move = self._came[state]

    def _tested(self, origin: _State, target: _State) -> Iterable[tuple[str | None, WitnessStep]]:
        unit = origin.context.unit
        block = unit.code.blocks[origin.block]
        asked = unit.code.instructions[block.test] if block.test is not None else None
        if not isinstance(asked, ir.Test) or target.context is not origin.context:
            return
        passes_by = self._came[origin] is None and origin.answer == "unasked"
        is_answer = not passes_by and truth(unit, asked.value, origin.facts) is not None
        value = asked.value
        if not passes_by and (is_answer or not self._divides(origin, target)):
            if is_answer:
                yield None, self.places.step(unit, block.test or 0, "value")
            return
        yield self.places.text(unit, value), self.places.step(unit, block.test or 0, "value")
        if unit.code.where(value)[0] != unit.code.where(block.test or 0)[0]:
            yield None, self.places.step(unit, value, "value")

    def _divides(self, origin: _State, target: _State) -> bool:
        """Whether the other way of a test does not come to where this one leads: to a write, else to a return."""
        unit = origin.context.unit
        blocks = unit.code.blocks
        others = _reachable(unit, [one for one in blocks[origin.block].successors if one != target.block])
        here = _reachable(unit, [target.block])
        writing = {block_of(site.context.unit, site.register) for site in self.writes if site.context is origin.context}
        calling = {
            number
            for number, block in enumerate(blocks)
            for register in block.registers
            if any(self._leads_to_write(one) for one in self.slice.effects(origin.context, register).targets)
        }
        returning = {block_of(unit, register) for register, _ in unit.find(ir.Return)}
        return not others & ((writing | calling) & here or returning & here)

    def _steps(self, site: Site, state: _State | None, branches: list[WitnessStep]) -> Iterable[WitnessStep]:
        """From the entry to the decision, past the tests, to the write."""
        start = self._start(state) if state is not None else None
        context = start.context if start is not None else site.context
        path = self.slice.path(context)
        yield self.places.entry(path[0][0].unit if path else context.unit)
        yield from self.places.way(path, context.unit)
        if start is not None and start.answer != "unasked":
            registers = start.context.unit.code.blocks[start.block].registers
            yield self.places.step(start.context.unit, registers[start.start - 1], "call")
        yield from branches
        yield self.places.step(site.context.unit, site.register, "write")

    def _start(self, state: _State) -> _State:
        move = self._came[state]
        while move is not None:
            state = move.state
            move = self._came[state]
        return state


def _reachable(unit: Unit, starts: list[int]) -> set[int]:
    """The blocks to which control can come from some, these included."""
    seen: set[int] = set()
    pending = list(starts)
    while pending:
        block = pending.pop()
        if block not in seen:
            seen.add(block)
            pending += unit.code.blocks[block].successors
    return seen


def _after(site: Site, answer: Answer, facts: Facts) -> _State:
    """After a call that has asked the decision."""
    block, place = site.context.unit.place(site.register) or (0, 0)
    return _State(site.context, block, place + 1, answer, facts, True)


def _only_raises(unit: Unit) -> bool:
    """Whether a decision says no by raising: it returns nothing."""
    returned = [unit.code.instructions[one.value] for _, one in unit.find(ir.Return)]
    nothing = all(isinstance(one, ir.Const) and one.value is None for one in returned)
    return nothing and any(one.value is not None for _, one in unit.find(ir.Raise))
