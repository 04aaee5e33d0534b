"""Where in a program's text a column is named as something to be written, and where that goes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.units import Unit, operands
from truthline.program.engine.values import Class
from truthline.program.influence.guarded import Guards

_READING = re.compile(r"\s*SELECT\b", re.IGNORECASE)
_GETTERS = ("getattr", "hasattr", "get")
_MERGES = ("merge", "bulk_save_objects")
_FILLS = ("append", "extend", "insert", "add", "update", "setdefault", "appendleft")


class Mentions:
    """The instructions that name guarded columns, or constants that do, by function or module body.

    An attribute that is only read, a subscript and a comparison name nothing to be written; nor does what an object is
    made with, unless it is merged into a session.
    """

    def __init__(self, guards: Guards) -> None:
        self.engine = guards.engine
        self._guards = guards
        self._word = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, guards.spelled)))})\b", re.IGNORECASE)

    def all(self) -> dict[Unit, set[Register]]:
        """The registers, by unit."""
        found: dict[Unit, set[Register]] = {}
        constants: dict[str, dict[str, None]] = {}
        for module in self._modules():
            for unit in self.engine.bodies.units(module):
                named = {register for register in range(len(unit.code.instructions)) if self._names(unit, register)}
                if named and unit.code.kind != "class":
                    found[unit] = named
                for name in () if unit.is_function else self._constants(unit):
                    constants.setdefault(name, {})[module] = None
        for name, modules in sorted(constants.items()):
            for unit, register in self._users(name, modules):
                found.setdefault(unit, set()).add(register)
        return found

    def _modules(self) -> list[str]:
        spelled = {form for word in self._guards.spelled for form in (word, word.lower(), word.upper())}
        found = {module.name for form in spelled for module in self.engine.modules.files_mentioning(form)}
        return sorted(found)

    def _names(self, unit: Unit, register: Register) -> bool:
        """Whether an instruction names a column as something to be written."""
        match unit.code.instructions[register]:
            case ir.SetAttr(name=name):
                return self._is_word(name)
            case ir.Call(keywords=keywords):
                named = any(name is not None and self._is_word(name) for name, _ in keywords)
                return named and not self._makes_new_object(unit, register)
            case ir.Const(value=str(text)) if self._word.search(text) and not _READING.match(text):
                return self._is_written(unit, register)
            case ir.BuildDict(items=items):
                keys = [unit.code.instructions[key] for key, _ in items if key is not None]
                return any(isinstance(key, ir.Attr) and self._is_word(key.name) for key in keys)
        return False

    def _is_word(self, name: str) -> bool:
        return self._word.fullmatch(name) is not None

    def _makes_new_object(self, unit: Unit, register: Register) -> bool:
        """Whether a call makes an object of an analysed class, which is a new row at most."""
        call = unit.code.instructions[register]
        if not isinstance(call, ir.Call) or any(attribute.name in _MERGES for _, attribute in unit.find(ir.Attr)):
            return False
        callees = self.engine.solver.solve(self.engine.node(self.engine.ambient(unit), call.func))
        return bool(callees) and all(isinstance(one, Class) for one in callees)

    def _is_written(self, unit: Unit, register: Register) -> bool:
        """Whether a text goes anywhere but into what only looks something up by it."""
        users = unit.uses.get(register, ())
        return not users or any(not _looks_up(unit, unit.code.instructions[user]) for user in users)

    def _constants(self, body: Unit) -> Iterable[str]:
        """The names that a module or a class, mapped ones aside, binds to what names a column."""
        for name, bound in body.bindings.items() if self._guards.mapping(body) is None else ():
            if any(self._is_made_of_names(body, bind.value) for _, bind in bound):
                yield name

    def _is_made_of_names(self, body: Unit, register: Register) -> bool:
        pending, seen = [register], {register}
        while pending:
            one = pending.pop()
            if self._names(body, one):
                return True
            inner = [each for each in operands(body.code.instructions[one]) if each not in seen]
            seen.update(inner)
            pending += inner
        return False

    def _users(self, name: str, modules: Iterable[str]) -> Iterable[tuple[Unit, Register]]:
        """What loads a constant: in its own module, and where both it and its module are named."""
        for defining in modules:
            others = {one.name for one in self.engine.modules.files_mentioning(defining.rpartition(".")[2])}
            for module in self.engine.modules.files_mentioning(name):
                if module.name == defining or module.name in others:
                    index = self.engine.bodies.index(module.name)
                    for local in sorted(self.engine.modules.local_names(module, name)):
                        yield from (*index.loads.get(local, ()), *index.attributes.get(local, ()))


def _looks_up(unit: Unit, user: ir.Instruction) -> bool:
    """Whether an instruction is a subscript that is read, a comparison, `getattr(x, name)` or `x.get(name)`."""
    if not isinstance(user, ir.Call):
        return isinstance(user, (ir.Item, ir.Compare))
    func = unit.code.instructions[user.func]
    return isinstance(func, (ir.Load, ir.Attr)) and func.name in _GETTERS


class Spread:
    """What the instructions of a function do with some registers: what is made of them, and what they are put into."""

    def __init__(self, unit: Unit, seeds: Iterable[Register]) -> None:
        self.unit = unit
        self.registers: set[Register] = set()
        pending = list(seeds)
        while pending:
            register = pending.pop()
            if register not in self.registers:
                self.registers.add(register)
                pending += unit.uses.get(register, ())
                pending += self._filled(register)

    def _filled(self, register: Register) -> tuple[Register, ...]:
        """What an instruction puts a value into."""
        instruction = self.unit.code.instructions[register]
        if isinstance(instruction, (ir.SetAttr, ir.SetItem)):
            return (instruction.base,)
        func = self.unit.code.instructions[instruction.func] if isinstance(instruction, ir.Call) else None
        return (func.base,) if isinstance(func, ir.Attr) and func.name in _FILLS else ()

    @property
    def escapes(self) -> bool:
        """Whether a caller may see something of it: it is returned, or stored in what is passed in."""
        return any(
            isinstance(self.unit.code.instructions[register], (ir.Return, ir.Yield, ir.SetAttr, ir.SetItem))
            for register in self.registers
        )

    @property
    def captured(self) -> Iterable[tuple[Unit, Register]]:
        """Where functions inside read a variable that holds something of it."""
        for register in sorted(self.registers):
            store = self.unit.code.instructions[register]
            if isinstance(store, ir.StoreCell):
                yield from _loads(self.unit, self.unit.code.index, store.name)


def _loads(unit: Unit, owner: int, name: str) -> Iterable[tuple[Unit, Register]]:
    for inner in unit.inner:
        yield from (
            (inner, register) for register, load in inner.find(ir.LoadCell) if (load.owner, load.name) == (owner, name)
        )
        yield from _loads(inner, owner, name)
