"""The kind `forbid-write` (TL515): the files of a scope may not write certain tables."""

from collections.abc import Iterable, Iterator
from typing import Literal

from truthline.api import Example, Meta, Options, Program, Rule, Setup, TableWrite, Violation
from truthline_rules.calls import Functions, call_problems

_NAMED = 3
"""How many modules are named in which the analysis was cut."""
Operation = Literal["insert", "update", "delete"]

_OWNED = """\
[[rule]]
id = "INCIDENTS_OWN_THEIR_TABLES"
kind = "forbid-write"
scope = ["app/**", "!app/incidents/**"]
tables = ["incidents"]
message = "`{function}` {operation}s `{table}`, which only app/incidents may write"
"""
_MODELS = {
    "app/models.py": (
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
        "class Base(DeclarativeBase): ...\n\n\n"
        "class Incident(Base):\n"
        '    __tablename__ = "incidents"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    status: Mapped[str] = mapped_column()\n"
    )
}
_SESSION = (
    "from sqlalchemy import select, text\nfrom sqlalchemy.orm import Session\n\nfrom app.models import Incident\n\n\n"
)


class ForbidWriteOptions(Options, frozen=True, kw_only=True):
    """The keys of a `forbid-write` rule."""

    tables: tuple[str, ...]
    operations: tuple[Operation, ...] = ("insert", "update", "delete")
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


class ForbidWrite(Rule):
    """A write of a table that the scope forbids.

    What it does:
        Reports each place in a file of `scope` at which one of `tables` is written: an INSERT, UPDATE, DELETE, MERGE
        or upsert that is executed there as text or as a construct, also where a function hands the statement to
        another one to execute; `session.add`, `merge`, `delete` and the bulk methods with an object of a mapped
        class; an attribute that is assigned to such an object, unless its function has just made it; `save`,
        `create`, `update`, `delete` and their kin in Django. A statement that is only built writes nothing, and
        calling a function of another file that writes by itself is that file's write. "Only these may write it" is
        said by a scope of everything less the owners: `["app/**", "!app/incidents/**"]`.
    Why it is bad:
        A table that several domains write belongs to none of them, and no rule about it can be kept in one place.
    How to fix:
        Ask the owner of the table to write it.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at; `{name}` captures a segment. Default: all.
        tables: the tables, `table` or `schema.table`. A file that names neither the table nor a class that is mapped
            to it is not looked at. Over a large code base the analysis is cut where it costs too much; a warning
            then names the modules.
        operations: which writes are meant; an upsert is both "insert" and "update". Default: all three.
        inside: functions or classes (`Qual.name` or `module:Qual.name`, patterns); only writes inside them count.
        outside: functions or classes; writes inside them do not count.
    """

    options_type = ForbidWriteOptions
    options: ForbidWriteOptions
    meta = Meta(
        code="TL515",
        name="forbid-write",
        kind=True,
        placeholders=("table", "operation", "function"),
        valid=(
            Example(
                title="the owner writes, others read",
                files={
                    **_MODELS,
                    "app/incidents/engine.py": (
                        f"{_SESSION}def close(session: Session, incident: Incident):\n"
                        '    incident.status = "closed"\n    session.commit()\n'
                    ),
                    "app/overview.py": (
                        f"{_SESSION}def count(session: Session):\n    return session.scalars(select(Incident)).all()\n"
                    ),
                },
                config=_OWNED,
            ),
        ),
        invalid=(
            Example(
                title="as text",
                files={
                    **_MODELS,
                    "app/overview.py": (
                        "def close_all(cursor):\n    cursor.execute(\"UPDATE incidents SET status = 'closed'\")\n"
                    ),
                },
                config=_OWNED,
            ),
            Example(
                title="as an object",
                files={
                    **_MODELS,
                    "app/overview.py": (
                        f"{_SESSION}def open_one(session: Session):\n"
                        '    incident = Incident(status="open")\n    session.add(incident)\n'
                    ),
                },
                config=_OWNED,
            ),
            Example(
                title="as an attribute of a row",
                files={
                    **_MODELS,
                    "app/overview.py": (
                        f"{_SESSION}def close(session: Session, key):\n"
                        '    session.get(Incident, key).status = "closed"\n    session.commit()\n'
                    ),
                },
                config=_OWNED,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns of functions, and captures that the scope does not bind."""
        options = setup.options
        assert isinstance(options, ForbidWriteOptions)
        yield from call_problems((), (*options.inside, *options.outside), setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._inside = Functions(self.options.inside)
        self._outside = Functions(self.options.outside)

    def check(self, program: Program) -> Iterator[Violation]:
        """Look at the writes of each file in scope."""
        for module, captures in self.setup.scope.modules(program):
            for write in program.table_writes.of(module.name, self.options.tables):
                inside = not self.options.inside or self._inside.hold(write.symbol, captures)
                if inside and self._is_meant(write) and not self._outside.hold(write.symbol, captures):
                    yield _violation(write)
        yield from self._cut(program)

    def _cut(self, program: Program) -> Iterator[Violation]:
        """A warning where the analysis was cut, so that nobody takes silence for an answer."""
        if cut := program.table_writes.cut:
            more = f" and {len(cut) - _NAMED} more" if len(cut) > _NAMED else ""
            yield Violation(
                location=program.config.locate(self.setup.key),
                message=f"the analysis was cut in {', '.join(cut[:_NAMED])}{more}: writes there may have been missed",
                help="leave out of the scope what writes none of the tables",
                symbol=self.setup.id,
                severity="warning",
            )

    def _is_meant(self, write: TableWrite) -> bool:
        if write.operation == "upsert":
            return "insert" in self.options.operations or "update" in self.options.operations
        return write.operation in self.options.operations


def _violation(write: TableWrite) -> Violation:
    return Violation(
        location=write.location,
        message=f"`{write.symbol}` writes table `{write.table}` ({write.operation})",
        symbol=f"{write.symbol}->{write.table}",
        details={"table": write.table, "operation": write.operation, "function": write.symbol},
    )
