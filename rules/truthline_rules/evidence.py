"""What a flow reads of its evidence (TL110, TL111)."""

from collections.abc import Iterator

from truthline.api import Example, Meta, Program, Rule, UnconstrainedEvidence, UnreadEvidence, Violation

_CONFIG = """\
[evidence.connector-validated]
tables = ["connectors"]
columns = ["status"]

[flow.activation]
entry = ["app.decide:decide"]
must-read = ["connector-validated"]
"""
_SOUND = Example(
    title="the flow executes a query of the table that constrains the column",
    files={
        "app/decide.py": (
            "from sqlalchemy import text\n\n"
            "VALIDATED = text(\"SELECT 1 FROM connectors WHERE tenant_id = :tid AND status = 'enabled'\")\n\n\n"
            "def decide(session, tenant):\n"
            '    return session.execute(VALIDATED, {"tid": tenant}).first() is not None\n'
        )
    },
    config=_CONFIG,
)


class EvidenceNotRead(Rule):
    """A flow does not read evidence that it must read.

    What it does:
        Reports an entry of a flow from which no path executes a query that reads a table of the evidence: raw SQL,
        SQLAlchemy, SQLModel or Django, any number of calls away. A query that is only built reads nothing; one that
        cannot be read makes the flow undecided instead.
    Why it is bad:
        What decides without asking the evidence decides on something else.
    How to fix:
        Execute a query of the table on the way to the decision.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    meta = Meta(
        code="TL110",
        name="evidence-not-read",
        subject="flow",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="the query is built, and never executed",
                files={
                    "app/decide.py": (
                        "from sqlalchemy import text\n\n\n"
                        "def decide(session, tenant):\n"
                        "    query = text(\"SELECT 1 FROM connectors WHERE status = 'enabled'\")\n"
                        "    return query is not None\n"
                    )
                },
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow for the evidence that an entry never reads."""
        for flow in sorted(program.config.flow):
            for unread in program.flow(flow).evidence.unread:
                yield self._violation(flow, unread)

    def _violation(self, flow: str, unread: UnreadEvidence) -> Violation:
        tables = " or ".join(f"`{table}`" for table in unread.tables)
        return Violation(
            location=unread.location,
            message=(
                f"flow `{flow}` must read evidence `{unread.evidence}`, "
                f"but no path from `{unread.entry}` executes a query of {tables}"
            ),
            help=f"query {tables} on the way to the decision",
            symbol=f"{unread.entry}:{unread.evidence}",
            flow=flow,
            witness=unread.steps,
        )


class EvidenceUnconstrained(Rule):
    """The query by which a flow reads its evidence does not constrain the columns that make it evidence.

    What it does:
        Reports a query of the evidence's table where no executed query of it constrains all `columns`, in WHERE, JOIN
        ON, `filter_by` and the like. Comparing a column afterwards, in Python, does not constrain the query.
    Why it is bad:
        A row proves something only in the right state: a revoked key is a row too.
    How to fix:
        Constrain the columns in the query.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    meta = Meta(
        code="TL111",
        name="evidence-unconstrained",
        subject="flow",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="any connector will do",
                files={
                    "app/decide.py": (
                        "def decide(session, tenant):\n"
                        '    query = "SELECT status FROM connectors WHERE tenant_id = ?"\n'
                        "    row = session.execute(query, [tenant]).first()\n"
                        '    return row is not None and row.status == "enabled"\n'
                    )
                },
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow for evidence that it reads without constraining it."""
        for flow in sorted(program.config.flow):
            for loose in program.flow(flow).evidence.unconstrained:
                yield self._violation(flow, loose)

    def _violation(self, flow: str, loose: UnconstrainedEvidence) -> Violation:
        columns = ", ".join(f"`{column}`" for column in loose.columns)
        return Violation(
            location=loose.location,
            message=(
                f"flow `{flow}` reads evidence `{loose.evidence}`, "
                f"but this query of `{loose.table}` does not constrain {columns}"
            ),
            help=f"constrain {columns} in the query's conditions",
            symbol=f"{loose.evidence}:{','.join(loose.columns)}",
            flow=flow,
            witness=loose.steps,
        )
