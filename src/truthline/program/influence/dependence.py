"""What each instruction's value depends on, and what each block's execution does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.calls import suspended
from truthline.program.engine.flow import before, read_by
from truthline.program.engine.protocols import is_container, placed
from truthline.program.engine.reach import comes_from, reaches
from truthline.program.engine.units import Unit, operands
from truthline.program.engine.values import (
    Class,
    Constant,
    Context,
    External,
    Function,
    Instance,
    Method,
    ModuleValue,
    Opaque,
    Value,
)
from truthline.program.evidence.executed import Queries
from truthline.program.influence.chosen import is_slice
from truthline.program.influence.graph import Edge, Kind, Node, Site, held, runs, value, whole
from truthline.program.influence.memory import Memory
from truthline.program.influence.outside import Outside
from truthline.program.influence.parts import Parts
from truthline.program.influence.running import Running, block_of, into
from truthline.program.influence.sites import Sites
from truthline.program.influence.writings import intrinsic_of

_SCALARS = frozenset(("str", "int", "bool", "float", "bytes", "complex", "NoneType", "range", "slice"))
_CONTAINERS = frozenset(("list", "tuple", "set", "frozenset", "dict", "deque", "defaultdict", "OrderedDict"))
_MAPPINGS = frozenset(("dict", "defaultdict", "OrderedDict"))
_ASKING_WHOLE = frozenset(
    ("__len__", "__contains__", "__eq__", "index", "count", "issubset", "issuperset", "isdisjoint", "__bool__")
)
_INSIDE = {"elements": 0, "iterate": 0, "items": 0, "keys": 0, "key_list": 0, "next": 0, "iter": 0}
"""Intrinsics that return something of what an argument holds."""


class Dependence:
    """The edges of a question about influence, made when they are asked for."""

    def __init__(self, sites: Sites, queries: Queries) -> None:
        self.sites = sites
        self.engine = sites.engine
        self.memory = Memory(sites)
        self.outside = Outside(self.engine, queries)
        self.running = Running(sites, self.outside)
        self.parts = Parts(sites, self.memory)
        self._nodes: dict[Kind, Callable[[Node], Iterable[Edge]]] = {
            "value": self._value,
            "whole": self._whole,
            "runs": self.running.runs,
            "called": self.running.called,
            "returned": self._returned,
            "yielded": self._yielded,
            "raised": self.running.raised,
            "held": self._held,
            "part": self.parts.expand,
        }

    def expand(self, node: Node) -> Iterable[Edge]:
        """Everything that a node depends on directly."""
        edges = list(self._nodes[node.kind](node))
        self.engine.solver.settle()
        return edges

    def pass_in(self, site: Site, received: Node) -> Iterable[Edge]:
        """What a parameter of a called context receives at a call."""
        if received.kind == "part" or _is_captured(received):
            yield from self.parts.pass_in(site, received)
            return
        passed = self.sites.received(site, received)
        if passed.omitted:
            yield from (Edge(Node("value", *default), "anywhere") for default in self.sites.defaults(received))
        yield from (value(site.context, register) for register in passed.plain)
        yield from (whole(site.context, register) for register in passed.whole)
        for register, name in passed.parts:
            yield value(site.context, register)
            yield from self.memory.passed(site.context, site.register, register, name)

    # -- values -------------------------------------------------------------------------------

    def _value(self, node: Node) -> Iterable[Edge]:
        context = node.context
        if context is None or not reaches(self.engine, context, node.register):
            return ()
        instruction = context.unit.code.instructions[node.register]
        edges: Iterable[Edge] = _BY_INSTRUCTION.get(type(instruction), Dependence._operands)(
            self, context, node.register, instruction
        )
        return edges

    def _whole(self, node: Node) -> Iterable[Edge]:
        if node.context is None:
            return
        yield value(node.context, node.register)
        for one in self.engine.value(node.context, node.register):
            if isinstance(one, Instance) and not one.anywhere:
                yield held(one)

    def _held(self, node: Node) -> Iterable[Edge]:
        return self.memory.inside(node.thing) if node.thing is not None else ()

    def _operands(self, context: Context, register: Register, instruction: ir.AnyInstruction) -> Iterable[Edge]:
        yield from (value(context, operand) for operand in operands(instruction))
        yield from self._executed(context, register)

    def _nothing(self, context: Context, register: Register, instruction: ir.AnyInstruction) -> Iterable[Edge]:
        return ()

    def _executed(self, context: Context, register: Register, awaited: bool = False) -> Iterable[Edge]:
        """What the functions return that an instruction runs without being a call: special methods, properties.

        Of what was `awaited`, coroutines and generators have been asked where they were made.
        """
        for target in self.engine.execute(context, register).targets:
            waits = target.unit.code.is_async or target.unit.code.is_generator
            if target.unit.is_function and not (awaited and waits):
                yield into("returned", target, context, register)

    def _phi(self, context: Context, register: Register, one: ir.Phi) -> Iterable[Edge]:
        origins = comes_from(self.engine, context, register) if one.sources else None
        ways = zip(one.args, one.sources or one.args, strict=True)
        arguments = {argument for argument, source in ways if origins is None or source in origins} - {register}
        yield from (value(context, argument) for argument in sorted(arguments))
        place = context.unit.place(register)
        if place is None or _are_equal(context, _origins(context.unit, register)):
            return
        if one.sources:
            yield from self.running.chosen(context, self.running.control(context.unit).choosing(place[0]))
        else:
            yield runs(context, place[0])

    def named(self, context: Context, register: Register, one: ir.Load) -> Iterable[Edge]:
        """What a name of the module may hold."""
        module = context.unit.module
        body = self.engine.module(module)
        for bound, bind in body.unit.bindings.get(one.name, ()) if body is not None else ():
            if body is not None and body is not context:
                yield Edge(Node("value", body, bind.value), "anywhere")
                yield Edge(Node("runs", body, block_of(body.unit, bound)), "anywhere")
        for unit, store in self.engine.bodies.index(module).global_stores.get(one.name, ()):
            if unit is not context.unit or not _is_stored_again(unit, one.name, store, register):
                yield from self._stores_in(context, unit, store)
        yield from self.memory.attribute(context, register, self.engine.universe.make(ModuleValue, module), one.name)

    def _stores_in(self, context: Context, unit: Unit, register: Register) -> Iterable[Edge]:
        """A store to a name that others can see, wherever the slice comes to it, and in earlier calls."""
        for other in self.sites.of_unit(unit):
            if reaches(self.engine, other, register):
                yield from self.memory.writings.written(None, (other, register))

    def _imported(self, context: Context, register: Register, one: ir.ImportFrom) -> Iterable[Edge]:
        module = self.engine.names.absolute(context.unit, one.module, one.level)
        if self.engine.bodies.has(module):
            for unit, store in self.engine.bodies.index(module).global_stores.get(one.name, ()):
                yield from self._stores_in(context, unit, store)

    def _captured(self, context: Context, register: Register, one: ir.LoadCell) -> Iterable[Edge]:
        """What the function around has put there is asked of the calls, for they say which one they mean."""
        is_asked = _is_closed_over(context, one) and bool(self.sites.calling(context))
        yield from self.captured(context, register, one, own=not is_asked)

    def captured(self, context: Context, register: Register, one: ir.LoadCell, own: bool = True) -> Iterable[Edge]:
        """What a variable of an outer function may hold; what that function stores itself is left out if not `own`."""
        stores = self.engine.bodies.index(context.unit.module).cell_stores.get((one.owner, one.name), ())
        owner: Context | None = context
        while owner is not None and owner.unit.code.index != one.owner:
            owner = owner.closure
        for unit, store in stores:
            if owner is not None and unit is owner.unit:
                yield from self.memory.writings.written(context, (owner, store), captured=True) if own else ()
            else:
                yield from self._stores_in(context, unit, store)

    def _attribute(self, context: Context, register: Register, one: ir.Attr) -> Iterable[Edge]:
        yield value(context, one.base)
        yield from self._executed(context, register)
        for base in self.engine.value(context, one.base):
            yield from self.memory.attribute(context, register, base, one.name, one.base)
            yield from self.members(base, one.name)

    def members(self, base: Value, name: str) -> Iterable[Edge]:
        """What a class, or a module, binds under a name."""
        if isinstance(base, ModuleValue):
            body = self.engine.module(base.name)
            if body is not None:
                for _, bind in body.unit.bindings.get(name, ()):
                    yield Edge(Node("value", body, bind.value), "anywhere")
                for unit, store in self.engine.bodies.index(base.name).global_stores.get(name, ()):
                    for other in self.sites.of_unit(unit):
                        yield from self.memory.writings.written(None, (other, store))

    def _item(self, context: Context, register: Register, one: ir.Item) -> Iterable[Edge]:
        yield value(context, one.base)
        yield value(context, one.key)
        yield from self._executed(context, register)
        keys = self.engine.value(context, one.key)
        if keys and all(map(is_slice, keys)):
            yield whole(context, one.key)
            return  # what it takes stands in what it makes
        for base in self.engine.value(context, one.base):
            row = self.engine.classes.row(base.cls) if isinstance(base, Instance) else ()
            if row:
                for name in placed(row, keys):
                    yield from self.memory.attribute(context, register, base, name, one.base)
            elif isinstance(base, Instance):
                yield from self.memory.item(context, register, base, keys, one.base)

    def _next(self, context: Context, register: Register, one: ir.Next) -> Iterable[Edge]:
        bases = self.engine.value(context, one.base)
        if bases and all(_is_modelled_container(base) for base in bases):
            yield value(context, one.base)
            for base in bases:
                if isinstance(base, Instance) and base.cls.unit.name in _MAPPINGS:
                    yield from self.memory.keys_in(context, base)
                elif isinstance(base, Instance):
                    yield from self.memory.item(context, register, base, frozenset())
            return
        yield whole(context, one.base)
        yield from self._executed(context, register, awaited=True)

    def _await(self, context: Context, register: Register, one: ir.Await) -> Iterable[Edge]:
        yield value(context, one.base)
        yield from self._executed(context, register, awaited=True)

    def _unpack(self, context: Context, register: Register, one: ir.Unpack) -> Iterable[Edge]:
        yield value(context, one.base)
        yield from self._executed(context, register)
        if one.index == one.star:
            return  # what it takes stands in the list that it makes
        place = one.index if one.star < 0 or one.index < one.star else None
        key = self.engine.universe.constant(place) if place is not None else None
        for base in self.engine.value(context, one.base):
            row = self.engine.classes.row(base.cls) if isinstance(base, Instance) else ()
            for name in placed(row, () if key is None else (key,)):
                yield from self.memory.attribute(context, register, base, name, one.base)
            if isinstance(base, Instance) and not row:
                yield from self.memory.item(context, register, base, frozenset(() if key is None else (key,)), one.base)

    def _asked(self, context: Context, register: Register, one: ir.AnyInstruction) -> Iterable[Edge]:
        """An answer about everything that the operands hold: truth, comparison, text."""
        yield from (whole(context, operand) for operand in operands(one))
        yield from self._executed(context, register)

    def _combined(self, context: Context, register: Register, one: ir.Binary) -> Iterable[Edge]:
        """Of an operator that makes a container, the model says what comes into it."""
        made = self.engine.value(context, register)
        if made and all(_is_modelled_container(each) for each in made):
            yield from (value(context, operand) for operand in operands(one))
            yield from self._executed(context, register)
        else:
            yield from self._asked(context, register, one)

    def _compared(self, context: Context, register: Register, one: ir.Compare) -> Iterable[Edge]:
        if one.op == "is":
            yield value(context, one.left)
            yield value(context, one.right)
        elif one.op == "contains" and self._is_mapping(context, one.left):
            yield value(context, one.left)
            yield whole(context, one.right)
            keys = self.engine.value(context, one.right)
            for mapping in self.engine.value(context, one.left):
                if isinstance(mapping, Instance):
                    yield from self.memory.presence(context, register, mapping, keys)
        else:
            yield from self._asked(context, register, one)

    def _is_mapping(self, context: Context, register: Register) -> bool:
        """Whether this can only be a mapping of a model, told apart from all others."""
        values = self.engine.value(context, register)
        return bool(values) and all(_is_modelled_container(each, _MAPPINGS) for each in values)

    def _tested(self, context: Context, register: Register, one: ir.Test | ir.Unary) -> Iterable[Edge]:
        """The truth of a container depends on what is in it; that of another object only on itself."""
        (asked,) = operands(one)
        yield value(context, asked)
        yield from self._executed(context, register)
        for tested in self.engine.value(context, asked):
            if not isinstance(tested, Instance) or tested.anywhere:
                continue
            if tested.cls.unit.model or is_container(self.engine, tested):
                yield held(tested)

    def _caught(self, context: Context, register: Register, one: ir.Caught) -> Iterable[Edge]:
        place = context.unit.place(register)
        for block in self.running.protected_by(context.unit, place[0]) if place is not None else ():
            yield from self.running.raising(context, block)

    # -- calls --------------------------------------------------------------------------------

    def _call(self, context: Context, register: Register, call: ir.Call) -> Iterable[Edge]:
        if self.outside.only_logs(context, register, call):
            return
        name = intrinsic_of(self.engine, context, call)
        if name is not None:
            yield from self._intrinsic(context, register, call, name)
            return
        callees = self.engine.value(context, call.func)
        yield value(context, call.func)
        mapping = self._got_from(context, register, call)
        if mapping is not None:
            yield from self._got(context, register, call, mapping)
            return
        targets = [target for target in self.engine.execute(context, register).targets if target.unit.is_function]
        for target in targets:
            yield into("returned", target, context, register)
        yield from self._asked_back(context, register, targets)
        for outcome in self.engine.link(context, register):
            waiting = suspended(outcome)
            if waiting is not None:
                yield into("yielded" if waiting.unit.code.is_generator else "returned", waiting, context, register)
        if any(isinstance(callee, (External, Opaque)) for callee in callees):
            yield from (whole(context, argument) for argument in operands(call)[1:])
        elif self._has_fixed_length(context, call, targets):
            yield value(context, call.args[0])
        elif self.computes(context, register, targets) or (not targets and any(map(_is_modelled_class, callees))):
            yield from self._computed_from(context, call)

    def _got_from(self, context: Context, register: Register, call: ir.Call) -> Register | None:
        """What `mapping.get(key)` or `mapping.get(key, default)` asks, if only mappings that a model describes."""
        read = read_by(context.unit, register)
        if read is None or call.keywords or len(call.args) > 2:
            return None
        return read.base if self._is_mapping(context, read.base) else None

    def _got(self, context: Context, register: Register, call: ir.Call, base: Register) -> Iterable[Edge]:
        """What `get` finds under a key, or its default; whether there is something under the key decides which."""
        yield from (value(context, argument) for argument in call.args)
        for mapping in self.engine.value(context, base):
            if isinstance(mapping, Instance):
                keys = self.engine.value(context, call.args[0])
                yield from self.memory.item(context, register, mapping, keys, base)

    def _asked_back(self, context: Context, register: Register, targets: list[Context]) -> Iterable[Edge]:
        """What a builtin does with functions that it is handed may depend on what they return: `sorted` by a key."""
        if context.unit.model or not any(target.unit.module == "builtins" for target in targets):
            return
        for argument in operands(context.unit.code.instructions[register])[1:]:
            for one in self.engine.value(context, argument):
                if isinstance(one, Method) and isinstance(one.function, Function) and one.function.unit.model:
                    yield held(one.bound)  # a method of a container: `key=order.get`
        for target in self.sites.slice.effects(context, register).targets:
            code = target.unit.code
            if target.unit.is_function and target not in targets and not (code.is_async or code.is_generator):
                yield into("returned", target, context, register)

    def computes(self, context: Context, register: Register, targets: list[Context]) -> bool:
        """Whether a model makes a plain value out of its arguments, of which it does not say how."""
        modelled = [target for target in targets if target.unit.model]
        if not modelled or not all(_is_plain(one) for one in self.engine.value(context, register)):
            return False
        return any(_class_name(target) not in _CONTAINERS or target.unit.name in _ASKING_WHOLE for target in modelled)

    def _has_fixed_length(self, context: Context, call: ir.Call, targets: list[Context]) -> bool:
        """Whether `len` is asked of tuples whose length stands in the text, whatever is in them."""
        if not call.args or any(target.unit.symbol != "builtins:len" for target in targets):
            return False
        asked = self.engine.value(context, call.args[0])
        return bool(targets and asked) and all(map(_is_written_tuple, asked))

    def _computed_from(self, context: Context, call: ir.Call) -> Iterable[Edge]:
        yield from (whole(context, argument) for argument in operands(call)[1:])
        func = context.unit.code.instructions[call.func]
        if isinstance(func, ir.Attr):
            yield whole(context, func.base)

    def _intrinsic(self, context: Context, register: Register, call: ir.Call, name: str) -> Iterable[Edge]:
        if name == "item" and len(call.args) > 1:
            yield from (value(context, argument) for argument in call.args)
            keys = self.engine.value(context, call.args[1])
            for base in self.engine.value(context, call.args[0]):
                if isinstance(base, Instance):
                    for key in keys or (None,):
                        yield from self.memory.under(context, base, key)
        elif name == "zipped":
            yield from self.memory.writings.zipped(context, call)
        elif name in _INSIDE:
            yield from (whole(context, argument) for argument in call.args)
            yield from self._executed(context, register)
        elif name in ("getattr", "raw_getattr") and len(call.args) > 1:
            yield from self._named_attribute(context, register, call)
        elif name in ("await", "replaced", "field_dict"):
            yield from (value(context, argument) for argument in call.args)
        elif name not in ("touch_read", "remove", "new", "unknown", "external", "intrinsic"):
            yield from (whole(context, argument) for argument in call.args)
            yield from self._executed(context, register)

    def _named_attribute(self, context: Context, register: Register, call: ir.Call) -> Iterable[Edge]:
        yield from (value(context, argument) for argument in call.args)
        yield from self._executed(context, register)
        for name in self.engine.value(context, call.args[1]):
            for base in self.engine.value(context, call.args[0]):
                if isinstance(name, Constant) and isinstance(name.value, str):
                    yield from self.memory.attribute(context, register, base, name.value)
                    yield from self.members(base, name.value)

    # -- what leaves a context ----------------------------------------------------------------

    def _returned(self, node: Node) -> Iterable[Edge]:
        if node.context is not None:
            yield from self._leaving(node.context, [one for one, _ in node.context.unit.find(ir.Return)])

    def _yielded(self, node: Node) -> Iterable[Edge]:
        context = node.context
        if context is None:
            return
        for kind in (ir.Yield, ir.YieldFrom):
            for register, _ in context.unit.find(kind):
                if reaches(self.engine, context, register):
                    yield from (whole(context, one) for one in operands(context.unit.code.instructions[register]))
                    yield runs(context, block_of(context.unit, register))

    def _leaving(self, context: Context, registers: list[Register]) -> Iterable[Edge]:
        """Which of several `return`s is come to tells something, unless they all say the same."""
        reached = [one for one in registers if self.running.is_reached(context, one)]
        yield from (value(context, register) for register in reached)
        returned = {operands(context.unit.code.instructions[register])[0] for register in reached}
        if len(reached) > 1 and not _are_equal(context, returned):
            yield from (runs(context, block_of(context.unit, register)) for register in reached)


def _is_stored_again(unit: Unit, name: str, store: Register, read: Register) -> bool:
    """Whether another assignment to a name of the module stands on every way from one to a read in the same body."""
    others = [register for register, one in unit.find(ir.StoreGlobal) if one.name == name]
    return any(before(unit, store, other) and before(unit, other, read) for other in others)


def _are_equal(context: Context, registers: Iterable[Register]) -> bool:
    """Whether it makes no difference which register is taken: they are one, or the same literal."""
    distinct = set(registers)
    made = {context.unit.code.instructions[register] for register in distinct}
    return len(distinct) < 2 or (len(made) == 1 and all(isinstance(one, ir.Const) for one in made))


def _origins(unit: Unit, phi: Register) -> set[Register]:
    """What a phi chooses from, phis in between left out."""
    found: set[Register] = set()
    seen = {phi}
    pending = [phi]
    while pending:
        instruction = unit.code.instructions[pending.pop()]
        for argument in instruction.args if isinstance(instruction, ir.Phi) else ():
            if not isinstance(unit.code.instructions[argument], ir.Phi):
                found.add(argument)
            elif argument not in seen:
                seen.add(argument)
                pending.append(argument)
    return found


def _is_captured(node: Node) -> bool:
    return node.context is not None and isinstance(node.context.unit.code.instructions[node.register], ir.LoadCell)


def _is_closed_over(context: Context, load: ir.LoadCell) -> bool:
    """Whether a variable is one of the function straight around."""
    return context.closure is not None and context.closure.unit.code.index == load.owner


def _is_plain(one: Value) -> bool:
    if isinstance(one, Instance):
        return one.cls.unit.model and one.cls.unit.name in _SCALARS
    return isinstance(one, (Constant, External, Opaque, Class))


def _is_modelled_class(one: Value) -> bool:
    return isinstance(one, Class) and one.unit.model


def _is_written_tuple(one: Value) -> bool:
    if not isinstance(one, Instance) or one.context is None or not isinstance(one.site, int):
        return False
    made = one.context.unit.code.instructions[one.site]
    return isinstance(made, ir.Build) and one.cls.unit.name == "tuple" and not made.stars


def _is_modelled_container(one: Value, kinds: frozenset[str] = _CONTAINERS) -> bool:
    return isinstance(one, Instance) and one.cls.unit.model and one.cls.unit.name in kinds


def _class_name(context: Context) -> str:
    owner = context.unit.owner
    return owner.name if owner is not None else ""


_BY_INSTRUCTION: dict[type[ir.Instruction], Any] = {
    ir.Const: Dependence._nothing,
    ir.Literal_: Dependence._nothing,
    ir.Param: Dependence._nothing,
    ir.Undefined: Dependence._nothing,
    ir.MakeFunction: Dependence._nothing,
    ir.MakeClass: Dependence._nothing,
    ir.Build: Dependence._nothing,
    ir.BuildDict: Dependence._nothing,
    ir.Import: Dependence._nothing,
    ir.ImportFrom: Dependence._imported,
    ir.Phi: Dependence._phi,
    ir.Load: Dependence.named,
    ir.LoadCell: Dependence._captured,
    ir.Attr: Dependence._attribute,
    ir.Item: Dependence._item,
    ir.Next: Dependence._next,
    ir.Unpack: Dependence._unpack,
    ir.Call: Dependence._call,
    ir.Await: Dependence._await,
    ir.Yield: Dependence._nothing,
    ir.Binary: Dependence._combined,
    ir.Compare: Dependence._compared,
    ir.Unary: Dependence._tested,
    ir.Test: Dependence._tested,
    ir.Format: Dependence._asked,
    ir.Caught: Dependence._caught,
}
