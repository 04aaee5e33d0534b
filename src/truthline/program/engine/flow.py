"""What a read can no longer see, because the same activation has overwritten it.

A write is certain when it names the same register as the read's base and stands before the read on every way.
It hides the writes before it that go through the same register, the display that made the object, and
what `__init__` left there. A deletion uncovers what the class has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from truthline.facts.code import (
    Attr,
    Await,
    Binary,
    Build,
    BuildDict,
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


_RUNS_OTHERS = (
    Attr, Await, Binary, Call, Compare, DelAttr, DelItem, Enter, Format, Item, Leave, MakeClass, Next, Raise, Return,
    SetAttr, SetItem, Test, Unary, Unpack, Yield, YieldFrom,
)  # fmt: skip


def surviving(engine: Engine, context: Context, register: Register) -> Values | None:
    """What an attribute or item read sees after a certain write; None where no write is certain."""
    read = context.unit.code.instructions[register]
    if isinstance(read, Attr):
        write = _last_write(context.unit, register, read.base, read.name, None)
    elif isinstance(read, Item):
        write = _last_write(context.unit, register, read.base, None, (engine, context, read.key))
    else:
        return None
    if write is None:
        return None
    (owner,) = engine.value(context, read.base)
    if isinstance(owner, Instance) and (owner.anywhere or _is_read_before(context.unit, read.base)):
        return None
    if not isinstance(owner, (Instance, Class, ModuleValue)):
        return None
    engine.value(context, write)
    return _entries(engine, context, owner, read, write)


def _entries(engine: Engine, context: Context, owner: Value, read: Attr | Item, write: Register) -> Values | None:
    from truthline.program.engine.attributes import inherited

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
    for value, writer in entries:
        if not _hidden(context, writer, read.base, write):
            found.add(value)
    return frozenset(found)


def _has_data_descriptor(engine: Engine, owner: Instance, name: str) -> bool:
    from truthline.program.engine.attributes import class_members

    _, members = class_members(engine, owner.cls, name)
    return any(isinstance(member, Instance) and class_members(engine, member.cls, "__set__")[1] for member in members)


def _hidden(context: Context, writer: Writer | None, base: Register, write: Register) -> bool:
    """Whether an entry was certainly overwritten by `write`."""
    if writer is None:
        return False
    other, register = writer
    if other is context:
        if register == write:
            return False
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, (Build, BuildDict)):
            return register == base
        same = isinstance(instruction, (SetAttr, SetItem)) and instruction.base == base
        return same and before(context.unit, register, write)
    made_here = isinstance(context.unit.code.instructions[base], Call)
    return made_here and other.unit.name == "__init__"


def _last_write(
    unit: Unit,
    read: Register,
    base: Register,
    name: str | None,
    keyed: tuple[Engine, Context, Register] | None,
) -> Register | None:
    """The last write before the read, in the blocks that lead to it and to nothing else."""
    writes = [
        user
        for user in unit.uses.get(base, ())
        if user != read and _writes(unit, user, base, name, keyed) and before(unit, user, read)
    ]
    last: Register | None = None
    for write in writes:
        if last is None or before(unit, last, write):
            last = write
    return last


def _writes(
    unit: Unit, user: Register, base: Register, name: str | None, keyed: tuple[Engine, Context, Register] | None
) -> bool:
    instruction = unit.code.instructions[user]
    if isinstance(instruction, (SetAttr, DelAttr)):
        return name is not None and instruction.base == base and instruction.name == name
    if isinstance(instruction, SetItem) and keyed is not None and instruction.base == base:
        engine, context, key = keyed
        wanted, written = engine.value(context, key), engine.value(context, instruction.key)
        return len(wanted) == 1 and wanted == written and all(isinstance(one, Constant) for one in wanted)
    return False


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
    """Whether `first` is executed on every way to `second` (dominance)."""
    one, two = unit.place(first), unit.place(second)
    if one is None or two is None:
        return False
    if one[0] == two[0]:
        return one[1] < two[1]
    return one[0] in unit.dominators[two[0]]
