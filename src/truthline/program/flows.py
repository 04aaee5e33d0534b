"""The verdict of a flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

import msgspec

from truthline.config.schema import Evidence
from truthline.facts.code import Attr, Bind, Call, Load, Phi, Register, StoreCell, StoreGlobal
from truthline.model.finding import Step
from truthline.model.location import Location
from truthline.model.verdict import FlowVerdict, UnresolvedCall, Verdict
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context, Instance, Intrinsic, ModuleValue, Opaque
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.reads import EvidenceReads, evidence_reads
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.evidence.tables import Table
from truthline.program.influence.decisions import DecisionFinder
from truthline.program.influence.dependence import Dependence
from truthline.program.influence.graph import Site
from truthline.program.influence.guarded import GuardedWrites, Guards
from truthline.program.influence.outsiders import Outsiders, OutsideWrite
from truthline.program.influence.overrides import Override, Overrides
from truthline.program.influence.provenance import DecisionContract, InputProvenance, Provenance, decision_calls
from truthline.program.influence.sites import Sites
from truthline.program.places import Places
from truthline.program.slices import Slice
from truthline.program.states import StateObjects
from truthline.program.ways import Way, WayFinder

_NOT_READ = ("could not be read", "is not analysed")


class PossibleWay(msgspec.Struct, frozen=True):
    """An unresolved call that a function which reaches the state could be meant by."""

    state: str
    location: Location
    text: str
    reason: str
    candidates: tuple[str, ...]
    steps: tuple[Step, ...]


class FlowAnalysis(msgspec.Struct, frozen=True):
    """All that is known of a flow."""

    verdict: FlowVerdict
    ways: tuple[Way, ...]
    possible: tuple[PossibleWay, ...]
    evidence: EvidenceReads = EvidenceReads()
    inputs: tuple[InputProvenance, ...] = ()
    overrides: tuple[Override, ...] = ()
    outside_writes: tuple[OutsideWrite, ...] = ()


class FlowAnalyser:
    """Analyses one flow: its slice, its ways, its unresolved calls, the evidence that it reads."""

    def __init__(
        self,
        engine: Engine,
        places: Places,
        name: str,
        entries: list[Unit],
        states: list[StateObjects],
        mode: Literal["reach", "decide"],
        doubts: list[str],
        must_read: Mapping[str, Evidence],
        texts: SqlTexts,
        decision: DecisionContract | None,
        guards: Guards,
    ) -> None:
        self.engine = engine
        self.places = places
        self.name = name
        self.entries = entries
        self.states = states
        self.must_read = must_read
        self.mode = mode
        self._doubts = doubts
        self._texts = texts
        self.decision = decision
        self.guards = guards
        self._importers: dict[str, frozenset[str]] = {}

    @cached_property
    def slice(self) -> Slice:
        """What the entries can execute."""
        self.engine.enter(self.entries)
        return Slice(self.engine, [self.engine.ambient(unit, deep=True) for unit in self.entries])

    @cached_property
    def queries(self) -> Queries:
        """What the slice executes of SQL."""
        return Queries(self.slice, self._texts)

    @cached_property
    def dependence(self) -> Dependence:
        """What depends on what in the slice."""
        return Dependence(Sites(self.slice), self.queries)

    @cached_property
    def inputs(self) -> tuple[InputProvenance, ...]:
        """What the inputs of the decision rest on; that nobody asks it is said once, where a write is (TL116)."""
        if self.decision is None:
            return ()
        provenance = Provenance(self.slice, self.places, self.dependence, self.queries, self.decision)
        return provenance.inputs() or (() if self.overrides else tuple(provenance.uncalled()))

    @cached_property
    def overrides(self) -> tuple[Override, ...]:
        """The guarded writes that go ahead without the decision's consent."""
        if self.decision is None or not self.guards.all:
            return ()
        writes = GuardedWrites(self.queries, self.guards)
        return Overrides(self.slice, self.places, self.dependence, writes, self._decision_calls).all()

    @cached_property
    def outside_writes(self) -> tuple[OutsideWrite, ...]:
        """What writes the guarded columns and is not of the flow."""
        if not self.guards.all:
            return ()
        asking = frozenset(site.context for site, _ in self._decision_calls)
        units = () if self.decision is None else self.decision.units
        return Outsiders(self.queries, self.places, self._texts, self.guards, asking, units).all()

    @cached_property
    def _decision_calls(self) -> tuple[tuple[Site, Context], ...]:
        if self.decision is None:
            return ()
        return tuple(decision_calls(self.slice, self.dependence, self.decision.units))

    def analysis(self) -> FlowAnalysis:
        """The verdict, with what it rests on."""
        ways = self._ways()
        unresolved = self.unresolved()
        possible = () if ways else tuple(self._possible(unresolved))
        evidence = evidence_reads(self.queries, self.places, self.entries, self.must_read, self._may_read)
        doubts = tuple(dict.fromkeys([*self._doubts, *self._unread(), *self._cut(), *evidence.doubts]))
        unsound = self.overrides or any(one.is_violated for one in self.inputs)
        violated = ways or evidence.unread or evidence.unconstrained or unsound
        unproven = not all(one.is_proven for one in self.inputs)
        verdict: Verdict = "violated" if violated else "undecided" if possible or doubts or unproven else "clean"
        calls = self._calls()
        open_calls = {self._listed(context, register) for context, register in unresolved}
        listed = tuple(sorted(open_calls.union(evidence.unreadable)))
        places = {self.places.location(context.unit, register) for context, register in unresolved}
        return FlowAnalysis(
            FlowVerdict(
                self.name,
                verdict,
                len(self.slice.units),
                calls,
                calls - len(places),
                listed,
                doubts,
                self._recorded(),
            ),
            ways,
            possible,
            evidence,
            self.inputs,
            self.overrides,
            self.outside_writes,
        )

    def _ways(self) -> tuple[Way, ...]:
        """All ways; where a state is a source of the decision's inputs, it decides, and is not only read."""
        deciding = tuple(
            Way(source.name, "decide", source.name, source.location, (*one.steps[:1], *source.steps))
            for one in self.inputs
            for source in one.of_kind("state")
        )
        places = {_start(way.location) for way in deciding}
        others = [way for state in self.states for way in self.ways_into(state)]
        kept = [way for way in others if way.depth == "write" or _start(way.location) not in places]
        return (*{way.location: way for way in deciding}.values(), *kept)

    def ways_into(self, state: StateObjects) -> tuple[Way, ...]:
        """The ways into one state; in mode "decide", those on which it decides, and what is written there."""
        finder = WayFinder(self.slice, state, self.places)
        if self.mode == "reach":
            return finder.ways()
        written = tuple(way for way in finder.ways() if way.depth == "write")
        return (*DecisionFinder(self.slice, finder, self.dependence).ways(), *written)

    # -- counts -------------------------------------------------------------------------------

    def _calls(self) -> int:
        return sum(len({unit.code.where(register) for register, _ in unit.find(Call)}) for unit in self.slice.units)

    def _recorded(self) -> int:
        """The calls of which a traced run showed a target."""
        return len(
            {
                (context.unit, context.unit.code.where(register))
                for context in self.slice.arrivals
                for register in self.slice.executable(context)
                if self.engine.recorded.at(self.engine, context.unit, register)
            }
        )

    def unresolved(self) -> list[tuple[Context, Register]]:
        """Calls of which not every target is known; once each, in the context in which it was seen first."""
        found: dict[tuple[Unit, Register], tuple[Context, Register]] = {}
        for context in self.slice.arrivals:
            for register, _ in context.unit.find(Call):
                is_open = context.unit.place(register) and self.slice.effects(context, register).unknown
                if is_open and not self._is_read_sql(context, register):
                    found.setdefault((context.unit, register), (context, register))
        return list(found.values())

    def _is_read_sql(self, context: Context, register: Register) -> bool:
        """Whether a call on an unknown receiver executes SQL of which all is known."""
        executed = self.queries.at(context, register)
        return bool(executed) and not any(one.query.unread for one in executed)

    def _listed(self, context: Context, register: Register) -> UnresolvedCall:
        location = self.places.location(context.unit, register)
        reasons = sorted(self.slice.effects(context, register).unknown)
        text = self.places.text(context.unit, register)
        return UnresolvedCall(location.file, location.span.line, text, "; ".join(reasons))

    # -- what keeps a flow from being clean ---------------------------------------------------

    def _unread(self) -> Iterable[str]:
        """Files that the slice imports, or whose names it uses, and that were not read."""
        for context in self.slice.arrivals:
            for register in context.unit.executable:
                for module in self.slice.effects(context, register).imports:
                    missing = self._not_read(module)
                    if missing is not None:
                        yield f"{missing}, and {context.unit.symbol} imports it"
                if isinstance(context.unit.code.instructions[register], Load):
                    for value in self.engine.value(context, register):
                        if isinstance(value, Opaque) and value.reason.endswith(_NOT_READ):
                            yield f"{value.reason}, and {context.unit.symbol} uses it"

    def _not_read(self, module: str) -> str | None:
        source = self.engine.modules.get(module)
        if source is not None:
            return f"{source.file} could not be read" if source.outline is None else None
        place = self.engine.modules.place(module)
        return f"{place.file} is not analysed" if place is not None and place.file else None

    def _cut(self) -> Iterable[str]:
        if self.engine.solver.exhausted:
            yield f"the analysis was cut after {self.engine.solver.budget} steps"

    def _possible(self, unresolved: list[tuple[Context, Register]]) -> Iterable[PossibleWay]:
        for context, register in unresolved:
            candidates = self._candidates(context, register)
            for state in self.states:
                reaching = [unit.symbol for unit in candidates if self._reaches(unit, state)]
                if reaching:
                    yield self._possible_way(context, register, state, tuple(reaching))

    def _possible_way(
        self, context: Context, register: Register, state: StateObjects, candidates: tuple[str, ...]
    ) -> PossibleWay:
        path = self.slice.path(context)
        steps = [self.places.entry(path[0][0].unit if path else context.unit)]
        steps += self.places.way(path, context.unit)
        steps.append(self.places.step(context.unit, register, "call"))
        return PossibleWay(
            state.name,
            self.places.location(context.unit, register),
            self.places.text(context.unit, register),
            "; ".join(sorted(self.slice.effects(context, register).unknown)),
            candidates,
            tuple(steps),
        )

    def _candidates(self, context: Context, register: Register) -> list[Unit]:
        """Functions that an unresolved call could mean: of its name, and with room for its arguments."""
        call = context.unit.code.instructions[register]
        if not isinstance(call, Call):
            return []
        func = context.unit.code.instructions[call.func]
        if isinstance(func, Call) and func.args:
            members = list(self._members(context, func))
            if members:
                return [unit for unit in members if _accepts(unit, call)]
        if not isinstance(func, Attr):
            return [unit for unit in self._handed_around() if _accepts(unit, call)]
        return [
            unit
            for module in self.engine.modules.files_defining(func.name)
            for unit in self.engine.bodies.units(module.name)
            if unit.is_function and unit.name == func.name and unit.owner is not None and _accepts(unit, call)
        ]

    def _may_read(self, tables: tuple[Table, ...]) -> Iterable[str]:
        """Unresolved calls that a function which reads one of the tables could be meant by."""
        for context, register in self.unresolved():
            reading = [unit.symbol for unit in self._candidates(context, register) if self._reads(unit, tables)]
            if reading:
                listed = self._listed(context, register)
                yield f"the call at {listed.file}:{listed.line} could mean {reading[0]}: {listed.reason}"

    def _reads(self, unit: Unit, tables: tuple[Table, ...]) -> bool:
        """Whether a function's own slice executes a query of one of the tables."""
        queries = Queries(Slice(self.engine, [self.engine.ambient(unit)]), self._texts)
        return any(one.query.read_of(table) is not None for one in queries.all() for table in tables)

    def _members(self, context: Context, taken: Call) -> Iterable[Unit]:
        """`getattr(x, name)(...)` with a name that is not constant means some function of what `x` is."""
        callees = self.engine.value(context, taken.func)
        if not any(isinstance(callee, Intrinsic) and callee.name == "getattr" for callee in callees):
            return
        for base in sorted(self.engine.value(context, taken.args[0]), key=repr):
            holders: tuple[Unit, ...] = ()
            if isinstance(base, (Instance, Class)):
                cls = base.cls if isinstance(base, Instance) else base
                holders = tuple(one.unit for one in self.engine.classes.order(cls))
            elif isinstance(base, ModuleValue):
                holders = self.engine.bodies.units(base.name)[:1]
            for holder in holders:
                yield from (unit for unit in holder.inner if unit.is_function)

    def _importing(self, state: StateObjects) -> frozenset[str]:
        """The state's modules, and all that import them in any way, through any number of others."""
        found = self._importers.get(state.name)
        if found is None:
            importers: dict[str, set[str]] = {}
            for edge in self.engine.modules.edges_for_answers():
                importers.setdefault(edge.imported, set()).add(edge.importer)
            reached = set(state.modules)
            pending = list(reached)
            while pending:
                for importer in importers.get(pending.pop(), ()):
                    if importer not in reached:
                        reached.add(importer)
                        pending.append(importer)
            found = self._importers[state.name] = frozenset(reached)
        return found

    def _handed_around(self) -> Iterable[Unit]:
        """Functions of the states' modules, and of those that import them, that are somewhere taken as values."""
        for module in sorted(self._around_the_states):
            for unit in self.engine.bodies.units(module):
                harmless = any(state.is_harmless(unit) for state in self.states)
                if unit.is_function and not harmless and self._is_taken(unit):
                    yield unit

    @cached_property
    def _around_the_states(self) -> frozenset[str]:
        states = {module for state in self.states for module in state.modules}
        edges = self.engine.modules.edges_for_answers()
        return frozenset(states | {edge.importer for edge in edges if edge.imported in states and not edge.implied})

    def _is_taken(self, unit: Unit) -> bool:
        """Whether a function is anywhere passed, kept or returned, and not only called by its name."""
        if unit.parent is not None and _takes(unit.parent, unit.maker, unit.name):
            return True
        for module in self.engine.modules.files_mentioning(unit.name):
            index = self.engine.bodies.index(module.name)
            for place, register in (*index.attributes.get(unit.name, ()), *index.loads.get(unit.name, ())):
                if _takes(place, register, None):
                    return True
        return False

    def _reaches(self, unit: Unit, state: StateObjects) -> bool:
        """Whether a function's own slice touches the state."""
        if unit.module not in self._importing(state):
            return False
        part = Slice(self.engine, [self.engine.ambient(unit)])
        return any(state.holds(context.unit) and not state.is_harmless(context.unit) for context in part.arrivals)


def _takes(place: Unit, register: Register, own_name: str | None) -> bool:
    """Whether a function in a register is used for more than to be called, or to get its own name."""
    for user in place.uses.get(register, ()):
        instruction = place.code.instructions[user]
        is_called = isinstance(instruction, Call) and instruction.func == register
        is_named = isinstance(instruction, (Bind, StoreGlobal, StoreCell)) and instruction.name == own_name
        if not (is_called or is_named or isinstance(instruction, Phi)):
            return True
    return False


def _accepts(unit: Unit, call: Call) -> bool:
    """Whether a method or function has room for a call's arguments (its receiver aside)."""
    params = unit.code.params[1:] if unit.owner is not None else unit.code.params
    if call.stars or any(name is None for name, _ in call.keywords):
        return True
    kinds = {param.kind for param in params}
    positional = [param for param in params if param.kind in ("positional", "positional-only")]
    if len(call.args) > len(positional) and "vararg" not in kinds:
        return False
    names = {param.name for param in params}
    if "kwarg" not in kinds and any(name not in names for name, _ in call.keywords):
        return False
    given = {name for name, _ in call.keywords} | {param.name for param in positional[: len(call.args)]}
    needed = {param.name for param in params if not param.has_default and param.kind not in ("vararg", "kwarg")}
    return needed <= given


def _start(location: Location) -> tuple[str, int, int]:
    """What makes two ways one finding: where they leave the flow's code."""
    return location.file, location.span.line, location.span.column
