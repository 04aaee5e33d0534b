"""SQL as far as calls need it: what executes it, and which values are it."""

from __future__ import annotations

import re

from truthline.program.engine.values import Constant, External, Value

EXECUTING = frozenset(
    (
        "execute", "executemany", "executescript", "exec", "exec_driver_sql", "scalar", "scalars", "stream",
        "stream_scalars", "fetch", "fetchrow", "fetchval", "fetchone", "fetchall", "query",
    )
)  # fmt: skip
"""Methods that execute what they are handed, on sessions, connections, cursors and pools."""

_STATEMENT = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*\(?\s*"
    r"(?:SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|CREATE|ALTER|DROP|TRUNCATE|SET|SHOW|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|"
    r"RELEASE|LOCK|PRAGMA|EXPLAIN|CALL|REFRESH|VACUUM|ANALYZE|NOTIFY|LISTEN|COPY)\b",
    re.IGNORECASE,
)


def is_sql(value: Value) -> bool:
    """Whether a value is a statement: a text that begins as one, or a construct of SQLAlchemy or SQLModel."""
    if isinstance(value, Constant):
        return isinstance(value.value, str) and _STATEMENT.match(value.value) is not None
    return isinstance(value, External) and value.path.startswith(("sqlalchemy.", "sqlmodel."))
