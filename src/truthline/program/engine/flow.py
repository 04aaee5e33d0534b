"""What a read can no longer see, because the same activation has overwritten it.

A write is certain when it goes to the same object as the read (through the same register, or to one that this
activation makes only once). It hides what was written before it, the display that made the object, and what `__init__`
left there, where every way to the read comes past such a write. A deletion uncovers what the class has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from truthline.facts.code import (
    AnyInstruction,
    Attr,
    Await,
    Binary,
    Build,
    Call,
    Compare,
    DelAttr,
    DelItem,
    Enter,
    Format,
    Item,
    Leave,
    MakeClass,
    Next,
    Param,
    Raise,
    Register,
    Return,
    SetAttr,
    SetItem,
    StoreCell,
    Test,
    Unary,
    Unpack,
    Yield,
    YieldFrom,
)
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context, Instance, ModuleValue, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.heap import Writer


_DEEPEST_CALL = 3
"""The calls within calls in which a certain write is looked for."""
_RUNS_OTHERS = (
    Attr, Await, Binary, Call, Compare, DelAttr, DelItem, Enter, Format, Item, Leave, MakeClass, Next, Raise, Return,
    SetAttr, SetItem, Test, Unary, Unpack, Yield, YieldFrom,
)  # fmt: skip


def surviving(engine: Engine, context: Context, register: Register) -> Values | None:
    """What an attribute or item read sees after a certain write; None where no write is certain."""
    target = _target_of(engine, context, register)
    write = target.last_write(register) if target is not None else None
    if target is None or write is None:
        return None
    engine.value(context, write)
    return _entries(target, register, write)


def seen(
    engine: Engine, context: Context, register: Register, overwriting: frozenset[Register] = frozenset()
) -> Callable[[Writer | None], bool]:
    """Whether a read can see what a writer wrote: there is a way from it to the read on which nothing overwrites it.

    `overwriting` are further instructions that are known to overwrite what is read.
    """
    return _sight(_target_of(engine, context, register), register, overwriting)


def seen_under(
    engine: Engine,
    context: Context,
    call: Register,
    mapping: Register,
    key: Value,
    overwriting: frozenset[Register] = frozenset(),
) -> Callable[[Writer | None], bool]:
    """The same, of what a call passes on as `**mapping` or `*sequence`, under a key."""
    return _sight(_target(engine, context, Item(mapping, mapping), frozenset((key,))), call, overwriting)


def _sight(target: _Target | None, read: Register, overwriting: frozenset[Register]) -> Callable[[Writer | None], bool]:
    if target is None:
        return lambda writer: True
    writes = target.writes_before(read) | overwriting
    return lambda writer: target.sees(read, writer, writes)


def last_write(engine: Engine, context: Context, register: Register) -> Register | None:
    """The certain write of the same activation that a read comes after; None where there is none."""
    target = _target_of(engine, context, register)
    return target.last_write(register) if target is not None else None


def read_by(unit: Unit, register: Register) -> Attr | Item | None:
    """What an instruction reads; `mapping.get(key)` and `key in mapping` read as `mapping[key]` does."""
    instruction = unit.code.instructions[register]
    if isinstance(instruction, Compare) and instruction.op == "contains":
        return Item(instruction.left, instruction.right)
    if isinstance(instruction, Call):
        method = unit.code.instructions[instruction.func]
        is_get = isinstance(method, Attr) and method.name == "get" and instruction.args and not instruction.stars
        return Item(method.base, instruction.args[0]) if isinstance(method, Attr) and is_get else None
    return instruction if isinstance(instruction, (Attr, Item)) else None


def _target_of(engine: Engine, context: Context, register: Register) -> _Target | None:
    read = read_by(context.unit, register)
    return _target(engine, context, read) if read is not None else None


def _target(engine: Engine, context: Context, read: Attr | Item, keys: Values | None = None) -> _Target | None:
    owners = engine.value(context, read.base)
    owner = next(iter(owners)) if len(owners) == 1 else None
    if not isinstance(owner, (Instance, Class, ModuleValue)):
        return None
    if isinstance(owner, Instance) and (owner.anywhere or _is_read_before(context.unit, read.base)):
        return None
    return _Target(engine, context, read, owner, keys)


class _Target:
    """An attribute or item that is read, and the writes to it in the same activation.

    `keys` are those that are read, where no register holds them.
    """

    def __init__(
        self, engine: Engine, context: Context, read: Attr | Item, owner: Value, keys: Values | None = None
    ) -> None:
        self.keys = keys
        self.engine = engine
        self.context = context
        self.read = read
        self.owner = owner
        self.made_here = _made_once(context, owner)
        self.is_single = self.made_here is not None or _is_single(owner)

    def last_write(self, read: Register) -> Register | None:
        """The last write that stands on every way to the read."""
        unit = self.context.unit
        last: Register | None = None
        for write in self._candidates():
            if write != read and before(unit, write, read) and self.writes(write):
                last = write if last is None or before(unit, last, write) else last
        return last

    def _candidates(self) -> Iterable[Register]:
        unit = self.context.unit
        if not self.is_single:
            return unit.uses.get(self.read.base, ())
        if isinstance(self.read, Item):
            return [register for register, _ in unit.find(SetItem)]
        stores = [register for kind in (SetAttr, DelAttr) for register, _ in unit.find(kind)]
        is_stored = self.engine.modules.files_storing(self.read.name)
        return [*stores, *self._calls_with_it()] if is_stored and self.made_here is not None else stores

    def _calls_with_it(self) -> Iterable[Register]:
        """Calls of the object's methods, and calls that it is passed to; in a module, whose body runs once, all."""
        unit = self.context.unit
        if unit.code.kind == "module":
            yield from (register for register, _ in unit.find(Call))
            return
        for user in unit.uses.get(self.made_here if self.made_here is not None else -1, ()):
            instruction = unit.code.instructions[user]
            if isinstance(instruction, Call):
                yield user
            elif isinstance(instruction, Attr):
                yield from (one for one in unit.uses.get(user, ()) if isinstance(unit.code.instructions[one], Call))

    def writes(self, register: Register) -> bool:
        """Whether an instruction certainly writes what is read."""
        write = self.context.unit.code.instructions[register]
        if isinstance(write, Call):
            return isinstance(self.read, Attr) and self._stores_inside(register, self.read.name)
        if isinstance(self.read, Attr):
            named = isinstance(write, (SetAttr, DelAttr)) and write.name == self.read.name
            return named and self.is_same(write)
        if not isinstance(write, SetItem) or not self.is_same(write):
            return False
        wanted = self.engine.value(self.context, self.read.key) if self.keys is None else self.keys
        written = self.engine.value(self.context, write.key)
        return len(wanted) == 1 and wanted == written and all(isinstance(one, Constant) for one in wanted)

    def _stores_inside(self, call: Register, name: str) -> bool:
        """Whether the one function that a call runs always stores the attribute into the object."""
        pending = [(self.context, call)]
        for _ in range(_DEEPEST_CALL if self.context.unit.code.kind == "module" else 1):
            targets = [target for context, register in pending if (target := self._only_target(context, register))]
            if any(self._stores(target, name) for target in targets):
                return True
            pending = [
                (target, register)
                for target in targets
                for register, _ in target.unit.find(Call)
                if target.unit.always_runs(register)
            ]
        return False

    def _only_target(self, context: Context, call: Register) -> Context | None:
        outcomes = self.engine.link(context, call)
        target = next(iter(outcomes)) if len(outcomes) == 1 else None
        if not isinstance(target, Context) or target.unit.code.is_generator or target.unit.code.is_async:
            return None
        return target

    def _stores(self, target: Context, name: str) -> bool:
        runs_once = self.context.unit.code.kind == "module"
        for register, store in target.unit.find(SetAttr):
            if store.name == name and target.unit.always_runs(register):
                is_passed = isinstance(target.unit.code.instructions[store.base], Param)
                if (is_passed or runs_once) and self.engine.value(target, store.base) == {self.owner}:
                    return True
        return False

    def is_same(self, write: AnyInstruction) -> bool:
        """Whether a write goes to the object that is read: through the same register, or to what is made here once."""
        if not isinstance(write, (SetItem, SetAttr, DelAttr)):
            return False
        if write.base == self.read.base:
            return True
        return self.is_single and self.engine.value(self.context, write.base) == {self.owner}

    def writes_before(self, read: Register) -> frozenset[Register]:
        """The certain writes that a read may come after."""
        unit = self.context.unit
        loops = unit.in_loop(read)
        earlier = [one for one in self._candidates() if one != read and (loops or not before(unit, read, one))]
        return frozenset(write for write in earlier if self.writes(write))

    def sees(self, read: Register, writer: Writer | None, writes: frozenset[Register]) -> bool:
        """Whether control can come from a writer to a read past all the certain writes.

        Of an object that this activation has not made, an older one may have written, and nothing here since.
        """
        if writer is None:
            return True
        unit = self.context.unit
        other, register = writer
        if other is not self.context:
            if other.unit.name != "__init__" or not isinstance(unit.code.instructions[self.read.base], Call):
                return True
            register = self.read.base
        is_older = self.made_here is None and other is self.context
        return _leads_past(unit, unit.place(register), read, writes) or (
            is_older and _leads_past(unit, (0, -1), read, writes)
        )


def _is_single(owner: Value) -> bool:
    """Whether a value stands for one object of the whole program: a module, or a class that no function makes."""
    if not isinstance(owner, Class):
        return isinstance(owner, ModuleValue)
    parent = owner.unit.parent
    while parent is not None and parent.code.kind == "class":
        parent = parent.parent
    return parent is not None and parent.code.kind == "module"


def _made_once(context: Context, owner: Value) -> Register | None:
    """The instruction of this activation that made an object, where it made no other."""
    if not isinstance(owner, Instance) or owner.context is not context or not isinstance(owner.site, int):
        return None
    if owner.unit is not context.unit or context.unit.in_loop(owner.site):
        return None
    return owner.site


def _entries(target: _Target, register: Register, write: Register) -> Values | None:
    from truthline.program.engine.attributes import inherited

    engine, context, owner, read = target.engine, target.context, target.owner, target.read
    found: set[Value] = set()
    entries: list[tuple[Value, Writer | None]] = []
    if isinstance(read, Attr):
        if isinstance(owner, Instance) and _has_data_descriptor(engine, owner, read.name):
            return None
        entries += engine.heap.field(owner, read.name)
        if isinstance(context.unit.code.instructions[write], DelAttr):
            if not isinstance(owner, Instance):
                return None
            found.update(inherited(engine, owner, read.name))
    elif isinstance(owner, Instance):
        if not owner.cls.unit.model:
            return None
        for key in engine.value(context, read.key):
            entries += [(value, writer) for _, value, writer in engine.heap.item_entries(owner, key)]
    writes = target.writes_before(register)
    found.update(value for value, writer in entries if target.sees(register, writer, writes))
    return frozenset(found)


def _has_data_descriptor(engine: Engine, owner: Instance, name: str) -> bool:
    from truthline.program.engine.attributes import class_members

    _, members = class_members(engine, owner.cls, name)
    return any(isinstance(member, Instance) and class_members(engine, member.cls, "__set__")[1] for member in members)


def lasting_stores(unit: Unit, name: str) -> frozenset[Register]:
    """The assignments to a captured variable that functions inside can see.

    They see nothing before they are made, and nothing that is overwritten before anybody can run them.
    """
    stores = [register for register, one in unit.find(StoreCell) if one.owner == unit.code.index and one.name == name]
    if len(stores) < 2:
        return frozenset(stores)
    makers = [unit.place(inner.maker) for inner in unit.inner if inner.captures(unit.code.index, name)]
    made = {place for place in makers if place is not None}
    return frozenset(store for store in stores if _lasts(unit, store, frozenset(stores), made))


def _lasts(unit: Unit, store: Register, stores: frozenset[Register], makers: set[tuple[int, int]]) -> bool:
    place = unit.place(store)
    if place is None:
        return False
    alive = _after(unit, makers)
    pending = [(place[0], place[1] + 1)]
    seen: set[int] = set()
    while pending:
        number, start = pending.pop()
        block = unit.code.blocks[number]
        overwritten = False
        for place_in_block in range(start, len(block.registers)):
            register = block.registers[place_in_block]
            if register in stores:
                overwritten = True
                break
            runs = isinstance(unit.code.instructions[register], _RUNS_OTHERS)
            if runs and alive.get(number, len(block.registers)) <= place_in_block:
                return True
        following = block.handlers if overwritten else (*block.successors, *block.handlers)
        pending += [(one, 0) for one in following if one not in seen]
        seen.update(following)
    return False


def _after(unit: Unit, places: set[tuple[int, int]]) -> dict[int, int]:
    """By block, the place from which on one of the places has been passed."""
    found: dict[int, int] = {}
    pending: list[int] = []
    for number, place in places:
        found[number] = min(found.get(number, place + 1), place + 1)
        pending += unit.code.blocks[number].successors
        pending += unit.code.blocks[number].handlers
    seen: set[int] = set()
    while pending:
        number = pending.pop()
        if number not in seen:
            seen.add(number)
            found[number] = 0
            pending += unit.code.blocks[number].successors
            pending += unit.code.blocks[number].handlers
    return found


def _is_read_before(unit: Unit, base: Register) -> bool:
    """Whether the base is made again in a loop: then an older object may be meant."""
    return False if base < 0 else unit.in_loop(base) and not isinstance(unit.code.instructions[base], (Call, Build))


def before(unit: Unit, first: Register, second: Register) -> bool:
    """Whether `first` is executed on every way to `second`: dominance, and no exception before it leads there."""
    one, two = unit.place(first), unit.place(second)
    if one is None or two is None:
        return False
    if one[0] == two[0]:
        return one[1] < two[1]
    if not unit.dominance.dominates(one[0], two[0]):
        return False
    return two[0] not in unit.reached_by_raising(one[0]) or not _may_be_skipped(unit, first, one)


def _may_be_skipped(unit: Unit, register: Register, place: tuple[int, int]) -> bool:
    """Whether something before an instruction in its block may raise, or it itself before it has done its work."""
    block = unit.code.blocks[place[0]]
    earlier = [unit.code.instructions[one] for one in block.registers[: place[1]]]
    return isinstance(unit.code.instructions[register], Call) or any(isinstance(one, _RUNS_OTHERS) for one in earlier)


def _leads_past(unit: Unit, start: tuple[int, int] | None, read: Register, writes: frozenset[Register]) -> bool:
    """Whether control can come from behind a place to a read without any of the writes."""
    blocks = unit.code.blocks
    pending = [start or (0, -1)]
    seen: set[int] = set()
    while pending:
        number, passed = pending.pop()
        leads_on, raises = True, passed >= 0
        for register in blocks[number].registers[passed + 1 :]:
            if register == read:
                return True
            leads_on = register not in writes
            may_raise = Call if register in writes else _RUNS_OTHERS
            raises = raises or isinstance(unit.code.instructions[register], may_raise)
            if not leads_on:
                break
        following = (*(blocks[number].successors if leads_on else ()), *(blocks[number].handlers if raises else ()))
        pending += [(one, -1) for one in following if one not in seen]
        seen.update(following)
    return False
