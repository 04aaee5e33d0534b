"""Recorded calls held against the calls that the engine finds: recall, and each call that it lacks with the reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator

import msgspec

from truthline.facts.code import Call, Position, Register
from truthline.model.location import Location, Span
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.places import Places
from truthline.program.recorded import KeptCall
from truthline.program.slices import Slice
from truthline.trace.recording import Frame, RecordedCall
from truthline.trace.units import UnitFinder, holder

BUDGET = 1_000_000
"""Steps of the engine: a whole program is looked at here, not one flow."""
EVENT_LOOPS = ("asyncio.events:", "uvloop")

Edge = tuple[Unit, Unit]


class Miss(msgspec.Struct, frozen=True):
    """A recorded call that the static graph lacks. `indirect`: code that is not analysed stands between the two."""

    location: Location
    text: str
    caller: str
    callee: str
    indirect: bool
    reason: str


class Comparison(msgspec.Struct, frozen=True):
    """Counts of edges, a function that calls another being one however often it does.

    `direct` and `indirect` are recorded edges with both ends in the analysed files, `found` of each how many
    the static graph has. `entered` functions were called with no analysed frame below. `scheduled` edges have an
    event loop between the two, so that nobody saw who asked for the call. `unknown` codes stand in no unit. `lacking`
    are the recorded calls that the static graph lacks, each at an instruction; `unplaced` edges stand at none.
    """

    functions: int
    direct: int
    direct_found: int
    indirect: int
    indirect_found: int
    entered: int
    scheduled: int
    unknown: int
    misses: tuple[Miss, ...]
    lacking: tuple[KeptCall, ...]
    unplaced: int
    exhausted: bool

    @property
    def edges(self) -> int:
        """All that were compared."""
        return self.direct + self.indirect

    @property
    def found(self) -> int:
        """How many of them the static graph has."""
        return self.direct_found + self.indirect_found

    @property
    def recall(self) -> float:
        """The part that was found; 1 where nothing was recorded."""
        return self.found / self.edges if self.edges else 1.0

    def causes(self) -> list[tuple[str, int]]:
        """The reasons of the misses, the commonest first."""
        return Counter(miss.reason for miss in self.misses).most_common()


def compare(calls: Iterable[RecordedCall], engine: Engine, places: Places, finder: UnitFinder) -> Comparison:
    """Holds recorded calls against what the engine finds from every function that was executed."""
    return _Comparer(engine, places, finder).compare(sorted(calls, key=_place))


def _place(call: RecordedCall) -> tuple[str, int, str, int, str, bool]:
    caller = call.caller or Frame(call.callee, 0)
    return (caller.code.file, caller.line, call.callee.file, call.callee.first_line, call.outside, call.caller is None)


class _Comparer:
    def __init__(self, engine: Engine, places: Places, finder: UnitFinder) -> None:
        self.engine = engine
        self.places = places
        self.finder = finder
        self.counts: Counter[str] = Counter()

    def compare(self, calls: list[RecordedCall]) -> Comparison:
        executed = self._executed(calls)
        edges = self._edges(calls)
        part = whole_slice(self.engine, executed, self._entered(calls))
        static = _Static(part)
        misses: list[Miss] = []
        for call, pairs in edges:
            kind = "indirect" if call.outside else "direct"
            self.counts[kind] += 1
            if any(pair in static.edges for pair in pairs):
                self.counts[f"{kind}_found"] += 1
            else:
                misses.append(self._miss(call, pairs[0], static))
        lacking = self._lacking(calls, static)
        counts = {name: self.counts[name] for name in _COUNTS}
        return Comparison(
            **counts,
            functions=len(executed),
            misses=tuple(misses),
            lacking=lacking,
            exhausted=self.engine.solver.exhausted,
        )

    def _lacking(self, calls: list[RecordedCall], static: _Static) -> tuple[KeptCall, ...]:
        """Every recorded call whose edge is missing, where it was made."""
        found: dict[KeptCall, None] = {}
        unplaced: set[Edge] = set()
        for call in calls:
            for caller, callee in self._missing(call, static):
                site = static.site(caller, call.caller.line) if call.caller is not None else None
                if site is None:
                    unplaced.add((caller, callee))
                else:
                    found[KeptCall(caller.symbol, site, callee.symbol, call.outside)] = None
        self.counts["unplaced"] = len(unplaced)
        return tuple(found)

    def _missing(self, call: RecordedCall, static: _Static) -> list[Edge]:
        """The edges that a call may be, where it is none that the static graph has."""
        if call.caller is None or call.outside.startswith(EVENT_LOOPS):
            return []
        callees = self.finder.of_code(call.callee)
        pairs = [(caller, callee) for caller in self.finder.of_frame(call.caller) for callee in callees]
        return pairs if static.edges.isdisjoint(pairs) else []

    def _executed(self, calls: list[RecordedCall]) -> list[Unit]:
        """Every function that ran, and the modules and functions that called one."""
        found: dict[Unit, None] = {}
        for call in calls:
            found.update(dict.fromkeys(self.finder.of_code(call.callee)))
            if call.caller is not None:
                found.update(dict.fromkeys(self.finder.of_frame(call.caller)))
        return list(found)

    def _entered(self, calls: list[RecordedCall]) -> set[Unit]:
        """The functions that code which is not analysed called of its own accord."""
        asked = (call for call in calls if call.caller is None or call.outside.startswith(EVENT_LOOPS))
        return {unit for call in asked for unit in self.finder.of_code(call.callee)}

    def _edges(self, calls: list[RecordedCall]) -> list[tuple[RecordedCall, list[Edge]]]:
        """The edges to compare, each with the first call that showed it. A direct call outweighs an indirect one."""
        found: dict[tuple[Edge, ...], tuple[RecordedCall, list[Edge]]] = {}
        entered: set[Unit] = set()
        scheduled: set[tuple[Edge, ...]] = set()
        for call in sorted(calls, key=lambda call: bool(call.outside)):
            callees = self.finder.of_code(call.callee)
            if not callees:
                self.counts["unknown"] += 1
            elif call.caller is None:
                entered.update(callees)
            else:
                pairs = [(a, b) for a in self.finder.of_frame(call.caller) for b in callees]
                if call.outside.startswith(EVENT_LOOPS):
                    scheduled.add(tuple(pairs))
                else:
                    found.setdefault(tuple(pairs), (call, pairs))
        self.counts["entered"] = len(entered)
        self.counts["scheduled"] = len(scheduled - set(found))
        return list(found.values())

    def _miss(self, call: RecordedCall, edge: Edge, static: _Static) -> Miss:
        frame = call.caller
        assert frame is not None
        caller, callee = edge
        text = self.places.line(frame.code.file, frame.line).strip()
        location = Location(frame.code.file, Span(frame.line, 1, frame.line, len(text) + 1))
        reason = self._reason(call, edge, static)
        return Miss(location, text, caller.symbol, callee.symbol, bool(call.outside), reason)

    def _reason(self, call: RecordedCall, edge: Edge, static: _Static) -> str:
        caller, _ = edge
        assert call.caller is not None
        contexts = static.contexts.get(caller, [])
        if not contexts:
            return "the caller is not in the graph"
        at_line = list(_at_line(contexts, call.caller.line))
        unknown = {reason for place in at_line for reason in static.part.effects(*place).unknown}
        if unknown:
            return f"unresolved: {min(unknown)}"
        if call.outside:
            return f"called by {call.outside}"
        if not any(isinstance(place[0].unit.code.instructions[place[1]], Call) for place in at_line):
            return "no call stands at the line: an implicit call"
        others = {target.unit.symbol for place in at_line for target in static.part.effects(*place).targets}
        return "other targets are found there" if others else "nothing is found there"


_COUNTS = ("direct", "direct_found", "indirect", "indirect_found", "entered", "scheduled", "unknown", "unplaced")


class _Static:
    """The edges of a slice by unit."""

    def __init__(self, part: Slice) -> None:
        self.part = part
        self.contexts: dict[Unit, list[Context]] = defaultdict(list)
        self.edges: set[Edge] = set()
        for context in part.arrivals:
            caller = holder(context.unit)
            self.contexts[caller].append(context)
            for _, target in part.edges(context):
                if target.unit is not context.unit or target.unit.is_function:
                    self.edges.add((caller, target.unit))

    def site(self, unit: Unit, line: int) -> Position | None:
        """Where the call stands at a line that most likely made one which is not found."""
        contexts = self.contexts.get(unit) or [self.part.engine.ambient(unit)]
        places = sorted(_at_line(contexts, line), key=self._unlikely)
        return unit.code.where(places[0][1]) if places else None

    def _unlikely(self, place: tuple[Context, Register]) -> tuple[int, int, Position]:
        """Unresolved calls come first, then those of code that is not analysed; of several, the innermost."""
        context, register = place
        notes = self.part.engine.execute(context, register)
        is_call = isinstance(context.unit.code.instructions[register], Call)
        rank = 0 if notes.unknown else 1 if notes.externals else 2 if is_call else 3
        where = context.unit.code.where(register)
        return rank, where[2] - where[0], where


def whole_slice(engine: Engine, executed: Iterable[Unit], entered: Collection[Unit]) -> Slice:
    """What the executed functions and modules can execute.

    Entries are those that were entered from outside, as called from anywhere. What else was executed is looked at as
    the others call it; where they are not seen to do so, that is one missing edge, and it becomes an entry itself, so
    that the edges behind it are not missing too. Inner functions are made where the outer ones run.
    """
    modules = {unit.module: None for unit in executed}
    functions = [unit for unit in executed if unit.is_function]
    entries = [context for module in modules if (context := engine.module(module)) is not None]
    entries += [engine.ambient(unit, deep=True) for unit in functions if unit in entered and not _is_inner(unit)]
    part = Slice(engine, entries)
    while True:
        reached = {context.unit for context in part.arrivals}
        missing = [unit for unit in functions if unit not in reached]
        outer = [unit for unit in missing if not _is_inner(unit)] or missing
        if not outer:
            return part
        entries += [engine.ambient(unit, deep=True) for unit in outer]
        part = Slice(engine, entries)


def _is_inner(unit: Unit) -> bool:
    outer = unit.parent
    while outer is not None and not outer.is_function:
        outer = outer.parent
    return outer is not None


def _at_line(contexts: list[Context], line: int) -> Iterator[tuple[Context, Register]]:
    for context in contexts:
        for register in context.unit.executable:
            first, _, last, _ = context.unit.code.where(register)
            if first <= line <= last:
                yield context, register
