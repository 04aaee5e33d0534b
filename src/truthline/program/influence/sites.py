"""Who calls a context, and which registers of the call a parameter comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from truthline.facts.code import (
    Attr,
    Binary,
    Call,
    DelAttr,
    DelItem,
    Enter,
    Item,
    Leave,
    MakeFunction,
    Next,
    Param,
    ParamSpec,
    Register,
    SetItem,
    Test,
    Unary,
)
from truthline.program.engine.calls import suspended
from truthline.program.engine.heap import Writer
from truthline.program.engine.units import Unit, operands
from truthline.program.engine.values import Constant, Context, Instance, Value
from truthline.program.evidence.passed import bound_before
from truthline.program.influence.graph import Node, Site
from truthline.program.slices import Slice

_IN_ORDER = (Item, SetItem, DelItem, Next, Unary, Test, Enter, Leave)
"""Instructions that pass their operands to special methods in their order."""


class Sites:
    """The calls in a slice, models included."""

    def __init__(self, part: Slice) -> None:
        self.slice = part
        self.engine = part.engine
        self._making: dict[Context, dict[Site, None]] = {}
        self._running: dict[Context, dict[Site, None]] = {}
        self.contexts: dict[Context, None] = {}
        self._within: dict[Context, frozenset[Context]] = {}
        self._of_unit: dict[Unit, list[Context]] = {}
        self._taking_out: dict[Value, list[tuple[Value | None, Writer]]] = {}
        self._deleting: dict[str, list[Writer]] = {}
        self._collect()

    def _collect(self) -> None:
        pending = list(self.slice.arrivals)
        while pending:
            context = pending.pop()
            if context in self.contexts:
                continue
            self.contexts[context] = None
            self._of_unit.setdefault(context.unit, []).append(context)
            for register in self.slice.executable(context):
                pending += self._read(Site(context, register))
                if not context.unit.model:
                    self._note_removals(context, register)

    def _note_removals(self, context: Context, register: Register) -> None:
        for mode, container, key in self.slice.effects(context, register).touches:
            if mode == "remove":
                self._taking_out.setdefault(container, []).append((key, (context, register)))
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, DelAttr):
            self._deleting.setdefault(instruction.name, []).append((context, register))

    def _read(self, site: Site) -> Iterable[Context]:
        for target in self.engine.execute(*site).targets:
            if target.unit.is_function:
                self._running.setdefault(target, {})[site] = None
                yield target
        if isinstance(site.context.unit.code.instructions[site.register], Call):
            for outcome in self.engine.link(*site):
                waiting = suspended(outcome)
                if waiting is not None:
                    self._making.setdefault(waiting, {})[site] = None

    def within(self, context: Context) -> frozenset[Context]:
        """A context and everything that it can execute."""
        found = self._within.get(context)
        if found is None:
            reached = {context}
            pending = [context]
            while pending:
                inner = pending.pop()
                for register in self.slice.executable(inner):
                    for target in self.engine.execute(inner, register).targets:
                        if target not in reached:
                            reached.add(target)
                            pending.append(target)
            found = self._within[context] = frozenset(reached)
        return found

    def taking_out(self, container: Value) -> Sequence[tuple[Value | None, Writer]]:
        """What takes something out of a container, itself or through models, and under which key (None: any)."""
        return self._taking_out.get(container, ())

    def deleting(self, name: str) -> Sequence[Writer]:
        """What deletes an attribute of that name."""
        return self._deleting.get(name, ())

    def of_unit(self, unit: Unit) -> tuple[Context, ...]:
        """The contexts in which the slice comes to a function."""
        return tuple(self._of_unit.get(unit, ()))

    def calling(self, context: Context) -> tuple[Site, ...]:
        """The calls that pass a context its arguments: of a coroutine or generator, those that make it."""
        return tuple(self._making.get(context, ()) or self._running.get(context, ()))

    def running(self, context: Context) -> tuple[Site, ...]:
        """Every instruction that has a say in whether a context runs."""
        return tuple({**self._making.get(context, {}), **self._running.get(context, {})})

    def called(self, site: Site) -> tuple[Context, ...]:
        """The contexts that a call runs, or whose coroutine or generator it makes."""
        found = dict.fromkeys(self.engine.execute(*site).targets)
        for outcome in self.engine.link(*site):
            waiting = suspended(outcome)
            if waiting is not None:
                found[waiting] = None
        return tuple(found)

    def received(self, site: Site, node: Node) -> Passed:
        """The registers at a call that the parameter which a node stands for comes from."""
        context = node.context
        param = context.unit.code.instructions[node.register] if context is not None else None
        if context is None or not isinstance(param, Param):
            return Passed()
        return self.arguments(site, context, param.index)

    def defaults(self, node: Node) -> Iterable[Site]:
        """The registers of the defaults of the parameter that a node stands for, where its function was made."""
        context = node.context
        if context is None or context.closure is None or context.unit.parent is None or context.unit.maker < 0:
            return
        param = context.unit.code.instructions[node.register]
        made = context.unit.parent.code.instructions[context.unit.maker]
        for number, register in made.defaults if isinstance(made, MakeFunction) else ():
            if isinstance(param, Param) and number == param.index:
                yield Site(context.closure, register)

    def arguments(self, site: Site, context: Context, index: int) -> Passed:
        """The registers at a call that a parameter of the called context comes from."""
        instruction = site.context.unit.code.instructions[site.register]
        if isinstance(instruction, Attr):  # a property, a descriptor that stands in the class, `__getattr__` and a name
            is_object = index == int(context.unit.name == "__get__")
            return Passed(plain=(instruction.base,)) if is_object else Passed()
        if isinstance(instruction, Binary) and index < 2:
            sides = (instruction.left, instruction.right)
            is_reflected = context.unit.name == f"__r{instruction.op}__"
            return Passed(plain=(sides[1 - index] if is_reflected else sides[index],))
        if isinstance(instruction, _IN_ORDER) and context.unit.name.startswith("__"):
            return Passed(plain=operands(instruction)[index : index + 1])
        if not isinstance(instruction, Call):
            return Passed(whole=operands(instruction))
        offsets = {bound_before(value, context.unit) for value in self.engine.value(site.context, instruction.func)}
        known = [offset for offset in offsets if offset is not None]
        if not known:  # called back by code that is not analysed
            return Passed(whole=operands(instruction))
        found = Passed()
        for offset in sorted(known):
            found = found.plus(self._passed(site.context, instruction, context.unit.code.params, index, offset))
        return found

    def _passed(self, context: Context, call: Call, params: tuple[ParamSpec, ...], index: int, offset: int) -> Passed:
        spec = params[index]
        positional = [number for number, one in enumerate(params) if one.kind in ("positional", "positional-only")]
        if spec.kind in ("vararg", "kwarg"):
            return Passed()  # a new container, which remembers what it was filled with
        found = Passed(omitted=True)
        if index in positional:
            place = positional.index(index) - offset
            if place < 0:
                return Passed(plain=(call.func,))
            found = self._at(context, call, place)
        given = tuple(value for name, value in call.keywords if name == spec.name)
        if given:
            return Passed(found.plain + given, found.whole, found.parts)
        if not found.omitted or found.whole:
            return found
        return Passed(parts=tuple((value, spec.name) for name, value in call.keywords if name is None), omitted=True)

    def _at(self, context: Context, call: Call, place: int) -> Passed:
        """The argument at a place, `*args` counted as far as their lengths are known."""
        start = 0
        for number, register in enumerate(call.args):
            if number not in call.stars:
                if start == place:
                    return Passed(plain=(register,))
                start += 1
                continue
            length = self._length(context, register)
            if length is None:
                return Passed(whole=call.args[number:], omitted=True)
            if start <= place < start + length:
                return Passed(parts=((register, place - start),))
            start += length
        return Passed(omitted=True)

    def _length(self, context: Context, register: Register) -> int | None:
        lengths = {self._length_of(value) for value in self.engine.value(context, register)}
        return lengths.pop() if len(lengths) == 1 else None

    def _length_of(self, value: Value) -> int | None:
        if not isinstance(value, Instance) or value.anywhere:
            return None
        if row := self.engine.classes.row(value.cls):
            return len(row)
        if value.cls.unit.name not in ("tuple", "list"):
            return None
        keys = [key.value if isinstance(key, Constant) else None for key, _, _ in self.engine.heap.contents(value)]
        places = [key for key in keys if isinstance(key, int)]
        return max(places, default=-1) + 1 if len(places) == len(keys) else None


class Passed:
    """Where an argument comes from: registers, registers with all that is inside them, and parts of `*` and `**`.

    `omitted` says that the call may leave the argument out.
    """

    __slots__ = ("omitted", "parts", "plain", "whole")

    def __init__(
        self,
        plain: tuple[Register, ...] = (),
        whole: tuple[Register, ...] = (),
        parts: tuple[tuple[Register, str | int], ...] = (),
        omitted: bool = False,
    ) -> None:
        self.plain = plain
        self.whole = whole
        self.parts = parts
        self.omitted = omitted

    def plus(self, other: Passed) -> Passed:
        """What either says."""
        return Passed(
            self.plain + other.plain,
            self.whole + other.whole,
            self.parts + other.parts,
            self.omitted or other.omitted,
        )
