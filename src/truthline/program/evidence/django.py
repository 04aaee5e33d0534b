"""Django's ORM: what managers and querysets make of look-ups."""

from __future__ import annotations

import msgspec

from truthline.program.evidence.alchemy import PENDING, Given, flattened
from truthline.program.evidence.mapped import Mapping, Mappings
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.evidence.tables import Column, Query, Table, Write
from truthline.program.evidence.terms import NONE, Entity, Keyed, Manager, Part, Rows, Term, Terms, Text

_FILTERS = frozenset(("filter", "exclude", "get", "aget", "complex_filter", "get_or_create", "aget_or_create"))
_UPSERTS = frozenset(("update_or_create", "aupdate_or_create"))
_JOINING = frozenset(("select_related", "prefetch_related"))
_LAZY = frozenset(
    (
        "order_by", "reverse", "distinct", "values", "values_list", "dates", "datetimes", "none", "all", "extra",
        "defer", "only", "using", "select_for_update", "get_queryset", "iterator", "db_manager", "annotate", "alias",
        "aggregate", "union", "intersection", "difference", "_clone", "with_hints", "set", "remove", "clear", "add",
    )
)  # fmt: skip
_NAMING = frozenset(
    ("order_by", "values", "values_list", "annotate", "alias", "aggregate", "dates", "datetimes", "earliest", "latest")
)
"""Methods that name fields by their path."""
_ONE = frozenset(("get", "first", "last", "earliest", "latest", "get_or_create", "update_or_create", "create"))
READS = frozenset(
    (
        "get", "first", "last", "exists", "count", "aggregate", "earliest", "latest", "in_bulk", "contains", "explain",
        "get_or_create", "update_or_create", "__iter__",
    )
)  # fmt: skip
"""Methods that execute a queryset; `iterator` and the asynchronous ones beside them."""
_WRITES = {
    "create": "insert",
    "bulk_create": "insert",
    "get_or_create": "insert",
    "update_or_create": "upsert",
    "update": "update",
    "bulk_update": "update",
    "delete": "delete",
}


def plain(name: str) -> str:
    """A method's name without the `a` of its asynchronous twin."""
    rest = name[1:]
    return rest if name.startswith("a") and (rest in READS or rest in _WRITES or rest == "iterator") else name


class Django:
    """The vocabulary of Django's ORM."""

    def __init__(self, mappings: Mappings, texts: SqlTexts) -> None:
        self.mappings = mappings
        self.texts = texts

    def queryset(self, mapping: Mapping) -> Part:
        """All objects of a model."""
        return Part("queryset", Query(reads=mapping.tables), frozenset(), mapping)

    def method(self, base: Part, name: str, given: Given) -> Terms:
        """A method of a manager or queryset: the narrowed queryset, or the objects that it returns."""
        name = plain(name)
        if base.subject is not None and name in _ONE:
            return frozenset((Rows(base.subject),))
        if name in READS or name in _WRITES:
            return NONE
        return frozenset((self._narrowed(base, name, given),))

    def executed(self, base: Part, name: str, given: Given) -> Query | None:
        """What a method executes; None where it only builds."""
        name = plain(name)
        subject = base.subject
        if subject is None or (name not in READS and name not in _WRITES and name != "iterator"):
            return None
        written = _WRITES.get(name)
        if written is None:
            return self._narrowed(base, name, given).query
        write = Write(subject.table, written, self._set_columns(subject, name, given))
        if name in ("get_or_create", "update_or_create"):
            return self._narrowed(base, "filter", _without_defaults(given)).query.joined(
                Query(writes=frozenset((write,)))
            )
        reads = msgspec.structs.replace(base.query, reads=base.query.reads - subject.tables)
        return reads.joined(Query(writes=frozenset((write,))))

    def _set_columns(self, subject: Mapping, name: str, given: Given) -> frozenset[str]:
        names = {keyword for keyword, _ in given.keywords if keyword and keyword not in ("defaults", "batch_size")}
        if name == "update_or_create":
            names = set()
        for term in given.keyword("defaults") if name == "update_or_create" else ():
            if isinstance(term, Keyed):
                names |= {key for key, _ in term.entries if key is not None}
        if name == "bulk_update" and len(given.positional) > 1:
            names |= {term.value for term in flattened(given.positional[1]) if isinstance(term, Text)}
        return frozenset(column.name for one in names for column in self.mappings.column(subject, one))

    def _narrowed(self, base: Part, name: str, given: Given) -> Part:
        if base.subject is None:
            return base
        query = base.query
        if name in _FILTERS or name in _UPSERTS:
            query = query.joined(self._looked_up(base.subject, given))
        elif name in _JOINING:
            for term in given.every:
                paths = [one.name for one in term.columns if _is_path(one)] if isinstance(term, Part) else []
                paths += [term.value] if isinstance(term, Text) else []
                query = query.joined(*(self._loaded(base.subject, path) for path in sorted(paths)))
        elif name == "raw":
            query = Query().joined(*(self.texts.query(term.value) for term in given.every if isinstance(term, Text)))
        elif name not in _LAZY and name not in READS:
            query = query.joined(Query(loose=frozenset((f"what the queryset's {name} does is not known",))))
        if name in ("annotate", "alias", "aggregate", "union", "intersection", "difference", "extra"):
            inner = [term.query for term in given.every if isinstance(term, Part)]
            query = query.joined(*(Query(reads=one.reads, constrained=one.constrained) for one in inner))
        if name in _NAMING:
            query = query.joined(Query(reads=self._named(base.subject, given)))
        return msgspec.structs.replace(base, query=query)

    def _named(self, subject: Mapping, given: Given) -> frozenset[Table]:
        """The tables that fields need which are named by their path: `values("owner__name")`, `Count("tags")`."""
        paths = {term.value.lstrip("-+?") for term in given.every if isinstance(term, Text)}
        paths |= {one.name for term in given.every if isinstance(term, Part) for one in term.columns if _is_path(one)}
        return frozenset().union(*(self.lookup(subject, path).reads for path in sorted(paths)))

    def _looked_up(self, subject: Mapping, given: Given) -> Query:
        """The conditions of keyword look-ups and `Q` objects."""
        found = Query()
        for name, terms in given.keywords:
            if name is None:
                found = found.joined(Query(loose=frozenset(("a filter is not known by name",))))
            else:
                found = found.joined(self.lookup(subject, name))
            found = found.joined(*(term.query for term in flattened(terms) if isinstance(term, Part)))
            found = found.joined(Query(reads=self._named(subject, Given((terms,)))))
        for terms in given.positional:
            for term in flattened(terms):
                if isinstance(term, Part):
                    found = found.joined(term.query, *(self._pending(subject, column) for column in term.columns))
        return found

    def _pending(self, subject: Mapping, column: Column) -> Query:
        if column.table != PENDING:
            return Query(reads=frozenset((column.table,)), constrained=frozenset((column,)))
        return self.lookup(subject, column.name)

    def q_object(self, given: Given) -> Part:
        """`Q(...)`: look-ups of a model that is not known yet."""
        columns = {Column(PENDING, name) for name, _ in given.keywords if name is not None}
        query = Query().joined(
            *(term.query for _, terms in given.keywords for term in flattened(terms) if isinstance(term, Part))
        )
        for term in given.every:
            if isinstance(term, Part):
                columns |= term.columns
        return Part(query=query, columns=frozenset(columns))

    def path(self, given: Given) -> Terms:
        """`F("owner__name")`, `Count("tags")`, `Prefetch("tags", ...)`: a field of a model that is not known yet."""
        paths = {Column(PENDING, term.value) for terms in given.positional for term in terms if isinstance(term, Text)}
        inner = [term for term in given.every if isinstance(term, Part)]
        columns = frozenset(paths).union(*(term.columns for term in inner))
        return frozenset((Part(query=Query().joined(*(term.query for term in inner)), columns=columns),))

    def lookup(self, mapping: Mapping, path: str) -> Query:
        """`owner__team__name__startswith`: the columns that are compared, and the tables that they need.

        The table of a foreign key's target is only joined where one of its columns is compared.
        """
        reads = set(mapping.tables)
        constrained: set[Column] = set()
        for name in path.split("__"):
            target = self.mappings.related(mapping, name)
            reverse = self.mappings.reverse(mapping, name) if target is None else None
            if target is not None:
                constrained |= self.mappings.key_columns(mapping, name, target)
                mapping = target
            elif reverse is not None:
                mapping, columns = reverse
                constrained |= columns
            else:
                if name == "pk" or name in self.mappings.fields(mapping) or not constrained or name.endswith("_id"):
                    constrained |= self.mappings.column(mapping, name)
                break
        return Query(
            reads=frozenset(reads | {column.table for column in constrained}), constrained=frozenset(constrained)
        )

    def _loaded(self, mapping: Mapping, path: str) -> Query:
        """`select_related("owner__team")`: every table on the way."""
        reads = set(mapping.tables)
        for name in path.split("__"):
            reverse = self.mappings.reverse(mapping, name)
            target = self.mappings.related(mapping, name) or (reverse[0] if reverse is not None else None)
            if target is None:
                break
            reads |= target.tables
            mapping = target
        return Query(reads=frozenset(reads))

    def attribute(self, base: Term, name: str) -> Terms:
        """Managers of models, and what objects lead to."""
        if isinstance(base, Entity):
            return self._of_model(base.mapping, name)
        if name == "model" and isinstance(base, Manager):
            return frozenset((Entity(base.mapping),))
        if name == "model" and isinstance(base, Part) and base.subject is not None:
            return frozenset((Entity(base.subject),))
        if isinstance(base, Rows):
            reverse = self.mappings.reverse(base.mapping, name)
            if reverse is not None:
                query = Query(reads=reverse[0].tables, constrained=reverse[1])
                return frozenset((Part("queryset", query, frozenset(), reverse[0]),))
        return NONE

    def _of_model(self, mapping: Mapping, name: str) -> Terms:
        if name in ("objects", "_default_manager", "_base_manager") or name in self.mappings.managers(mapping):
            return frozenset((Manager(mapping),))
        return NONE


def _is_path(column: Column) -> bool:
    return column.table == PENDING


def _without_defaults(given: Given) -> Given:
    return Given(given.positional, tuple((name, terms) for name, terms in given.keywords if name != "defaults"))
