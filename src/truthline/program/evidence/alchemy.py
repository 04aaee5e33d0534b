"""SQLAlchemy and SQLModel: what their functions and methods make of the parts of a query."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from truthline.program.evidence.mapped import Mapping, Mappings
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.evidence.tables import Column, Query, Table, Write
from truthline.program.evidence.terms import (
    NONE,
    Entity,
    Keyed,
    Manager,
    Part,
    Relation,
    Rows,
    Sequence,
    Term,
    Terms,
    Text,
    Unclear,
)

PENDING = Table("")
"""The table of a column that is named before it is known of what: `filter_by(name=...)`, Django's `Q(name=...)`."""
CONDITIONS = frozenset(("where", "filter", "having", "whereclause", "with_loader_criteria"))
JOINS = frozenset(("join", "outerjoin", "join_from", "outerjoin_from", "select_from", "full_join"))
_SETS = frozenset(("union", "union_all", "intersect", "intersect_all", "except_", "except_all", "add_cte"))
_ADDS = frozenset(("add_columns", "add_column", "add_entity"))
_SELECTS_INSTEAD = frozenset(("with_only_columns", "with_entities"))
_EXPRESSIONS = frozenset(("exists", "label", "scalar_subquery", "as_scalar", "scalar", "any_", "all_"))
_DERIVED = frozenset(("subquery", "cte", "alias", "lateral", "tablesample"))
_LOADERS = frozenset(
    (
        "joinedload", "selectinload", "subqueryload", "immediateload", "contains_eager", "lazyload", "raiseload",
        "noload", "load_only", "defer", "undefer",
    )
)  # fmt: skip
_EAGER = frozenset(("joinedload", "selectinload", "subqueryload", "immediateload", "contains_eager"))
DECISIVE = frozenset(
    (
        *CONDITIONS, *JOINS, *_SETS, *_ADDS, *_SELECTS_INSTEAD,
        "select", "exists", "insert", "update", "delete", "aliased", "and_", "or_", "not_", "query", "from_select",
        "options", "any", "has", "filter_by", "exclude", "get", "lateral", "values",
    )
)  # fmt: skip
"""Where an argument that a caller passes decides what is queried, and is not only a value that is bound."""
_SELECTS = frozenset(("select", "exists", "lateral"))
_WRITES = {"insert": "insert", "update": "update", "delete": "delete"}
_UPSERTS = frozenset(("on_conflict_do_update", "on_duplicate_key_update"))
_CONFLICT = frozenset(("set_", "index_elements", "index_where", "constraint", "where"))
QUERY_READS = frozenset(
    (
        "first", "all", "one", "one_or_none", "scalar", "scalars", "count", "get", "get_or_404", "first_or_404",
        "one_or_404", "paginate", "yield_per", "get_or_none", "scalar_one", "scalar_one_or_none", "__iter__",
    )
)  # fmt: skip
"""Methods that execute a `Query`."""
_NO_ROWS = frozenset(("count", "scalar", "scalars"))


class Given(msgspec.Struct, frozen=True):
    """The arguments of a call; a keyword None is one that is not known by name."""

    positional: tuple[Terms, ...] = ()
    keywords: tuple[tuple[str | None, Terms], ...] = ()

    @property
    def every(self) -> Terms:
        """All arguments, collections taken apart."""
        found = NONE.union(*self.positional, *(terms for _, terms in self.keywords))
        return flattened(found)

    def keyword(self, name: str) -> Terms:
        """What is passed under a keyword."""
        return NONE.union(*(terms for given, terms in self.keywords if given == name))


def _reasons(given: Given) -> frozenset[str]:
    """Why positional arguments are not known."""
    return frozenset(
        term.reason for terms in given.positional for term in flattened(terms) if isinstance(term, Unclear)
    )


def flattened(terms: Iterable[Term]) -> Terms:
    """Terms with collections taken apart, at any depth."""
    found: set[Term] = set()
    for term in terms:
        if isinstance(term, (Sequence, Keyed)):
            found |= flattened(term.every)
        else:
            found.add(term)
    return frozenset(found)


class Alchemy:
    """The vocabulary of SQLAlchemy."""

    def __init__(self, mappings: Mappings, texts: SqlTexts) -> None:
        self.mappings = mappings
        self.texts = texts

    # -- parts of terms -----------------------------------------------------------------------

    def part(self, term: Term) -> Part | None:
        """What a term contributes to an expression."""
        if isinstance(term, Part):
            return term
        if isinstance(term, Entity):
            return Part(query=Query(reads=self.mappings.loaded_with(term.mapping)), subject=term.mapping)
        if isinstance(term, Relation):
            return Part(query=Query(reads=term.target.tables), columns=self._joining(term), subject=term.target)
        return None

    def combined(self, terms: Iterable[Term]) -> Part | None:
        """Several terms as one expression; None where none of them belongs to a query."""
        parts = [part for term in sorted(terms, key=repr) if (part := self.part(term)) is not None]
        if not parts:
            return None
        columns: frozenset[Column] = frozenset().union(*(part.columns for part in parts))
        subject = next((part.subject for part in parts if part.subject is not None), None)
        return Part("expression", Query().joined(*(part.query for part in parts)), columns, subject)

    def expression(self, terms: Iterable[Term]) -> Terms:
        """An operator or function over terms."""
        relevant = [term for term in flattened(terms) if isinstance(term, (Part, Relation, Entity))]
        part = self.combined(relevant)
        return NONE if part is None else frozenset((msgspec.structs.replace(part, kind="expression", subject=None),))

    def _joining(self, relation: Relation) -> frozenset[Column]:
        """The columns by which a relationship joins."""
        return self.mappings.foreign_columns(relation.source, relation.target) | self.mappings.foreign_columns(
            relation.target, relation.source
        )

    # -- functions ----------------------------------------------------------------------------

    def function(self, name: str, given: Given) -> Terms:
        """A call of one of the library's functions."""
        if name in _SELECTS:
            return frozenset((self._select(given),))
        if name in _WRITES and given.positional:
            return frozenset(part for term in given.positional[0] if (part := self._write(name, term)) is not None)
        if name in ("aliased", "alias", "with_polymorphic", "outerjoin", "join", "lateral"):
            return self._aliased(name, given)
        if name in ("Table", "table") and given.positional:
            return self._table(given)
        if name in _LOADERS:
            return self.expression(given.every) if name in _EAGER else frozenset((Part(),))
        if name in ("column", "literal_column", "Column") and given.positional:
            texts = [term.value for term in given.positional[0] if isinstance(term, Text)]
            return frozenset((Part(columns=frozenset(Column(PENDING, text.lower()) for text in texts)),))
        return self.expression(given.every) or frozenset((Part(),))

    def _select(self, given: Given) -> Part:
        part = self.combined(given.every) or Part()
        query = part.mentioned().joined(Query(unread=_reasons(given)))
        return Part("statement", query, part.columns, part.subject)

    def _write(self, operation: str, term: Term) -> Part | None:
        if not isinstance(term, Entity):
            return None
        query = Query(writes=frozenset((Write(term.mapping.table, operation),)))
        return Part("statement", query, frozenset(), term.mapping)

    def _aliased(self, name: str, given: Given) -> Terms:
        if name in ("outerjoin", "join"):
            part = self.combined(given.every)
            joined = self._constrained(Part(), part) if part is not None else Part()
            return frozenset((msgspec.structs.replace(joined, subject=part.subject if part else None),))
        return given.positional[0] if given.positional else NONE

    def _table(self, given: Given) -> Terms:
        schemas = [term.value for term in given.keyword("schema") if isinstance(term, Text)]
        return frozenset(
            Entity(Mapping(Table(term.value, schemas[0] if schemas else None)))
            for term in given.positional[0]
            if isinstance(term, Text)
        )

    # -- methods ------------------------------------------------------------------------------

    def query(self, given: Given) -> Terms:
        """`session.query(...)`; nothing where what is passed belongs to no query."""
        part = self.combined(given.every)
        if part is None and not _reasons(given):
            return NONE
        part = part or Part()
        query = part.mentioned().joined(Query(unread=_reasons(given)))
        return frozenset((Part("query", query, part.columns, part.subject),))

    def method(self, base: Term, name: str, given: Given) -> Terms:
        """A method of a table, an expression or a statement."""
        if isinstance(base, Entity):
            return self._of_entity(base, name, given)
        if isinstance(base, Manager):
            return self.method(Part("query", Query(reads=base.mapping.tables), subject=base.mapping), name, given)
        if isinstance(base, Relation):
            return self._of_relation(base, given)
        if isinstance(base, Part) and base.kind in ("statement", "query"):
            return (
                frozenset((self._of_statement(base, name, given),))
                if not self._rows(base, name)
                else self._rows(base, name)
            )
        if isinstance(base, Part):
            return self._of_expression(base, name, given)
        return NONE

    def _rows(self, base: Part, name: str) -> Terms:
        """The objects that executing a `Query` returns."""
        if base.kind != "query" or name not in QUERY_READS or base.subject is None or name in _NO_ROWS:
            return NONE
        return frozenset((Rows(base.subject),))

    def _of_entity(self, base: Entity, name: str, given: Given) -> Terms:
        if name == "select":
            return frozenset((self._select(Given((frozenset((base,)),))),))
        if name in _WRITES:
            part = self._write(name, base)
            return frozenset((part,)) if part is not None else NONE
        if name in ("alias", "tablesample", "of_type"):
            return frozenset((base,))
        if name in JOINS:
            return self._aliased("join", Given((frozenset((base,)), *given.positional), given.keywords))
        return NONE

    def _of_relation(self, base: Relation, given: Given) -> Terms:
        """`Parent.children.any(condition)`, `has`, `of_type`, `and_`: the other table is asked, under the condition."""
        condition = self.combined(given.every) or Part()
        part = self._constrained(Part(query=Query(reads=base.target.tables)), condition)
        return frozenset((self._filtered_by(part, base.target, given),))

    def _of_expression(self, base: Part, name: str, given: Given) -> Terms:
        """Operators as methods; of `exists()`, an alias or a join, the methods of a statement."""
        if name in CONDITIONS or name in JOINS or name in ("filter_by", "select_from", "correlate", "options"):
            return frozenset((self._of_statement(base, name, given),))
        part = self.combined((base, *given.every)) or base
        return frozenset((msgspec.structs.replace(part, kind="expression", subject=base.subject),))

    def _of_statement(self, base: Part, name: str, given: Given) -> Part:
        if name in CONDITIONS:
            return self.where(base, given)
        if name == "filter_by":
            return self._filtered_by(base, base.subject, given)
        if name in JOINS:
            return self._joined(base, name, given)
        if name == "from_statement":
            return self._read_instead(base, given)
        if name in ("values", "ordered_values"):
            return self._sets(base, given)
        if name in _UPSERTS:
            return self._upserts(base, given)
        if name == "returning":
            tables = frozenset(write.table for write in base.query.writes if write.operation != "insert")
            return msgspec.structs.replace(base, query=base.query.joined(Query(reads=tables)))
        if name in _ADDS:
            part = self.combined(given.every) or Part()
            query = base.query.joined(part.mentioned())
            return msgspec.structs.replace(base, query=query, columns=base.columns | part.columns)
        if name in _SETS or name in ("from_select", "options"):
            part = self.combined(given.every) or Part()
            more = part.mentioned() if name != "options" else part.query
            return msgspec.structs.replace(base.also(more), columns=base.columns | part.columns)
        if name in _SELECTS_INSTEAD:
            return self._selected_instead(base, given)
        if name in _EXPRESSIONS or name in _DERIVED:
            return Part("expression", base.mentioned(), base.columns, base.subject if name in _DERIVED else None)
        return base

    def _selected_instead(self, base: Part, given: Given) -> Part:
        """`with_only_columns(...)`: what was selected before is read no more, unless another clause names it."""
        part = self.combined(term for terms in given.positional for term in flattened(terms)) or Part()
        named = frozenset(column.table for column in base.rest.constrained if column.table.name)
        query = base.rest.joined(part.mentioned(), Query(reads=named, unread=_reasons(given)))
        if any(name == "maintain_column_froms" for name, _ in given.keywords):
            query = query.joined(base.query)
        return msgspec.structs.replace(base, query=query, columns=part.columns, subject=part.subject or base.subject)

    # -- conditions ---------------------------------------------------------------------------

    def where(self, base: Part, given: Given) -> Part:
        """Conditions: what they mention is constrained."""
        condition = self.combined(given.every) or Part()
        found = self._constrained(base, condition)
        if reasons := _reasons(given):
            found = found.also(Query(loose=reasons))
        for term in given.every:
            if isinstance(term, Text):
                found = found.also(self._condition(base, term.value))
        return found

    def _condition(self, base: Part, text: str) -> Query:
        """A condition that is written as text, over the tables of the statement."""
        tables = sorted(base.query.reads | {write.table for write in base.query.writes})
        source = f" FROM {', '.join(map(str, tables))}" if tables else ""
        return self.texts.query(f"SELECT 1{source} WHERE {text}")

    def _constrained(self, base: Part, condition: Part) -> Part:
        known = frozenset(self._settled(column, base.subject) for column in condition.columns)
        tables = frozenset(column.table for column in known if column.table != PENDING)
        written = frozenset(write.table for write in base.query.writes)
        query = condition.query.joined(Query(reads=tables, constrained=known))
        query = msgspec.structs.replace(query, reads=query.reads - (written - condition.query.reads))
        return base.also(query)

    def _settled(self, column: Column, subject: Mapping | None) -> Column:
        if column.table == PENDING and subject is not None:
            return Column(subject.table, column.name)
        return column

    def _filtered_by(self, base: Part, subject: Mapping | None, given: Given) -> Part:
        constrained: set[Column] = set()
        loose: set[str] = set()
        for name, _ in given.keywords:
            if name is None:
                loose.add("a filter is not known by name")
            elif subject is None:
                constrained |= {Column(table, name) for table in base.query.reads}
            else:
                constrained |= self._named_columns(subject, name)
        return base.also(Query(constrained=frozenset(constrained), loose=frozenset(loose)))

    def _named_columns(self, subject: Mapping, name: str) -> frozenset[Column]:
        related = self.mappings.related(subject, name)
        if related is not None:
            return self.mappings.foreign_columns(subject, related)
        return self.mappings.column(subject, name)

    def _read_instead(self, base: Part, given: Given) -> Part:
        """`from_statement(...)`: what the other statement reads, and nothing else."""
        texts = [self.texts.query(term.value) for term in given.every if isinstance(term, Text)]
        part = self.combined(given.every) or Part()
        query = part.mentioned().joined(*texts, Query(unread=_reasons(given)))
        return msgspec.structs.replace(base, query=query, columns=frozenset())

    def _sources(self, base: Part, given: Given) -> Part:
        """Tables that are written as text: `select_from(text("orders"))`."""
        sources = [f" FROM {term.value}" for term in given.every if isinstance(term, Text)]
        texts = [self.texts.query(f"SELECT 1{source}") for source in sources]
        return base.also(*texts)

    def _joined(self, base: Part, name: str, given: Given) -> Part:
        part = self.combined(given.every)
        base = self._sources(base, given)
        if name != "select_from":
            base = base.also(Query(reads=base.query.reads))  # the side that is joined to stays, whatever is selected
        if part is None:
            return base
        targets = [term for terms in given.positional for term in terms if isinstance(term, (Entity, Relation))]
        joined = self._constrained(base, part)
        if len(targets) == 1 and isinstance(targets[0], Entity) and name != "select_from" and not part.columns:
            joined = self._implicit(joined, base.subject, targets[0].mapping)
        last = targets[-1] if targets else None
        subject = last.mapping if isinstance(last, Entity) else last.target if last is not None else part.subject
        return msgspec.structs.replace(joined, subject=subject or base.subject)

    def _implicit(self, joined: Part, source: Mapping | None, target: Mapping) -> Part:
        """A join without a condition joins by the foreign key between the two."""
        if source is None:
            return joined
        columns = self._joining(Relation(source, target))
        return joined.also(Query(constrained=columns))

    # -- writes -------------------------------------------------------------------------------

    def _sets(self, base: Part, given: Given) -> Part:
        names = {name for name, _ in given.keywords if name is not None}
        for terms in given.positional:
            for term in terms:
                if isinstance(term, Keyed):
                    names |= {name for name, _ in term.entries if name is not None}
        inner = self.combined(term for term in given.every if isinstance(term, Part)) or Part()
        writes = frozenset(
            Write(write.table, write.operation, write.columns | self._db_names(base.subject, names))
            for write in base.query.writes
        )
        query = msgspec.structs.replace(base.query, writes=writes)
        reads = Query(reads=inner.query.reads, unread=inner.query.unread)
        return msgspec.structs.replace(base, query=query.joined(reads))

    def _db_names(self, subject: Mapping | None, names: Iterable[str]) -> frozenset[str]:
        if subject is None:
            return frozenset(names)
        return frozenset(column.name for name in names for column in self.mappings.column(subject, name))

    def _upserts(self, base: Part, given: Given) -> Part:
        """Besides the row that is inserted: what is set where it is there already."""
        set_ = [term for term in given.keyword("set_") if isinstance(term, Keyed)]
        names = {name for term in set_ for name, _ in term.entries if name is not None}
        names |= {name for name, _ in given.keywords if name and name not in _CONFLICT}
        columns = self._db_names(base.subject, names)
        writes = base.query.writes | {Write(write.table, "upsert", columns) for write in base.query.writes}
        return msgspec.structs.replace(base, query=msgspec.structs.replace(base.query, writes=writes))

    def set_on_query(self, base: Part, operation: str, given: Given) -> Query:
        """`query.update({...})` and `query.delete()`: the rows of the query are written, not read."""
        subject = base.subject
        if subject is None:
            return base.query
        written = Part("statement", Query(writes=frozenset((Write(subject.table, operation),))), subject=subject)
        query = self._sets(written, given).query
        reads = base.query.reads - {subject.table}
        return msgspec.structs.replace(base.query, reads=reads).joined(query)
