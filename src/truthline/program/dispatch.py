"""The registrations and executions of a string-keyed registry, and what its `execute` runs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
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
from truthline.program.engine.calls import Arguments
from truthline.program.engine.engine import Engine
from truthline.program.engine.transfer import arguments_of, rows
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
    Context,
    External,
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


class Operations:
    """What dispatch tables say of a call: the `execute` of a known name runs that name's handler.

    Where a function of the registry's module is seen calling the handler, nothing is added: the engine knows with what.
    """

    def __init__(self, engine: Engine, tables: Iterable[Dispatch], units: Callable[[str], tuple[Unit, ...]]) -> None:
        self._engine = engine
        self._tables = list(tables)
        self._units = units

    @cached_property
    def _executing(self) -> list[tuple[Dispatch, list[_Target]]]:
        return [(table, _targets(self._engine, table.execute, self._units)) for table in self._tables]

    def handlers(self, callee: Value, arguments: Arguments) -> Iterator[tuple[Value, Arguments]]:
        """The handlers that a call of one callee runs, and what they are passed."""
        for table, targets in self._executing:
            for target in targets:
                if target.is_meant(callee):
                    values = _given(arguments, 0, _OPERATION)
                    yield from ((one, _after_the_name(arguments)) for one in self._named(table, target, values))

    def _named(self, table: Dispatch, target: _Target, names: Values) -> Iterator[Value]:
        for registered, handler in self._registered(table):
            if registered in names or not all(_is_text(one) for one in (*names, registered)):
                for one in self._running(handler, table.handler_method):
                    if not self._is_shown(one, target):
                        yield one

    def _registered(self, table: Dispatch) -> list[tuple[Value, Value]]:
        node = self._engine.solver.node(("registered", table.register), partial(self._registrations, table))
        return sorted(self._engine.solver.read(node))

    def _registrations(self, table: Dispatch) -> Iterator[tuple[Value, Value]]:
        engine = self._engine
        for ambient, register, call in _sites(engine, _targets(engine, table.register, self._units)):
            for context in engine.precise(engine.ambient(ambient.unit, deep=True), register):
                for row in rows(engine, context, register):
                    arguments = arguments_of(engine, context, call, row)
                    handlers = _given(arguments, 1, _HANDLER) or _registered_by(engine, context, register)
                    yield from itertools.product(_given(arguments, 0, _OPERATION), handlers)

    def _running(self, handler: Value, method: str) -> Iterable[Value]:
        """What runs of a handler: a function itself, of an object or class the method."""
        if isinstance(handler, (Function, Method)):
            return (handler,)
        if isinstance(handler, Class):
            handler = self._engine.universe.make(Instance, handler)
        if not isinstance(handler, Instance):
            return ()
        found = (one for name in (method, "__call__") for one in self._engine.attribute(handler, name))
        return [one for one in found if isinstance(one, (Function, Method))]

    def _is_shown(self, running: Value, target: _Target) -> bool:
        """Whether the registry's own code is seen calling the handler, when all else has come to rest."""
        solver, function = self._engine.solver, _function(running)
        if target.unit is None or not isinstance(function, Function):
            return False
        hidden = solver.node(("called by no registry", function.unit, target.unit), None)
        solver.postpone(hidden, (function,), lambda: not self._is_called(function.unit, target.unit))
        return not solver.read(hidden)

    def _is_called(self, handler: Unit, execute: Unit | None) -> bool:
        callers = (place for context in self._engine.contexts(handler) for place in self._engine.callers(context))
        return execute is not None and any(context.unit.module == execute.module for context, _ in callers)


_OPERATION = ("operation", "name", "op", "key")
_HANDLER = ("handler", "func", "callback")


def _given(arguments: Arguments, place: int, names: tuple[str, ...]) -> Values:
    if place < len(arguments.positional):
        return arguments.positional[place]
    return arguments.rest.union(*(arguments.keywords.get(name, NOTHING) for name in names))


def _after_the_name(arguments: Arguments) -> Arguments:
    keywords = {name: values for name, values in arguments.keywords.items() if name not in _OPERATION}
    return Arguments(arguments.positional[1:], keywords, arguments.rest, arguments.keyword_rest)


def _is_text(value: Value) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, str)


def _registered_by(engine: Engine, context: Context, register: Register) -> Values:
    """What stands under a decorator that registers: `@registry.register("logs.capture")`."""
    found: Values = NOTHING
    for user in context.unit.uses.get(register, ()):
        call = context.unit.code.instructions[user]
        if isinstance(call, Call) and call.func == register and call.args:
            found |= engine.value(context, call.args[0])
    return found


class _Target(msgspec.Struct, frozen=True, eq=False):
    """A function or method: its names, and what they hold; where it is decorated, what the decorator made of it.

    There is no `unit` where a reference names what a module imports or assigns, or leads out of the analysed code:
    `path` is where to.
    """

    names: tuple[str, ...]
    held: Values
    unit: Unit | None = None
    path: str = ""

    def is_meant(self, value: Value) -> bool:
        """Whether a value is the target, bound or not."""
        if isinstance(value, External):
            return value.path.replace("()", "") == self.path
        function = _function(value)
        return function in self.held or (isinstance(function, Function) and function.unit is self.unit)

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
    names = tuple(dict.fromkeys((reference.rpartition(":")[2].rpartition(".")[2], *own)))
    return _Target(names, held, path=reference.replace(":", "."))


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
    return any(map(target.is_meant, values))


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
    register = _argument(call, 0, _OPERATION)
    if register is None:
        return [None]
    values = engine.solver.solve(engine.node(context, register))
    names = sorted({one.value for one in values if isinstance(one, Constant) and isinstance(one.value, str)})
    unknown = [None] if len(names) < len(values) or not values else []
    return [*names, *unknown]


def _handler(engine: Engine, context: Context, call: Call) -> str:
    register = _argument(call, 1, _HANDLER)
    values: Values = engine.solver.solve(engine.node(context, register)) if register is not None else frozenset()
    return ", ".join(sorted({_symbol(value) for value in values}))


def _symbol(value: Value) -> str:
    if isinstance(value, Instance):
        return value.cls.unit.symbol
    if isinstance(value, Method):
        return _symbol(value.function)
    return value.unit.symbol if isinstance(value, Function) else "?"
