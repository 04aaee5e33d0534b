"""What an `except` clause is written for: an instruction in its `try` that can fail in the way that it names."""

from __future__ import annotations

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context, External
from truthline.program.influence.outside import Outside, is_pure

_EVERYTHING = frozenset(("Exception", "BaseException"))
_LOOKUPS = frozenset(("KeyError", "IndexError", "LookupError"))
_OF_BUILTINS = {
    "int": frozenset(("ValueError", "TypeError", "OverflowError")),
    "float": frozenset(("ValueError", "TypeError", "OverflowError")),
    "next": frozenset(("StopIteration",)),
    "open": frozenset(("OSError", "IOError", "FileNotFoundError", "PermissionError")),
    "getattr": frozenset(("AttributeError",)),
}


def fails_as_expected(outside: Outside, context: Context, register: Register) -> bool:
    """Whether a clause around an instruction is written for a failure of it.

    Code that is not analysed may fail in any way; where it only makes something of its arguments, in a way that has a
    name. Of subscripts and of what is built in, it is known how they fail.
    """
    caught = _caught(context.unit, register)
    instruction = context.unit.code.instructions[register]
    if not caught:
        return False
    if isinstance(instruction, ir.Item):
        return bool(caught & (_LOOKUPS | _EVERYTHING))
    if not isinstance(instruction, ir.Call) or outside.only_logs(context, register, instruction):
        return False
    func = context.unit.code.instructions[instruction.func]
    if isinstance(func, ir.Load) and func.name in _OF_BUILTINS:
        return bool(caught & (_OF_BUILTINS[func.name] | _EVERYTHING))
    if not outside.is_external(context, instruction):
        return False
    paths = [one.path for one in outside.engine.value(context, instruction.func) if isinstance(one, External)]
    return not (paths and all(map(is_pure, paths))) or not caught <= _EVERYTHING


def _caught(unit: Unit, register: Register) -> frozenset[str]:
    """The last names of the exceptions that the clauses next around an instruction catch; none outside of a `try`."""
    place = unit.place(register)
    handlers = unit.code.blocks[place[0]].handlers if place is not None else ()
    return frozenset(name for handler in handlers for name in _names(unit, handler, set()))


def _names(unit: Unit, block: int, seen: set[int]) -> set[str]:
    """The names in the chain of clauses that begins at a block."""
    seen.add(block)
    code = unit.code.instructions
    clauses = [one for one in map(code.__getitem__, unit.code.blocks[block].registers) if isinstance(one, ir.Caught)]
    found = {name for clause in clauses for name in _classes(unit, clause.types)}
    for following in unit.code.blocks[block].successors if clauses else ():
        if following not in seen:
            found |= _names(unit, following, seen)
    return found


def _classes(unit: Unit, types: Register | None) -> set[str]:
    if types is None:
        return {"BaseException"}
    one = unit.code.instructions[types]
    if isinstance(one, ir.Build):
        return {name for item in one.items for name in _classes(unit, item)}
    return {one.name} if isinstance(one, (ir.Load, ir.Attr, ir.ImportFrom, ir.LoadCell)) else {"Exception"}
