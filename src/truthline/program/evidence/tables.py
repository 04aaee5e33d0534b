"""Tables, columns, and what a query does to them."""

from __future__ import annotations

import msgspec

_DEFAULT_SCHEMAS = ("public", "main", "dbo")
"""The schemas that an unqualified name means where nobody says otherwise (PostgreSQL, SQLite, SQL Server)."""
_FOLDS_QUOTED = ("sqlite", "mysql", "tsql", "doris", "starrocks")
_FOLDS_UP = ("oracle", "snowflake")


class Table(msgspec.Struct, frozen=True, order=True):
    """A table. Names that SQL leaves unquoted are in lower case."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class Column(msgspec.Struct, frozen=True, order=True):
    """A column of a table."""

    table: Table
    name: str


class Write(msgspec.Struct, frozen=True, order=True):
    """An "insert", "update", "delete" or "upsert" of a table.

    `columns` are those that it sets, as far as they are named.
    """

    table: Table
    operation: str
    columns: frozenset[str] = frozenset()


class Query(msgspec.Struct, frozen=True):
    """What a query does.

    `constrained` are the columns that its conditions mention (WHERE, HAVING, FILTER, JOIN ON and USING). `unread` says
    why it may read or write more than that, `loose` why it may constrain more; both are empty where all is known.
    """

    reads: frozenset[Table] = frozenset()
    writes: frozenset[Write] = frozenset()
    constrained: frozenset[Column] = frozenset()
    unread: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()

    def joined(self, *others: Query) -> Query:
        """This query and others as one."""
        every = (self, *others)
        return Query(
            reads=frozenset().union(*(one.reads for one in every)),
            writes=frozenset().union(*(one.writes for one in every)),
            constrained=frozenset().union(*(one.constrained for one in every)),
            unread=frozenset().union(*(one.unread for one in every)),
            loose=frozenset().union(*(one.loose for one in every)),
        )

    def read_of(self, wanted: Table) -> Table | None:
        """The table that it reads and that a config calls `wanted`."""
        return min((table for table in self.reads if names(wanted, table)), default=None)

    def writes_of(self, wanted: Table) -> tuple[Write, ...]:
        """What it writes into the table that a config calls `wanted`; deleting is no writing of evidence."""
        return tuple(
            sorted(write for write in self.writes if names(wanted, write.table) and write.operation != "delete")
        )

    def constrains(self, wanted: Table, column: str) -> bool:
        """Whether it constrains a column of the table that a config calls `wanted`."""
        return any(names(wanted, one.table) and one.name in (column, column.lower()) for one in self.constrained)


def unknown(reason: str) -> Query:
    """A query of which nothing is known."""
    return Query(unread=frozenset((reason,)), loose=frozenset((reason,)))


def wanted_table(text: str) -> Table:
    """A table as a config names it: `table` or `schema.table`."""
    schema, _, name = text.rpartition(".")
    return Table(name.strip('"`[]'), schema.strip('"`[]') or None)


def names(wanted: Table, table: Table) -> bool:
    """Whether a config's table is that one.

    A name without a schema means the table of the default schema, whether SQL qualifies it or not.
    """
    if table.name not in (wanted.name, wanted.name.lower()):
        return False
    if wanted.schema is None:
        return table.schema is None or table.schema in _DEFAULT_SCHEMAS
    return table.schema is None or table.schema in (wanted.schema, wanted.schema.lower())


def folded(name: str, quoted: bool, dialect: str) -> str:
    """An identifier as the database compares it."""
    if not quoted or dialect in _FOLDS_QUOTED:
        return name.lower()
    return name.lower() if dialect in _FOLDS_UP and name.isupper() else name
