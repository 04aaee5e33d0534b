"""Sessions that are made where they are used, and drivers: asyncpg, psycopg 2 and 3, SQLModel."""

from pathlib import Path
from textwrap import dedent

import pytest
from tests.program.evidence.flows import analysed, answer

MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(AsyncAttrs, DeclarativeBase):
    pass
class Tenant(Base):
    __tablename__ = "tenants"
    id: Mapped[int] = mapped_column(primary_key=True)
    keys: Mapped[list["Key"]] = relationship(back_populates="tenant")
class Key(Base):
    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    status: Mapped[str]
    tenant: Mapped[Tenant] = relationship(back_populates="keys")
"""
SESSIONS = {
    "Session": """
        def decide(t):
            with Session(create_engine("sqlite://")) as session:
                return session.query(Key).filter_by(status=t).first()
    """,
    "sessionmaker": """
        Local = sessionmaker(bind=create_engine("sqlite://"))
        def decide(t):
            session = Local()
            return session.query(Key).filter(Key.status == t).one_or_none()
    """,
    "sessionmaker.begin": """
        Local = sessionmaker(create_engine("sqlite://"))
        def decide(t):
            with Local.begin() as session:
                return session.query(Key).filter(Key.status == t).count() > 0
    """,
    "scoped_session": """
        db = scoped_session(sessionmaker(bind=create_engine("sqlite://")))
        def decide(t):
            return db.query(Key).filter(Key.status == t).all()
    """,
    "an annotated factory": """
        class Work:
            def __init__(self, factory: sessionmaker):
                self.factory = factory
            def __enter__(self):
                self.session = self.factory()
                return self
            def __exit__(self, *details):
                self.session.rollback()
        def decide(factory, t):
            with Work(factory) as work:
                return work.session.query(Key).filter_by(status=t).first()
    """,
    "AsyncSession": """
        async def decide(engine, t):
            async with AsyncSession(engine) as session:
                return (await session.scalars(select(Key).where(Key.status == t))).first()
    """,
}
IMPORTS = """
from sqlalchemy import create_engine, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from app.models import Key, Tenant
"""


@pytest.mark.parametrize("source", SESSIONS.values(), ids=SESSIONS.keys())
def test_a_session_is_no_part_of_a_query(source: str, tmp_path: Path) -> None:
    files = {"app/models.py": MODELS, "app/flow.py": IMPORTS + dedent(source)}
    assert answer(analysed(tmp_path, files, "status")) == "clean"


ASKED = [
    ("session.refresh(tenant, ['keys'])", "clean"),
    ("session.refresh(tenant, attribute_names=['id', 'keys'])", "clean"),
    ("session.refresh(tenant, ['id'])", "TL110"),
    ("session.refresh(tenant)", "TL110"),
    ("return len(await tenant.awaitable_attrs.keys)", "clean"),
    ("return session.scalar(select(Key).with_only_columns(Tenant.id))", "TL110"),
    ("return session.scalar(select(Key).where(Key.id == 1).with_only_columns(Tenant.id))", "clean"),
    ("return session.scalar(select(Key).filter_by(id=1).with_only_columns(func.count()))", "clean"),
    ("return session.scalar(select(Key, Tenant).with_only_columns(Tenant.id, maintain_column_froms=True))", "clean"),
    ("return session.scalar(select(Tenant).with_only_columns(func.count(Key.id)))", "clean"),
    ("return session.query(Key).with_entities(Tenant.id).all()", "TL110"),
    ("return session.query(Tenant).with_entities(Key.id).all()", "clean"),
    ("return session.query(Key).join(Tenant).with_entities(Tenant.id).all()", "clean"),
]


@pytest.mark.parametrize(("body", "expected"), ASKED)
def test_what_is_loaded_or_selected_instead(body: str, expected: str, tmp_path: Path) -> None:
    source = f"{IMPORTS}async def decide(session, tenant: Tenant):\n    {body}\n"
    assert answer(analysed(tmp_path, {"app/models.py": MODELS, "app/flow.py": source})) == expected


SELECT = "SELECT id FROM api_keys WHERE tenant = $1"
DRIVERS = [
    (f"return await conn.fetchrow('{SELECT}', t)", "clean"),
    (f"return await conn.fetchval('{SELECT}', t)", "clean"),
    (f"statement = await conn.prepare('{SELECT}')\n    return await statement.fetch(t)", "clean"),
    (f"statement = await conn.prepare('{SELECT}')\n    return statement is None", "TL110"),
    (f"async for row in conn.cursor('{SELECT}', t):\n        return row", "clean"),
    (f"await conn.copy_from_query('{SELECT}', t, output='x')", "clean"),
    ("await conn.copy_from_table('api_keys', output='x')", "clean"),
    ("await conn.copy_from_table('api_keys', schema_name='archive', output='x')", "TL110"),
    ("await conn.copy_records_to_table('api_keys', records=[t])", "TL110"),
    ("await conn.copy_to_table('api_keys', source='x')", "TL110"),
    (f"return [row for row in conn.stream('{SELECT}', t)]", "clean"),
    ("with conn.copy('COPY (SELECT id FROM api_keys) TO STDOUT') as copy:\n        return list(copy.rows())", "clean"),
    ("with conn.copy('COPY api_keys (id) FROM STDIN') as copy:\n        copy.write_row((t,))", "TL110"),
    ("conn.copy_expert('COPY api_keys TO STDOUT', t)", "clean"),
    ("conn.copy_to(t, 'api_keys')", "clean"),
    ("conn.copy_from(t, 'api_keys')", "TL110"),
    ("return execute_values(conn, 'SELECT 1 FROM api_keys k JOIN (VALUES %s) v (t) ON k.t = v.t', t)", "clean"),
    ("return conn.cursor(t)", "TL110"),
    ("return conn.cursor(RealDictCursor).fetchone()", "TL110"),
]


@pytest.mark.parametrize(("body", "expected"), DRIVERS)
def test_drivers(body: str, expected: str, tmp_path: Path) -> None:
    imports = "from psycopg2.extras import RealDictCursor, execute_values\n"
    source = f"{imports}async def decide(conn, t: int):\n    {body}\n"
    assert answer(analysed(tmp_path, {"app/flow.py": source})) == expected


SQLMODEL = """
from sqlmodel import Field, Relationship, Session, SQLModel, col, select
class KeyBase(SQLModel):
    status: str
class Key(KeyBase, table=True):
    __tablename__ = "api_keys"
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id")
    tenant: "Tenant" = Relationship(back_populates="keys")
class KeyRead(KeyBase):
    id: int
class Tenant(SQLModel, table=True):
    id: int = Field(primary_key=True)
    keys: list[Key] = Relationship(back_populates="tenant")
def decide(session: Session, t: int):
"""
SQLMODEL_CASES = [
    ("return session.exec(select(Key).where(col(Key.status).in_([t]))).all()", "status", "clean"),
    ("return session.exec(select(Key).order_by(Key.status)).all()", "status", "TL111:16"),
    ("return session.get(Tenant, t).keys", "tenant_id", "clean"),
    ("return session.exec(select(Tenant).join(Key).where(Key.status == t)).first()", "status tenant_id", "clean"),
    ("return Key.model_validate({'id': t})", "", "TL110"),
    ("return KeyRead(id=t, status='')", "", "TL110"),
]


@pytest.mark.parametrize(("body", "columns", "expected"), SQLMODEL_CASES)
def test_sqlmodel(body: str, columns: str, expected: str, tmp_path: Path) -> None:
    assert answer(analysed(tmp_path, {"app/flow.py": f"{SQLMODEL}    {body}\n"}, columns)) == expected
