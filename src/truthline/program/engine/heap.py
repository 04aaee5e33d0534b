"""Memory: attributes of objects, and contents of containers.

Writes push into stores; a read first makes sure that every instruction which could write was computed
(found by name, through the index), then takes what is in the stores. Entries remember who wrote them, so that a
read can leave out what the same activation has certainly overwritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import (
    Attr,
    Build,
    BuildDict,
    Call,
    Enter,
    Import,
    ImportFrom,
    Item,
    Load,
    Next,
    Param,
    Register,
    SetAttr,
    Unpack,
)
from truthline.program.engine.calls import constructed
from truthline.program.engine.computed import run_stores
from truthline.program.engine.contexts import PLAIN
from truthline.program.engine.solver import Node
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    Class,
    Constant,
    Context,
    External,
    Function,
    Instance,
    Method,
    ModuleValue,
    Opaque,
    TupleKey,
    Value,
    Values,
)

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

Writer = tuple[Context, Register]
FieldEntry = tuple[Value, Writer | None]
ContentEntry = tuple[Value | None, Value, Writer | None]
"""Key (None: any key), value, writer."""


class Heap:
    """Fields and contents."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._tuples: dict[Value, dict[Value, None]] = {}
        self._values_of: dict[frozenset[ContentEntry], Values] = {}
        self._made_at: Counter[tuple[Unit, Unit | None, object]] = Counter()

    # -- fields -------------------------------------------------------------------------------

    def store_field(self, owner: Value, name: str, values: Iterable[Value], writer: Writer | None) -> None:
        """`owner.name = value`."""
        self.engine.solver.push(self._field_store(owner, name), ((value, writer) for value in values))
        if isinstance(owner, Class):
            self.engine.solver.push(self._set_on(name), (owner.unit,))

    def set_on(self, name: str) -> frozenset[Unit]:
        """The classes on which an attribute of that name was seen being set, by `setattr` or a decorator."""
        return self.engine.solver.read(self._set_on(name))

    def _set_on(self, name: str) -> Node:
        return self.engine.solver.node(("set-on", name), None)

    def _field_store(self, owner: Value, name: str) -> Node:
        if isinstance(owner, External):
            owner = self.engine.universe.make(External, "*")
        return self.engine.solver.node(("field-store", owner, name), None)

    def field_values(self, owner: Value, name: str) -> Values:
        """What the attribute holds in the object itself."""
        return frozenset(entry[0] for entry in self.field(owner, name))

    def field(self, owner: Value, name: str) -> frozenset[FieldEntry]:
        """Every entry of an attribute."""
        node = self.engine.solver.node(("field", owner, name), partial(self._field, owner, name))
        return self.engine.solver.read(node)

    def _field(self, owner: Value, name: str) -> Iterable[FieldEntry]:
        is_enum = isinstance(owner, Instance) and self.engine.classes.is_enum(owner.cls)
        writers = [] if is_enum else list(self._writers(owner, name))
        rare = len(writers) <= MOST_DEEP
        if not is_enum and not self._is_library(owner):
            run_stores(self.engine, name)
        for unit, register, store in writers:
            self._ensure(owner, unit, register, store, rare)
        entries: set[FieldEntry] = set(self.engine.solver.read(self._field_store(owner, name)))
        if isinstance(owner, Instance):
            entries.update((value, None) for value in constructed(self.engine, owner, name))
            for alias in self._aliases(owner):
                entries |= self.engine.solver.read(self._field_store(alias, name))
                if isinstance(alias, Instance) and not owner.shallow:
                    entries.update((value, None) for value in constructed(self.engine, alias, name))
        return entries

    def _is_library(self, owner: Value) -> bool:
        """Whether the owner belongs to a model: nobody stores there by computed names."""
        if isinstance(owner, ModuleValue):
            return self.engine.bodies.is_model(owner.name)
        return isinstance(owner, (Class, Function)) and owner.unit.model

    def _writers(self, owner: Value, name: str) -> Iterable[tuple[Unit, Register, SetAttr]]:
        """The stores to an attribute of that name which syntax does not rule out."""
        engine = self.engine
        modules = {module.name for module in engine.modules.files_storing(f".{name}")}
        modules.update(self._own_modules(owner))
        for module in sorted(modules):
            for unit, register in engine.bodies.index(module).stores.get(name, ()):
                store = unit.code.instructions[register]
                if not isinstance(store, SetAttr):
                    continue
                if isinstance(owner, External) and not _is_named_like(owner, unit, store):
                    continue
                if _is_on_self(unit, store) and not self._may_be_self(owner, unit):
                    continue
                if _is_no_class(owner, unit, store.base) or self._is_of_another_class(owner, unit, store.base):
                    continue
                yield unit, register, store
        for module in self._models_of(owner):
            for unit, register in engine.bodies.index(module).stores.get(name, ()):
                store = unit.code.instructions[register]
                if isinstance(store, SetAttr) and (not _is_on_self(unit, store) or self._may_be_self(owner, unit)):
                    yield unit, register, store

    def patched(self, name: str) -> frozenset[Unit]:
        """The classes into which somebody stores an attribute of that name from outside."""
        if name.startswith("__"):
            return frozenset()
        return self.engine.solver.read(self.engine.solver.node(("patched", name), partial(self._patched, name)))

    def _patched(self, name: str) -> Iterable[Unit]:
        engine = self.engine
        stores = [
            (unit, store)
            for module in engine.modules.files_storing(f".{name}")
            for unit, register in engine.bodies.index(module.name).stores.get(name, ())
            if isinstance(store := unit.code.instructions[register], SetAttr)
        ]
        rare = len(stores) <= MOST_DEEP
        for unit, store in stores:
            if _is_on_self(unit, store) and "classmethod" not in engine.classes.decorators(unit):
                continue
            if _is_made_in_place(unit, store.base) or engine.declared.classes(unit, store.base) is not None:
                continue
            for context in self.probe(unit, store.base, rare, _any_class):
                for value in engine.value(context, store.base):
                    if isinstance(value, Class):
                        yield value.unit

    def _models_of(self, owner: Value) -> Iterable[str]:
        """The models that may store into an object or function; no words are known of them."""
        if isinstance(owner, Function):
            return ("functools",)
        if not isinstance(owner, Instance):
            return ()
        return dict.fromkeys(cls.unit.module for cls in self.engine.classes.order(owner.cls) if cls.unit.model)

    def _own_modules(self, owner: Value) -> Iterable[str]:
        """Where the methods stand that can store on `self`."""
        own = owner.cls if isinstance(owner, Instance) else owner
        if isinstance(own, Class):
            below = self.engine.classes.subclasses(own) if own is owner or self._is_open(owner) else ()
            for cls in (*self.engine.classes.order(own), *below):
                yield cls.unit.module

    def _is_open(self, owner: Value) -> bool:
        return isinstance(owner, Instance) and owner.anywhere

    def _is_of_another_class(self, owner: Value, unit: Unit, base: Register) -> bool:
        """Whether annotations say that the target of a store is of a class that has nothing to do with the owner's."""
        if not isinstance(owner, Instance):
            return False
        classes = self.engine.declared.classes(unit, base)
        if classes is None:
            return False
        return not any(self._may_be(owner, self.engine.universe.make(Instance, cls)) for cls in classes)

    def _ensure(self, owner: Value, unit: Unit, register: Register, store: SetAttr, rare: bool) -> None:
        """Computes a store wherever it may write to `owner`."""
        engine = self.engine
        shallow = isinstance(owner, Instance) and owner.shallow
        if _is_on_self(unit, store):
            if shallow:
                engine.value(engine.ambient(unit, owner), register)
            elif isinstance(owner, Instance):
                self._ensure_method(owner, unit, register)
            else:
                engine.value(engine.ambient(unit), register)
        elif not shallow:
            for context in self.probe(unit, store.base, rare, partial(self._may_be_any, owner)):
                for one in engine.precise(context, register):
                    engine.value(one, register)

    def _may_be_any(self, owner: Value, values: Values) -> bool:
        return any(self._may_be(owner, value) for value in values)

    def _may_be(self, owner: Value, value: Value) -> bool:
        """Whether two abstract values can be the same object."""
        if owner is value:
            return True
        if isinstance(owner, Instance) and isinstance(value, Instance) and (owner.anywhere or value.anywhere):
            classes = self.engine.classes
            return classes.is_subclass(owner.cls, value.cls) or classes.is_subclass(value.cls, owner.cls)
        return isinstance(owner, External) and isinstance(value, External)

    def _may_be_self(self, owner: Value, unit: Unit) -> bool:
        """Whether `self` (or `cls`) of a method can be the owner."""
        cls = unit.owner
        if cls is None or not isinstance(owner, (Instance, Class)):
            return False
        own = owner.cls if isinstance(owner, Instance) else owner
        order = self.engine.classes.order(own)
        if any(one.unit is cls for one in order):
            return True
        open_below = isinstance(owner, Class) or owner.anywhere
        return open_below and any(sub.unit is cls for sub in self.engine.classes.subclasses(own))

    def _ensure_method(self, owner: Instance, unit: Unit, register: Register) -> None:
        engine = self.engine
        free = unit.depends_on((register,)) - {0}
        if unit.model:
            self._link_constructors(owner)
        known = [context for context in engine.contexts_on(unit, owner, merged=False) if not context.ambient]
        if known and (unit.name == "__init__" or not free):
            contexts = known
        elif not free:
            contexts = [engine.ambient(unit, owner, deep=True)]
        else:
            engine.holders.sites(unit)
            every = engine.contexts(unit) if owner.anywhere else engine.contexts_on(unit, owner)
            contexts = [context for context in every if not context.ambient]
            if not contexts:
                contexts = engine.precise(engine.ambient(unit, owner, deep=True), register)
        for context in sorted(contexts):
            engine.value(context, register)

    def _link_constructors(self, owner: Instance) -> None:
        """What a model stores on a new object may be stored by what `__init__` calls: `super().__init__(app)`."""
        for cls in self.engine.classes.order(owner.cls):
            for method in cls.unit.inner:
                if method.name == "__init__":
                    for context in sorted(self.engine.contexts_on(method, owner, merged=False)):
                        for register, _ in method.find(Call):
                            self.engine.link(context, register)

    def _aliases(self, owner: Instance) -> Iterable[Value]:
        """Other abstract objects that can be the same object."""
        engine = self.engine
        if owner.anywhere:
            for cls in (owner.cls, *engine.classes.subclasses(owner.cls)):
                yield from self.instances(cls.unit)
        else:
            for cls in engine.classes.order(owner.cls):
                yield engine.universe.make(Instance, cls)

    def instances(self, unit: Unit) -> frozenset[Instance]:
        """The objects of a class that were seen being made."""
        return self.engine.solver.read(self._instances(unit))

    def made(self, instance: Instance) -> None:
        """Remembers an object."""
        node = self._instances(instance.cls.unit)
        if instance not in node.values:
            self._made_at[instance.cls.unit, instance.unit, instance.site] += 1
            self.engine.solver.push(node, (instance,))

    def count_objects(self, cls: Unit, unit: Unit, site: Register) -> int:
        """How many objects of a class an instruction has made so far, one for each context; nobody is told of more."""
        return self._made_at[cls, unit, site]

    def _instances(self, unit: Unit) -> Node:
        return self.engine.solver.node(("instances", unit), None)

    # -- contents -----------------------------------------------------------------------------

    def as_key(self, key: Value | None, within: int = 0) -> Value | None:
        """The key under which an entry is kept: what is the same wherever it is known; else any (None).

        `within` is the number of tuples around it: one that is made in a loop may hold itself.
        """
        if isinstance(key, (Constant, Class, Function, TupleKey)) or (key is not None and self._is_member(key)):
            return key
        return self._tuple_key(key, within) if isinstance(key, Instance) and within < _DEEPEST_KEY else None

    def _is_member(self, key: Value) -> bool:
        """Whether this is a member of an enumeration."""
        return isinstance(key, Instance) and isinstance(key.site, str) and self.engine.classes.is_enum(key.cls)

    def _tuple_key(self, key: Instance, within: int) -> Value | None:
        """A tuple display of elements that are keys themselves, one in each place."""
        if key.cls.unit.symbol != "builtins:tuple":
            return None
        elements: dict[Value | None, Value] = {}
        for place, value, _ in self.engine.display(key, None):
            known = self.as_key(value, within + 1)
            if known is None or elements.setdefault(place, known) is not known:
                return None
        places = [self.engine.universe.constant(place) for place in range(len(elements))]
        if not places or any(place not in elements for place in places):
            return None
        made = self.engine.universe.make(TupleKey, tuple(elements[place] for place in places))
        self._tuples.setdefault(made, {})[key] = None
        return made

    def key_values(self, key: Value) -> Iterable[Value]:
        """The values that stand as a key."""
        return list(self._tuples.get(key, ())) if isinstance(key, TupleKey) else (key,)

    def store_item(self, owner: Instance, key: Value | None, values: Iterable[Value], writer: Writer | None) -> None:
        """`owner[key] = value`."""
        known = self.as_key(key)
        stored = tuple(values)
        self.engine.solver.push(self._content_store(owner), ((known, value, writer) for value in stored))
        for value in stored:
            if may_hold(value):
                self.engine.solver.push(self._kept_in(value), (owner,))

    def kept_in(self, value: Value) -> frozenset[Instance]:
        """The containers in which a container was put so far, but for the displays that were made with it."""
        return self.engine.solver.read(self._kept_in(value))

    def _kept_in(self, value: Value) -> Node:
        return self.engine.solver.node(("kept in", value), None)

    def _content_store(self, owner: Instance) -> Node:
        return self.engine.solver.node(("content-store", owner), None)

    def contents(self, owner: Instance) -> frozenset[ContentEntry]:
        """Every entry of a container."""
        return self._entries(owner, None)

    def _entries(self, owner: Instance, key: Value | None) -> frozenset[ContentEntry]:
        node = self.engine.solver.node(("contents", owner, key), partial(self._contents, owner, key))
        return self.engine.solver.read(node)

    def _contents(self, owner: Instance, key: Value | None) -> Iterable[ContentEntry]:
        engine = self.engine
        entries: set[ContentEntry] = set()
        if owner.anywhere:
            entries.update((None, value, None) for value in engine.types.elements(owner))
        else:
            engine.holders.of(owner)
            entries.update(engine.display(owner, key))
        stored = engine.solver.read(self._content_store(owner))
        return entries.union(one for one in stored if key is None or one[0] is None or one[0] is key)

    def item(self, owner: Instance, key: Value | None) -> Values:
        """What stands under a key; under any key where it is not known."""
        entries = self._entries(owner, self.as_key(key))
        found = self._values_of.get(entries)
        if found is None:
            found = self._values_of[entries] = frozenset(entry[1] for entry in entries)
        return found

    def item_entries(self, owner: Instance, key: Value | None) -> list[ContentEntry]:
        """The entries that a key can mean."""
        return list(self._entries(owner, self.as_key(key)))

    def keys(self, owner: Instance) -> Values:
        """The keys of a container, as far as they are known."""
        keys = {entry[0] for entry in self.contents(owner)}
        found = {value for key in keys if key is not None for value in self.key_values(key)}
        if None in keys:
            found |= self.engine.types.elements(owner, key=True) if owner.hint else self.engine.typed("str")
        return frozenset(found)

    # -- where to look ------------------------------------------------------------------------

    def probe(self, unit: Unit, register: Register, rare: bool, accept: Callable[[Values], bool]) -> Iterable[Context]:
        """The contexts in which what a register holds is accepted: as called from anywhere, and as called so far.

        What annotations say is asked first. Only where that leaves it open, and the name is not a common one, the
        call sites of the function are looked for.
        """
        engine = self.engine
        yield from self.probe_anywhere(unit, register, rare, accept)
        if unit.depends_on((register,)):
            for context in sorted(engine.contexts(unit)):
                if not context.ambient and accept(engine.value(context, register)):
                    yield context

    def probe_anywhere(
        self, unit: Unit, register: Register, rare: bool, accept: Callable[[Values], bool]
    ) -> Iterable[Context]:
        """The context of calls from anywhere, where what the register holds there is accepted."""
        engine = self.engine
        values = engine.value(engine.ambient(unit), register)
        deep = engine.ambient(unit, deep=True)
        if accept(values):
            yield deep
        elif rare and unit.depends_on((register,)) and any(isinstance(value, Opaque) for value in values):
            yield from (deep,) if accept(engine.value(deep, register)) else ()


_DEEPEST_KEY = 4
"""Tuples nested in a key; what is nested deeper may be any key."""
MOST_DEEP = 150
"""A name that stands in more places is too common to ask where each of its receivers comes from."""


def _is_on_self(unit: Unit, store: SetAttr) -> bool:
    base = unit.code.instructions[store.base]
    return isinstance(base, Param) and base.index == 0 and unit.owner is not None


def _is_named_like(owner: External, unit: Unit, store: SetAttr) -> bool:
    """Whether a store names its target as an external path ends: `app.state.x = 1` for `request.app.state.x`."""
    base = unit.code.instructions[store.base]
    last = owner.path.rstrip("()[]").rpartition(".")[2]
    if isinstance(base, Import):  # `json.loads = ours` in the module that imports `json`
        return base.module.rpartition(".")[2] == last
    return isinstance(base, (Attr, ImportFrom, Load)) and base.name == last


def _any_class(values: Values) -> bool:
    return any(isinstance(value, Class) for value in values)


def _is_made_in_place(unit: Unit, base: Register) -> bool:
    return isinstance(unit.code.instructions[base], (Next, Item, Unpack, Enter, Build, BuildDict))


def _is_no_class(owner: Value, unit: Unit, base: Register) -> bool:
    """Whether the owner is a class, and syntax alone says that the target of a store is none."""
    made = unit.code.instructions[base]
    if isinstance(owner, Class):
        if isinstance(made, Attr):
            return made.name not in (owner.unit.name, "__class__")
        return _is_made_in_place(unit, base)
    return False


def may_hold(value: Value) -> bool:
    """Whether a value is an object of a model that can hold others: a container or something that has one."""
    return isinstance(value, Instance) and value.cls.unit.model and value.cls.unit.symbol not in PLAIN


def holds(values: Values, value: Value) -> bool:
    """Whether a register holds a value, bound or not."""
    if value in values:
        return True
    for one in values:  # noqa: SIM110  # a generator costs more than the whole question
        if isinstance(one, Method) and (one.function is value or one.bound is value):
            return True
    return False
