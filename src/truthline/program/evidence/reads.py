"""What a flow reads of the evidence that it must read, entry by entry."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping

import msgspec

from truthline.config.schema import Evidence
from truthline.model.finding import Step
from truthline.model.location import Location
from truthline.model.verdict import UnresolvedCall
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.evidence.executed import Executed, Queries
from truthline.program.evidence.tables import Table, wanted_table
from truthline.program.evidence.terms import Site
from truthline.program.places import Places
from truthline.program.slices import Slice


class UnreadEvidence(msgspec.Struct, frozen=True):
    """An entry of a flow has no way that executes a read of evidence."""

    evidence: str
    tables: tuple[str, ...]
    entry: str
    location: Location
    steps: tuple[Step, ...]


class UnconstrainedEvidence(msgspec.Struct, frozen=True):
    """The query by which an entry reads evidence does not constrain `columns`."""

    evidence: str
    table: str
    columns: tuple[str, ...]
    entry: str
    location: Location
    steps: tuple[Step, ...]


class EvidenceReads(msgspec.Struct, frozen=True):
    """All that is known of the evidence that a flow must read.

    `doubts` say what of it is not known; `unreadable` are the executed queries that cannot be read.
    """

    unread: tuple[UnreadEvidence, ...] = ()
    unconstrained: tuple[UnconstrainedEvidence, ...] = ()
    doubts: tuple[str, ...] = ()
    unreadable: tuple[UnresolvedCall, ...] = ()


class _Wanted(msgspec.Struct, frozen=True):
    name: str
    tables: tuple[Table, ...]
    columns: tuple[str, ...]

    def is_read_by(self, executed: Executed) -> bool:
        return any(executed.query.read_of(table) is not None for table in self.tables)

    def lacks(self, executed: Executed) -> tuple[str, ...]:
        """The columns that a query does not constrain."""
        return tuple(
            column
            for column in self.columns
            if not any(executed.query.constrains(table, column) for table in self.tables)
        )


class _Entry:
    """What one entry can execute, and the way to each context."""

    def __init__(self, part: Slice, start: Context) -> None:
        self.start = start
        self.arrivals: dict[Context, Site | None] = {start: None}
        queue = deque([start])
        while queue:
            context = queue.popleft()
            for register, target in part.edges(context):
                if target not in self.arrivals:
                    self.arrivals[target] = (context, register)
                    queue.append(target)

    def executes(self, executed: Executed) -> bool:
        return executed.context in self.arrivals and all(site[0] in self.arrivals for site in executed.stack)

    def way(self, executed: Executed) -> list[Site]:
        """The calls from the entry to the instruction that executes a query, and that instruction."""
        steps: list[Site] = []
        arrival = self.arrivals[executed.stack[0][0] if executed.stack else executed.context]
        while arrival is not None:
            steps.append(arrival)
            arrival = self.arrivals[arrival[0]]
        return [*reversed(steps), *executed.stack, (executed.context, executed.register)]


MayRead = Callable[[tuple[Table, ...]], Iterable[str]]
"""The unresolved calls that a function which reads one of these tables could be meant by, as sentences."""


def evidence_reads(
    queries: Queries,
    places: Places,
    entries: Iterable[Unit],
    contracts: Mapping[str, Evidence],
    may_read: MayRead,
) -> EvidenceReads:
    """Judges each piece of evidence that a flow must read, for each of its entries."""
    wanted = [
        _Wanted(name, tuple(wanted_table(table) for table in one.tables), one.columns)
        for name, one in contracts.items()
    ]
    if not wanted:
        return EvidenceReads()
    judge = _Judge(queries, places, may_read)
    for unit in entries:
        entry = _Entry(queries.slice, queries.engine.ambient(unit, deep=True))
        for one in wanted:
            judge.judge(entry, one)
    return EvidenceReads(
        tuple(judge.unread),
        tuple(judge.unconstrained.values()),
        tuple(dict.fromkeys(judge.doubts)),
        tuple(sorted({judge.unreadable(executed) for executed in judge.executed if executed.query.unread})),
    )


class _Judge:
    def __init__(self, queries: Queries, places: Places, may_read: MayRead) -> None:
        self.places = places
        self.executed = list(queries.all())
        self._may_read = may_read
        self.unread: list[UnreadEvidence] = []
        self.unconstrained: dict[tuple[str, Location], UnconstrainedEvidence] = {}
        self.doubts: list[str] = []

    def judge(self, entry: _Entry, wanted: _Wanted) -> None:
        """One piece of evidence, for one entry."""
        executed = [one for one in self.executed if entry.executes(one)]
        reads = [one for one in executed if wanted.is_read_by(one)]
        if not reads:
            self._absent(entry, wanted, executed)
        elif all(wanted.lacks(one) for one in reads):
            self._loose(entry, wanted, reads)

    def _absent(self, entry: _Entry, wanted: _Wanted, executed: list[Executed]) -> None:
        unit = entry.start.unit
        doubts = [
            f"{self._at(one)} could read it: {_reasons(one.query.unread)}" for one in executed if one.query.unread
        ]
        doubts = doubts or list(self._may_read(wanted.tables))
        if doubts:
            tables = " or ".join(map(str, wanted.tables))
            self.doubts += [
                f"no read of {tables} ({wanted.name}) from {unit.symbol} is seen, but {one}" for one in doubts
            ]
            return
        self.unread.append(
            UnreadEvidence(
                wanted.name,
                tuple(map(str, wanted.tables)),
                unit.symbol,
                self.places.definition(unit),
                (self.places.entry(unit),),
            )
        )

    def _loose(self, entry: _Entry, wanted: _Wanted, reads: list[Executed]) -> None:
        """None of the reads constrains all columns: the one that lacks least speaks for all."""
        open_ = [one for one in reads if one.query.loose]
        if open_:
            self.doubts += [
                f"whether {self._at(one)} constrains {', '.join(wanted.lacks(one))} ({wanted.name}) is not known: "
                f"{_reasons(one.query.loose)}"
                for one in open_[:1]
            ]
            return
        nearest = min(reads, key=lambda one: len(wanted.lacks(one)))
        table = next(found for one in wanted.tables if (found := nearest.query.read_of(one)) is not None)
        location = self.location(nearest.place)
        self.unconstrained.setdefault(
            (wanted.name, location),
            UnconstrainedEvidence(
                wanted.name,
                str(table),
                wanted.lacks(nearest),
                entry.start.unit.symbol,
                location,
                tuple(self._steps(entry, nearest)),
            ),
        )

    def _steps(self, entry: _Entry, executed: Executed) -> Iterable[Step]:
        yield self.places.entry(entry.start.unit)
        *calls, (context, register) = entry.way(executed)
        yield from self.places.way(calls, context.unit)
        yield self.places.step(context.unit, register, "read")

    def location(self, site: Site) -> Location:
        """Where an instruction stands."""
        return self.places.location(site[0].unit, site[1])

    def unreadable(self, executed: Executed) -> UnresolvedCall:
        """A query that cannot be read, as the list of unresolved calls names it."""
        context, register = executed.place
        location = self.location((context, register))
        return UnresolvedCall(
            location.file,
            location.span.line,
            self.places.text(context.unit, register),
            f"the query cannot be read: {_reasons(executed.query.unread)}",
        )

    def _at(self, executed: Executed) -> str:
        location = self.location(executed.place)
        return f"the query at {location.file}:{location.span.line}"


def _reasons(reasons: Iterable[str]) -> str:
    return "; ".join(sorted(reasons))
