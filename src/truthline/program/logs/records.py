"""What is taken out of a log record by a method that formats it, and by what it calls."""

from __future__ import annotations

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Constant, Context, External, Instance, Method
from truthline.program.evidence.terms import Place
from truthline.program.influence.graph import Site
from truthline.program.influence.sites import Sites
from truthline.program.logs.definitions import Definitions, called_name
from truthline.program.slices import Slice

STOCK = ("logging.Formatter", "logging.BufferingFormatter")
"""The formatters of the standard library that print what their format string names."""
_READS_ONE = frozenset(("get", "pop", "setdefault", "__getitem__"))
_OWN = frozenset(("getMessage",))
_UNITES = frozenset(("or", "add"))
_COPIES = frozenset(("copy", "deepcopy"))
_SHOWS_NOTHING = frozenset(("isinstance", "id", "usesTime", "hasattr", *_COPIES))


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
        self.every = not self._takes_record()
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

    def _takes_record(self) -> bool:
        """Whether the record is a parameter of its own, and not one among `*args`."""
        params = self.method.code.params[:2]
        return len(params) == 2 and all("positional" in one.kind for one in params)

    def _is_record(self, context: Context, register: Register) -> bool:
        """Whether a register holds the record, or a copy of it."""
        for made in self.definitions.of(Place(context, register, None)):
            unit = made.context.unit
            one = unit.code.instructions[made.register]
            if isinstance(one, ir.Param) and unit is self.method and one.index == 1:
                return True
            if isinstance(one, ir.Call) and one.args and called_name(unit, one) in _COPIES:
                return self._is_record(made.context, one.args[0])
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
        if name == "getattr" and len(call.args) > 1:
            if self._is_shown(context, register):
                self._keyed(context, call.args[1])
        elif name == "vars":
            self._dict(context, register)
        elif self._is_base_format(context, call, name):
            self.asks_base = True
        elif name not in _SHOWS_NOTHING and not self._is_followed(context, register):
            self.every = True

    def _is_followed(self, context: Context, register: Register) -> bool:
        """Whether a call goes to analysed code, in which the record is met again."""
        called = self.sites.called(Site(context, register))
        return bool(called) and not any(one.unit.model for one in called)

    def _is_base_format(self, context: Context, call: ir.Call, name: str) -> bool:
        """`super().format(record)`, `logging.Formatter.format(self, record)`."""
        paths = [f"{base}.{name}" for base in STOCK]
        values = self.engine.value(context, call.func)
        if values and all(isinstance(one, External) and one.path in paths for one in values):
            return True
        return self._is_of_super(context.unit, call) and not any(isinstance(one, Method) for one in values)

    def _is_of_super(self, unit: Unit, call: ir.Call) -> bool:
        func = unit.code.instructions[call.func]
        above = unit.code.instructions[func.base] if isinstance(func, ir.Attr) else None
        return isinstance(above, ir.Call) and called_name(unit, above) == "super"

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
        admitted, left_out = self._tested(context)
        if admitted is not None:
            self.names.update(admitted - left_out)
            return
        self.every = True
        self.dropped |= left_out

    def _tested(self, context: Context) -> tuple[set[str] | None, set[str]]:
        """What tests of a key let pass alone (None where no test does, or not all of it is known), and leave out."""
        admitted: set[str] | None = None
        left_out: set[str] = set()
        for number, block in enumerate(context.unit.code.blocks):
            test = self._test_of_key(context, block)
            if test is None:
                continue
            one, is_inverted = test
            goes_on = [not self._goes_round(context.unit, number, successor) for successor in block.successors]
            if goes_on[0] is goes_on[1]:
                continue
            is_negated = one.negated or one.op == "ne"
            if goes_on[0] is (is_negated is is_inverted):
                known = self._all_members(context, one)
                admitted = known if admitted is None or known is None else admitted & known
            else:
                left_out |= self._members(context, one)
        return admitted, left_out

    def _test_of_key(self, context: Context, block: ir.Block) -> tuple[ir.Compare, bool] | None:
        """The comparison by which control leaves a block, where it is one of a key that is gone through; `not` it."""
        code = context.unit.code.instructions
        asked = code[block.test] if block.test is not None else None
        if not isinstance(asked, ir.Test) or len(block.successors) != 2:
            return None
        inner, is_inverted = code[asked.value], False
        while isinstance(inner, ir.Unary) and inner.op == "not":
            inner, is_inverted = code[inner.operand], not is_inverted
        if not isinstance(inner, ir.Compare) or inner.op not in ("contains", "eq", "ne"):
            return None
        key = inner.right if inner.op == "contains" else inner.left
        return (inner, is_inverted) if self._is_gone_through(context, key) else None

    def _is_gone_through(self, context: Context, register: Register) -> bool:
        """Whether a loop binds a value: `for key in`, `for key, value in`."""
        for made in self.definitions.of(Place(context, register, None)):
            code = made.context.unit.code.instructions
            one = code[made.register]
            if not isinstance(code[one.base] if isinstance(one, ir.Unpack) else one, ir.Next):
                return False
        return True

    def _goes_round(self, unit: Unit, block: int, successor: int) -> bool:
        """Whether a branch does nothing before the loop begins again, as `continue` does."""
        while not unit.dominance.dominates(successor, block):
            code = unit.code.blocks[successor]
            if len(code.successors) != 1 or any(unit.can_execute(register) for register in code.registers):
                return False
            successor = code.successors[0]
        return True

    def _all_members(self, context: Context, one: ir.Compare) -> set[str] | None:
        """All texts for which a comparison holds; None where there may be others."""
        if one.op != "contains":
            texts = self._texts(context, one.right)
            return set(texts) if texts is not None else None
        found: set[str] = set()
        for value in self.engine.value(context, one.left):
            if not isinstance(value, Instance) or not value.cls.unit.model:
                return None
            is_mapping = value.cls.unit.name == "dict"
            for key, item, _ in self.engine.heap.contents(value):
                member = key if is_mapping else item
                if not isinstance(member, Constant) or not isinstance(member.value, str):
                    return None
                found.add(member.value)
        return found or None

    def _members(self, context: Context, one: ir.Compare) -> set[str]:
        """Texts for which a comparison certainly holds."""
        if one.op != "contains":
            return set(self._texts(context, one.right) or ())
        return self._listed(context, one.left)

    def _listed(self, context: Context, register: Register) -> set[str]:
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
                elif isinstance(built, ir.Binary) and built.op in _UNITES:
                    pending += [made.beside(built.left), made.beside(built.right)]
                elif isinstance(built, ir.BuildDict):
                    for key, _ in built.items:
                        found.update(self._texts(made.context, key) or () if key is not None else ())
        return found
