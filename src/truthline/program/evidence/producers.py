"""The producers of evidence: whether each of them writes it on every way to success."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truthline.facts.code import Attr, Call, Register
from truthline.model.finding import Step
from truthline.model.location import Location
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.persisting import Lapse, Persisting
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.evidence.tables import Table
from truthline.program.places import Places
from truthline.program.slices import Slice


class UnpersistedEvidence(msgspec.Struct, frozen=True):
    """A return of success that no write of the evidence precedes."""

    producer: str
    tables: tuple[str, ...]
    location: Location
    steps: tuple[Step, ...]


class Producers:
    """Judges functions that must persist evidence."""

    def __init__(self, engine: Engine, places: Places, texts: SqlTexts) -> None:
        self.engine = engine
        self.places = places
        self._texts = texts
        self._writers: dict[tuple[Unit, tuple[Table, ...]], bool] = {}

    def lapses(self, units: Iterable[Unit], tables: tuple[Table, ...]) -> Iterable[UnpersistedEvidence]:
        """The lapses of the producers, in the order of the text; what only declares a method produces nothing."""
        for unit in units:
            if not self._is_declaration(unit):
                self.engine.enter((unit,))
                context = self.engine.ambient(unit, deep=True)
                found = [(context, lapse) for lapse in self._lapses(context, tables)]
                for around in self._around(unit) if not found else ():
                    found += [(around, lapse) for lapse in self._lapses(around, tables)]
                yield from (self._unpersisted(unit, one.unit, lapse, tables) for one, lapse in found)

    def _lapses(self, context: Context, tables: tuple[Table, ...]) -> list[Lapse]:
        queries = Queries(Slice(self.engine, [context]), self._texts)
        return Persisting(queries, tables, lambda at, call: self._may_write(at, call, tables)).lapses(context)

    def _around(self, unit: Unit) -> Iterable[Context]:
        """What decorators of the analysed code put in the place of a producer."""
        for function in self.engine.serving.decorated(unit):
            inner = function.unit
            yield self.engine.universe.context(inner, function.closure, (None,) * len(inner.code.params), True, True)

    def _is_declaration(self, unit: Unit) -> bool:
        """A method that is abstract, or belongs to a protocol."""
        classes = self.engine.classes
        if "abstractmethod" in classes.decorators(unit) or "overload" in classes.decorators(unit):
            return True
        owner = unit.owner
        if owner is None or owner.parent is None:
            return False
        return classes.is_protocol(self.engine.universe.make(Class, owner, self.engine.ambient(owner.parent)))

    def _unpersisted(self, producer: Unit, unit: Unit, lapse: Lapse, tables: tuple[Table, ...]) -> UnpersistedEvidence:
        """A lapse in a producer, or in the function `unit` that a decorator puts in its place."""
        steps = [self.places.entry(producer)]
        steps += [self.places.step(unit, register, "value") for register in dict.fromkeys(lapse.tests)]
        location = self.places.location(unit, lapse.returned)
        if unit.code.where(lapse.returned)[:2] == unit.code.position[:2]:
            location = self.places.definition(unit)
        else:
            steps.append(self.places.step(unit, lapse.returned, "value"))
        return UnpersistedEvidence(producer.symbol, tuple(map(str, tables)), location, tuple(steps))

    def _may_write(self, context: Context, register: Register, tables: tuple[Table, ...]) -> bool:
        """Whether a call of which not every target is known could mean a function that writes."""
        call = context.unit.code.instructions[register]
        func = context.unit.code.instructions[call.func] if isinstance(call, Call) else None
        if not isinstance(func, Attr):
            return False
        return any(
            self._writes(unit, tables)
            for module in self.engine.modules.files_defining(func.name)
            for unit in self.engine.bodies.units(module.name)
            if unit.is_function and unit.name == func.name and unit.owner is not None
        )

    def _writes(self, unit: Unit, tables: tuple[Table, ...]) -> bool:
        """Whether a function's own slice writes one of the tables."""
        found = self._writers.get((unit, tables))
        if found is None:
            self._writers[unit, tables] = False
            queries = Queries(Slice(self.engine, [self.engine.ambient(unit)]), self._texts)
            found = any(one.query.writes_of(table) for one in queries.all() for table in tables)
            self._writers[unit, tables] = found
        return found
