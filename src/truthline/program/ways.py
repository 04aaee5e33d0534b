"""The ways of a flow into a state, each with its witness."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from truthline.facts.code import Attr, Await, Call, Import, ImportFrom, Item, Load, Register
from truthline.model.finding import Step, StepKind
from truthline.model.location import Location
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context
from truthline.program.modules import Found
from truthline.program.observe import Observer
from truthline.program.places import Places
from truthline.program.slices import Slice
from truthline.program.states import StateObjects

Depth = Literal["import", "call", "read", "write", "decide"]
_DEEPEST: dict[Depth, int] = {"import": 0, "call": 1, "write": 2, "read": 3, "decide": 4}


class Way(msgspec.Struct, frozen=True):
    """A way from a flow's entry into a state.

    `location` is the last step outside the state's modules, where the finding stands; `target` is what is
    reached, as `module:Qual.name`; `steps` go from the entry to it.
    """

    state: str
    depth: Depth
    target: str
    location: Location
    steps: tuple[Step, ...]


class _Event(msgspec.Struct, frozen=True, eq=False):
    """Something that a context outside the state's modules does with the state."""

    context: Context
    register: Register
    depth: Depth
    target: str
    inner: tuple[tuple[Context, Register], ...] = ()
    unit: Unit | None = None


class WayFinder:
    """Finds the ways of one slice into one state."""

    def __init__(self, part: Slice, state: StateObjects, places: Places) -> None:
        self.slice = part
        self.engine = part.engine
        self.state = state
        self.places = places
        self.observer = Observer(part, state)

    def ways(self) -> tuple[Way, ...]:
        """One way a place, the deepest there with the shortest witness, in the order of the text."""
        events = [event for context in self.slice.arrivals for event in self._events(context)]
        chosen: dict[tuple[str, int, int, bool], Way] = {}
        for event in self._folded(events):
            way = self._way(event)
            span = way.location.span
            key = (way.location.file, span.line, span.column, way.depth == "write")
            known = chosen.get(key)
            if known is None or _rank(way) > _rank(known):
                chosen[key] = way
        return tuple(chosen[key] for key in sorted(chosen))

    # -- events -------------------------------------------------------------------------------

    def _events(self, context: Context) -> Iterable[_Event]:
        if self.state.holds(context.unit):
            if self.slice.arrivals[context] is None:
                yield from self._entered(context)
            return
        yield from self._imports(context)
        yield from self._direct(context)
        for register in self.slice.executable(context):
            for target in self.slice.effects(context, register).targets:
                if self.state.holds(target.unit):
                    yield from self._called(context, register, target)
            yield from self._constructed(context, register)

    def _entered(self, context: Context) -> Iterable[_Event]:
        """An entry that stands in the state's own module."""
        for inner in self.observer.inside(context):
            for register, target in self.observer.of(inner).reads.items():
                yield _Event(inner, register, "read", target)

    def _direct(self, context: Context) -> Iterable[_Event]:
        found = self.observer.of(context)
        gets_out = found.observed | found.returned
        for register, target in found.reads.items():
            if register in gets_out or (self.state.role == "forbidden" and not found.writes):
                yield _Event(context, register, "read", target)
        for register, target in found.writes.items():
            yield _Event(context, register, "write", target)

    def _called(self, context: Context, register: Register, target: Context) -> Iterable[_Event]:
        inside = self.observer.inside(target)
        reads = [(one, place) for one in inside for place in self.observer.of(one).reads]
        writes = [(one, place) for one in inside for place in self.observer.of(one).writes]
        observed = bool(self.observer.of(target).returned) or any(self.observer.of(one).observed for one in inside)
        if reads and (observed or (self.state.role == "forbidden" and not writes)):
            yield self._into(context, register, target, "read", reads)
        if writes:
            yield self._into(context, register, target, "write", writes)
        elif not reads and not self.state.is_harmless(target.unit):
            yield _Event(context, register, "call", target.unit.symbol, (), target.unit)

    def _into(
        self,
        context: Context,
        register: Register,
        target: Context,
        depth: Depth,
        places: list[tuple[Context, Register]],
    ) -> _Event:
        inner = self._shortest(target, places)
        end, place = inner[-1]
        found = self.observer.of(end)
        holder = (found.reads if depth == "read" else found.writes)[place]
        return _Event(context, register, depth, holder, inner)

    def inner_path(
        self, context: Context, register: Register, end: tuple[Context, Register]
    ) -> tuple[tuple[Context, Register], ...]:
        """From a call outside to a place in the state's modules, which comes last."""
        starts = [one for one in self.slice.effects(context, register).targets if self.state.holds(one.unit)]
        paths = [self._shortest(start, [end]) for start in starts]
        return min(paths, key=len, default=(end,))

    def _shortest(self, start: Context, ends: list[tuple[Context, Register]]) -> tuple[tuple[Context, Register], ...]:
        """The calls inside the state's modules from `start` to the nearest of `ends`, which comes last."""
        wanted = dict(reversed(ends))
        came: dict[Context, tuple[Context, Register] | None] = {start: None}
        queue = [start]
        while queue:
            context = queue.pop(0)
            if context in wanted:
                steps = [(context, wanted[context])]
                arrival = came[context]
                while arrival is not None:
                    steps.append(arrival)
                    arrival = came[arrival[0]]
                return tuple(reversed(steps))
            for register, target in self.slice.edges(context):
                if self.state.holds(target.unit) and target not in came:
                    came[target] = (context, register)
                    queue.append(target)
        return (ends[0],)

    def _constructed(self, context: Context, register: Register) -> Iterable[_Event]:
        """A class of the state's module is called although it has no `__init__` of its own."""
        call = context.unit.code.instructions[register]
        if not isinstance(call, Call):
            return
        for value in self.engine.value(context, call.func):
            if isinstance(value, Class) and self.state.holds(value.unit) and not self.state.is_harmless(value.unit):
                yield _Event(context, register, "call", value.unit.symbol, (), value.unit)

    # -- imports ------------------------------------------------------------------------------

    def _imports(self, context: Context) -> Iterable[_Event]:
        for register in self.slice.executable(context):
            instruction = context.unit.code.instructions[register]
            if isinstance(instruction, (Import, ImportFrom)):
                target = self.imported(context, register)
                if target is not None:
                    yield _Event(context, register, "import", target)
            elif isinstance(instruction, Load):
                yield from self._used_import(context, instruction.name)
            else:
                for module in self.slice.effects(context, register).imports:
                    if module in self.state.modules:
                        yield _Event(context, register, "import", module)

    def _used_import(self, context: Context, name: str) -> Iterable[_Event]:
        """A module-level import whose name the function uses."""
        module = self.engine.module(context.unit.module)
        if module is None:
            return
        for _, bind in module.unit.bindings.get(name, ()):
            target = self.imported(module, bind.value)
            if target is not None:
                yield _Event(module, bind.value, "import", target, ((context, -1),))

    def imported(self, context: Context, register: Register) -> str | None:
        """What of the state an import takes; None where it takes nothing of it, or only what is harmless."""
        instruction = context.unit.code.instructions[register]
        if not isinstance(instruction, (Import, ImportFrom)) or instruction.checking:
            return None
        module = self.engine.names.absolute(context.unit, instruction.module, instruction.level)
        if isinstance(instruction, Import):
            return module if module in self.state.modules else None
        if f"{module}.{instruction.name}" in self.state.modules:
            return f"{module}.{instruction.name}"
        return self._imported_name(context, register, module, instruction.name)

    def _imported_name(self, context: Context, register: Register, module: str, name: str) -> str | None:
        if module in self.state.modules:
            return None if self.state.is_harmless_name(module, name) else f"{module}:{name}"
        found = self.engine.modules.lookup(module, name) if self.engine.modules.get(module) else None
        if isinstance(found, Found) and found.module in self.state.modules:
            return None if self.state.is_harmless_name(found.module, found.name) else f"{found.module}:{found.name}"
        for value in sorted(self.engine.value(context, register), key=repr):
            defined = self.state.defined_here(value)
            if defined is not None and not self.state.is_harmless_name(*defined):
                return f"{defined[0]}:{defined[1]}"
        return None

    # -- one mistake, one finding -------------------------------------------------------------

    def _folded(self, events: list[_Event]) -> list[_Event]:
        """Leaves out what only serves something deeper.

        An import, an accessor or a construction is part of the write it is needed for, and of the read to whose
        witness it belongs. Writes themselves are no findings where the role is "cache".
        """
        reads = [event for event in events if event.depth == "read"]
        writes = [event for event in events if event.depth == "write"]
        serving = self._serving(reads)
        if not reads and writes and self.state.role == "cache":
            return []
        kept = [] if self.state.role == "cache" else list(writes)
        kept += reads
        for event in events:
            if event.depth == "call" and not self._serves(event, serving):
                kept.append(event)
        called = self._serving([event for event in kept if event.depth in ("read", "call")])
        for event in events:
            if event.depth == "import" and not self._serves(event, called):
                kept.append(event)
        return kept

    def _serving(self, events: list[_Event]) -> set[Unit]:
        """The functions on the witnesses of the events, and those that they call."""
        found: set[Unit] = set()
        for event in events:
            contexts = [event.context, *(context for context, _ in self.slice.path(event.context))]
            for context in contexts:
                found.add(context.unit)
            found |= {target.unit for _, target in self.slice.edges(event.context)}
        return found

    def _serves(self, event: _Event, serving: set[Unit]) -> bool:
        context = event.inner[0][0] if event.depth == "import" and event.inner else event.context
        return context.unit in serving

    # -- witnesses ----------------------------------------------------------------------------

    def _way(self, event: _Event) -> Way:
        location = self.places.location(event.context.unit, event.register)
        steps = tuple(self._steps(event))
        return Way(self.state.name, event.depth, event.target, location, steps)

    def _steps(self, event: _Event) -> Iterable[Step]:
        if event.depth == "import" and event.inner:
            yield from self.approach(event.inner[0][0])
            yield self.places.step(event.context.unit, event.register, "import")
            return
        yield from self.approach(event.context)
        if event.inner:
            *calls, (last, place) = event.inner
            yield from self.calls(((event.context, event.register), *calls), last.unit)
            yield self.places.step(last.unit, place, "write" if event.depth == "write" else "read")
        else:
            kind: StepKind = "read" if event.depth == "decide" else event.depth
            yield self.places.step(event.context.unit, event.register, kind)

    def approach(self, context: Context) -> Iterable[Step]:
        """The first steps of a witness: from the entry to a context."""
        path = self.slice.path(context)
        yield self.places.entry(path[0][0].unit if path else context.unit)
        yield from self.calls(path, context.unit)

    def calls(self, path: Sequence[tuple[Context, Register]], end: Unit) -> Iterable[Step]:
        """The steps of successive calls, the last of which is one of `end`."""
        for (context, register), step in zip(path, self.places.way(path, end), strict=True):
            yield replace(step, kind="dispatch") if self._is_dispatch(context, register) else step

    def _is_dispatch(self, context: Context, register: Register) -> bool:
        """Whether the callee was taken out of a container."""
        instructions = context.unit.code.instructions
        call = instructions[register]
        if isinstance(call, Await):
            call = instructions[call.base]
        if not isinstance(call, Call):
            return False
        func = instructions[call.func]
        holder = instructions[func.base] if isinstance(func, Attr) else func
        if isinstance(holder, Item):
            return True
        taken = instructions[holder.func] if isinstance(holder, Call) else None
        return isinstance(taken, Attr) and taken.name in ("get", "pop", "setdefault")


def _rank(way: Way) -> tuple[int, int]:
    return _DEEPEST[way.depth], -len(way.steps)
