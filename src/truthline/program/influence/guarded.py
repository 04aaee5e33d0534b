"""Writes of the columns that a flow guards."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truthline.facts.code import Attr, Call, Register, SetAttr
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context
from truthline.program.evidence.executed import Executed, Queries
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


def guards_of(written: Iterable[str]) -> tuple[Guard, ...]:
    """The columns that a config names: `table.column` or `schema.table.column`."""
    found = []
    for name in written:
        table, _, column = name.rpartition(".")
        found.append(Guard(name, wanted_table(table), column.strip('"`[]').lower()))
    return tuple(found)


class GuardedWrites:
    """The writes of guarded columns in a slice; inserting a row, and assigning what nobody commits, are none."""

    def __init__(self, queries: Queries, guards: tuple[Guard, ...]) -> None:
        self.queries = queries
        self.guards = guards

    def within(self, context: Context) -> Iterable[tuple[Site, Guard]]:
        """Those that a context executes, each where its statement is handed over."""
        for executed in self.queries.within(context):
            guard = self._guard(executed)
            if guard is not None and self._lasts(Site(executed.context, executed.register)):
                yield Site(*executed.place), guard
        for register, store in context.unit.find(SetAttr):
            site = Site(context, register)
            guard = None if self.queries.at(*site) else self._assigned(site, store)
            if guard is not None and self._lasts(site):
                yield site, guard

    def _assigned(self, site: Site, store: SetAttr) -> Guard | None:
        """The guarded column that an attribute is, where only the callers tell what session its object came from."""
        named = [guard for guard in self.guards if guard.column == store.name.lower()]
        pending: list[tuple[Passing, ...]] = [()] if named else []
        while pending:
            stack = pending.pop()
            terms = self.queries.chains.terms(Place(site.context, store.base, stack))
            tables = [term.mapping.table for term in terms if isinstance(term, Rows)]
            for guard in named:
                if any(names(guard.table, table) for table in tables):
                    return guard
            if Free() in terms and len(stack) < _DEEPEST:
                outermost = stack[0][0] if stack else site.context
                pending += [(caller, *stack) for caller in self.queries.passing.callers(outermost)]
        return None

    def _guard(self, executed: Executed) -> Guard | None:
        for guard in self.guards:
            for write in executed.query.writes_of(guard.table):
                columns = {column.lower() for column in write.columns}
                if write.operation in _CHANGES and (guard.column in columns or not columns):
                    return guard
        return None

    def _lasts(self, site: Site) -> bool:
        """Whether an assigned attribute is committed by anybody: the function, its module, or the slice."""
        unit = site.context.unit
        if not isinstance(unit.code.instructions[site.register], SetAttr):
            return True
        slice_units = {context.unit for context in self.queries.slice.arrivals}
        module = self.queries.engine.bodies.units(unit.module)
        return any(_commits(one) for one in (*slice_units, *module))


def _commits(unit: Unit) -> bool:
    called: set[Register] = {call.func for _, call in unit.find(Call)}
    return any(register in called and attribute.name in _COMMITS for register, attribute in unit.find(Attr))
