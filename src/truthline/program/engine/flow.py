"""What a read can no longer see, because the same activation has overwritten it.

A write is certain when it names the same register as the read's base and stands before the read on every way.
It hides the writes before it that go through the same register, the display that made the object, and
what `__init__` left there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from truthline.facts.code import Attr, Build, BuildDict, Call, Item, Register, SetAttr, SetItem
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context, Instance, ModuleValue, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.heap import Writer


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
    found: set[Value] = set()
    entries: list[tuple[Value, Writer | None]] = []
    if isinstance(read, Attr):
        if isinstance(owner, Instance) and _has_data_descriptor(engine, owner, read.name):
            return None
        entries += engine.heap.field(owner, read.name)
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
    if isinstance(instruction, SetAttr):
        return name is not None and instruction.base == base and instruction.name == name
    if isinstance(instruction, SetItem) and keyed is not None and instruction.base == base:
        engine, context, key = keyed
        wanted, written = engine.value(context, key), engine.value(context, instruction.key)
        return len(wanted) == 1 and wanted == written and all(isinstance(one, Constant) for one in wanted)
    return False


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
