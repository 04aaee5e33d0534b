"""What is known of a decision's answer on the way that control has taken.

A fact says of a register, or of a part of what it holds (an element, a field, an item), whether it is true: for
sure, or as the decision has answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.units import Unit

Truth = Literal["true", "false", "as-answered", "against-answer"]
Part = int | str | None
Fact = tuple[Register, Part, Truth]
Facts = frozenset[Fact]

ANY_PART = "*"
"""A part of an object that says what the decision has answered, whatever it is called."""
_REASONS = frozenset(
    ("missing", "reason", "reasons", "error", "errors", "message", "messages", "failures", "violations")
)
"""Parts that say why not: there is something in them where the answer is no."""
_OPPOSITE: dict[Truth, Truth] = {
    "true": "false",
    "false": "true",
    "as-answered": "against-answer",
    "against-answer": "as-answered",
}


def root(unit: Unit, register: Register) -> Register:
    """The register that names and annotations only pass on."""
    instruction = unit.code.instructions[register]
    while isinstance(instruction, (ir.Hint, ir.Narrow, ir.Await, ir.Bind)):
        operand = instruction.base if isinstance(instruction, ir.Await) else instruction.value
        if operand is None:
            break
        register = operand
        instruction = unit.code.instructions[register]
    return register


def truth(unit: Unit, register: Register, facts: Facts) -> Truth | None:
    """Whether a register is true, as far as is known."""
    register = root(unit, register)
    known = _known(facts, register, None)
    if known is not None:
        return known
    instruction = unit.code.instructions[register]
    match instruction:
        case ir.Const(value=value):
            return "true" if value else "false"
        case ir.Build(kind="tuple", items=items) if items:
            return "true"
        case ir.Unpack(base=base, index=index, star=star) if star < 0 or index < star:
            return _part(unit, base, index, facts)
        case ir.Item(base=base, key=key):
            return _part(unit, base, _key(unit, key), facts)
        case ir.Attr(base=base, name=name):
            return _part(unit, base, name, facts)
        case ir.Call(func=func, args=(key, *_)) if (asked := _asked_by_key(unit, func)) is not None:
            return _part(unit, asked, _key(unit, key), facts)
        case ir.Unary(op="not", operand=operand):
            said = truth(unit, operand, facts)
            return _OPPOSITE[said] if said is not None else None
        case ir.Compare(op=op, left=left, right=right, negated=negated) if op in ("is", "eq", "ne"):
            return _compared(unit, left, right, negated != (op == "ne"), facts)
        case ir.Call(args=(argument,), keywords=(), func=func) if _is_bool(unit, func):
            return truth(unit, argument, facts)
        case _:
            return None


def parts(unit: Unit, register: Register, facts: Facts) -> Iterable[tuple[Part, Truth]]:
    """What is known of a register and of the parts of what it holds."""
    register = root(unit, register)
    whole = truth(unit, register, facts)
    if whole is not None:
        yield None, whole
    yield from ((part, known) for one, part, known in facts if one == register and part is not None)
    instruction = unit.code.instructions[register]
    named: list[tuple[Part, Register]] = []
    if isinstance(instruction, ir.Build) and not instruction.stars:
        named = list(enumerate(instruction.items))
    elif isinstance(instruction, ir.Call):
        named = [(name, value) for name, value in instruction.keywords if name is not None]
        named += list(enumerate(instruction.args))
    elif isinstance(instruction, ir.BuildDict):
        named = [(_text(unit, key), value) for key, value in instruction.items if key is not None]
    for part, value in named:
        known = truth(unit, value, facts) if part is not None else None
        if known is not None:
            yield part, known


def answered(facts: Facts, answer: bool) -> Facts:
    """The facts once it is known what the decision has answered."""
    said: dict[Truth, Truth] = {
        "as-answered": "true" if answer else "false",
        "against-answer": "false" if answer else "true",
    }
    return frozenset((register, part, said.get(known, known)) for register, part, known in facts)


def arriving(unit: Unit, source: int, target: int, facts: Facts) -> Facts:
    """The facts after going from one block to another: phis are what came by this way."""
    found = set(facts)
    for register in unit.code.blocks[target].registers:
        phi = unit.code.instructions[register]
        if not isinstance(phi, ir.Phi):
            continue
        found = {one for one in found if one[0] != register}
        taken = {argument for argument, origin in zip(phi.args, phi.sources, strict=False) if origin == source}
        if len(taken) == 1:
            found.update((register, part, known) for part, known in parts(unit, taken.pop(), facts))
    return frozenset(found)


def _known(facts: Facts, register: Register, part: Part) -> Truth | None:
    found = {known for one, piece, known in facts if one == register and piece == part}
    if not found and isinstance(part, str) and part != ANY_PART:
        whole = _known(facts, register, ANY_PART)
        return _OPPOSITE[whole] if whole is not None and part in _REASONS else whole
    return found.pop() if len(found) == 1 else None


def _part(unit: Unit, base: Register, part: Part, facts: Facts) -> Truth | None:
    """What is known of a part of what a register holds."""
    if part is None:
        return None
    known = _known(facts, root(unit, base), part)
    if known is None:
        known = next((said for one, said in parts(unit, base, facts) if one == part), None)
    return known


def _key(unit: Unit, register: Register) -> Part:
    named = unit.code.instructions[register]
    return named.value if isinstance(named, ir.Const) and isinstance(named.value, (int, str)) else None


def _asked_by_key(unit: Unit, func: Register) -> Register | None:
    """The mapping of which `mapping.get` is asked."""
    named = unit.code.instructions[func]
    return named.base if isinstance(named, ir.Attr) and named.name == "get" else None


def _compared(unit: Unit, left: Register, right: Register, negated: bool, facts: Facts) -> Truth | None:
    """A comparison with True or False."""
    for one, other in ((left, right), (right, left)):
        literal = unit.code.instructions[root(unit, other)]
        if isinstance(literal, ir.Const) and isinstance(literal.value, bool):
            asked = truth(unit, one, facts)
            if asked is None:
                return None
            return asked if literal.value != negated else _OPPOSITE[asked]
    return None


def _is_bool(unit: Unit, func: Register) -> bool:
    named = unit.code.instructions[func]
    return isinstance(named, ir.Load) and named.name == "bool"


def _text(unit: Unit, register: Register) -> str | None:
    named = unit.code.instructions[register]
    return named.value if isinstance(named, ir.Const) and isinstance(named.value, str) else None
