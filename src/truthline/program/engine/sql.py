"""SQL as far as calls need it: what executes it, and which values are it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from truthline.program.engine.values import Class, Constant, External, Value

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

EXECUTING = frozenset(
    (
        "execute", "executemany", "executescript", "exec", "exec_driver_sql", "scalar", "scalars", "stream",
        "stream_scalars", "get", "get_one", "fetch", "fetchrow", "fetchval", "fetchone", "fetchall", "query",
        "copy", "copy_expert", "copy_from_query", "cursor", "read_sql", "read_sql_query",
    )
)  # fmt: skip
"""What executes what it is handed: methods of sessions, connections, cursors and pools, functions of pandas. To `get`,
that is a class."""

_STATEMENT = re.compile(
    r"\s*(?:(?:--[^\n]*\n|/\*.*?\*/)\s*)*\(?\s*"
    r"(?:SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|CREATE|ALTER|DROP|TRUNCATE|SET|SHOW|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|"
    r"RELEASE|LOCK|PRAGMA|EXPLAIN|CALL|REFRESH|VACUUM|ANALYZE|NOTIFY|LISTEN|COPY|REPLACE|UPSERT|VALUES|TABLE|DO|"
    r"DECLARE|PREPARE|GRANT|REVOKE|REINDEX|ATTACH)\b",
    re.IGNORECASE | re.DOTALL,
)


def is_statement(text: str) -> bool:
    """Whether a text begins as a statement does."""
    return _STATEMENT.match(text) is not None


def is_sql(engine: Engine, value: Value) -> bool:
    """Whether a value is a statement: a text that begins as one, a construct of an ORM, or a class that one maps."""
    if isinstance(value, Constant):
        return isinstance(value.value, str) and is_statement(value.value)
    if isinstance(value, Class) and not value.unit.model:
        return any(isinstance(base, External) and _is_orm(base) for base in engine.classes.outside_bases(value))
    return isinstance(value, External) and _is_orm(value)


def _is_orm(value: External) -> bool:
    return value.path.startswith(("sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.", "sql."))
