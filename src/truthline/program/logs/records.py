"""What is taken out of a log record by a method that formats it, and by what it calls."""

from __future__ import annotations

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Constant, Context, Function
from truthline.program.evidence.terms import Place
from truthline.program.influence.graph import Site
from truthline.program.influence.sites import Sites
from truthline.program.logs.definitions import Definitions, called_name
from truthline.program.slices import Slice

_READS_ONE = frozenset(("get", "pop", "setdefault", "__getitem__"))
_OWN = frozenset(("getMessage",))


class Printed(msgspec.Struct, frozen=True):
    """What a formatter prints of a record's fields.

    `every` says that it prints all of them, but those in `dropped`; else it prints `names`. What cannot be read off its
    code counts as printed.
    """

    formatter: str
    names: frozenset[str] = frozenset()
    every: bool = False
    dropped: frozenset[str] = frozenset()

    def prints(self, name: str) -> bool:
        """Whether a field can ever be seen."""
        return name in self.names or (self.every and name not in self.dropped)

    def plus(self, other: Printed) -> Printed:
        """What either prints."""
        every = self.every or other.every
        dropped = [one.dropped for one in (self, other) if one.every]
        common = frozenset.intersection(*dropped) if dropped else frozenset()
        return Printed(self.formatter, self.names | other.names, every, common)


class Read(msgspec.Struct, frozen=True):
    """What a `format` method takes out of the record; whether it lets its base format the record too."""

    printed: Printed
    asks_base: bool


class RecordReader:
    """Follows the record through a `format` method and what it calls."""

    def __init__(self, engine: Engine, method: Unit) -> None:
        self.engine = engine
        self.method = method
        self.slice = Slice(engine, [engine.ambient(method, deep=True)])
        self.sites = Sites(self.slice)
        self.definitions = Definitions(self.sites)
        self.names: set[str] = set()
        self.dropped: set[str] = set()
        self.every = False
        self.asks_base = False

    def read(self, reference: str) -> Read:
        """Looks at every instruction to which the record, or its dict, comes."""
        for context in self.slice.arrivals:
            for register, instruction in enumerate(context.unit.code.instructions):
                if context.unit.place(register) is None:
                    continue
                if isinstance(instruction, ir.Attr) and self._is_record(context, instruction.base):
                    self._attribute(context, register, instruction.name)
                elif isinstance(instruction, ir.Call):
                    self._call(context, register, instruction)
        printed = Printed(reference, frozenset(self.names), self.every, frozenset(self.dropped - self.names))
        return Read(printed, self.asks_base)

    def _is_record(self, context: Context, register: Register) -> bool:
        for made in self.definitions.of(Place(context, register, None)):
            param = made.context.unit.code.instructions[made.register]
            if isinstance(param, ir.Param) and made.context.unit is self.method and param.index == 1:
                return True
        return False

    def _attribute(self, context: Context, register: Register, name: str) -> None:
        if name == "__dict__":
            self._dict(context, register)
        elif name not in _OWN and self._is_shown(context, register):
            self.names.add(name)

    def _is_shown(self, context: Context, register: Register) -> bool:
        """Whether a value goes anywhere but into a test."""
        users = context.unit.uses.get(register, ())
        return any(not isinstance(context.unit.code.instructions[user], (ir.Test, ir.Compare)) for user in users)

    def _call(self, context: Context, register: Register, call: ir.Call) -> None:
        name = called_name(context.unit, call)
        records = [one for one in call.args if self._is_record(context, one)]
        records += [one for _, one in call.keywords if self._is_record(context, one)]
        if not records:
            return
        if name == "hasattr":
            return
        if name == "getattr" and len(call.args) > 1:
            if self._is_shown(context, register):
                self._keyed(context, call.args[1])
        elif name == "vars":
            self._dict(context, register)
        elif self._is_base_format(context, call, name):
            self.asks_base = True
        elif not self.sites.called(Site(context, register)) and name not in ("isinstance", "id", "usesTime"):
            self.every = True

    def _is_base_format(self, context: Context, call: ir.Call, name: str) -> bool:
        """`super().format(record)`, `logging.Formatter.format(self, record)`."""
        if name not in ("format", "formatMessage"):
            return False
        values = self.engine.value(context, call.func)
        return not any(isinstance(one, Function) for one in values)

    def _keyed(self, context: Context, key: Register) -> None:
        """A field by a name that is a value: constants, or keys that are gone through."""
        texts = self._texts(context, key)
        if texts is None:
            self._whole(context)
        else:
            self.names.update(texts)

    def _texts(self, context: Context, register: Register) -> list[str] | None:
        """The texts that a register holds, where they are all known."""
        values = self.engine.value(context, register)
        texts = [one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)]
        return texts if texts and len(texts) == len(values) else None

    # -- the record's dict --------------------------------------------------------------------

    def _dict(self, context: Context, register: Register) -> None:
        """How the dict of the record is used: key by key, or as a whole."""
        unit = context.unit
        for user in unit.uses.get(register, ()):
            one = unit.code.instructions[user]
            if isinstance(one, ir.Item) and one.base == register:
                self._keyed(context, one.key)
            elif isinstance(one, ir.Compare) and one.op == "contains":
                continue
            elif isinstance(one, ir.Attr) and one.name in _READS_ONE:
                for call in (unit.code.instructions[each] for each in unit.uses.get(user, ())):
                    if isinstance(call, ir.Call) and call.args:
                        self._keyed(context, call.args[0])
            else:
                self._whole(context)

    def _whole(self, context: Context) -> None:
        """All fields are gone through, but for what a membership test in the same function lets pass or leaves out."""
        admitted = self._tested(context, negated=False)
        left_out = self._tested(context, negated=True)
        if admitted and not left_out:
            self.names.update(admitted)
            return
        self.every = True
        self.dropped |= left_out

    def _tested(self, context: Context, *, negated: bool) -> set[str]:
        """The constant keys of a membership test that a way on which a field is taken has to pass."""
        found: set[str] = set()
        for register, one in context.unit.find(ir.Compare):
            if one.op != "contains" or context.unit.place(register) is None:
                continue
            if self._passes_when_absent(context, register, one) is negated:
                found |= self._members(context, one.left)
        return found

    def _passes_when_absent(self, context: Context, register: Register, one: ir.Compare) -> bool:
        """Whether a field goes on where it is not a member: `not in`, or `in` before a `continue`."""
        unit = context.unit
        for number, block in enumerate(unit.code.blocks):
            asked = unit.code.instructions[block.test] if block.test is not None else None
            if not isinstance(asked, ir.Test) or len(block.successors) != 2:
                continue
            value: Register = asked.value
            is_inverted = False
            inner = unit.code.instructions[value]
            while isinstance(inner, ir.Unary) and inner.op == "not":
                value, is_inverted = inner.operand, not is_inverted
                inner = unit.code.instructions[value]
            if value == register:
                on_true = self._leads_on(unit, number, block.successors[0])
                member_goes_on = on_true != (one.negated != is_inverted)
                return not member_goes_on
        return one.negated

    def _leads_on(self, unit: Unit, block: int, successor: int) -> bool:
        """Whether a branch does something before the loop begins again: `continue` alone does not."""
        code = unit.code.blocks[successor]
        is_back = any(unit.dominance.dominates(one, block) for one in code.successors)
        has_effect = any(unit.can_execute(register) for register in code.registers)
        return has_effect or not is_back

    def _members(self, context: Context, register: Register) -> set[str]:
        """The constant texts of a collection, a module's too."""
        found: set[str] = set()
        pending = [Place(context, register, None)]
        seen: set[Place] = set()
        while pending:
            place = pending.pop()
            if place in seen:
                continue
            seen.add(place)
            for made in self.definitions.of(place):
                built = made.context.unit.code.instructions[made.register]
                if isinstance(built, ir.Build):
                    for item in built.items:
                        found.update(self._texts(made.context, item) or ())
                elif isinstance(built, ir.Call):
                    pending += [made.beside(one) for one in built.args]
                elif isinstance(built, ir.Binary):
                    pending += [made.beside(built.left), made.beside(built.right)]
                elif isinstance(built, ir.BuildDict):
                    for key, _ in built.items:
                        found.update(self._texts(made.context, key) or () if key is not None else ())
        return found
