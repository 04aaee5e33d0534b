"""Which functions write which tables: statements where they are handed over, and objects of an ORM.

The survey of a module starts at each of its functions and follows a call as far as what it is passed has to do with
it, so that a statement or an object that a function hands to a repository counts as written by the function, and what
the repository does by itself does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register, SetAttr
from truthline.model.location import Location
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.evidence.calls import executes
from truthline.program.evidence.django import plain
from truthline.program.evidence.executed import Executed, Queries
from truthline.program.evidence.mapped import Mappings
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.evidence.tables import names, wanted_table
from truthline.program.influence.graph import Site
from truthline.program.influence.guarded import is_new
from truthline.program.influence.mentions import Spread
from truthline.program.places import Places
from truthline.program.slices import Slice

_DEEPEST = 4
"""The calls by which a statement may be passed on."""


_WRITING = frozenset("save delete create update add merge".split())
"""Methods that write although they may be passed nothing."""
_WRITE = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE|COPY)\b", re.IGNORECASE)


class _Spelled(msgspec.Struct, frozen=True):
    """How code means a table: by its name or the name of a mapped class, and by the attributes of such a class."""

    words: frozenset[str]
    attributes: frozenset[str]


class TableWrite(msgspec.Struct, frozen=True):
    """A write of a table: "insert", "update", "delete" or "upsert". `table` is as it was asked for."""

    table: str
    operation: str
    location: Location
    symbol: str


class TableWrites:
    """Look-up of writes, module by module."""

    def __init__(self, engine: Engine, places: Places, texts: SqlTexts) -> None:
        self._engine = engine
        self._places = places
        self._texts = texts
        self._mappings = Mappings(engine)
        self._spellings: dict[str, _Spelled] = {}
        self._cut: dict[str, None] = {}

    @property
    def cut(self) -> tuple[str, ...]:
        """The modules in which writes may have been missed, because the budget of the analysis was spent."""
        return tuple(sorted(self._cut))

    def of(self, module: str, tables: Iterable[str]) -> tuple[TableWrite, ...]:
        """The writes of these tables in a module, in the order of the text, one a place, table and operation.

        A module that neither names a table nor a class that is mapped to it is not looked at.
        """
        source = self._engine.modules.get(module)
        if source is None or source.outline is None:
            return ()
        words = set(source.outline.words.split(" "))
        wanted = [table for table in tables if not words.isdisjoint(self._spelled(table).words)]
        return self._surveyed(module, wanted) if wanted else ()

    def _surveyed(self, module: str, tables: Sequence[str]) -> tuple[TableWrite, ...]:
        units = self._engine.bodies.units(module)
        named = _Named(units, [self._spelled(table) for table in tables])
        found: dict[tuple[int, int, str, str], TableWrite] = {}
        for unit in units:
            if unit.code.kind != "class" and named.may_write(unit):
                for write in self._within(unit, tables, named):
                    span = write.location.span
                    found.setdefault((span.line, span.column, write.table, write.operation), write)
        if self._engine.solver.exhausted:
            self._cut[module] = None
        return tuple(found[place] for place in sorted(found))

    def _spelled(self, table: str) -> _Spelled:
        """The words by which a module can mean a table: its name, and what is mapped to it."""
        found = self._spellings.get(table)
        if found is None:
            wanted = wanted_table(table)
            mapped = tuple(self._mappings.bodies_of(wanted))
            words = frozenset({wanted.name, *(body.name for body in mapped)})
            attributes = frozenset(name for body in mapped for name in body.bindings)
            found = self._spellings[table] = _Spelled(words, attributes)
        return found

    def _within(self, unit: Unit, tables: Iterable[str], named: _Named) -> Iterator[TableWrite]:
        """What a function or a module's body writes by itself or by what it passes on."""
        engine = self._engine
        body = None if unit.is_function else engine.module(unit.module)
        engine.enter((unit,))
        part = _PassedOn(engine, body or engine.ambient(unit), named)
        queries = Queries(part, self._texts)
        for executed in queries.all():
            place = Site(*executed.place)
            if place.context.unit is unit and not _is_aside(engine, executed):
                for table, operation in _matching(executed, tables):
                    yield TableWrite(table, operation, self._places.location(unit, place.register), unit.symbol)


def _is_aside(engine: Engine, executed: Executed) -> bool:
    """An attribute of a row that is not stored yet, or that a caller has handed over, which is not its writing."""
    is_assigned = isinstance(executed.context.unit.code.instructions[executed.register], SetAttr)
    return (is_assigned and bool(executed.stack)) or is_new(engine, Site(executed.context, executed.register))


class _Named:
    """What functions of a module name by the words for some tables, directly or by a constant of the module."""

    def __init__(self, units: Iterable[Unit], spelled: Iterable[_Spelled]) -> None:
        self._words = frozenset[str]().union(*(one.words for one in spelled))
        self._pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(self._words)))})\b")
        self.attributes = frozenset[str]().union(*(one.attributes for one in spelled))
        self._names = self._words
        self._constants = frozenset(name for unit in units if not unit.is_function for name in self._bound(unit))
        self._names |= self._constants
        self._known: dict[Unit, set[Register]] = {}
        self._statements: dict[Unit, set[Register]] = {}

    def registers(self, unit: Unit) -> set[Register]:
        """The instructions that name one, and what is made of them."""
        found = self._known.get(unit)
        if found is None:
            found = self._known[unit] = Spread(unit, self._seeds(unit)).registers
        return found

    def statements(self, unit: Unit) -> set[Register]:
        """The instructions that make a statement that writes, and what they are passed to."""
        found = self._statements.get(unit)
        if found is None:
            texts = (register for register in self.registers(unit) if self._is_statement(unit, register))
            found = self._statements[unit] = Spread(unit, [*texts]).registers
        return found

    def _is_statement(self, unit: Unit, register: Register) -> bool:
        match unit.code.instructions[register]:
            case ir.Const(value=str(text)):
                return self._is_write(text)
            case ir.Load(name=name) | ir.Attr(name=name) | ir.LoadCell(name=name):
                return name in self._constants
            case ir.Call(func=func):
                called = unit.code.instructions[func]
                return isinstance(called, (ir.Load, ir.Attr)) and called.name.endswith(("insert", "update", "delete"))
        return False

    def may_write(self, unit: Unit) -> bool:
        """Whether an instruction names one, or can write by its own name."""
        return bool(self.registers(unit)) or any(self.writes(unit, one) for one in unit.executable)

    def writes(self, unit: Unit, register: Register) -> bool:
        """Whether an instruction can write whatever it is passed: by the name of a method or of an attribute."""
        instruction = unit.code.instructions[register]
        if isinstance(instruction, ir.SetAttr):
            return instruction.name in self.attributes
        func = unit.code.instructions[instruction.func] if isinstance(instruction, ir.Call) else None
        return isinstance(func, ir.Attr) and (executes(func.name) or plain(func.name) in _WRITING)

    def _bound(self, body: Unit) -> Iterator[str]:
        made = Spread(body, self._seeds(body)).registers
        yield from (name for name, bound in body.bindings.items() if any(register in made for register, _ in bound))

    def _seeds(self, unit: Unit) -> Iterator[Register]:
        for register, instruction in enumerate(unit.code.instructions):
            match instruction:
                case ir.Const(value=str(text)) if text in self._words or self._is_write(text):
                    yield register
                case ir.Load(name=name) | ir.Attr(name=name) | ir.LoadCell(name=name) if name in self._names:
                    yield register
                case ir.Param(index=index) if self._pattern.search(repr(unit.code.params[index].annotation)):
                    yield register

    def _is_write(self, text: str) -> bool:
        return _WRITE.search(text) is not None and self._pattern.search(text) is not None


class _PassedOn(Slice):
    """The part of a function's slice to which something that it names or passes can come."""

    def __init__(self, engine: Engine, start: Context, named: _Named) -> None:
        self._start = start
        self._named = named
        self._dependent: dict[Unit, set[Register]] = {}
        super().__init__(engine, [start])

    def executable(self, context: Context) -> Iterable[Register]:
        """What can write by its name, and what is passed something that can be written or executed."""
        passed = self._passed(context)
        yield from (one for one in context.unit.executable if one in passed or self._named.writes(context.unit, one))

    def followed(self, context: Context) -> Iterable[Register]:
        """The calls that are passed something of it, over so many calls."""
        if context is self._start:
            handed = self._named.statements(context.unit)
            yield from (register for register in context.unit.executable if register in handed)
        elif len(self.path(context)) <= _DEEPEST:
            passed = self._passed(context)
            yield from (register for register in context.unit.executable if register in passed)

    def _handed_back(self, context: Context) -> Iterable[tuple[Register, Context]]:
        """What a function returns is for its callers to run."""
        return ()

    def _passed(self, context: Context) -> Collection[Register]:
        """Of the function itself what depends on what it names, of what it calls what depends on arguments."""
        unit = context.unit
        if context is self._start:
            return self._named.registers(unit)
        found = self._dependent.get(unit)
        if found is None:
            found = self._dependent[unit] = {one for one in unit.executable if unit.depends_on((one,))}
        return found


def _matching(executed: Executed, tables: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The tables that a statement writes, and how; an upsert is an insertion and an update in one."""
    for table in tables:
        wanted = wanted_table(table)
        operations = {write.operation for write in executed.query.writes if names(wanted, write.table)}
        for operation in sorted(operations - {"insert", "update"} if "upsert" in operations else operations):
            yield table, operation
