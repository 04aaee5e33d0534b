"""What registers and tests of a step are, in one iteration of its loops, for one field of a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from truthline.config.explosive import is_quick
from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.engine import Engine
from truthline.program.engine.protocols import iterate
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Constant, Context, Instance, Value, Values
from truthline.program.logs.definitions import called_name, written_text

Kind = Literal["absent", "told", "hidden"]
"""A field is not there; it is there as it was logged; it is there and tells nothing of what was logged."""
Hides = Callable[[Unit, Register], bool]
"""Whether what a call makes of a value tells nothing of it."""
State = dict[Register, object]
"""By the register of a mapping or a phi, its kind or the mapping that it is; by that of a `Next`, its iteration."""
RECORD = -1
"""The place in a state of what came in."""
_OF_TEXT = frozenset(("lower", "upper", "casefold", "strip", "title"))
_SEARCHES = frozenset(("search", "match", "fullmatch"))
_PASSING = (ir.Phi, ir.Narrow, ir.Format)
_DEEPEST = 50
"""Texts and values that are made of others, one in another; a loop may make each of the last."""
_LONGEST = 64
"""Letters of a text in which a pattern is searched."""
_MAPPINGS = frozenset(("dict", "Mapping", "MutableMapping", "LogRecord"))


class Step(msgspec.Struct, frozen=True):
    """A function that gets every record, in the context in which it was made, and the parameter that holds it.

    Without a `param` it makes the record itself. `inside` is the key under which the fields are, where they are not the
    record itself. A processor hands on what it returns.
    """

    unit: Unit
    context: Context
    param: int | None
    inside: str | None = None
    is_processor: bool = False


class FieldAnswers:
    """Answers for one step and one field."""

    def __init__(self, engine: Engine, step: Step, name: str, hides: Hides) -> None:
        self.engine = engine
        self.step = step
        self.unit = step.unit
        self.code = step.unit.code.instructions
        self.name = name
        self.hides = hides

    # -- what registers are -------------------------------------------------------------------

    def root(self, register: Register, state: State) -> Register | None:
        """The mapping that a register is, by its place in the state."""
        if isinstance(known := state.get(register), tuple):
            return known[1] if isinstance(known[1], int) else None
        one = self.code[register]
        match one:
            case ir.Param(index=index) if index == self.step.param and self.step.inside is None:
                return RECORD
            case ir.Item(base=base, key=key) if self.step.inside is not None:
                of_record = isinstance(self.code[base], ir.Param)
                return RECORD if of_record and self.text(key, state) == self.step.inside else None
            case ir.Call() if self.step.param is None and self._is_made(register):
                return RECORD
            case ir.BuildDict() | ir.Call() if register in state:
                return register
            case ir.Attr(base=base, name="__dict__") | ir.Narrow(value=base) | ir.Hint(value=int(base)):
                return self.root(base, state)
            case ir.Call(args=args) if called_name(self.unit, one) in ("vars", "cast") and args:
                return self.root(args[-1], state)
        return None

    def _is_made(self, register: Register) -> bool:
        """Whether a call makes the record that a factory returns."""
        return any(one.value == register for _, one in self.unit.find(ir.Return))

    def kind_of(self, register: Register, state: State, depth: int = 0) -> Kind:
        """Whether a value tells what was logged under the field; one that is nested too deep, as in itself, does."""
        if depth > _DEEPEST:
            return "told"
        known = state.get(register)
        if known in ("told", "hidden"):
            return as_kind(known)
        one = self.code[register]
        if isinstance(one, (ir.Const, ir.Literal_, ir.Compare, ir.Test)):
            return "hidden"
        if isinstance(one, ir.Call):
            if called_name(self.unit, one) in ("tuple", "list") and one.args:
                return self.kind_of(one.args[0], state, depth + 1)
            return "hidden" if self.hides(self.unit, register) else "told"
        if isinstance(one, ir.Build):
            return self._kind_of_all([*one.items, *self._stored(register)], state, depth + 1)
        if isinstance(one, ir.Join):
            return self._kind_of_all(one.parts, state, depth + 1)
        if isinstance(one, ir.Binary):
            return self._kind_of_all((one.left, one.right), state, depth + 1)
        if isinstance(one, ir.Item) and isinstance(self.code[one.key], ir.Build):
            return "hidden"  # a part of a text
        if isinstance(one, (ir.Narrow, ir.Format)):
            return self.kind_of(one.value, state, depth + 1)
        return "told"

    def _kind_of_all(self, registers: Iterable[Register], state: State, depth: int) -> Kind:
        return "told" if any(self.kind_of(one, state, depth) == "told" for one in registers) else "hidden"

    def _stored(self, container: Register) -> list[Register]:
        """What a comprehension puts into its list."""
        return [one.value for _, one in self.unit.find(ir.SetItem) if one.base == container]

    def items(self, base: Register, state: State) -> list[str] | None:
        """What a loop goes over: the field, where it goes over the record; or texts that are written down."""
        one = self.code[base]
        if isinstance(one, ir.Call):
            func = self.code[one.func]
            if called_name(self.unit, one) in ("list", "tuple", "sorted", "set", "iter", "dict") and one.args:
                return self.items(one.args[0], state)
            if isinstance(func, ir.Attr) and func.name in ("items", "keys", "copy") and not one.args:
                return self.items(func.base, state)
        root = self.root(base, state)
        if root is not None:
            return [] if as_kind(state.get(root)) == "absent" else [self.name]
        return self._texts(base)

    def _texts(self, register: Register) -> list[str] | None:
        """The texts that a container holds, where it holds nothing else."""
        held = elements(self.engine, self.step.context, register)
        texts = [one.value for one in held if isinstance(one, Constant) and isinstance(one.value, str)]
        return sorted(texts) if texts and len(texts) == len(held) else None

    def text(self, register: Register, state: State, above: frozenset[Register] = frozenset()) -> str | None:
        """The one text that a register holds in this iteration; `above` are those whose text is being asked."""
        same = self._same(register)
        if same & above or len(above) > _DEEPEST:
            return None
        written = (one for one in same if not isinstance(self.code[one], _PASSING))
        texts = {self._written(one, state, above | same) for one in written}
        return texts.pop() if len(texts) == 1 else None

    def _same(self, register: Register) -> frozenset[Register]:
        """The registers whose value this one may be, itself included: loops join in circles."""
        found = [register]
        for one in found:
            passing = self.code[one]
            if isinstance(passing, _PASSING):
                inner = passing.args if isinstance(passing, ir.Phi) else (passing.value,)
                found += [each for each in dict.fromkeys(inner) if each not in found]
        return frozenset(found)

    def _written(self, register: Register, state: State, above: frozenset[Register]) -> str | None:
        one = self.code[register]
        match one:
            case ir.Const(value=value):
                return value if isinstance(value, str) else None
            case ir.Next(base=base):
                items, place = self.items(base, state), state.get(register)
                return items[place] if items and isinstance(place, int) and place < len(items) else None
            case ir.Unpack(base=base, index=0):
                return self.text(base, state, above)
            case ir.Call(func=func, args=args):
                method = self.code[func]
                if isinstance(method, ir.Attr) and method.name in _OF_TEXT and not args:
                    inner_text = self.text(method.base, state, above)
                    return getattr(inner_text, method.name)() if inner_text is not None else None
                return self.text(args[0], state, above) if called_name(self.unit, one) == "str" and args else None
        values = self.engine.value(self.step.context, register)
        held = {value.value if isinstance(value, Constant) else None for value in values}
        found = held.pop() if len(held) == 1 else None
        return found if isinstance(found, str) else None

    # -- tests --------------------------------------------------------------------------------

    def truth(self, register: Register, state: State) -> bool | None:
        """The answer of a test for this field; None where it cannot be known."""
        one = self.code[register]
        match one:
            case ir.Unary(op="not", operand=inner):
                answer = self.truth(inner, state)
                return None if answer is None else not answer
            case ir.Narrow(value=inner):
                return self.truth(inner, state)
            case ir.Compare(op="contains", left=left, right=right, negated=negated):
                return _turned(self._contains(left, right, state), negated)
            case ir.Compare(op="eq" | "ne", left=left, right=right):
                texts = (self.text(left, state), self.text(right, state))
                return None if None in texts else (texts[0] == texts[1]) is (one.op == "eq")
            case ir.Call():
                return self._answered(one, state)
        return None

    def _contains(self, holder: Register, item: Register, state: State) -> bool | None:
        asked = self.text(item, state)
        root = self.root(holder, state)
        if root is not None:
            return as_kind(state.get(root)) != "absent" if asked == self.name else None
        held = self.text(holder, state)
        if asked is None:
            return None
        if held is not None:
            return asked in held
        texts = self._texts(holder)
        return None if texts is None else asked in texts

    def _answered(self, call: ir.Call, state: State) -> bool | None:
        """The answer of a call: of `hasattr`, `get`, `any`, methods of texts and searches."""
        func, name = self.code[call.func], called_name(self.unit, call)
        if name in ("hasattr", "getattr") and len(call.args) > 1:
            return self._is_there(self.root(call.args[0], state), call.args[1], state)
        if name == "isinstance" and len(call.args) > 1 and self.root(call.args[0], state) is not None:
            kinds = self.code[call.args[1]]
            return True if isinstance(kinds, (ir.Load, ir.Attr)) and kinds.name in _MAPPINGS else None
        if name in ("any", "all") and call.args:
            return self._of_all(name, call.args[0], state)
        if not isinstance(func, ir.Attr) or not call.args:
            return None
        if name == "get":
            return self._is_there(self.root(func.base, state), call.args[0], state)
        if name in _SEARCHES:
            return self._searched(call, func, state)
        asked = self.text(call.args[0], state)
        own = self.text(func.base, state)
        if own is not None and asked is not None and name in ("startswith", "endswith"):
            return own.startswith(asked) if name == "startswith" else own.endswith(asked)
        return None

    def _is_there(self, root: Register | None, key: Register, state: State) -> bool | None:
        if root is None or self.text(key, state) != self.name:
            return None
        return as_kind(state.get(root)) != "absent"

    def _of_all(self, name: str, container: Register, state: State) -> bool | None:
        """`any(s in key for s in NAMES)`: each text in turn."""
        stored = self._stored(container)
        loops = [(register, one) for register, one in self.unit.find(ir.Next)]
        answers: list[bool | None] = []
        for one in stored:
            asked = self.code[one]
            read = (asked.left, asked.right) if isinstance(asked, ir.Compare) else ()
            over = next(((loop, inner) for loop, inner in loops if loop in read), None)
            items = self.items(over[1].base, state) if over is not None else None
            if over is None or items is None:
                return None
            answers += [self.truth(one, {**state, over[0]: place}) for place in range(len(items))]
        if not stored or None in answers:
            return None
        return any(answers) if name == "any" else all(answers)

    def _searched(self, call: ir.Call, func: ir.Attr, state: State) -> bool | None:
        """A regular expression that is written down, in `re.search(...)` or in a compiled name."""
        compiled = self._compiled(func.base)
        if compiled is None and len(call.args) > 1:
            written = self.text(call.args[0], state)
            ignores_case = _ignores_case(self.unit, call, 2)
            asked = self.text(call.args[1], state)
        elif compiled is not None:
            written, ignores_case = compiled
            asked = self.text(call.args[0], state)
        else:
            return None
        if written is None or asked is None or ignores_case is None or len(asked) > _LONGEST:
            return None
        try:
            if not is_quick(written):
                return None
            return getattr(re, func.name)(written, asked, re.IGNORECASE if ignores_case else 0) is not None
        except (re.error, RecursionError, OverflowError):
            return None

    def _compiled(self, register: Register) -> tuple[str, bool | None] | None:
        """The text of a pattern that a module compiles, and whether it ignores case."""
        one = self.code[register]
        body = self.engine.module(self.unit.module)
        if not isinstance(one, ir.Load) or body is None:
            return None
        made = [body.unit.code.instructions[bind.value] for _, bind in body.unit.bindings.get(one.name, ())]
        if len(made) != 1 or not isinstance(made[0], ir.Call) or called_name(body.unit, made[0]) != "compile":
            return None
        text = written_text(body.unit, made[0].args[0]) if made[0].args else None
        return None if text is None else (text, _ignores_case(body.unit, made[0], 1))


def _ignores_case(unit: Unit, call: ir.Call, place: int) -> bool | None:
    """What the flags of `re.compile` or `re.search` say of case; None where they say anything else."""
    flags = [unit.code.instructions[one] for one in (*call.args[place:], *(value for _, value in call.keywords))]
    names = {one.name if isinstance(one, ir.Attr) else "" for one in flags}
    return bool(names) if names <= {"I", "IGNORECASE"} else None


def elements(engine: Engine, context: Context, register: Register) -> Values:
    """What the containers hold that a register holds."""

    def compute() -> Iterable[Value]:
        values = engine.value(context, register)
        return [one for value in values if isinstance(value, Instance) for one in iterate(engine, value)]

    found: Values = engine.solver.solve(engine.solver.node(("elements", context, register), compute))
    return found


def as_kind(value: object) -> Kind:
    return "told" if value == "told" else "hidden" if value == "hidden" else "absent"


def _turned(answer: bool | None, negated: bool) -> bool | None:
    return None if answer is None else answer is not negated
