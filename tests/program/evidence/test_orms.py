"""SQLAlchemy and Django: what their builders build, and which call of them executes it."""

from pathlib import Path
from textwrap import dedent, indent

import pytest
from tests.program.evidence.flows import analysed, answer

ALCHEMY_MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy import Table as T
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase):
    pass
class Revocable:
    revoked_at: Mapped[str] = mapped_column("revoked", nullable=True)
class Key(Revocable, Base):
    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    status: Mapped[str]
class Tenant(Base):
    __tablename__ = "tenants"
    id = Column(Integer, primary_key=True)
    status = Column(String)
    keys = relationship("Key")
class Pet(Base):
    __tablename__ = "pets"
    id = Column(Integer, primary_key=True)
    key_id = Column(ForeignKey("api_keys.id"))
    key = relationship(Key)
class Other(Base):
    __tablename__ = "others"
    id = Column(Integer, primary_key=True)
    status = Column(String)
keys_table = Table("api_keys", MetaData(), Column("id", Integer), Column("status", String))
KEYS = "api_keys"
named_by_constant = T(KEYS, MetaData(), Column("id", Integer))
archived_keys = Table("api_keys", MetaData(), Column("id", Integer), schema="archive")
def prefixed(name):
    return Table("label_" + name, MetaData())
labels = prefixed("api_keys")
class Member(Base):
    __tablename__ = "members"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    by_table = relationship("Other", secondary=keys_table)
    by_name = relationship("Other", secondary="api_keys")
    by_lambda = relationship("Other", secondary=lambda: keys_table)
    others = relationship("Other", secondary="elsewhere")
    by_constant = relationship("Other", secondary=named_by_constant)
    archived = relationship("Other", secondary=archived_keys)
    by_call = relationship("Other", secondary=labels)
class Mapped(Base):
    __table__ = keys_table
class Archived(Base):
    __table__ = T("api_keys", MetaData(), Column("id", Integer, primary_key=True), schema="archive")
"""
ALCHEMY = """
from sqlalchemy import and_, exists, func, insert, or_, select, text, update
from sqlalchemy.orm import aliased, selectinload
from app.models import Key, Other, Pet, Tenant, keys_table
def decide(session, t, flag=None):
"""
MANY_TO_MANY = [
    ("return session.get(Member, t).by_table", "clean"),
    ("return session.get(Member, t).by_name", "clean"),
    ("return session.get(Member, t).by_lambda", "clean"),
    ("return session.get(Member, t).others", "TL110"),
    ("return session.get(Member, t).by_constant", "clean"),
    ("return session.get(Member, t).archived", "TL110"),
    ("return session.get(Member, t).by_call", "TL110"),
    ("return session.get(Mapped, t)", "clean"),
    ("return session.get(Archived, t)", "TL110"),
    ("return session.get(Member, t).name", "TL110"),
    ("return session.execute(select(Member).join(Member.by_table).where(Other.status == t)).all()", "clean"),
    ("return session.query(Member).filter(Member.by_table.any(Other.status == t)).first()", "clean"),
    ("return session.scalars(select(Member).options(selectinload(Member.by_name))).all()", "clean"),
    ("return session.scalars(select(Member).options(selectinload(Member.others))).all()", "TL110"),
    ("return session.execute(select(keys_table.c.status)).all()", "clean"),
    ("return session.execute(select(text('status')).select_from(text('api_keys'))).all()", "clean"),
    ("return session.scalars(select(Other).from_statement(text('SELECT * FROM api_keys'))).all()", "clean"),
    ("return session.scalars(select(Key).from_statement(text('SELECT * FROM others'))).all()", "TL110"),
]
ALCHEMY_CASES = [
    ("return session.execute(select(Key).where(Key.status == t)).first()", "status", "clean"),
    ("return session.execute(select(Key).where(Key.id == t)).first()", "status", "TL111:6"),
    ("return session.scalars(select(Key).filter_by(status=t)).all()", "status", "clean"),
    ("return session.query(Key).filter(Key.status == t).first()", "status", "clean"),
    ("query = session.query(Key).filter(Key.status == t)\nreturn query is not None", "", "TL110"),
    ("query = select(Key)\nreturn session.execute(select(Other))", "", "TL110"),
    ("q = session.query(Key)\nif flag:\n    q = q.filter(Key.status == t)\nreturn q.one_or_none()", "status", "clean"),
    ("c = [Key.id == 1]\nc.append(Key.status == t)\nreturn session.execute(select(Key).where(*c))", "status", "clean"),
    ("return session.scalars(select(Key).where(and_(Key.id == 1, or_(Key.status.in_(t)))))", "status", "clean"),
    ("return session.get(Key, t)", "id", "clean"),
    ("return session.get(Key, t)", "status", "TL111:6"),
    ("return session.get_one(Key, t)", "id", "clean"),
    ("return session.query(Pet).filter(Pet.key == t).first()", "", "TL110"),
    ("return session.query(Key).filter(getattr(Key, 'status') == t).all()", "status", "clean"),
    ("return session.scalar(select(func.count()).select_from(Key).where(Key.status == t))", "status", "clean"),
    ("return session.scalar(select(exists().where(Key.status == t)))", "status", "clean"),
    ("return session.query(session.query(Key).filter(Key.status == t).exists()).scalar()", "status", "clean"),
    (
        "return session.execute(select(Key).join(Other, Other.id == Key.id).where(Other.status == t))",
        "status",
        "TL111:6",
    ),
    ("return session.execute(select(Tenant).join(Tenant.keys).where(Key.status == t))", "status tenant_id", "clean"),
    ("return session.execute(select(Tenant).where(Tenant.keys.any(Key.status == t)))", "status", "clean"),
    ("k = aliased(Key)\nreturn session.execute(select(k).where(k.status == t))", "status", "clean"),
    ("s = select(Key).subquery()\nreturn session.execute(select(s.c.id).where(s.c.status == t))", "status", "clean"),
    ("s = select(Key.status).cte('x')\nreturn session.execute(select(s).where(s.c.status == t))", "status", "clean"),
    ("s = select(Key.tenant_id)\nreturn session.execute(select(Tenant).where(Tenant.id.in_(s)))", "", "clean"),
    ("return session.execute(keys_table.select().where(keys_table.c.status == t))", "status", "clean"),
    (
        "j = keys_table.join(Other)\nreturn session.execute(select(j).where(keys_table.c.status == t))",
        "status",
        "clean",
    ),
    ("session.execute(update(Key).where(Key.status == t).values(status='x'))", "", "TL110"),
    ("session.execute(update(Key).where(Key.id == t).values(status='x').returning(Key.id))", "id", "clean"),
    ("session.execute(insert(Key).values(status='x'))", "", "TL110"),
    ("session.add(Key(status='x'))\nsession.commit()", "", "TL110"),
    ("return session.scalars(select(Tenant).options(selectinload(Tenant.keys))).first()", "", "clean"),
    ("return len(session.get(Tenant, t).keys) > 0", "", "clean"),
    ("return session.execute(select(Key).where(Key.revoked_at.is_(None)))", "revoked", "clean"),
    ("return [k for k in session.query(Key) if k.status == t]", "status", "TL111:6"),
    ("return session.execute(select(Key).where(text('status = :x')))", "status", "clean"),
    ("return session.execute(select(Key).order_by(Key.status))", "status", "TL111:6"),
]


@pytest.mark.parametrize(("body", "columns", "expected"), ALCHEMY_CASES)
def test_sqlalchemy(body: str, columns: str, expected: str, tmp_path: Path) -> None:
    files = {"app/models.py": ALCHEMY_MODELS, "app/flow.py": ALCHEMY + indent(body, "    ") + "\n"}
    assert answer(analysed(tmp_path, files, columns)) == expected


@pytest.mark.parametrize(("body", "expected"), MANY_TO_MANY)
def test_the_table_between_two_classes(body: str, expected: str, tmp_path: Path) -> None:
    """Every name comes by `import *`, as far as it is taken from the models."""
    imports = ALCHEMY.replace("from app.models import Key, Other, Pet, Tenant, keys_table", "from app.models import *")
    source = imports + indent(body, "    ")
    assert answer(analysed(tmp_path, {"app/models.py": ALCHEMY_MODELS, "app/flow.py": source})) == expected


REPOSITORY = """
from sqlalchemy import select
from app.models import Key, Other
class Base:
    model = None
    def __init__(self, session):
        self.session = session
    def find(self, **filters):
        statement = select(self.model)
        for name, value in filters.items():
            statement = statement.where(getattr(self.model, name) == value)
        return self.session.execute(statement).scalars().all()
class Keys(Base):
    model = Key
class Others(Base):
    model = Other
def decide(session, t):
    return {}(session).find(status=t)
"""


@pytest.mark.parametrize(("repository", "expected"), [("Keys", "clean"), ("Others", "TL110")])
def test_a_repository_of_any_model(repository: str, expected: str, tmp_path: Path) -> None:
    files = {"app/models.py": ALCHEMY_MODELS, "app/flow.py": REPOSITORY.replace("{}", repository, 1)}
    assert answer(analysed(tmp_path, files)) == expected


def test_sqlmodel(tmp_path: Path) -> None:
    source = """
        from sqlmodel import Field, Session, SQLModel, select
        class Api_Keys(SQLModel, table=True):
            id: int = Field(primary_key=True)
            status: str
        def decide(session: Session, t):
            return session.exec(select(Api_Keys).where(Api_Keys.status == t)).first()
    """
    assert answer(analysed(tmp_path, {"app/flow.py": source}, "status")) == "clean"


DJANGO_MODELS = """
from django.db import models
class Tenant(models.Model):
    name = models.CharField()
class KeyQuerySet(models.QuerySet):
    def active(self):
        return self.filter(revoked_at__isnull=True)
class KeyManager(models.Manager):
    def get_queryset(self):
        return KeyQuerySet(self.model)
    def active(self):
        return self.get_queryset().active()
class Key(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="keys")
    status = models.CharField()
    revoked_at = models.DateTimeField(null=True)
    objects = KeyManager()
    class Meta:
        db_table = "api_keys"
class Other(models.Model):
    status = models.CharField()
    key = models.ForeignKey("Key", on_delete=models.CASCADE)
class Label(models.Model):
    name = models.CharField()
class Post(models.Model):
    title = models.CharField()
    labels = models.ManyToManyField(Label, db_table="api_keys", related_name="posts")
    readers = models.ManyToManyField(Tenant)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
"""
DJANGO = """
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404
from app.models import Key, Other, Tenant
def decide(t, flag=None):
"""
DJANGO_CASES = [
    ("return Key.objects.filter(status=t).exists()", "status", "clean"),
    ("keys = Key.objects.filter(status=t)\nreturn keys is not None", "", "TL110"),
    ("return Key.objects.get(pk=t)", "id", "clean"),
    ("return Key.objects.filter(id=t).first()", "status", "TL111:6"),
    ("for key in Key.objects.filter(id=t):\n    if key.status == t:\n        return True", "status", "TL111:6"),
    ("keys = Key.objects.filter(status=t)\nif keys:\n    return True", "status", "clean"),
    ("keys = Key.objects.all()\nif flag:\n    keys = keys.filter(status=t)\nreturn keys.first()", "status", "clean"),
    ("return Key.objects.filter(Q(status=1) | Q(id=3)).count()", "status", "clean"),
    ("return Key.objects.filter(tenant=t).exists()", "tenant_id", "clean"),
    ("return Tenant.objects.filter(keys__status=t).exists()", "status", "clean"),
    ("return Tenant.objects.get(pk=t).keys.filter(status=t).exists()", "status tenant_id", "clean"),
    ("return Key.objects.active().exists()", "revoked_at", "clean"),
    ("return list(Key.objects.filter(status=t).values_list('id', flat=True))", "status", "clean"),
    ("return Other.objects.filter(key=t).exists()", "", "TL110"),
    ("return Other.objects.filter(key__status=t).exists()", "status", "clean"),
    ("return Other.objects.select_related('key').first()", "", "clean"),
    ("return Tenant.objects.prefetch_related('keys').get(pk=1)", "", "clean"),
    ("Key.objects.create(status=t)", "", "TL110"),
    ("Key.objects.filter(id=1).update(status=t)", "", "TL110"),
    ("Key(status=t).save()", "", "TL110"),
    ("return Key.objects.get_or_create(status=t, defaults={'tenant': 1})", "status", "clean"),
    ("return Other.objects.filter(key__in=Key.objects.filter(status=t)).exists()", "status", "clean"),
    ("return Tenant.objects.filter(Exists(Key.objects.filter(status=t))).exists()", "status", "clean"),
    ("return list(Key.objects.raw('SELECT * FROM api_keys WHERE status = %s', [t]))", "status", "clean"),
    ("return get_object_or_404(Key, status=t)", "status", "clean"),
    ("return Other.objects.get(pk=1).key.status", "", "clean"),
    ("return Other.objects.get(pk=1).key_id", "", "TL110"),
]


MANY_TO_MANY_IN_DJANGO = [
    ("return list(Post.objects.get(pk=t).labels.all())", "clean"),
    ("return Post.objects.filter(labels__name=t).exists()", "clean"),
    ("return Post.objects.filter(labels=t).exists()", "clean"),
    ("return Post.objects.exclude(Q(title=t) | Q(labels__name=t)).exists()", "clean"),
    ("return Label.objects.filter(posts__title=t).first()", "clean"),
    ("return list(Label.objects.get(pk=t).posts.all())", "clean"),
    ("return list(Post.objects.prefetch_related(Prefetch('labels', queryset=Label.objects.all())))", "clean"),
    ("return list(Post.objects.annotate(n=Count('labels')))", "clean"),
    ("return list(Post.objects.values_list('labels__name', flat=True))", "clean"),
    ("return list(Post.objects.order_by('-labels__name'))", "clean"),
    ("return Post.labels.through.objects.filter(post_id=t).exists()", "clean"),
    ("return Post.objects.filter(readers__name=t).exists()", "TL110"),
    ("return list(Post.objects.values('title', 'tenant__name'))", "TL110"),
    ("labels = Post.objects.filter(labels__name=t)\nreturn Label.objects.count()", "TL110"),
]


@pytest.mark.parametrize(("body", "expected"), MANY_TO_MANY_IN_DJANGO)
def test_the_table_between_two_models(body: str, expected: str, tmp_path: Path) -> None:
    imports = "from django.db.models import Count, Prefetch, Q\nfrom app.models import *\ndef decide(t):\n"
    source = imports + indent(body, "    ")
    assert answer(analysed(tmp_path, {"app/models.py": DJANGO_MODELS, "app/flow.py": source})) == expected


@pytest.mark.parametrize(("body", "columns", "expected"), DJANGO_CASES)
def test_django(body: str, columns: str, expected: str, tmp_path: Path) -> None:
    files = {"app/models.py": DJANGO_MODELS, "app/flow.py": DJANGO + indent(dedent(body), "    ") + "\n"}
    assert answer(analysed(tmp_path, files, columns)) == expected
