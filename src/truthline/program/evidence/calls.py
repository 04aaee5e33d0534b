"""Names under which libraries execute statements."""

from __future__ import annotations

from truthline.program.engine.sql import EXECUTING
from truthline.program.evidence.alchemy import Given
from truthline.program.evidence.tables import Query, Table, Write
from truthline.program.evidence.terms import NONE, Terms, Text

KEYED = ("get", "get_one")
"""Methods of a session that are passed a mapped class and a key."""
ASIDE = ("query", "cursor")
"""Methods that execute a text, but mostly are passed something else."""
_COPIES = {
    "copy_from_table": (0, "read"), "copy_to_table": (0, "insert"), "copy_records_to_table": (0, "insert"),
    "copy_to": (1, "read"), "copy_from": (1, "insert"),
}  # fmt: skip
"""Methods of asyncpg and psycopg2 that are passed the name of a table: at which place, and what they do with it."""
_KEYWORDS = ("statement", "sql", "query", "operation", "clause", "clauseelement", "object_", "entity")


def executes(name: str) -> bool:
    """Whether a method of this name executes the statement that it is passed."""
    return (name in EXECUTING and name not in KEYED) or name.startswith(("fetch", "execute"))


def statement_of(name: str, given: Given) -> Terms:
    """The statement among the arguments of such a method."""
    place = 1 if name in ("execute_values", "execute_batch") else 0
    if len(given.positional) > place:
        return given.positional[place]
    return NONE.union(*(given.keyword(keyword) for keyword in _KEYWORDS))


def copied(name: str, given: Given) -> Query | None:
    """What a method of `COPY` does; None where it is none, or its table is not known."""
    place, operation = _COPIES.get(name, (0, ""))
    named = given.positional[place] if operation and len(given.positional) > place else NONE
    named |= given.keyword("table_name") | given.keyword("table")
    schemas = [term.value for term in given.keyword("schema_name") if isinstance(term, Text)]
    tables = [Table(term.value, schemas[0] if schemas else None) for term in named if isinstance(term, Text)]
    if not operation or not tables:
        return None
    if operation == "read":
        return Query(reads=frozenset(tables))
    return Query(writes=frozenset(Write(table, operation) for table in tables))
