"""Who wrote what a read may see.

The engine's entries of attributes and containers remember the instruction that wrote them; here they are taken back to
the registers that were written. What the same activation has certainly overwritten is left out, as the engine does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from truthline.facts.code import (
    Call,
    Const,
    DelAttr,
    Item,
    Param,
    Register,
    SetAttr,
    SetItem,
)
from truthline.program.engine.calls import is_lazy, is_record
from truthline.program.engine.flow import before, last_write, lasting_stores, read_by, seen, seen_under
from truthline.program.engine.heap import Writer
from truthline.program.engine.protocols import is_container
from truthline.program.engine.values import Class, Constant, Context, Instance, ModuleValue, Value, Values
from truthline.program.influence.chosen import counted_key
from truthline.program.influence.graph import Edge, How, Node, Site, part
from truthline.program.influence.keys import NONE, Keys
from truthline.program.influence.sites import Sites
from truthline.program.influence.writings import Writings, intrinsic_of


class Memory:
    """Reads of attributes and containers, taken back to what was written."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.engine = sites.engine
        self.keys = Keys(sites)
        self.writings = Writings(self)

    # -- reads --------------------------------------------------------------------------------

    def attribute(
        self, context: Context, register: Register, owner: Value, name: str, base: Register | None = None
    ) -> Iterable[Edge]:
        """What an attribute read of one object may see; what it was made with is asked of `base`, if given."""
        if not isinstance(owner, (Instance, Class, ModuleValue)):
            return
        visible = self._visible(context, register)
        for _, writer in self.engine.heap.field(owner, name):
            if visible(writer) and base is not None and _is_born_elsewhere(context, owner, writer):
                yield part(context, base, self.engine.universe.constant(name))
            elif visible(writer):
                yield from self._field_written(context, owner, name, writer)
        for writer in self.sites.deleting(name):
            deletion = writer[0].unit.code.instructions[writer[1]]
            is_meant = isinstance(deletion, DelAttr) and owner in self.engine.value(writer[0], deletion.base)
            if is_meant and visible(writer):
                yield from self.writings.whether(context, writer)

    def kept(self, context: Context, owner: Value, name: str) -> Iterable[Edge]:
        """What an attribute of an object holds at any time."""
        if isinstance(owner, (Instance, Class, ModuleValue)):
            for _, writer in self.engine.heap.field(owner, name):
                yield from self._field_written(context, owner, name, writer)

    def item(
        self, context: Context, register: Register, owner: Instance, keys: Values, base: Register | None = None
    ) -> Iterable[Edge]:
        """What an item read of one container may see; what it was made with is left to its `base`, if that is given."""
        stored = self.just_stored(context, register)
        if stored is not None:
            yield Edge(Node("value", context, stored))
            return
        visible = self._visible(context, register, self._overwriting(context, register, owner, keys))
        for key in [counted_key(self.engine, owner, one) for one in keys] or (None,):
            for _, _, writer in self.engine.heap.item_entries(owner, key):
                is_asked = base is not None and isinstance(key, Constant) and _is_born_elsewhere(context, owner, writer)
                if visible(writer) and is_asked and base is not None and key is not None:
                    yield part(context, base, key)
                elif visible(writer):
                    yield from self.writings.item(context, owner, key, writer)
        yield from self._taken(context, owner, keys, visible)

    # -- what objects are made with -----------------------------------------------------------

    def born_field(self, own: Context | None, owner: Instance, name: str) -> Iterable[Edge]:
        """What an object is made with as an attribute; `own` is the activation that has made this very one."""
        for _, writer in self.engine.heap.field(owner, name):
            if _is_born(owner, writer):
                where = own if own is None or writer is None else self._making(own, owner, writer)
                for edge in self._field_written(where, owner, name, writer):
                    yield _seen_from(own, owner, edge)

    def born_item(self, own: Context | None, owner: Instance, key: Value) -> Iterable[Edge]:
        """What a container is made with under a key."""
        for _, _, writer in self.engine.heap.item_entries(owner, key):
            if _is_born(owner, writer):
                where = own if own is None or writer is None else self._making(own, owner, writer)
                for edge in self.writings.item(where, owner, key, writer):
                    yield _seen_from(own, owner, edge)

    def _making(self, own: Context, owner: Instance, writer: Writer) -> Context | None:
        """The context of a writer where it surely writes to the object that `own` has just made, and to no other."""
        other, register = writer
        store = other.unit.code.instructions[register]
        base = store.base if isinstance(store, (SetAttr, SetItem)) else -1
        if other is own:
            return own if owner.site in (register, base) else None
        is_direct = other in self.engine.execute(own, owner.site).targets if isinstance(owner.site, int) else False
        first = other.unit.code.instructions[base] if base >= 0 else None
        return other if is_direct and isinstance(first, Param) and first.index == 0 else None

    def born_variable(self, own: Context | None, closure: Context, name: str) -> Iterable[Edge]:
        """What a function finds in a variable of the one around it that this has put there itself."""
        for store in sorted(lasting_stores(closure.unit, name)):
            yield from self.writings.written(own, (closure, store), captured=True)

    def presence(self, context: Context, register: Register, owner: Instance, keys: Values) -> Iterable[Edge]:
        """What decides whether one of the keys stands in a mapping, whatever stands under it."""
        visible = self._visible(context, register, self._overwriting(context, register, owner, keys))
        for key in keys:
            for _, _, writer in self.engine.heap.item_entries(owner, key):
                if writer is not None and visible(writer) and self._stores(writer):
                    yield from self.writings.whether(context, writer)
                elif visible(writer):
                    yield from self.writings.item(context, owner, key, writer)
        yield from self._taken(context, owner, keys, visible)

    def _stores(self, writer: Writer) -> bool:
        """Whether an instruction writes one item, and not what another container holds."""
        context, register = writer
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, Call):
            return intrinsic_of(self.engine, context, instruction) == "store"
        return isinstance(instruction, SetItem)

    def _taken(
        self, context: Context | None, owner: Instance, keys: Values, visible: Callable[[Writer | None], bool]
    ) -> Iterable[Edge]:
        """What decides whether one of the keys, or of all where none is known, has been taken out of a container."""
        meant = {self.engine.heap.as_key(key) for key in keys}
        for removed, writer in self.sites.taking_out(owner):
            is_meant = removed is None or not meant or None in meant or removed in meant
            if is_meant and visible(writer):
                yield from self.writings.whether(context, writer)

    def _overwriting(self, context: Context, register: Register, owner: Instance, keys: Values) -> frozenset[Register]:
        read = read_by(context.unit, register)
        return self.keys.overwriting(context, register, read.base, owner, keys) if isinstance(read, Item) else NONE

    def _visible(
        self, context: Context, register: Register, overwriting: frozenset[Register] = NONE
    ) -> Callable[[Writer | None], bool]:
        """Whether a read can see a writer: nothing that was overwritten, be it by callees that ran before."""
        still_there = seen(self.engine, context, register, overwriting)
        write = last_write(self.engine, context, register)
        if write is None:
            return still_there
        return lambda writer: still_there(writer) and not self._wrote_before(context, writer, write)

    def _wrote_before(self, context: Context, writer: Writer | None, write: Register) -> bool:
        """Whether a callee wrote, and nothing that may run after `write` leads to it any more."""
        if writer is None or writer[0] is context or not self.is_made_here(context, write):
            return False
        later = [one for one in self.sites.slice.executable(context) if not before(context.unit, one, write)]
        for register in later:
            for target in self.engine.execute(context, register).targets if register != write else ():
                if writer[0] in self.sites.within(target):
                    return False
        return True

    def is_made_here(self, context: Context, write: Register) -> bool:
        """Whether a store goes to an object that this activation has made, and made once."""
        store = context.unit.code.instructions[write]
        if not isinstance(store, (SetAttr, SetItem)):
            return False
        owners = self.engine.value(context, store.base)
        return all(
            isinstance(one, Instance)
            and one.context is context
            and isinstance(one.site, int)
            and not context.unit.in_loop(one.site)
            for one in owners
        )

    def under(self, context: Context, owner: Instance, key: Value | None) -> Iterable[Edge]:
        """What stands under a key, or anywhere in a container, at any time."""
        key = counted_key(self.engine, owner, key)
        for _, _, writer in self.engine.heap.item_entries(owner, key):
            yield from self.writings.item(context, owner, key, writer)
        yield from self._taken(context, owner, frozenset(() if key is None else (key,)), lambda writer: True)

    def inside(self, owner: Value) -> Iterable[Edge]:
        """Everything that is put into an object."""
        if not isinstance(owner, Instance) or owner.anywhere:
            return
        for edge in self._every(owner):
            node = edge.node
            if node.kind == "value" and node.context is not None:
                yield Edge(Node("whole", node.context, node.register), "anywhere")
            else:
                yield Edge(node, "anywhere")

    def keys_in(self, context: Context | None, owner: Instance) -> Iterable[Edge]:
        """What the keys of a mapping are at any time, and what decides whether they are there."""
        yield from self.writings.keys_of(context, owner)
        yield from self._taken(context, owner, frozenset(), lambda writer: True)

    def _every(self, owner: Instance) -> Iterable[Edge]:
        if owner.cls.unit.model or is_container(self.engine, owner):
            yield from self.writings.keys_of(None, owner)
            for _, _, writer in self.engine.heap.contents(owner):
                yield from self.writings.item(None, owner, None, writer)
        yield from self._taken(None, owner, frozenset(), lambda writer: True)
        for name in self.fields(owner):
            for _, writer in self.engine.heap.field(owner, name):
                yield from self._field_written(None, owner, name, writer)

    def fields(self, owner: Instance) -> list[str]:
        names = {name for name, _ in self.engine.classes.fields(owner.cls)}
        for cls in self.engine.classes.order(owner.cls):
            for method in cls.unit.inner:
                names.update(store.name for _, store in method.find(SetAttr))
        return sorted(names)

    def just_stored(self, context: Context, register: Register) -> Register | None:
        """What the same activation has itself stored under the very same key, as its last store into the container."""
        read = read_by(context.unit, register)
        if not isinstance(read, Item):
            return None
        bases = self.engine.value(context, read.base)
        stores = [
            (store, one)
            for store, one in context.unit.find(SetItem)
            if one.base == read.base or self.engine.value(context, one.base) & bases
        ]
        for store, one in stores:
            is_last = all(other == store or before(context.unit, other, store) for other, _ in stores)
            if is_last and len(bases) == 1 and before(context.unit, store, register):
                is_seen = self._is_same_key(context, one.key, read.key) and self._is_left_alone(context, store, bases)
                return one.value if is_seen else None
        return None

    def _is_left_alone(self, context: Context, store: Register, bases: Values) -> bool:
        """Whether nothing that is called after a store writes into the container."""
        writers = {
            writer[0]
            for base in bases
            if isinstance(base, Instance)
            for writer in (
                *(writer for _, _, writer in self.engine.heap.contents(base)),
                *(writer for _, writer in self.sites.taking_out(base)),
            )
            if writer is not None and writer[0] is not context
        }
        later = [one for one in self.sites.slice.executable(context) if not before(context.unit, one, store)]
        if any(
            writer[0] is context and not before(context.unit, writer[1], store)
            for base in bases
            if isinstance(base, Instance)
            for _, writer in self.sites.taking_out(base)
        ):
            return False
        return not writers or not any(
            writers & self.sites.within(target)
            for one in later
            for target in self.engine.execute(context, one).targets
            if one != store
        )

    def _is_same_key(self, context: Context, one: Register, other: Register) -> bool:
        if one == other:
            return not context.unit.in_loop(one)
        instructions = context.unit.code.instructions
        return isinstance(instructions[one], Const) and instructions[one] == instructions[other]

    # -- writes -------------------------------------------------------------------------------

    def _field_written(self, context: Context | None, owner: Value, name: str, writer: Writer | None) -> Iterable[Edge]:
        if writer is not None:
            yield from self.writings.written(context, writer, key=self.engine.universe.constant(name))
        elif isinstance(owner, Instance):
            yield from self._constructed(owner, name)

    def class_default(self, base: Value, name: str, seen_values: Values) -> Iterable[Edge]:
        """What the class says of an attribute, as far as a read has seen it."""
        if not isinstance(base, (Instance, Class)) or self.is_given(base, name):
            return
        own = base.cls if isinstance(base, Instance) else base
        for cls in self.engine.classes.order(own):
            body = self.engine.universe.context(cls.unit, cls.closure, ())
            for _, bind in cls.unit.bindings.get(name, ()) if not cls.unit.model else ():
                if self.engine.value(body, bind.value) & seen_values:
                    yield Edge(Node("value", body, bind.value), "anywhere")

    def is_given(self, owner: Value, name: str) -> bool:
        """Whether an object is a record, and the call that made it passes a field."""
        if not isinstance(owner, Instance) or not is_record(self.engine, owner.cls):
            return False
        return any(True for _ in self._constructed(owner, name))

    def _constructed(self, owner: Instance, name: str) -> Iterable[Edge]:
        """What the call that made a record passes for a field."""
        if not is_lazy(owner) or owner.context is None or not isinstance(owner.site, int):
            return
        call = owner.context.unit.code.instructions[owner.site]
        if not isinstance(call, Call):
            return
        names = self.engine.classes.parameters(owner.cls)
        place = names.index(name) if name in names else -1
        first_star = min(call.stars, default=len(call.args))
        if 0 <= place < first_star:
            yield from (Edge(Node("value", owner.context, one), "anywhere") for one in call.args[place : place + 1])
        for star in call.stars:
            yield Edge(Node("whole", owner.context, call.args[star]), "anywhere")
        for keyword, passed in call.keywords:
            if keyword == name:
                yield Edge(Node("value", owner.context, passed), "anywhere")
            elif keyword is None:
                yield from self.part(owner.context, passed, name, "anywhere")

    def part(self, context: Context, register: Register, name: str | int, how: How) -> Iterable[Edge]:
        """What `**mapping` has passed under a name, or `*sequence` at a place, to what was made of it."""
        yield Edge(Node("value", context, register), how)
        key = self.engine.universe.constant(name)
        for mapping in self.engine.value(context, register):
            if isinstance(mapping, Instance):
                yield from self.under(context, mapping, key)

    def passed(self, context: Context, call: Register, register: Register, name: str | int) -> Iterable[Edge]:
        """What a call passes of `**mapping` under a name, or of `*sequence` at a place."""
        key = self.engine.universe.constant(name)
        for mapping in self.engine.value(context, register):
            if isinstance(mapping, Instance):
                overwriting = self.keys.overwriting(context, call, register, mapping, frozenset((key,)))
                visible = seen_under(self.engine, context, call, register, key, overwriting)
                row = self.engine.classes.row(mapping.cls)
                for field in row[name : name + 1] if isinstance(name, int) else ():
                    yield from self.attribute(context, call, mapping, field, register)
                    yield from self.class_default(mapping, field, self.engine.attribute(mapping, field))
                for _, _, writer in self.engine.heap.item_entries(mapping, key):
                    if visible(writer):
                        yield from self.writings.item(context, mapping, key, writer)
                yield from self._taken(context, mapping, frozenset((key,)), visible)


def _is_born(owner: Value, writer: Writer | None) -> bool:
    """Whether a writer stands where an object is made: the display, the arguments, `__init__`, the same function."""
    if not isinstance(owner, Instance) or owner.context is None or not isinstance(owner.site, int):
        return False
    return writer is None or writer[0] is owner.context or writer[0].unit.name == "__init__"


def _is_born_elsewhere(context: Context, owner: Value, writer: Writer | None) -> bool:
    if writer is not None and writer[0] is context:
        return False
    return isinstance(owner, Instance) and owner.context is not context and _is_born(owner, writer)


def _seen_from(own: Context | None, owner: Instance, edge: Edge) -> Edge:
    """An edge of what an object is made with, as the activation sees it that has made the object."""
    context = edge.node.context
    if own is None or context is None or not isinstance(owner.site, int):
        return edge
    if context is own:
        return Edge(edge.node)
    return Edge(edge.node, "into", Site(own, owner.site)) if edge.how == "here" else edge
