"""Which tables migrations leave behind."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from truthline.program.evidence.migrations import Migrated, Migrations
from truthline.program.evidence.tables import wanted_table
from truthline.syntax.tree import Tree


def leaves(
    directory: Path, files: Mapping[str, str], table: str = "api_keys", place: str = "migrations", mapped: bool = False
) -> Migrated:
    """What becomes of a table; `mapped` says whether a model of the program maps it."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return Migrations(Tree(directory), place, lambda _: mapped).leaves(wanted_table(table))


def alembic(revision: str, parent: str, *upgrade: str, more: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in upgrade)
    return (
        "from alembic import op\nimport sqlalchemy as sa\n\n"
        f"revision: str = '{revision}'\ndown_revision = {parent}\n{more}"
        f"\ndef upgrade():\n{lines}\ndef downgrade():\n    op.drop_table('api_keys')\n"
    )


CREATED = {
    "op.create_table": alembic("a", "None", "op.create_table('api_keys', sa.Column('id', sa.Text))"),
    "in the default schema": alembic("a", "None", "op.create_table('api_keys', schema='public')"),
    "by a constant": alembic("a", "None", "op.create_table(TABLE)", more="TABLE = 'api_keys'\n"),
    "renamed": alembic("a", "None", "op.rename_table('keys', new_table_name='api_keys')"),
    "in a loop": alembic("a", "None", "for name in ('x', 'api_keys'):", "    op.create_table(name)"),
    "by a function of its own": alembic("a", "None", "keys()", more="def keys():\n    op.create_table('api_keys')\n"),
    "raw SQL": alembic("a", "None", 'op.execute("""CREATE TABLE IF NOT EXISTS public.api_keys (id int)""")'),
    "raw SQL that drops another schema's": alembic(
        "a", "None", 'op.execute("CREATE TABLE api_keys (id int); DROP TABLE archive.api_keys")'
    ),
    "raw SQL through text": alembic(
        "a", "None", "op.get_bind().execute(sa.text('create table \"api_keys\" (id int)'))"
    ),
    "a table that creates itself": alembic(
        "a", "None", "keys = sa.Table('api_keys', meta)", "keys.create(op.get_bind())"
    ),
    "a table of the metadata": alembic("a", "None", "meta.tables['api_keys'].create(op.get_bind(), checkfirst=True)"),
    "all tables of its own metadata": alembic(
        "a",
        "None",
        "meta = sa.MetaData()",
        "sa.Table('api_keys', meta, sa.Column('id', sa.Text))",
        "meta.create_all(op.get_bind())",
    ),
    "where it is not there": alembic("a", "None", "if missing('api_keys'):", "    op.create_table('api_keys')"),
    "raw SQL by keyword": alembic("a", "None", "op.execute(sqltext='CREATE TABLE api_keys (id int)')"),
    "yoyo": "from yoyo import step\nsteps = [step('CREATE TABLE api_keys (id int)', 'DROP TABLE api_keys')]\n",
    "raw SQL in a block": alembic("a", "None", "op.execute('DO $$ BEGIN CREATE TABLE api_keys (id int); END $$')"),
}


@pytest.mark.parametrize("text", CREATED.values(), ids=CREATED.keys())
def test_created(text: str, tmp_path: Path) -> None:
    assert leaves(tmp_path, {"migrations/deep/a.py": text}) == Migrated(created=True)


ABSENT = {
    "only the way down names it": alembic("a", "None", "pass"),
    "another table": alembic(
        "a", "None", "op.create_table('keys', sa.Column('api_keys', sa.Text), comment='api_keys')"
    ),
    "another schema": alembic("a", "None", "op.create_table('api_keys', schema='archive')"),
    "a comment in SQL": alembic("a", "None", 'op.execute("-- CREATE TABLE api_keys (id int)")'),
    "a comment": alembic("a", "None", "pass  # op.create_table('api_keys')"),
    "a batch of changes": alembic(
        "a", "None", "with op.batch_alter_table('api_keys') as batch:", "    batch.add_column(sa.Column('x', sa.Text))"
    ),
    "a table that only is described": alembic(
        "a", "None", "keys = sa.Table('api_keys', meta)", "op.bulk_insert(keys, [])"
    ),
    "a view": alembic("a", "None", "op.execute('CREATE VIEW api_keys AS SELECT 1')"),
    "a step back": "from yoyo import step\nsteps = [step('SELECT 1', 'CREATE TABLE api_keys (id int)')]\n",
    "a temporary table": alembic("a", "None", "op.execute('CREATE TEMP TABLE api_keys (id int)')"),
    "an index": alembic("a", "None", "op.create_index('x', 'api_keys', ['id'])"),
}


@pytest.mark.parametrize("text", ABSENT.values(), ids=ABSENT.keys())
def test_not_created(text: str, tmp_path: Path) -> None:
    assert leaves(tmp_path, {"migrations/a.py": text}) == Migrated(created=False)


def test_alembic_applies_revisions_in_their_order(tmp_path: Path) -> None:
    create = alembic("one", "None", "op.create_table('api_keys')")
    drop = alembic("two", "'one'", "op.drop_table('api_keys')")
    assert leaves(tmp_path, {"migrations/z.py": create, "migrations/a.py": drop}) == Migrated(
        False, "migrations/a.py:8"
    )
    again = alembic("three", "('two',)", "op.rename_table('keys', 'api_keys')")
    assert leaves(tmp_path, {"migrations/0.py": again}).created


def test_sql_files(tmp_path: Path) -> None:
    files = {
        "migrations/1_keys.sql": "CREATE TABLE api_keys (id int);\n-- migrate:down\nDROP TABLE api_keys;\n",
        "migrations/1_keys.down.sql": "DROP TABLE api_keys;\n",
    }
    assert leaves(tmp_path, files).created
    dropped = leaves(tmp_path, {"migrations/2.sql": "\nDROP TABLE IF EXISTS others, api_keys CASCADE;\n"})
    assert dropped == Migrated(created=False, dropped="migrations/2.sql:2")


OWN = "migrations.CreateModel('Key', [], options={'db_table': 'api_keys'})"
DJANGO = """\
from django.db import migrations, models


def forwards(apps, schema_editor):
    schema_editor.execute("CREATE TABLE forwards (id int)")


def backwards(apps, schema_editor):
    schema_editor.execute("CREATE TABLE backwards (id int)")


class Migration(migrations.Migration):
    operations = [{operations}]
"""


@pytest.mark.parametrize(
    ("operations", "table", "created"),
    [
        ("migrations.CreateModel(name='Key', fields=[])", "shop_key", True),
        ("migrations.CreateModel('Key', [], options={'db_table': 'api_keys'})", "api_keys", True),
        ("migrations.CreateModel('K', [], options={'ordering': 'x', 'db_table': 'api_keys'})", "api_keys", True),
        ("migrations.CreateModel('Key', [], options={'db_table': 'api_keys'})", "shop_key", False),
        ("migrations.RunSQL('CREATE TABLE api_keys (id int)', 'DROP TABLE api_keys')", "api_keys", True),
        ("migrations.CreateModel(name='K', fields=[]), migrations.RenameModel('K', 'Key')", "shop_key", True),
        ("migrations.CreateModel(name='Key', fields=[]), migrations.DeleteModel('Key')", "shop_key", False),
        ("migrations.CreateModel(name='Key', fields=[]), migrations.AlterModelTable('key', 'keys')", "keys", True),
        (f"{OWN}, migrations.DeleteModel('Key')", "api_keys", False),
        (f"{OWN}, migrations.RenameModel('Key', 'Token')", "api_keys", True),
        (f"{OWN}, migrations.RenameModel('Key', 'Token'), migrations.DeleteModel('Token')", "api_keys", False),
        (f"{OWN}, migrations.AlterModelTable('key', 'keys')", "api_keys", False),
        ("migrations.CreateModel('Key', [], {'db_table': 'api_keys', 'managed': False})", "api_keys", False),
        ("migrations.RunSQL(sql='CREATE TABLE api_keys (id int)', reverse_sql='')", "api_keys", True),
        ("migrations.RunSQL('SELECT 1', reverse_sql='CREATE TABLE api_keys (id int)')", "api_keys", False),
        ("migrations.RunPython(forwards, backwards)", "forwards", True),
        ("migrations.RunPython(code=forwards)", "forwards", True),
        ("migrations.RunPython(forwards, backwards)", "backwards", False),
        (f"migrations.SeparateDatabaseAndState(state_operations=[{OWN}])", "api_keys", False),
        (f"migrations.SeparateDatabaseAndState([{OWN}], [])", "api_keys", True),
        (f"{OWN}, migrations.SeparateDatabaseAndState([], [migrations.DeleteModel('Key')])", "api_keys", True),
    ],
)
def test_django(operations: str, table: str, created: bool, tmp_path: Path) -> None:
    files = {"shop/migrations/0001_initial.py": DJANGO.format(operations=operations)}
    assert leaves(tmp_path, files, table, "shop/migrations").created is created


def test_django_deletes_a_model_in_a_later_file(tmp_path: Path) -> None:
    deleted = DJANGO.format(operations="migrations.DeleteModel(name='Key')")
    files = {"shop/migrations/0001.py": DJANGO.format(operations=OWN), "shop/migrations/0002.py": deleted}
    assert leaves(tmp_path, files, "api_keys", "shop/migrations").dropped == "shop/migrations/0002.py:13"


@pytest.mark.parametrize("mapped", [True, False])
def test_create_all_makes_the_tables_of_the_models(mapped: bool, tmp_path: Path) -> None:
    files = {"migrations/init.py": "def init(engine):\n    Base.metadata.create_all(engine)\n"}
    assert leaves(tmp_path, files, mapped=mapped).created is mapped


def test_a_table_whose_name_is_not_known_may_be_this_one(tmp_path: Path) -> None:
    files = {"migrations/a.py": alembic("a", "None", "op.create_table(name_of_the_day())")}
    assert leaves(tmp_path, files) == Migrated(created=False, unknown="migrations/a.py:8")


def test_one_file_may_be_all_there_is(tmp_path: Path) -> None:
    assert leaves(tmp_path, {"schema.sql": "CREATE TABLE api_keys (id int);"}, place="schema.sql").created
