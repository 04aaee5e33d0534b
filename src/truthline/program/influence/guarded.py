"""Writes of the columns that a flow guards."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import msgspec

from truthline.facts.code import Attr, Call, Load, Register, SetAttr
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context, Instance
from truthline.program.evidence.executed import Executed, Queries
from truthline.program.evidence.mapped import Mapping, Mappings
from truthline.program.evidence.tables import Table, names, wanted_table
from truthline.program.evidence.terms import Free, Place, Rows
from truthline.program.evidence.terms import Site as Passing
from truthline.program.influence.graph import Site

_COMMITS = ("commit", "flush", "begin", "save", "asave", "bulk_update", "abulk_update", "bulk_save_objects")
_DEEPEST = 6
"""The calls by which a session may be passed in to where an attribute is assigned."""
_CHANGES = ("update", "upsert")


class Guard(msgspec.Struct, frozen=True):
    """A column that only a flow may write, as the config names it."""

    name: str
    table: Table
    column: str


class Guards:
    """The guarded columns of a flow: `table.column` or `schema.table.column`.

    `shared` are the entries of other flows that guard one of them too: what they write is for them to prove.
    """

    def __init__(self, engine: Engine, written: Iterable[str], shared: Iterable[Unit] = ()) -> None:
        self.engine = engine
        self.shared = tuple(shared)
        self.mappings = Mappings(engine)
        self.all: list[Guard] = []
        for name in written:
            table, _, column = name.rpartition(".")
            self.all.append(Guard(name, wanted_table(table), column.strip('"`[]').lower()))

    @cached_property
    def spelled(self) -> frozenset[str]:
        """The names by which code may write them: of the columns, and of the attributes that stand for them."""
        columns = {guard.name.rpartition(".")[2].strip('"`[]') for guard in self.all}
        return frozenset(columns.union(*(self._attributes(guard, column) for guard in self.all for column in columns)))

    def _attributes(self, guard: Guard, column: str) -> Iterable[str]:
        for module in self.engine.modules.files_mentioning(column):
            for unit in self.engine.bodies.units(module.name):
                mapping = self.mapping(unit)
                if mapping is not None and names(guard.table, mapping.table):
                    yield from (name for name in unit.bindings if guard in self.of(mapping, name))

    def mapping(self, body: Unit) -> Mapping | None:
        """The mapping of a class, by its body."""
        if body.code.kind != "class" or body.parent is None:
            return None
        return self.mappings.of(self.engine.universe.make(Class, body, self.engine.ambient(body.parent)))

    def of(self, mapping: Mapping, attribute: str) -> list[Guard]:
        """Those for which an attribute of a mapped class stands."""
        columns = {column.name.lower() for column in self.mappings.column(mapping, attribute)}
        return [guard for guard in self.all if guard.column in columns and names(guard.table, mapping.table)]


class GuardedWrite(msgspec.Struct, frozen=True):
    """A write of a guarded column, where its statement is handed over.

    `named` is False where what the statement sets is not known, so that the column may be among it.
    """

    site: Site
    guard: Guard
    named: bool = True


class GuardedWrites:
    """The writes of guarded columns in a slice; inserting a row, and assigning what nobody commits, are none."""

    def __init__(self, queries: Queries, guards: Guards) -> None:
        self.queries = queries
        self.guards = guards

    def within(self, context: Context) -> Iterable[GuardedWrite]:
        """Those that a context executes, each where its statement is handed over."""
        for executed in self.queries.within(context):
            write = self._written(executed)
            site = Site(executed.context, executed.register)
            if write is not None and self._lasts(site) and not is_new(self.guards.engine, site):
                yield write
        for register, store in context.unit.find(SetAttr):
            site = Site(context, register)
            guard = None if self.queries.at(*site) else self._assigned(site, store)
            if guard is not None and self._lasts(site) and not is_new(self.guards.engine, site):
                yield GuardedWrite(site, guard)

    def _assigned(self, site: Site, store: SetAttr) -> Guard | None:
        """The guarded column that an attribute is, where only the callers tell what session its object came from."""
        pending: list[tuple[Passing, ...]] = [()] if store.name in self.guards.spelled else []
        while pending:
            stack = pending.pop()
            terms = self.queries.chains.terms(Place(site.context, store.base, stack))
            for term in terms:
                if isinstance(term, Rows) and (found := self.guards.of(term.mapping, store.name)):
                    return found[0]
            if Free() in terms and len(stack) < _DEEPEST:
                outermost = stack[0][0] if stack else site.context
                pending += [(caller, *stack) for caller in self.queries.passing.callers(outermost)]
        return None

    def _written(self, executed: Executed) -> GuardedWrite | None:
        for guard in self.guards.all:
            for write in executed.query.writes_of(guard.table):
                columns = {column.lower() for column in write.columns}
                if write.operation in _CHANGES and (guard.column in columns or not columns):
                    return GuardedWrite(Site(*executed.place), guard, guard.column in columns)
        return None

    def _lasts(self, site: Site) -> bool:
        """Whether an assigned attribute is committed by anybody: the function, its module, the slice, or a caller."""
        unit = site.context.unit
        if _assigned_to(unit, site.register) is None:
            return True
        slice_units = {context.unit for context in self.queries.slice.arrivals}
        module = self.queries.engine.bodies.units(unit.module)
        return any(_commits(one) for one in (*slice_units, *module, *self._callers_by_name(unit)))

    def _callers_by_name(self, unit: Unit) -> Iterable[Unit]:
        """Of a mapped class's method, which an object out of a session is asked for: the functions that name it."""
        if unit.owner is not None and self.guards.mapping(unit.owner) is not None:
            for module in self.queries.engine.modules.files_mentioning(unit.name):
                named = self.queries.engine.bodies.index(module.name).attributes.get(unit.name, ())
                yield from (one for one, _ in named)


def is_new(engine: Engine, site: Site) -> bool:
    """Whether an attribute is assigned to an object that its function has made and not stored yet: a new row."""
    unit = site.context.unit
    base = _assigned_to(unit, site.register)
    if base is None:
        return False
    values = engine.value(site.context, base)
    own = [one for one in values if isinstance(one, Instance) and one.unit is unit and one.context is site.context]
    stored = [register for register in _commits(unit) if register < site.register]
    return 0 < len(values) == len(own) and not any(
        isinstance(one.site, int) and one.site < register for one in own for register in stored
    )


def _assigned_to(unit: Unit, register: Register) -> Register | None:
    """The object whose attribute an instruction assigns; None where it assigns none."""
    match unit.code.instructions[register]:
        case SetAttr(base=base):
            return base
        case Call(func=func, args=(base, _, *_)) if unit.code.instructions[func] == Load("setattr"):
            return base
    return None


def _commits(unit: Unit) -> list[Register]:
    """The calls by which a function stores what was assigned."""
    called = {call.func: register for register, call in unit.find(Call)}
    return [
        called[register] for register, attribute in unit.find(Attr) if register in called and attribute.name in _COMMITS
    ]
