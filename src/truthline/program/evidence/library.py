"""What code that is not analysed makes of terms: string methods, builtins, and the ORMs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from truthline.facts.code import Attr, Call, Item
from truthline.program.engine.values import Class, Constant, External
from truthline.program.evidence.alchemy import DECISIVE, Alchemy, Given, flattened
from truthline.program.evidence.calls import KEYED, executes, statement_of
from truthline.program.evidence.declared import is_mapping
from truthline.program.evidence.django import Django
from truthline.program.evidence.mapped import ASKED, Mapping, Mappings
from truthline.program.evidence.passing import elements
from truthline.program.evidence.sqltext import SqlTexts
from truthline.program.evidence.tables import Query
from truthline.program.evidence.terms import (
    NONE,
    Entity,
    Free,
    Keyed,
    Manager,
    Part,
    Place,
    Relation,
    Rows,
    Sequence,
    Term,
    Terms,
    Text,
)
from truthline.program.evidence.texts import made_of

if TYPE_CHECKING:
    from truthline.program.evidence.chains import Chains

GETTERS = frozenset(("get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"))
"""Django's shortcuts, that execute a query of what they are passed first."""
_ROOTS = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy", "gino", "geoalchemy2", "sqlalchemy_utils")
_CONNECTING = frozenset(
    (
        "Session", "AsyncSession", "sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session",
        "SQLAlchemy", "create_engine", "create_async_engine", "Engine", "AsyncEngine", "Connection", "AsyncConnection",
    )
)  # fmt: skip
"""What leads to a database, and belongs to no query itself."""
_TEXT_MAKERS = frozenset(("text", "SQL", "dedent", "cleandoc", "str", "Literal", "TextClause", "Template"))
_SAME = frozenset(("cast", "copy", "deepcopy", "type_coerce"))
_OF_A_PATH = frozenset(("F", "Count", "Sum", "Avg", "Min", "Max", "StdDev", "Variance", "Prefetch"))
_COLLECTING = frozenset(("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"))
_COLUMN_HOLDERS = frozenset(("c", "columns", "exported_columns", "selected_columns", "__table__"))


class Library:
    """Calls and attributes outside the analysed code."""

    def __init__(self, chains: Chains, mappings: Mappings, texts: SqlTexts) -> None:
        self.chains = chains
        self.mappings = mappings
        self.alchemy = Alchemy(mappings, texts)
        self.django = Django(mappings, texts)

    # -- calls --------------------------------------------------------------------------------

    def call(self, place: Place, call: Call) -> Terms:
        """What a call of code that is not analysed returns."""
        func = place.context.unit.code.instructions[call.func]
        if call.args and is_mapping(place.context.unit, call):
            return self.chains.terms(place.beside(call.args[0]))
        bases = self.chains.terms(place.beside(func.base)) if isinstance(func, Attr) else NONE
        if isinstance(func, Attr) and bases:
            found = self.method(place, call, bases, func.name)
            if found:
                return found
        return self._function(place, call)

    def given(self, place: Place, call: Call) -> Given:
        """The arguments of a call."""
        positional: list[Terms] = []
        for number, register in enumerate(call.args):
            terms = self.chains.terms(place.beside(register))
            positional.append(elements(terms) if number in call.stars else terms)
        keywords: list[tuple[str | None, Terms]] = []
        for name, register in call.keywords:
            terms = self.chains.terms(place.beside(register))
            spread = [term for term in terms if isinstance(term, Keyed)]
            if name is None and len(spread) == len(terms) and terms:
                keywords += [entry for term in spread for entry in term.entries]
            else:
                keywords.append((name, terms))
        return Given(tuple(positional), tuple(keywords))

    def method(self, place: Place, call: Call, bases: Terms, name: str) -> Terms:
        """A method of something that means something to a query."""
        if Free() in bases:
            return frozenset((Free(),))
        relevant = [base for base in sorted(bases, key=repr) if not isinstance(base, Text) or name != "text"]
        given = self.given(place, call) if relevant else Given()
        found = NONE
        for base in relevant:
            found |= self._method(base, name, given)
        return frozenset((Free(),)) if found and name in DECISIVE and _is_free(given) else found

    def _method(self, base: Term, name: str, given: Given) -> Terms:
        if isinstance(base, Text):
            return made_of(base, name, given)
        if isinstance(base, Rows):
            return self._of_rows(base, name)
        if isinstance(base, (Sequence, Keyed)):
            return self._of_collection(base, name, given)
        manager = isinstance(base, Manager) and base.mapping.style == "django"
        if isinstance(base, Manager) and manager:
            return self.django.method(self.django.queryset(base.mapping), name, given)
        if isinstance(base, Part) and base.kind == "queryset":
            return self.django.method(base, name, given)
        return self.alchemy.method(base, name, given)

    def _of_rows(self, base: Rows, name: str) -> Terms:
        return frozenset((base,)) if not name.startswith(("to_", "model_dump", "dict", "json")) else NONE

    def _of_collection(self, base: Sequence | Keyed, name: str, given: Given) -> Terms:
        if isinstance(base, Keyed):
            if name in ("get", "pop", "setdefault"):
                keys: list[str | None] = [
                    term.value for terms in given.positional[:1] for term in terms if isinstance(term, Text)
                ]
                others = NONE.union(*given.positional[1:])
                return NONE.union(*(base.under(key) for key in keys or [None])) | others
            return frozenset((Sequence((), base.every),)) if name == "values" else NONE
        return base.every if name in ("pop", "popleft") else frozenset((base,)) if name == "copy" else NONE

    def _function(self, place: Place, call: Call) -> Terms:
        """A function of a library, by the path that leads to it."""
        func = place.context.unit.code.instructions[call.func]
        name, is_alchemy = self._path(place, call)
        if isinstance(func, Attr) and func.name == "query" and (is_alchemy or not name or name == "query"):
            return self.alchemy.query(self.given(place, call))
        if isinstance(func, Attr) and (executes(func.name) or func.name in KEYED):
            return self._results(place, call, func.name)
        if (name in _TEXT_MAKERS or (isinstance(func, Attr) and func.name == "prepare")) and call.args:
            return frozenset(t for t in self.chains.terms(place.beside(call.args[0])) if not isinstance(t, Keyed))
        if name == "Identifier" and call.args:
            return self.chains.terms(place.beside(call.args[-1]))
        if name in _SAME and call.args:
            return self.chains.terms(place.beside(call.args[-1 if name == "cast" and not is_alchemy else 0]))
        if name in _COLLECTING and call.args:
            return self._collected(self.chains.terms(place.beside(call.args[0])))
        if name in GETTERS and call.args:
            return self.rows_of(self.chains.terms(place.beside(call.args[0])))
        if name == "dict":
            return frozenset((Keyed(self.given(place, call).keywords),))
        if name == "Q":
            return frozenset((self.django.q_object(self.given(place, call)),))
        if name in _OF_A_PATH and not is_alchemy:
            return self.django.path(self.given(place, call))
        if name in ("Exists", "Subquery", "OuterRef") and not is_alchemy:
            return self.alchemy.expression(self.given(place, call).every)
        if not is_alchemy or self._is_connecting(place, call):
            return NONE
        return self._of_alchemy(name, self.given(place, call))

    def _is_connecting(self, place: Place, call: Call) -> bool:
        """Whether a call makes a session, an engine or a connection, or asks one for something."""
        paths = [one.path for one in self.chains.values(place.context, call.func) if isinstance(one, External)]
        return any(part.rstrip("()") in _CONNECTING for path in paths for part in path.split("."))

    def _of_alchemy(self, name: str, given: Given) -> Terms:
        if name in DECISIVE and _is_free(given):
            return frozenset((Free(),))
        return self.alchemy.function(name, given)

    def _path(self, place: Place, call: Call) -> tuple[str, bool]:
        """The last name of what is called, and whether it belongs to SQLAlchemy."""
        for value in sorted(self.chains.values(place.context, call.func), key=repr):
            if isinstance(value, External):
                root, _, rest = value.path.partition(".")
                return value.path.rpartition(".")[2] or rest, root in _ROOTS
            if isinstance(value, Class) and value.unit.model:
                return value.unit.name, False
        func = place.context.unit.code.instructions[call.func]
        return str(getattr(func, "name", "")), False

    def _collected(self, terms: Terms) -> Terms:
        kept = frozenset(term for term in terms if isinstance(term, (Sequence, Rows, Free)))
        return kept | frozenset(row for term in terms for row in self.rows(term))

    def _results(self, place: Place, call: Call, name: str) -> Terms:
        """What executing a statement returns, where it returns objects of a mapped class."""
        given = self.given(place, call)
        found: set[Term] = set()
        for term in statement_of(name, given):
            if isinstance(term, Entity) and name in KEYED:
                found.add(Rows(term.mapping))
            elif isinstance(term, Part) and term.subject is not None:
                found.add(Rows(term.subject))
        return frozenset(found)

    # -- attributes and elements --------------------------------------------------------------

    def attribute(self, bases: Terms, name: str) -> Terms:
        """An attribute of something that means something to a query."""
        return NONE.union(*(self._attribute(base, name) for base in bases))

    def _attribute(self, base: Term, name: str) -> Terms:
        found = self.django.attribute(base, name) if _is_django(base) else NONE
        if found:
            return found
        if isinstance(base, Entity):
            return self._of_entity(base, name)
        if isinstance(base, Relation) and name == "through" and base.target.between is not None:
            return frozenset((Entity(Mapping(base.target.between, "django")),))
        if isinstance(base, Rows) and name == "awaitable_attrs":
            return frozenset((base,))
        if isinstance(base, Rows):
            related = self.mappings.related(base.mapping, name)
            if related is not None and self.mappings.loading(base.mapping, name) in ASKED:
                keys = self.mappings.foreign_columns(related, base.mapping)
                return frozenset((Part("query", Query(reads=related.tables, constrained=keys), subject=related),))
            return frozenset((Rows(related),)) if related is not None else NONE
        if isinstance(base, Part):
            return self._of_part(base, name)
        return frozenset((base,)) if isinstance(base, Relation) else NONE

    def _of_entity(self, base: Entity, name: str) -> Terms:
        mapping = base.mapping
        if name in _COLUMN_HOLDERS and name not in self.mappings.fields(mapping):
            return frozenset((base,))
        if name == "query" and "query" not in self.mappings.fields(mapping):
            return frozenset((Manager(mapping),))
        related = self.mappings.related(mapping, name)
        if related is not None:
            return frozenset((Relation(mapping, related),))
        if name.startswith("__") or self.mappings.is_method(mapping, name):
            return NONE
        return frozenset((Part(columns=self.mappings.column(mapping, name)),))

    def _of_part(self, base: Part, name: str) -> Terms:
        """`subquery.c.name` leads to the column that the subquery selects; `.c` is the subquery itself."""
        if name in _COLUMN_HOLDERS:
            return frozenset((base,))
        if base.kind != "expression" or not (base.query.reads or base.columns):
            return NONE
        named = frozenset(column for column in base.columns if column.name == name)
        if not named and base.subject is not None:
            named = self.mappings.column(base.subject, name)
        return frozenset((Part(query=base.query, columns=named),))

    def element(self, base: Term, item: Item, place: Place) -> Terms:
        """`base[key]`."""
        if isinstance(base, Entity):  # `table.c["name"]`
            keys = self.chains.values(place.context, item.key)
            names = [key.value for key in keys if isinstance(key, Constant) and isinstance(key.value, str)]
            return NONE.union(*(self._of_entity(base, name) for name in names))
        return self.rows(base) or (frozenset((base,)) if isinstance(base, Part) else NONE)

    def rows(self, base: Term) -> Terms:
        """What iterating over something yields."""
        if isinstance(base, Rows):
            return frozenset((base,))
        if isinstance(base, Manager) or (isinstance(base, Part) and base.kind in ("query", "queryset")):
            mapping = base.mapping if isinstance(base, Manager) else base.subject
            return frozenset((Rows(mapping),)) if mapping is not None else NONE
        return NONE

    def rows_of(self, terms: Terms) -> Terms:
        """The objects of the mapped classes, managers and queries among terms."""
        mappings = (base.mapping if isinstance(base, (Entity, Manager)) else None for base in terms)
        subjects = (base.subject if isinstance(base, Part) else None for base in terms)
        return frozenset(Rows(mapping) for mapping in (*mappings, *subjects) if mapping is not None)

    # -- expressions and texts ----------------------------------------------------------------

    def expression(self, terms: Terms) -> Terms:
        """An operator over terms."""
        if not any(isinstance(term, (Part, Relation, Entity)) for term in terms):
            return terms & {Free()}
        sets = [term for term in terms if isinstance(term, Part) and term.kind == "queryset"]
        if sets:  # `a | b` of querysets
            query = sets[0].query.joined(*(one.query for one in sets[1:]))
            return frozenset((msgspec.structs.replace(sets[0], query=query),))
        return self.alchemy.expression(terms)

    def compared(self, terms: Terms) -> Terms:
        """A comparison: a relationship that leads to one object is its foreign key, and its table is not asked."""
        return self.expression(frozenset(map(self._key_of, terms)))

    def _key_of(self, term: Term) -> Term:
        keys = self.mappings.foreign_columns(term.source, term.target) if isinstance(term, Relation) else frozenset()
        return Part(columns=keys) if keys else term


def _is_django(base: Term) -> bool:
    mapping = base.mapping if isinstance(base, (Entity, Rows, Manager)) else None
    return mapping.style == "django" if mapping is not None else isinstance(base, Part) and base.kind == "queryset"


def _is_free(given: Given) -> bool:
    """Whether a condition or a source is what a caller passes; the values of keywords are bound."""
    spread = NONE.union(*(terms for name, terms in given.keywords if name is None))
    return Free() in flattened(spread.union(*given.positional))
