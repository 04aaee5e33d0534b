"""One parsed SQL statement: what it reads, writes and constrains.

Names are resolved by scope, as a database does: a CTE hides the table of its name, an alias stands for its table, a
column of a subquery leads to the column that it selects. A column without a qualifier may belong to any table of the
nearest scope that has tables.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlglot import exp

from truthline.program.evidence.sqltext import HOLE_NAME
from truthline.program.evidence.tables import Column, Query, Table, Write, folded

_HARMLESS_COMMANDS = frozenset(
    "SET RESET SHOW LISTEN NOTIFY UNLISTEN VACUUM ANALYZE REINDEX CLUSTER GRANT REVOKE COMMENT LOCK CHECKPOINT "
    "DISCARD BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE PRAGMA EXPLAIN DEALLOCATE REFRESH CREATE ALTER DROP "
    "USE DECLARE CLOSE FETCH".split()
)
_HOLE_REASON = "a part of its text is not known"
_VALUE_PARENTS = (
    exp.Predicate,
    exp.Func,
    exp.Tuple,
    exp.Cast,
    exp.Binary,
    exp.Limit,
    exp.Offset,
    exp.Order,
    exp.Ordered,
)


class Relation(msgspec.Struct, eq=False):
    """Something with columns: a table, or a query that passes columns of others on under names of its own."""

    table: Table | None = None
    projected: Mapping[str, frozenset[Column]] = {}
    passed_on: tuple[Relation, ...] = ()

    def column(self, name: str) -> frozenset[Column]:
        """The columns of tables that a name of this relation leads to."""
        if self.table is not None:
            return frozenset((Column(self.table, name),))
        own = self.projected.get(name)
        if own is not None:
            return own
        return frozenset().union(*(one.column(name) for one in self.passed_on))


class _Scope(msgspec.Struct, eq=False):
    """The relations that a query can name, and the scope around it."""

    outer: _Scope | None
    ctes: dict[str, Relation]
    relations: dict[str, Relation]

    def cte(self, name: str) -> Relation | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.ctes:
                return scope.ctes[name]
            scope = scope.outer
        return None

    def resolve(self, qualifier: str, name: str) -> frozenset[Column]:
        scope: _Scope | None = self
        while scope is not None:
            if qualifier in scope.relations:
                return scope.relations[qualifier].column(name)
            if not qualifier and scope.relations:
                return frozenset().union(*(one.column(name) for one in scope.relations.values()))
            scope = scope.outer
        return frozenset()


def read_statement(statement: exp.Expression, dialect: str) -> Query:
    """What a statement does."""
    reader = _Reader(dialect)
    reader.statement(statement, _Scope(None, {}, {}))
    return Query(
        frozenset(reader.reads),
        frozenset(reader.writes),
        frozenset(reader.constrained),
        frozenset(reader.unread),
        frozenset(reader.loose),
    )


class _Reader:
    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.reads: set[Table] = set()
        self.writes: set[Write] = set()
        self.constrained: set[Column] = set()
        self.unread: set[str] = set()
        self.loose: set[str] = set()

    # -- statements ---------------------------------------------------------------------------

    def statement(self, node: exp.Expression, scope: _Scope) -> Relation:
        """Reads a statement; what it returns is what a query around it can take from it."""
        if isinstance(node, exp.Query):
            return self.query(node, scope)
        if isinstance(node, exp.Insert):
            return self._insert(node, scope)
        if isinstance(node, exp.Update):
            return self._update(node, scope)
        if isinstance(node, exp.Delete):
            return self._delete(node, scope)
        if isinstance(node, exp.Merge):
            return self._merge(node, scope)
        if isinstance(node, exp.Copy):
            return self._copy(node, scope)
        if isinstance(node, exp.Create) and isinstance(node.expression, exp.Query):
            return self.query(node.expression, scope)
        if isinstance(node, exp.TruncateTable):
            for table in node.find_all(exp.Table):
                self.writes.add(Write(self.table(table), "delete"))
        if isinstance(node, exp.Command) and str(node.this).upper() not in _HARMLESS_COMMANDS:
            self.unread.add(f"what {str(node.this).upper()} does is not known")
        return Relation()

    def _insert(self, node: exp.Insert, scope: _Scope) -> Relation:
        scope = self._with_ctes(node, scope)
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        named = node.this.expressions if isinstance(node.this, exp.Schema) else ()
        columns = {self._name(one) for one in named if isinstance(one, exp.Identifier)}
        conflict = node.args.get("conflict")
        replaces = str(node.args.get("alternative") or "").upper() == "REPLACE"
        if conflict is not None:
            self._visit(conflict, scope, False)
        if isinstance(node.expression, exp.Expression):
            self._visit(node.expression, scope, False)
        if conflict is not None and conflict.expressions:
            self._written(target, "upsert", {self._column_name(one) for one in conflict.expressions})
        return self._written(target, "upsert" if replaces else "insert", columns)

    def _copy(self, node: exp.Copy, scope: _Scope) -> Relation:
        """`COPY table FROM ...` inserts, `COPY table TO ...` reads, and so does a query in its place."""
        if isinstance(node.this, exp.Query):
            return self.query(node.this, scope)
        if node.args.get("kind"):
            named = node.this.expressions if isinstance(node.this, exp.Schema) else ()
            return self._written(
                node.this, "insert", {self._name(one) for one in named if isinstance(one, exp.Identifier)}
            )
        self.reads.update(self.table(table) for table in node.this.find_all(exp.Table))
        return Relation()

    def _update(self, node: exp.Update, scope: _Scope) -> Relation:
        scope = self._with_ctes(node, scope)
        target = node.this
        written = self._written(target, "update", {self._column_name(one) for one in node.expressions})
        inner = _Scope(scope, {}, {self._alias(target): written})
        self._joins(target, inner)
        self._sources(_part(node, "from"), inner)
        for assignment in node.expressions:
            self._visit(assignment.args.get("expression"), inner, False)
        return self._finish_write(node, written, inner)

    def _delete(self, node: exp.Delete, scope: _Scope) -> Relation:
        scope = self._with_ctes(node, scope)
        written = self._written(node.this, "delete", set())
        inner = _Scope(scope, {}, {self._alias(node.this): written})
        for source in node.args.get("using") or ():
            self._source(source, inner)
        self._joins(node.this, inner)
        return self._finish_write(node, written, inner)

    def _merge(self, node: exp.Merge, scope: _Scope) -> Relation:
        scope = self._with_ctes(node, scope)
        whens = node.args.get("whens")
        cases = whens.expressions if isinstance(whens, exp.Expression) else node.expressions
        columns = {
            self._column_name(one)
            for when in cases
            if isinstance(then := when.args.get("then"), exp.Update)
            for one in then.expressions
        }
        written = self._written(node.this, "upsert", columns)
        inner = _Scope(scope, {}, {self._alias(node.this): written})
        self._source(node.args["using"], inner)
        self._visit(node.args.get("on"), inner, True)
        return self._finish_write(node, written, inner)

    def _finish_write(self, node: exp.Expression, written: Relation, scope: _Scope) -> Relation:
        self._visit(node.args.get("where"), scope, True)
        returning = node.args.get("returning")
        if isinstance(returning, exp.Expression):
            self._visit(returning, scope, False)
            if written.table is not None:
                self.reads.add(written.table)
        return written

    def _written(self, target: exp.Expression, operation: str, columns: set[str]) -> Relation:
        """The relation of a table that is written."""
        table = target.find(exp.Table)
        if table is None:
            return Relation()
        if self._is_hole(table):
            return Relation()
        named = self.table(table)
        self.writes.add(Write(named, operation, frozenset(columns)))
        return Relation(named)

    # -- queries ------------------------------------------------------------------------------

    def query(self, node: exp.Expression | exp.Query, scope: _Scope) -> Relation:
        """Reads a SELECT, a set operation, or one of them in parentheses."""
        scope = self._with_ctes(node, scope)
        if isinstance(node, exp.Select):
            return self._select(node, scope)
        if isinstance(node, exp.SetOperation):
            return Relation(passed_on=(self.query(node.left, scope), self.query(node.right, scope)))
        if isinstance(node, exp.Subquery):
            inner = _Scope(scope, {}, {})
            relation = self._source(node.this, inner)
            self._joins(node, inner)
            return relation
        for child in node.iter_expressions():
            self._visit(child, scope, False)
        return Relation()

    def _select(self, node: exp.Select, outer: _Scope) -> Relation:
        scope = _Scope(outer, {}, {})
        self._sources(_part(node, "from"), scope)
        for lateral in node.args.get("laterals") or ():
            self._source(lateral, scope)
        self._joins(node, scope)
        for key, part in node.args.items():
            if key in ("from", "from_", "joins", "laterals", "with", "with_"):
                continue
            for one in part if isinstance(part, list) else (part,):
                self._visit(one, scope, key in ("where", "having", "qualify"))
        return self._projection(node, scope)

    def _projection(self, node: exp.Select, scope: _Scope) -> Relation:
        projected: dict[str, frozenset[Column]] = {}
        passed_on: list[Relation] = []
        for one in node.expressions:
            column = one.this if isinstance(one, exp.Alias) else one
            if isinstance(column, exp.Star):
                passed_on += scope.relations.values()
            elif isinstance(column, exp.Column):
                qualifier = self._name(column.args.get("table"))
                if isinstance(column.this, exp.Star):
                    passed_on += [scope.relations[qualifier]] if qualifier in scope.relations else []
                else:
                    name = self._name(one.args.get("alias")) if isinstance(one, exp.Alias) else self._name(column.this)
                    projected[name] = scope.resolve(qualifier, self._name(column.this))
        return Relation(projected=projected, passed_on=tuple(passed_on))

    def _with_ctes(self, node: exp.Expression | exp.Query, outer: _Scope) -> _Scope:
        """A scope with the CTEs of a statement; each sees those before it, and itself where it is recursive."""
        clause = _part(node, "with")
        if clause is None:
            return outer
        scope = _Scope(outer, {}, {})
        if clause.args.get("recursive"):
            scope.ctes.update({self._name(cte.args["alias"].this): Relation() for cte in clause.expressions})
        for cte in clause.expressions:
            alias = cte.args["alias"]
            relation = self.statement(cte.this, scope)
            scope.ctes[self._name(alias.this)] = self._renamed(relation, cte.this, alias)
        return scope

    def _renamed(self, relation: Relation, query: object, alias: exp.Expression) -> Relation:
        """`AS name (a, b)` gives the columns of a query other names."""
        columns = alias.args.get("columns") or ()
        selected = query.selects if isinstance(query, exp.Query) else ()
        if not columns or len(columns) != len(selected):
            return relation
        names = [self._name(one) for one in columns]
        return Relation(
            projected={
                name: relation.column(self._selected_name(one)) for name, one in zip(names, selected, strict=True)
            }
        )

    def _selected_name(self, selected: object) -> str:
        if isinstance(selected, exp.Alias):
            return self._name(selected.args.get("alias"))
        return self._name(selected.this) if isinstance(selected, exp.Expression) else ""

    # -- sources ------------------------------------------------------------------------------

    def _sources(self, clause: exp.Expression | None, scope: _Scope) -> None:
        if clause is None:
            return
        for source in (clause.args.get("this"), *(clause.args.get("expressions") or ())):
            if isinstance(source, exp.Expression):
                self._source(source, scope)

    def _source(self, node: exp.Expression, scope: _Scope) -> Relation:
        """A table, a subquery or a lateral: its relation, under its alias."""
        if isinstance(node, exp.Table):
            relation = self._table(node, scope)
        elif isinstance(node, exp.Lateral):
            relation = self._lateral(node, scope)
        elif isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query):
            relation = self._source(node.this, scope)
        elif isinstance(node, exp.Query):
            relation = self.query(node, scope)
        else:
            self._visit(node, scope, False)
            relation = Relation()
        alias = node.args.get("alias")
        if isinstance(alias, exp.TableAlias) and isinstance(node, exp.Subquery):
            relation = self._renamed(relation, node.this, alias)
        scope.relations[self._alias(node) or f"({len(scope.relations)})"] = relation
        self._joins(node, scope)
        return relation

    def _lateral(self, node: exp.Lateral, scope: _Scope) -> Relation:
        if isinstance(node.this, exp.Query):
            return self.query(node.this, scope)
        self._visit(node.this, scope, False)
        return Relation()

    def _table(self, node: exp.Table, scope: _Scope) -> Relation:
        if not isinstance(node.this, exp.Identifier):
            self._visit(node.this, scope, False)
            return Relation()
        if self._is_hole(node):
            return Relation()
        named = self.table(node)
        hidden = scope.cte(named.name) if named.schema is None else None
        if hidden is not None:
            return hidden
        self.reads.add(named)
        return Relation(named)

    def _joins(self, node: exp.Expression, scope: _Scope) -> None:
        for join in node.args.get("joins") or ():
            before = list(scope.relations.values())
            relation = self._source(join.this, scope)
            self._visit(join.args.get("on"), scope, True)
            for column in join.args.get("using") or ():
                name = self._name(column.this if isinstance(column, exp.Column) else column)
                for one in (relation, *before):
                    self.constrained |= one.column(name)

    # -- expressions --------------------------------------------------------------------------

    def _visit(self, node: object, scope: _Scope, constraining: bool) -> None:
        """Columns and subqueries of an expression; the columns count where it is a condition."""
        if not isinstance(node, exp.Expression):
            return
        if isinstance(node, exp.Query):
            self.query(node, scope)
            return
        if isinstance(node, exp.Column):
            self._column(node, scope, constraining)
            return
        constraining = constraining or isinstance(node, exp.Where)
        for child in node.iter_expressions():
            self._visit(child, scope, constraining)

    def _column(self, node: exp.Column, scope: _Scope, constraining: bool) -> None:
        name = self._name(node.this)
        if HOLE_NAME in name:
            if not isinstance(node.parent, _VALUE_PARENTS) or isinstance(node.parent, exp.Connector):
                self.unread.add(_HOLE_REASON)
                self.loose.add(_HOLE_REASON)
        elif constraining:
            self.constrained |= scope.resolve(self._name(node.args.get("table")), name)

    def _is_hole(self, node: exp.Table) -> bool:
        """Whether a part of a table's name or of what follows it is not known."""
        named = HOLE_NAME in node.name or HOLE_NAME in node.db
        if named or HOLE_NAME in node.alias:
            self.unread.add(_HOLE_REASON)
            self.loose.add(_HOLE_REASON)
        return named

    # -- names --------------------------------------------------------------------------------

    def table(self, node: exp.Table) -> Table:
        """The table that a node names."""
        return Table(self._name(node.this), self._name(node.args.get("db")) or None)

    def _alias(self, node: exp.Expression) -> str:
        alias = node.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.this is not None:
            return self._name(alias.this)
        return self._name(node.this) if isinstance(node, exp.Table) else ""

    def _column_name(self, node: exp.Expression) -> str:
        """The column that an assignment sets."""
        target = node.this if isinstance(node, exp.EQ) else node
        return self._name(target.this if isinstance(target, exp.Column) else target)

    def _name(self, node: object) -> str:
        if isinstance(node, exp.Identifier):
            return folded(node.name, bool(node.args.get("quoted")), self.dialect)
        return node.name.lower() if isinstance(node, exp.Expression) else ""


def _part(node: exp.Expression | exp.Query, key: str) -> exp.Expression | None:
    """A clause; newer versions of sqlglot end the keys that Python reserves with an underscore."""
    found = node.args.get(key) or node.args.get(f"{key}_")
    return found if isinstance(found, exp.Expression) else None
