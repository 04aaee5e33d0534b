"""The kind `forbid-write`: who writes which table."""

import pytest
from tests.rules.conftest import Lint

MODELS = """
from sqlalchemy import Column, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

metadata = MetaData()
notes = Table("notes", metadata, Column("id", String), Column("text", String))

class Base(DeclarativeBase): ...

class Incident(Base):
    __tablename__ = "incidents"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column()

class IncidentNote(Base):
    __tablename__ = "incident_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column()
"""
OWNER = """
from app.models import Incident

def close(session, key):
    session.get(Incident, key).status = "closed"
    session.commit()
"""
HEAD = """
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session
from app import models
from app.models import Incident, IncidentNote, notes
"""
RULE = """
[[rule]]
id = "OWNED"
kind = "forbid-write"
scope = ["app/**", "!app/owner.py"]
tables = ["incidents"]
"""
WRITES = [
    ("text", 'def f(s: Session):\n    s.execute(text("INSERT INTO incidents (id) VALUES (1)"))', "insert"),
    ("a cursor", 'def f(cursor):\n    cursor.execute("delete from incidents where id = %s", (1,))', "delete"),
    ("a schema", 'def f(cursor):\n    cursor.execute("DELETE FROM public.incidents")', "delete"),
    ("f-string", 'def f(s: Session, w):\n    s.execute(text(f"UPDATE incidents SET status = 1 WHERE {w}"))', "update"),
    ("a constant", 'SQL = "UPDATE incidents SET status = 1"\ndef f(s: Session):\n    s.execute(text(SQL))', "update"),
    (
        "a constant of a class",
        'class R:\n    SQL = "UPDATE incidents SET status = 1"\n    def f(self):\n        self.s.execute(self.SQL)',
        "update",
    ),
    (
        "in a common table expression",
        'def f(s: Session):\n    s.execute(text("WITH x AS (DELETE FROM incidents RETURNING id) SELECT * FROM x"))',
        "delete",
    ),
    (
        "upsert",
        "def f(s: Session):\n    s.execute(pg_insert(Incident).values(id=1).on_conflict_do_update(set_={'status': 1}))",
        "upsert",
    ),
    ("insert()", "def f(s: Session):\n    s.execute(insert(Incident).values(id=1))", "insert"),
    ("update()", "def f(s: Session):\n    s.execute(update(models.Incident).values(status='x'))", "update"),
    ("awaited", "async def f(s):\n    await s.execute(delete(Incident))", "delete"),
    ("built first", "def f(s: Session):\n    q = delete(Incident)\n    q = q.where(True)\n    s.execute(q)", "delete"),
    ("a query", "def f(s: Session):\n    s.query(Incident).filter_by(id=1).update({'status': 'x'})", "update"),
    ("a query that deletes", "def f(s: Session):\n    s.query(Incident).delete()", "delete"),
    ("add", "def f(s: Session):\n    s.add(Incident(id=1))", "insert"),
    ("add_all", "def f(s: Session):\n    s.add_all([Incident(id=1), Incident(id=2)])", "insert"),
    ("of a subclass", "class Big(Incident): ...\ndef f(s: Session):\n    s.add(Big(id=1))", "insert"),
    ("merge", "def f(s: Session):\n    s.merge(Incident(id=1))", "upsert"),
    ("delete", "def f(s: Session, one: Incident):\n    s.delete(one)", "delete"),
    ("bulk", "def f(s: Session):\n    s.bulk_insert_mappings(Incident, [{'id': 1}])", "insert"),
    ("an attribute of a row", "def f(s: Session):\n    s.get(Incident, 1).status = 'x'", "update"),
    ("of a row of a query", "def f(s):\n    for i in s.scalars(select(Incident)):\n        i.status = 1", "update"),
    ("of an argument", "def f(one: Incident):\n    one.status = 'x'", "update"),
    ("setattr", "def f(one: Incident):\n    setattr(one, 'status', 'x')", "update"),
    (
        "handed to a function that executes",
        "from app.db import run\ndef f():\n    run('DELETE FROM incidents')",
        "delete",
    ),
    ("in a lambda", "f = lambda s: s.execute(delete(Incident))", "delete"),
    ("in the module", "import app.db\napp.db.run('DELETE FROM incidents')", "delete"),
]  # fmt: skip
SILENT = [
    ("a read", "def f(s: Session):\n    return s.scalars(select(Incident)).all()"),
    ("a read as text", 'def f(s: Session):\n    return s.execute(text("SELECT 1 FROM incidents"))'),
    ("another table", "def f(s: Session):\n    s.add(IncidentNote(id=1))\n    s.execute(notes.insert())"),
    (
        "a read for another table",
        'def f(s: Session):\n    s.execute(text("INSERT INTO incident_notes SELECT id FROM incidents"))',
    ),
    ("only built", "def f():\n    return update(Incident).values(status='x')"),
    ("only text", 'SQL = "DELETE FROM incidents"\nNOTE = """UPDATE incidents SET x = 1"""'),
    ("another schema", 'def f(s: Session):\n    s.execute(text("DELETE FROM archive.incidents"))'),
    ("the owner is asked", "from app.owner import close\ndef f(s: Session):\n    close(s, 1)"),
    ("not yet stored", "def f():\n    one = Incident()\n    one.status = 'x'\n    return one"),
    ("a plain class", "class Incidents: ...\ndef f(incidents: Incidents):\n    incidents.status = 'x'"),
    ("a set", "def f(incidents: set, one: Incident):\n    incidents.add(one.id)"),
]
DB = "def run(statement):\n    connection.execute(statement)\n"


def files(body: str) -> dict[str, str]:
    return {"app/models.py": MODELS, "app/owner.py": OWNER, "app/db.py": DB, "app/x.py": f"{HEAD}\n{body}\n"}


@pytest.mark.parametrize(("body", "operation"), [pytest.param(*case[1:], id=case[0]) for case in WRITES])
def test_a_write_is_reported_where_it_is_executed(lint: Lint, body: str, operation: str) -> None:
    [finding] = lint(files(body), RULE).findings
    assert (finding.code, finding.id, finding.location.file) == ("TL515", "OWNED", "app/x.py")
    assert f"writes table `incidents` ({operation})" in finding.message


@pytest.mark.parametrize("body", [pytest.param(case[1], id=case[0]) for case in SILENT])
def test_what_writes_nothing_there_is_no_finding(lint: Lint, body: str) -> None:
    assert lint(files(body), RULE).findings == ()


DJANGO = """
from django.db import models

class Incident(models.Model):
    status = models.TextField()

class Note(models.Model):
    status = models.TextField()
"""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Incident.objects.create(status='x')", 1),
        ("Incident.objects.filter(pk=1).update(status='x')", 1),
        ("Incident.objects.filter(pk=1).delete()", 1),
        ("Incident(status='x').save()", 1),
        ("Incident.objects.get_or_create(pk=1)", 1),
        ("Incident.objects.filter(pk=1).first()", 0),
        ("Note.objects.create(status='x')", 0),
    ],
)
def test_djangos_managers_and_objects_write(lint: Lint, line: str, found: int) -> None:
    shop = f"from shop.models import Incident, Note\n\n\ndef f():\n    {line}\n"
    rule = RULE.replace("app/**", "shop/views.py").replace('"incidents"', '"shop_incident"')
    written = lint({"shop/__init__.py": "", "shop/models.py": DJANGO, "shop/views.py": shop}, rule).findings
    assert [each.code for each in written] == ["TL515"] * found


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        ("", [9, 10, 13]),
        ('operations = ["insert"]', [9, 10]),
        ('operations = ["delete"]', [13]),
        ('operations = ["update"]', [10]),
        ('inside = ["close"]', [13]),
        ('outside = ["app.x:open_*"]', [13]),
        ('allow = [{ path = "app/x.py", reason = "moves with the next release" }]', []),
    ],
)
def test_operations_and_functions_narrow_it(lint: Lint, keys: str, lines: list[int]) -> None:
    body = (
        "def open_one(s: Session):\n    s.add(Incident())\n    s.merge(Incident())\n\n"
        "def close(s: Session):\n    s.execute(delete(Incident))"
    )
    assert [each.location.span.line for each in lint(files(body), RULE + keys).findings] == lines


def test_the_message_may_name_what_is_written(lint: Lint) -> None:
    rule = RULE + 'message = "{function} does {operation} {table}"'
    [finding] = lint(files("def f(s: Session):\n    s.execute(delete(Incident))"), rule).findings
    assert finding.message == "app.x:f does delete incidents"
