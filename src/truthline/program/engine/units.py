"""Codes as the engine sees them: with their file, their parent and who uses which register."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

from truthline.facts.code import (
    AnyInstruction,
    Attr,
    Await,
    Binary,
    Bind,
    Build,
    BuildDict,
    Call,
    Caught,
    Code,
    Compare,
    Const,
    DelAttr,
    DelItem,
    Enter,
    Format,
    Hint,
    Import,
    ImportFrom,
    Instruction,
    Item,
    Join,
    Leave,
    Literal_,
    Load,
    LoadCell,
    MakeClass,
    MakeFunction,
    Narrow,
    Next,
    Param,
    Phi,
    Raise,
    Register,
    Return,
    SetAttr,
    SetItem,
    StoreCell,
    StoreGlobal,
    Test,
    Unary,
    Unpack,
    Yield,
    YieldFrom,
)
from truthline.program.engine.blocks import Dominance, looping, ways_out

Kind = TypeVar("Kind", bound=Instruction)


_EXECUTES = (
    Attr, Await, Binary, BuildDict, Call, Compare, DelAttr, DelItem, Enter, Format, Import, ImportFrom, Item, Leave,
    Load, MakeClass, Next, Raise, SetAttr, SetItem, Test, Unary, Unpack, YieldFrom,
)  # fmt: skip
_OWN = (Const, Literal_, Param, MakeFunction, MakeClass, Build, BuildDict, Join)
_NAME = Load("__name__")
"""What a module is called does not tell whether it is the one that was started."""
_CHECKS = ("isinstance", "issubclass", "callable")


def operands(instruction: AnyInstruction) -> tuple[Register, ...]:
    """The registers that an instruction reads."""
    read = _READS.get(type(instruction))
    return read(instruction) if read is not None else ()


def _maybe(register: Register | None) -> tuple[Register, ...]:
    return () if register is None else (register,)


_READS: dict[type[Instruction], Callable[[Any], tuple[Register, ...]]] = {
    **dict.fromkeys((Attr, DelAttr, Next, Unpack, Await, Enter, Leave, YieldFrom), lambda one: (one.base,)),
    **dict.fromkeys((Bind, StoreGlobal, StoreCell, Yield, Return, Format, Test), lambda one: (one.value,)),
    **dict.fromkeys((Raise, Hint), lambda one: _maybe(one.value)),
    **dict.fromkeys((Item, DelItem), lambda one: (one.base, one.key)),
    **dict.fromkeys((Binary, Compare), lambda one: (one.left, one.right)),
    Call: lambda one: (one.func, *one.args, *(value for _, value in one.keywords)),
    Phi: lambda one: one.args,
    Caught: lambda one: _maybe(one.types),
    Narrow: lambda one: (one.value, *_maybe(one.types)),
    SetAttr: lambda one: (one.base, one.value),
    SetItem: lambda one: (one.base, one.key, one.value),
    Unary: lambda one: (one.operand,),
    Join: lambda one: one.parts,
    Build: lambda one: one.items,
    BuildDict: lambda one: tuple(part for pair in one.items for part in pair if part is not None),
    MakeFunction: lambda one: tuple(value for _, value in one.defaults),
    MakeClass: lambda one: (*one.bases, *(value for _, value in one.keywords), *_maybe(one.namespace)),
}
"""How each instruction names what it reads: every instruction of every body that is looked at is asked for it."""


class Unit:
    """One code of one module. Units are compared by identity."""

    def __init__(self, module: str, file: str, code: Code, parent: Unit | None, model: bool) -> None:
        self.module = module
        self.file = file
        self.code = code
        self.parent = parent
        self.model = model
        self.inner: list[Unit] = []
        if parent is not None:
            parent.inner.append(self)

    def __repr__(self) -> str:
        return f"<{self.symbol}>"

    @cached_property
    def symbol(self) -> str:
        """`module:Qual.name`; the module alone for its own body."""
        return f"{self.module}:{self.code.qualname}" if self.code.qualname else self.module

    @cached_property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.code.qualname.rpartition(".")[2]

    @cached_property
    def is_function(self) -> bool:
        """Whether this is a function or lambda."""
        return self.code.kind in ("function", "lambda")

    @cached_property
    def owner(self) -> Unit | None:
        """The class in whose body this function stands."""
        parent = self.parent
        return parent if parent is not None and parent.code.kind == "class" else None

    def find(self, kind: type[Kind]) -> list[tuple[Register, Kind]]:
        """Every instruction of a kind, with its register."""
        found: list[tuple[Register, Kind]] = self._by_kind.get(kind, [])  # type: ignore[assignment]
        return found

    @cached_property
    def _by_kind(self) -> dict[type[Instruction], list[tuple[Register, AnyInstruction]]]:
        found: dict[type[Instruction], list[tuple[Register, AnyInstruction]]] = {}
        for register, instruction in enumerate(self.code.instructions):
            found.setdefault(type(instruction), []).append((register, instruction))
        return found

    @cached_property
    def namespace(self) -> Register | None:
        """Of a class that `type(...)` makes, where its maker has the members."""
        made = self.parent.code.instructions[self.maker] if self.parent is not None and self.maker >= 0 else None
        return made.namespace if isinstance(made, MakeClass) else None

    @cached_property
    def paired(self) -> dict[Register, tuple[Register, ...]]:
        """The calls and stores of items that take several parts of one row (`for name, f in rows: put(name, f)`)."""
        rows: dict[Register, list[Register]] = {}
        for register, part in self.find(Unpack):
            if part.star < 0:
                rows.setdefault(part.base, []).append(register)
        found: dict[Register, tuple[Register, ...]] = {}
        for parts in rows.values():
            users = [user for part in parts for user in dict.fromkeys(self.uses.get(part, ()))]
            for user in users if len(parts) > 1 else ():
                if users.count(user) > 1 and isinstance(self.code.instructions[user], (Call, SetItem)):
                    found[user] = tuple(parts)
        return found

    @cached_property
    def executable(self) -> tuple[Register, ...]:
        """The instructions that can execute other code, in the order of the text."""
        placed = [register for block in self.code.blocks for register in block.registers]
        found = [register for register in placed if self.can_execute(register)]
        return tuple(sorted(found, key=self.code.where))

    def can_execute(self, register: Register) -> bool:
        """Whether an instruction can execute other code."""
        instruction = self.code.instructions[register]
        if isinstance(instruction, Build):
            return instruction.kind == "set" or bool(instruction.stars)
        return instruction.grouped if isinstance(instruction, Caught) else isinstance(instruction, _EXECUTES)

    @cached_property
    def uses(self) -> dict[Register, list[Register]]:
        """By register, the instructions that read it."""
        found: dict[Register, list[Register]] = {}
        for register, instruction in enumerate(self.code.instructions):
            for operand in operands(instruction):
                found.setdefault(operand, []).append(register)
        return found

    @cached_property
    def _places(self) -> dict[Register, tuple[int, int]]:
        return {
            register: (number, place)
            for number, block in enumerate(self.code.blocks)
            for place, register in enumerate(block.registers)
        }

    def place(self, register: Register) -> tuple[int, int] | None:
        """Block and place in the block; None for an instruction that control cannot come to."""
        return self._places.get(register)

    @cached_property
    def dominance(self) -> Dominance:
        """Which blocks stand on every way to which."""
        return Dominance(self.code.blocks)

    @cached_property
    def decided(self) -> frozenset[int]:
        """The blocks that end in a test which what is passed, or made here, decides."""
        found: set[int] = set()
        for number, block in enumerate(self.code.blocks):
            asked = self.code.instructions[block.test] if block.test is not None else None
            if isinstance(asked, Test) and len(block.successors) == 2 and self._is_own(asked.value):
                found.add(number)
        return frozenset(found)

    @cached_property
    def plain(self) -> frozenset[int]:
        """The blocks to which control can come whatever the decided tests answer."""
        blocks = self.code.blocks
        found = {0}
        pending = [0]
        while pending:
            number = pending.pop()
            successors = () if number in self.decided else blocks[number].successors
            for following in (*successors, *blocks[number].handlers):
                if following not in found:
                    found.add(following)
                    pending.append(following)
        return frozenset(found)

    @cached_property
    def guarded(self) -> frozenset[Register]:
        """The instructions that only a decided test lets control come to."""
        if not self.decided:
            return frozenset()
        blocks = enumerate(self.code.blocks)
        return frozenset(
            register for number, block in blocks if number not in self.plain for register in block.registers
        )

    @cached_property
    def predecessors(self) -> list[list[int]]:
        """By block, those from which control comes to it."""
        found: list[list[int]] = [[] for _ in self.code.blocks]
        for number, block in enumerate(self.code.blocks):
            for following in dict.fromkeys(ways_out(block)):
                found[following].append(number)
        return found

    def _is_own(self, register: Register) -> bool:
        """Whether a register depends on nothing but parameters, literals and what is made here."""
        known = self._known_own
        seen = {register}
        pending = [register]
        while pending:
            one = pending.pop()
            if known.get(one):
                continue
            instruction = self.code.instructions[one]
            asked = () if isinstance(instruction, _OWN) else self._asked(instruction)
            if asked is None or known.get(one) is False:
                known[register] = False
                return False
            pending += [following for following in asked if following not in seen]
            seen.update(asked)
        known.update(dict.fromkeys(seen, True))
        return True

    @cached_property
    def _known_own(self) -> dict[Register, bool]:
        """What was answered so far: a test in a chain of them asks no further than the one before."""
        return {}

    def _asked(self, instruction: AnyInstruction) -> tuple[Register, ...] | None:
        """The operands on which it depends whether an answer is certain; None where it never is."""
        if isinstance(instruction, Compare):
            sides = (instruction.left, instruction.right)
            if any(self.code.instructions[one] == _NAME for one in sides):
                return None
            unnamed = tuple(one for one in sides if not self._is_named(one))
            return unnamed or None
        if isinstance(instruction, Call):
            func = self.code.instructions[instruction.func]
            is_check = isinstance(func, Load) and func.name in _CHECKS and len(instruction.args) > 0
            return instruction.args[:1] if is_check and not instruction.stars else None
        if isinstance(instruction, LoadCell):
            return () if self._is_captured_parameter(instruction) else None
        return operands(instruction) if isinstance(instruction, (Phi, Hint, Narrow, Unary)) else None

    def _is_named(self, register: Register) -> bool:
        """A name of the module, or a dotted one: what a parameter is compared with is a constant, class or member."""
        instruction = self.code.instructions[register]
        while isinstance(instruction, Attr):
            instruction = self.code.instructions[instruction.base]
        return isinstance(instruction, Load)

    def _is_captured_parameter(self, load: LoadCell) -> bool:
        """Whether a captured variable is a parameter that nothing assigns again."""
        owner: Unit | None = self
        while owner is not None and owner.code.index != load.owner:
            owner = owner.parent
        stores = owner.stores_of(load.name) if owner is not None else []
        if len(stores) != 1 or stores[0][0] is not owner:
            return False
        value = owner.code.instructions[stores[0][1].value]
        return isinstance(value, Param)

    def stores_of(self, name: str) -> list[tuple[Unit, StoreCell]]:
        """The assignments to a captured variable of this function, its own and those of functions inside."""
        units = [self]
        found: list[tuple[Unit, StoreCell]] = []
        while units:
            unit = units.pop()
            units += unit.inner
            for _, store in unit.find(StoreCell):
                if store.owner == self.code.index and store.name == name:
                    found.append((unit, store))
        return found

    def always_runs(self, register: Register) -> bool:
        """Whether every way through the body leads past the instruction."""
        place = self.place(register)
        ends = [number for number, block in enumerate(self.code.blocks) if not block.successors]
        reached = [number for number in ends if self.dominance.dominates(0, number)]
        return place is not None and all(self.dominance.dominates(place[0], number) for number in reached)

    def in_loop(self, register: Register) -> bool:
        """Whether control can come back to the instruction."""
        place = self.place(register)
        return place is not None and place[0] in self._looping

    def reached_by_raising(self, block: int) -> frozenset[int]:
        """The blocks that control can come to where a block raises, before it comes to that block again."""
        found = self._by_raising.get(block)
        if found is None:
            reached: set[int] = set()
            pending = list(self.code.blocks[block].handlers)
            while pending:
                one = pending.pop()
                if one not in reached and one != block:
                    reached.add(one)
                    pending += ways_out(self.code.blocks[one])
            found = self._by_raising[block] = frozenset(reached)
        return found

    @cached_property
    def _by_raising(self) -> dict[int, frozenset[int]]:
        return {}

    @cached_property
    def _looping(self) -> frozenset[int]:
        return looping(self.code.blocks)

    def captures(self, owner: int, name: str) -> bool:
        """Whether this code, or one inside it, reads a captured variable of `owner`."""
        return any(load.owner == owner and load.name == name for _, load in self.find(LoadCell)) or any(
            inner.captures(owner, name) for inner in self.inner
        )

    @cached_property
    def bindings(self) -> dict[str, list[tuple[Register, Bind]]]:
        """The visible binds of a module or class body, by name."""
        found: dict[str, list[tuple[Register, Bind]]] = {}
        for register, bind in self.find(Bind):
            if not bind.hidden:
                found.setdefault(bind.name, []).append((register, bind))
        return found

    @cached_property
    def maker(self) -> Register:
        """The register of the parent in which this function or class is made."""
        if self.parent is None:
            return -1
        makers: Iterable[tuple[Register, MakeFunction | MakeClass]] = (
            *self.parent.find(MakeFunction),
            *self.parent.find(MakeClass),
        )
        return next((register for register, maker in makers if maker.code == self.code.index), -1)

    def depends_on(self, registers: Iterable[Register]) -> frozenset[int]:
        """The parameters on which the registers may depend; -1 stands for captured variables."""
        found: set[int] = set()
        for register in registers:
            found |= self._dependencies(register)
        return frozenset(found)

    @cached_property
    def collecting(self) -> frozenset[int]:
        """The parameters that hold what a call or a model makes: `*args`, `**kwargs`, and what `__init__` fills."""
        gathered = [index for index, spec in enumerate(self.code.params) if spec.kind in ("vararg", "kwarg")]
        return frozenset([0, *gathered] if self.model and self.name == "__init__" else gathered)

    @cached_property
    def returned_parameters(self) -> frozenset[int]:
        """The parameters on which what is returned may depend."""
        return self.depends_on(instruction.value for _, instruction in self.find(Return))

    def _dependencies(self, register: Register) -> frozenset[int]:
        if not self.code.params and not self.find(LoadCell):
            return frozenset()
        known = self._known_dependencies.get(register)
        if known is not None:
            return known
        seen = {register}
        stack = [register]
        found: set[int] = set()
        while stack:
            instruction = self.code.instructions[stack.pop()]
            if isinstance(instruction, Param):
                found.add(instruction.index)
            elif isinstance(instruction, LoadCell):
                found.add(-1)
            for operand in operands(instruction):
                if operand in self._known_dependencies:
                    found |= self._known_dependencies[operand]
                elif operand not in seen:
                    seen.add(operand)
                    stack.append(operand)
        result = frozenset(found)
        self._known_dependencies[register] = result
        return result

    @cached_property
    def _known_dependencies(self) -> dict[Register, frozenset[int]]:
        return {}


_INDEXED = frozenset((LoadCell, StoreCell, Import, MakeClass))


class FileIndex:
    """Where the units of a file touch a name, by syntax alone."""

    def __init__(self, units: tuple[Unit, ...]) -> None:
        self.units = units
        self.attributes: dict[str, list[tuple[Unit, Register]]] = {}
        self.stores: dict[str, list[tuple[Unit, Register]]] = {}
        self.loads: dict[str, list[tuple[Unit, Register]]] = {}
        self.cells: dict[tuple[int, str], list[tuple[Unit, Register]]] = {}
        self.cell_stores: dict[tuple[int, str], list[tuple[Unit, Register]]] = {}
        self.global_stores: dict[str, list[tuple[Unit, Register]]] = {}
        self.imports: dict[str, list[tuple[Unit, Register]]] = {}
        self.classes: list[tuple[Unit, Register, MakeClass]] = []
        named: dict[type[Instruction], dict[str, list[tuple[Unit, Register]]]] = {
            Attr: self.attributes,
            SetAttr: self.stores,
            Load: self.loads,
            StoreGlobal: self.global_stores,
            ImportFrom: self.imports,
        }
        for unit in units:
            self._read(unit, named)

    def _read(self, unit: Unit, named: dict[type[Instruction], dict[str, list[tuple[Unit, Register]]]]) -> None:
        for register, instruction in enumerate(unit.code.instructions):
            kind = type(instruction)
            if kind in named:
                named[kind].setdefault(instruction.name, []).append((unit, register))  # type: ignore[union-attr]
            elif kind in _INDEXED:
                self._note(unit, register, instruction)

    def _note(self, unit: Unit, register: Register, instruction: AnyInstruction) -> None:
        if isinstance(instruction, LoadCell):
            self.cells.setdefault((instruction.owner, instruction.name), []).append((unit, register))
        elif isinstance(instruction, StoreCell):
            self.cell_stores.setdefault((instruction.owner, instruction.name), []).append((unit, register))
        elif isinstance(instruction, Import):
            self.imports.setdefault(instruction.module, []).append((unit, register))
        elif isinstance(instruction, MakeClass):
            self.classes.append((unit, register, instruction))
