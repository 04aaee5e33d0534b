"""Mode "decide": whether what is read of a state can have an influence on what a flow decides.

A flow decides by what it returns, yields and raises, and by what it writes or does outside that lasts. From each of
these the question goes back to what it depends on, until a read of the state is met. A test on the state is no decision
of its own: it counts by what runs or not because of it. Logging, measuring and writing to the state are nothing of
the sort.
"""

from __future__ import annotations

from collections.abc import Iterable

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.model.finding import Step as WitnessStep
from truthline.program.engine.reach import reaches
from truthline.program.engine.units import operands
from truthline.program.engine.values import Context
from truthline.program.influence.dependence import Dependence
from truthline.program.influence.graph import Edge, Node, Site
from truthline.program.influence.leaving import leaving
from truthline.program.influence.walk import Step, Walk
from truthline.program.slices import Slice
from truthline.program.states import StateObjects
from truthline.program.ways import Way, WayFinder


class DecisionFinder:
    """Finds where one state decides in one slice."""

    def __init__(self, part: Slice, finder: WayFinder, dependence: Dependence) -> None:
        self.slice = part
        self.engine = part.engine
        self.finder = finder
        self.state: StateObjects = finder.state
        self.observer = finder.observer
        self.sites = dependence.sites
        self.dependence = dependence

    def ways(self) -> tuple[Way, ...]:
        """One way a place at which the state is read and decides, the shortest there, in the order of the text."""
        if not any(self.observer.of(context).reads for context in self.slice.arrivals):
            return ()
        walk = self._walk()
        chosen: dict[tuple[str, int, int], Way] = {}
        for read in [step for step in walk.came_from if self._is_read(step.node)]:
            for place, step in leaving(walk, self.state, self.slice, read):
                way = self._way(walk, read, place, step)
                span = way.location.span
                key = (way.location.file, span.line, span.column)
                if key not in chosen or len(way.steps) < len(chosen[key].steps):
                    chosen[key] = way
        return tuple(chosen[key] for key in sorted(chosen))

    def _walk(self) -> Walk:
        """The walk is done again until it has made nothing new known."""
        spent = -1
        while True:
            walk = Walk(self.sites, self._edges, self.dependence.pass_in)
            walk.run(list(self._decided()))
            if spent == self.engine.solver.spent:
                return walk
            spent = self.engine.solver.spent

    def _edges(self, node: Node) -> Iterable[Edge]:
        """A read of the state is an end: what it says is the state's."""
        return () if self._is_read(node) else self.dependence.expand(node)

    def _is_read(self, node: Node) -> bool:
        if node.kind not in ("value", "whole") or node.context is None or node.context not in self.slice.arrivals:
            return False
        if node.register not in self.observer.of(node.context).reads:
            return False
        return self.dependence.memory.just_stored(node.context, node.register) is None

    # -- what a flow decides ------------------------------------------------------------------

    def _decided(self) -> Iterable[Node]:
        for context, arrival in self.slice.arrivals.items():
            if arrival is None:
                yield from self._handed_out(context)
            if not self.state.holds(context.unit):
                yield from self._done(context)

    def _handed_out(self, context: Context) -> Iterable[Node]:
        """What an entry returns, yields and raises."""
        for register, one in context.unit.find(ir.Return):
            if context.unit.place(register) is not None and reaches(self.engine, context, register):
                yield Node("whole", context, one.value)
        yield Node("returned", context)
        yield Node("yielded", context)
        yield Node("raised", context)

    def _done(self, context: Context) -> Iterable[Node]:
        """What a function does that lasts: with what, and whether it does."""
        for register, call in context.unit.find(ir.Call):
            if not reaches(self.engine, context, register):
                continue
            if self.dependence.outside.writes(context, register, call):
                yield from (Node("whole", context, argument) for argument in operands(call)[1:])
                yield Node("value", context, call.func)
                yield from self._whether(context, register)
        for register, store in context.unit.find(ir.SetAttr):
            if reaches(self.engine, context, register) and self._is_update(context, register):
                yield Node("whole", context, store.value)
                yield from self._whether(context, register)

    def _is_update(self, context: Context, register: Register) -> bool:
        """Whether an attribute is a column of a mapped object."""
        return any(executed.query.writes for executed in self.dependence.outside.queries.at(context, register))

    def _whether(self, context: Context, register: Register) -> Iterable[Node]:
        place = context.unit.place(register)
        if place is not None:
            yield Node("runs", context, place[0])
            yield Node("called", context)

    # -- places and witnesses -----------------------------------------------------------------

    def _way(self, walk: Walk, read: Step, place: Site, step: Step) -> Way:
        shown = [
            *self.finder.approach(place.context),
            *self._reading(place, read.node),
            *self._values(walk, step, place),
        ]
        location = self.finder.places.location(place.context.unit, place.register)
        return Way(self.state.name, "decide", self._holder(read.node), location, tuple(_without_repeats(shown)))

    def _holder(self, read: Node) -> str:
        return self.observer.of(read.context).reads[read.register] if read.context is not None else ""

    def _reading(self, place: Site, read: Node) -> Iterable[WitnessStep]:
        """From the place outside to the read."""
        if read.context is None:
            return
        if place != (read.context, read.register):
            inside = self.finder.inner_path(*place, (read.context, read.register))[:-1]
            yield from self.finder.calls((place, *inside), read.context.unit)
        yield self.finder.places.step(read.context.unit, read.register, "read")

    def _values(self, walk: Walk, step: Step, place: Site) -> Iterable[WitnessStep]:
        """The value's way to what it decides."""
        for node, _ in walk.way(step):
            context = node.context
            if context is None or context.unit.model or self.state.holds(context.unit):
                continue
            register = self._shown(context, node)
            is_place = register == place.register and context is place.context
            if register is not None and not is_place and context.unit.code.where(register)[0] > 0:
                yield self.finder.places.step(context.unit, register, "value")

    def _shown(self, context: Context, node: Node) -> Register | None:
        """The instruction that stands for a node in a witness."""
        if node.kind in ("value", "whole"):
            return node.register
        if node.kind == "runs":
            placed = context.unit.code.blocks[node.register].registers
            return next((one for one in placed if context.unit.code.where(one)[0] > 0), None)
        return None


def _without_repeats(steps: Iterable[WitnessStep]) -> Iterable[WitnessStep]:
    """The same line is shown once where it would be said again in the next step."""
    last: WitnessStep | None = None
    for step in steps:
        is_same = last is not None and step.kind == "value" and last.location.span.line == step.location.span.line
        if not (is_same and last is not None and last.location.file == step.location.file):
            yield step
            last = step
