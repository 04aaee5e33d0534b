"""Executed text: wherever it comes from, and whatever it is wrapped in."""

from pathlib import Path

import pytest
from tests.program.evidence.flows import analysed, answer

EXECUTED = {
    "a constant": """
        def decide(session, t):
            return session.execute("SELECT 1 FROM api_keys WHERE t = :t AND s = 1", {"t": t}).first()
    """,
    "text of several lines": '''
        from sqlalchemy import text
        def decide(session, t):
            return session.execute(text("""
                SELECT 1
                FROM public.api_keys  -- the keys
                WHERE s = :s
            """), {"s": t}).first()
    ''',
    "module constants, an f-string and a sum": """
        TABLE = "api_keys"
        SQL = f"SELECT 1 FROM {TABLE} WHERE 1 = 1"
        def decide(session, t):
            return session.execute(SQL + " AND s = 1")
    """,
    "a condition that is added": """
        def decide(session, t):
            sql = "SELECT 1 FROM api_keys"
            if t:
                sql += " WHERE s = 1"
            return session.execute(sql)
    """,
    "queries in a loop": """
        def decide(session):
            found = None
            for query in ["SELECT 1 FROM api_keys WHERE s = 1"]:
                found = session.execute(query).first()
            return found
    """,
    "parts that are joined": """
        def decide(session, t):
            return session.execute(" ".join(["SELECT 1", "FROM api_keys", "WHERE s = 1"]))
    """,
    "format": """
        def decide(session, t):
            return session.execute("SELECT 1 FROM {} WHERE {c} = 1".format("api_keys", c="s"))
    """,
    "a table that is put in by `%`": """
        def decide(session, t):
            return session.execute("SELECT 1 FROM %s WHERE %s = %d" % ("api_keys", "s", t))
    """,
    "tables and columns by name": """
        def decide(session, t):
            return session.execute("SELECT 1 FROM %(table)s WHERE s LIKE 'a%%'" % {"table": "api_keys"})
    """,
    "a template": """
        from string import Template
        KEYS = Template("SELECT 1 FROM ${table} WHERE s = 1")
        def decide(session, t):
            return session.execute(KEYS.substitute(table="api_keys"))
    """,
    "a value that is formatted in": """
        def decide(session, t):
            return session.execute("SELECT 1 FROM api_keys WHERE s = '%s'" % t)
    """,
    "tables in a loop": """
        def decide(session, t):
            for table in ("projects", "api_keys"):
                session.execute(f"SELECT 1 FROM {table} WHERE s = 1")
    """,
    "texts by key": """
        SQL = {"a": "SELECT 1 FROM projects", "b": "SELECT 1 FROM api_keys WHERE s = 1"}
        def decide(session, t):
            return session.execute(SQL["b"])
    """,
    "a wrapper": """
        from sqlalchemy import text
        def rows(session, sql, **values):
            return session.execute(text(sql), values)
        def decide(session, t):
            rows(session, "SELECT 1 FROM projects")
            return rows(session, "SELECT 1 FROM api_keys WHERE s = :s", s=t)
    """,
    "a wrapper in a wrapper, and a text that is wrapped in an object": """
        from dataclasses import dataclass
        @dataclass
        class Statement:
            text: str
        def sql_text(text):
            return Statement(text)
        class Session:
            def __init__(self, connection):
                self._connection = connection
            def execute(self, statement, values=None):
                return self._connection.execute(statement.text, values)
        KEYS = sql_text("SELECT 1 FROM api_keys WHERE s = 1")
        def first(session, statement):
            return session.execute(statement).first()
        def decide(connection, t):
            return first(Session(connection), KEYS)
    """,
    "a decorated wrapper": """
        import functools
        def retry(f):
            @functools.wraps(f)
            def inner(*args, **kwargs):
                return f(*args, **kwargs)
            return inner
        @retry
        def rows(session, sql):
            return session.execute(sql)
        def decide(session, t):
            return rows(session, "SELECT 1 FROM api_keys WHERE s = 1")
    """,
    "a repository with its text in the class": """
        class Keys:
            SQL = "SELECT 1 FROM api_keys WHERE s = 1"
            def __init__(self, session):
                self._session = session
            def active(self, t):
                return self._session.execute(self.SQL, {"t": t})
        def decide(session, t):
            return Keys(session).active(t)
    """,
    "a cursor of sqlite3": """
        import sqlite3
        def decide(t):
            with sqlite3.connect("x") as connection:
                cursor = connection.cursor()
                cursor.execute("SELECT 1 FROM api_keys WHERE s = ?", (t,))
                return cursor.fetchone()
    """,
    "asyncpg": """
        async def decide(pool, t):
            async with pool.acquire() as connection:
                return await connection.fetchrow("SELECT 1 FROM api_keys WHERE s = $1", t)
    """,
    "psycopg's composed statements": """
        from psycopg import sql
        def decide(cursor, t):
            cursor.execute(sql.SQL("SELECT 1 FROM {} WHERE s = %s").format(sql.Identifier("api_keys")), (t,))
    """,
    "a closure": """
        def decide(session, t):
            sql = "SELECT 1 FROM api_keys WHERE s = 1"
            def run():
                return session.execute(sql)
            return run()
    """,
    "a comment before the statement": '''
        def decide(cursor, t):
            cursor.execute("""
                /* the keys,
                   not FROM others */ -- or so
                SELECT 1 FROM api_keys WHERE s = 1
            """)
            return cursor.fetchone()
    ''',
    "conditions that are appended, one of them perhaps": """
        from sqlalchemy import text
        def decide(session, t):
            where = ["a = 1"]
            if t:
                where.append("s = :s")
            return session.execute(text("SELECT 1 FROM api_keys WHERE " + " AND ".join(where)))
    """,
    "lists that are added up": """
        def decide(session, t):
            parts = ["SELECT 1", "FROM api_keys"] + ["WHERE s = 1"]
            return session.execute(" ".join(parts))
    """,
    "a copy out": """
        def decide(connection, t):
            with connection.cursor() as cursor:
                with cursor.copy("COPY (SELECT 1 FROM api_keys WHERE s = 1) TO STDOUT") as rows:
                    return rows.read()
    """,
    "pandas": """
        import pandas
        def decide(connection, t):
            return pandas.read_sql("SELECT 1 FROM api_keys WHERE s = 1", connection)
    """,
}


@pytest.mark.parametrize("source", EXECUTED.values(), ids=EXECUTED.keys())
def test_executed(source: str, tmp_path: Path) -> None:
    assert answer(analysed(tmp_path, {"app/flow.py": source}, "s")) == "clean"


ABSENT = {
    "a comment, a docstring, a log": '''
        import logging
        def decide(session, t):
            """SELECT 1 FROM api_keys"""
            # FROM api_keys
            logging.info("SELECT 1 FROM api_keys")
            print("SELECT 1 FROM api_keys")
            return session.execute("SELECT 'api_keys' FROM projects -- api_keys")
    ''',
    "a statement that is only built": """
        from sqlalchemy import text
        def decide(session, t):
            query = text("SELECT 1 FROM api_keys")
            return session.execute(text("SELECT 1 FROM projects"))
    """,
    "another caller of the wrapper": """
        def rows(session, sql):
            return session.execute(sql)
        def other(session):
            return rows(session, "SELECT 1 FROM api_keys")
        def decide(session, t):
            return rows(session, "SELECT 1 FROM projects")
    """,
    "another key": """
        SQL = {"a": "SELECT 1 FROM projects", "b": "SELECT 1 FROM api_keys"}
        def decide(session, t):
            return session.execute(SQL["a"])
    """,
    "a branch that is never taken": """
        def decide(session, t):
            return look(session, False)
        def look(session, deep):
            if deep:
                return session.execute("SELECT 1 FROM api_keys")
            return None
    """,
    "a write": """
        def decide(session, t):
            session.execute("UPDATE api_keys SET s = 1 WHERE t = 2")
    """,
    "a table of the same name elsewhere": """
        def decide(session, t):
            session.execute("SELECT 1 FROM archive.api_keys")
    """,
    "a first-party method that is called execute": """
        class Handler:
            def execute(self, text):
                return text
        def decide(session, t):
            return Handler().execute("SELECT 1 FROM api_keys")
    """,
}


@pytest.mark.parametrize("source", ABSENT.values(), ids=ABSENT.keys())
def test_proven_absent(source: str, tmp_path: Path) -> None:
    assert answer(analysed(tmp_path, {"app/flow.py": source})) == "TL110"


UNKNOWN = {
    "a text that the entry is passed": """
        def decide(session, sql):
            return session.execute(sql)
    """,
    "a table that the entry is passed": """
        def decide(session, table):
            return session.execute(f"SELECT 1 FROM {table}")
    """,
    "a text out of a file": """
        from pathlib import Path
        def decide(session, t):
            return session.execute(Path("keys.sql").read_text())
    """,
    "a text that is no SQL": """
        import sqlite3
        def decide(t):
            return sqlite3.connect("x").execute("SELECT FROM WHERE")
    """,
    "a receiver that may be the repository": """
        class Keys:
            def find_key(self, t):
                return self.session.execute("SELECT 1 FROM api_keys")
        def decide(keys, t):
            return keys.find_key(t)
    """,
}


@pytest.mark.parametrize("source", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_cannot_be_known_is_undecided(source: str, tmp_path: Path) -> None:
    found = analysed(tmp_path, {"app/flow.py": source})
    assert answer(found) == "undecided"
    assert found.verdict.unresolved


def test_an_unreadable_query_beside_a_read_one_is_listed_and_does_no_harm(tmp_path: Path) -> None:
    source = """
        import sqlite3
        def decide(t, more):
            connection = sqlite3.connect("x")
            connection.execute("SELECT 1 FROM api_keys")
            return connection.execute(more)
    """
    found = analysed(tmp_path, {"app/flow.py": source})
    assert found.verdict.verdict == "clean"
    assert [(one.line, one.text) for one in found.verdict.unresolved] == [(6, "connection.execute(more)")]


UNCONSTRAINED = {
    "compared in Python": (
        """
        def decide(session, t):
            row = session.execute("SELECT s FROM api_keys WHERE t = 1").first()
            return row.s == "a"
        """,
        3,
    ),
    "the column of another table": (
        """
        def decide(session, t):
            return session.execute(
                "SELECT 1 FROM api_keys k JOIN projects p ON k.t = p.t WHERE p.s = 1"
            )
        """,
        3,
    ),
    "in a wrapper, where the statement is handed over": (
        """
        def rows(session, sql):
            return session.execute(sql)
        def decide(session, t):
            rows(session, "SELECT 1 FROM projects WHERE s = 1")
            return rows(session, "SELECT s FROM api_keys ORDER BY s")
        """,
        6,
    ),
}


@pytest.mark.parametrize(("source", "line"), UNCONSTRAINED.values(), ids=UNCONSTRAINED.keys())
def test_unconstrained(source: str, line: int, tmp_path: Path) -> None:
    found = analysed(tmp_path, {"app/flow.py": source}, "s")
    assert answer(found) == f"TL111:{line}"
    steps = [step.kind for step in found.evidence.unconstrained[0].steps]
    assert (steps[0], steps[-1]) == ("entry", "read")


def test_one_constraining_read_is_enough(tmp_path: Path) -> None:
    source = """
        def decide(session, t):
            session.execute("SELECT 1 FROM api_keys")
            return session.execute("SELECT 1 FROM api_keys WHERE s IS NOT NULL")
    """
    assert answer(analysed(tmp_path, {"app/flow.py": source}, "s")) == "clean"


def test_columns_must_be_constrained_by_one_query(tmp_path: Path) -> None:
    source = """
        def decide(session, t):
            session.execute("SELECT 1 FROM api_keys WHERE s = 1")
            return session.execute("SELECT 1 FROM api_keys WHERE t = 1")
    """
    assert answer(analysed(tmp_path, {"app/flow.py": source}, "s t")) == "TL111:3"


def test_each_entry_must_read(tmp_path: Path) -> None:
    source = """
        def decide(session, t):
            return session.execute("SELECT 1 FROM api_keys")
        def decide_fast(session, t):
            return session.execute("SELECT 1 FROM projects")
    """
    found = analysed(tmp_path, {"app/flow.py": source}, entries="app.flow:decide app.flow:decide_fast")
    assert [(one.entry, one.location.span.line) for one in found.evidence.unread] == [("app.flow:decide_fast", 4)]
    assert found.verdict.verdict == "violated"


def test_a_dialect(tmp_path: Path) -> None:
    source = """
        def decide(connection, t):
            return connection.execute("SELECT TOP 1 s FROM [api_keys] WHERE [s] = 1")
    """
    more = '[sql]\ndialect = "tsql"\n'
    assert answer(analysed(tmp_path, {"app/flow.py": source}, "s", more)) == "clean"
    assert answer(analysed(tmp_path, {"app/flow.py": source}, "s")) == "undecided"
