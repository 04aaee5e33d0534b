"""Literals that a call passes to a function which it is known to call."""

from __future__ import annotations

from truthline.facts.code import AnyInstruction, Call, Const, MakeFunction
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Function, Method
from truthline.program.evidence.terms import Site


def passed_truth(engine: Engine, site: Site, unit: Unit, index: int) -> bool | None:
    """Whether a call passes a true literal for a parameter of a function; None where it passes something else."""
    context, register = site
    call = context.unit.code.instructions[register]
    if not isinstance(call, Call) or call.stars or any(name is None for name, _ in call.keywords):
        return None
    spec, offset = unit.code.params[index], _offset(engine, site, call, unit)
    if offset is None or spec.kind not in ("positional", "positional-only", "keyword"):
        return None
    named = [value for name, value in call.keywords if name == spec.name]
    placed = call.args[index - offset : index - offset + 1] if index >= offset and spec.kind != "keyword" else ()
    given = (*named, *placed)
    passed = context.unit.code.instructions[given[0]] if given else _default(unit, index)
    return bool(passed.value) if isinstance(passed, Const) else None


def _offset(engine: Engine, site: Site, call: Call, unit: Unit) -> int | None:
    """How many arguments stand before those that are written; None where another function may be meant."""
    offsets: set[int | None] = set()
    for callee in engine.value(site[0], call.func):
        bound = 0
        value = callee
        while isinstance(value, Method):
            value, bound = value.function, bound + 1
        offsets.add(bound if isinstance(value, Function) and value.unit is unit else None)
    return offsets.pop() if len(offsets) == 1 else None


def _default(unit: Unit, index: int) -> AnyInstruction | None:
    made = unit.parent.code.instructions[unit.maker] if unit.parent is not None and unit.maker >= 0 else None
    for number, register in made.defaults if isinstance(made, MakeFunction) else ():
        if number == index and unit.parent is not None:
            return unit.parent.code.instructions[register]
    return None
