"""What a register means to a query: texts, mapped classes, parts of statements, rows, and collections of these.

A register has a set of terms, one for each thing that it may be; an empty set is something that has no say in a query.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from truthline.facts.code import Register
from truthline.program.engine.values import Class, Context
from truthline.program.evidence.mapped import Mapping
from truthline.program.evidence.tables import Column, Query

Site = tuple[Context, Register]


class Place(msgspec.Struct, frozen=True):
    """A register of a context, entered through a stack of calls (the innermost last).

    Where the stack is empty, a parameter is free: whoever asks must say which call is meant. Where it is None, all
    calls are meant.
    """

    context: Context
    register: Register
    stack: tuple[Site, ...] | None = ()

    def beside(self, register: Register) -> Place:
        """Another register of the same activation."""
        return Place(self.context, register, self.stack)


class Text(msgspec.Struct, frozen=True):
    """A string; HOLE stands in it for a part that is not known."""

    value: str


class Free(msgspec.Struct, frozen=True):
    """Whatever a call of the outermost function passes."""


class Unclear(msgspec.Struct, frozen=True):
    """Something that cannot be known, and why."""

    reason: str


class Entity(msgspec.Struct, frozen=True):
    """A mapped class or a table, also under an alias."""

    mapping: Mapping


class Manager(msgspec.Struct, frozen=True):
    """What makes queries of a mapped class: Django's `Model.objects`, Flask-SQLAlchemy's `Model.query`."""

    mapping: Mapping


class Rows(msgspec.Struct, frozen=True):
    """What executing a query returns: objects of a mapped class, or results that hold them."""

    mapping: Mapping


class Relation(msgspec.Struct, frozen=True):
    """A relationship of `source` to `target`."""

    source: Mapping
    target: Mapping


class Made(msgspec.Struct, frozen=True):
    """An object of the analysed code, by the call that made it."""

    place: Place
    cls: Class


PartKind = Literal["expression", "statement", "query", "queryset"]


class Part(msgspec.Struct, frozen=True):
    """A part of a query, or all of it.

    `columns` are mentioned, but constrain nothing unless they come into a condition. `subject` is the mapped class that
    `filter_by` and the rows speak of. A "query" (SQLAlchemy's `Query`) and a "queryset" (Django's) are executed by
    methods of their own, a "statement" by being passed to a session. `rest` is what the query does besides reading
    what it selects.
    """

    kind: PartKind = "expression"
    query: Query = Query()
    columns: frozenset[Column] = frozenset()
    subject: Mapping | None = None
    rest: Query = Query()

    def also(self, *queries: Query) -> Part:
        """The part with more clauses."""
        query, rest = self.query.joined(*queries), self.rest.joined(*queries)
        return msgspec.structs.replace(self, query=query, rest=rest)

    def mentioned(self) -> Query:
        """The query with the tables of the mentioned columns."""
        tables = frozenset(column.table for column in self.columns if column.table.name)
        return msgspec.structs.replace(self.query, reads=self.query.reads | tables)


class Sequence(msgspec.Struct, frozen=True):
    """A list, tuple or set: the elements whose place is known, and the others."""

    items: tuple[frozenset[Term], ...] = ()
    others: frozenset[Term] = frozenset()

    @property
    def every(self) -> frozenset[Term]:
        """All elements."""
        return self.others.union(*self.items)


class Keyed(msgspec.Struct, frozen=True):
    """A mapping: its keys where they are known, with what stands there."""

    entries: tuple[tuple[str | None, frozenset[Term]], ...] = ()

    @property
    def every(self) -> frozenset[Term]:
        """All that it holds."""
        return frozenset().union(*(terms for _, terms in self.entries))

    def under(self, key: str | None) -> frozenset[Term]:
        """What may stand under a key."""
        wanted = [terms for name, terms in self.entries if key is None or name is None or name == key]
        return frozenset().union(*wanted)


Term: TypeAlias = Text | Free | Unclear | Entity | Manager | Rows | Relation | Made | Part | Sequence | Keyed
Terms = frozenset[Term]
NONE: Terms = frozenset()
