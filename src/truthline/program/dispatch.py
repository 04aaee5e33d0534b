"""The registrations and executions of a string-keyed registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

import msgspec

from truthline.config.schema import Dispatch
from truthline.facts.code import (
    Attr,
    Bind,
    Call,
    Hint,
    LoadCell,
    Narrow,
    Phi,
    Register,
    SetAttr,
    StoreCell,
    StoreGlobal,
)
from truthline.model.location import Location
from truthline.program.engine.attributes import class_members
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
    Context,
    Function,
    Instance,
    Method,
    ModuleValue,
    Value,
    Values,
)
from truthline.program.places import Places


class Registration(msgspec.Struct, frozen=True):
    """`register(operation, handler)`; no operation where its name cannot be determined."""

    operation: str | None
    location: Location
    symbol: str
    handler: str


class Execution(msgspec.Struct, frozen=True):
    """`execute(operation, ...)`; no operation where its name cannot be determined."""

    operation: str | None
    location: Location
    symbol: str


class DispatchSites(msgspec.Struct, frozen=True):
    """Every site of a dispatch table, in the order of the files."""

    registered: tuple[Registration, ...]
    executed: tuple[Execution, ...]


def find_sites(
    engine: Engine, places: Places, table: Dispatch, units: Callable[[str], tuple[Unit, ...]]
) -> DispatchSites:
    """The sites of a table, in code that was read."""
    registered = [
        Registration(
            operation, places.location(context.unit, register), context.unit.symbol, _handler(engine, context, call)
        )
        for context, register, call in _sites(engine, _targets(engine, table.register, units))
        for operation in _operations(engine, context, call)
    ]
    executed = [
        Execution(operation, places.location(context.unit, register), context.unit.symbol)
        for context, register, call in _sites(engine, _targets(engine, table.execute, units))
        for operation in _operations(engine, context, call)
    ]
    return DispatchSites(_in_order(registered), _in_order(executed))


S = TypeVar("S", Registration, Execution)


def _in_order(sites: list[S]) -> tuple[S, ...]:
    return tuple(sorted(dict.fromkeys(sites), key=_place))


def _place(site: Registration | Execution) -> tuple[str, int, int, str]:
    span = site.location.span
    return site.location.file, span.line, span.column, site.operation or ""


class _Target(msgspec.Struct, frozen=True, eq=False):
    """A function or method: its names, and what they hold; where it is decorated, what the decorator made of it.

    There is no `unit` where a reference names what a module imports or assigns.
    """

    names: tuple[str, ...]
    held: Values
    unit: Unit | None = None

    @property
    def method(self) -> str | None:
        """The name under which it is read from an object."""
        return self.unit.name if self.unit is not None and self.unit.owner is not None else None


def _targets(engine: Engine, reference: str, units: Callable[[str], tuple[Unit, ...]]) -> list[_Target]:
    """What a reference names."""
    named = units(reference)
    if not named and ":" in reference:
        return [_assigned(engine, reference)]
    return [_Target((unit.name,), _held(engine, unit), unit) for unit in named]


def _assigned(engine: Engine, reference: str) -> _Target:
    """What a module holds under a name that it imports or assigns."""
    values = _solved(engine, ("held by", reference), partial(_followed, engine, reference))
    held = frozenset(one for one in map(_function, values) if isinstance(one, (Function, Instance)))
    own = sorted({one.unit.name for one in held if isinstance(one, Function)})
    return _Target(tuple(dict.fromkeys((reference.rpartition(":")[2].rpartition(".")[2], *own))), held)


def _followed(engine: Engine, reference: str) -> Values:
    module, _, qualname = reference.partition(":")
    values: Values = frozenset((engine.universe.make(ModuleValue, module),))
    for part in qualname.split("."):
        values = NOTHING.union(*(engine.attribute(one, part) for one in values))
    return values


def _solved(engine: Engine, question: tuple[str, object], answer: Callable[[], Values]) -> Values:
    values: Values = engine.solver.solve(engine.solver.node(question, answer))
    return values


def _function(value: Value) -> Value:
    return value.function if isinstance(value, Method) else value


def _held(engine: Engine, unit: Unit) -> Values:
    """What the name of a function of a module, or of a method, holds in the end."""
    values = _solved(engine, ("held by", unit), partial(_bound, engine, unit))
    return frozenset(one for one in values if isinstance(one, (Function, Instance)))


def _bound(engine: Engine, unit: Unit) -> Values:
    if unit.owner is not None:
        return NOTHING.union(*(class_members(engine, cls, unit.name)[1] for cls in _owner(engine, unit)))
    at_top = unit.parent is not None and unit.parent.code.kind == "module"
    return engine.names.global_(unit.module, unit.name) if at_top else NOTHING


def _sites(engine: Engine, targets: list[_Target]) -> Iterable[tuple[Context, Register, Call]]:
    """Calls whose callee can be one of the methods or functions."""
    for target in targets:
        for unit, named in _mentions(engine, target):
            for register in _onward(unit, named):
                for user in unit.uses.get(register, ()):
                    call = unit.code.instructions[user]
                    if isinstance(call, Call) and call.func == register and _calls(engine, unit, named, target):
                        yield engine.ambient(unit), user, call


def _mentions(engine: Engine, target: _Target) -> Iterable[tuple[Unit, Register]]:
    """Where the target's name is read, and every other name that it gets on the way."""
    names = list(target.names)
    for name in names:
        for module in engine.modules.files_mentioning(name):
            for unit, named in _read(engine, module.name, name, name == target.method):
                yield unit, named
                for store in _stores(unit, named):
                    if isinstance(store, StoreCell):
                        yield from _captured(engine, unit, store)
                    elif store.name not in names and _calls(engine, unit, named, target):
                        names.append(store.name)


def _read(engine: Engine, module: str, name: str, is_method: bool) -> Iterable[tuple[Unit, Register]]:
    """Where a module reads a name: that of a method from an object, any other from anywhere."""
    index = engine.bodies.index(module)
    yield from index.attributes.get(name, ())
    if not is_method:
        yield from index.imports.get(name, ())
        yield from index.loads.get(name, ())


def _onward(unit: Unit, register: Register) -> list[Register]:
    """The register, and those in which its value is one of several."""
    found = [register]
    for one in found:
        found += [user for user in unit.uses.get(one, ()) if _passes(unit, user) and user not in found]
    return found


def _passes(unit: Unit, register: Register) -> bool:
    return isinstance(unit.code.instructions[register], (Phi, Hint, Narrow))


def _stores(unit: Unit, register: Register) -> Iterator[Bind | SetAttr | StoreCell | StoreGlobal]:
    """The names to which what a register holds is bound."""
    for one in _onward(unit, register):
        for user in unit.uses.get(one, ()):
            store = unit.code.instructions[user]
            if isinstance(store, (Bind, SetAttr, StoreCell, StoreGlobal)) and store.value == one:
                yield store


def _captured(engine: Engine, unit: Unit, store: StoreCell) -> Iterator[tuple[Unit, Register]]:
    """Where inner functions read a variable."""
    for inner in engine.bodies.units(unit.module):
        for register, load in inner.find(LoadCell):
            if (load.owner, load.name) == (store.owner, store.name):
                yield inner, register


def _calls(engine: Engine, unit: Unit, named: Register, target: _Target) -> bool:
    """Whether what is read under a name can be the target."""
    context, instruction = engine.ambient(unit), unit.code.instructions[named]
    if target.unit is not None and isinstance(instruction, Attr) and instruction.name == target.method:
        return _is_read_from_it(engine, context, instruction, target.unit)
    values = engine.solver.solve(engine.node(context, named))
    functions = map(_function, values)
    return any(one in target.held or (isinstance(one, Function) and one.unit is target.unit) for one in functions)


def _is_read_from_it(engine: Engine, context: Context, read: Attr, target: Unit) -> bool:
    """Whether a method is read from an object that has it."""
    declared = engine.declared.classes(context.unit, read.base)
    if declared is not None:  # what annotations say is enough, and costs no values
        return any(engine.classes.is_subclass(cls, owner) for cls in declared for owner in _owner(engine, target))
    bases = engine.solver.solve(engine.node(context, read.base))
    return any(_is_receiver(engine, base, target) for base in bases)


def _owner(engine: Engine, target: Unit) -> list[Class]:
    owner = target.owner
    if owner is None or owner.parent is None:
        return []
    return [engine.universe.make(Class, owner, engine.ambient(owner.parent))]


def _is_receiver(engine: Engine, base: Value, target: Unit) -> bool:
    if not isinstance(base, Instance) or target.owner is None:
        return False
    return any(cls.unit is target.owner for cls in engine.classes.order(base.cls))


def _argument(call: Call, place: int, names: tuple[str, ...]) -> Register | None:
    if place < len(call.args) and not any(star <= place for star in call.stars):
        return call.args[place]
    return next((register for name, register in call.keywords if name in names), None)


def _operations(engine: Engine, context: Context, call: Call) -> list[str | None]:
    register = _argument(call, 0, ("operation", "name", "op", "key"))
    if register is None:
        return [None]
    values = engine.solver.solve(engine.node(context, register))
    names = sorted({one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)})
    unknown = [None] if len(names) < len(values) or not values else []
    return [*names, *unknown]


def _handler(engine: Engine, context: Context, call: Call) -> str:
    register = _argument(call, 1, ("handler", "func", "callback"))
    values: Values = engine.solver.solve(engine.node(context, register)) if register is not None else frozenset()
    return ", ".join(sorted({_symbol(value) for value in values}))


def _symbol(value: Value) -> str:
    if isinstance(value, Instance):
        return value.cls.unit.symbol
    if isinstance(value, Method):
        return _symbol(value.function)
    return value.unit.symbol if isinstance(value, Function) else "?"
