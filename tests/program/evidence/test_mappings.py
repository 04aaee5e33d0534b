"""How SQLAlchemy's classes are mapped: every program is run on SQLite, which tells the tables that it reads."""

import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session, clear_mappers
from tests.program.evidence.flows import analysed, answer

HEAD = """
import re
from typing import List, Optional
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, inspect, select, func
from sqlalchemy.orm import (
    DeclarativeBase, DeclarativeMeta, Mapped, MappedAsDataclass, aliased, backref, column_property, declarative_base,
    declared_attr, deferred, joinedload, mapped_column, registry, relationship, synonym, with_polymorphic,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.ext.associationproxy import association_proxy
class Base(DeclarativeBase):
    pass
"""
TABLES = """class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
    tenant_id = Column(ForeignKey("tenants.id"))
class Tenant(Base):
    __tablename__ = "tenants"
    id = Column(Integer, primary_key=True)
    name = Column(String)
"""
CHILD = "class Tenant"
SELECT = "session.execute(select(Key).where(Key.status == t)).first()"


class Case(NamedTuple):
    """Models, what is asked of them, and the columns that must be constrained."""

    models: str
    asked: str = SELECT
    columns: str = "status"


def with_key(field: str) -> str:
    """The tables, with one more attribute of a key."""
    return TABLES.replace(CHILD, f"    {field}\n{CHILD}")


pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
CASES = {
    "name by declared_attr": Case("""\
class Named:
    @declared_attr
    def __tablename__(cls):
        return cls.__name__.lower()
    id = Column(Integer, primary_key=True)
class Api_Keys(Named, Base):
    status = Column(String)
Key = Api_Keys
"""),
    "name by declared_attr with an s": Case("""\
class Named:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return cls.__name__.lower() + "s"
    id = Column(Integer, primary_key=True)
class Api_Key(Named, Base):
    status = Column(String)
Key = Api_Key
"""),
    "name by declared_attr in snake case": Case("""\
class Named:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
    id = Column(Integer, primary_key=True)
class ApiKeys(Named, Base):
    status = Column(String)
Key = ApiKeys
"""),
    "name by declared_attr with a prefix": Case("""\
class Named:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return f"api_{cls.__name__.lower()}"
    id = Column(Integer, primary_key=True)
class Keys(Named, Base):
    status = Column(String)
Key = Keys
"""),
    "name by declared_attr that is another": Case("""\
class Named:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return f"old_{cls.__name__.lower()}"
    id = Column(Integer, primary_key=True)
class Api_Keys(Named, Base):
    status = Column(String)
Key = Api_Keys
"""),
    "name of constants": Case("""\
PREFIX = "api"
class Key(Base):
    __tablename__ = f"{PREFIX}_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
"""),
    "name from a mixin": Case("""\
class Named:
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
class Key(Named, Base):
    status = Column(String)
"""),
    "abstract base": Case("""\
class Common(Base):
    __abstract__ = True
    id = Column(Integer, primary_key=True)
    status = Column(String)
class Key(Common):
    __tablename__ = "api_keys"
"""),
    "single table inheritance": Case(
        TABLES
        + """
class Special(Key):
    pass
""",
        "session.execute(select(Special).where(Special.status == t)).first()",
    ),
    "joined inheritance": Case(
        TABLES
        + """
class Special(Key):
    __tablename__ = "special_keys"
    id = Column(ForeignKey("api_keys.id"), primary_key=True)
    more = Column(String)
""",
        "session.execute(select(Special).where(Special.status == t)).first()",
    ),
    "joined inheritance, the child's column": Case(
        TABLES
        + """
class Special(Key):
    __tablename__ = "special_keys"
    id = Column(ForeignKey("api_keys.id"), primary_key=True)
    more = Column(String)
""",
        "session.execute(select(Special).where(Special.more == t)).first()",
    ),
    "concrete inheritance": Case("""\
class Old(Base):
    __tablename__ = "old_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
class Key(Old):
    __tablename__ = "api_keys"
    __mapper_args__ = {"concrete": True}
    id = Column(Integer, primary_key=True)
    status = Column(String)
"""),
    "concrete inheritance, the child": Case("""\
class Old(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
class Key(Old):
    __tablename__ = "new_keys"
    __mapper_args__ = {"concrete": True}
    id = Column(Integer, primary_key=True)
    status = Column(String)
"""),
    "declarative_base": Case("""\
Model = declarative_base()
class Key(Model):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
Base = Model
"""),
    "registry mapped": Case("""\
mapper_registry = registry()
@mapper_registry.mapped
class Key:
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
Base = mapper_registry
"""),
    "registry mapped as dataclass": Case("""\
mapper_registry = registry()
@mapper_registry.mapped_as_dataclass
class Key:
    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
Base = mapper_registry
"""),
    "registry generate_base": Case("""\
mapper_registry = registry()
Model = mapper_registry.generate_base()
class Key(Model):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
Base = Model
"""),
    "a base by its metaclass": Case("""\
mapper_registry = registry()
class Model(metaclass=DeclarativeMeta):
    __abstract__ = True
    registry = mapper_registry
    metadata = mapper_registry.metadata
    __init__ = mapper_registry.constructor
class Key(Model):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
Base = Model
"""),
    "imperative": Case("""\
mapper_registry = registry()
keys = Table("api_keys", mapper_registry.metadata, Column("id", Integer, primary_key=True), Column("status", String))
class Key:
    pass
mapper_registry.map_imperatively(Key, keys)
Base = mapper_registry
"""),
    "imperative, a dataclass": Case("""\
from dataclasses import dataclass
mapper_registry = registry()
@dataclass
class Key:
    id: int
    status: str
def start():
    columns = Column("id", Integer, primary_key=True), Column("status", String)
    keys = Table("api_keys", mapper_registry.metadata, *columns)
    mapper_registry.map_imperatively(Key, keys)
start()
Base = mapper_registry
"""),
    "base with dataclass": Case("""\
class Model(MappedAsDataclass, DeclarativeBase):
    pass
class Key(Model):
    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
Base = Model
"""),
    "table": Case("""\
class Key(Base):
    __table__ = Table("api_keys", Base.metadata, Column("id", Integer, primary_key=True), Column("status", String))
"""),
    "schema none": Case("""\
class Key(Base):
    __tablename__ = "api_keys"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id = Column(Integer, primary_key=True)
    status = Column(String)
"""),
    "state is column named": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    state = Column("status", String)
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "state is mapped_column named": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    state = mapped_column("status", String)
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "state is by keyword": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    state = mapped_column(String, name="status")
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "state is deferred": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    state = deferred(Column("status", String))
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "state is column with a key": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    state = Column("status", String, key="state")
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "status is another column": Case("""\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column("state", String)
"""),
    "status is another column, filter_by": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column("state", String)
""",
        "session.query(Key).filter_by(status=t).first()",
    ),
    "synonym": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
    state = synonym("status")
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "column property": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
    state = column_property(func.lower(status))
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "column property of a column": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    state = column_property(Column("status", String))
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "hybrid": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
    @hybrid_property
    def active(self):
        return self.status == "active"
""",
        "session.execute(select(Key).where(Key.active)).first()",
    ),
    "hybrid of another column": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
    other = Column(String)
    @hybrid_property
    def active(self):
        return self.other == "active"
""",
        "session.execute(select(Key).where(Key.active)).first()",
    ),
    "declared_attr column": Case(
        """\
class WithStatus:
    @declared_attr
    def state(cls):
        return Column("status", String)
class Key(WithStatus, Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "column assigned later": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
Key.state = Column("status", String)
""",
        "session.execute(select(Key).where(Key.state == t)).first()",
    ),
    "subclass overrides the column": Case("""\
class WithStatus:
    status = Column("state", String)
class Key(WithStatus, Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column("status", String)
"""),
    "primary key by another name": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    key = Column("status", Integer, primary_key=True)
""",
        "session.get(Key, t)",
    ),
    "primary key of two": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String, primary_key=True)
""",
        "session.get(Key, (t, t))",
    ),
    "primary key is no status": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
""",
        "session.get(Key, t)",
    ),
    "get by two": Case(
        """\
class Key(Base):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String, primary_key=True)
""",
        "session.get(Key, {'id': t, 'status': t})",
    ),
    "core: item": Case(
        """\
keys = Table("api_keys", Base.metadata, Column("id", Integer, primary_key=True), Column("status", String))
""",
        "session.execute(select(keys).where(keys.c['status'] == t)).first()",
    ),
    "core: columns": Case(
        """\
keys = Table("api_keys", Base.metadata, Column("id", Integer, primary_key=True), Column("status", String))
""",
        "session.execute(keys.select().where(keys.columns.status == t)).first()",
    ),
    "__table__ of a class": Case(
        TABLES, "session.execute(select(Key.__table__).where(Key.__table__.c.status == t)).first()"
    ),
    "inspect": Case(TABLES, "session.execute(select(inspect(Key).local_table).where(Key.status == t)).first()"),
    "relationship by text": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys = relationship("Key")
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by lambda": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys = relationship(lambda: Key)
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by argument": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys = relationship(argument="Key")
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by path": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys = relationship("app.models.Key")
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by annotation list": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys: Mapped[List["Key"]] = relationship()
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by annotation text": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys: "Mapped[List[Key]]" = relationship()
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by annotation builtin": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys: Mapped[list["Key"]] = relationship(back_populates=None)
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by annotation optional": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys: Mapped[Optional["Key"]] = relationship(uselist=False)
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by annotation union": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys: Mapped["Key | None"] = relationship(uselist=False)
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship by annotation none first": Case(
        TABLES
        + """    __allow_unmapped__ = True
    keys: Mapped["None | Key"] = relationship("Key", uselist=False)
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "relationship not loaded": Case(TABLES + '    keys = relationship("Key")\n', "session.get(Tenant, t).name", ""),
    "relationship joined": Case(
        TABLES + '    keys = relationship("Key", lazy="joined")\n', "session.get(Tenant, t)", ""
    ),
    "relationship selectin": Case(
        TABLES + '    keys = relationship("Key", lazy="selectin")\n', "session.get(Tenant, t)", ""
    ),
    "relationship dynamic": Case(
        TABLES + '    keys = relationship("Key", lazy="dynamic")\n',
        "session.get(Tenant, t).keys.filter_by(status=t).first()",
    ),
    "relationship write only": Case(
        TABLES + '    keys = relationship("Key", lazy="write_only")\n',
        "session.execute(session.get(Tenant, t).keys.select().where(Key.status == t)).first()",
    ),
    "backref": Case(
        with_key('tenant = relationship("Tenant", backref="keys")'), "bool(session.get(Tenant, t).keys)", ""
    ),
    "backref function": Case(
        with_key('tenant = relationship("Tenant", backref=backref("keys", lazy="select"))'),
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
    "backref, another attribute": Case(
        with_key('tenant = relationship("Tenant", backref="keys")'), "session.get(Tenant, t).name", ""
    ),
    "association proxy": Case(
        TABLES
        + """    keys = relationship("Key")
    states = association_proxy("keys", "status")
""",
        "list(session.get(Tenant, t).states)",
        "",
    ),
    "relationship any": Case(
        TABLES + '    keys = relationship("Key")\n',
        "session.execute(select(Tenant).where(Tenant.keys.any(status=t))).first()",
    ),
    "relationship joined load": Case(
        TABLES + '    keys = relationship("Key")\n',
        "session.execute(select(Tenant).options(joinedload(Tenant.keys))).unique().first()",
        "",
    ),
    "relationship join of": Case(
        TABLES + '    keys = relationship("Key")\n',
        "session.execute(select(Tenant).join(Tenant.keys.of_type(Key)).where(Key.status == t)).first()",
    ),
    "relationship assigned later": Case(
        TABLES + 'Tenant.keys = relationship("Key")\n', "bool(session.get(Tenant, t).keys)", ""
    ),
    "with_polymorphic": Case(
        TABLES
        + """
class Special(Key):
    __tablename__ = "special_keys"
    id = Column(ForeignKey("api_keys.id"), primary_key=True)
""",
        "session.execute(select(with_polymorphic(Key, [Special]))).first()",
        "",
    ),
    "the table that an abstract class names": Case(
        """
class Common(Base):
    __abstract__ = True
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
class Key(Common):
    __tablename__ = "others"
"""
    ),
    "as_declarative": Case("""\
from sqlalchemy.orm import as_declarative
@as_declarative()
class Model:
    pass
class Key(Model):
    __tablename__ = "api_keys"
    id = Column(Integer, primary_key=True)
    status = Column(String)
Base = Model
"""),
    "mapped_as_dataclass with options": Case("""\
mapper_registry = registry()
@mapper_registry.mapped_as_dataclass(init=False)
class Key:
    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
Base = mapper_registry
"""),
    "eager in a circle": Case(
        with_key('tenant = relationship("Tenant", lazy="joined", back_populates="keys")')
        + """    keys = relationship("Key", lazy="selectin", back_populates="tenant")
""",
        "session.get(Tenant, t)",
        "",
    ),
    "eager in a circle, one column": Case(
        TABLES + '    keys = relationship("Key", lazy="selectin")\n', "session.execute(select(Tenant.name)).all()", ""
    ),
    "dynamic is not asked": Case(
        TABLES + '    keys = relationship("Key", lazy="dynamic")\n', "session.get(Tenant, t).keys", ""
    ),
    "lazy is noload": Case(
        TABLES + '    keys = relationship("Key", lazy="noload")\n', "session.get(Tenant, t).keys", ""
    ),
    "dynamic all": Case(
        TABLES + '    keys = relationship("Key", lazy="dynamic")\n', "session.get(Tenant, t).keys.all()", ""
    ),
    "dynamic count": Case(
        TABLES + '    keys = relationship("Key", lazy="dynamic")\n',
        "session.get(Tenant, t).keys.filter(Key.status == t).count()",
    ),
    "backref of another class": Case(
        with_key('tenant = relationship("Tenant", backref="secrets")')
        + """
class Other(Base):
    __tablename__ = "others"
    id = Column(Integer, primary_key=True)
    tenant_id = Column(ForeignKey("tenants.id"))
    tenant = relationship("Tenant", backref="keys")
""",
        "bool(session.get(Tenant, t).keys)",
        "",
    ),
}


@pytest.fixture(autouse=True)
def no_classes_of_another_test() -> Iterator[None]:
    yield
    clear_mappers()


def executed(models: str, flow: str, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], list[str]]:
    """The tables that the flow reads, and the statements that it sends."""
    module = ModuleType("app.models")
    package = ModuleType("app")
    package.models = module  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "app", package)
    monkeypatch.setitem(sys.modules, "app.models", module)
    exec(compile(models, "models.py", "exec"), module.__dict__)
    space: dict[str, object] = {}
    exec(compile(flow, "flow.py", "exec"), space)
    engine = create_engine("sqlite://")
    module.Base.metadata.create_all(engine)
    tables: set[str] = set()
    statements: list[str] = []
    with Session(engine) as session:
        if hasattr(module, "Tenant"):
            session.add(module.Tenant(id=1, name="one"))
            session.commit()
            session.expunge_all()
        connection = session.connection().connection.dbapi_connection
        assert isinstance(connection, sqlite3.Connection)

        def authorize(action: int, table: str | None, *_: object) -> int:
            if action == sqlite3.SQLITE_READ:
                tables.add(str(table))
            return sqlite3.SQLITE_OK

        connection.set_authorizer(authorize)
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        decide = space["decide"]
        assert callable(decide)
        decide(session, 1)
    return tables, statements


def expected(case: Case, flow: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The answer that the run proves."""
    tables, statements = executed(HEAD + case.models, flow, monkeypatch)
    if "api_keys" not in tables:
        return "TL110"
    conditions = " ".join(one.partition("WHERE")[2] + one.partition(" ON ")[2] for one in statements)
    is_constrained = not case.columns or re.search(rf"\b{case.columns}\b", conditions)
    return "clean" if is_constrained else "TL111:3"


@pytest.mark.parametrize("title", CASES)
def test_a_run_proves_the_answer(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[title]
    flow = f"from app.models import *\ndef decide(session, t):\n    return {case.asked}\n"
    found = answer(analysed(tmp_path, {"app/models.py": HEAD + case.models, "app/flow.py": flow}, case.columns))
    assert found == expected(case, flow, monkeypatch)


UNKNOWN = """
class Named:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return NAMES[cls]
class Key(Named, Base):
    id = Column(Integer, primary_key=True)
    status = Column(String)
"""


def test_a_table_whose_name_is_not_known_may_be_the_one_that_must_be_read(tmp_path: Path) -> None:
    flow = f"from app.models import *\ndef decide(session, t):\n    return {SELECT}\n"
    found = analysed(tmp_path, {"app/models.py": HEAD + UNKNOWN, "app/flow.py": flow})
    assert answer(found) == "undecided"
