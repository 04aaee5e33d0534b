"""Whether what is done with a register could change a container that it holds: by syntax and names alone.

Who looks for what is put into a container reads a place only where this says that it matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from truthline.facts.code import (
    Attr,
    Await,
    Binary,
    Bind,
    Build,
    BuildDict,
    Call,
    Const,
    DelItem,
    Enter,
    Hint,
    Item,
    MakeFunction,
    Narrow,
    Next,
    Param,
    Phi,
    Register,
    Return,
    SetAttr,
    SetItem,
    StoreCell,
    StoreGlobal,
    Unpack,
    Yield,
    YieldFrom,
)
from truthline.program.engine.units import Unit

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

_MUTATORS = {
    "append", "add", "insert", "extend", "update", "setdefault", "appendleft", "extendleft", "pop", "popitem",
    "popleft", "remove", "discard", "clear", "sort", "reverse", "put", "put_nowait", "move_to_end", "__setitem__",
    "__ior__", "__iadd__",
}  # fmt: skip
GIVES = {"get", "values", "items", "pop", "popitem", "popleft", "setdefault", "copy", "__getitem__"}
"""The methods of containers that return what they hold."""
_LOOK = {
    "len", "print", "str", "repr", "isinstance", "bool", "any", "all", "sum", "id", "hash", "type", "join", "format",
    "dumps", "dump", "debug", "info", "warning", "error", "exception", "critical", "log",
}  # fmt: skip
"""What is called by such a name only looks at its arguments."""
_COPY = {
    "list", "tuple", "set", "frozenset", "dict", "sorted", "enumerate", "zip", "reversed", "iter", "next", "min", "max",
}  # fmt: skip
"""What is called by such a name returns what its arguments hold."""
ALIASES = (Phi, Hint, Narrow, Await)
TAKES_OUT = (Item, Next, Unpack, YieldFrom, Enter)
HANDS_ON = (*ALIASES, *TAKES_OUT)


class Changes:
    """Answers for registers, for what functions of a name do with arguments, and for what becomes of their results."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._changing: dict[tuple[Unit, Register, bool], bool] = {}
        self._writing: dict[tuple[str, bool], bool] = {}
        self._results: dict[tuple[str, bool], bool] = {}

    def may_change(self, unit: Unit, register: Register, inside: bool) -> bool:
        """Whether what is done with a register could change a container that it holds, or hand it on to where it is.

        `inside`: or a container in that one.
        """
        known = self._changing.get((unit, register, inside))
        if known is None:
            self._changing[unit, register, inside] = False  # a circle of phis adds nothing
            known = any(self._use_changes(unit, register, user, inside) for user in unit.uses.get(register, ()))
            self._changing[unit, register, inside] = known
        return known

    def _use_changes(self, unit: Unit, register: Register, user: Register, inside: bool) -> bool:
        instruction = unit.code.instructions[user]
        if isinstance(instruction, (SetItem, DelItem)):
            return instruction.base == register or getattr(instruction, "value", None) == register
        if isinstance(instruction, Attr):
            return instruction.name in _MUTATORS or (inside and self._changes_an_element(unit, user))
        if isinstance(instruction, (Bind, StoreGlobal, StoreCell, SetAttr)):
            return instruction.value == register
        if isinstance(instruction, Binary):
            return instruction.in_place and instruction.left == register
        if isinstance(instruction, Call):
            return register != instruction.func and self._passes_to_writer(unit, user, instruction, inside)
        if isinstance(instruction, (Return, Yield)):
            return unit.is_function and self.result_changes(unit, inside or isinstance(instruction, Yield))
        if isinstance(instruction, (Build, BuildDict)):
            return self.may_change(unit, user, True)
        if isinstance(instruction, MakeFunction):
            return True
        return isinstance(instruction, HANDS_ON if inside else ALIASES) and self.may_change(unit, user, inside)

    def _changes_an_element(self, unit: Unit, method: Register) -> bool:
        """Whether what a method of a container gives is changed: `hooks.get(name).append(f)`."""
        if getattr(unit.code.instructions[method], "name", None) not in GIVES:
            return False
        calls = (user for user in unit.uses.get(method, ()) if isinstance(unit.code.instructions[user], Call))
        return any(self.may_change(unit, call, True) for call in calls)

    def _passes_to_writer(self, unit: Unit, user: Register, call: Call, inside: bool) -> bool:
        """Whether a callee of that name may change an argument, keep it, or hand it on.

        Of what is not analysed that is assumed, but of a few names that everybody calls.
        """
        func = unit.code.instructions[call.func]
        name = getattr(func, "name", None)
        if not isinstance(name, str):
            return not isinstance(func, Const)
        if name in _LOOK or name in _COPY:
            gives = name in _COPY and inside and self.may_change(unit, user, True)
            return gives or self._writers_named(name, inside)
        return name in _MUTATORS or not self._is_defined(name) or self._writers_named(name, inside)

    def _is_defined(self, name: str) -> bool:
        return bool(self.engine.modules.files_defining(name))

    def _writers_named(self, name: str, inside: bool) -> bool:
        known = self._writing.get((name, inside))
        if known is None:
            self._writing[name, inside] = False
            known = self._writing[name, inside] = any(
                self._is_writer(unit, name, inside)
                for module in self.engine.modules.files_defining(name)
                for unit in self.engine.bodies.units(module.name)
            )
        return known

    def _is_writer(self, unit: Unit, name: str, inside: bool) -> bool:
        """Whether calling that name may run a function that changes what it receives, or fill a field with it."""
        if unit.code.kind == "class":
            return unit.name == name and not any(inner.name == "__init__" for inner in unit.inner)
        if not unit.is_function or not (unit.name == name or (unit.name == "__init__" and _class_name(unit) == name)):
            return False
        return any(
            self.may_change(unit, register, inside)
            for register, param in unit.find(Param)
            if param.index > 0 or unit.owner is None
        )

    def result_changes(self, unit: Unit, inside: bool) -> bool:
        """Whether anybody changes what a function of this name returns."""
        known = self._results.get((unit.name, inside))
        if known is None:
            self._results[unit.name, inside] = False
            known = self._results[unit.name, inside] = any(
                self.may_change(place, register, inside) for place, register in self._results_of(unit.name)
            )
        return known

    def _results_of(self, name: str) -> Iterable[tuple[Unit, Register]]:
        """Registers that may hold what a function or property of that name returns."""
        for place, register in self._named_places(name):
            for user in (register, *place.uses.get(register, ())):
                if isinstance(place.code.instructions[user], (Call, Attr)):
                    yield place, user
        for module in self.engine.modules.files_defining(name):
            for unit in self.engine.bodies.units(module.name):
                if unit.name == name and unit.is_function and unit.parent is not None:
                    for user in unit.parent.uses.get(unit.maker, ()):
                        call = unit.parent.code.instructions[user]
                        if isinstance(call, Call) and call.func == unit.maker:
                            yield unit.parent, user

    def _named_places(self, name: str) -> Iterable[tuple[Unit, Register]]:
        for module in self.engine.modules.files_mentioning(name):
            index = self.engine.bodies.index(module.name)
            yield from index.attributes.get(name, ())
            yield from index.loads.get(name, ())
            yield from index.imports.get(name, ())


def _class_name(unit: Unit) -> str:
    return unit.owner.name if unit.owner is not None else ""
