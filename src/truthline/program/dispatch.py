"""The registrations and executions of a string-keyed registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from truthline.config.schema import Dispatch
from truthline.facts.code import Attr, Bind, Call, Register
from truthline.model.location import Location
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context, Function, Instance, Method, Value, Values
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
        for context, register, call in _sites(engine, units(table.register))
        for operation in _operations(engine, context, call)
    ]
    executed = [
        Execution(operation, places.location(context.unit, register), context.unit.symbol)
        for context, register, call in _sites(engine, units(table.execute))
        for operation in _operations(engine, context, call)
    ]
    return DispatchSites(_in_order(registered), _in_order(executed))


S = TypeVar("S", Registration, Execution)


def _in_order(sites: list[S]) -> tuple[S, ...]:
    return tuple(sorted(dict.fromkeys(sites), key=_place))


def _place(site: Registration | Execution) -> tuple[str, int, int, str]:
    span = site.location.span
    return site.location.file, span.line, span.column, site.operation or ""


def _sites(engine: Engine, targets: tuple[Unit, ...]) -> Iterable[tuple[Context, Register, Call]]:
    """Calls whose callee can be one of the methods or functions."""
    for target in targets:
        for unit, named in _mentions(engine, target):
            for user in unit.uses.get(named, ()):
                call = unit.code.instructions[user]
                if isinstance(call, Call) and call.func == named:
                    context = engine.ambient(unit)
                    if _calls(engine, context, named, target):
                        yield context, user, call


def _mentions(engine: Engine, target: Unit) -> Iterable[tuple[Unit, Register]]:
    """Where the name of a method is read from an object, or that of a function from anywhere, under its aliases too."""
    for module in engine.modules.files_mentioning(target.name):
        index = engine.bodies.index(module.name)
        yield from index.attributes.get(target.name, ())
        if target.owner is None:
            imports = index.imports.get(target.name, ())
            yield from imports
            for name in sorted({target.name, *_bound(imports)}):
                yield from index.loads.get(name, ())


def _bound(imports: Iterable[tuple[Unit, Register]]) -> Iterable[str]:
    """The names of a module to which what is imported is bound."""
    for unit, imported in imports:
        for user in unit.uses.get(imported, ()):
            binding = unit.code.instructions[user]
            if isinstance(binding, Bind):
                yield binding.name


def _calls(engine: Engine, context: Context, named: Register, target: Unit) -> bool:
    instruction = context.unit.code.instructions[named]
    if target.owner is None:
        values = engine.solver.solve(engine.node(context, named))
        return any(isinstance(value, Function) and value.unit is target for value in values)
    if not isinstance(instruction, Attr):
        return False
    declared = engine.declared.classes(context.unit, instruction.base)
    if declared is not None:  # what annotations say is enough, and costs no values
        return any(engine.classes.is_subclass(cls, owner) for cls in declared for owner in _owner(engine, target))
    bases = engine.solver.solve(engine.node(context, instruction.base))
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
