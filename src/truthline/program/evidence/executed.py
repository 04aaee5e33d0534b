"""Which instructions execute SQL, and what it does."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import TypeGuard

import msgspec

from truthline.facts.code import Attr, Call, Compare, Item, Next, Register, SetAttr, Test
from truthline.program.engine.values import (
    Class,
    Constant,
    Context,
    External,
    Function,
    Instance,
    Method,
    Opaque,
    Super,
    Value,
)
from truthline.program.evidence.alchemy import QUERY_READS, Given, flattened
from truthline.program.evidence.calls import ASIDE, KEYED, copied, executes, statement_of
from truthline.program.evidence.chains import Chains
from truthline.program.evidence.django import READS, plain
from truthline.program.evidence.library import GETTERS
from truthline.program.evidence.mapped import Mapping, Mappings
from truthline.program.evidence.passing import Passing
from truthline.program.evidence.sqltext import HOLE, SqlTexts
from truthline.program.evidence.tables import Column, Query, Write, unknown
from truthline.program.evidence.terms import (
    Entity,
    Free,
    Manager,
    Part,
    Place,
    Rows,
    Site,
    Term,
    Terms,
    Text,
    Unclear,
)
from truthline.program.slices import Slice

_MOST_CALLERS = 400
_DEEPEST_WRAPPER = 8
_ADDING = {"add": "insert", "add_all": "insert", "merge": "upsert", "bulk_save_objects": "upsert", "delete": "delete"}
_BULK = {"bulk_insert_mappings": "insert", "bulk_update_mappings": "update"}
_CONSUMING = frozenset(
    ("list", "tuple", "set", "frozenset", "sorted", "len", "bool", "any", "all", "sum", "min", "max", "next", "dict")
)
_TELLING = ("execute", "scalar", "fetch")
"""How methods begin that hardly anything but a database has."""
_QUERY_WRITES = ("update", "delete")
_RARE = ("one_or_none", "one", "scalar_one_or_none", "in_bulk", "aggregate", "exists")
"""Methods that hardly anything but a query has."""


class Executed(msgspec.Struct, frozen=True):
    """A query that an instruction executes.

    `stack` are the calls by which the statement came to the instruction, outermost first: it is passed in by the first
    of them. Empty where the function that executes it knows the statement by itself.
    """

    context: Context
    register: Register
    query: Query
    stack: tuple[Site, ...] = ()

    @property
    def place(self) -> Site:
        """Where the statement is handed over: the call that passes it, else the instruction that executes it."""
        return self.stack[0] if self.stack else (self.context, self.register)


class Queries:
    """The executed queries of one slice."""

    def __init__(self, part: Slice, texts: SqlTexts) -> None:
        self.slice = part
        self.engine = part.engine
        self.texts = texts
        self.passing = Passing(part)
        self.mappings = Mappings(part.engine)
        self.chains = Chains(self.passing, self.mappings, texts)
        self._known: dict[Site, tuple[Executed, ...]] = {}

    def all(self) -> Iterator[Executed]:
        """Every executed query of the slice, in the order in which it is walked."""
        for context in self.slice.arrivals:
            yield from self.within(context)

    def within(self, context: Context) -> Iterator[Executed]:
        """The queries that the instructions of a context execute."""
        for register in self.slice.executable(context):
            yield from self.at(context, register)

    def at(self, context: Context, register: Register) -> tuple[Executed, ...]:
        """The queries that an instruction may execute, one for each statement that it is passed; mostly none."""
        site = (context, register)
        found = self._known.get(site)
        if found is None:
            found = self._known[site] = tuple(self._resolved(site))
        return found

    def of_call(self, site: Site, stack: tuple[Site, ...] | None) -> tuple[Query, ...] | None:
        """What an instruction executes when it is entered by certain calls (the innermost last).

        None where it executes no SQL. Where the calls do not tell what the statement is, the queries of all calls.
        """
        found = self._at_place(Place(*site, stack))
        if found is None or any(isinstance(one, Free) for one in found):
            every = self.at(*site)
            return tuple(one.query for one in every) or None
        return tuple(one for one in found if isinstance(one, Query))

    def _resolved(self, site: Site) -> Iterable[Executed]:
        """Follows a statement that is passed in to every call that passes one."""
        pending: deque[tuple[Site, ...]] = deque([()])
        asked = 0
        while pending:
            stack = pending.popleft()
            found = self._at_place(Place(*site, stack))
            if found is None:
                continue
            yield from (Executed(*site, one, stack) for one in found if isinstance(one, Query))
            if not any(isinstance(one, Free) for one in found):
                continue
            asked += 1
            outermost = stack[0][0] if stack else site[0]
            callers = self.passing.callers(outermost)
            if len(stack) >= _DEEPEST_WRAPPER or asked > _MOST_CALLERS or not callers:
                yield Executed(*site, unknown("what it is passed is not known"), stack)
            else:
                pending.extend((caller, *stack) for caller in callers)

    # -- one instruction ----------------------------------------------------------------------

    def _at_place(self, place: Place) -> list[Query | Free] | None:
        """What an instruction executes in one activation; None where that is no SQL."""
        instruction = place.context.unit.code.instructions[place.register]
        if isinstance(instruction, Call):
            return self._of_call(place, instruction)
        if isinstance(instruction, SetAttr):
            return self._of_store(place, instruction)
        if isinstance(instruction, Attr):
            return self._of_lazy_load(place, instruction)
        consumed = _consumed(instruction)
        return None if consumed is None else self._of_iteration(place, consumed)

    def _of_call(self, place: Place, call: Call) -> list[Query | Free] | None:
        func = place.context.unit.code.instructions[call.func]
        callees = self.engine.value(place.context, call.func)
        if not isinstance(func, Attr):
            return self._of_function(place, call, callees)
        if callees and all(_is_first_party(callee) for callee in callees):
            return None  # followed as a call
        if executes(func.name) and (found := self._of_prepared(place, func)) is not None:
            return found
        if executes(func.name) and (found := self._of_statement(place, call, func, callees)) is not None:
            return found
        if func.name in KEYED and (found := self._of_get(place, call)) is not None:
            return found
        if (found := self._of_lazy(place, call, func)) is not None:
            return found
        if func.name == "refresh":
            return self._of_refresh(place, call)
        if (query := copied(func.name, self.chains.library.given(place, call))) is not None:
            return [query]
        return self._of_session(place, call, func, callees)

    def _of_function(self, place: Place, call: Call, callees: Iterable[Value]) -> list[Query | Free] | None:
        """`list(queryset)`, `execute_values(cursor, sql, rows)`, and a bound method under another name."""
        for callee in callees:
            if _is_setattr(callee) and len(call.args) > 1:
                return self._of_named_store(place, call)
            name = callee.unit.name if _is_named_in_model(callee) else _last(callee)
            if name in _CONSUMING and call.args:
                return self._of_iteration(place, call.args[0])
            if name in GETTERS and call.args:
                return self._of_shortcut(self.chains.library.given(place, call))
            if isinstance(callee, External) and executes(name):
                return self._statements(statement_of(name, self.chains.library.given(place, call)))
        return None

    def _of_shortcut(self, given: Given) -> list[Query | Free] | None:
        """`get_object_or_404(Model, **lookups)`."""
        django = self.chains.library.django
        found: list[Query | Free] = []
        for term in sorted(given.positional[0], key=repr):
            base = django.queryset(term.mapping) if isinstance(term, (Entity, Manager)) else term
            if isinstance(base, Part) and base.kind == "queryset":
                query = django.executed(base, "get", Given(given.positional[1:], given.keywords))
                found += [] if query is None else [query]
        return found or None

    def _of_prepared(self, place: Place, func: Attr) -> list[Query | Free] | None:
        """`prepared.fetch(value)`: what a connection has prepared is its text."""
        bases = self.chains.terms(place.beside(func.base))
        return self._statements(frozenset(one for one in bases if isinstance(one, Text) and _is_statement(one.value)))

    def _of_statement(
        self, place: Place, call: Call, func: Attr, callees: Iterable[Value]
    ) -> list[Query | Free] | None:
        """A statement that is passed to a session, connection or cursor."""
        if not call.args and not call.keywords:
            return None
        terms = statement_of(func.name, self.chains.library.given(place, call))
        if func.name in ASIDE and not any(isinstance(term, (Text, Free)) for term in terms):
            return None  # `session.query(Model)` only builds, `connection.cursor(factory)` only opens
        known = [term for term in terms if isinstance(term, (Text, Part, Free, Unclear))]
        outside = any(isinstance(callee, External) for callee in callees)
        telling = outside or func.name.startswith(_TELLING)
        if not known and not (telling and self._may_be_sql(place, call)):
            return None
        if known and all(isinstance(term, Text) and not _is_statement(term.value) for term in known):
            return None
        if not telling and all(isinstance(term, Unclear) for term in known):
            return None
        return self._statements(frozenset(known) or frozenset((Unclear("its statement is not known"),)))

    def _may_be_sql(self, place: Place, call: Call) -> bool:
        """Whether the first argument of a call is something of which it cannot be ruled out that it is a statement."""
        if not call.args:
            return False
        values = self.engine.value(place.context, call.args[0])
        return not values or any(isinstance(value, (Opaque, External)) or _is_text(value) for value in values)

    def _statements(self, terms: Terms) -> list[Query | Free] | None:
        found: list[Query | Free] = []
        for term in sorted(flattened(terms), key=repr):
            if isinstance(term, Text):
                found.append(self.texts.query(term.value))
            elif isinstance(term, Part):
                found.append(term.query)
            elif isinstance(term, Unclear):
                found.append(unknown(term.reason))
            elif isinstance(term, Free):
                found.append(term)
        return found or None

    # -- ORMs ---------------------------------------------------------------------------------

    def _of_get(self, place: Place, call: Call) -> list[Query | Free] | None:
        """`session.get(Model, key)` constrains the primary key."""
        if not call.args:
            return None
        terms = self.chains.terms(place.beside(call.args[0]))
        found: list[Query | Free] = [self._by_key(term.mapping) for term in terms if isinstance(term, Entity)]
        return found or None

    def _by_key(self, mapping: Mapping) -> Query:
        keys = self.mappings.primary_keys(mapping)
        constrained = frozenset(Column(mapping.table, key) for key in keys)
        return Query(reads=self.mappings.loaded_with(mapping), constrained=constrained)

    def _of_lazy(self, place: Place, call: Call, func: Attr) -> list[Query | Free] | None:
        """A method that executes a `Query` of SQLAlchemy or a queryset of Django."""
        name = plain(func.name)
        if not self._may_be_lazy(place, func):
            return None
        bases = self.chains.terms(place.beside(func.base))
        if not any(isinstance(base, (Part, Manager, Free)) for base in bases):
            return None
        given = self.chains.library.given(place, call)
        found: list[Query | Free] = []
        for base in sorted(bases, key=repr):
            if isinstance(base, Free):
                found.append(base)
            else:
                query = self._lazy(base, name, given)
                found += [] if query is None else [query]
        if any(isinstance(one, Query) for one in found):
            return found
        return found if found and (name in _RARE or self._is_of_query(place, func, name)) else None

    def _is_of_query(self, place: Place, func: Attr, name: str) -> bool:
        """Whether a method that executes queries is asked of what a library has made, be it by way of the callers."""
        executing = name in QUERY_READS or name in READS or name in _QUERY_WRITES
        return executing and any(map(_is_of_library, self.engine.value(place.context, func.base)))

    def _may_be_lazy(self, place: Place, func: Attr) -> bool:
        """Whether a receiver is something of a library, and no plain object of the analysed code or of a model."""
        values = self.engine.value(place.context, func.base)
        return (
            not values
            or any(isinstance(value, Opaque) or _is_of_library(value) for value in values)
            or any(isinstance(value, (Class, Instance)) and not _is_modelled(value) for value in values)
        )

    def _lazy(self, base: Term, name: str, given: Given) -> Query | None:
        library = self.chains.library
        if isinstance(base, Manager) and base.mapping.style == "django":
            return library.django.executed(library.django.queryset(base.mapping), name, given)
        if isinstance(base, Part) and base.kind == "queryset":
            return library.django.executed(base, name, given)
        if isinstance(base, Manager):
            base = Part("query", Query(reads=base.mapping.tables), subject=base.mapping)
        if not isinstance(base, Part) or base.kind != "query":
            return None
        if name in _QUERY_WRITES:
            return library.alchemy.set_on_query(base, name, given)
        if name == "get" and base.subject is not None:
            return base.query.joined(self._by_key(base.subject))
        return base.query if name in QUERY_READS else None

    def _of_iteration(self, place: Place, register: Register) -> list[Query | Free] | None:
        """A lazy query that is iterated, tested, measured or indexed."""
        values = self.engine.value(place.context, register)
        if not any(isinstance(value, External) or self._is_queryset(value) for value in values):
            return None
        found: list[Query | Free] = []
        for base in sorted(self.chains.terms(place.beside(register)), key=repr):
            if isinstance(base, Part) and base.kind in ("query", "queryset"):
                found.append(base.query)
            elif isinstance(base, Manager) and base.mapping.style == "alchemy":
                found.append(Query(reads=base.mapping.tables))
        return found or None

    def _is_queryset(self, value: Value) -> bool:
        return isinstance(value, Instance) and self.mappings.is_queryset(value.cls)

    def _of_lazy_load(self, place: Place, attribute: Attr) -> list[Query | Free] | None:
        """`row.children`: a relationship of a mapped object is loaded when somebody asks for it."""
        values = self.engine.value(place.context, attribute.base)
        if not any(isinstance(value, External) or _is_mapped(self.mappings, value) for value in values):
            return None
        found: list[Query | Free] = []
        for base in self.chains.terms(place.beside(attribute.base)):
            loaded = self._loaded(base.mapping, attribute.name) if isinstance(base, Rows) else None
            found += [] if loaded is None else [loaded]
        return found or None

    def _of_refresh(self, place: Place, call: Call) -> list[Query | Free] | None:
        """`session.refresh(obj, ["children"])` reads the object's row, and the relationships that are named."""
        given = self.chains.library.given(place, call)
        named = [term.value for term in given.every if isinstance(term, Text)]
        found: list[Query | Free] = []
        for row in sorted(given.positional[0] if given.positional else (), key=repr):
            if isinstance(row, Rows):
                related = [self._loaded(row.mapping, name) for name in named]
                found.append(self._by_key(row.mapping).joined(*(query for query in related if query is not None)))
        return found or None

    def _loaded(self, mapping: Mapping, name: str) -> Query | None:
        """What loading a relationship reads; None where the attribute is none."""
        related = self.mappings.related(mapping, name) if self.mappings.is_loaded(mapping, name) else None
        keys = self.mappings.foreign_columns(related, mapping) if related is not None else frozenset[Column]()
        return Query(reads=related.tables, constrained=keys) if related is not None else None

    # -- writes of objects --------------------------------------------------------------------

    def _of_session(self, place: Place, call: Call, func: Attr, callees: Iterable[Value]) -> list[Query | Free] | None:
        """`session.add(obj)` and its kin: written when the session is flushed."""
        operation = _ADDING.get(func.name)
        if plain(func.name) in ("save", "asave", "delete") and not call.args:
            return self._of_object(place, func, "delete" if func.name.endswith("delete") else "upsert")
        if operation is None or not call.args:
            return self._of_bulk(place, call, func)
        found: list[Query | Free] = []
        for term in sorted(flattened(self.chains.terms(place.beside(call.args[0]))), key=repr):
            if isinstance(term, Rows):
                found.append(Query(writes=frozenset((Write(term.mapping.table, operation),))))
            elif isinstance(term, Free):
                found.append(term)
        if all(isinstance(one, Free) for one in found):
            return found if found and any(isinstance(callee, External) for callee in callees) else None
        return found

    def _of_object(self, place: Place, func: Attr, operation: str) -> list[Query | Free] | None:
        """`obj.save()` of a Django model, also through `super()`."""
        mappings = {term.mapping for term in self.chains.terms(place.beside(func.base)) if isinstance(term, Rows)}
        for value in self.engine.value(place.context, func.base):
            bound = value.bound if isinstance(value, Super) else None
            cls = bound.cls if isinstance(bound, Instance) else None
            if cls is not None and (mapping := self.mappings.of(cls)) is not None:
                mappings.add(mapping)
        found: list[Query | Free] = [
            Query(writes=frozenset((Write(mapping.table, operation),)))
            for mapping in sorted(mappings, key=repr)
            if mapping.style == "django"
        ]
        return found or None

    def _of_bulk(self, place: Place, call: Call, func: Attr) -> list[Query | Free] | None:
        operation = _BULK.get(func.name)
        if operation is None or not call.args:
            return None
        terms = self.chains.terms(place.beside(call.args[0]))
        found: list[Query | Free] = [
            Query(writes=frozenset((Write(term.mapping.table, operation),)))
            for term in terms
            if isinstance(term, Entity)
        ]
        return found or None

    def _of_store(self, place: Place, store: SetAttr) -> list[Query | Free] | None:
        """An attribute of a mapped object is assigned: written when the session is flushed."""
        values = self.engine.value(place.context, store.base)
        if not any(isinstance(value, (External, Opaque)) or _is_mapped(self.mappings, value) for value in values):
            return None
        return self._assigned(place.beside(store.base), (store.name,))

    def _of_named_store(self, place: Place, call: Call) -> list[Query | Free] | None:
        """`setattr(obj, name, value)`, as far as the name is known."""
        named = {term.value for term in self.chains.terms(place.beside(call.args[1])) if isinstance(term, Text)}
        known = self.chains.values(place.context, call.args[1])
        named |= {one.value for one in known if isinstance(one, Constant) and isinstance(one.value, str)}
        return self._assigned(place.beside(call.args[0]), named)

    def _assigned(self, objects: Place, attributes: Collection[str]) -> list[Query | Free] | None:
        found: list[Query | Free] = []
        for base in sorted(self.chains.terms(objects), key=repr) if attributes else ():
            if isinstance(base, Rows):
                of = self.mappings.column
                columns = frozenset(column.name for name in attributes for column in of(base.mapping, name))
                found.append(Query(writes=frozenset((Write(base.mapping.table, "update", columns),))))
        return found or None


def _consumed(instruction: object) -> Register | None:
    """What an instruction iterates, tests, indexes or looks into."""
    if isinstance(instruction, (Next, Item)):
        return instruction.base
    if isinstance(instruction, Test):
        return instruction.value
    if isinstance(instruction, Compare) and instruction.op == "contains":
        return instruction.right
    return None


def _is_first_party(value: Value) -> bool:
    if isinstance(value, Method):
        return _is_first_party(value.function)
    return isinstance(value, Function) and not value.unit.model


def _is_setattr(value: Value) -> bool:
    return isinstance(value, Function) and value.unit.model and value.unit.symbol == "builtins:setattr"


def _is_named_in_model(value: Value) -> TypeGuard[Class | Function]:
    """A class of a model, or one of the functions that Django has for querysets."""
    if isinstance(value, Function):
        return value.unit.module == "django.shortcuts"
    return isinstance(value, Class) and value.unit.model


def _is_of_library(value: Value) -> bool:
    """Whether a value is something external, or a manager or queryset."""
    return isinstance(value, External) or (_is_modelled(value) and value.cls.unit.module.startswith("django."))


def _is_modelled(value: Value) -> TypeGuard[Instance]:
    """An object of a model, other than of the one of querysets."""
    return isinstance(value, Instance) and value.cls.unit.model and value.cls.unit.module != "django.db.models"


def _is_mapped(mappings: Mappings, value: Value) -> bool:
    return isinstance(value, Instance) and not value.cls.unit.model and mappings.of(value.cls) is not None


def _is_text(value: Value) -> bool:
    if isinstance(value, Constant):
        return isinstance(value.value, str)
    return isinstance(value, Instance) and value.cls.unit.name == "str"


def _is_statement(text: str) -> bool:
    from truthline.program.engine.sql import is_statement

    return text.startswith(HOLE) or is_statement(text)


def _last(value: Value) -> str:
    return value.path.rpartition(".")[2] if isinstance(value, External) else ""
