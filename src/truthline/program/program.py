"""The program: what rules may ask of the analysed code as a whole."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial

import msgspec

from truthline.config.references import ModulePattern, ObjectPattern
from truthline.config.schema import Config, Decision
from truthline.facts.code import SetAttr
from truthline.facts.view import FileView
from truthline.model.flowgraph import FlowGraph
from truthline.model.location import Location
from truthline.program.bodies import BodyStore
from truthline.program.callgraph import call_graph
from truthline.program.callsites import CallSites
from truthline.program.changed import ChangedCode, changed_code
from truthline.program.contracts import ModuleContract, module_contracts
from truthline.program.dispatch import DispatchSites, Execution, Operations, Registration, find_sites
from truthline.program.earlier import Earlier
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.evidence.mapped import Mappings
from truthline.program.evidence.migrations import Migrated, Migrations
from truthline.program.evidence.producers import Producers, UnpersistedEvidence
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.evidence.tables import wanted_table
from truthline.program.flowgraph import flow_graph
from truthline.program.flows import FlowAnalyser, FlowAnalysis, PossibleWay
from truthline.program.influence.guarded import Guards
from truthline.program.influence.outsiders import OutsideWrite
from truthline.program.influence.overrides import Override
from truthline.program.influence.provenance import DecisionContract, InputProvenance, InputSource, SourceKind
from truthline.program.influence.table_writes import TableWrites
from truthline.program.logs.claims import FalseClaim, false_claims
from truthline.program.logs.contracts import LogGaps, evidence_gaps, flow_gaps
from truthline.program.logs.emitted import Emissions
from truthline.program.logs.formatters import printed_by
from truthline.program.logs.records import Printed
from truthline.program.logs.secrets import SecretFlows, SecretLeak
from truthline.program.modules import Modules
from truthline.program.places import Places
from truthline.program.recollection import Recollection
from truthline.program.recorded import live_calls
from truthline.program.states import StateObjects
from truthline.program.twins import Twin, find_twins
from truthline.program.ways import Depth, Way
from truthline.syntax.unread import Unparsable
from truthline.timings import Timings

__all__ = [
    "Depth",
    "DispatchSites",
    "Execution",
    "FlowAnalysis",
    "InputProvenance",
    "InputSource",
    "Location",
    "MissingReference",
    "ModuleContract",
    "OutsideWrite",
    "Override",
    "PossibleWay",
    "Program",
    "Registration",
    "SourceKind",
    "Twin",
    "Way",
]

CALLS_BUDGET = 200_000
"""Computations for the receivers and arguments of calls that rules ask for."""


class MissingReference(msgspec.Struct, frozen=True):
    """A reference of the config into the code that holds no longer; `near` is what may be meant."""

    key: str
    reference: str
    near: str | None = None


class Program:
    """All modules together, and the contracts that are held against them."""

    def __init__(
        self, config: Config, modules: Modules, timings: Timings | None = None, earlier: Earlier | None = None
    ) -> None:
        self.config = config
        self.earlier = earlier
        """The files that differ from those of the commit that the run was asked to compare with, as they were."""
        self._timings = timings or Timings()
        self.modules = modules
        self.tree = modules.tree
        self.recorded = live_calls(config, modules, self._units_in)
        self.places = Places(modules, self.recorded.calls)
        self._recollection = Recollection(config, modules, self.recorded.digest)
        self._flows: dict[str, FlowAnalysis] = {}
        self._dispatch: dict[str, DispatchSites] = {}
        self._states: dict[str, StateObjects] = {}
        self._migrations: dict[str, Migrations] = {}
        self._analysers: dict[str, FlowAnalyser] = {}
        self._log_gaps: dict[tuple[str, str], LogGaps] = {}

    @cached_property
    def bodies(self) -> BodyStore:
        """The bodies of the modules, read on demand."""
        return BodyStore(self.modules, self.modules.bodies)

    def view(self, file: str) -> FileView:
        """One file by itself. Raises Unparsable where it was not, or can no more be, read."""
        module = self.modules.by_file[file]
        if module.outline is None:
            raise Unparsable("could not be read")
        return FileView(file, module.name, self.modules.source(file), module.outline)

    @cached_property
    def engine(self) -> Engine:
        """The value engine."""
        engine = Engine(self.modules, self.bodies, recorded_calls=self.recorded.calls)
        if self.config.dispatch:
            engine.operations = Operations(engine, self.config.dispatch.values(), self.units).handlers
        return engine

    @cached_property
    def sql_texts(self) -> SqlTexts:
        """SQL texts in the configured dialect."""
        return SqlTexts(self.config.sql.dialect)

    def flow(self, name: str) -> FlowAnalysis:
        """The verdict of a flow, its ways into what it must not reach, and what could be ways."""
        found = self._flows.get(name)
        if found is None:
            with self._timings.stage(f"flow {name}"):
                found = self._recollection.answer(f"flow {name}", FlowAnalysis, partial(self._analysis, name))
                self._flows[name] = found
        return found

    def _analysis(self, flow: str) -> FlowAnalysis:
        return self._analyser(flow).analysis()

    def ways(self, flow: str, state: str, limit: int) -> tuple[Way, ...]:
        """Every distinct way from a flow to a state, at most `limit`."""
        return self._analyser(flow).ways_into(self.state(state))[:limit]

    def inputs(self, flow: str) -> tuple[InputProvenance, ...]:
        """What the inputs of a flow's decision rest on; empty where it declares none."""
        return self._analyser(flow).inputs

    def slice(self, flow: str) -> FlowGraph:
        """What a call of the flow's entries can execute, as a graph."""
        return flow_graph(self._analyser(flow))

    def changed_code(self, flow: str) -> tuple[ChangedCode, ...]:
        """What of the functions of a flow's slice is not as it was; nothing where the run compares with no commit.

        Functions that are in the slice no more are not asked for: what led to them has changed.
        """
        if self.earlier is None or self.earlier.files.isdisjoint(self.modules.by_file):
            return ()
        functions: defaultdict[str, set[str]] = defaultdict(set)
        for unit in self._analyser(flow).slice.units:
            functions[unit.file].add(unit.code.qualname)
        changed = sorted(functions.keys() & self.earlier.files)
        return tuple(
            code for file in changed for code in changed_code(self.view(file), self.earlier.view(file), functions[file])
        )

    def slice_files(self, flow: str) -> frozenset[str]:
        """The files that hold a function of the flow's slice."""
        return frozenset(unit.file for unit in self._analyser(flow).slice.units)

    def calls(self, files: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Who calls whom, by PyCG's names, where every function and body of these files is an entry."""
        return call_graph(self.engine, files)

    @cached_property
    def call_sites(self) -> CallSites:
        """Where functions and methods are called: by an engine of its own, so that no flow pays for it."""
        return CallSites(Engine(self.modules, self.bodies, CALLS_BUDGET), self.places)

    @cached_property
    def table_writes(self) -> TableWrites:
        """Who writes which tables: by an engine of its own, so that no flow pays for it."""
        return TableWrites(Engine(self.modules, self.bodies, CALLS_BUDGET), self.places, self.sql_texts)

    def state(self, name: str) -> StateObjects:
        """A declared state in the program."""
        found = self._states.get(name)
        if found is None:
            found = self._states[name] = StateObjects(self.engine, name, self.config.state[name])
        return found

    def unpersisted(self, evidence: str) -> tuple[UnpersistedEvidence, ...]:
        """The ways on which a producer of evidence succeeds without having written it."""
        find_out = partial(self._lapses, evidence)
        return self._recollection.answer(f"unpersisted {evidence}", tuple[UnpersistedEvidence, ...], find_out)

    def _lapses(self, evidence: str) -> tuple[UnpersistedEvidence, ...]:
        contract = self.config.evidence[evidence]
        tables = tuple(wanted_table(table) for table in contract.tables)
        return tuple(Producers(self.engine, self.places, self.sql_texts).lapses(self._producers(evidence), tables))

    def flow_log(self, flow: str) -> LogGaps:
        """Where a flow does not log what its `log` asks for."""
        return self._gaps("flow", flow, self._flow_gaps)

    def evidence_log(self, evidence: str) -> LogGaps:
        """Where the producers of evidence do not log what its `log` asks for."""
        return self._gaps("evidence", evidence, self._evidence_gaps)

    def false_claims(self, flow: str) -> tuple[FalseClaim, ...]:
        """Log calls of a flow that claim a source of the decision's inputs which the provenance contradicts."""
        declared = self.config.logging.sources if self.config.logging is not None else {}
        if not declared or self.config.flow[flow].decision is None:
            return ()
        find_out = partial(self._false_claims, flow, declared)
        return self._recollection.answer(f"false claims {flow}", tuple[FalseClaim, ...], find_out)

    def _false_claims(self, flow: str, declared: Mapping[str, str]) -> tuple[FalseClaim, ...]:
        contract = self.config.flow[flow]
        analyser = self._analyser(flow)
        emissions = Emissions(analyser.queries, analyser.dependence)
        marker = contract.log.marker if contract.log is not None else None
        return tuple(false_claims(emissions, marker, declared, analyser.inputs, self.places))

    def printed(self) -> Printed | None:
        """Which fields of records the configured formatter prints; None where none is configured, or it is missing."""
        logging = self.config.logging
        if logging is None or logging.formatter is None:
            return None
        return printed_by(self.engine, logging.formatter)

    def secret_leaks(self) -> tuple[SecretLeak, ...]:
        """Where secrets come into logs and exceptions: by an engine of its own, so that no flow pays for it."""
        if self.config.logging is None or not self.config.logging.secrets:
            return ()
        engine = Engine(self.modules, self.bodies, CALLS_BUDGET)
        return SecretFlows(engine, self.places, self.config.logging, self.view).leaks()

    def _gaps(self, kind: str, name: str, find: Callable[[str], LogGaps]) -> LogGaps:
        found = self._log_gaps.get((kind, name))
        if found is None:
            found = self._recollection.answer(f"{kind} log {name}", LogGaps, partial(find, name))
            self._log_gaps[kind, name] = found
        return found

    def _flow_gaps(self, name: str) -> LogGaps:
        flow = self.config.flow[name]
        if flow.log is None:
            return LogGaps()
        analyser = self._analyser(name)
        decision = self.units(flow.decision.call) if flow.decision is not None else ()
        return flow_gaps(flow.log, analyser.queries, analyser.dependence, decision, self.places)

    def _evidence_gaps(self, name: str) -> LogGaps:
        evidence = self.config.evidence[name]
        if evidence.log is None:
            return LogGaps()
        tables = tuple(map(wanted_table, evidence.tables))
        return evidence_gaps(evidence.log, self.engine, self.sql_texts, self._producers(name), tables, self.places)

    def _producers(self, evidence: str) -> tuple[Unit, ...]:
        written_by = self.config.evidence[evidence].written_by
        return tuple(dict.fromkeys(unit for reference in written_by for unit in self.units(reference)))

    def migrated(self, evidence: str) -> dict[str, Migrated]:
        """What the migrations of evidence make of its tables; nothing where it names no migrations."""
        contract = self.config.evidence[evidence]
        if contract.migrations is None:
            return {}
        found = self._migrations.get(contract.migrations)
        if found is None:
            maps = Mappings(self.engine).maps
            found = self._migrations[contract.migrations] = Migrations(self.tree, contract.migrations, maps)
        return {table: found.leaves(wanted_table(table)) for table in contract.tables}

    def dispatch(self, name: str) -> DispatchSites:
        """The registrations and executions of a dispatch table."""
        found = self._dispatch.get(name)
        if found is None:
            with self._timings.stage(f"dispatch {name}"):
                find_out = partial(self._sites, name)
                found = self._dispatch[name] = self._recollection.answer(f"dispatch {name}", DispatchSites, find_out)
        return found

    def _sites(self, table: str) -> DispatchSites:
        return find_sites(self.engine, self.places, self.config.dispatch[table], self.units)

    def keep(self) -> None:
        """Remember for the next run what was found out about flows, dispatch tables, producers and log contracts."""
        self._recollection.keep()

    def twins(self) -> tuple[Twin, ...]:
        """Modules that no state declares, and that are nearly copies of one that a state does."""
        return tuple(find_twins(self.config, self.modules))

    def contracts(self) -> tuple[ModuleContract, ...]:
        """What the docstrings of the states' and the flows' modules must state, and whether they do."""
        return tuple(module_contracts(self.config, self.modules))

    def _analyser(self, name: str) -> FlowAnalyser:
        found = self._analysers.get(name)
        if found is None:
            found = self._analysers[name] = self._new_analyser(name)
        return found

    def _new_analyser(self, name: str) -> FlowAnalyser:
        flow = self.config.flow[name]
        entries = [unit for reference in flow.entry for unit in self.units(reference)]
        states = [self.state(state) for state in flow.must_not_reach]
        doubts = [*self._unread_doubts(flow.entry), *self._missing_doubts(name)]
        must_read = {one: self.config.evidence[one] for one in flow.must_read}
        return FlowAnalyser(
            self.engine,
            self.places,
            name,
            entries,
            states,
            flow.mode,
            doubts,
            must_read,
            self.sql_texts,
            self._decision(flow.decision),
            Guards(self.engine, flow.guards, self._guarding_too(name)),
        )

    def _guarding_too(self, name: str) -> list[Unit]:
        """The entries of the other flows that guard a column of a flow."""
        guarded = set(self.config.flow[name].guards)
        others = [
            flow for other, flow in sorted(self.config.flow.items()) if other != name and guarded & set(flow.guards)
        ]
        return [unit for flow in others for reference in flow.entry for unit in self.units(reference)]

    def _decision(self, decision: Decision | None) -> DecisionContract | None:
        if decision is None:
            return None
        states = tuple(self.state(name) for name in sorted(self.config.state))
        return DecisionContract(decision, self.units(decision.call), states, self.config.evidence)

    # -- references ---------------------------------------------------------------------------

    def _units_in(self, module: str) -> tuple[Unit, ...]:
        return self.bodies.units(module)

    def units(self, reference: str) -> tuple[Unit, ...]:
        """The functions that a reference names; patterns may name several."""
        pattern = ObjectPattern.compile(reference)
        found: list[Unit] = []
        for module in self._modules_of(pattern):
            units = self.bodies.units(module)
            found += [unit for unit in units if unit.is_function and pattern.matches(module, unit.code.qualname)]
        return tuple(found) or self._inherited(pattern)

    def _inherited(self, pattern: ObjectPattern) -> tuple[Unit, ...]:
        """A method that the named class inherits."""
        qualname, _, name = pattern.qualname.rpartition(".")
        if not qualname or not pattern.is_literal:
            return ()
        for unit in self.bodies.units(pattern.module.text):
            if unit.code.kind == "class" and unit.code.qualname == qualname:
                for method in self.engine.classes.methods_named(unit, name):
                    return (method,)
        return ()

    def _modules_of(self, pattern: ObjectPattern) -> Iterable[str]:
        if pattern.module.is_literal:
            return (pattern.module.text,)
        return [name for name in self.modules.by_name if pattern.module.matches(name)]

    def missing_references(self) -> tuple[MissingReference, ...]:
        """References of states, evidence and flows that name nothing any more."""
        return tuple(self._missing())

    def _missing(self) -> Iterable[MissingReference]:
        for name, state in sorted(self.config.state.items()):
            yield from self._missing_modules(f"state.{name}.modules", state.modules)
            for key in ("objects", "harmless"):
                yield from self._missing_objects(f"state.{name}.{key}", getattr(state, key) or ())
        for name, evidence in sorted(self.config.evidence.items()):
            yield from self._missing_objects(f"evidence.{name}.written-by", evidence.written_by)
        for name, flow in sorted(self.config.flow.items()):
            yield from self._missing_objects(f"flow.{name}.entry", flow.entry)
            if flow.decision is not None:
                yield from self._missing_objects(f"flow.{name}.decision.call", (flow.decision.call,))
        if self.config.logging is not None:
            named = (("formatter", (self.config.logging.formatter,)), ("redact", self.config.logging.redact))
            for key, references in named:
                inside = [one for one in references if one is not None and self._is_inside(one)]
                yield from self._missing_objects(f"logging.{key}", inside)
        for name, table in sorted(self.config.dispatch.items()):
            for key in ("register", "execute"):
                inside = [one for one in (getattr(table, key),) if self._is_inside(one)]
                yield from self._missing_objects(f"dispatch.{name}.{key}", inside)

    def _missing_modules(self, key: str, references: Iterable[str]) -> Iterable[MissingReference]:
        for reference in references:
            pattern = ModulePattern.compile(reference)
            if not any(pattern.matches(name) for name in self.modules.by_name):
                near = difflib.get_close_matches(reference, self.modules.by_name, 1)
                yield MissingReference(key, reference, near[0] if near else None)

    def _missing_objects(self, key: str, references: Iterable[str]) -> Iterable[MissingReference]:
        for reference in references:
            pattern = ObjectPattern.compile(reference)
            modules = list(self._modules_of(pattern))
            if any(self._is_unread(module) for module in modules):
                continue
            names = [name for module in modules for name in self._object_names(module)]
            if not any(_matches(pattern, name) for name in names):
                near = difflib.get_close_matches(reference, names, 1)
                yield MissingReference(key, reference, near[0] if near else None)

    def _is_inside(self, reference: str) -> bool:
        """Whether a reference leads into the analysed code: formatters and redactions may come from libraries."""
        return self.modules.is_first_party(reference.partition(":")[0])

    def _object_names(self, module: str) -> list[str]:
        names: dict[str, None] = {}
        for unit in self.bodies.units(module):
            if unit.code.qualname:
                names[f"{module}:{unit.code.qualname}"] = None
            if unit.is_function:
                continue
            prefix = f"{unit.code.qualname}." if unit.code.qualname else ""
            held = [*unit.bindings, *(store.name for inner in unit.inner for _, store in inner.find(SetAttr))]
            names.update(dict.fromkeys(f"{module}:{prefix}{name}" for name in held))
        return list(names)

    def _is_unread(self, module: str) -> bool:
        found = self.modules.get(module)
        return found is not None and found.outline is None

    def _unread_doubts(self, references: Iterable[str]) -> Iterable[str]:
        for reference in references:
            module = self.modules.get(reference.partition(":")[0])
            if module is not None and module.outline is None:
                yield f"{module.file}, which holds the entry {reference}, could not be read"

    def _missing_doubts(self, flow: str) -> Iterable[str]:
        states = set(self.config.flow[flow].must_not_reach)
        evidence = set(self.config.flow[flow].must_read)
        for missing in self.missing_references():
            kind, _, rest = missing.key.partition(".")
            concerns = {"flow": {flow}, "state": states, "evidence": evidence}.get(kind, set())
            if any(rest.startswith(f"{name}.") for name in concerns):
                yield f"{missing.key} names {missing.reference}, which does not exist"


def _matches(pattern: ObjectPattern, name: str) -> bool:
    module, _, qualname = name.partition(":")
    return pattern.matches(module, qualname)
