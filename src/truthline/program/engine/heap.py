"""Memory: attributes of objects, and contents of containers.

Writes push into stores; a read first makes sure that every instruction which could write was computed
(found by name, through the index), then takes what is in the stores. Entries remember who wrote them, so that a
read can leave out what the same activation has certainly overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import Attr, Load, Param, Register, SetAttr
from truthline.program.engine.solver import Node
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    Class,
    Constant,
    Context,
    External,
    Instance,
    Method,
    ModuleValue,
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

    # -- fields -------------------------------------------------------------------------------

    def store_field(self, owner: Value, name: str, values: Iterable[Value], writer: Writer | None) -> None:
        """`owner.name = value`."""
        self.engine.solver.push(self._field_store(owner, name), ((value, writer) for value in values))

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
        for unit, register in self._writers(owner, name):
            self._ensure(owner, unit, register)
        entries: set[FieldEntry] = set(self.engine.solver.read(self._field_store(owner, name)))
        if isinstance(owner, Instance):
            for alias in self._aliases(owner):
                entries |= self.engine.solver.read(self._field_store(alias, name))
        return entries

    def _writers(self, owner: Value, name: str) -> Iterable[tuple[Unit, Register]]:
        engine = self.engine
        for module in engine.modules.files_mentioning(name):
            for unit, register in engine.bodies.index(module.name).stores.get(name, ()):
                if not isinstance(owner, External) or _is_named_like(owner, unit, register):
                    yield unit, register
        for module in self._models_of(owner):
            yield from engine.bodies.index(module).stores.get(name, ())

    def _models_of(self, owner: Value) -> Iterable[str]:
        """The models whose methods may store into an object; no words are known of them."""
        if not isinstance(owner, Instance):
            return ()
        return dict.fromkeys(cls.unit.module for cls in self.engine.classes.order(owner.cls) if cls.unit.model)

    def _ensure(self, owner: Value, unit: Unit, register: Register) -> None:
        """Computes a `SetAttr` wherever it may write to `owner`."""
        engine = self.engine
        store = unit.code.instructions[register]
        if not isinstance(store, SetAttr):
            return
        base = unit.code.instructions[store.base]
        if isinstance(base, Param) and base.index == 0 and unit.owner is not None:
            if isinstance(owner, Instance) and self._may_be_self(owner, unit):
                self._ensure_method(owner, unit, register)
            elif isinstance(owner, Class):
                engine.value(engine.ambient(unit), register)
            return
        for context in self.probe(unit, store.base, deep=True):
            if any(self._may_be(owner, value) for value in engine.value(context, store.base)):
                for one in engine.precise(context, register):
                    engine.value(one, register)

    def _may_be(self, owner: Value, value: Value) -> bool:
        """Whether two abstract values can be the same object."""
        if owner is value:
            return True
        if isinstance(owner, Instance) and isinstance(value, Instance) and (owner.anywhere or value.anywhere):
            classes = self.engine.classes
            return classes.is_subclass(owner.cls, value.cls) or classes.is_subclass(value.cls, owner.cls)
        return isinstance(owner, External) and isinstance(value, External)

    def _may_be_self(self, owner: Instance, unit: Unit) -> bool:
        cls = unit.owner
        if cls is None:
            return False
        order = self.engine.classes.order(owner.cls)
        if any(one.unit is cls for one in order):
            return True
        return owner.anywhere and any(
            any(one.unit is owner.cls.unit for one in self.engine.classes.order(sub))
            for sub in self.engine.classes.subclasses(owner.cls)
            if sub.unit is cls
        )

    def _ensure_method(self, owner: Instance, unit: Unit, register: Register) -> None:
        engine = self.engine
        free = unit.depends_on((register,)) - {0}
        known = [context for context in engine.contexts(unit) if not context.ambient and context.key[0] is owner]
        if known and (unit.name == "__init__" or not free):
            contexts = known
        elif not free:
            contexts = [engine.ambient(unit, owner, deep=True)]
        else:
            engine.holders.sites(unit)
            every = [context for context in engine.contexts(unit) if not context.ambient]
            contexts = [one for one in every if owner.anywhere or one.key[0] in (None, owner)]
            if not contexts:
                contexts = [engine.ambient(unit, owner, deep=True)]
        for context in sorted(contexts, key=repr):
            engine.value(context, register)

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
        self.engine.solver.push(self._instances(instance.cls.unit), (instance,))

    def _instances(self, unit: Unit) -> Node:
        return self.engine.solver.node(("instances", unit), None)

    # -- contents -----------------------------------------------------------------------------

    def as_key(self, key: Value | None) -> Value | None:
        """The key under which an entry is kept: a constant or a class; anything else is any key (None)."""
        return key if isinstance(key, (Constant, Class)) else None

    def store_item(self, owner: Instance, key: Value | None, values: Iterable[Value], writer: Writer | None) -> None:
        """`owner[key] = value`."""
        known = self.as_key(key)
        self.engine.solver.push(self._content_store(owner), ((known, value, writer) for value in values))

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
        return frozenset(entry[1] for entry in self.item_entries(owner, key))

    def item_entries(self, owner: Instance, key: Value | None) -> list[ContentEntry]:
        """The entries that a key can mean."""
        return list(self._entries(owner, self.as_key(key)))

    def keys(self, owner: Instance) -> Values:
        """The keys of a container, as far as they are known."""
        found: set[Value] = {entry[0] for entry in self.contents(owner) if entry[0] is not None}
        if any(entry[0] is None for entry in self.contents(owner)):
            found |= self.engine.types.elements(owner, key=True) if owner.hint else self.engine.typed("str")
        return frozenset(found)

    # -- where to look ------------------------------------------------------------------------

    def probe(self, unit: Unit, register: Register, deep: bool) -> list[Context]:
        """The contexts in which to ask what a register holds: from anywhere, and as called so far."""
        ambient = self.engine.ambient(unit, deep=deep)
        if not unit.depends_on((register,)):
            return [ambient]
        known = [one for one in self.engine.contexts(unit) if not one.ambient]
        return [ambient, *sorted(known, key=repr)]


def _is_named_like(owner: External, unit: Unit, register: Register) -> bool:
    """Whether a store names its target as the path of an external object ends: `app.state.x = 1`, `request.app.state.x`."""
    store = unit.code.instructions[register]
    base = unit.code.instructions[store.base] if isinstance(store, SetAttr) else None
    last = owner.path.rstrip("()[]").rpartition(".")[2]
    return isinstance(base, (Attr, Load)) and base.name == last


def holds(values: Values, value: Value) -> bool:
    """Whether a register holds a value, bound or not."""
    return value in values or any(
        isinstance(one, Method) and (one.function is value or one.bound is value) for one in values
    )
