"""Whether evidence gets into its table at all (TL130, TL131)."""

from collections.abc import Iterator

from truthline.api import Example, Meta, Migrated, Program, Rule, UnpersistedEvidence, Violation

_MIGRATED = """\
roots = ["app"]

[evidence.key-ready]
tables = ["api_keys"]
migrations = "migrations"
"""


_PRODUCED = """\
[evidence.key-ready]
tables = ["api_keys"]
written-by = ["app.keys:enable"]
"""


class EvidenceNotPersisted(Rule):
    """A producer of evidence can succeed without writing it.

    What it does:
        Reports each return of a function named in `written-by` that can be reached without a write to a table of the
        evidence, by the function itself or by what it calls: a branch that leaves it out, an exception that is
        swallowed. To raise, or to return a false value, is no success; of a function that returns nothing, to come to
        its end is.
    Why it is bad:
        Whoever asked is told that the evidence is there, and the decision does not find it.
    How to fix:
        Write before every return of success, and let errors of the write be seen.
    How to allow:
        Suppress it where it stands, with a reason.
    """

    meta = Meta(
        code="TL130",
        name="evidence-not-persisted",
        valid=(
            Example(
                title="the write stands before success, and failure is said",
                files={
                    "app/keys.py": (
                        "def enable(session, key):\n"
                        "    if not key:\n        return False\n"
                        '    session.execute("INSERT INTO api_keys (id) VALUES (:id)", {"id": key})\n'
                        "    session.commit()\n    return True\n"
                    )
                },
                config=_PRODUCED,
            ),
        ),
        invalid=(
            Example(
                title="an error of the write is swallowed",
                files={
                    "app/keys.py": (
                        "import logging\n\n\ndef enable(session, key):\n    try:\n"
                        '        session.execute("INSERT INTO api_keys (id) VALUES (:id)", {"id": key})\n'
                        '    except ValueError:\n        logging.exception("not stored")\n'
                        "    return True\n"
                    )
                },
                config=_PRODUCED,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each producer for the ways on which it does not write."""
        for name in sorted(program.config.evidence):
            for lapse in program.unpersisted(name):
                yield self._violation(name, lapse)

    def _violation(self, name: str, lapse: UnpersistedEvidence) -> Violation:
        tables = " or ".join(f"`{table}`" for table in lapse.tables)
        return Violation(
            location=lapse.location,
            message=f"`{lapse.producer}` can succeed here without having written {tables}, the evidence `{name}`",
            help=f"write {tables} on every way to success, or raise",
            symbol=f"{name}:{lapse.producer}",
            witness=lapse.steps,
        )


class EvidenceWithoutMigration(Rule):
    """No migration creates a table of evidence.

    What it does:
        Reads the files below `migrations`, also where they are excluded from the analysis: Alembic's and Django's
        operations on the way up, SQL in Python and in `.sql` files, and `metadata.create_all` with the models of the
        program. A table that a later migration drops or renames is not there either.
    Why it is bad:
        The query works where somebody made the table by hand, and fails on the next database.
    How to fix:
        Add a migration that creates the table.
    How to allow:
        Suppress it in the config, or take `migrations` out.
    """

    meta = Meta(
        code="TL131",
        name="evidence-without-migration",
        valid=(
            Example(
                title="a migration creates the table",
                files={
                    "app/__init__.py": "",
                    "migrations/0001_keys.py": (
                        "from alembic import op\nimport sqlalchemy as sa\n\n\n"
                        'def upgrade():\n    op.create_table("api_keys", sa.Column("id", sa.Text, primary_key=True))\n'
                    ),
                },
                config=_MIGRATED,
            ),
        ),
        invalid=(
            Example(
                title="the table was renamed",
                files={
                    "app/__init__.py": "",
                    "migrations/0001_keys.sql": "CREATE TABLE api_keys (id TEXT PRIMARY KEY);\n",
                    "migrations/0002_names.sql": "ALTER TABLE api_keys RENAME TO tenant_api_keys;\n",
                },
                config=_MIGRATED,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask the migrations of each piece of evidence for its tables."""
        for name in sorted(program.config.evidence):
            for table, migrated in program.migrated(name).items():
                if not migrated.created and migrated.unknown is None:
                    yield self._violation(program, name, table, migrated)

    def _violation(self, program: Program, name: str, table: str, migrated: Migrated) -> Violation:
        place = program.config.evidence[name].migrations
        if migrated.dropped is not None:
            message = f"table `{table}` of evidence `{name}` is dropped or renamed at {migrated.dropped}"
        else:
            message = f"no migration in `{place}` creates table `{table}` of evidence `{name}`"
        return Violation(
            location=program.config.locate(f"evidence.{name}.migrations"),
            message=message,
            help="add a migration that creates the table",
            symbol=f"{name}:{table}",
        )
