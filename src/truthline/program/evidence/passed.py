"""Where a call puts its arguments, and the literals that it passes to a function which it is known to call."""

from __future__ import annotations

from truthline.facts.code import AnyInstruction, Call, Const, MakeFunction
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context, Function, Instance, Method, Value
from truthline.program.evidence.terms import Site


def passed_truth(engine: Engine, site: Site, unit: Unit, index: int) -> bool | None:
    """Whether a call passes a true literal for a parameter of a function; None where it passes something else."""
    context, register = site
    call = context.unit.code.instructions[register]
    if not isinstance(call, Call) or call.stars or any(name is None for name, _ in call.keywords):
        return None
    spec, offset = unit.code.params[index], sole_offset(engine, context, call, unit)
    if offset is None or spec.kind not in ("positional", "positional-only", "keyword"):
        return None
    named = [value for name, value in call.keywords if name == spec.name]
    placed = call.args[index - offset : index - offset + 1] if index >= offset and spec.kind != "keyword" else ()
    given = (*named, *placed)
    passed = context.unit.code.instructions[given[0]] if given else _default(unit, index)
    return bool(passed.value) if isinstance(passed, Const) else None


def bound_before(callee: Value, unit: Unit) -> int | None:
    """How many arguments stand before those that a call writes; None where this is not what is called."""
    if isinstance(callee, Function):
        return 0 if callee.unit is unit else None
    if isinstance(callee, Method):
        inner = bound_before(callee.function, unit)
        return None if inner is None else inner + 1
    if isinstance(callee, Class):
        return 1 if unit.name in ("__init__", "__new__", "__call__", "__post_init__") else None
    if isinstance(callee, Instance):
        return 1 if unit.name == "__call__" else None
    return None


def sole_offset(engine: Engine, context: Context, call: Call, unit: Unit) -> int | None:
    """The same for all values that a call may mean this function by; None where they differ, or it is none of them."""
    found = {bound_before(callee, unit) for callee in engine.value(context, call.func)} - {None}
    return found.pop() if len(found) == 1 else None


def _default(unit: Unit, index: int) -> AnyInstruction | None:
    made = unit.parent.code.instructions[unit.maker] if unit.parent is not None and unit.maker >= 0 else None
    for number, register in made.defaults if isinstance(made, MakeFunction) else ():
        if number == index and unit.parent is not None:
            return unit.parent.code.instructions[register]
    return None
