"""Ways on which a producer of evidence succeeds without having written it."""

from pathlib import Path
from textwrap import dedent

import pytest

from truthline.config import load
from truthline.program.load import load_modules
from truthline.program.program import Program

CONTRACT = """\
roots = ["."]

[evidence.key-ready]
tables = ["api_keys"]
written-by = ["app.keys:{producer}"]
"""


def lapses(directory: Path, source: str, producer: str = "enable") -> list[int]:
    """The lines on which a producer can succeed without having written."""
    path = directory / "app" / "keys.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(source).lstrip(), encoding="utf-8")
    (directory / "truthline.toml").write_text(CONTRACT.format(producer=producer), encoding="utf-8")
    config = load(directory)
    found = Program(config, load_modules(config, 1)).unpersisted("key-ready")
    return [one.location.span.line for one in found]


INSERT = 'session.execute("INSERT INTO api_keys (id) VALUES (:id)", {"id": key})'
DECORATED = """
        import functools
        def around(function):
            @functools.wraps(function)
            def wrapper(session, *args):
                try:
                    return function(session, *args)
                except ValueError:
                    session.rollback()
                    @@
            return wrapper
        @around
        def enable(session, key):
            INSERTED
            return True
""".replace("INSERTED", INSERT)
DEFERRED = """
        import rq, starlette, tenacity
        def save(session, key):
            INSERTED
        class Own:
            def enqueue(self, function, *args):
                function(*args)
        def enable(session, key):
            @@
            return True
""".replace("INSERTED", INSERT)
PERSISTED = {
    "a decorator that raises again": DECORATED.replace("@@", "raise"),
    "a decorator that says that it has failed": DECORATED.replace("@@", "return False"),
    "a function that is handed over and run at once": DEFERRED.replace("@@", "tenacity.Retrying()(save, session, key)"),
    "a queue of our own that runs it": DEFERRED.replace("@@", "Own().enqueue(save, session, key)"),
    "a write before success": f"""
        def enable(session, key):
            if not key:
                return None
            {INSERT}
            session.commit()
            return key
    """,
    "an error that is told": f"""
        def enable(session, key):
            try:
                {INSERT}
            except ValueError:
                return False
            return True
    """,
    "an error that is raised again": f"""
        def enable(session, key):
            try:
                {INSERT}
            except ValueError as error:
                raise RuntimeError from error
            finally:
                session.close()
            return True
    """,
    "a flag that is only set after the write": f"""
        def enable(session, key):
            done = False
            try:
                {INSERT}
                done = True
            except ValueError:
                pass
            return done
    """,
    "a write in a callee": f"""
        def save(session, key):
            {INSERT}
        def enable(session, key):
            save(session, key)
            return True
    """,
    "a callee whose answer is passed on": f"""
        def save(session, key):
            if not key:
                return False
            {INSERT}
            return True
        def enable(session, key):
            return save(session, key)
    """,
    "a callee whose answer is tested": f"""
        def save(session, key):
            try:
                {INSERT}
            except ValueError:
                return None
            return key
        def enable(session, key):
            saved = save(session, key)
            if saved is None:
                return False
            return {{"key": saved}}
    """,
    "both ways of a branch": f"""
        def enable(session, key):
            if key:
                {INSERT}
            else:
                session.execute("UPDATE api_keys SET id = 1")
            return True
    """,
    "every item of a loop": f"""
        def enable(session, keys):
            for key in keys:
                {INSERT}
            return True
    """,
    "attempts until it is done": f"""
        def enable(session, key):
            while True:
                try:
                    {INSERT}
                    return True
                except ValueError:
                    continue
    """,
    "a procedure": f"""
        def enable(session, key):
            with session.begin():
                {INSERT}
    """,
    "a coroutine": """
        async def save(session, key):
            await session.execute("INSERT INTO api_keys (id) VALUES (:id)")
        async def enable(session, key):
            async with session.begin():
                await save(session, key)
            return True
    """,
    "a wrapper that is passed the statement": """
        def run(session, sql):
            return session.execute(sql)
        def enable(session, key):
            run(session, "SELECT 1 FROM tenants")
            run(session, "INSERT INTO api_keys (id) VALUES (1)")
            return True
    """,
    "a mapped object": """
        from sqlalchemy.orm import DeclarativeBase, Mapped
        class Base(DeclarativeBase):
            pass
        class Key(Base):
            __tablename__ = "api_keys"
            id: Mapped[int]
            status: Mapped[str]
        def enable(session, key):
            session.add(Key(id=key))
            session.commit()
            return True
    """,
    "an attribute of a mapped object": """
        from sqlalchemy.orm import DeclarativeBase, Mapped
        class Base(DeclarativeBase):
            pass
        class Key(Base):
            __tablename__ = "api_keys"
            id: Mapped[int]
            status: Mapped[str]
        def enable(session, key):
            row = session.get(Key, key)
            if row is None:
                return False
            row.status = "enabled"
            session.commit()
            return True
    """,
    "a result that says that it failed": f"""
        class Result:
            def __init__(self, success, error=None):
                self.success = success
            @classmethod
            def fail(cls, error):
                return cls(success=False, error=error)
        def enable(session, key):
            if not key:
                return Result.fail("no key")
            {INSERT}
            return Result(success=True)
    """,
    "something unknown that a writer could be meant by": f"""
        class Keys:
            def store_key(self, session, key):
                {INSERT}
        def enable(keys, session, key):
            keys.store_key(session, key)
            return True
    """,
}


@pytest.mark.parametrize("source", PERSISTED.values(), ids=PERSISTED.keys())
def test_persisted(source: str, tmp_path: Path) -> None:
    assert lapses(tmp_path, source) == []


LAPSES = {
    "a decorator that swallows": (DECORATED.replace("@@", "return True"), [9]),
    "a task that is queued": (DEFERRED.replace("@@", "rq.Queue().enqueue(save, session, key)"), [9]),
    "a task that runs later": (DEFERRED.replace("@@", "starlette.BackgroundTasks().add_task(save, session, key)"), [9]),
    "success before the write": (
        f"""
        def enable(session, key):
            if key == "demo":
                return True
            {INSERT}
            return True
        """,
        [3],
    ),
    "an error that is swallowed": (
        f"""
        def enable(session, key):
            try:
                {INSERT}
            except ValueError:
                pass
            return True
        """,
        [6],
    ),
    "a commit that fails": (
        f"""
        def enable(session, key):
            {INSERT}
            try:
                session.commit()
            except ValueError:
                session.rollback()
            return True
        """,
        [7],
    ),
    "only the cache": (
        """
        _cache = {}
        def enable(session, key):
            _cache[key] = True
            return True
        """,
        [4],
    ),
    "a read, a deletion and another table": (
        """
        def enable(session, key):
            session.execute("SELECT 1 FROM api_keys")
            session.execute("DELETE FROM api_keys")
            session.execute("INSERT INTO audit (t) SELECT 'api_keys'")
            return True
        """,
        [5],
    ),
    "a statement that is only built": (
        """
        from sqlalchemy import text
        def enable(session, key):
            statement = text("INSERT INTO api_keys (id) VALUES (1)")
            return statement
        """,
        [4],
    ),
    "a callee that may leave it out": (
        f"""
        def save(session, key):
            if key:
                {INSERT}
        def enable(session, key):
            save(session, key)
            return True
        """,
        [6],
    ),
    "a callee whose answer nobody asks for": (
        f"""
        def save(session, key):
            if not key:
                return False
            {INSERT}
            return True
        def enable(session, key):
            save(session, key)
            return True
        """,
        [8],
    ),
    "one branch": (
        f"""
        def enable(session, key, dry=False):
            if not dry:
                {INSERT}
            return key
        """,
        [4],
    ),
    "the end of a procedure": (
        f"""
        def enable(session, key):
            if key:
                {INSERT}
        """,
        [1],
    ),
    "items that are passed over": (
        f"""
        def enable(session, keys):
            for key in keys:
                if key.old:
                    continue
                {INSERT}
            return True
        """,
        [6],
    ),
    "a suppressed error": (
        f"""
        from contextlib import suppress
        def enable(session, key):
            with suppress(ValueError):
                {INSERT}
            return True
        """,
        [5],
    ),
    "a wrapper that is passed another statement": (
        """
        def run(session, sql):
            return session.execute(sql)
        def other(session):
            run(session, "INSERT INTO api_keys (id) VALUES (1)")
        def enable(session, key):
            run(session, "INSERT INTO audit (id) VALUES (1)")
            return True
        """,
        [7],
    ),
}


@pytest.mark.parametrize(("source", "lines"), LAPSES.values(), ids=LAPSES.keys())
def test_lapses(source: str, lines: list[int], tmp_path: Path) -> None:
    assert lapses(tmp_path, source) == lines


def test_a_pattern_names_several_producers_and_leaves_declarations_out(tmp_path: Path) -> None:
    source = """
        from abc import ABC, abstractmethod
        from typing import Protocol
        class Port(Protocol):
            def enable(self, key): ...
        class Base(ABC):
            @abstractmethod
            def enable(self, key):
                return True
        class Driver(Base):
            def enable(self, key):
                return True
    """
    assert lapses(tmp_path, source, "*.enable") == [11]
