"""Code outside a flow that writes what only the flow may decide (TL115).

An outsider writes the guarded column itself, or it calls a function of the flow's slice that does. Calling an entry of
the flow, or a function that asks the decision before it writes, is no passing it by.

Nobody enters the program by an outsider, so the survey starts at the text: at every function that names the column as
something to be written (`mentions`), and at its callers where the function itself writes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

import msgspec

from truthline.facts.code import Register
from truthline.model.finding import Step
from truthline.model.location import Location
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.influence.graph import Site
from truthline.program.influence.guarded import Guard, GuardedWrite, GuardedWrites, Guards
from truthline.program.influence.mentions import Mentions, Spread
from truthline.program.places import Places
from truthline.program.slices import Slice

T = TypeVar("T")
_HIGHEST = 3
"""How many calls lie at most between a function that names the column and the caller that writes it."""


class OutsideWrite(msgspec.Struct, frozen=True):
    """A write of a guarded column that is not the flow's.

    `callee` is the function of the flow that is called for it, None where the outsider writes by itself. `asks` says
    that the outsider can ask the flow's decision, which proves nothing of what it passes in.
    """

    guard: str
    callee: str | None
    asks: bool
    location: Location
    symbol: str
    steps: tuple[Step, ...]


class Outsiders:
    """Looks through the whole program for what writes a flow's guarded columns.

    `asking` are the contexts of the flow that call its decision, `decision` the functions that are the decision.
    """

    def __init__(
        self,
        queries: Queries,
        places: Places,
        texts: SqlTexts,
        guards: Guards,
        asking: frozenset[Context],
        decision: tuple[Unit, ...],
    ) -> None:
        self.slice = queries.slice
        self.engine = queries.engine
        self.places = places
        self.guards = guards
        self._queries = queries
        self._texts = texts
        self._asking = asking
        self._decision = decision
        others = Slice(self.engine, [self.engine.ambient(unit, deep=True) for unit in guards.shared])
        self._inside = {context.unit for part in (self.slice, others) for context in part.arrivals}
        self._found: dict[Location, OutsideWrite] = {}

    def all(self) -> tuple[OutsideWrite, ...]:
        """One a place, in the order of the text."""
        writers = self._writers()
        for unit, (context, guard) in writers.items():
            self._called(unit, context, guard)
        self._survey({context.unit for context, _ in writers.values()})
        return tuple(self._found[place] for place in sorted(self._found, key=_order))

    # -- functions of the flow ----------------------------------------------------------------

    def _writers(self) -> dict[Unit, tuple[Context, Guard]]:
        """The functions of the slice from which a guarded write is come to and no decision is, entries aside."""
        callers: dict[Context, dict[Context, None]] = {}
        for context in self.slice.arrivals:
            for _, target in self.slice.edges(context):
                callers.setdefault(target, {})[context] = None
        writes = GuardedWrites(self._queries, self.guards)
        guarded: dict[Context, Guard] = {}
        for context in self.slice.arrivals:
            for write in writes.within(context):
                guarded.setdefault(write.site.context, write.guard)
        decided = _upward(dict.fromkeys(self._asking), callers)
        entries = {context.unit for context, arrival in self.slice.arrivals.items() if arrival is None}
        found: dict[Unit, tuple[Context, Guard]] = {}
        for context, guard in _upward(guarded, callers).items():
            if context not in decided and context.unit not in entries and context.unit.is_function:
                found.setdefault(context.unit, (context, guard))
        return found

    def _called(self, unit: Unit, context: Context, guard: Guard) -> None:
        """The calls of a function of the flow that come from outside."""
        for caller, register in self._sites(unit):
            if caller.unit not in self._inside and not caller.unit.model:
                steps = (
                    self.places.entry(caller.unit),
                    self.places.step(caller.unit, register, "call"),
                    *self._way_inside(context),
                )
                self._add(guard, unit.symbol, Site(caller, register), steps)

    def _sites(self, unit: Unit) -> list[tuple[Context, Register]]:
        """The calls of a function in the whole program, in the order of the text."""
        self.engine.holders.sites(unit)
        self.engine.solver.settle()
        return sorted(self.engine.holders.sites(unit), key=lambda site: (site[0].unit.symbol, site[1], repr(site)))

    def _way_inside(self, start: Context) -> Iterable[Step]:
        """From a function of the flow to the write."""
        part = Slice(self.engine, [start])
        writes = GuardedWrites(Queries(part, self._texts), self.guards)
        for context in part.arrivals:
            for write in writes.within(context):
                yield from self._way(part, write)
                return

    def _way(self, part: Slice, write: GuardedWrite) -> Iterable[Step]:
        yield from self.places.way(part.path(write.site.context), write.site.context.unit)
        yield self.places.step(write.site.context.unit, write.site.register, "write")

    # -- everything else ----------------------------------------------------------------------

    def _survey(self, writing: set[Unit]) -> None:
        """Goes from function to function that names the column, and on to the callers of those that write nothing."""
        spreads = _Spreads(Mentions(self.guards).all())
        pending = deque((unit, 0) for unit in spreads.seeds)
        seen = set(spreads.seeds)
        while pending:
            unit, height = pending.popleft()
            written = unit in writing if unit in self._inside else self._search(unit, spreads)
            spread = spreads.of(unit)
            following = [*spread.captured]
            if not written and height < _HIGHEST and spread.escapes and unit.is_function:
                following += [(caller.unit, register) for caller, register in self._sites(unit)]
            for other, register in following:
                spreads.add(other, register)
                if other not in seen and not other.model:
                    seen.add(other)
                    pending.append((other, height + 1))

    def _search(self, unit: Unit, spreads: _Spreads) -> bool:
        """The writes outside the flow that a function executes by what it names; whether there is any."""
        body = None if unit.is_function else self.engine.module(unit.module)
        part = _Focused(self.engine, body or self.engine.ambient(unit, deep=True), spreads)
        writes = GuardedWrites(Queries(part, self._texts), self.guards)
        found = False
        for context in part.arrivals:
            for write in writes.within(context):
                place = write.site.context.unit
                if place not in self._inside and (write.named or place is unit):
                    found = True
                    steps = (self.places.entry(unit), *self._way(part, write))
                    self._add(write.guard, None, write.site, steps)
        return found

    def _add(self, guard: Guard, callee: str | None, site: Site, steps: tuple[Step, ...]) -> None:
        unit = site.context.unit
        location = self.places.location(unit, site.register)
        known = self._found.get(location)
        if known is None or len(steps) < len(known.steps):
            asks = unit in self._askers
            steps = tuple(dict.fromkeys(steps))
            self._found[location] = OutsideWrite(guard.name, callee, asks, location, unit.symbol, steps)

    @cached_property
    def _askers(self) -> set[Unit]:
        """The functions that call the flow's decision themselves."""
        return {caller.unit for unit in self._decision for caller, _ in self._sites(unit)}


class _Spreads:
    """Where the functions of the survey name the column, or call what does; and what they do with it."""

    def __init__(self, seeds: dict[Unit, set[Register]]) -> None:
        self.seeds = seeds
        self._known: dict[Unit, Spread] = {}

    def add(self, unit: Unit, register: Register) -> None:
        """One more place."""
        if register not in self.seeds.setdefault(unit, set()):
            self.seeds[unit].add(register)
            self._known.pop(unit, None)

    def of(self, unit: Unit) -> Spread:
        """What a function does with it."""
        if unit not in self._known:
            self._known[unit] = Spread(unit, self.seeds.get(unit, ()))
        return self._known[unit]


class _Focused(Slice):
    """The part of a function's slice by which what it names can come to be written.

    Of the function itself these are the calls that are passed something of it, of what it calls those that depend on
    what they are passed.
    """

    def __init__(self, engine: Engine, start: Context, spreads: _Spreads) -> None:
        self._start = start
        self._spreads = spreads
        super().__init__(engine, [start])

    def executable(self, context: Context) -> Iterable[Register]:
        """The instructions that can have to do with it."""
        named = self._spreads.of(context.unit).registers
        for register in super().executable(context):
            passed = context is not self._start and context.unit.depends_on((register,))
            if register in named or passed:
                yield register


def _upward(marked: dict[Context, T], callers: dict[Context, dict[Context, None]]) -> dict[Context, T]:
    """The marked contexts, and every context from which one of them is come to, with its mark."""
    found = dict(marked)
    pending = list(found)
    while pending:
        context = pending.pop()
        for caller in callers.get(context, ()):
            if caller not in found:
                found[caller] = found[context]
                pending.append(caller)
    return found


def _order(place: Location) -> tuple[str, int, int]:
    return place.file, place.span.line, place.span.column
