"""What instructions write into objects: displays, stores, calls of models, and what is taken from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from truthline.facts.code import (
    Build,
    BuildDict,
    Call,
    Item,
    Register,
    SetAttr,
    SetItem,
    StoreCell,
    StoreGlobal,
    Unpack,
)
from truthline.program.engine.engine import Engine
from truthline.program.engine.flow import before
from truthline.program.engine.heap import Writer
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Constant, Context, Instance, Intrinsic, Value
from truthline.program.influence.chosen import fixed_length, is_slice, iterables, places_taken, rows
from truthline.program.influence.graph import Edge, How, Node, held

if TYPE_CHECKING:
    from truthline.program.influence.memory import Memory

_STORING = {"store": 2, "append": 1, "setattr": 2, "raw_setattr": 2}
"""Intrinsics that write, and which argument they write."""
_COPYING = {"copy": 1, "set_all": 1, "copy_awaited": 1, "replaced": 1}


class Writings:
    """The edges from what stands in an object to what was written there."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.engine = memory.engine

    def keys_of(self, context: Context | None, owner: Instance) -> Iterable[Edge]:
        """What the keys of a mapping are, and whether they are there."""
        for writer in dict.fromkeys(writer for _, _, writer in self.engine.heap.contents(owner)):
            keys = self._keys(writer) if writer is not None else None
            if writer is None or keys is None:
                yield from self.item(context, owner, None, writer)
                continue
            yield from (Edge(Node("value", writer[0], key), "anywhere") for key in keys)
            yield from self.whether(context, writer)

    def _keys(self, writer: Writer) -> tuple[Register, ...] | None:
        """The keys that an instruction writes; None where they are those of something else."""
        context, register = writer
        written = context.unit.code.instructions[register]
        if isinstance(written, SetItem):
            return (written.key,)
        if isinstance(written, BuildDict) and all(key is not None for key, _ in written.items):
            return tuple(key for key, _ in written.items if key is not None)
        if isinstance(written, Call) and intrinsic_of(self.engine, context, written) == "store":
            return written.args[1:2]
        return None

    def item(
        self, context: Context | None, owner: Instance, key: Value | None, writer: Writer | None
    ) -> Iterable[Edge]:
        if writer is None:
            yield from self._packed(owner, key)
            return
        other, register = writer
        how: How = "here" if other is context else "anywhere"
        display = other.unit.code.instructions[register]
        if isinstance(display, Build):
            yield from self._element(other, display, key, how)
        elif isinstance(display, BuildDict):
            yield from self._pair(other, register, display, key, how)
        elif isinstance(display, Call) and intrinsic_of(self.engine, other, display) == "zipped":
            yield from self.zipped(other, display) if isinstance(owner.site, int) else self._row(other, display, key)
        else:
            yield from self.written(context, writer, key=key)

    def _element(self, context: Context, display: Build, key: Value | None, how: How) -> Iterable[Edge]:
        place = key.value if isinstance(key, Constant) and isinstance(key.value, int) else None
        if place is not None and not display.stars and 0 <= place < len(display.items):
            yield Edge(Node("value", context, display.items[place]), how)
            return
        for number, item in enumerate(display.items):
            yield Edge(Node("whole" if number in display.stars else "value", context, item), how)

    def _pair(
        self, context: Context, register: Register, display: BuildDict, key: Value | None, how: How
    ) -> Iterable[Edge]:
        wanted = self.engine.heap.as_key(key)
        for name, item in reversed(display.items):  # what stands behind overwrites what stands before
            if name is None:
                yield Edge(Node("value", context, item), how)
                for mapping in self.engine.value(context, item):
                    if isinstance(mapping, Instance):
                        yield from self.memory.under(context, mapping, key)
                if wanted is not None and self.memory.keys.surely_has(context, item, wanted, register):
                    return
                continue
            known = {self.engine.heap.as_key(one) for one in self.engine.value(context, name)}
            if wanted is None or None in known or wanted in known:
                yield Edge(Node("value", context, item), how)
            if wanted is not None and known == {wanted}:
                return

    def _packed(self, owner: Instance, key: Value | None) -> Iterable[Edge]:
        """What stands in `*args` or `**kwargs`, whose objects are told apart by the call that filled them."""
        if owner.context is None or not isinstance(owner.site, str) or not owner.site.startswith("*"):
            return
        number, _, place = owner.site[1:].partition("@")
        call = owner.context.unit.code.instructions[int(place)] if int(place) >= 0 else None
        if not isinstance(call, Call) or owner.unit is None:
            return
        for register in _collected(call, owner.unit, int(number), key):
            yield Edge(Node("whole", owner.context, register), "anywhere")

    def written(
        self, context: Context | None, writer: Writer, captured: bool = False, key: Value | None = None
    ) -> Iterable[Edge]:
        """What an instruction writes, and whether it does; of a captured variable, its function is known to run."""
        other, register = writer
        how: How = "here" if other is context else "anywhere"
        yield from self._what(other, register, how, key)
        yield from self.whether(context, writer, captured)

    def whether(self, context: Context | None, writer: Writer, captured: bool = False) -> Iterable[Edge]:
        """What decides whether an instruction writes."""
        other, register = writer
        how: How = "here" if other is context else "anywhere"
        place = other.unit.place(register)
        if place is not None:
            yield Edge(Node("runs", other, place[0]), how)
        if other is not context and not captured and other.unit.name != "__init__":
            yield Edge(Node("called", other), "anywhere")

    def _what(self, context: Context, register: Register, how: How, key: Value | None) -> Iterable[Edge]:
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, SetItem) and any(map(is_slice, self.engine.value(context, instruction.key))):
            yield Edge(Node("whole", context, instruction.value), how)
        elif isinstance(instruction, (SetAttr, SetItem, StoreCell, StoreGlobal)):
            yield Edge(Node("value", context, instruction.value), how)
        elif isinstance(instruction, (Item, Unpack)):
            for source in self.engine.value(context, instruction.base):
                yield from self._taken_by(context, instruction, source, key)
        elif isinstance(instruction, Call):
            yield from self._by_intrinsic(context, register, instruction, how, key)

    def _taken_by(self, context: Context, taking: Item | Unpack, source: Value, key: Value | None) -> Iterable[Edge]:
        """What a slice or a starred target takes out of a sequence, for one place of what it makes or for all."""
        places = places_taken(self.engine, context, taking, source)
        if places is None or not isinstance(source, Instance):
            yield held(source)
            return
        place = key.value if isinstance(key, Constant) and isinstance(key.value, int) else None
        for number, taken in enumerate(places):
            if place is None or place == number:
                yield from self.memory.under(context, source, self.engine.universe.constant(taken))

    def zipped(self, context: Context, call: Call) -> Iterable[Edge]:
        """On what it depends how many rows `zip` makes."""
        for packed in self.engine.value(context, call.args[0]) if call.args else ():
            for edge in self.memory.under(context, packed, None) if isinstance(packed, Instance) else ():
                node = edge.node
                passed = self.engine.value(node.context, node.register) if node.context is not None else frozenset()
                is_fixed = bool(passed) and all(fixed_length(self.engine, one) is not None for one in passed)
                yield edge._replace(node=node._replace(kind="value")) if is_fixed else edge

    def _row(self, context: Context, call: Call, key: Value | None) -> Iterable[Edge]:
        """What stands in a row of `zip`: of each list what its shortest companion reaches."""
        place = key.value if isinstance(key, Constant) and isinstance(key.value, int) else None
        most = rows(self.engine, context, call)
        for number, values in iterables(self.engine, context, call):
            for source in values if place in (None, number) or number < 0 else ():
                length = fixed_length(self.engine, source)
                if most is None or length is None or not isinstance(source, Instance):
                    yield held(source)
                    continue
                for taken in range(min(most, length)):
                    yield from self.memory.under(context, source, self.engine.universe.constant(taken))

    def _as_items(self, context: Context, register: Register, call: Call, key: Value | None) -> Iterable[Edge]:
        """What `asdict` makes items of: the fields of an object."""
        for owner in self.engine.value(context, call.args[0]) if call.args else ():
            named = [key.value] if isinstance(key, Constant) and isinstance(key.value, str) else None
            for name in named or (self.memory.fields(owner) if isinstance(owner, Instance) else ()):
                yield from self.memory.attribute(context, register, owner, name, call.args[0])
                yield from self.memory.class_default(owner, name, self.engine.attribute(owner, name))

    def _is_copied_over(self, context: Context, register: Register, call: Call, key: Value | None) -> bool:
        """Whether a model copies something else behind that surely has the key, as `dict(mapping, k=v)` does."""
        return key is not None and any(
            one.args[:1] == call.args[:1]
            and before(context.unit, register, other)
            and intrinsic_of(self.engine, context, one) == "copy"
            and self.memory.keys.surely_has(context, one.args[1], key, other)
            for other, one in context.unit.find(Call)
            if other != register
        )

    def _by_intrinsic(
        self, context: Context, register: Register, call: Call, how: How, key: Value | None
    ) -> Iterable[Edge]:
        name = intrinsic_of(self.engine, context, call)
        if name == "field_dict":
            yield from self._as_items(context, register, call, key)
        elif name == "copy" and self._is_copied_over(context, register, call, key):
            return
        elif name in _STORING and _STORING[name] < len(call.args):
            yield Edge(Node("value", context, call.args[_STORING[name]]), how)
        elif name in _COPYING and _COPYING[name] < len(call.args):
            for source in self.engine.value(context, call.args[_COPYING[name]]):
                if isinstance(source, Instance):
                    yield from self.memory.under(context, source, key)
        elif name != "shift":
            yield from (Edge(Node("value", context, one), how) for one in call.args)


def intrinsic_of(engine: Engine, context: Context, call: Call) -> str | None:
    """The intrinsic that is called, if one is."""
    callees = engine.value(context, call.func)
    return next((callee.name for callee in callees if isinstance(callee, Intrinsic)), None)


def _collected(call: Call, unit: Unit, index: int, key: Value | None) -> Iterable[Register]:
    """The registers of a call of which a `*` or `**` parameter takes some; by place or name where the key is known."""
    wanted = key.value if isinstance(key, Constant) else None
    if unit.code.params[index].kind == "vararg":
        first = sum(one.kind in ("positional", "positional-only") for one in unit.code.params)
        place = first - (unit.owner is not None) + wanted if isinstance(wanted, int) else None
        is_known = place is not None and not call.stars and 0 <= place < len(call.args)
        yield from (call.args[place],) if is_known and place is not None else call.args
        return
    for keyword, register in call.keywords:
        if keyword is None or wanted is None or keyword == wanted:
            yield register
