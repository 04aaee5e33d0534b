"""What the inputs of a decision rest on: for each call of it, every source that an input has on some path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from truthline.config.schema import Decision, Evidence
from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.model.finding import Step as WitnessStep
from truthline.model.location import Location
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context, External, Opaque
from truthline.program.evidence.executed import Executed, Queries
from truthline.program.evidence.tables import wanted_table
from truthline.program.influence.control import Choice, says_present
from truthline.program.influence.dependence import Dependence
from truthline.program.influence.graph import Edge, Node, Site
from truthline.program.influence.leaving import leaving
from truthline.program.influence.origins import RETURNS, STORES, Origins
from truthline.program.influence.outside import is_pure
from truthline.program.influence.running import block_of
from truthline.program.influence.walk import Step, Walk
from truthline.program.observe import Observer
from truthline.program.places import Places
from truthline.program.slices import Slice
from truthline.program.states import StateObjects

SourceKind = Literal["evidence", "state", "constant", "caller", "unknown"]


class InputSource(msgspec.Struct, frozen=True, order=True):
    """Where an input comes from on some path.

    `name` is that of the evidence or state, the literal, the parameter, or says why nothing is known. `steps` go from
    the source to the decision.
    """

    kind: SourceKind
    name: str
    location: Location
    steps: tuple[WitnessStep, ...] = ()

    @property
    def text(self) -> str:
        """As the config and the table write it: `evidence:NAME`."""
        return f"{self.kind}:{self.name}" if self.kind in ("evidence", "state") else self.kind


class InputProvenance(msgspec.Struct, frozen=True):
    """An input of one call of the decision, the evidence that is due, and all of its sources."""

    input: str
    due: str
    call: Location
    sources: tuple[InputSource, ...]
    steps: tuple[WitnessStep, ...] = ()

    def of_kind(self, kind: SourceKind) -> tuple[InputSource, ...]:
        """The sources of one kind."""
        return tuple(source for source in self.sources if source.kind == kind)

    @property
    def is_violated(self) -> bool:
        """Whether something else than evidence can satisfy the decision."""
        return any(source.kind in ("state", "constant", "caller") for source in self.sources)

    @property
    def is_proven(self) -> bool:
        """Whether it rests on its own evidence, and on nothing but evidence."""
        return not (self.is_violated or self.of_kind("unknown") or self.lacks_evidence)

    @property
    def lacks_evidence(self) -> bool:
        """Whether its own evidence is not among the sources, where nothing worse is to be said of them."""
        is_due = any(source.name == self.due for source in self.of_kind("evidence"))
        return not is_due and all(source.kind == "evidence" for source in self.sources)


class DecisionContract(msgspec.Struct, frozen=True):
    """What a flow declares of its decision, in the program: the functions that decide, every state, every evidence."""

    decision: Decision
    units: tuple[Unit, ...]
    states: tuple[StateObjects, ...]
    evidence: Mapping[str, Evidence]


class _Found(msgspec.Struct, frozen=True):
    """A source before it is shown: where it is, and the step of the walk that came to it."""

    kind: SourceKind
    name: str
    site: Site
    step: Step


class Provenance:
    """The inputs of a decision, for one slice."""

    def __init__(
        self,
        part: Slice,
        places: Places,
        dependence: Dependence,
        queries: Queries,
        contract: DecisionContract,
    ) -> None:
        self.slice = part
        self.engine = part.engine
        self.places = places
        self.sites = dependence.sites
        self.dependence = dependence
        self.queries = queries
        self.contract = contract
        self.observers = {state.name: Observer(part, state) for state in contract.states}
        self.evidence = {name: tuple(map(wanted_table, one.tables)) for name, one in contract.evidence.items()}
        self.origins = Origins(dependence, self._is_source)
        self._tests: dict[tuple[Context, int, bool], list[_Found]] = {}
        self._compared: list[tuple[list[_Found], list[_Found]]] | None = None

    def inputs(self) -> tuple[InputProvenance, ...]:
        """Every input of every call of the decision, calls in the order of the text."""
        found: dict[tuple[tuple[str, int, int], int], InputProvenance] = {}
        for site, target in decision_calls(self.slice, self.dependence, self.contract.units):
            for number, (name, due) in enumerate(self.contract.decision.inputs.items()):
                one = self._input(site, target, name, due)
                key = (_order(one.call), number)
                found[key] = _merged(found[key], one) if key in found else one
        return tuple(found[key] for key in sorted(found))

    def uncalled(self) -> Iterable[InputProvenance]:
        """What is to be said where no call of the decision is seen: nothing is known of what it is told."""
        starts = [context.unit for context, arrival in self.slice.arrivals.items() if arrival is None]
        for unit in starts[:1] if self.contract.units else ():
            place = self.places.definition(unit)
            reason = f"no call of `{self.contract.decision.call}` is seen in what the flow executes"
            steps = (self.places.entry(unit),)
            for name, due in self.contract.decision.inputs.items():
                yield InputProvenance(name, due, place, (InputSource("unknown", reason, place),), steps)

    def _input(self, site: Site, target: Context, name: str, due: str) -> InputProvenance:
        walk = self._walk(list(self._starts(site, target, name)))
        call = self.places.location(site.context.unit, site.register)
        sources: dict[tuple[str, str, Location], InputSource] = {}
        for found in self._sources(walk):
            if found.kind == "caller" and self._is_checked(found):
                continue
            location = self._location(self._outermost(walk, found))
            key = (found.kind, found.name, location)
            if key not in sources:
                steps = (*self._way(walk, found), self.places.step(site.context.unit, site.register, "call"))
                sources[key] = InputSource(found.kind, found.name, location, tuple(dict.fromkeys(steps)))
        ordered = tuple(sorted(sources.values(), key=lambda one: (one.kind, one.name, _order(one.location))))
        return InputProvenance(name, due, call, ordered, tuple(self._approach(site)))

    def _approach(self, site: Site) -> Iterable[WitnessStep]:
        path = self.slice.path(site.context)
        yield self.places.entry(path[0][0].unit if path else site.context.unit)
        yield from self.places.way(path, site.context.unit)
        yield self.places.step(site.context.unit, site.register, "call")

    # -- where an input is passed -------------------------------------------------------------

    def _starts(self, site: Site, target: Context, name: str) -> Iterable[Edge]:
        """The nodes of an argument: by parameter, by keyword, or as a part of an object that is passed.

        Where a model makes the call, its call is asked.
        """
        if target not in self.sites.called(site):
            for inner in self.sites.calling(target):
                if inner.context.unit.model:
                    yield from self._starts(inner, target, name)
            return
        params = target.unit.code.params
        for number, spec in enumerate(params):
            if spec.name == name and spec.kind not in ("vararg", "kwarg"):
                for register, param in target.unit.find(ir.Param):
                    if param.index == number:
                        yield from self.origins.pass_in(site, Node("value", target, register))
                        return
                yield from self._unused(site, target, number)
                return
        yield from self._part_of_argument(site, name)

    def _unused(self, site: Site, target: Context, number: int) -> Iterable[Edge]:
        passed = self.sites.arguments(site, target, number)
        for register in (*passed.plain, *passed.whole):
            yield Edge(Node("value", site.context, register))

    def _part_of_argument(self, site: Site, name: str) -> Iterable[Edge]:
        call = site.context.unit.code.instructions[site.register]
        if not isinstance(call, ir.Call):
            return
        for keyword, register in call.keywords:
            if keyword == name:
                yield Edge(Node("value", site.context, register))
                return
            if keyword is None:
                yield from self.origins.passed(site, register, name, "as-it-is")
                return
        for register in (*call.args, *(passed for keyword, passed in call.keywords if keyword is not None)):
            yield from self.origins.field(site.context, register, name)

    # -- the walk -----------------------------------------------------------------------------

    def _walk(self, starts: list[Edge]) -> Walk:
        spent = -1
        while True:
            walk = Walk(self.sites, self.origins.expand, self.origins.pass_in)
            walk.run([edge.node for edge in starts])
            self.engine.solver.settle()
            if spent == self.engine.solver.spent:
                return walk
            spent = self.engine.solver.spent

    def _is_source(self, node: Node) -> bool:
        if node.kind != "value" or node.context is None:
            return False
        if self.queries.at(node.context, node.register) or self._state(node) is not None:
            return True
        return self._outside(node) is not None

    def _sources(self, walk: Walk) -> Iterable[_Found]:
        for step in list(walk.came_from):
            yield from self._of_step(walk, step)

    def _of_step(self, walk: Walk, step: Step) -> Iterable[_Found]:
        node = step.node
        if node.context is None:
            return
        site = Site(node.context, node.register)
        if node.kind == "guarded":
            yield from self._guarded(step, site)
        if node.kind != "value":
            return
        state = self._state(node)
        if state is not None:
            for place, outer in leaving(walk, self.observers[state].state, self.slice, step):
                yield _Found("state", state, place, outer)
        elif self.queries.at(*site):
            yield from self._queried(walk, step, site)
        else:
            yield from self._plain(step, site)

    def _plain(self, step: Step, site: Site) -> Iterable[_Found]:
        mode = step.node.mode
        instruction = site.context.unit.code.instructions[site.register]
        if isinstance(instruction, ir.Const) and mode in ("as-it-is", "negated"):
            yield from self._literal(step, site)
        elif mode == "denied":
            return
        elif isinstance(instruction, ir.Param):
            yield from self._received(step, site, instruction)
        else:
            reason = self._outside(step.node)
            if reason:
                yield _Found("unknown", reason, site, step)

    def _literal(self, step: Step, site: Site) -> Iterable[_Found]:
        """A literal that would satisfy the decision."""
        literal = site.context.unit.code.instructions[site.register]
        if _satisfies(literal, step.node) and isinstance(literal, ir.Const) and not site.context.unit.model:
            shown = f"not {literal.value!r}" if step.node.mode == "negated" else repr(literal.value)
            yield _Found("constant", shown, site, step)

    def _received(self, step: Step, site: Site, param: ir.Param) -> Iterable[_Found]:
        unit = site.context.unit
        name = unit.code.params[param.index].name
        if self.slice.arrivals.get(site.context, ()) is None:
            is_receiver = param.index == 0 and unit.owner is not None
            if step.node.mode == "asked" or is_receiver:
                yield _Found("unknown", f"what `{name}` answers is not known", site, step)
            else:
                yield _Found("caller", name, site, step)
        elif not self.sites.calling(site.context) and not unit.model:
            yield _Found("unknown", f"who passes `{name}` is not known", site, step)

    def _state(self, node: Node) -> str | None:
        if node.context is None or node.context not in self.slice.arrivals:
            return None
        for name, observer in self.observers.items():
            if node.register in observer.of(node.context).reads:
                return name
        return None

    def _outside(self, node: Node) -> str | None:
        """Why nothing is known of something external; empty where it only makes something of its arguments."""
        if node.context is None:
            return None
        instruction = node.context.unit.code.instructions[node.register]
        if not isinstance(instruction, (ir.Load, ir.Import, ir.ImportFrom, ir.Attr)):
            return None
        values = self.engine.value(node.context, node.register)
        if not values or not all(isinstance(one, (External, Opaque)) for one in values):
            return None
        for one in sorted(values, key=repr):
            if isinstance(one, Opaque):
                return None if isinstance(instruction, ir.Attr) else one.reason
            if isinstance(one, External) and any(sign in one.path for sign in "()[]"):
                return None
            if isinstance(one, External) and not is_pure(one.path):
                return f"`{one.path}` is not analysed"
        return ""

    def _queried(self, walk: Walk, step: Step, site: Site) -> Iterable[_Found]:
        """What a query reads, of those that were executed on the way that was walked."""
        for executed in self.queries.at(*site):
            if not self._is_entered(walk, step.anchor, executed.stack):
                continue
            names = [
                name
                for name, tables in self.evidence.items()
                if any(executed.query.read_of(table) is not None for table in tables)
            ]
            yield from (_Found("evidence", name, Site(*executed.place), step) for name in names)
            if not names and step.node.mode != "denied":
                yield _Found("unknown", _unproven(executed), Site(*executed.place), step)

    def _is_entered(self, walk: Walk, anchor: Node | None, stack: tuple[tuple[Context, Register], ...]) -> bool:
        """Whether the walk came to a query by the calls that pass it its statement."""
        if anchor is None or not stack:
            return True
        *outer, last = stack
        return any(
            site == last and self._is_entered(walk, asker.anchor, tuple(outer)) for site, asker in walk.asking(anchor)
        )

    # -- literals that are taken on certain ways ----------------------------------------------

    def _guarded(self, step: Step, site: Site) -> Iterable[_Found]:
        """A true literal that evidence leads to stands for that evidence."""
        literal = next(iter(self._literal(step, site)), None)
        if literal is None:
            return
        source, join = step.node.way
        control = self.dependence.running.control(site.context.unit)
        nearest = control.leading(source, join) if join >= 0 else frozenset()
        choices = sorted(nearest or control.deciding(source))
        if not choices:
            yield literal
        for choice in choices:
            proving = self._proving(site.context, choice, step.node)
            yield from (_Found(one.kind, one.name, one.site, step) for one in proving)
            if not proving:
                yield literal

    def _proving(self, context: Context, choice: Choice, node: Node) -> list[_Found]:
        """What stands behind a choice that leads to a literal: evidence, or a state."""
        control = self.dependence.running.control(context.unit)
        found: list[_Found] = []
        pending, seen = [choice], {choice.block}
        while pending:
            one = pending.pop()
            behind = [each for each in self._asked(context, one) if each.kind in ("evidence", "state")]
            found += [each for each in behind if each.kind == "state"]
            if self._proves(context, one, node, is_nearest=one == choice):
                found += [each for each in behind if each.kind == "evidence"]
            outer = sorted(further for further in control.deciding(one.block) if further.block not in seen)
            seen.update(further.block for further in outer)
            pending += outer
        return found

    def _proves(self, context: Context, choice: Choice, node: Node, is_nearest: bool) -> bool:
        """Whether this way of a choice says that there is evidence, and not that there is none."""
        says = says_present(context.unit, choice)
        if says is not None:
            return says
        if is_nearest:
            return not self._is_alternative(context, choice, node)
        return not self._is_true_otherwise(context, choice, node)

    def _is_alternative(self, context: Context, choice: Choice, node: Node) -> bool:
        """Whether a literal stands behind an `or`, whose other way leaves with the true value itself."""
        code = context.unit.code
        test = code.blocks[choice.block].test
        asked = code.instructions[test] if test is not None and choice.is_test else None
        if not isinstance(asked, ir.Test) or node.way[1] < 0:
            return False
        phis = [code.instructions[register] for register in code.blocks[node.way[1]].registers]
        return any(
            (asked.value, choice.block) in zip(phi.args, phi.sources, strict=False)
            for phi in phis
            if isinstance(phi, ir.Phi)
        )

    def _asked(self, context: Context, choice: Choice) -> list[_Found]:
        key = (context, choice.block, choice.is_test)
        found = self._tests.get(key)
        if found is None:
            self._tests[key] = []
            walk = self._walk(list(self.origins.tests(context, choice.block, choice.is_test)))
            found = self._tests[key] = list(self._sources(walk))
        return found

    def _is_true_otherwise(self, context: Context, choice: Choice, node: Node) -> bool:
        """Whether the other ways of a choice lead to a true literal too: then the choice proves nothing."""
        arms = self._arms(context, node)
        code = context.unit.code
        pending = [one for way, one in enumerate(code.blocks[choice.block].successors) if way != choice.way]
        seen: set[int] = {choice.block}
        while pending:
            block = pending.pop()
            if block not in seen:
                seen.add(block)
                pending += code.blocks[block].successors
        return bool(arms & (seen - {choice.block}))

    def _arms(self, context: Context, node: Node) -> set[int]:
        """The blocks from which a literal that would satisfy the decision comes to where ways meet."""
        code = context.unit.code
        join = node.way[1]
        if join == STORES:
            return set()
        if join == RETURNS:
            return {
                block_of(context.unit, register)
                for register, one in context.unit.find(ir.Return)
                if _satisfies(code.instructions[one.value], node)
            }
        found: set[int] = set()
        for register in code.blocks[join].registers:
            phi = code.instructions[register]
            if isinstance(phi, ir.Phi) and phi.sources:
                ways = zip(phi.args, phi.sources, strict=True)
                found |= {source for argument, source in ways if _satisfies(code.instructions[argument], node)}
        return found

    # -- what callers pass --------------------------------------------------------------------

    def _is_checked(self, passed: _Found) -> bool:
        """Whether something in the flow compares a parameter of an entry with evidence."""
        wanted = (passed.site.context.unit, passed.name)
        for sides in self._comparisons():
            for one, other in (sides, sides[::-1]):
                is_passed = any(
                    found.kind == "caller" and (found.site.context.unit, found.name) == wanted for found in one
                )
                if is_passed and any(found.kind == "evidence" for found in other):
                    return True
        return False

    def _comparisons(self) -> list[tuple[list[_Found], list[_Found]]]:
        if self._compared is None:
            self._compared = [
                (self._side(context, one.left), self._side(context, one.right))
                for context in self.slice.arrivals
                for register, one in context.unit.find(ir.Compare)
                if one.op != "is" and self.dependence.running.is_reached(context, register)
            ]
        return self._compared

    def _side(self, context: Context, register: Register) -> list[_Found]:
        return list(self._sources(self._walk([Edge(Node("value", context, register, mode="computed"))])))

    # -- places -------------------------------------------------------------------------------

    def _outermost(self, walk: Walk, found: _Found) -> Site:
        """Where a source stands; of one inside a model, the first place in the analysed code on its way."""
        if found.site.context.unit.model and found.step in walk.came_from:
            for node, _ in walk.way(found.step):
                if node.context is not None and not node.context.unit.model and node.kind in ("value", "guarded"):
                    return Site(node.context, node.register)
        return found.site

    def _location(self, site: Site) -> Location:
        unit = site.context.unit
        if isinstance(unit.code.instructions[site.register], ir.Param):
            return self.places.definition(unit)
        return self.places.location(unit, site.register)

    def _way(self, walk: Walk, found: _Found) -> Iterable[WitnessStep]:
        """From the source to the decision, line by line."""
        last: Location | None = None
        if found.step not in walk.came_from:
            return
        for node, _ in walk.way(found.step):
            context = node.context
            if context is None or context.unit.model or node.kind not in ("value", "guarded"):
                continue
            register = node.register
            is_param = isinstance(context.unit.code.instructions[register], ir.Param)
            if is_param or context.unit.code.where(register)[0] <= 0:
                continue
            step = self.places.step(context.unit, register, "value")
            if last is None or (last.file, last.span.line) != (step.location.file, step.location.span.line):
                yield step
            last = step.location


def decision_calls(part: Slice, dependence: Dependence, units: tuple[Unit, ...]) -> Iterable[tuple[Site, Context]]:
    """The calls of a decision in a slice, with the contexts that they run, be it through a model: `partial(...)()`."""
    for context in part.arrivals:
        for register, _ in context.unit.find(ir.Call):
            if dependence.running.is_reached(context, register):
                called = dependence.sites.called(Site(context, register))
                for target in dict.fromkeys((*called, *part.effects(context, register).targets)):
                    if target.unit in units:
                        yield Site(context, register), target


def _satisfies(instruction: ir.Instruction, node: Node) -> bool:
    """Whether a literal is true, or false where the decision is told what it is not."""
    return isinstance(instruction, ir.Const) and bool(instruction.value) != (node.mode == "negated")


def _unproven(executed: Executed) -> str:
    if executed.query.unread:
        return f"the query cannot be read: {'; '.join(sorted(executed.query.unread))}"
    tables = ", ".join(sorted(f"`{table}`" for table in executed.query.reads))
    return f"{tables} is no evidence" if tables else "the query reads no table"


def _order(location: Location) -> tuple[str, int, int]:
    return location.file, location.span.line, location.span.column


def _merged(one: InputProvenance, other: InputProvenance) -> InputProvenance:
    """The same call, seen in two contexts."""
    known = {(source.kind, source.name, source.location) for source in one.sources}
    further = [source for source in other.sources if (source.kind, source.name, source.location) not in known]
    ordered = sorted([*one.sources, *further], key=lambda each: (each.kind, each.name, _order(each.location)))
    return msgspec.structs.replace(one, sources=tuple(ordered))
