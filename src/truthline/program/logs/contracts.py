"""What the log contracts of flows and evidence ask for, and where the code does not keep them (TL601, TL602)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truthline.config.schema import LogContract
from truthline.facts.code import Call, Register
from truthline.model.finding import Step
from truthline.model.location import Location
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.evidence.tables import Table
from truthline.program.evidence.terms import Place, Site
from truthline.program.influence.dependence import Dependence
from truthline.program.influence.provenance import decision_calls
from truthline.program.influence.sites import Sites
from truthline.program.logs.duties import Begins, Duty, Kind, Lapse
from truthline.program.logs.emitted import Emissions
from truthline.program.places import Places
from truthline.program.slices import Slice


class UnloggedWay(msgspec.Struct, frozen=True):
    """A way on which a marker is not logged although it is due, and the function that it leaves there."""

    marker: str
    kind: Kind
    function: str
    location: Location
    steps: tuple[Step, ...]


class LackingFields(msgspec.Struct, frozen=True):
    """A call that logs a marker without fields that it must carry."""

    marker: str
    fields: tuple[str, ...]
    function: str
    location: Location


class LogGaps(msgspec.Struct, frozen=True):
    """Where a log contract is not kept."""

    unlogged: tuple[UnloggedWay, ...] = ()
    lacking: tuple[LackingFields, ...] = ()


def flow_gaps(
    contract: LogContract, queries: Queries, dependence: Dependence, decision: tuple[Unit, ...], places: Places
) -> LogGaps:
    """Where a flow can return after its decision without its marker; without a decision, where it can return."""
    if contract.marker is None:
        return LogGaps()
    emissions = Emissions(queries, dependence)
    calls = {tuple(site) for site, _ in decision_calls(queries.slice, dependence, decision)}
    duty = Duty(emissions, "decision", contract.marker, lambda context, register, _: (context, register) in calls)
    found: dict[Location, UnloggedWay] = {}
    for entry in _from_outside(queries.slice, dependence.sites):
        for lapse in duty.lapses(entry, "before" if calls else "due"):
            _keep(found, _unlogged(duty, lapse, queries.slice, places))
    return LogGaps(_ordered(found), tuple(_lacking(emissions, contract.marker, contract.fields, places)))


def evidence_gaps(
    contract: LogContract,
    engine: Engine,
    texts: SqlTexts,
    producers: Iterable[Unit],
    tables: tuple[Table, ...],
    places: Places,
) -> LogGaps:
    """Where a producer of evidence does not log that it has, or has not, persisted it."""
    unlogged: dict[Location, UnloggedWay] = {}
    lacking: dict[LackingFields, None] = {}
    for unit in producers:
        engine.enter((unit,))
        entry = engine.ambient(unit, deep=True)
        queries = Queries(Slice(engine, [entry]), texts)
        emissions = Emissions(queries, Dependence(Sites(queries.slice), queries))
        markers: tuple[tuple[Kind, str | None], ...] = (("success", contract.success), ("failure", contract.failure))
        for kind, marker in markers:
            if marker is not None:
                duty = Duty(emissions, kind, marker, _writes(queries, tables))
                for lapse in duty.lapses(entry):
                    _keep(unlogged, _unlogged(duty, lapse, queries.slice, places))
                lacking.update(dict.fromkeys(_lacking(emissions, marker, contract.fields, places)))
    return LogGaps(_ordered(unlogged), tuple(lacking))


def _from_outside(part: Slice, sites: Sites) -> Iterable[Context]:
    """What a call of an entry from outside runs: the entry, or the outermost of what decorators put around it."""
    for entry in part.entries:
        places = part.engine.serving.places(entry, part.engine.is_entry(entry.unit))
        around = [target for place in places for target in part.effects(entry, place).targets]
        wrapping = [one for one in around if any(inner.unit is entry.unit for inner in sites.within(one))]
        outermost = [one for one in wrapping if not any(one in sites.within(other) - {other} for other in wrapping)]
        yield from outermost or (entry,)


def _writes(queries: Queries, tables: tuple[Table, ...]) -> Begins:
    """Whether an instruction itself writes one of the tables."""

    def writes(context: Context, register: Register, stack: tuple[Site, ...]) -> bool:
        executed = queries.of_call((context, register), stack) or ()
        return any(query.writes_of(table) for query in executed for table in tables)

    return writes


def _keep(found: dict[Location, UnloggedWay], one: UnloggedWay) -> None:
    """Of several ways to one place, the shortest is shown."""
    known = found.get(one.location)
    if known is None or len(one.steps) < len(known.steps):
        found[one.location] = one


def _ordered(found: dict[Location, UnloggedWay]) -> tuple[UnloggedWay, ...]:
    return tuple(sorted(found.values(), key=lambda one: (one.location.file, one.location.span.line, one.kind)))


def _unlogged(duty: Duty, lapse: Lapse, part: Slice, places: Places) -> UnloggedWay:
    unit = lapse.context.unit
    path = part.path(lapse.context)
    steps = [places.entry(path[0][0].unit if path else unit)]
    steps += places.way(path, unit)
    if lapse.began is not None:
        steps.append(places.step(unit, lapse.began, "write" if duty.kind != "decision" else "call"))
    place = unit.place(lapse.began) if lapse.began is not None else None
    began = place[0] if place is not None else None
    steps += [places.step(unit, test, "value") for test in dict.fromkeys(_after(unit, lapse.tests, began))]
    location = places.location(unit, lapse.last)
    if unit.code.where(lapse.last)[:2] == unit.code.position[:2]:  # it comes to its end without a `return`
        location = places.definition(unit)
    else:
        steps.append(places.step(unit, lapse.last, "value"))
    return UnloggedWay(duty.marker, duty.kind, unit.symbol, location, tuple(dict.fromkeys(steps)))


def _after(unit: Unit, tests: tuple[Register, ...], began: int | None) -> Iterable[Register]:
    """The tests that are asked where the marker is due already."""
    for test in tests:
        place = unit.place(test)
        if began is None or place is None or not unit.dominance.dominates(place[0], began) or place[0] == began:
            yield test


def _lacking(emissions: Emissions, marker: str, fields: tuple[str, ...], places: Places) -> Iterable[LackingFields]:
    found: dict[Location, LackingFields] = {}
    for place in emissions.of(marker) if fields else ():
        missing = tuple(emissions.lacking(place, fields))
        if missing:
            context, register = _said_at(place)
            location = places.location(context.unit, register)
            found[location] = LackingFields(marker, missing, context.unit.symbol, location)
    return [found[one] for one in sorted(found, key=lambda one: (one.file, one.span.line, one.span.column))]


def _said_at(place: Place) -> Site:
    """Where the marker's text is written: the log call, or the call that passes it; a framework's own is no place."""
    written = [site for site in place.stack or () if isinstance(site[0].unit.code.instructions[site[1]], Call)]
    return written[0] if written else (place.context, place.register)
