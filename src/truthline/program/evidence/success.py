"""What a function says by what it returns: a false value, and an object that says that it failed, are no success."""

from __future__ import annotations

from collections.abc import Mapping

from truthline.facts.code import Build, BuildDict, Call, Const, Register, Return, SetAttr, SetItem
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.terms import Site

FLAGS = ("success", "ok", "succeeded", "is_success")
"""Fields by which a result says how it went."""
_DEEPEST = 4


class Outcomes:
    """Judges returned values."""

    def __init__(self, queries: Queries) -> None:
        self.engine = queries.engine
        self._passing = queries.passing

    def is_failure(
        self,
        context: Context,
        register: Register,
        truths: Mapping[Register, bool],
        stack: tuple[Site, ...],
        depth: int = 0,
    ) -> bool:
        """Whether a returned value is no success. Of a function that returns nothing, every return is one."""
        if truths.get(register) is False:
            return True
        unit = context.unit
        instruction = unit.code.instructions[register]
        if isinstance(instruction, Const):
            return not instruction.value and (instruction.value is not None or returns_values(unit))
        if isinstance(instruction, Build) and instruction.kind == "tuple" and instruction.items:
            return self._is_false(context, instruction.items[0])
        if isinstance(instruction, (Build, BuildDict)) and not instruction.items:
            return True not in self._flags_set(context, register)
        if isinstance(instruction, BuildDict):
            return any(
                key is not None and self._is_flag(context, key) and self._is_false(context, value)
                for key, value in instruction.items
            )
        if isinstance(instruction, Call):
            return self._call_fails(context, register, instruction, stack, depth)
        return self.truth(context, register) is False

    def _call_fails(
        self, context: Context, register: Register, call: Call, stack: tuple[Site, ...], depth: int
    ) -> bool:
        """A result that is made with `success=False`, here or by every return of what is called."""
        flags = [value for name, value in (*call.keywords, *self._placed(context, call)) if name in FLAGS]
        if any(self._is_false(context, value) for value in flags) or self._flags_set(context, register) == {False}:
            return True
        callees = self._passing.callees(context, register)
        if not callees or depth >= _DEEPEST or any(callee.unit.name == "__init__" for callee in callees):
            return self.truth(context, register) is False
        inner = (*stack, (context, register))
        returns = [(callee, one.value) for callee in callees for _, one in callee.unit.find(Return)]
        return bool(returns) and all(
            returns_values(callee.unit) and self.is_failure(callee, value, {}, inner, depth + 1)
            for callee, value in returns
        )

    def _placed(self, context: Context, call: Call) -> list[tuple[str, Register]]:
        """The positional arguments of a class of the analysed code, with the names of what takes them."""
        classes = [
            one for one in self.engine.value(context, call.func) if isinstance(one, Class) and not one.unit.model
        ]
        if len(classes) != 1 or call.stars:
            return []
        inits = [one for one in self.engine.classes.methods_named(classes[0].unit, "__init__") if not one.model]
        names = [one.name for one in inits[0].code.params[1:]] if inits else self.engine.classes.parameters(classes[0])
        return list(zip(names, call.args, strict=False))

    def _flags_set(self, context: Context, register: Register) -> set[bool | None]:
        """What is put under the flags of a result after it was made; None for what is no literal."""
        unit = context.unit
        found: set[bool | None] = set()
        for user in unit.uses.get(register, ()):
            match unit.code.instructions[user]:
                case SetAttr(name=name, value=value) if name in FLAGS:
                    set_to = unit.code.instructions[value]
                case SetItem(key=key, value=value) if self._is_flag(context, key):
                    set_to = unit.code.instructions[value]
                case _:
                    continue
            found.add(bool(set_to.value) if isinstance(set_to, Const) else None)
        return found

    def truth(self, context: Context, register: Register) -> bool | None:
        """Whether a value is true, where it is always the same constant truth."""
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, Const):
            return bool(instruction.value)
        values = self.engine.value(context, register)
        answers = {bool(value.value) if isinstance(value, Constant) else None for value in values}
        return answers.pop() if len(answers) == 1 else None

    def _is_false(self, context: Context, register: Register) -> bool:
        instruction = context.unit.code.instructions[register]
        return isinstance(instruction, Const) and not instruction.value

    def _is_flag(self, context: Context, register: Register) -> bool:
        instruction = context.unit.code.instructions[register]
        return isinstance(instruction, Const) and instruction.value in FLAGS


def returns_values(unit: Unit) -> bool:
    """Whether a function returns anything but None: else to come to its end is success."""
    for _, instruction in unit.find(Return):
        value = unit.code.instructions[instruction.value]
        if not (isinstance(value, Const) and value.value is None):
            return True
    return False
