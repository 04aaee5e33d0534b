"""Where a value goes: every register of the program that can hold it, by following its uses forward.

Uses inside a function are read off its registers; what is stored under a name is looked for wherever that
name is read; what is returned or passed is followed through calls. Each candidate counts only when the
engine says that it holds the value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Literal

from truthline.facts.code import (
    Attr,
    Await,
    Binary,
    Bind,
    Build,
    BuildDict,
    Call,
    DelItem,
    Hint,
    Load,
    MakeFunction,
    Param,
    Register,
    Return,
    SetAttr,
    SetItem,
    StoreCell,
    StoreGlobal,
    Test,
    Type,
    Yield,
)
from truthline.program.engine.changing import GIVES, HANDS_ON, TAKES_OUT, Changes
from truthline.program.engine.heap import MOST_DEEP, holds, may_hold
from truthline.program.engine.solver import Node
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context, Function, Instance, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

Place = tuple[Context, Register]
Way = Literal[0, 1, 2]
"""How a value came to a place. A number, for sets of texts look different in every run."""
MADE: Literal[0] = 0
"""Made in that call, or returned to it."""
PASSED: Literal[1] = 1
"""Passed as an argument."""
FOUND: Literal[2] = 2
"""Read from memory."""
Held = tuple[Context, Register, Way]
Places = Iterable[tuple[Unit, Register]]
"""Registers, whatever the context."""
Purpose = Literal[0, 1, 2]
"""Why it is asked who holds a container, which tells the places that matter."""
CHANGED: Literal[0] = 0
"""For those that may change it."""
INSIDE: Literal[1] = 1
"""For those that may change it, or a container that it holds."""
READ: Literal[2] = 2
"""For all of them."""
_PROPERTIES = {"property", "cached_property"}


class Holders:
    """Forward look-ups."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._changes = Changes(engine)
        self._followed: defaultdict[Node, set[Held]] = defaultdict(set)

    def sites(self, unit: Unit) -> frozenset[Place]:
        """The calls whose callee can be the unit; computing them links the contexts that they call."""
        node = self.engine.solver.node(("sites", unit), partial(self._sites, unit))
        return self.engine.solver.read(node)

    def _sites(self, unit: Unit) -> Iterable[Place]:
        engine = self.engine
        if unit.parent is None or not unit.is_function or unit.model:
            return
        closure = engine.ambient(unit.parent)
        yield from self._calls_of(engine.function(unit, closure))
        if unit.parent.is_function:
            self.sites(unit.parent)
            for made_in in sorted(engine.contexts(unit.parent)):
                yield from self._calls_of(engine.function(unit, made_in))
        if unit.owner is not None and unit.name == "__init_subclass__" and closure.closure:
            for sub in engine.classes.subclasses(engine.universe.make(Class, unit.owner, closure.closure)):
                engine.value(sub.closure, sub.unit.maker)
                yield (sub.closure, sub.unit.maker)
        if unit.owner is not None and unit.name in ("__init__", "__new__", "__post_init__") and closure.closure:
            cls = engine.universe.make(Class, unit.owner, closure.closure)
            for made in engine.classes.made_by(cls) if engine.classes.inherits(cls, "builtins:type") else ():
                engine.value(made.closure, made.unit.maker)
                yield (made.closure, made.unit.maker)
            yield from self.constructions(cls)

    def constructions(self, cls: Class) -> frozenset[Place]:
        """The calls that make objects of a class or of its subclasses."""
        node = self.engine.solver.node(("constructions", cls), partial(self._constructions, cls))
        return self.engine.solver.read(node)

    def _constructions(self, cls: Class) -> Iterable[Place]:
        if not cls.unit.model:
            for one in (cls, *self.engine.classes.subclasses(cls)):
                yield from self._calls_of(one)

    def _calls_of(self, callee: Value) -> Iterable[Place]:
        for context, register in sorted(self.of(callee)):
            key = ("calls at", callee, context, register)
            yield from self._read(key, partial(self._calls_at, callee, context, register))

    def _calls_at(self, callee: Value, context: Context, register: Register) -> Iterable[Place]:
        for user in context.unit.uses.get(register, ()):
            instruction = context.unit.code.instructions[user]
            if isinstance(instruction, Call):
                for one in self.engine.precise(context, user):
                    if holds(self.engine.value(one, instruction.func), callee):
                        self.engine.link(one, user)
                    yield (one, user)

    def _read(self, key: Hashable, find: Callable[[], Iterable[Place]]) -> frozenset[Place]:
        """Places that are found once, for all who ask for them."""
        return self.engine.solver.read(self.engine.solver.node(key, find))

    def constructed(self, cls: Class) -> frozenset[Place]:
        """The calls of a model's class, which links what they make."""
        return self.engine.solver.read(self.engine.solver.node(("made", cls), partial(self._calls_of, cls)))

    def of(self, value: Value, purpose: Purpose = CHANGED) -> frozenset[Place]:
        """Every place that can hold the value; of a container, those that matter for the purpose."""
        return self.engine.solver.read(self._holding(value, purpose))

    def _holding(self, value: Value, purpose: Purpose) -> Node:
        return self.engine.solver.node(("holders", value, purpose), partial(self._of, value, purpose))

    def _of(self, value: Value, purpose: Purpose) -> Iterable[Place]:
        """What it was made into; each step from there adds its own places, so none is looked at twice."""
        for context, register in self._origin(value):
            self._follow(value, purpose, context, register, MADE)
            yield context, register
        if may_hold(value) and not _is_modelled_object(value):
            for container in sorted(self.engine.heap.kept_in(value)):
                for context, register in self._taken_out(value, container):
                    self._follow(value, purpose, context, register, FOUND)
                    yield context, register

    def _follow(self, value: Value, purpose: Purpose, context: Context, register: Register, way: Way) -> None:
        solver = self.engine.solver
        key = ("step", value, purpose, context, register, way)
        solver.read(solver.node(key, partial(self._step, value, purpose, context, register, way)))

    def _origin(self, value: Value) -> Iterable[Place]:
        if isinstance(value, Function):
            yield (value.closure, value.unit.maker)
        elif isinstance(value, Class):
            yield (value.closure, value.unit.maker)
            yield from self._receivers(value.unit, None, {"classmethod"})
        elif isinstance(value, Instance) and value.anywhere:
            yield from self._promised(value)
            yield from self._receivers(value.cls.unit, value, set())
        elif isinstance(value, Instance) and value.context is not None and isinstance(value.site, int):
            yield (value.context, value.site)
            yield from self._initialised(value)
            if not value.cls.unit.model:
                yield from self._receivers(value.cls.unit, value, set())
        elif isinstance(value, Instance) and isinstance(value.site, str) and value.site.startswith("*"):
            yield from self._collected(value, int(value.site[1:].partition("@")[0]))
        elif isinstance(value, Instance) and isinstance(value.site, tuple) and value.site[0] == "items of":
            yield from self._listed(value, value.site[1])

    def _listed(self, value: Instance, mapping: str | Value) -> Iterable[Place]:
        """The calls of `items()` that list a mapping's pairs."""
        for context, register in self.of(mapping, INSIDE) if isinstance(mapping, Instance) else ():
            for user in context.unit.uses.get(register, ()):
                if isinstance(context.unit.code.instructions[user], Attr):
                    for call in context.unit.uses.get(user, ()):
                        yield from self._if_holds(value, context, call)

    def _initialised(self, value: Instance) -> Iterable[Place]:
        """`self` where a model initialises the object: `dict(a=f)` fills it there."""
        for cls in self.engine.classes.order(value.cls):
            for method in cls.unit.inner if cls.unit.model else ():
                if method.name == "__init__":
                    for context in sorted(self.engine.receiving(method, 0, value)):
                        yield from ((context, one) for one, param in method.find(Param) if param.index == 0)

    def _promised(self, value: Instance) -> Iterable[Place]:
        """Parameters and variables annotated with the class."""
        engine = self.engine
        name = value.cls.unit.name
        if value.cls.unit.model:
            return
        for module in engine.modules.files_mentioning(name):
            for unit in engine.bodies.units(module.name):
                for register, annotation in _annotated(unit):
                    if _mentions(annotation, name):
                        yield engine.ambient(unit, deep=True), register

    def _receivers(self, cls: Unit, bound: Instance | None, wanted: set[str]) -> Iterable[Place]:
        """`self` (or `cls`) in the methods of a class, where it is handed on and not only used."""
        for method in cls.inner:
            decorators = self.engine.classes.decorators(method)
            if not method.is_function or "staticmethod" in decorators or (wanted and not decorators & wanted):
                continue
            for register, param in method.find(Param):
                if param.index == 0 and (bound is None or bound.anywhere or _hands_on(method, register)):
                    key = bound if bound is not None and not bound.anywhere else None
                    yield self.engine.ambient(method, key, deep=True), register

    def _collected(self, value: Instance, index: int) -> Iterable[Place]:
        """The parameter that collects arguments in `value`."""
        if value.unit is None:
            return
        for context in self.engine.receiving(value.unit, index, value):
            yield from ((context, register) for register, param in value.unit.find(Param) if param.index == index)

    # -- one step -----------------------------------------------------------------------------

    def _step(self, value: Value, purpose: Purpose, context: Context, register: Register, way: Way) -> Iterable[Held]:
        holding = self._holding(value, purpose)
        followed = self._followed[holding]
        for user in context.unit.uses.get(register, ()):
            for following in self._use(value, purpose, context, register, user, way):
                if following not in followed:
                    followed.add(following)
                    self.engine.solver.push(holding, (following[:2],))
                    self._follow(value, purpose, *following)
        return ()

    def _use(
        self, value: Value, purpose: Purpose, context: Context, register: Register, user: Register, way: Way
    ) -> Iterable[Held]:
        engine = self.engine
        instruction = context.unit.code.instructions[user]
        found: Iterable[Place] = ()
        if isinstance(instruction, HANDS_ON):
            yield from ((*place, way) for place in self._if_holds(value, context, user))
        elif isinstance(instruction, Call):
            yield from self._called(value, context, user, way)
            if _is_modelled_object(value):
                self._decorating(context, user)
        elif isinstance(instruction, Binary):
            yield from self._operated(value, context, user, way)
        elif isinstance(instruction, Attr) and isinstance(value, (Instance, Class)) and not may_hold(value):
            if _is_taken(context.unit, user):
                yield from ((*place, way) for place in self._if_holds(value, context, user))
        elif isinstance(instruction, Attr):
            yield from ((*place, way) for place in self._if_holds(value, context, user))
            for call in context.unit.uses.get(user, ()):
                if isinstance(context.unit.code.instructions[call], Call):
                    yield from self._called(value, context, call, way)
                    self._decorating(context, call)
        elif isinstance(instruction, (Return, Yield)):
            yield from self._returned(value, purpose, context, way)
        elif isinstance(instruction, (Bind, StoreGlobal)):
            found = self._named(value, purpose, context.unit, instruction.name)
        elif isinstance(instruction, StoreCell):
            found = self._captured(value, purpose, context, instruction)
        elif isinstance(instruction, SetAttr):
            engine.value(context, user)
            if instruction.value == register and context.unit.model:
                found = self._kept_by_model(value, context, instruction)
            elif instruction.value == register:
                found = self._attributes(value, purpose, instruction.name)
        elif isinstance(instruction, MakeFunction):
            found = self._defaults(value, context, register, instruction)
        elif isinstance(instruction, (SetItem, DelItem)):
            found = self._stored(value, context, register, user)
        elif isinstance(instruction, (Build, BuildDict)):
            yield from ((*place, way) for place in self._if_holds(value, context, user))
            found = self._inside(value, context, user)
        yield from ((*place, FOUND) for place in found)

    def _defaults(self, value: Value, context: Context, register: Register, made: MakeFunction) -> Iterable[Place]:
        """The parameters that a default fills: one object for all calls."""
        unit = self.engine.bodies.units(context.unit.module)[made.code]
        indexes = {index for index, default in made.defaults if default == register}
        self.sites(unit)
        for called in sorted(self.engine.contexts(unit)):
            for place, param in unit.find(Param):
                if param.index in indexes:
                    yield from self._if_holds(value, called, place)

    def _if_holds(self, value: Value, context: Context, register: Register) -> Iterable[Place]:
        if holds(self.engine.value(context, register), value):
            yield (context, register)

    def _named(self, value: Value, purpose: Purpose, unit: Unit, name: str) -> Iterable[Place]:
        """Reads of a module's or class's name anywhere: looked for once, whatever stores the value under the name."""
        scope = unit
        while scope.is_function and scope.parent is not None:
            scope = scope.parent
        key = ("named", value, purpose, scope, name)
        return self._read(key, partial(self._in_scope, value, purpose, scope, name))

    def _in_scope(self, value: Value, purpose: Purpose, scope: Unit, name: str) -> Iterable[Place]:
        engine = self.engine
        if scope.code.kind == "class":
            yield from (
                self._members(value, scope, name)
                if isinstance(value, Function)
                else self._attributes(value, purpose, name)
            )
            return
        places: list[tuple[Unit, Register]] = []
        for module in engine.modules.files_mentioning(name):
            index = engine.bodies.index(module.name)
            places += [*index.imports.get(name, ()), *index.attributes.get(name, ())]
            places += self._renamed(module.name, name) if module.name != scope.module else index.loads.get(name, [])
        yield from self._those_that_hold(value, purpose, places)

    def _renamed(self, module: str, name: str) -> list[tuple[Unit, Register]]:
        """Reads of the local names under which a module imports `name`, and of the name itself (star imports)."""
        index = self.engine.bodies.index(module)
        local = self.engine.modules.local_names(self.engine.modules.by_name[module], name)
        return [place for one in sorted(local) for place in index.loads.get(one, ())]

    def _members(self, value: Function, owner: Unit, name: str) -> Iterable[Place]:
        """Reads of a method: by following the class, its objects and those of its subclasses to where they are used."""
        engine = self.engine
        if owner.parent is None:
            return
        cls = engine.universe.make(Class, owner, engine.ambient(owner.parent))
        self.constructions(cls)
        for one in (cls, *engine.classes.subclasses(cls)):
            anybody = engine.universe.make(Instance, one)
            for receiver in (one, anybody, *sorted(engine.heap.instances(one.unit))):
                key = ("reads", value, receiver, name)
                yield from self._read(key, partial(self._read_of, value, receiver, name))
            if one is not cls:
                yield from self._through_super(one.unit, name)

    def _read_of(self, value: Function, receiver: Value, name: str) -> Iterable[Place]:
        for context, register in sorted(self.of(receiver)):
            key = ("reads at", value, context, register, name)
            yield from self._read(key, partial(self._read_at, value, context, register, name))

    def _read_at(self, value: Function, context: Context, register: Register, name: str) -> Iterable[Place]:
        yield from self._if_holds(value, context, register)
        for user in context.unit.uses.get(register, ()):
            instruction = context.unit.code.instructions[user]
            if isinstance(instruction, Attr) and instruction.name == name:
                yield context, user

    def _through_super(self, cls: Unit, name: str) -> Iterable[Place]:
        for method in cls.inner:
            for register, attribute in method.find(Attr):
                base = method.code.instructions[attribute.base]
                if attribute.name == name and isinstance(base, Call):
                    func = method.code.instructions[base.func]
                    if isinstance(func, Load) and func.name == "super":
                        yield self.engine.ambient(method, deep=True), register

    def _attributes(self, value: Value, purpose: Purpose, name: str) -> Iterable[Place]:
        """Reads of an attribute anywhere."""
        return self._read(("attributes", value, purpose, name), partial(self._of_any, value, purpose, name))

    def _of_any(self, value: Value, purpose: Purpose, name: str) -> Iterable[Place]:
        engine = self.engine
        places: list[tuple[Unit, Register]] = []
        for module in engine.modules.files_mentioning(name):
            places += engine.bodies.index(module.name).attributes.get(name, ())
        yield from self._those_that_hold(value, purpose, places)

    def _kept_by_model(self, value: Value, context: Context, store: SetAttr) -> Iterable[Place]:
        """What a model keeps on its own object is reached by what is done with that object."""
        engine = self.engine
        for owner in engine.value(context, store.base):
            if isinstance(owner, Instance) and not owner.anywhere:
                self.of(owner)
        if isinstance(value, Instance) and engine.classes.inherits(value.cls, "builtins:dict"):
            yield from self._attributes(value, CHANGED, store.name)
        for module in engine.bodies.models_naming(store.name):
            for unit, register in engine.bodies.index(module).attributes.get(store.name, ()):
                for one in engine.contexts(unit):
                    yield from self._if_holds(value, one, register)

    def _those_that_hold(self, value: Value, purpose: Purpose, places: Places) -> Iterable[Place]:
        """Of the places that a name leads to, those that hold the value and matter for the purpose."""
        asked = self._asked(value, purpose, places)
        rare = len(asked) <= MOST_DEEP
        for unit, register in asked:
            for context in self.engine.heap.probe(unit, register, rare, partial(_holds, value)):
                yield context, register

    def _asked(self, value: Value, purpose: Purpose, places: Places) -> list[tuple[Unit, Register]]:
        if purpose == READ or not may_hold(value) or _is_modelled_object(value) or _fills_itself(value):
            return list(places)
        return [place for place in places if self._changes.may_change(*place, purpose == INSIDE)]

    def _captured(self, value: Value, purpose: Purpose, context: Context, store: StoreCell) -> Iterable[Place]:
        """Reads of a captured variable: inside one call, by the functions that were made in that call."""
        places = self.engine.bodies.index(context.unit.module).cells.get((store.owner, store.name), ())
        if context.ambient or context.unit.code.index != store.owner:
            yield from self._those_that_hold(value, purpose, places)
            for inner, register in places:
                if value in context.key:  # `self` of a method that is called from anywhere: who calls it must be known
                    self.sites(inner)
                for one in self.engine.contexts(inner):
                    yield from self._if_holds(value, one, register)
            return
        asked = self._asked(value, purpose, places)
        for inner, register in asked:
            rare = len(asked) <= MOST_DEEP
            for anywhere in self.engine.heap.probe_anywhere(inner, register, rare, partial(_holds, value)):
                yield anywhere, register
        for inner, register in places:
            direct = inner.parent is context.unit
            for one in self.engine.contexts_inside(inner, context) if direct else self.engine.contexts(inner):
                yield from self._if_holds(value, one, register)

    def _returned(self, value: Value, purpose: Purpose, context: Context, way: Way) -> Iterable[Held]:
        """What was made in a call goes back to that call; what was found in memory, to every call there is."""
        if not context.unit.is_function or way == PASSED:
            return
        if way == MADE:
            callers = self.engine.callers(context)
        elif context.unit.model or (
            purpose != READ and may_hold(value) and not self._changes.result_changes(context.unit, purpose == INSIDE)
        ):
            return
        else:
            callers = self.sites(context.unit)
            if self.engine.classes.decorators(context.unit) & _PROPERTIES:
                yield from ((*place, FOUND) for place in self._attributes(value, purpose, context.unit.name))
        for caller, register in callers:
            for place in (register, *self._awaiting(caller, register)):
                yield from ((*held, way) for held in self._if_holds(value, caller, place))

    def _awaiting(self, context: Context, call: Register) -> Iterable[Register]:
        """Where the coroutine that a call makes is awaited."""
        for user in context.unit.uses.get(call, ()):
            if isinstance(context.unit.code.instructions[user], Await):
                yield user

    def _called(self, value: Value, context: Context, user: Register, way: Way) -> Iterable[Held]:
        """What is passed arrives in parameters; where they are returned, it comes back."""
        engine = self.engine
        for one in engine.precise(context, user):
            outcomes = engine.link(one, user)
            returned = any(not isinstance(outcome, Context) for outcome in outcomes)
            for target in engine.execute(one, user).targets:
                for register, param in target.unit.find(Param):
                    if holds(engine.param(target, param.index), value):
                        yield (target, register, PASSED)
                        returned = returned or target.unit.model or param.index in target.unit.returned_parameters
            if returned:
                yield from ((*place, way) for place in self._if_holds(value, one, user))

    def _operated(self, value: Value, context: Context, user: Register, way: Way) -> Iterable[Held]:
        """`handlers += [f]`: an operand arrives in the method that the operator stands for."""
        for one in self.engine.precise(context, user):
            for target in self.engine.execute(one, user).targets:
                for register, param in target.unit.find(Param):
                    if holds(self.engine.param(target, param.index), value):
                        yield (target, register, PASSED)
            yield from ((*place, way) for place in self._if_holds(value, one, user))

    def _decorating(self, context: Context, call: Register) -> None:
        """`app.middleware("http")(watch)`: what an object's method returns may work on the object when it is called."""
        for user in context.unit.uses.get(call, ()):
            instruction = context.unit.code.instructions[user]
            if isinstance(instruction, Call) and instruction.func == call:
                self.engine.link(context, user)

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
            return ()
        return self._read(("taken out", value, container), partial(self._find_taken_out, value, container))

    def _find_taken_out(self, value: Value, container: Instance) -> Iterable[Place]:
        purpose = READ if _is_modelled_object(value) else INSIDE if may_hold(value) else CHANGED
        for context, register in self.of(container, purpose):
            key = ("taken out at", value, context, register)
            yield from self._read(key, partial(self._taken_out_at, value, context, register))

    def _taken_out_at(self, value: Value, context: Context, register: Register) -> Iterable[Place]:
        for user in context.unit.uses.get(register, ()):
            instruction = context.unit.code.instructions[user]
            if isinstance(instruction, TAKES_OUT):
                yield from self._if_holds(value, context, user)
            elif isinstance(instruction, Build) and register in map(instruction.items.__getitem__, instruction.stars):
                yield from self._inside(value, context, user)
            elif isinstance(instruction, Call) and instruction.func == register:
                yield from self._if_holds(value, context, user)
            elif isinstance(instruction, Call) and _is_spread(instruction, register):
                yield from (held[:2] for held in self._called(value, context, user, FOUND))
            elif isinstance(instruction, Attr):
                for call in context.unit.uses.get(user, ()):
                    if isinstance(context.unit.code.instructions[call], Call):
                        yield from self._if_holds(value, context, call)
                        if instruction.name in GIVES and may_hold(value):
                            self._fill(context, call)

    def _fill(self, context: Context, call: Register) -> None:
        """`lists.items()`: what is made of a container is filled, so that its elements know where they are kept."""
        for made in self.engine.value(context, call):
            if isinstance(made, Instance) and may_hold(made):
                self.engine.heap.contents(made)


def _holds(value: Value, values: Values) -> bool:
    return holds(values, value)


def _is_modelled_object(value: Value) -> bool:
    """An object of a model that is no plain container: any method may change it."""
    return (
        isinstance(value, Instance)
        and value.cls.unit.model
        and value.cls.unit.module not in ("builtins", "collections")
    )


def _is_spread(call: Call, register: Register) -> bool:
    """Whether a call gets what a register holds one by one: `f(*x, **y)`."""
    return register in map(call.args.__getitem__, call.stars) or (None, register) in call.keywords


def _fills_itself(value: Value) -> bool:
    """A container that is changed by being read: a `defaultdict`."""
    return isinstance(value, Instance) and any(method.name == "__missing__" for method in value.cls.unit.inner)


def _is_taken(unit: Unit, register: Register) -> bool:
    """Whether an attribute is used as a value, and not only called."""
    for user in unit.uses.get(register, ()):
        instruction = unit.code.instructions[user]
        if not (isinstance(instruction, Call) and instruction.func == register):
            return True
    return False


def _hands_on(unit: Unit, register: Register) -> bool:
    for user in unit.uses.get(register, ()):
        instruction = unit.code.instructions[user]
        if not isinstance(instruction, (Attr, Test)) and not (
            isinstance(instruction, SetAttr) and instruction.base == register
        ):
            return True
    return False


def _annotated(unit: Unit) -> Iterable[tuple[Register, Type]]:
    for register, param in unit.find(Param):
        annotation = unit.code.params[param.index].annotation
        if annotation is not None:
            yield register, annotation
    for register, hint in unit.find(Hint):
        yield register, hint.type


def _mentions(annotation: Type, name: str) -> bool:
    if annotation.name == "|":
        return any(_mentions(part, name) for part in annotation.args)
    return annotation.name.rpartition(".")[2] == name
