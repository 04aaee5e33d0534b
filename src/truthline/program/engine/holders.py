"""Where a value goes: every register of the program that can hold it, by following its uses forward.

Uses inside a function are read off its registers; what is stored under a name is looked for wherever that
name is read; what is returned or passed is followed through calls. Each candidate counts only when the
engine says that it holds the value.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import (
    Attr,
    Await,
    Bind,
    Build,
    BuildDict,
    Call,
    DelItem,
    Enter,
    Hint,
    Item,
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
from truthline.program.engine.heap import holds
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context, Function, Instance, Value

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

Place = tuple[Context, Register]
_ALIASES = (Phi, Hint, Narrow, Await)
_TAKES_OUT = (Item, Next, Unpack, YieldFrom, Enter)


class Holders:
    """Forward look-ups."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def sites(self, unit: Unit) -> frozenset[Place]:
        """The calls whose callee can be the unit; computing them links the contexts that they call."""
        node = self.engine.solver.node(("sites", unit), partial(self._sites, unit))
        return self.engine.solver.read(node)

    def _sites(self, unit: Unit) -> Iterable[Place]:
        engine = self.engine
        if unit.parent is None or not unit.is_function:
            return
        closure = engine.ambient(unit.parent)
        yield from self._calls_of(engine.function(unit, closure))
        if unit.owner is not None and unit.name in ("__init__", "__new__", "__post_init__") and closure.closure:
            cls = engine.universe.make(Class, unit.owner, closure.closure)
            for one in (cls, *engine.classes.subclasses(cls)):
                yield from self._calls_of(one)

    def _calls_of(self, callee: Value) -> Iterable[Place]:
        for context, register in sorted(self.of(callee), key=repr):
            for user in context.unit.uses.get(register, ()):
                instruction = context.unit.code.instructions[user]
                if isinstance(instruction, Call):
                    for one in self.engine.precise(context, user):
                        self.engine.value(one, user)
                        yield (one, user)

    def of(self, value: Value) -> frozenset[Place]:
        """Every place that can hold the value."""
        node = self.engine.solver.node(("holders", value), partial(self._of, value))
        return self.engine.solver.read(node)

    def _of(self, value: Value) -> Iterable[Place]:
        found: dict[Place, None] = dict.fromkeys(self._origin(value))
        pending = list(found)
        while pending:
            place = pending.pop()
            node = self.engine.solver.node(("step", value, *place), partial(self._step, value, *place))
            for following in self.engine.solver.read(node):
                if following not in found:
                    found[following] = None
                    pending.append(following)
        return found

    def _origin(self, value: Value) -> Iterable[Place]:
        if isinstance(value, (Function, Class)):
            yield (value.closure, value.unit.maker)
        elif isinstance(value, Instance) and value.context is not None and isinstance(value.site, int):
            yield (value.context, value.site)
        elif isinstance(value, Instance) and isinstance(value.site, str) and value.site.startswith("*"):
            yield from self._collected(value, int(value.site[1:].partition("@")[0]))

    def _collected(self, value: Instance, index: int) -> Iterable[Place]:
        """The parameter that collects arguments in `value`."""
        for context in self.engine.contexts(value.unit) if value.unit is not None else ():
            for register, param in context.unit.find(Param):
                if param.index == index and value in self.engine.param(context, index):
                    yield (context, register)

    # -- one step -----------------------------------------------------------------------------

    def _step(self, value: Value, context: Context, register: Register) -> Iterable[Place]:
        for user in context.unit.uses.get(register, ()):
            yield from self._use(value, context, register, user)

    def _use(self, value: Value, context: Context, register: Register, user: Register) -> Iterable[Place]:
        engine = self.engine
        instruction = context.unit.code.instructions[user]
        if isinstance(instruction, _ALIASES):
            yield from self._if_holds(value, context, user)
        elif isinstance(instruction, (Bind, StoreGlobal)):
            yield from self._named(value, context.unit, instruction.name)
        elif isinstance(instruction, StoreCell):
            yield from self._captured(value, context.unit, instruction)
        elif isinstance(instruction, SetAttr):
            engine.value(context, user)
            if instruction.value == register:
                yield from self._attributes(value, instruction.name)
        elif isinstance(instruction, (Return, Yield)):
            yield from self._returned(value, context)
        elif isinstance(instruction, Call):
            yield from self._called(value, context, user)
        elif isinstance(instruction, Attr):
            yield from self._if_holds(value, context, user)
            yield from self._method_called(value, context, user)
        elif isinstance(instruction, (SetItem, DelItem)):
            yield from self._stored(value, context, register, user)
        elif isinstance(instruction, (Build, BuildDict)):
            yield from self._if_holds(value, context, user)
            yield from self._inside(value, context, user)
        elif isinstance(instruction, _TAKES_OUT):
            yield from self._if_holds(value, context, user)

    def _if_holds(self, value: Value, context: Context, register: Register) -> Iterable[Place]:
        if holds(self.engine.value(context, register), value):
            yield (context, register)

    def _named(self, value: Value, unit: Unit, name: str) -> Iterable[Place]:
        """Reads of a module's or class's name anywhere."""
        engine = self.engine
        scope = unit
        while scope.is_function and scope.parent is not None:
            scope = scope.parent
        if scope.code.kind == "class":
            yield from self._attributes(value, name)
            return
        for module in engine.modules.files_mentioning(name):
            index = engine.bodies.index(module.name)
            places = [*index.imports.get(name, ()), *index.attributes.get(name, ())]
            places += self._renamed(module.name, name) if module.name != unit.module else index.loads.get(name, [])
            yield from self._those_that_hold(value, places)

    def _renamed(self, module: str, name: str) -> list[tuple[Unit, Register]]:
        """Reads of the local names under which a module imports `name`, and of the name itself (star imports)."""
        index = self.engine.bodies.index(module)
        outline = self.engine.modules.by_name[module].outline
        local = {name} | {one.bound for one in (outline.imports if outline else ()) if one.name == name and one.bound}
        return [place for one in sorted(local) for place in index.loads.get(one, ())]

    def _attributes(self, value: Value, name: str) -> Iterable[Place]:
        engine = self.engine
        for module in engine.modules.files_mentioning(name):
            yield from self._those_that_hold(value, engine.bodies.index(module.name).attributes.get(name, ()))

    def _those_that_hold(self, value: Value, places: Iterable[tuple[Unit, Register]]) -> Iterable[Place]:
        for unit, register in places:
            for context in self.engine.heap.probe(unit, register):
                yield from self._if_holds(value, context, register)

    def _captured(self, value: Value, unit: Unit, store: StoreCell) -> Iterable[Place]:
        places = self.engine.bodies.index(unit.module).cells.get((store.owner, store.name), ())
        yield from self._those_that_hold(value, places)
        for inner, register in places:
            for context in self.engine.contexts(inner):
                yield from self._if_holds(value, context, register)

    def _returned(self, value: Value, context: Context) -> Iterable[Place]:
        if not context.unit.is_function:
            return
        for caller, register in self.sites(context.unit):
            yield from self._if_holds(value, caller, register)

    def _called(self, value: Value, context: Context, user: Register) -> Iterable[Place]:
        """What is passed arrives in parameters; what is called or passed may come back."""
        engine = self.engine
        for one in engine.precise(context, user):
            yield from self._if_holds(value, one, user)
            for target in engine.notes(one, user).targets:
                for register, param in target.unit.find(Param):
                    if holds(engine.param(target, param.index), value):
                        yield (target, register)

    def _method_called(self, value: Value, context: Context, attribute: Register) -> Iterable[Place]:
        for call in context.unit.uses.get(attribute, ()):
            if isinstance(context.unit.code.instructions[call], Call):
                yield from self._called(value, context, call)

    def _stored(self, value: Value, context: Context, register: Register, user: Register) -> Iterable[Place]:
        engine = self.engine
        instruction = context.unit.code.instructions[user]
        for one in engine.precise(context, user):
            engine.value(one, user)
            if isinstance(instruction, SetItem) and register in (instruction.value, instruction.key):
                for container in engine.value(one, instruction.base):
                    if isinstance(container, Instance):
                        yield from self._taken_out(value, container)

    def _inside(self, value: Value, context: Context, display: Register) -> Iterable[Place]:
        for container in self.engine.value(context, display):
            if isinstance(container, Instance):
                yield from self._taken_out(value, container)

    def _taken_out(self, value: Value, container: Instance) -> Iterable[Place]:
        """Places that read elements of a container that holds the value."""
        if container is value:
            return
        for context, register in self.of(container):
            for user in context.unit.uses.get(register, ()):
                instruction = context.unit.code.instructions[user]
                if isinstance(instruction, _TAKES_OUT):
                    yield from self._if_holds(value, context, user)
                elif isinstance(instruction, Attr):
                    for call in context.unit.uses.get(user, ()):
                        if isinstance(context.unit.code.instructions[call], Call):
                            yield from self._if_holds(value, context, call)
